"""The warehouse made anew from the WARC files alone: the same rows, byte for byte in its exports."""

from __future__ import annotations

import os
import signal
from functools import partial
from pathlib import Path

import pytest
from conftest import PAGES, SAMPLE_SITE, SEED
from test_night import home, rows, web
from web.server import Web, kept, redirect, status

from extract.archive import Archive
from extract.archive.index import MARK_EVERY
from flows.engine import in_order
from flows.errors import ExitCode, UserError
from flows.fetching import registered_towns
from flows.loading import publish_warehouse
from flows.lock import single_run
from flows.night import Night, run_night
from flows.rebuild import rebuild_warehouse
from flows.runs import load_paths, rebuild_now
from flows.settings import Settings
from load.database import WarehouseError, open_database
from load.export import export

__all__ = ["home", "web"]
LEDGER = "FROM run LEFT JOIN visit USING (run_id) ORDER BY ALL"


def exported(settings: Settings, folder: Path) -> dict[str, bytes]:
    export(settings.published, folder, "parquet")
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def lived(home: Settings, web: Web, tmp_path: Path) -> Settings:
    """An installation with some history: pages new, unchanged, changed, changed back and gone; a file loaded.

    A night was cut off and given up, and the last one goes on.
    """
    page = "lintao/art/2022/1/21/art_6924_1509973.html"
    data = (SAMPLE_SITE / page).read_bytes()
    document = attached(home, web)
    run_night(home)
    for body in (data.replace(b">7</p>", b">8</p>"), data, data.replace(b">7</p>", b">9</p>"), data):
        web.page("lintao.example", f"/{page}", kept(body, f'"{hash(body)}"'))
        run_night(home)
    web.page("lingyuan.example", f"/{SEED}", status(404, b"<p>gone</p>"))
    web.page("lintao.example", "/moved", (SAMPLE_SITE / page).read_bytes())
    web.page("lintao.example", f"/{page}", redirect("/moved"))
    web.page("lintao.example", "/P0.doc", kept(document + b"<!-- later -->", '"later"'))
    run_night(home)
    saved = tmp_path / "saved.txt"
    saved.write_text((SAMPLE_SITE / SEED).read_text(encoding="utf-8").replace("2020", "2021"), encoding="utf-8")
    load_paths(home, [str(saved)])
    saved.unlink()
    cut_off(home)
    run_night(home.model_copy(update={"resume_hours": 0.0}))
    cut_off(home)
    publish_warehouse(home)
    return home


def attached(settings: Settings, web: Web) -> bytes:
    """A page whose report stands in a document, put into the registry; the bytes of the document."""
    document = (SAMPLE_SITE / "miyun/zwgk/zfxxgk/dcz/gknb/202201/t20220117_261544.html").read_bytes()
    web.page("lintao.example", "/P0.doc", kept(document, '"first"'))
    title = "北京市密云区大城子镇人民政府2021年政府信息公开工作年度报告"
    body = f'<h1>{title}</h1><p>见附件。</p><a href="/P0.doc">{title}.doc</a>'
    url = web.page("lintao.example", "/attached.html", kept(body.encode(), '"page"'))
    with Path(str(settings.sources)).open("a", encoding="utf-8") as registry:
        registry.write(f"大城子镇,town,2021,{url},110118112\n")
    return document


def cut_off(settings: Settings) -> None:
    """A night that ended before it had asked anything."""
    with single_run(settings.home):
        Night(settings, registered_towns(settings)).leave()


