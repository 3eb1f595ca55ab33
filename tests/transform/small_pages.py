"""Small pages to read whole: tables in a few words, and what was read of them."""

from __future__ import annotations

from collections.abc import Sequence

from extract.formats import read_page
from transform.model import Report
from transform.read import read_report

APPLICANTS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
OUTCOMES = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
CASES = ("review", "lawsuit_direct", "lawsuit_after_review")


def table(*rows: Sequence[str | int]) -> str:
    """A table without spans; ``text*3`` in a cell spans three columns."""

    def cell(text: str) -> str:
        words, _, width = text.partition("*")
        return f"<td colspan={width}>{words}</td>" if width else f"<td>{words}</td>"

    return "<table>" + "".join(f"<tr>{''.join(cell(str(text)) for text in row)}</tr>" for row in rows) + "</table>"


def read(*parts: str, title: str = "三道河子镇2021年政府信息公开工作年度报告", meta: str = "") -> Report:
    """A page of these parts below a title (none where it is empty); ``meta`` is the title in the metadata."""
    head = f'<head><meta charset="utf-8"><meta name="ArticleTitle" content="{meta}"></head>' if meta else ""
    top = f"<h1>{title}</h1>" if title else ""
    return read_report(read_page(f"<html>{head}<body>{top}{''.join(parts)}</body></html>".encode()))


def values(report: Report, start: str) -> dict[str, object]:
    figures = (f for f in report.figures if f.figure.startswith(start))
    return {f.figure.removeprefix(start): f.status if f.value is None else f.value for f in figures}


DISPUTES = (("行政复议*5", "行政诉讼*10"), ("", "", "", "", "", "未经复议直接起诉*5", "复议后起诉*5"), OUTCOMES * 3)
REQUESTS = table(
    ("", *APPLICANTS), ("一、本年新收政府信息公开申请数量", *[1] * 6, 6), ("二、上年结转政府信息公开申请数量", *[0] * 7)
)
