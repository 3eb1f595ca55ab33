"""The commands on a lakehouse whose catalogue is in PostgreSQL, its files and the archive on S3: as in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import object_store
import postgres
import pytest
from conftest import SAMPLE_SITE, SEED, run_nianbao
from object_store import ObjectStore
from postgres import Postgres
from test_rerun import rewrite

from flows.errors import UserError
from flows.night import run_night
from flows.rebuild import rebuild_warehouse
from flows.rerun import rerun_town
from flows.settings import Settings, load_settings
from load.board import open_board, prepare_board
from load.board_views import count_reports
from load.database import open_database
from load.lake import version_of
from load.lake_address import lake_at

SAVED = "yongchun/zwgk/zfxxgkzl/xzzf/sgz/ndbg/202401/t20240122_2991365.htm"


@pytest.fixture(scope="module")
def store() -> Iterator[ObjectStore]:
    with object_store.running() as running:
        yield running


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres.running() as running:
        yield running


@pytest.fixture
def on_a_lake(settings: Settings, server: Postgres, store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> Settings:
    store.use(monkeypatch)
    bucket = store.bucket("lake")
    lake = lake_at(f"ducklake:postgres:{server.database('lake')}?data={bucket}/data")
    return settings.model_copy(update={"lake": lake, "archive_storage": f"{bucket}/archive"})


def test_every_command_works_on_a_lake(
    on_a_lake: Settings, site: tuple[Path, str], store: ObjectStore, tmp_path: Path
) -> None:
    run, summary = run_night(on_a_lake)
    assert (run.state, summary.reports) == ("completed", 4)
    with closing(open_database(on_a_lake.published, read_only=True)) as con:
        night = version_of(con)
    page = site[0] / SEED
    rewrite(page, page.read_text(encoding="utf-8").replace("行政許可 | 0 |", "行政許可 | 7 |", 1))
    rerun = rerun_town(on_a_lake, "211382117", refetch=True)
    rebuilt = rebuild_warehouse(on_a_lake)
    assert rerun.changes
    assert (rebuilt.readings, rebuilt.changes, rebuilt.failures) == (5, (), ())
    board = prepare_board(on_a_lake.published, on_a_lake.home)
    with open_board(on_a_lake.published, board) as con:
        assert count_reports(con) == 4

    assert list(on_a_lake.archive.glob("*.warc.gz")) == []
    environment = {**store.environment, "NIANBAO_WAREHOUSE": str(on_a_lake.lake), "NIANBAO_HOME": str(on_a_lake.home)}
    environment["NIANBAO_ARCHIVE_STORAGE"] = str(on_a_lake.archive_storage)
    loaded = run_nianbao(tmp_path, "load", str(SAMPLE_SITE / SAVED), **environment)
    assert (loaded.returncode, loaded.stderr) == (0, "")
    asked = run_nianbao(tmp_path, "query", "SELECT count(*) FROM report", "--format", "csv", **environment)
    assert asked.stdout.split() == ["count_star()", "5"]
    compared = run_nianbao(tmp_path, "diff", f"{on_a_lake.lake}&version={night}", str(on_a_lake.lake), **environment)
    assert compared.returncode == 1
    assert compared.stdout.count("appeared") == 1
    assert compared.stdout.count("changed") >= 1


def test_setting_that_is_no_lake_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIANBAO_WAREHOUSE", "/srv/nianbao.duckdb")
    with pytest.raises(UserError, match=r"^NIANBAO_WAREHOUSE: .*is no address of a lake"):
        load_settings()


def test_storage_that_is_no_address_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIANBAO_ARCHIVE_STORAGE", "bucket/archive")
    with pytest.raises(UserError, match=r"^NIANBAO_ARCHIVE_STORAGE: .*is no address of object storage"):
        load_settings()
