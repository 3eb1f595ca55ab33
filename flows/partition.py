"""One partition of the archive read into parts, by whatever process is asked to: nothing but paths and counts go back.

What a run saw of a page and its documents is read as it stood when the run had ended, so that it makes no difference
in which partitions their visits lie; where they lie apart, the same report is read twice and loaded twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

from extract.archive import Archive, ArchiveError, Place, Visit
from extract.archive.replay import Partition, Past, kept_by, visits_in
from extract.web.answer import Outcome
from flows.corrections import corrections_fingerprint
from flows.errors import UserError, one_line
from flows.reading import is_news, read_fetched
from flows.results import Failure, FetchedTown, TownResult
from flows.sources import Town
from load.parts import write_part
from load.warehouse import to_batch
from transform.frames import to_frames
from transform.version import parser_version

_PAGES_A_PART = 300
_ANY = Town("", "", None, ())


@dataclass(frozen=True, slots=True)
class PartsRead:
    """What became of a partition: the folders of its parts in order, and counts of what is in them.

    ``failures`` tells of what the archive should have had and has not.
    """

    parts: tuple[Path, ...]
    visits: int
    readings: int
    failures: tuple[Failure, ...]


class _Everything:
    """Holds whatever is asked for: only what is new or has changed is read."""

    def __contains__(self, _: object) -> bool:
        return True


def reader() -> str:
    """What the readings of a page depend on besides its bytes: the program with its forms, and the corrections."""
    return f"{parser_version()}, corrections {corrections_fingerprint()}"


def read_partition(partition: Partition, place: Place, folder: Path, wanted: str) -> PartsRead:
    """Read what was new or had changed in a partition of the archive in ``place``; the parts are below ``folder``.

    Raises :class:`UserError` where this process is another :func:`reader` than the ``wanted`` one.
    """
    if reader() != wanted:
        raise UserError(f"a worker reads with nianbao {reader()}, and not with {wanted}; install the same everywhere")
    parts, visits, readings, failures = [], 0, 0, []
    with closing(Archive(place, fixed=True)) as archive:
        for number, result in enumerate(_read(partition, place, archive)):
            batch = to_batch(to_frames(result.readings), result.snapshots, result.visits)
            parts.append(write_part(batch, folder / f"{partition.number:08d}-{number:04d}"))
            visits += len(result.visits)
            readings += len(result.readings)
            failures += [failure for failure in result.failures if failure.stage == "archive"]
    return PartsRead(tuple(parts), visits, readings, tuple(failures))


def _read(partition: Partition, place: Place, archive: Archive) -> Iterator[TownResult]:
    """The readings of some hundred pages at a time, then all visits."""
    by_run: dict[str, list[Visit]] = {}
    damage = []
    try:
        for visit in visits_in(place, partition):
            by_run.setdefault(visit.run, []).append(visit)
    except ArchiveError as error:
        damage.append(Failure("", partition.file, "archive", one_line(error)))
    for run, visits in by_run.items():
        past = Past(archive, run)
        pages = _news(visits, archive, past)
        while some := list(islice(pages, _PAGES_A_PART)):
            fetched = FetchedTown(_ANY, tuple(visit for page in some for visit in page))
            yield replace(read_fetched(fetched, archive=past, known=_Everything()), visits=())
    yield TownResult("", (), tuple(damage), visits=tuple(chain.from_iterable(by_run.values())))


def _news(visits: Sequence[Visit], archive: Archive, past: Past) -> Iterator[list[Visit]]:
    """The visits to each page that something is new about, and to its documents."""
    news = {visit.page or visit.source for visit in visits if is_news(visit)}
    pages: dict[str, list[Visit]] = {}
    for visit in visits:
        if (page := visit.page or visit.source) in news:
            pages.setdefault(page, []).append(replace(visit, kept=kept_by(visit, archive)))
    for page, of_page in pages.items():
        kept = None if any(visit.source == page for visit in of_page) else past.latest(page)
        if kept:
            of_page.insert(0, Visit("", kept.seen_at, Outcome.UNCHANGED, page, role=kept.role, kept=kept))
        yield of_page
