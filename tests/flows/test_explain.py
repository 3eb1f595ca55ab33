"""``nianbao explain``: where a figure stands, what proves it, what puts it in doubt, and what a wrong name gets."""

from __future__ import annotations

import json

import pytest
from conftest import SAMPLE_SITE, SEED

from flows.cli import run

FLAGGED = str(SAMPLE_SITE / "huichang/hcxxxgk/hc1554/202001/5f2d90b7c1ee44a5b2b7716e20d18c03.shtml")
FORM_2014 = str(SAMPLE_SITE / "shengzhou/art/2017/3/9/art_1389_1042217.html")
PICTURES = str(SAMPLE_SITE / "jiaxian/zwgk/zfxxgkzl/xtjdbnb/ct/49959.htm")
WRONG = "requests.granted.natural_person"


def explained(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = run(["explain", *arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def record(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    status, out, _ = explained(capsys, *arguments, "--format", "json")
    assert status == 0
    found: dict[str, object] = json.loads(out)
    return found


def test_the_place_of_a_figure_is_told_with_the_words_around(capsys: pytest.CaptureFixture[str]) -> None:
    found = record(capsys, FLAGGED, WRONG)
    assert (found["value"], found["unit"], found["status"], found["raw"]) == (5, "件", "reported", "5")
    assert found["locator"] == "table 2, row 6, column 4"
    assert found["place"] == {
        "text": "5",
        "row": ["三、本年度办理结果", "（一）予以公开", "5", "0", "0", "0", "0", "0", "3"],
        "cell": 2,
        "above": ["申请人情况", "自然人"],
        "before": "三、收到和处理政府信息公开申请情况",
        "after": "四、政府信息公开行政复议、行政诉讼情况",
    }


def test_every_identity_of_the_figure_is_shown_with_its_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    checks = record(capsys, FLAGGED, WRONG)["identities"]
    assert isinstance(checks, list)
    told = [(c["rule"], c["scope"], c["left_sum"], c["right_sum"], c["result"]) for c in checks]
    assert told == [
        ("requests.column_sum", "自然人", 6, 4, "broken"),
        ("requests.row_sum", "（一）予以公开", 5, 3, "broken"),
    ]
    assert {"figure": WRONG, "value": 5, "status": "reported"} in checks[0]["left"]


def test_findings_keep_the_numbers_that_parse_gives_them(capsys: pytest.CaptureFixture[str]) -> None:
    found = record(capsys, FLAGGED, "requests.granted.total")["findings"]
    assert isinstance(found, list)
    assert [(f["number"], f["rule"]) for f in found] == [(3, "requests.row_sum")]


def test_the_table_for_people_marks_the_cell_and_the_broken_sums(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = explained(capsys, FLAGGED, WRONG)
    assert "| [5] | 0 |" in out
    assert "✗ requests.row_sum [（一）予以公开]" in out
    assert "granted.natural_person 5 + 5 more that are 0 = granted.total 3: 5 ≠ 3" in out
    assert f"→ {WRONG} = 3" in out


def test_a_figure_that_holds_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = explained(capsys, str(SAMPLE_SITE / SEED), "requests.received.total")
    assert out.count("✓") == 2
    assert "No finding puts it in doubt." in out


def test_a_figure_that_no_sum_proves_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = explained(capsys, FORM_2014, "statistics.complaints")
    assert "nothing proves it" in out


def test_the_column_of_a_wide_view_names_a_figure_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert record(capsys, FLAGGED, "requests_granted_total")["figure"] == "requests.granted.total"


@pytest.mark.parametrize(
    ("path", "figure", "status", "said"),
    [
        (
            FLAGGED,
            "requests.grnated.total",
            2,
            "form 2019 has no figure requests.grnated.total; near: ",
        ),
        (FLAGGED, "statistics.received", 2, "is one of form 2014, the tables follow form 2019"),
        (FLAGGED, "!!", 2, "the first of its 198 figures is disclosure.rules.made"),
        (PICTURES, "requests.granted.total", 1, "the page has no statutory table"),
        ("none.html", "requests.granted.total", 1, "none.html: cannot be opened"),
    ],
)
def test_a_question_without_an_answer_is_one_line(
    capsys: pytest.CaptureFixture[str], path: str, figure: str, status: int, said: str
) -> None:
    ended, out, err = explained(capsys, path, figure)
    assert (ended, out) == (status, "")
    assert said in err
    assert err.count("\n") == 1
