from __future__ import annotations

from conftest import PAGES
from test_pipeline import crawl, rows

from flows.archive import reindex
from flows.errors import ExitCode
from flows.settings import Settings
from load.database import open_database


def test_reindex_gives_the_same_snapshots_from_the_files_alone(settings: Settings) -> None:
    crawl(settings)
    everything = "SELECT * EXCLUDE encoding FROM snapshot ORDER BY ALL"
    before = rows(settings, everything)
    assert len(before) == len(PAGES)
    (settings.archive / "index.sqlite").unlink()
    with open_database(settings.warehouse) as connection:
        connection.execute("UPDATE snapshot SET file = 'elsewhere', file_offset = 7")
        connection.execute("DELETE FROM snapshot WHERE url LIKE '%2020.txt'")
    assert reindex(settings) is ExitCode.OK
    assert rows(settings, everything) == before


def test_a_content_whose_file_is_gone_has_no_place(settings: Settings) -> None:
    crawl(settings)
    for path in settings.archive.glob("*.warc.gz"):
        path.unlink()
    reindex(settings)
    assert rows(settings, "SELECT DISTINCT file, file_offset FROM snapshot") == [(None, None)]
