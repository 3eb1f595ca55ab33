"""Amounts of money whose unit is in doubt, by the number itself: no header tells that its 万 was lost."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from transform.forms import Form
from transform.model import Figure, Finding, Number
from transform.wording.numbers import read_value

_IN_TEN_THOUSANDS = "万元"
_FEN = {"元": Decimal("0.01"), _IN_TEN_THOUSANDS: Decimal("0.000001")}
"""The smallest amount of money in the unit of the figure."""


def amount_findings(form: Form, figures: Mapping[str, Figure]) -> list[Finding]:
    """Findings for amounts that may be ten thousand times as much, since a sign of their unit may be lost.

    There is no money below a fen.  Where the form asks for 万元 and the page's header says 元, an amount of less than
    one 万元 may have been meant in the unit of the form.
    """
    findings = []
    for name, figure in figures.items():
        if isinstance(figure.value, float) and form.figures[name].decimal and (why := _doubt(figure, figure.value)):
            message = f"'{figure.raw}' is read as {figure.value:.15g} {figure.unit}, but {why}"
            findings.append(Finding(f"{form.figures[name].table}.unit_unknown", "warning", (name,), message, "parse"))
    return findings


def _doubt(figure: Figure, value: Number) -> str | None:
    amount = Decimal(str(value))
    if amount % _FEN[figure.unit]:
        return "no money is less than a fen: its unit may be another"
    printed = read_value(figure.raw or "", unit=figure.unit)
    scaled = printed.unit_seen is None and printed.value != value
    if figure.unit == _IN_TEN_THOUSANDS and scaled and abs(amount) < 1:
        return f"the form asks for {figure.unit}: the header may have lost a sign"
    return None
