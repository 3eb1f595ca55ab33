"""JSON with a report in it: the HTML, the text, or the figures themselves."""

from __future__ import annotations

import html
import json
from urllib.parse import quote

import pytest

from extract.formats import read_page
from extract.page import UnreadableError
from transform.model import Report
from transform.read import read_report

TITLE = "三道河子镇2021年政府信息公开工作年度报告"
APPLICANTS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
ROWS = {
    "一、本年新收政府信息公开申请数量": (5, 0, 2, 0, 0, 1, 8),
    "（一）予以公开": (4, 0, 2, 0, 0, None, 6),
    "四、结转下年度继续办理": (1, 0, 0, 0, 0, 0, 1),
}
TABLE = [["项目", *APPLICANTS], *([row, *numbers] for row, numbers in ROWS.items())]
TEXTS = [["" if cell is None else str(cell) for cell in row] for row in TABLE]
LINES = [TITLE, "三、收到和处理政府信息公开申请情况", *map("\t".join, TEXTS)]
MARKUP = f"<h1>{TITLE}</h1><table>" + "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in TEXTS)
LISTED = [
    {"row": row, "col": column, "value": number}
    for row, numbers in ROWS.items()
    for column, number in zip(APPLICANTS, numbers, strict=True)
]
NESTED = {row: dict(zip(APPLICANTS, numbers, strict=True)) for row, numbers in ROWS.items()}
RECORDS = [{"项目": row, **cells} for row, cells in NESTED.items()]


def wrapped(**content: object) -> str:
    return json.dumps({"code": 200, "data": {"id": 4711, "title": TITLE, **content}}, ensure_ascii=False)


def read(text: str) -> Report:
    return read_report(read_page(text.encode()))


def values(report: Report, row: str) -> list[object]:
    found = [f for f in report.figures if f.figure.startswith(f"requests.{row}.")]
    return [f.status if f.value is None else f.value for f in found]


@pytest.mark.parametrize(
    "text",
    [
        wrapped(content=html.escape(MARKUP)),
        wrapped(content=html.escape(html.escape(MARKUP))),
        wrapped(content=quote(MARKUP)),
        json.dumps({"data": wrapped(content=MARKUP)}),
        f"jQuery_123({wrapped(content=MARKUP)});",
        f"var data = {wrapped(content=MARKUP)};",
        '{"title": "首页", "html": "<p>首页</p>"}\n' + json.dumps({"title": TITLE, "html": MARKUP}) + "\n",
        wrapped(text="\n".join([*LINES, *["。"] * 10, "我镇坚持公开。" * 20])),
        wrapped(lines=[*LINES, *["无"] * 9, "我镇坚持公开。" * 30]),
        wrapped(requests=LISTED),
        wrapped(requests=NESTED),
        wrapped(收到和处理政府信息公开申请情况=NESTED),
        wrapped(requests=RECORDS),
        wrapped(requests=TABLE),
        wrapped(requests={"columns": TABLE[0], "data": TABLE[1:]}),
        f"window.report = {wrapped(requests=LISTED)};",
    ],
)
def test_a_report_in_json_is_read(text: str) -> None:
    report = read(text)
    assert report.metadata.year == 2021
    assert values(report, "received") == [5, 0, 2, 0, 0, 1, 8]
    assert values(report, "carried_out") == [1, 0, 0, 0, 0, 0, 1]
    assert values(report, "granted") == [4, 0, 2, 0, 0, "blank", 6]


def test_figures_of_json_have_a_place_by_table_or_entry() -> None:
    report = read(wrapped(requests=TABLE))
    (received,) = (f for f in report.figures if f.figure == "requests.received.total")
    assert received.locator == "table 1, row 2, column 8"


def test_two_texts_of_one_size_are_not_chosen_between() -> None:
    text = "\n".join([*LINES, *["。"] * 10, "我镇坚持公开。" * 20])
    other = text.replace("2021", "2020")
    with pytest.raises(UnreadableError, match="2 texts that may be the report; give one alone"):
        read("\n".join(json.dumps({"text": one}) for one in (text, other)))


def test_records_with_several_numbers_under_names_for_programs_are_no_figures() -> None:
    report = read(wrapped(requests=[{**record, "sort": 3, "level": 2, "x": 5} for record in RECORDS]))
    assert values(report, "received") == [5, 0, 2, 0, 0, 1, 8]
    unclear = [{"name": record["row"], "of": record["col"], "a": 1, "b": record["value"]} for record in LISTED]
    assert read(wrapped(requests=unclear)).verdict == "empty"


@pytest.mark.parametrize("text", ["{" * 5000, "[1, 2, 3]", '{"a": {"b": 1}}', "var x = {", "f({)"])
def test_json_without_words_is_no_report(text: str) -> None:
    assert read(text).verdict == "empty"
