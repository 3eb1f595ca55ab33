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
from flows.rerun import rerun_town
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


def register(settings: Settings, code: str, *further_years: int) -> None:
    assert settings.sources is not None
    lines = [f"城关镇,town,{year},{URL.replace('2020', str(year))},{code}\n" for year in (2020, *further_years)]
    settings.sources.write_text(f"issuer,issuer_kind,year,url,division_code\n{''.join(lines)}", encoding="utf-8")


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


def test_a_rerun_sees_a_code_that_is_newly_registered_and_the_archive_keeps_it(home: Settings, web: Web) -> None:
    register(home, "")
    run_night(home)
    asked = len(web.requests)
    register(home, CODE)
    rerun = rerun_town(home, CODE)
    assert (rerun.reports, rerun.failures) == (1, ())
    assert rows(home, CODES) == [(CODE,)]
    assert len(web.requests) == asked
    assert rebuild_warehouse(home, compare=True).changes == ()
    assert rerun_town(home, CODE).changes == ()
    _, summary = run_night(home)
    assert (summary.unchanged, summary.reports) == (1, 0)
    ledger = rows(home, "FROM run LEFT JOIN visit USING (run_id) ORDER BY ALL")
    rebuild_warehouse(home)
    assert rows(home, CODES) == [(CODE,)]
    assert rows(home, "FROM run LEFT JOIN visit USING (run_id) ORDER BY ALL") == ledger


def test_a_rerun_of_one_year_says_nothing_of_the_others(home: Settings, web: Web) -> None:
    other = page().replace(b"2020", b"2019")
    web.page("chengguan.example", "/2019.html", kept(other, '"2019"'))
    register(home, "", 2019)
    run_night(home)
    assert rows(home, CODES) == [(None,), (None,)]
    register(home, CODE, 2019)
    rerun_town(home, CODE, year=2020)
    assert rows(home, CODES) == [(None,), (CODE,)]
    assert rebuild_warehouse(home, compare=True).changes == ()
    run_night(home)
    assert rows(home, CODES) == [(CODE,), (CODE,)]


def test_a_rerun_sees_the_code_for_a_report_that_stands_in_a_document(home: Settings, web: Web) -> None:
    web.page("chengguan.example", "/P0.doc", kept(page(), '"document"'))
    title = "城关镇2020年政府信息公开工作年度报告"
    body = f'<h1>{title}</h1><p>见附件。</p><a href="/P0.doc">{title}.doc</a>'
    web.page("chengguan.example", "/2020.html", kept(body.encode(), '"page"'))
    register(home, "")
    run_night(home)
    assert rows(home, "SELECT division_code, page_url IS NULL FROM report") == [(None, False)]
    register(home, CODE)
    rerun_town(home, CODE)
    assert rows(home, "SELECT division_code, page_url IS NULL FROM report") == [(CODE, False)]
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
