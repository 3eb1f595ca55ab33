"""Corrections from the file to every place where a figure is shown, and ``nianbao corrections check``."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from conftest import SAMPLE_SITE

from flows.cli import run

PAGE = SAMPLE_SITE / "huichang/hcxxxgk/hc1554/202001/5f2d90b7c1ee44a5b2b7716e20d18c03.shtml"
FIGURE = "requests.granted.natural_person"
CORRECTION = """[[correction]]
report = {{ division = "360733206", year = {year} }}
figure = "{figure}"
expected = 5
value = 3
reason = "its row and its column add up only so"
reference = "letter of the town"
"""


@pytest.fixture
def corrections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "corrections.toml"
    path.write_text(CORRECTION.format(year=2019, figure=FIGURE), encoding="utf-8")
    monkeypatch.setenv("NIANBAO_CORRECTIONS", str(path))
    return path


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, home_folder: Path) -> Path:
    monkeypatch.setenv("NIANBAO_HOME", str(home_folder))
    return home_folder


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = run(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.mark.usefixtures("corrections")
def test_corrected_figure_is_shown_as_such_everywhere(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = call(capsys, "parse", str(PAGE))
    assert "5 → 3 (corrected)" in out
    record = json.loads(call(capsys, "parse", "--format", "jsonl", str(PAGE))[1])
    (figure,) = [f for f in record["figures"] if f["figure"] == FIGURE]
    assert (figure["value"], figure["corrected"]["value"]) == (5, 3)
    assert all("corrected" not in f for f in record["figures"] if f["figure"] != FIGURE)
    _, out, _ = call(capsys, "explain", str(PAGE), FIGURE)
    assert "corrected 3: its row and its column add up only so (letter of the town)" in out
    _, out, _ = call(capsys, "show", str(PAGE), "-o", "-")
    assert 'class="figure error corrected"' in out


@pytest.mark.usefixtures("corrections")
def test_database_keeps_what_is_printed_and_wide_views_use_the_corrected_value(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    assert call(capsys, "load", str(PAGE))[0] == 0
    with duckdb.connect(str(home / "nianbao.duckdb"), read_only=True) as con:
        figure = con.execute(
            "SELECT value, raw, corrected_value, correction_reference FROM figure WHERE figure = ?", [FIGURE]
        ).fetchall()
        wide = con.execute("SELECT requests_granted_natural_person, corrected FROM form_2019").fetchall()
        doubt = con.execute("SELECT DISTINCT value, corrected_value FROM doubt WHERE figure = ?", [FIGURE]).fetchall()
    assert figure == [(5.0, "5", 3.0, "letter of the town")]
    assert wide == [(3.0, [FIGURE])]
    assert doubt == [(5.0, 3.0)]
    assert call(capsys, "corrections", "check") == (0, "corrections: 1; problems: 0\n", "")


@pytest.mark.usefixtures("home")
def test_correction_that_no_longer_fits_ends_a_load_with_a_line_and_status_1(
    capsys: pytest.CaptureFixture[str], corrections: Path
) -> None:
    text = corrections.read_text(encoding="utf-8")
    corrections.write_text(text.replace("expected = 5", "expected = 6"), encoding="utf-8")
    status, out, err = call(capsys, "load", str(PAGE))
    assert (status, "reports read: 1 (1 flagged)" in out) == (1, True)
    assert f"correction 1 ({FIGURE} of 360733206 2019): expects 6, the page has 5" in err
    assert err.endswith("(correction)\n")
    status, _, err = call(capsys, "corrections", "check")
    assert (status, "expects 6, the page has 5" in err) == (1, True)


@pytest.mark.usefixtures("home")
def test_check_tells_of_a_report_that_is_absent(capsys: pytest.CaptureFixture[str], corrections: Path) -> None:
    call(capsys, "load", str(PAGE))
    corrections.write_text(CORRECTION.format(year=2001, figure=FIGURE), encoding="utf-8")
    assert call(capsys, "corrections", "check") == (
        1,
        "corrections: 1; problems: 1\n",
        f"nianbao: correction 1 ({FIGURE} of 360733206 2001): no such report in the database\n",
    )


def test_shipped_corrections_are_right(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert call(capsys, "corrections", "check", "--db", str(tmp_path / "none.duckdb"))[0] == 0


def test_file_that_cannot_be_used_stops_everything_at_once(
    capsys: pytest.CaptureFixture[str], corrections: Path
) -> None:
    corrections.write_text(CORRECTION.format(year=2019, figure="requests.nonsense"), encoding="utf-8")
    for arguments in (("parse", str(PAGE)), ("explain", str(PAGE), FIGURE), ("corrections", "check")):
        status, out, err = call(capsys, *arguments)
        assert (status, out) == (2, "")
        assert "no form has a figure requests.nonsense" in err
        assert err.count("\n") == 1
    corrections.unlink()
    assert "No such file or directory; NIANBAO_CORRECTIONS names it" in call(capsys, "parse", str(PAGE))[2]
