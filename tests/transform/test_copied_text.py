"""Copied text within a page: words of a template, last year's text, another town's name."""

from __future__ import annotations

import pytest

from transform.model import Finding, Metadata, Passage
from transform.prose.copied_text import copied_text
from transform.wording.fold import fold

TOWN = Metadata(issuer="凌源市三道河子镇人民政府", year=2022, division_code="211382117")


def found(*lines: str, about: Metadata = TOWN, known: tuple[str, ...] = ()) -> list[Finding]:
    passages = [Passage("overview", f"paragraph {n}", line, fold(line)) for n, line in enumerate(lines, 1)]
    return list(copied_text(passages, about, known))


def rules(*lines: str, about: Metadata = TOWN, known: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return [(f.rule, f.severity) for f in found(*lines, about=about, known=known)]


@pytest.mark.parametrize(
    "line",
    [
        "该部分以表格形式报告。表格如下：",
        "20XX年，我镇认真落实条例。",
        "××镇人民政府高度重视公开工作。",
        "（各单位根据实际情况填写）",
        "此处填写本机关的做法。",
        "該部分以表格形式報告。",
    ],
)
def test_words_of_a_template_are_info(line: str) -> None:
    (finding,) = found(line)
    assert (finding.rule, finding.severity, finding.figures) == ("text.template", "info", ())
    assert "paragraph 1" in finding.message


@pytest.mark.parametrize(
    "line", ["相关数据见下表。", "申请人可在此处查询。", "根据实际情况填写的申请表共3份。", "VXX系统已上线。"]
)
def test_ordinary_sentences_are_no_template(line: str) -> None:
    assert rules(line) == []


def test_text_that_speaks_only_of_its_own_last_year_is_a_warning() -> None:
    lines = ("2021年，我镇扎实推进公开工作。", "2021年度，在市政府的指导下，我镇发布信息20条。")
    assert rules(*lines) == [("text.year", "warning")]


@pytest.mark.parametrize(
    "lines",
    [
        ("2022年，我镇扎实推进公开工作。", "2021年，我镇曾试行村务公开，效果较好。"),
        ("2023年，我镇将继续努力。",),
        ("与2021年相比，我镇发布的信息有所增加。",),
    ],
)
def test_looking_back_or_ahead_is_no_copied_text(lines: tuple[str, ...]) -> None:
    assert rules(*lines) == []


def test_year_that_title_and_text_dispute_is_told_once() -> None:
    assert rules("2021年，我镇扎实推进公开工作。", known=("metadata.year",)) == []


def test_text_that_names_another_town_again_and_again_is_info() -> None:
    lines = ("大城子镇人民政府成立领导小组。", "大城子镇党政办负责日常工作。")
    (finding,) = found(*lines)
    assert (finding.rule, finding.severity) == ("text.issuer", "info")
    assert "大城子镇 2 times" in finding.message


@pytest.mark.parametrize(
    "lines",
    [
        ("大城子镇人民政府派人来学习。",),
        ("大城子镇人民政府派人来学习。", "大城子镇政府回访。", "三道河子镇人民政府热情接待。"),
        ("县人民政府和各镇政府协同推进。", "县人民政府和各镇政府协同推进。"),
    ],
)
def test_neighbours_may_be_named(lines: tuple[str, ...]) -> None:
    assert rules(*lines) == []


def test_departments_name_towns_as_they_like() -> None:
    bureau = Metadata(issuer="凌源市财政局", year=2022, division_code="211382")
    assert rules("大城子镇人民政府报送预算。", "大城子镇政府报送决算。", about=bureau) == []
