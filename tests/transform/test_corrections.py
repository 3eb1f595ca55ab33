"""Corrections as data: beside what is printed, loud once the page prints otherwise, refused with one clear line."""

from __future__ import annotations

import pytest

from transform.model import Figure, Metadata, Report
from transform.proof.corrections import CorrectionsError, apply_corrections, read_corrections

FIGURE = "requests.granted.total"
ENTRY = """
[[correction]]
report = {report}
figure = "{figure}"
expected = {expected}
value = {value}
reason = "row and column add up only so"
reference = "letter of 2022-03-01"
"""
OWN = '{ division = "211382117", year = 2021 }'


def entry(**changes: str) -> str:
    return ENTRY.format(**{"report": OWN, "figure": FIGURE, "expected": "5", "value": "3", **changes})


def report(value: int | None = 5, **about: object) -> Report:
    metadata = {"issuer": "三道河子镇人民政府", "year": 2021, "division_code": "211382117", **about}
    figure = Figure(FIGURE, value, "件", "blank" if value is None else "reported", str(value or ""), "line 1")
    return Report(Metadata(**metadata), "2021", "verified", "html", (figure,), (), ())  # type: ignore[arg-type]


def applied(text: str, to: Report, url: str | None = None) -> tuple[Figure, list[tuple[str, str]], str]:
    done = apply_corrections(to, read_corrections(text, "c.toml"), url)
    return done.figures[0], [(f.rule, f.severity) for f in done.findings], done.verdict


def test_correction_stands_beside_what_is_printed() -> None:
    figure, findings, verdict = applied(entry(), report())
    assert (figure.value, figure.raw, figure.status) == (5, "5", "reported")
    assert figure.corrected is not None
    assert (figure.corrected.value, figure.corrected.reference) == (3, "letter of 2022-03-01")
    assert findings == [("figure.corrected", "info")]
    assert verdict == "incomplete"


def test_blank_can_be_expected_too() -> None:
    figure, findings, _ = applied(entry(expected='"blank"', value="0"), report(None))
    assert (figure.value, figure.corrected is not None) == (None, True)
    assert findings == [("figure.corrected", "info")]


@pytest.mark.parametrize("printed", [3, 7, None])
def test_correction_fails_loudly_once_the_page_prints_otherwise(printed: int | None) -> None:
    figure, findings, verdict = applied(entry(), report(printed))
    assert figure.corrected is None
    assert findings == [("correction.outdated", "error")]
    assert verdict == "flagged"


@pytest.mark.parametrize(
    ("selector", "url", "fits"),
    [
        (OWN, None, True),
        ('{ issuer = "三道河子镇人民政府", year = 2021 }', None, True),
        ('{ issuer = "大城子镇人民政府", division = "211382117", year = 2021 }', None, False),
        ('{ division = "211382117", year = 2020 }', None, False),
        ('{ url = "http://www.lingyuan.gov.cn/2021.html" }', "https://lingyuan.gov.cn/2021.html", True),
        ('{ url = "http://www.lingyuan.gov.cn/2021.html" }', "https://lingyuan.gov.cn/2020.html", False),
        ('{ url = "http://www.lingyuan.gov.cn/2021.html" }', None, False),
    ],
)
def test_report_is_named_by_its_address_or_by_year_and_body(selector: str, url: str | None, fits: bool) -> None:
    figure, _, _ = applied(entry(report=selector), report(), url)
    assert (figure.corrected is not None) is fits


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (entry(figure="requests.grnated.total"), "c.toml, correction 1: no form has a figure requests.grnated.total"),
        (entry(report="{ year = 2021 }"), "report needs a url, or a year with a division or an issuer"),
        (entry(report='{ town = "x", year = 2021 }'), "report may hold division, issuer, url, year"),
        (entry(report="{ division = 211382117, year = 2021 }"), "are texts, in quotation marks"),
        (entry(value='"three"'), "value is no number"),
        (entry(expected='"empty"'), "expected is neither a number nor one of blank, dash, missing, text"),
        (entry() + "note = 1\n", "has note, which means nothing"),
        (entry().replace('reason = "row and column add up only so"\n', ""), "lacks reason"),
        (entry() + entry(value="4"), "corrects what correction 1 does already"),
        ("[correction", "c.toml: "),
        ("[[corrections]]\n", "it may hold [[correction]] only"),
    ],
)
def test_wrong_entry_is_refused_with_one_line_that_names_it(text: str, said: str) -> None:
    with pytest.raises(CorrectionsError) as refused:
        read_corrections(text, "c.toml")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
