from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import GONE, PAGES, SEED, registry_text

from extract.archive import Archive
from extract.archive.volume import record_at
from extract.archive.warc import bytes_of
from extract.web.crawler import Crawler
from flows.errors import ExitCode, UserError
from flows.fetching import registered_towns
from flows.loading import load, prepare_warehouse, publish_warehouse
from flows.reading import read_saved, reread_town
from flows.rerun import process_town
from flows.results import Summary, TownResult
from flows.settings import Settings
from load.board import board_file, prepare_board
from load.query import run_query


def crawl(settings: Settings) -> list[TownResult]:
    archive = Archive(settings.archive)
    crawler = Crawler(settings.manners)
    results = [process_town(town, crawler=crawler, archive=archive) for town in registered_towns(settings)]
    prepare_warehouse(settings)
    load(results, settings.warehouse)
    publish_warehouse(settings)
    return results


def rows(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    return run_query(settings.published, sql)[1]


@pytest.mark.usefixtures("site")
def test_publishing_makes_the_aggregates_anew_where_a_dashboard_has_been_used(settings: Settings) -> None:
    crawl(settings)
    assert list(settings.home.glob("dashboard-*")) == []
    earlier = prepare_board(settings.published, settings.home)
    publish_warehouse(settings)
    newer = board_file(settings.published, settings.home)
    assert list(settings.home.glob("dashboard-*")) == [newer]
    assert newer != earlier


def test_every_page_is_fetched_kept_read_loaded_and_published(settings: Settings, site: tuple[Path, str]) -> None:
    results = crawl(settings)
    assert [len(result.readings) for result in results] == [1, 2, 1]
    assert not any(result.failures for result in results)
    published = rows(settings, "SELECT division_code, year, form FROM report ORDER BY ALL")
    assert published == [
        ("211382117", 2020, "2019"),
        ("330683100", 2016, "2014"),
        ("621124204", 2019, "2019"),
        ("621124204", 2021, "2021"),
    ]
    folder, base = site
    archive = Archive(settings.archive)
    for page in PAGES:
        kept = archive.latest(base + page)
        assert kept is not None
        assert archive.get(kept.sha256) == (folder / page).read_bytes()


def test_a_page_in_gbk_without_a_charset_header_is_read(settings: Settings) -> None:
    crawl(settings)
    assert rows(settings, "SELECT encoding FROM snapshot WHERE url LIKE '%shengzhou%'") == [("gb18030",)]
    assert "�" not in str(rows(settings, "SELECT text FROM section"))


def test_snapshots_name_the_record_that_keeps_them(settings: Settings) -> None:
    crawl(settings)
    found = rows(settings, "SELECT file, file_offset, sha256, status, content_type FROM snapshot ORDER BY url")
    assert len(found) == len(PAGES)
    for file, offset, sha256, *_ in found:
        assert bytes_of(record_at(settings.archive / str(file), int(str(offset))), str(sha256))
    assert {(status, kind) for *_, status, kind in found} == {(200, "text/html"), (200, "text/plain")}


def test_the_warehouse_holds_the_gazetteer(settings: Settings) -> None:
    crawl(settings)
    assert rows(settings, "SELECT name FROM division WHERE code = '211382117'") == [("三道河子镇",)]


def test_a_page_that_fails_stops_no_other(settings: Settings, site: tuple[Path, str]) -> None:
    folder, base = site
    (folder / "empty.html").write_bytes(b"")
    extra = f"临洮县漫洼乡人民政府,town,2020,{base}{GONE},621124204", f"空,town,2020,{base}empty.html,110101001"
    assert settings.sources is not None
    settings.sources.write_text(registry_text(base, *extra), encoding="utf-8")
    results = crawl(settings)
    failures = [failure for result in results for failure in result.failures]
    assert [(f.address, f.stage) for f in failures] == [(base + GONE, "fetch"), (f"{base}empty.html", "read")]
    assert "404" in failures[0].reason
    assert [len(result.readings) for result in results] == [1, 2, 1, 0]


def test_the_bytes_of_a_page_that_cannot_be_read_are_kept_too(settings: Settings, site: tuple[Path, str]) -> None:
    folder, base = site
    (folder / SEED).write_bytes(b"\x00\xff\x01" * 100)
    crawl(settings)
    kept = Archive(settings.archive).latest(base + SEED)
    assert kept is not None
    assert (kept.sha256,) in rows(settings, "SELECT sha256 FROM snapshot")


def test_a_second_run_over_an_unchanged_site_changes_no_row(settings: Settings) -> None:
    crawl(settings)
    everything = "SELECT * FROM report JOIN figure USING (report_id) ORDER BY ALL"
    before = rows(settings, everything)
    crawl(settings)
    assert rows(settings, everything) == before


def test_kept_bytes_give_the_same_reports_without_a_network(settings: Settings) -> None:
    fetched = crawl(settings)
    archive = Archive(settings.archive)
    again = [reread_town(town, archive=archive) for town in registered_towns(settings)]
    assert again == [replace(result, visits=()) for result in fetched]


def test_a_town_that_was_never_fetched_says_so(settings: Settings) -> None:
    (failure, *_) = reread_town(registered_towns(settings)[0], archive=Archive(settings.archive)).failures
    assert (failure.stage, "--refetch" in failure.reason) == ("archive", True)


def test_a_town_that_may_not_be_asked_is_all_failures(settings: Settings) -> None:
    unlisted = settings.model_copy(update={"private_hosts": frozenset()})
    town, archive = registered_towns(settings)[1], Archive(settings.archive)
    result = process_town(town, crawler=Crawler(unlisted.manners), archive=archive)
    assert [failure.reason for failure in result.failures] == [
        "127.0.0.1 is at 127.0.0.1, which is no public address"
    ] * 2
    assert result.readings == ()


def test_a_saved_file_is_kept_and_read(settings: Settings, site: tuple[Path, str]) -> None:
    path = str(site[0] / SEED)
    archive = Archive(settings.archive)
    (reading,) = read_saved(path, archive=archive).readings
    assert (reading.source.path, reading.source.url, reading.source.fetched_at) == (path, None, None)
    assert archive.get(reading.source.snapshot_sha256) == Path(path).read_bytes()


def test_the_summary_counts_towns_reports_and_failures(settings: Settings) -> None:
    summary = Summary()
    for result in crawl(settings):
        summary = summary.plus(result)
    assert (summary.towns, summary.reports, summary.failures) == (3, 4, ())
    assert sum(count for _, count in summary.verdicts) == 4


def test_a_registry_with_a_problem_starts_no_run(settings: Settings, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("issuer,issuer_kind,year,url,division_code\n镇,town,x,http://a.example/,1101\n", encoding="utf-8")
    with pytest.raises(UserError, match="line 2") as caught:
        registered_towns(settings.model_copy(update={"sources": bad}))
    assert caught.value.exit_code is ExitCode.USAGE


def test_an_empty_registry_is_nothing_to_do(settings: Settings, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("issuer,issuer_kind,year,url,division_code\n", encoding="utf-8")
    with pytest.raises(UserError, match="no addresses") as caught:
        registered_towns(settings.model_copy(update={"sources": empty}))
    assert caught.value.exit_code is ExitCode.NOTHING_DONE


def test_loading_nothing_makes_no_database(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    load([TownResult("x", (), ())], settings.warehouse)
    assert not settings.warehouse.exists()
