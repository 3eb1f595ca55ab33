"""What the registry knows of a source decides which division a report with an ambiguous issuer is of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from conftest import SAMPLE_SITE, SEED
from test_night import rows
from web.server import Web, kept, serving

from extract.archive import Archive
from flows.night import run_night
from flows.rebuild import rebuild_warehouse
from flows.runs import load_paths
from flows.settings import Settings

CODE, ELSEWHERE = "620524100", "211382117"
URL = "http://chengguan.example/2020.html"
CODES = "SELECT division_code FROM report ORDER BY url"
SOURCED = "SELECT severity FROM finding WHERE rule = 'metadata.division_by_source'"


def page(county: str = "") -> bytes:
    text = (SAMPLE_SITE / SEED).read_text(encoding="utf-8")
    return text.replace("三道河子", f"{county}城關").encode()


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as server:
        server.page("chengguan.example", "/2020.html", kept(page(), '"1"'))
        yield server


@pytest.fixture
def home(tmp_path: Path, web: Web, home_folder: Path) -> Settings:
    settings = Settings(home=home_folder, sources=tmp_path / "sources.csv", hosts=web.hosts, delay=0.0, backoff=0.0)
    register(settings, CODE)
    return settings


def register(settings: Settings, code: str) -> None:
    assert settings.sources is not None
    line = f"城关镇,town,2020,{URL},{code}"
    settings.sources.write_text(f"issuer,issuer_kind,year,url,division_code\n{line}\n", encoding="utf-8")


def test_a_report_with_an_ambiguous_issuer_is_of_the_division_of_its_source(home: Settings) -> None:
    run_night(home)
    assert rows(home, CODES) == [(CODE,)]
    assert rows(home, SOURCED) == [("info",)]
    assert rows(home, f"SELECT division, year, verdict FROM town_year WHERE division_code = '{CODE}'") == [  # noqa: S608
        ("城关镇", 2020, "verified")
    ]
    _, summary = run_night(home)
    assert (summary.unchanged, summary.reports) == (1, 0)
    assert rebuild_warehouse(home, compare=True).changes == ()


def test_a_code_that_is_registered_later_reaches_the_report_though_the_page_is_unchanged(home: Settings) -> None:
    register(home, "")
    run_night(home)
    assert rows(home, CODES) == [(None,)]
    register(home, CODE)
    _, summary = run_night(home)
    assert (summary.unchanged, summary.reports) == (1, 1)
    assert rows(home, CODES) == [(CODE,)]
    with closing(Archive(home.archive)) as archive:
        archive.reindex()
        found = archive.latest(URL)
        assert found is not None
        assert found.division == CODE
    assert rebuild_warehouse(home, compare=True).changes == ()


def test_what_the_page_says_goes_before_the_registry(home: Settings, web: Web) -> None:
    register(home, ELSEWHERE)
    run_night(home)
    assert rows(home, CODES) == [(None,)]
    register(home, CODE)
    web.page("chengguan.example", "/2020.html", kept(page("隴西縣"), '"2"'))
    run_night(home)
    assert rows(home, SOURCED) == []
    assert rows(home, CODES) != [(CODE,)]


def test_a_loaded_file_has_no_source(home: Settings, tmp_path: Path) -> None:
    saved = tmp_path / "2020.txt"
    saved.write_bytes(page())
    load_paths(home, [str(saved)])
    assert rows(home, CODES) == [(None,)]
