"""What a piece of text can mean in a statutory table: the senses of its label, and its value if it is one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal, NamedTuple

from rapidfuzz import fuzz, process

from transform.forms import load_forms
from transform.wording.fold import fold, han_only
from transform.wording.numbers import Value, is_plain, read_value, value_like

SenseKind = Literal["row", "column", "group", "parent", "corner", "band", "title"]

_ORDINAL = re.compile(
    r"(?:[(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[)]?[、.,:;)]|[(](?:[一二三四五六七八九十]{1,3}|\d{1,2})[)]|\d{0,2}其中[:,]?)+"
)
_BRACKETED = re.compile(r"\([^()]*\)|\([^()]*$")
_YEAR = re.compile(r"(20[012]\d)年?")
_HAS_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]")
_FUZZY_CUTOFF = 74.0
_FUZZY_MARGIN = 6.0
_MIN_FUZZY_LENGTH = 4
_MAX_LABEL_LENGTH = 60
_MAX_WORDS_OF_VALUE = 24
_MIN_CUT_LENGTH = 2
_HAN_ORDINALS = "一二三四五六七八九十"


class Sense(NamedTuple):
    """One meaning of a label: the kind of thing it names, the table, and the id there."""

    kind: SenseKind
    table: str
    id: str


NO_SENSES: frozenset[Sense] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class TextInfo:
    """A cell's or line's text as the aligner sees it; equal only to itself, so that it is cheap to look up by.

    ``senses`` is empty where the text is no label of any form; ``exact`` tells a literal match from a similar one.
    ``is_value`` is False for words, ``is_blank`` tells that there is nothing to read, ``has_digits`` that it is a value
    that prints at least one digit, or a zero in another script.
    """

    text: str
    key: str
    senses: frozenset[Sense]
    exact: bool
    is_value: bool
    is_blank: bool
    has_digits: bool

    @property
    def value(self) -> Value:
        """What the text says as a value."""
        return read_value(self.text)

    def ids(self, kind: SenseKind, table: str) -> tuple[str, ...]:
        """The ids that this label can mean as a ``kind`` of ``table``."""
        return _ids(self.senses, kind, table) if self.senses else ()

    def has(self, kind: SenseKind) -> bool:
        """Whether the label can name a thing of that kind in any table."""
        return bool(self.senses) and kind in _kinds(self.senses)

    def years(self) -> tuple[int, ...]:
        """The years that the text names."""
        return years_in(self.text)


@lru_cache(maxsize=1 << 14)
def _ids(senses: frozenset[Sense], kind: SenseKind, table: str) -> tuple[str, ...]:
    return tuple(s.id for s in senses if s.kind == kind and s.table == table)


@lru_cache(maxsize=1 << 12)
def _kinds(senses: frozenset[Sense]) -> frozenset[SenseKind]:
    return frozenset(s.kind for s in senses)


@lru_cache(maxsize=1 << 13)
def years_in(text: str) -> tuple[int, ...]:
    """The years that a text names, in its order."""
    return tuple(int(y) for y in _YEAR.findall(fold(text)))


@lru_cache(maxsize=1 << 13)
def label_keys(folded: str) -> tuple[str, ...]:
    """The keys under which a folded label is compared: its Han characters, with and without its brackets."""
    bare = _ORDINAL.sub("", folded, count=1) if _ORDINAL.match(folded) else folded
    key = _one_spelling(han_only(bare))
    if "(" not in bare:
        return (key,) if key else ()
    return tuple(dict.fromkeys(k for k in (key, _one_spelling(han_only(_BRACKETED.sub("", bare)))) if k))


def begins_with_ordinal(text: str) -> bool:
    """Whether a text begins with an ordinal or 其中, which a label's keys leave out."""
    return _ORDINAL.match(text) is not None


def _one_spelling(key: str) -> str:
    for spelling, usual in _spellings():
        if spelling in key:
            key = key.replace(spelling, usual)
    return key


@lru_cache(maxsize=1)
def _spellings() -> tuple[tuple[str, str], ...]:
    raw = tomllib.loads(resources.files("data").joinpath("spellings.toml").read_text(encoding="utf-8"))
    return tuple(raw["spellings"].items())


@dataclass(frozen=True, slots=True)
class _Index:
    senses: dict[str, frozenset[Sense]]
    fuzzy_keys: tuple[str, ...]
    endings: dict[str, tuple[str, ...]]
    suffixes: dict[str, tuple[str, ...]]
    heads: tuple[str, ...]


def _stands_over(sense: Sense) -> bool:
    """Whether a label can stand before another in one cell: groups, bands, headings, and the cases of a strip."""
    return sense.kind in ("group", "band", "parent", "corner") or (
        sense.kind == "row" and sense.table in strip_tables()
    )


