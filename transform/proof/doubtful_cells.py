"""Cells that may be more than one number, or are oddly empty: what the page prints there is in doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from transform.forms import Form
from transform.model import Figure, Finding
from transform.wording.numbers import DOUBTFUL_NOTES, LEADING_ZEROS, read_value

_ZEROS = "0０"
_BARE_DIGITS = frozenset("123456789")
_MAX_ODD_BLANKS = 9
_MIN_PRINTED_BESIDE = 20
_MIN_IN_TABLE = 9
_MIN_UNREADABLE = 3


def doubtful_cells(form: Form, figures: Mapping[str, Figure]) -> list[Finding]:
    """Findings for cells that may be more than one number or are oddly empty: none where each prints a number."""
    if not any(map(_needs_a_look, figures.values())):
        return []
    unusual = _unusual_cells(form, figures)
    return [*unusual, *_lost_borders(form, figures, unusual), *_odd_blanks(form, figures)]


def _needs_a_look(figure: Figure) -> bool:
    """Whether a figure prints no number, or one that may begin with zeros."""
    return figure.status != "reported" or bool(figure.raw and figure.raw[0] in _ZEROS and len(figure.raw) > 1)


def _unusual_cells(form: Form, figures: Mapping[str, Figure]) -> list[Finding]:
    """Findings for cells that may be more than one number.

    A number with a blank inside may be two where the row has an empty place for the other, and so may one that begins
    with zeros, anywhere where 07 is not how the page prints 7; such an empty place also puts the whole row of an
    unreadable cell in doubt.
    """
    bare = any(figure.raw in _BARE_DIGITS for figure in figures.values())
    gaps = {
        (form.figures[n].table, form.figures[n].row) for n, f in figures.items() if f.status in ("blank", "missing")
    }
    findings = []
    for name, figure in figures.items():
        raw = figure.raw or ""
        definition = form.figures[name]
        if figure.status == "text" and any(c.isdigit() for c in raw):
            place = (definition.table, definition.row)
            row = (n for n in figures if (form.figures[n].table, form.figures[n].row) == place and n != name)
            message = f"'{raw}' can be read as more than one number"
            doubted = (name, *row) if place in gaps else (name,)
            findings.append(Finding("figure.unreadable", "warning", doubted, message, "parse"))
        elif figure.status == "reported" and len(raw) > 1:
            notes = frozenset((read_value(raw, unit=definition.unit).note or "").split("; "))
            in_gap = (definition.table, definition.row) in gaps
            strange = in_gap or bare or figure.value not in range(1, 10)
            beside = notes & DOUBTFUL_NOTES if in_gap else notes & {LEADING_ZEROS} if strange else ()
            if beside:
                message = f"'{raw}' is read as {figure.value}, but has {min(beside)}: it may be more than one number"
                findings.append(Finding("figure.unusual", "warning", (name,), message, "parse"))
    return findings


def _lost_borders(form: Form, figures: Mapping[str, Figure], unusual: Sequence[Finding]) -> list[Finding]:
    """Findings for tables in which several cells hold more than one number: none of their cells can be trusted."""
    unreadable = [form.figures[f.figures[0]].table for f in unusual if f.rule == "figure.unreadable"]
    findings = []
    for table in form.tables:
        if unreadable.count(table.id) >= _MIN_UNREADABLE:
            names = tuple(n for n, f in figures.items() if form.figures[n].table == table.id and f.value is not None)
            message = f"{unreadable.count(table.id)} cells of this table hold more than one number: borders were lost"
            findings.append(Finding(f"{table.id}.borders_lost", "error", names, message, "parse"))
    return findings


def _odd_blanks(form: Form, figures: Mapping[str, Figure]) -> list[Finding]:
    """Findings for a few cells left empty where all others are printed: a cell may be lost, and others moved up."""
    strips = {table.id for table in form.tables if table.layout == "strip"}
    findings = []
    for name in _few_blanks(form, figures):
        place = form.figures[name]
        one_row = place.table in strips
        row = [
            n for n in figures if form.figures[n].table == place.table and (one_row or form.figures[n].row == place.row)
        ]
        if any(figures[n].value is not None for n in row):
            message = (
                "the only empty cell among printed ones: if it was lost, others of its row stand in a wrong column"
            )
            findings.append(
                Finding("figure.odd_blank", "warning", (name, *(n for n in row if n != name)), message, "unknown")
            )
    return findings


def _few_blanks(form: Form, figures: Mapping[str, Figure]) -> list[str]:
    """The blanks of a page that has few; else those that stand alone in a table where a 0 is printed as such."""
    blanks = [n for n, f in figures.items() if f.status == "blank"]
    printed = [n for n, f in figures.items() if f.value is not None]
    if len(blanks) <= _MAX_ODD_BLANKS and len(printed) >= _MIN_PRINTED_BESIDE * len(blanks):
        return blanks
    alone = []
    for name in blanks:
        table = form.figures[name].table
        beside = [figures[n].value for n in printed if form.figures[n].table == table]
        if sum(form.figures[n].table == table for n in blanks) == 1 and 0 in beside and len(beside) >= _MIN_IN_TABLE:
            alone.append(name)
    return alone