@pytest.mark.parametrize(("stretch", "jobs"), [(MARK_EVERY, 1), (1, 2)])
def test_the_exports_of_a_rebuilt_warehouse_are_the_same_bytes(
    lived: Settings, web: Web, tmp_path: Path, stretch: int, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read in one process and a few partitions, or in two processes with every visit a partition of its own."""
    before, ledger, asked = exported(lived, tmp_path / "before"), rows(lived, LEDGER), len(web.requests)
    Archive(lived.archive).close()
    for name in ("working.duckdb", "archive/index.sqlite"):
        (lived.home / name).unlink()
    monkeypatch.setattr("extract.archive.index.MARK_EVERY", stretch)
    partitions = len(Archive(lived.archive).stretches())
    assert partitions < 4 if jobs == 1 else partitions > len(ledger)
    rebuilt = rebuild_warehouse(lived, engine=partial(in_order, jobs=jobs))
    assert (rebuilt.runs, rebuilt.changes, rebuilt.failures) == (10, (), ())
    assert exported(lived, tmp_path / "after") == before
    assert len(before) > 5
    assert rows(lived, LEDGER) == ledger
    assert len(ledger) == 7 * (len(PAGES) + 2) + 1 + 2
    assert rows(lived, "SELECT count(DISTINCT sha256) FROM snapshot WHERE url LIKE '%.doc'") == [(2,)]
    assert rows(lived, "SELECT url LIKE '%.doc' FROM report WHERE page_url IS NOT NULL") == [(True,)]
    assert len(web.requests) == asked
    assert not (lived.home / "rebuild").exists()


def test_a_warehouse_that_is_gone_or_damaged_comes_back(lived: Settings) -> None:
    everything = "FROM figure ORDER BY ALL"
    before = rows(lived, everything)
    lived.published.write_bytes(b"damaged")
    lived.warehouse.unlink()
    with pytest.raises(WarehouseError, match="not a DuckDB database"):
        rebuild_warehouse(lived, compare=True)
    rebuild_warehouse(lived)
    assert rows(lived, everything) == before


def test_compare_says_what_differs_and_changes_nothing(home: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    run_night(home)
    assert rebuild_now(home, "csv", compare=True) is ExitCode.OK
    for path in (home.published, home.warehouse):
        with open_database(path) as connection:
            connection.execute("UPDATE figure SET value = 99 WHERE figure = 'requests.received.total' AND value = 0")
            connection.execute("DELETE FROM report WHERE year = 2016")
    before = home.published.read_bytes()
    capsys.readouterr()
    assert rebuild_now(home, "csv", compare=True) is ExitCode.SOME_FAILED
    lines = capsys.readouterr().out.splitlines()
    assert any("requests.received.total,,99,0" in line for line in lines)
    assert any(line.startswith("appeared,") and ",2016," in line for line in lines)
    assert home.published.read_bytes() == before
    assert rebuild_now(home, "csv", compare=False) is ExitCode.OK
    assert rebuild_now(home, "csv", compare=True) is ExitCode.OK


def test_a_finding_that_only_one_of_them_has_fails_the_gate(home: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    run_night(home)
    with open_database(home.published) as connection:
        connection.execute(
            "INSERT INTO finding BY NAME SELECT report_id, 99 AS position, 'requests.balance' AS rule, "
            "'warning' AS severity, 'parse' AS cause, ['requests.received.total'] AS figures, 'said once' AS message, "
            "[] AS suggested FROM report WHERE year = 2016"
        )
    capsys.readouterr()
    assert rebuild_now(home, "csv", compare=True) is ExitCode.SOME_FAILED
    _, line = capsys.readouterr().out.splitlines()
    assert line.startswith("vanished,")
    assert line.endswith(',2016,requests.received.total,requests.balance,"warning, parse: said once",,')


def test_nothing_to_rebuild_from_or_to_compare_with_is_one_line(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with pytest.raises(UserError, match="nothing to compare with"):
        rebuild_warehouse(settings, compare=True)
    with pytest.raises(UserError, match="nothing to rebuild from"):
        rebuild_warehouse(settings)


def test_what_the_archive_has_no_more_is_said(home: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    run_night(home)
    archive = Archive(home.archive)
    (version,) = archive.versions("http://shengzhou.example/shengzhou/art/2017/3/9/art_1389_1042217.html")
    ((name, begin, end),) = archive.stretches()
    with (home.archive / name).open("r+b") as file:
        file.seek(version.offset or 0)
        file.write(b"damaged!")
    assert rebuild_now(home, "csv", compare=True) is ExitCode.SOME_FAILED
    told = capsys.readouterr()
    assert begin < (version.offset or 0) < end
    assert f"{name}: from offset {version.offset} to {end} it cannot be read: a record is damaged" in told.err
    assert "vanished," in told.out
    archive.close()
    (home.archive / "index.sqlite").unlink()
    assert rebuild_now(home, "csv", compare=False) is ExitCode.SOME_FAILED
    assert f"{name}: the last {end - (version.offset or 0)} bytes cannot be read" in capsys.readouterr().err


def test_the_next_night_reads_nothing_that_the_rebuild_has_read(home: Settings) -> None:
    run_night(home)
    rebuild_warehouse(home)
    assert run_night(home)[1].reports == 0


def test_reading_processes_have_the_environment_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(in_order(os.getenv, ["NIANBAO_OF_TODAY"] * 2, jobs=2)) == [None, None]
    monkeypatch.setenv("NIANBAO_OF_TODAY", "1")
    assert list(in_order(os.getenv, ["NIANBAO_OF_TODAY"] * 2, jobs=2)) == ["1", "1"]


def test_a_reading_process_that_is_killed_is_one_line() -> None:
    with pytest.raises(UserError, match="was killed"):
        list(in_order(signal.raise_signal, [signal.SIGKILL] * 2, jobs=2))
