"""Reports made of known figures, for the tests of the warehouse."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from load.warehouse import load_batch
from transform.forms import load_forms
from transform.frames import Frames, Reading, Source, to_frames
from transform.model import Figure, Finding, Metadata, Number, Report, Section, Verdict

SANDAOHEZI = "211382117"
DACHENGZI = "211324107"
FETCHED = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """A division of a small gazetteer."""

    code: str
    name: str
    level: str


PLACES = (
    Place("21", "辽宁省", "province"),
    Place("2113", "朝阳市", "prefecture"),
    Place("211382", "凌源市", "county"),
    Place(SANDAOHEZI, "三道河子镇", "town"),
    Place("211324", "喀喇沁左翼蒙古族自治县", "county"),
    Place(DACHENGZI, "大城子镇", "town"),
)


def made(
    form: str | None = "2021",
    values: Mapping[str, Number | None] | None = None,
    *,
    year: int | None = 2021,
    code: str | None = SANDAOHEZI,
    issuer: str | None = "三道河子镇人民政府",
    url: str | None = None,
    sha: str | None = None,
    verdict: Verdict = "verified",
    findings: tuple[Finding, ...] = (),
    published_on: str | None = "2022-01-29",
    everything_else: Number | None = 0,
) -> Reading:
    """A report on ``form``: ``values`` as given (None is a blank cell), every other figure ``everything_else``."""
    values = values or {}
    definitions = list(load_forms()[form].figures.values()) if form else []
    figures = []
    for figure in definitions:
        if figure.alternative and figure.figure not in values:
            continue
        value = values.get(figure.figure, everything_else)
        status = "blank" if value is None else "reported"
        figures.append(
            Figure(figure.figure, value, figure.unit, status, "" if value is None else str(value), "table 1")
        )
    address = url or f"http://www.{code}.gov.cn/{year}/{issuer}.html"
    report = Report(
        Metadata(f"{issuer}{year}年政府信息公开工作年度报告", issuer, year, published_on, code),
        form,
        verdict,
        "html",
        tuple(figures),
        findings,
        (Section("overview", "一、总体情况", "本年度工作平稳。"),),
    )
    return Reading(report, Source(address, sha or f"sha of {address}", FETCHED))


def frames(*readings: Reading) -> Frames:
    """The readings as one batch."""
    return to_frames(readings)


def filled(new_warehouse: Path, tmp_path_factory: pytest.TempPathFactory, *readings: Reading) -> Path:
    """A warehouse with some reports, made once for the tests of a module; each copies it."""
    path = Path(shutil.copyfile(new_warehouse, tmp_path_factory.mktemp("filled") / "nianbao.duckdb"))
    load_batch(path, frames(*readings))
    return path
