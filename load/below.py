"""Findings between a government's report that says it summarises those below it, and the reports of these bodies.

Like those between years they are made at load time, change no figure and no verdict, and are stated in
``data/cross_checks.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib import resources
from typing import Any

import pyarrow as pa

from load.cross_checks import Found
from load.database import Connection, registered
from load.sql import literal
from load.views import reporters_of
from transform.forms import Form
from transform.metadata.gazetteer import wording
from transform.model import Severity
from transform.wording.fold import fold

_TOLERANCE = 1e-6
_TEXTS_AT_ONCE = 500
_STEP = 1_000
"""After every check between years."""
_TOTALS = """
SELECT nearby.report_id, form, string_agg(text, '。' ORDER BY section.position) AS overview
FROM nearby
JOIN section ON section.report_id = nearby.report_id AND section.section = 'overview'
WHERE issuer_kind IN ('government', 'office') AND level <> 'town' AND form IS NOT NULL
GROUP BY ALL
ORDER BY nearby.report_id
"""
_LOWER = """
CREATE OR REPLACE TEMP TABLE lower_division AS
WITH total AS (
  SELECT report_id, division_code FROM summing JOIN nearby USING (report_id)
)
SELECT total.report_id, below.code
FROM total
JOIN division AS below ON starts_with(below.code, total.division_code) AND below.name NOT IN ({placeholders})
LEFT JOIN division AS between ON between.code = below.parent_code
WHERE below.parent_code = total.division_code
  OR (between.parent_code = total.division_code AND between.name IN ({placeholders}))
"""
_WITHIN = "SELECT code FROM lower_division UNION SELECT division_code FROM nearby SEMI JOIN summing USING (report_id)"
_SUMS = """
WITH total AS (
  SELECT summing.*, division_code, year FROM summing JOIN nearby USING (report_id)
),
within AS ({reporters}),
part AS (
  SELECT total.report_id, within.report_id AS part_id, total.form = within.form AS same_form
  FROM total
  JOIN within ON within.year = total.year AND chosen
  WHERE (
    issuer_kind = 'government' AND EXISTS (
      FROM lower_division WHERE lower_division.report_id = total.report_id AND code = within.division_code
    )
  ) OR (total.departments AND issuer_kind = 'department' AND within.division_code = total.division_code)
),
added AS (
  SELECT part.report_id, figure, sum(value) AS below, count(value) AS parts
  FROM part JOIN figure ON figure.report_id = part_id
  WHERE same_form
  GROUP BY ALL
)
SELECT added.report_id, total.form, added.figure, added.parts, added.below, own.value
FROM added
JOIN total ON total.report_id = added.report_id
JOIN figure AS own ON own.report_id = added.report_id AND own.figure = added.figure
JOIN (SELECT report_id, count(*) AS bodies FROM lower_division GROUP BY report_id) AS existing
  ON existing.report_id = added.report_id
WHERE added.below > own.value + {tolerance}
  OR (NOT total.departments AND added.parts = existing.bodies AND added.below < own.value - {tolerance})
ORDER BY added.report_id
"""


@dataclass(frozen=True, slots=True)
class Below:
    """A check of a report that says it summarises others; ``figures`` are patterns of figure ids."""

    rule: str
    gloss: str
    severity: Severity
    forms: tuple[str, ...]
    figures: tuple[str, ...]
    says: re.Pattern[str]
    departments: re.Pattern[str]
    message: str

    def claim(self, overview: str) -> str | None:
        """The sentence of an overview (any script) that says what the report summarises."""
        return next((s for s in fold(overview).split("。") if self.says.search(s)), None)


@lru_cache(maxsize=1)
def load_below() -> tuple[Below, ...]:
    """Every such check, in the order of the file, read once."""
    raw = tomllib.loads(resources.files("data").joinpath("cross_checks.toml").read_text(encoding="utf-8"))
    return tuple(
        Below(
            **{
                **entry,
                "forms": tuple(entry["forms"]),
                "figures": tuple(entry["figures"]),
                "says": re.compile(entry["says"]),
                "departments": re.compile(entry["departments"]),
            }
        )
        for entry in raw["below"]
    )


def below_rules() -> tuple[str, ...]:
    """The ids of these rules, sorted."""
    return tuple(sorted({check.rule for check in load_below()}))


def sums_below(con: Connection, forms: Mapping[str, Form]) -> Iterator[Found]:
    """What the checks find in the reports of the temporary table ``nearby``."""
    for step, check in enumerate(load_below(), _STEP):
        summing = [
            {"report_id": report_id, "form": form, "departments": bool(check.departments.search(claim))}
            for report_id, form, overview in _overviews(con)
            if form in check.forms and (claim := check.claim(overview))
        ]
        if summing:
            yield from _found(con, forms, check, step, summing)


def _overviews(con: Connection) -> Iterator[tuple[str, str, str]]:
    """Report, form and overview of all that may summarise others, some hundreds of texts at a time."""
    for batch in con.sql(_TOTALS).to_arrow_reader(_TEXTS_AT_ONCE):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _found(
    con: Connection, forms: Mapping[str, Form], check: Below, step: int, summing: list[dict[str, Any]]
) -> Iterator[Found]:
    placeholders = ", ".join(map(literal, wording()["divisions"]["placeholders"]))
    with registered(con, "summing", pa.Table.from_pylist(summing)):
        con.execute(_LOWER.format(placeholders=placeholders))
        rows = con.execute(_SUMS.format(reporters=reporters_of(_WITHIN), tolerance=_TOLERANCE)).fetchall()
    con.execute("DROP TABLE temp.lower_division")
    differing: dict[str, dict[str, tuple[Any, ...]]] = defaultdict(dict)
    form_of = {}
    for report_id, form, figure, *numbers in rows:
        if any(fnmatchcase(figure, pattern) for pattern in check.figures):
            form_of[report_id] = form
            differing[report_id][figure] = tuple(numbers)
    for report_id, numbers_of in differing.items():
        figures = [figure for figure in forms[form_of[report_id]].figures if figure in numbers_of]
        shown = max(figures, key=lambda figure: (figure.endswith(".total"), -figures.index(figure)))
        parts, below, own = numbers_of[shown]
        message = check.message.format(parts, f"{below:.15g}", f"{own:.15g}", shown, len(figures) - 1)
        yield Found(report_id, step, check.rule, check.severity, figures, message)