@lru_cache(maxsize=1)
def strip_tables() -> frozenset[str]:
    """The tables that have all cells in one row."""
    return frozenset(t.id for form in load_forms().values() for t in form.tables if t.layout == "strip")


@lru_cache(maxsize=1)
def _index() -> _Index:
    found: dict[str, set[Sense]] = {}

    def add(wording: str, sense: Sense) -> None:
        for key in label_keys(fold(wording)):
            found.setdefault(key, set()).add(sense)

    for form in load_forms().values():
        for table in form.tables:
            add(table.title, Sense("title", table.id, table.id))
            for wording in table.corner:
                add(wording, Sense("corner", table.id, wording))
            for wording in table.parents:
                add(wording, Sense("parent", table.id, table.parents[0]))
            for group in table.groups:
                for wording in group.wordings:
                    add(wording, Sense("group", table.id, group.id))
            for column in table.columns:
                for wording in column.wordings:
                    add(wording, Sense("column", table.id, column.id))
            for row in table.rows:
                for wording in row.wordings:
                    add(wording, Sense("row", table.id, row.id))
                if table.layout == "blocks":
                    for band in row.path:
                        add(band, Sense("band", table.id, band))
    senses = {key: frozenset(s) for key, s in found.items()}
    rows = {k for k, s in senses.items() if any(x.kind in ("row", "column") for x in s)}
    fuzzy_keys = tuple(k for k in senses if len(k) >= _MIN_FUZZY_LENGTH)
    return _Index(
        senses=senses,
        fuzzy_keys=fuzzy_keys,
        endings=_by_last_character(fuzzy_keys),
        suffixes=_by_last_character(sorted((k for k in rows if len(k) >= 2), key=len, reverse=True)),
        heads=tuple(
            sorted(
                (k for k, s in senses.items() if len(k) >= 4 and any(_stands_over(x) for x in s)), key=len, reverse=True
            )
        ),
    )


