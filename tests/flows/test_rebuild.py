"""The warehouse made anew from the WARC files alone: the same rows, byte for byte in its exports."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import PAGES, SAMPLE_SITE, SEED
from test_night import home, rows, web
from web.server import Web, kept, redirect, status

from extract.archive import Archive
from flows.errors import ExitCode, UserError
from flows.lock import single_run
from flows.night import Night, run_night
from flows.pipeline import publish_warehouse, registered_towns
from flows.rebuild import rebuild_warehouse
from flows.runs import load_paths, rebuild_now
from flows.settings import Settings
from load.database import open_database
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
    run_night(home)
    for body in (data.replace(b">7</p>", b">8</p>"), data, data.replace(b">7</p>", b">9</p>"), data):
        web.page("lintao.example", f"/{page}", kept(body, f'"{hash(body)}"'))
        run_night(home)
    web.page("lingyuan.example", f"/{SEED}", status(404, b"<p>gone</p>"))
    web.page("lintao.example", "/moved", (SAMPLE_SITE / page).read_bytes())
    web.page("lintao.example", f"/{page}", redirect("/moved"))
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


def cut_off(settings: Settings) -> None:
    """A night that ended before it had asked anything."""
    with single_run(settings.home):
        Night(settings, registered_towns(settings)).leave()


def test_the_exports_of_a_rebuilt_warehouse_are_the_same_bytes(lived: Settings, web: Web, tmp_path: Path) -> None:
    before, ledger, asked = exported(lived, tmp_path / "before"), rows(lived, LEDGER), len(web.requests)
    Archive(lived.archive).close()
    for name in ("working.duckdb", "archive/index.sqlite"):
        (lived.home / name).unlink()
    rebuilt = rebuild_warehouse(lived)
    assert (rebuilt.runs, rebuilt.changes) == (10, ())
    assert exported(lived, tmp_path / "after") == before
    assert len(before) > 5
    assert rows(lived, LEDGER) == ledger
    assert len(ledger) == 7 * len(PAGES) + 1 + 2
    assert len(web.requests) == asked
    assert not (lived.home / "rebuild").exists()


def test_a_warehouse_that_is_gone_comes_back(lived: Settings) -> None:
    everything = "FROM figure ORDER BY ALL"
    before = rows(lived, everything)
    lived.published.unlink()
    lived.warehouse.unlink()
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
    assert any("requests.received.total,99,0" in line for line in lines)
    assert any(line.startswith("appeared,") and ",2016," in line for line in lines)
    assert home.published.read_bytes() == before
    assert rebuild_now(home, "csv", compare=False) is ExitCode.OK
    assert rebuild_now(home, "csv", compare=True) is ExitCode.OK


def test_nothing_to_rebuild_from_or_to_compare_with_is_one_line(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with pytest.raises(UserError, match="nothing to compare with"):
        rebuild_warehouse(settings, compare=True)
    with pytest.raises(UserError, match="nothing to rebuild from"):
        rebuild_warehouse(settings)
