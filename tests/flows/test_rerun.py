from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from conftest import SEED, registry_text
from test_pipeline import crawl

from extract.archive import Archive
from flows.errors import ExitCode, UserError
from flows.loading import load, prepare_warehouse, publish_warehouse
from flows.reading import read_saved
from flows.rerun import rerun_town
from flows.settings import Settings
from load.query import run_query

TABLES = ("report", "figure", "finding", "section", "snapshot")


def dump(settings: Settings, where: str) -> dict[str, bytes]:
    """All rows of all tables that stand under the reports of a condition, as bytes."""
    found = {}
    for table in TABLES:
        key = "address" if table == "snapshot" else "report_id"
        sql = f"SELECT * FROM {table} WHERE {key} IN (SELECT {key} FROM report WHERE {where}) ORDER BY ALL"  # noqa: S608
        found[table] = repr(run_query(settings.published, sql)).encode()
    return found


def rewrite(page: Path, text: str) -> None:
    """Change a page, some time after it was asked for: a server tells times by the second."""
    page.write_text(text, encoding="utf-8")
    later = time.time() + 10
    os.utime(page, (later, later))


def test_only_the_rows_of_that_town_change(settings: Settings, site: tuple[Path, str]) -> None:
    crawl(settings)
    others = dump(settings, "division_code <> '211382117'")
    own = dump(settings, "division_code = '211382117'")
    rewrite(site[0] / SEED, (site[0] / SEED).read_text(encoding="utf-8").replace("0", "7"))
    rerun = rerun_town(settings, "211382117", refetch=True)
    assert rerun.changes
    assert dump(settings, "division_code = '211382117'") != own
    assert dump(settings, "division_code <> '211382117'") == others


def test_a_rerun_from_the_kept_bytes_changes_nothing(settings: Settings, site: tuple[Path, str]) -> None:
    crawl(settings)
    before = dump(settings, "true")
    (site[0] / SEED).write_text("the site has changed", encoding="utf-8")
    rerun = rerun_town(settings, "三道河子镇")
    assert (rerun.reports, rerun.changes, rerun.failures) == (1, (), ())
    assert dump(settings, "true") == before


def test_each_changed_figure_is_one_line(settings: Settings, site: tuple[Path, str]) -> None:
    crawl(settings)
    page = site[0] / "lintao/art/2022/1/21/art_6924_1509973.html"
    text = page.read_text(encoding="utf-8")
    assert text.count(">7</p>") == 1
    rewrite(page, text.replace(">7</p>", ">8</p>"))
    (change,) = rerun_town(settings, "621124204", refetch=True).changes
    assert change.endswith("2021: disclosure.normative_documents.in_force: 7.0 → 8.0")


def test_a_year_limits_the_rerun(settings: Settings) -> None:
    crawl(settings)
    assert rerun_town(settings, "621124204").reports == 2
    assert rerun_town(settings, "621124204", year=2021).reports == 1
    assert rerun_town(settings, "621124204", year=2015).reports == 0


def test_a_town_is_found_by_code_by_name_and_by_issuer(settings: Settings) -> None:
    crawl(settings)
    found = {
        rerun_town(settings, name).town for name in ("621124204", "漫洼乡", "临洮县漫洼乡", "临洮县漫洼乡人民政府")
    }
    assert found == {"甘肃省定西市临洮县漫洼乡 (621124204)"}


def test_an_ambiguous_name_lists_the_candidates(settings: Settings, site: tuple[Path, str]) -> None:
    assert settings.sources is not None
    extra = [f"城关镇,town,2020,{site[1]}{code}.html,{code}" for code in ("621124100", "620523100")]
    settings.sources.write_text(registry_text(site[1], *extra), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        rerun_town(settings, "城关镇")
    assert caught.value.exit_code is ExitCode.USAGE
    assert "621124100" in str(caught.value)
    assert "620523100" in str(caught.value)


@pytest.mark.parametrize("name", ["999999999", "没有这个镇", ""])
def test_an_unknown_town_is_an_error(settings: Settings, name: str) -> None:
    with pytest.raises(UserError, match="nothing is known of"):
        rerun_town(settings, name)


def test_reports_that_were_loaded_from_files_are_read_again_from_the_kept_bytes(
    settings: Settings, site: tuple[Path, str], tmp_path: Path
) -> None:
    path = site[0] / SEED
    empty = tmp_path / "none.csv"
    empty.write_text("issuer,issuer_kind,year,url,division_code\n", encoding="utf-8")
    settings = settings.model_copy(update={"sources": empty})
    prepare_warehouse(settings)
    load([read_saved(str(path), archive=Archive(settings.archive))], settings.warehouse)
    publish_warehouse(settings)
    path.unlink()
    rerun = rerun_town(settings, "211382117")
    assert (rerun.reports, rerun.changes, rerun.failures) == (1, (), ())


def restored(settings: Settings, *names: str) -> None:
    """A home folder with the published database, and of the rest what is named."""
    for path in settings.home.iterdir():
        if path != settings.published and path.name not in names:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def test_a_home_with_the_published_database_alone_says_that_the_archive_is_missing(settings: Settings) -> None:
    crawl(settings)
    before = dump(settings, "true")
    restored(settings)
    for name in ("211382117", "漫洼乡"):
        with pytest.raises(UserError, match=r"put its \*\.warc\.gz files back .* or .* with --refetch") as caught:
            rerun_town(settings, name)
        assert caught.value.exit_code is ExitCode.NOTHING_DONE
    assert dump(settings, "true") == before
    assert rerun_town(settings, "211382117", refetch=True).reports == 1


def test_an_index_that_is_gone_is_made_anew_from_the_files(settings: Settings) -> None:
    crawl(settings)
    restored(settings, "archive")
    (settings.archive / "index.sqlite").unlink()
    rerun = rerun_town(settings, "621124204")
    assert (rerun.reports, rerun.changes, rerun.failures) == (2, (), ())


def test_a_file_of_the_archive_that_is_gone_is_said_of_each_report(settings: Settings) -> None:
    crawl(settings)
    restored(settings, "archive")
    for path in settings.archive.glob("*.warc.gz"):
        path.unlink()
    Archive(settings.archive).begin("later")
    rerun = rerun_town(settings, "621124204")
    assert rerun.reports == 0
    assert [failure.stage for failure in rerun.failures] == ["archive"] * 2
