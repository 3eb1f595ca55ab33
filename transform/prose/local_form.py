"""The local statistical form of the years before 2014, read as statements: its numbers are never figures.

Its indicators are alike all over the country, its columns and codes are not (``data/local_form.toml``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from transform.model import Figure, Finding, Number, Statement
from transform.rows.tokens import RawRow, Token, alignment_words
from transform.wording.fold import fold
from transform.wording.numbers import read_value

_KEY = re.compile(r"[^\u3400-\u9fff0-9]+")
_ORDINAL = re.compile(r"^(?:[(]?\d{1,2}[)]?[.、]?|其中[:：]?|[(][一二三四五六七八九十]{1,2}[)])+(?!\d)")
_CODE = re.compile(r"\d{2}")


@dataclass(frozen=True, slots=True)
class _Indicator:
    code: str
    concept: str
    unit: str


@dataclass(frozen=True, slots=True)
class _Sum:
    total: str
    parts: tuple[str, ...]
    gloss: str


@dataclass(frozen=True, slots=True)
class _LocalForm:
    least: int
    distinct: int
    by_label: Mapping[str, _Indicator]
    marks: frozenset[str]
    sums: tuple[_Sum, ...]


@dataclass(frozen=True, slots=True)
class LocalTable:
    """The numbers of a local form by the code of their indicator, and the rows that state them."""

    numbers: Mapping[str, Number]
    statements: tuple[Statement, ...]

    @property
    def figures(self) -> dict[str, Figure]:
        """The numbers as what the prose is compared with, by ids such as ``local.m10``; no figures of a report."""
        return {
            f"local.m{code}": Figure(f"local.m{code}", number, "件", "reported", str(number), None)
            for code, number in self.numbers.items()
        }


@lru_cache(maxsize=1)
def _form() -> _LocalForm:
    raw = tomllib.loads(resources.files("data").joinpath("local_form.toml").read_text(encoding="utf-8"))
    by_label: dict[str, _Indicator] = {}
    marks = set()
    for entry in raw["indicator"]:
        indicator = _Indicator(entry["code"], entry["concept"], entry["unit"])
        keys = [_key(label) for label in entry["labels"]]
        by_label.update(dict.fromkeys(keys, indicator))
        if entry.get("distinct"):
            marks.update(keys)
    sums = tuple(_Sum(entry["total"], tuple(entry["parts"]), entry["gloss"]) for entry in raw["sum"])
    return _LocalForm(raw["least"], raw["distinct"], by_label, frozenset(marks), sums)


@lru_cache(maxsize=1 << 12)
def _key(label: str) -> str:
    """A label's Han characters and digits, without ordinals and 其中 before them."""
    return _KEY.sub("", _ORDINAL.sub("", fold(label, pinyin=True)))


def read_local_table(raw_rows: Sequence[RawRow], year: int | None) -> LocalTable | None:
    """The local statistical table among the rows of a page, None where there is none.

    Of the columns the first that gives numbers of the year counts; running totals (历年累计) are left out.
    """
    form = _form()
    numbers: dict[str, Number] = {}
    statements: list[Statement] = []
    marked = set()
    for row in raw_rows:
        for position, token in enumerate(tokens := (*row.labels, *row.values)):
            key = _key(token.info.text) if not token.info.is_value else ""
            indicator = form.by_label.get(key)
            if indicator is None or indicator.code in numbers:
                continue
            found = _value(row, tokens[position + 1 :], indicator)
            if found is None:
                continue
            value, number = found
            numbers[indicator.code] = number
            if key in form.marks:
                marked.add(indicator.code)
            statements.append(_statement(indicator, token, value, number, year))
            break
    enough = len(numbers) >= form.least and len(marked) >= form.distinct
    return LocalTable(numbers, tuple(statements)) if enough else None


def _value(row: RawRow, after: Sequence[Token], indicator: _Indicator) -> tuple[Token, Number] | None:
    """The first number after a label that is neither its code nor in a column of other things."""
    values = [token for token in after if not _is_ignored(row, token)]
    if len(values) > 1 and _CODE.fullmatch(values[0].info.text) and values[0].info.text == indicator.code:
        values = values[1:]
    for token in values:
        read = read_value(token.info.text, unit=indicator.unit)
        if read.value is not None:
            return token, read.value
        if read.status in ("blank", "dash"):
            return None
    return None


def _is_ignored(row: RawRow, token: Token) -> bool:
    words = alignment_words()
    if token.info.key in words.units:
        return True
    above = (row.header_columns or {}).get(token.column, [])
    return any(header.info.key in words.ignored_columns for header in above)


def _statement(indicator: _Indicator, label: Token, value: Token, number: Number, year: int | None) -> Statement:
    return Statement(
        concept=indicator.concept,
        value=number,
        unit=indicator.unit,
        approximate=False,
        year=year,
        scope="report",
        source="table",
        quote=f"{label.info.text} {value.info.text}",
        section=None,
        locator=value.locator,
    )


def local_sums(table: LocalTable) -> Iterator[Finding]:
    """Findings for sums of the local form that do not come out; a sum with a blank part is not asked for."""
    for rule in _form().sums:
        parts = [table.numbers.get(code) for code in rule.parts]
        total = table.numbers.get(rule.total)
        known = [part for part in parts if part is not None]
        if total is not None and len(known) == len(parts) and sum(known) != total:
            message = f"local statistical form: {rule.gloss}: {sum(known):.15g} ≠ {total:.15g}"
            yield Finding("local_form.sum", "warning", (), message, "source")
