"""The local statistical form of the years before 2014: its numbers are statements, never figures of another form."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from flows.parse import read_document
from transform.model import Report

ROWS = [
    ("主动公开信息数", "条", "01", "310"),
    ("其中：全文电子化的主动公开信息数", "条", "02", "300"),
    ("申请总数", "条", "10", "15"),
    ("其中：1.当面申请数", "条", "11", "5"),
    ("2.传真申请数", "条", "12", "0"),
    ("3.电子邮件申请数", "条", "13", "2"),
    ("4.网上申请数", "条", "14", "6"),
    ("5.信函申请数", "条", "15", "2"),
    ("6.其他形式申请数", "条", "16", "0"),
    ("对申请的答复总数", "条", "17", "15"),
    ("其中：1.同意公开答复数", "条", "18", "10"),
    ("2.同意部分公开答复数", "条", "19", "1"),
    ("3.否决公开答复总数", "条", "20", "4"),
    ("行政复议数", "件", "32", ""),
    ("行政申诉数", "件", "34", "0"),
]
PROSE = "<p>2009年收到政府信息公开申请{}件。</p>"


def read(table: str, prose: str = "") -> Report:
    return read_document(f"<h1>平安县2009年政府信息公开年度报告</h1><p>一、概述</p>{prose}<p>附表</p>{table}".encode())[
        1
    ]


def html(rows: Sequence[Sequence[str]], header: Sequence[str]) -> str:
    lines = ("".join(f"<td>{cell}</td>" for cell in line) for line in (header, *rows))
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


CODED = html([(*row, "999") for row in ROWS], ("指标名称", "计量单位", "代码", "本期实际", "历年累计"))
UNCODED = html([(a, b, d, "999") for a, b, _, d in ROWS], ("指标名称", "计量单位", "2009年度", "历年累计"))
PIPES = "\n".join(" | ".join(row) + " |" for row in ROWS)


def values(report: Report) -> dict[str, float]:
    return {s.concept: s.value for s in report.statements if s.source == "table"}


@pytest.mark.parametrize("table", [CODED, UNCODED, f"<pre>\n{PIPES}\n</pre>"], ids=["coded", "uncoded", "pipes"])
def test_its_numbers_are_statements(table: str) -> None:
    report = read(table)
    assert (report.form, report.figures) == (None, ())
    found = values(report)
    assert (found["disclosed_items"], found["electronic_items"], found["received"]) == (310, 300, 15)
    assert (found["granted"], found["denied"], found["appeals"]) == (10, 4, 0)
    assert "reviews" not in found


def test_a_row_is_quoted_with_its_place() -> None:
    statement = next(s for s in read(CODED).statements if s.concept == "received_by_email")
    assert (statement.quote, statement.locator) == ("3.电子邮件申请数 2", "table 1, row 7, column 4")


def test_sums_that_do_not_come_out_are_findings_without_figures() -> None:
    assert [f for f in read(CODED).findings if f.rule == "local_form.sum"] == []
    broken = html([(a, b, c, "7" if c == "11" else d) for a, b, c, d in ROWS], ("指标名称", "计量单位", "代码", "本年"))
    (finding,) = [f for f in read(broken).findings if f.rule == "local_form.sum"]
    assert (finding.severity, finding.figures) == ("warning", ())
    assert "17 ≠ 15" in finding.message


def test_prose_that_contradicts_it_is_a_finding() -> None:
    assert not any(f.rule == "text.number" for f in read(CODED, PROSE.format(15)).findings)
    (finding,) = [f for f in read(CODED, PROSE.format(12)).findings if f.rule == "text.number"]
    assert "says 12" in finding.message
    assert "gives 15" in finding.message


def test_a_few_of_its_labels_make_no_table() -> None:
    assert values(read(html(ROWS[2:6], ("指标名称", "计量单位", "代码", "本年")))) == {}
