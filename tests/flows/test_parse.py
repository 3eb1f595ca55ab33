from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import flows.parse
from extract.page import UnreadableError
from flows.parse import Parsed, as_record, parse_bytes, parse_each, parse_path
from transform.model import Figure, Finding, Metadata, Report, Section

SEED = Path(__file__).parents[2] / "data" / "sample_site" / "lingyuan" / "sandaohezi" / "2020.txt"
KEYS = {"path", "error", "report", "figures", "findings", "sections", "statements", "extra"}


def report(*findings: Finding) -> Report:
    return Report(
        metadata=Metadata("年度报告", "三道河子镇", 2020, "2021-01-29", "211382117"),
        form="2019",
        verdict="flagged",
        source_format="html",
        figures=(
            Figure("requests.granted.total", 3, "件", "reported", "3", "table 2, row 6, column 10"),
            Figure("disclosure.procurement.amount", 1.5, "元", "reported", "1.5", None),
            Figure("disclosure.rules.made", None, "件", "blank", "", None),
        ),
        findings=findings,
        sections=(Section("overview", "一、总体情况", "……"),),
    )


def path_and_length(parsed: Parsed) -> tuple[str, bool]:
    return parsed.path, parsed.report is not None


def dies_on_seed(parsed: Parsed) -> tuple[str, str]:
    if parsed.report is not None and parsed.path.endswith("dies.txt"):
        os._exit(9)
    return parsed.path, parsed.error or ""


def test_the_record_has_the_keys_of_the_interface() -> None:
    finding = Finding("requests.column_balance", "error", ("requests.granted.total",), "3 ≠ 4", "source")
    record = as_record(Parsed("a.html", report(finding), None))
    assert set(record) == KEYS
    assert record["report"] == {
        "title": "年度报告",
        "issuer": "三道河子镇",
        "year": 2020,
        "published_on": "2021-01-29",
        "division_code": "211382117",
        "form": "2019",
        "verdict": "flagged",
        "source_format": "html",
    }
    assert record["figures"][0] == {
        "figure": "requests.granted.total",
        "value": 3,
        "unit": "件",
        "status": "reported",
        "raw": "3",
        "locator": "table 2, row 6, column 10",
    }
    assert record["findings"] == [
        {
            "rule": "requests.column_balance",
            "severity": "error",
            "figures": ["requests.granted.total"],
            "message": "3 ≠ 4",
            "cause": "source",
        }
    ]
    assert record["sections"] == [{"section": "overview", "heading": "一、总体情况", "text": "……"}]


def test_whole_numbers_stay_whole_and_blanks_stay_null() -> None:
    values = json.dumps([figure["value"] for figure in as_record(Parsed("a", report(), None))["figures"]])
    assert values == "[3, 1.5, null]"


def test_a_suggested_value_is_given_only_where_there_is_one() -> None:
    finding = Finding("r", "error", ("a.b.c",), "m", "source", (("a.b.c", 4),))
    assert as_record(Parsed("a", report(finding), None))["findings"][0]["suggested"] == {"a.b.c": 4}


def test_the_seed_is_read() -> None:
    record = parse_bytes(SEED.read_bytes(), "seed")
    assert record["error"] is None
    assert (record["report"]["form"], record["report"]["year"]) == ("2019", 2020)
    assert record["report"]["division_code"] == "211382117"
    assert len(record["figures"]) == 198


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02\xff" * 500])
def test_bytes_that_hold_no_page_are_one_line(data: bytes) -> None:
    record = parse_bytes(data, "x")
    assert set(record) == KEYS
    assert record["report"] is None
    assert record["figures"] == record["findings"] == record["sections"] == []
    assert record["error"]
    assert "\n" not in record["error"]


def test_a_reader_that_fails_costs_its_page_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> Report:
        raise ZeroDivisionError("first\nsecond")

    monkeypatch.setattr(flows.parse, "read_report", fail)
    assert parse_bytes(b"<p>text</p>", "x")["error"] == (
        "the reader failed on this page (ZeroDivisionError: first second)"
    )


def test_missing_files_and_folders_say_what_they_are(tmp_path: Path) -> None:
    assert parse_path(str(tmp_path / "none")).error == "cannot be opened: No such file or directory"
    assert "is a folder" in (parse_path(str(tmp_path)).error or "")


def test_an_endless_file_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows.parse, "MAX_FILE_BYTES", 1_000_000)
    assert "larger than 1 MB" in (parse_path("/dev/zero").error or "")


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_order_of_the_paths_is_kept(tmp_path: Path, jobs: int) -> None:
    paths = [str(SEED), str(tmp_path / "none"), *[str(SEED)] * 3]
    assert list(parse_each(paths, path_and_length, jobs)) == [(path, path == str(SEED)) for path in paths]


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_before_all_paths_are_taken(jobs: int) -> None:
    taken = []

    def paths() -> Iterator[str]:
        for number in range(1000):
            taken.append(number)
            yield f"/no/such/file/{number}"

    results = parse_each(paths(), path_and_length, jobs)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert len(taken) < 20


def test_a_page_that_kills_its_process_costs_that_page_only(tmp_path: Path) -> None:
    deadly = tmp_path / "dies.txt"
    deadly.write_bytes(SEED.read_bytes())
    found = list(parse_each([str(SEED), str(deadly), str(SEED)], dies_on_seed, 2))
    assert found == [(str(SEED), ""), (str(deadly), "the reader's process died on this page"), (str(SEED), "")]


def test_an_unreadable_page_gives_its_own_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise UnreadableError("only pictures; ask for the text")

    monkeypatch.setattr(flows.parse, "read_page", refuse)
    assert parse_bytes(b"x", "x")["error"] == "only pictures; ask for the text"