def _by_last_character(keys: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key in keys:
        found[key[-1]] = (*found.get(key[-1], ()), key)
    return found


@lru_cache(maxsize=1)
def _beginnings() -> frozenset[str]:
    return frozenset(key[:length] for key in _index().senses for length in range(1, len(key) + 1))


def begins_label(key: str) -> bool:
    """Whether some known label begins with the key."""
    return key in _beginnings()


def known_label(key: str) -> frozenset[Sense]:
    """The senses of an exact key; empty when no form has it."""
    return _index().senses.get(key, NO_SENSES)


@lru_cache(maxsize=1 << 13)
def _by_path(key: str) -> frozenset[Sense]:
    """A whole path printed in one cell (三、本年度办理结果（三）不予公开1.属于国家秘密): the senses of its last part.

    What stands before the last part must itself end in a group or a band of the same table.
    """
    index = _index()
    for suffix in index.suffixes.get(key[-1:], ()):
        if len(suffix) < len(key) and key.endswith(suffix):
            rest = key[: -len(suffix)].rstrip(_HAN_ORDINALS)
            tables = {s.table for head in index.heads if rest.endswith(head) for s in index.senses[head]}
            senses = frozenset(s for s in index.senses[suffix] if s.table in tables)
            if senses:
                return _inside_group(senses, rest)
    return NO_SENSES


@lru_cache(maxsize=1 << 13)
def _similar_by_path(key: str) -> frozenset[Sense]:
    """A whole path in one cell whose last part is damaged: what that part resembles inside its group."""
    index = _index()
    for head in index.heads:
        place = key.rfind(head)
        if place < 0:
            continue
        end = place + len(head)
        tables = {s.table for s in index.senses[head]}
        senses = frozenset(s for s in similar_label(key[end:].lstrip(_HAN_ORDINALS)) if s.table in tables)
        if senses:
            return _inside_group(senses, key[:end])
    return NO_SENSES


def _inside_group(senses: frozenset[Sense], rest: str) -> frozenset[Sense]:
    """Of the senses of the last part of a path, the rows that belong to its group; else those that belong to none."""
    groups = {sense: _groups_of(sense) for sense in senses}
    inside = frozenset(s for s, keys in groups.items() if any(key in rest for key in keys))
    return inside or frozenset(s for s, keys in groups.items() if not keys)


@lru_cache(maxsize=1024)
def _groups_of(sense: Sense) -> tuple[str, ...]:
    """The keys of the groups that a row stands in, by the forms that have it; none for what is no row of a group."""
    if sense.kind != "row":
        return ()
    tables = [t for form in load_forms().values() if (t := form.table(sense.table)) is not None]
    parts = [part for t in tables for row in t.rows if row.id == sense.id for part in row.path[-1:]]
    return tuple(key for part in parts if han_only(fold(part)) for key in label_keys(fold(part)))


@lru_cache(maxsize=1 << 15)
def similar_label(key: str) -> frozenset[Sense]:
    """The senses of the one known label that a damaged key resembles clearly more than any other, or none.

    Similarity is rapidfuzz's indel ratio; 74 of 100 admits one wrong character in four, and the runner-up with
    other senses must be 6 points away.  What several labels end with (政府信息公开申请数量) tells none of them.
    """
    if not _MIN_FUZZY_LENGTH <= len(key) <= _MAX_LABEL_LENGTH:
        return NO_SENSES
    index = _index()
    ended = [index.senses[known] for known in index.endings.get(key[-1], ()) if known != key and known.endswith(key)]
    if ended and not frozenset.intersection(*ended):
        return NO_SENSES
    matches = process.extract(
        key, index.fuzzy_keys, scorer=fuzz.ratio, score_cutoff=_FUZZY_CUTOFF - _FUZZY_MARGIN, limit=6
    )
    if not matches or matches[0][1] < _FUZZY_CUTOFF:
        return NO_SENSES
    best, score, _ = matches[0]
    senses = index.senses[best]
    for other, other_score, _ in matches[1:]:
        if score - other_score < _FUZZY_MARGIN and not (index.senses[other] & senses):
            return NO_SENSES
    return senses


@lru_cache(maxsize=1 << 13)
def labels_run_together(key: str) -> tuple[str, ...]:
    """The known labels, two at least, that a key is made of when nothing parts them; empty where it is no such run.

    The longest label is taken first.
    """
    ends: dict[int, tuple[str, ...]] = {0: ()}
    for start in range(len(key)):
        if start in ends:
            for length in range(min(len(key) - start, _longest_key()), _MIN_CUT_LENGTH - 1, -1):
                if key[start : start + length] in _index().senses:
                    ends.setdefault(start + length, (*ends[start], key[start : start + length]))
    return found if len(found := ends.get(len(key), ())) > 1 else ()


@lru_cache(maxsize=1)
def _longest_key() -> int:
    return max(map(len, _index().senses))


def cut_label_ids(key: str, wordings: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Which ids a label cut short can mean: those with a wording that begins or ends with the key (two characters)."""
    if len(key) < _MIN_CUT_LENGTH:
        return ()
    return tuple(
        name
        for name, texts in wordings.items()
        if any(k.startswith(key) or k.endswith(key) for text in texts for k in label_keys(fold(text)))
    )


@lru_cache(maxsize=1024)
def cases_within(key: str, table: str) -> tuple[str, ...]:
    """The one row of a table whose wording stands inside a key, the longest first; empty when none does."""
    found = [
        (len(known), sense.id)
        for known, senses in _index().senses.items()
        if len(known) >= _MIN_FUZZY_LENGTH and known in key
        for sense in senses
        if sense.kind == "row" and sense.table == table
    ]
    return (max(found)[1],) if found else ()


@lru_cache(maxsize=1 << 15)
def describe(text: str, pinyin: bool, fuzzy: bool) -> TextInfo:
    """What ``text`` can mean; ``pinyin`` strips pinyin noise first, ``fuzzy`` admits similar labels.

    No word that says that there is nothing is a label, so that a known label is never a value.
    """
    if is_plain(text):
        return TextInfo(text, "", NO_SENSES, True, True, False, True)
    folded = fold(text, pinyin=pinyin)
    keys = label_keys(folded) if len(folded) <= 2 * _MAX_LABEL_LENGTH else ()
    senses, exact = known_label(keys[0]) if keys else NO_SENSES, True
    if senses:
        return TextInfo(text, keys[0], senses, True, False, False, False)
    value = read_value(text)
    if keys and value.status == "text":
        for key in keys:
            senses = senses or (_by_path(key) if len(key) <= _MAX_LABEL_LENGTH else NO_SENSES) or known_label(key)
        if not senses and fuzzy:
            exact = False
            for key in keys:
                senses = senses or similar_label(key) or _similar_by_path(key)
    wordless = not keys and not _WORD.search(folded)
    wordy = bool(keys) and len(keys[0]) > _MAX_WORDS_OF_VALUE
    is_value = not senses and (value.status != "text" or wordless or (value_like(text) and not wordy))
    is_value = is_value or value.status == "dash"
    has_digits = is_value and (value.status == "reported" or bool(_HAS_DIGIT.search(text)))
    return TextInfo(text, keys[0] if keys else "", senses, exact, is_value, value.status == "blank", has_digits)
