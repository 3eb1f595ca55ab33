"""Rows of a text whose cells are parted by tabs; a line may have lost the empty cells at its end."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from extract.formats.lines import Line

_LEAST_FIELDS = 3
_LEAST_RUNS = 20
_TABS = re.compile("\t+")
_SENTENCE_END = "。"


def tab_of(lines: Sequence[Line]) -> str:
    """What stands between two cells of the text: a tab, or as many as there always are."""
    runs = [len(run) for line in lines for run in _TABS.findall(line.text.strip())]
    return "\t" * math.gcd(*runs) if len(runs) >= _LEAST_RUNS else "\t"


def tab_fields(text: str, tab: str) -> list[str]:
    """The fields of a line with tabs; none where it has no tab."""
    return [part.strip() for part in text.split(tab)] if tab in text else []


def is_tab_row(fields: Sequence[str], above: Sequence[str], below: str, tab: str) -> bool:
    """Whether fields are a row: three and more that hold two texts, one among as many as stand ``above``, or two.

    Two are one that lost the empty cells at its end: after a row of several fields, or where a number stands first and
    the line ``below`` has more.
    """
    printed = [field for field in fields if field]
    if len(fields) >= _LEAST_FIELDS and (len(printed) > 1 or _is_inside(fields, above)):
        return True
    if len(fields) != _LEAST_FIELDS - 1 or len(printed) < len(fields) or fields[-1].endswith(_SENTENCE_END):
        return False
    return len(above) > 1 or (not above and fields[0].isdigit() and below.count(tab) + 1 >= _LEAST_FIELDS)


def _is_inside(fields: Sequence[str], above: Sequence[str]) -> bool:
    """Whether the one text of a line stands neither in its first field nor in the last, and these are as many."""
    return len(fields) == len(above) and not fields[0] and not fields[-1] and any(fields)
