"""Which statutory form a page follows: told from the labels of its tables, never from the year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from transform.forms import Form, load_forms
from transform.rows.tokens import RawRow, Token
from transform.rows.vocabulary import Sense, TextInfo, label_keys
from transform.wording.fold import fold

_MIN_LABELS = 2
_MIN_CUT_LABEL = 3
_WHOLE_SHARE = 0.7


@lru_cache(maxsize=1)
def _forms_of_sense() -> dict[Sense, frozenset[str]]:
    found: dict[Sense, set[str]] = {}
    for form in load_forms().values():
        for table in form.tables:
            for row in table.rows:
                found.setdefault(Sense("row", table.id, row.id), set()).add(form.id)
            for column in table.columns:
                found.setdefault(Sense("column", table.id, column.id), set()).add(form.id)
    return {sense: frozenset(forms) for sense, forms in found.items()}


@lru_cache(maxsize=1)
def _alternatives() -> frozenset[Sense]:
    """Rows that one form has of its own and another may print instead of several."""
    return frozenset(
        Sense("row", table.id, row.id)
        for f in load_forms().values()
        for table in f.tables
        for row in table.rows
        if row.instead_of
    )


@lru_cache(maxsize=1)
def _own_rows() -> dict[str, frozenset[Sense]]:
    return {
        f.id: frozenset(Sense("row", t.id, r.id) for t in f.tables for r in t.rows if not r.instead_of)
        for f in load_forms().values()
    }


@lru_cache(maxsize=1)
def _forms_of_label() -> dict[str, frozenset[str]]:
    """For the exact wording of a label in the notices, the forms that have it."""
    found: dict[str, set[str]] = {}
    for form in load_forms().values():
        for table in form.tables:
            for label in (*(r.label for r in table.rows), *(c.label for c in table.columns)):
                for key in label_keys(fold(label))[:1]:
                    found.setdefault(key, set()).add(form.id)
    return {key: frozenset(forms) for key, forms in found.items()}


class Evidence(NamedTuple):
    """What labels say of the form: senses that one form alone has, labels worded as in one form alone, senses of rows.

    The first two are pairs with the form.
    """

    own: frozenset[tuple[str, Sense]]
    hints: frozenset[tuple[str, str]]
    rows: frozenset[Sense]


@lru_cache(maxsize=1 << 12)
def _of_label(meant: frozenset[Sense], key: str) -> Evidence:
    of_sense = _forms_of_sense()
    senses = frozenset(s for s in meant if s.kind in ("row", "column"))
    forms = {f for s in senses for f in of_sense.get(s, ())}
    hinted = _forms_of_label().get(key, frozenset()) if senses else _forms_of_cut_label(key)
    form = next(iter(forms)) if len(forms) == 1 else None
    return Evidence(
        frozenset((form, sense) for sense in senses) if form else frozenset(),
        frozenset((hint, key) for hint in hinted) if len(hinted) == 1 else frozenset(),
        frozenset(s for s in senses if s in of_sense) if len(senses) == 1 else frozenset(),
    )


@lru_cache(maxsize=4096)
def _forms_of_cut_label(key: str) -> frozenset[str]:
    """The forms that have a column whose label begins with a key of three characters or more."""
    if len(key) < _MIN_CUT_LABEL:
        return frozenset()
    return frozenset(
        form.id
        for form in load_forms().values()
        for table in form.tables
        for column in table.columns
        if any(k.startswith(key) for k in label_keys(fold(column.label)))
    )


def labels_of(rows: Sequence[RawRow]) -> list[Token]:
    """The labels of rows and headers."""
    labels: list[Token] = []
    columns: dict[int, list[Token]] | None = None
    for row in rows:
        labels += row.header
        labels += row.labels
        if row.header_columns is not columns:
            columns = row.header_columns
            for stack in (columns or {}).values():
                labels += stack
    return labels


def evidence_of(labels: Iterable[TextInfo]) -> Evidence:
    """What labels say of the form."""
    parts = [_of_label(*told) for told in dict.fromkeys([(info.senses, info.key) for info in labels])]
    return Evidence(
        frozenset(chain.from_iterable([part.own for part in parts])),
        frozenset(chain.from_iterable([part.hints for part in parts])),
        frozenset(chain.from_iterable([part.rows for part in parts])),
    )


@lru_cache(maxsize=1 << 8)
def recognise_form(evidence: Evidence, year: int | None = None) -> Form | None:
    """The form whose own labels the tables print most; None when no statutory table was found.

    A page may print the tables of two forms that have none in common: then it is the one of the year reported on.

    Labels that several forms share count for each of them, so that a lone requests or disputes table is still
    recognised; between forms that share all labels present, the one that
    has every printed row of its own wins, then the later.
    """
    of_sense = _forms_of_sense()
    rows = evidence.rows
    if len(rows) + len(evidence.own) < _MIN_LABELS:
        return None
    unique = Counter(form for form, _ in evidence.own)
    hinted = Counter(form for form, _ in evidence.hints)
    shares = Counter(chain.from_iterable(of_sense[sense] for sense in rows))

    def score(form: Form) -> tuple[float, int, int]:
        weight = shares[form.id] + 2 * unique[form.id] + hinted[form.id] / 2
        return (weight, int(bool(rows & _alternatives() & _own_rows()[form.id])), form.first_year)

    best = max(load_forms().values(), key=score)
    if year is not None and not best.applies_to(year):
        printed = [form for form in load_forms().values() if _is_printed(form, rows) and not _share_tables(form, best)]
        if any(form.applies_to(year) for form in printed):
            best = max(printed, key=score)
    return best if score(best)[0] >= _MIN_LABELS else None


def _is_printed(form: Form, rows: frozenset[Sense]) -> bool:
    """Whether most rows of a form stand on the page."""
    own = _own_rows()[form.id]
    return len(own & rows) >= _WHOLE_SHARE * len(own)


def _share_tables(a: Form, b: Form) -> bool:
    return not {table.id for table in a.tables}.isdisjoint(table.id for table in b.tables)
