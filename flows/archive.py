"""``nianbao archive``: what the WARC files hold, and the index that is made from them."""

from __future__ import annotations

from extract.archive import Archive
from flows.errors import ExitCode
from flows.loading import publish_warehouse
from flows.lock import single_run
from flows.output import say
from flows.reading import snapshot_of
from flows.settings import Settings
from load.database import exists
from load.snapshots import relocate_snapshots, snapshot_rows
from load.warehouse import open_warehouse, transaction


def reindex(settings: Settings) -> ExitCode:
    """Make the index of the archive anew from its files, say in the warehouse where each content lies, and publish."""
    with single_run(settings.home):
        archive = Archive(settings.archive_place)
        archive.reindex()
        kept = archive.everything()
        if exists(settings.warehouse):
            with open_warehouse(settings.warehouse) as connection, transaction(connection):
                relocate_snapshots(connection, snapshot_rows(map(snapshot_of, kept)))
            publish_warehouse(settings)
    files = {version.file for version in kept if version.file}
    sources = {version.url or version.path for version in kept}
    say(f"{settings.archive_place}: {len(files)} files, {len(sources)} sources, {len(kept)} versions\n")
    return ExitCode.OK
