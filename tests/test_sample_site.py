"""The sample site: its files are whole, and every page is read as its golden file says."""

from __future__ import annotations

import csv
import hashlib
import json
import posixpath
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from extract.discovery.search import Role, Search
from flows.source_checks import doubts
from flows.sources import read_registry

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "data" / "sample_site"
GOLDEN = ROOT / "tests" / "golden"
SEED = "/lingyuan/sandaohezi/2020.txt"
SEED_SHA256 = "f4b542212fc0a2a94477ead531248c8c929b19a4a3ddb187091d67d869789467"
REFERENCE = re.compile(rb"""(?:href|src)=["']?([^"'\s>]+)""", re.IGNORECASE)
STATUSES = {"blank", "dash", "text", "missing"}
SIZES = {"2014": 58, "2019": 198, "2021": 200}
SUFFIX = "(?:人民政府|政府)?"

with (SITE / "reports.csv").open(encoding="utf-8", newline="") as _file:
    SOURCES = list(csv.DictReader(_file))
EXPECTED: dict[str, dict[str, Any]] = {
    content["path"]: content
    for content in (json.loads(file.read_text(encoding="utf-8")) for file in sorted(GOLDEN.glob("*.json")))
    if isinstance(content, dict) and str(content.get("path", "")).startswith("/")
}
PATHS = [source["path"] for source in SOURCES]


def golden_for(path: str) -> dict[str, Any]:
    if path not in EXPECTED:
        pytest.fail(f"{path} has no golden file: run scripts/build_sample_site.py and look at what it writes")
    return EXPECTED[path]


def page_files() -> list[Path]:
    return [file for file in sorted(SITE.rglob("*")) if file.suffix in {".html", ".htm", ".shtml"}]


def test_site_has_many_issuers_over_all_forms() -> None:
    assert len(SOURCES) >= 30
    assert len({source["division_code"] for source in SOURCES}) >= 13
    assert {content["form"] for content in EXPECTED.values()} == {"2014", "2019", "2021", None}
    assert {content["verdict"] for content in EXPECTED.values()} == {"verified", "incomplete", "flagged", "empty"}


@pytest.mark.parametrize("path", PATHS)
def test_source_has_a_file_and_a_golden_file(path: str) -> None:
    assert path.startswith("/")
    assert (SITE / path.lstrip("/")).is_file()
    golden_for(path)


def test_sources_and_golden_files_agree() -> None:
    for source in SOURCES:
        expected = golden_for(source["path"])
        assert int(source["year"]) == expected["year"]
        assert source["division_code"] == expected["division_code"]
        assert expected["issuer"] in source["issuer"]
    assert set(PATHS) == set(EXPECTED)


def test_golden_files_hold_every_figure_of_their_form() -> None:
    for path, expected in EXPECTED.items():
        figures = [figure for figure in expected["figures"] if not figure.startswith("requests.other.")]
        extra = 7 if expected["form"] == "2019" else 0
        assert len(figures) + extra == SIZES.get(expected["form"], 0), path


def test_seed_is_unchanged() -> None:
    assert hashlib.sha256((SITE / SEED.lstrip("/")).read_bytes()).hexdigest() == SEED_SHA256


@pytest.mark.parametrize("file", page_files(), ids=lambda file: file.relative_to(SITE).as_posix())
def test_internal_links_resolve(file: Path) -> None:
    page = "/" + file.relative_to(SITE).as_posix()
    for reference in REFERENCE.findall(file.read_bytes()):
        target = urlsplit(reference.decode())
        if target.scheme or not target.path:
            assert target.scheme in {"", "javascript"}, f"{page} leaves the site: {reference!r}"
            continue
        resolved = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(target.path)))
        assert (SITE / resolved.lstrip("/")).is_file(), f"{page} → {resolved}"


def test_every_report_is_found_from_the_registry_and_nothing_else() -> None:
    base = "http://127.0.0.1"
    rows, problems = read_registry(SITE / "sources.csv", f"{base}/")
    assert (problems, doubts(rows, {"127.0.0.1"})) == ([], [])
    listings, reports = [row.listing_url for row in rows if row.listing_url], [row.url for row in rows if row.url]
    search = Search(listings, reports, 2024, set())
    waiting = [*search.reports(), *search.listings()]
    for wanted in waiting:
        path = urlsplit(wanted.url).path
        if wanted.role is not Role.FILE:
            waiting += search.take(wanted.url, (SITE / path.lstrip("/")).read_bytes())
    found = [wanted.url.removeprefix(base) for wanted in waiting if wanted.role is Role.REPORT]
    assert sorted(found) == sorted(PATHS)
    assert search.problems == []


def test_every_column_is_linked_from_the_index() -> None:
    linked = {reference.decode() for reference in REFERENCE.findall((SITE / "index.html").read_bytes())}
    rows, _ = read_registry(SITE / "sources.csv", "http://127.0.0.1/")
    assert {urlsplit(row.listing_url or row.url or "").path.lstrip("/") for row in rows} == linked


def test_gbk_page_declares_gb2312_and_is_more_than_that() -> None:
    content = (SITE / "shengzhou/art/2017/3/9/art_1389_1042217.html").read_bytes()
    assert b"charset=gb2312" in content
    assert "镕" in content.decode("gbk")
    with pytest.raises(UnicodeDecodeError):
        content.decode("gb2312")


def test_site_is_what_its_builder_makes() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "build_sample_site.py"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def issuer_pattern(expected: dict[str, Any]) -> str:
    within = "".join(f"(?:{re.escape(name)})?" for name in expected["within"])
    return f"{within}{re.escape(expected['issuer'])}{SUFFIX}"


@pytest.mark.parametrize("path", PATHS)
def test_page_reads_as_its_golden_file_says(path: str) -> None:
    from extract.formats import read_page
    from transform.read import read_report
    from transform.wording.fold import fold

    expected = golden_for(path)
    report = read_report(read_page((SITE / path.lstrip("/")).read_bytes()))
    read = {f.figure: f.status if f.status in STATUSES else f.value for f in report.figures}

    assert report.form == expected["form"]
    differing = {
        figure: (read.get(figure, "absent"), value)
        for figure, value in expected["figures"].items()
        if read.get(figure, "absent") != value
    }
    assert not differing, "figures read otherwise than printed (read, printed)"
    assert set(read) == set(expected["figures"])
    assert report.verdict == expected["verdict"], [(f.rule, f.message) for f in report.findings]
    in_doubt = {figure for f in report.findings if f.severity == "error" for figure in f.figures}
    assert set(expected["doubted"]) <= in_doubt, "a wrong cell is not named by any finding"
    assert report.metadata.year == expected["year"]
    assert re.fullmatch(issuer_pattern(expected), fold(report.metadata.issuer or "")), report.metadata.issuer
    assert report.metadata.division_code == expected["division_code"]
