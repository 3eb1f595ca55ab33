"""Numbers of workbooks as their formats print them (ECMA-376 part 1, 18.8.30 and 18.8.31)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

_UNPRINTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_DIGITS = re.compile(r"[#0?,]+(?:\.([#0?]*))?")
_DATE_SIGNS = frozenset("ymdhs")
_EXCEL_DIGITS = 15
_LAST_DAY = 2_958_465
EPOCH = datetime(1899, 12, 30)
EPOCH_1904 = datetime(1904, 1, 1)
BUILT_IN_FORMATS = dict.fromkeys((1, 3, 37, 38, 41, 42), "0")
BUILT_IN_FORMATS |= dict.fromkeys((2, 4, 39, 40, 43, 44), "0.00")
BUILT_IN_FORMATS |= {9: "0%", 10: "0.00%"}
BUILT_IN_FORMATS |= dict.fromkeys((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)), "yyyy-mm-dd")
"""Formats by their number where a workbook does not spell them out."""


def printed(value: str, number_format: str, epoch: datetime = EPOCH) -> str:
    """A stored number as its format prints it: decimals and percent sign kept, thousands separators left out.

    A format that prints no digits at all for the number gives the number itself.
    """
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or abs(number.adjusted()) > 30:
        return value
    number = Decimal(f"{number:.{_EXCEL_DIGITS}g}")
    is_date, decimals, percent = _read_format(number_format)
    if is_date and 0 <= number <= _LAST_DAY:
        return _date(float(number), epoch)
    if percent:
        number *= 100
    if decimals is not None:
        number = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        number = abs(number) if number == 0 else number
        return f"{number:f}" + ("%" if percent else "")
    whole = number == number.to_integral_value()
    return (f"{number.to_integral_value():f}" if whole else f"{number.normalize():f}") + ("%" if percent else "")


@lru_cache(maxsize=1024)
def _read_format(code: str) -> tuple[bool, int | None, bool]:
    """Whether a format prints a date, how many decimals it prints (None for as many as there are), and percent."""
    section = _UNPRINTED.sub("", code.split(";")[0])
    if section.strip().lower() in ("", "general", "@"):
        return False, None, False
    if any(sign in _DATE_SIGNS for sign in section.lower()):
        return True, None, False
    digits = _DIGITS.search(section)
    percent = "%" in section
    if digits is None or digits[0].endswith(",") or "e+" in section.lower() or "/" in section:
        return False, None, percent
    fraction = digits[1] or ""
    return False, len(fraction) if set(fraction) <= {"0"} else None, percent


def _date(days: float, epoch: datetime) -> str:
    moment = epoch + timedelta(days=days)
    if days < 1:
        return moment.strftime("%H:%M")
    return moment.date().isoformat()
