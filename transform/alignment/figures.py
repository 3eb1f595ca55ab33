"""A figure out of its cell: the number in the unit of the figure, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from transform.alignment.outcome import Alignment, Placement
from transform.forms import FigureDef, Form
from transform.model import Figure, Number, Status
from transform.wording.numbers import ONE_OR_DASH, is_numeral, plain_number, read_value

_LEAST_NUMERALS = 3

_new_figure: Callable[[tuple[str, Number | None, str, Status, str | None, str | None, None]], Figure] = partial(
    tuple.__new__, Figure
)
"""Makes a figure without a look at the names of its parts: a report has two hundred."""


def missing_figure(definition: FigureDef) -> Figure:
    """A figure that has no place on the page."""
    return Figure(definition.figure, None, definition.unit, "missing", None, None)


def cell_figure(definition: FigureDef, raw: str, locator: str, header: str | None) -> Figure:
    """The figure that a cell prints; ``header`` are the words over an amount, which may name its unit."""
    if definition.decimal:
        value = read_value(raw, unit=definition.unit, header_unit=header)
    elif (number := plain_number(raw)) is not None:
        return _new_figure((definition.figure, number, definition.unit, "reported", raw, locator, None))
    else:
        value = read_value(raw)
    return Figure(definition.figure, value.value, definition.unit, value.status, raw, locator)


def figures_of(form: Form, alignment: Alignment) -> dict[str, Figure]:
    """Every figure of the form in its order; alternative rows only where the page prints them."""
    figures: dict[str, Figure] = {}
    place = alignment.placements.get
    for name, definition in form.figures.items():
        placement = place(name)
        if placement is not None or not definition.alternative:
            figures[name] = _placed_figure(definition, placement)
    return figures


def _placed_figure(definition: FigureDef, placement: Placement | None) -> Figure:
    if placement is None or placement.token is None:
        return missing_figure(definition)
    info, locator = placement.token.info, placement.token.locator
    if placement.value is not None:
        return Figure(definition.figure, placement.value, definition.unit, "decoded", info.text, locator)
    return cell_figure(definition, info.text, locator, placement.header_text)


def with_lone_numerals(figures: Mapping[str, Figure]) -> dict[str, Figure]:
    """Figures in which 一 is one, as it is where other cells print numerals; elsewhere it may be a dash."""
    numerals = sum(f.status == "reported" and f.raw is not None and is_numeral(f.raw) for f in figures.values())
    if numerals < _LEAST_NUMERALS:
        return dict(figures)
    return {name: _one(figure) if figure.status == "text" else figure for name, figure in figures.items()}


def _one(figure: Figure) -> Figure:
    if figure.raw is None or read_value(figure.raw).note != ONE_OR_DASH or len(figure.raw.strip()) > 1:
        return figure
    return figure._replace(value=1, status="reported")
