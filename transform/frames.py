"""Reports as normalized pandas frames: one batch for many reports, the same columns and types as the warehouse.

Frames are built column by column from lists, so that ten thousand reports cost no more than their figures do.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import chain
from typing import Any

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa

from transform.metadata.address import host, is_web, source_address
from transform.model import Report
from transform.tables import Table, load_dictionary
from transform.version import parser_version

_SURROGATE = re.compile("[\ud800-\udfff]")


class FramesError(ValueError):
    """A report does not fit the frames; the message is one line that names the table, the column and the value."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a report was read from: a url or a file path, the hash of the bytes, when they were fetched (aware).

    ``page_url`` is the page that links the document, where that is what was read.
    """

    url: str | None
    snapshot_sha256: str
    fetched_at: datetime | None = None
    path: str | None = None
    page_url: str | None = None

    def __post_init__(self) -> None:
        """Refuse a time without a zone: two machines would store it differently."""
        if self.fetched_at is not None and self.fetched_at.tzinfo is None:
            raise FramesError(f"fetched_at of {self.url or self.path} has no time zone: {self.fetched_at.isoformat()}")

    @property
    def address(self) -> str:
        """What identifies the source over repeated fetches, see :func:`transform.metadata.address.source_address`."""
        return source_address(self.url, self.path, self.snapshot_sha256)


@dataclass(frozen=True, slots=True)
class Reading:
    """A report together with the source that it was read from."""

    report: Report
    source: Source

    @property
    def report_id(self) -> str:
        """The key of the report: the same for the same report read again, whatever the bytes then are.

        ``{division code}-{year}-{hash of issuer and address}``, such as ``211382117-2020-5d1b7c9e``; without a
        division code, ``x`` and a hash of the issuer (else of the host); without a year, ``0000``.
        """
        metadata, address = self.report.metadata, self.source.address
        division = metadata.division_code or f"x{_short_hash(metadata.issuer or host(address))}"
        return f"{division}-{metadata.year or 0:04d}-{_short_hash(metadata.issuer or '', address)}"


@dataclass(frozen=True, slots=True)
class Frames:
    """A batch of reports: six frames with the columns of ``data/dictionary.toml``, every column Arrow-backed.

    ``superseded`` names the sources that gave way to a later reading of the same report within the batch.
    """

    report: pd.DataFrame
    figure: pd.DataFrame
    finding: pd.DataFrame
    section: pd.DataFrame
    statement: pd.DataFrame
    statistics_extra: pd.DataFrame
    superseded: tuple[Source, ...] = ()


def to_frames(readings: Sequence[Reading]) -> Frames:
    """The readings as one batch of validated frames, in the order of the report ids.

    Of two readings of one report the later fetched stays.  An empty sequence gives empty frames of the same types.
    Raises FramesError when a report does not fit.
    """
    current, superseded = _current(readings)
    return Frames(
        report=_validated("report", _report_columns(current)),
        figure=_validated("figure", _figure_columns(current)),
        finding=_validated("finding", _finding_columns(current)),
        section=_validated("section", _section_columns(current)),
        statement=_validated("statement", _statement_columns(current)),
        statistics_extra=_validated("statistics_extra", _extra_columns(current)),
        superseded=superseded,
    )


def _short_hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "replace")).hexdigest()[:8]


def _current(readings: Iterable[Reading]) -> tuple[dict[str, Reading], tuple[Source, ...]]:
    """The readings by report id, sorted, without those that a later one of the same page and year replaces."""
    kept: dict[str, Reading] = {}
    at_address: dict[str, list[str]] = {}
    superseded = []
    for reading in sorted(readings, key=lambda r: _utc(r.source.fetched_at) or datetime.min):
        report_id, address = reading.report_id, reading.source.address
        neighbours = at_address.setdefault(address, [])
        for other_id in [n for n in neighbours if n == report_id or _replaces(reading, kept[n])]:
            superseded.append(kept.pop(other_id).source)
            neighbours.remove(other_id)
        kept[report_id] = reading
        neighbours.append(report_id)
    return dict(sorted(kept.items())), tuple(superseded)


def _replaces(new: Reading, old: Reading) -> bool:
    if new.source.snapshot_sha256 == old.source.snapshot_sha256:
        return True
    years = (new.report.metadata.year, old.report.metadata.year)
    return is_web(new.source.address) and (None in years or years[0] == years[1])


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FramesError(f"report.published_on is no date: {text!r}") from None


def _report_columns(current: Mapping[str, Reading]) -> dict[str, Any]:
    reports = [r.report for r in current.values()]
    sources = [r.source for r in current.values()]
    return {
        "report_id": list(current),
        "division_code": [r.metadata.division_code for r in reports],
        "issuer": [r.metadata.issuer for r in reports],
        "year": [r.metadata.year for r in reports],
        "form": [r.form for r in reports],
        "verdict": [r.verdict for r in reports],
        "title": [r.metadata.title for r in reports],
        "published_on": [_day(r.metadata.published_on) for r in reports],
        "url": [s.url for s in sources],
        "path": [s.path for s in sources],
        "page_url": [s.page_url for s in sources],
        "address": [s.address for s in sources],
        "source_format": [r.source_format for r in reports],
        "snapshot_sha256": [s.snapshot_sha256 for s in sources],
        "fetched_at": [_utc(s.fetched_at) for s in sources],
        "parser_version": [parser_version()] * len(reports),
    }


def _repeated_ids(current: Mapping[str, Reading], counts: Iterable[int]) -> pa.Array:
    ids = pa.array(list(current), pa.string())
    indices = [index for index, count in enumerate(counts) for _ in range(count)]
    return ids.take(pa.array(indices, pa.int64()))


def _places(current: Mapping[str, Reading], each: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """The keys of what the reports hold: the report, and the position in it, counted from 1."""
    return {
        "report_id": _repeated_ids(current, map(len, each)),
        "position": [position for items in each for position in range(1, len(items) + 1)],
    }


def _figure_columns(current: Mapping[str, Reading]) -> dict[str, Any]:
    reports = [r.report for r in current.values()]
    figures = [figure for report in reports for figure in report.figures]
    ids = pa.array([f.figure for f in figures], pa.string()).dictionary_encode()
    places = [_place(figure) for figure in ids.dictionary.to_pylist()]
    return {
        "report_id": _repeated_ids(current, (len(r.figures) for r in reports)),
        "figure": ids.cast(pa.string()),
        **{
            name: pa.array([place[index] for place in places], pa.string()).take(ids.indices)
            for index, name in enumerate(("table_name", "row_name", "column_name"))
        },
        "value": [None if f.value is None else float(f.value) for f in figures],
        "unit": [f.unit for f in figures],
        "status": [f.status for f in figures],
        "raw": [f.raw for f in figures],
        "locator": [f.locator for f in figures],
        "corrected_value": [None if f.corrected is None else float(f.corrected.value) for f in figures],
        "correction_reason": [None if f.corrected is None else f.corrected.reason for f in figures],
        "correction_reference": [None if f.corrected is None else f.corrected.reference for f in figures],
    }


def _place(figure: str) -> tuple[str | None, ...]:
    """Table, row and column of a figure id; the statistics table of form 2014 has no columns."""
    parts = figure.split(".")
    if len(parts) not in (2, 3):
        raise FramesError(f"figure.figure is no figure id: {figure!r}")
    return (*parts, None)[:3]


def _finding_columns(current: Mapping[str, Reading]) -> dict[str, Any]:
    each = [r.report.findings for r in current.values()]
    findings = list(chain.from_iterable(each))
    return {
        **_places(current, each),
        "rule": [f.rule for f in findings],
        "severity": [f.severity for f in findings],
        "cause": [f.cause for f in findings],
        "figures": [list(f.figures) for f in findings],
        "message": [f.message for f in findings],
        "suggested": [[{"figure": figure, "value": float(value)} for figure, value in f.suggested] for f in findings],
    }


def _section_columns(current: Mapping[str, Reading]) -> dict[str, Any]:
    each = [r.report.sections for r in current.values()]
    sections = list(chain.from_iterable(each))
    return {
        **_places(current, each),
        "section": [s.section for s in sections],
        "heading": [s.heading for s in sections],
        "text": [s.text for s in sections],
    }


def _statement_columns(current: Mapping[str, Reading]) -> dict[str, Any]:
    each = [r.report.statements for r in current.values()]
    statements = list(chain.from_iterable(each))
    return {
        **_places(current, each),
        "concept": [s.concept for s in statements],
        "value": [float(s.value) for s in statements],
        "unit": [s.unit for s in statements],
        "approximate": [s.approximate for s in statements],
        "year": [s.year for s in statements],
        "scope": [s.scope for s in statements],
        "source": [s.source for s in statements],
        "quote": [s.quote for s in statements],
        "section": [s.section for s in statements],
        "locator": [s.locator for s in statements],
    }


def _extra_columns(current: Mapping[str, Reading]) -> dict[str, Any]:
    each = [r.report.extra for r in current.values()]
    rows = list(chain.from_iterable(each))
    return {
        **_places(current, each),
        "label": [row.label for row in rows],
        "column_label": [row.column for row in rows],
        "value": [None if row.value is None else float(row.value) for row in rows],
        "unit": [row.unit for row in rows],
        "status": [row.status for row in rows],
        "raw": [row.raw for row in rows],
        "locator": [row.locator for row in rows],
    }


def _array(values: Any, arrow_type: pa.DataType) -> pa.Array:
    if isinstance(values, pa.Array):
        return values
    try:
        return pa.array(values, arrow_type)
    except UnicodeEncodeError:
        return pa.array([v if v is None else _SURROGATE.sub("\ufffd", v) for v in values], arrow_type)


@lru_cache
def frame_schema(table_name: str) -> pandera.DataFrameSchema:
    """The pandera schema of the frame of that table: exact columns and types, allowed values, unique key."""
    table = load_dictionary().tables[table_name]
    columns = {
        column.name: pandera.Column(
            pd.ArrowDtype(column.arrow_type),
            checks=[pandera.Check.isin(column.values)] if column.values else [],
            nullable=not column.required,
        )
        for column in table.columns
    }
    checks = [
        pandera.Check(_value_fits_status, error="a figure has a value when it is reported or decoded, and only then")
    ]
    return pandera.DataFrameSchema(
        columns, checks=checks if table_name == "figure" else [], strict=True, ordered=True, unique=list(table.order)
    )


def _value_fits_status(frame: pd.DataFrame) -> pd.Series[bool]:
    return frame["value"].notna() == frame["status"].isin(["reported", "decoded"])


def _frame(table: Table, columns: Mapping[str, Any]) -> pd.DataFrame:
    try:
        arrays = [_array(columns[column.name], column.arrow_type) for column in table.columns]
        batch = pa.Table.from_arrays(arrays, schema=table.arrow_schema)
    except (pa.ArrowException, OverflowError) as error:
        raise FramesError(f"{table.name}: {' '.join(str(error).split())}") from None
    frame: pd.DataFrame = batch.to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def _validated(table_name: str, columns: Mapping[str, Any]) -> pd.DataFrame:
    frame = _frame(load_dictionary().tables[table_name], columns)
    return _checked(table_name, frame) if len(frame) else _empty(table_name).copy()


@lru_cache
def _empty(table_name: str) -> pd.DataFrame:
    """The frame without rows, validated once: many batches have no finding, or no report at all."""
    table = load_dictionary().tables[table_name]
    return _checked(table_name, _frame(table, {column.name: [] for column in table.columns}))


def _checked(table_name: str, frame: pd.DataFrame) -> pd.DataFrame:
    try:
        return frame_schema(table_name).validate(frame)
    except pandera.errors.SchemaError as error:
        raise FramesError(f"{table_name}: {' '.join(str(error).split())[:300]}") from None
