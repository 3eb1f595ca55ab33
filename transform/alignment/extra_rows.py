"""What a printed list has beyond its form: rows that no province shares, running totals beside the year's numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from transform.alignment.place import Instance
from transform.model import ExtraRow
from transform.rows.tokens import RawRow, Token, alignment_words, is_unit
from transform.wording.numbers import read_value


def extra_rows(instance: Instance, placed: Collection[Token]) -> tuple[ExtraRow, ...]:
    """The printed numbers of a list that are no figures, in reading order; ``placed`` are the cells of its figures.

    Of a row that the form has, only cells under a heading of their own (历年累计) are kept; the lines of the foot
    (单位负责人, 联系电话) are no rows.
    """
    found: list[tuple[tuple[int, int], ExtraRow]] = []
    rows = [(placed_row.row, True) for placed_row in instance.rows]
    rows += [(row, False) for row in (*instance.strange, *instance.subtotals)]
    foot = tuple(alignment_words().foot)
    for row, known in rows:
        left = [token for token in (*row.values, *row.aside) if token not in placed]
        if not left or any(label.info.key.startswith(foot) for label in row.labels):
            continue
        for token in left:
            heading = _heading(row, token)
            if _may_be_number(token, heading) and (heading or not known):
                found += [(_order(token), made) for made in _extra(row, token, heading)]
    return tuple(made for _, made in sorted(found, key=lambda item: item[0]))


def _order(token: Token) -> tuple[int, int]:
    return token.block, token.cell.row if token.cell else 0


def _heading(row: RawRow, token: Token) -> Token | None:
    """The label over a cell; None where its column is not known."""
    above = (row.header_columns or {}).get(token.column, [])
    higher = (t for t in above if t.cell and token.cell and t.cell.row < token.cell.row and t.info.key)
    return next((t for t in higher if not t.info.has("row") and not t.info.has("group")), None)


def _may_be_number(token: Token, heading: Token | None) -> bool:
    words = alignment_words()
    if token.info.is_blank or token.info.key in words.units:
        return False
    return heading is None or heading.info.key not in words.ignored_columns - words.total_columns


def _extra(row: RawRow, token: Token, heading: Token | None) -> Iterator[ExtraRow]:
    unit = next((label.info.text for label in row.labels if is_unit(label.info)), None)
    label = " ".join(t.info.text for t in row.labels if not is_unit(t.info) and not t.inherited)
    value = read_value(token.info.text, unit=unit)
    if label and value.status != "text":
        column = heading.info.text if heading else None
        yield ExtraRow(label, column, value.value, unit, value.status, token.info.text, token.locator)
