"""The table model: spans, row groups, overlaps, hostile sizes; and agreement with an independent implementation."""

import html_table_takeout
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.formats import read_page
from extract.formats.grid import MAX_SLOTS, SourceCell, form_grid, parse_column_span, parse_row_span
from extract.page import Grid


def texts(rows):
    return [[cell.text if cell else None for cell in row] for row in rows]


def lay_out(*groups):
    rows, _ = form_grid([[[SourceCell(*cell) for cell in row] for row in group] for group in groups])
    return texts(rows)


def test_a_spanned_slot_holds_the_very_cell_of_its_origin():
    rows, _ = form_grid([[[SourceCell("a", 2, 2), SourceCell("b")], [SourceCell("c")]]])
    assert rows[0][0] is rows[0][1] is rows[1][0] is rows[1][1]
    assert (rows[0][0].row, rows[0][0].column, rows[0][0].row_span, rows[0][0].column_span) == (0, 0, 2, 2)
    assert (rows[1][2].row, rows[1][2].column) == (1, 2)


def test_a_short_row_is_filled_with_no_cell():
    assert lay_out([[("a",), ("b",)], [("c",)]]) == [["a", "b"], ["c", None]]


def test_row_span_zero_reaches_the_end_of_its_row_group():
    groups = [[("a", 0), ("b",)], [("c",)], [("d",)]], [[("e",), ("f",)]]
    assert lay_out(*groups) == [["a", "b"], ["a", "c"], ["a", "d"], ["e", "f"]]


def test_a_row_span_ends_with_its_row_group():
    assert lay_out([[("a", 9), ("b",)]], [[("c",), ("d",)]]) == [["a", "b"], ["c", "d"]]


def test_cells_flow_around_a_cell_from_above():
    rows = [[("a",), ("b", 3), ("c",)], [("d",), ("e",)], [("f",), ("g",)]]
    assert lay_out(rows) == [["a", "b", "c"], ["d", "b", "e"], ["f", "b", "g"]]


def test_where_cells_overlap_the_first_keeps_the_slot():
    assert lay_out([[("a",), ("b", 2), ("c",)], [("d", 1, 3)]]) == [["a", "b", "c"], ["d", "b", "d"]]


def test_columns_that_only_spans_reach_are_cut_off():
    assert lay_out([[("title", 1, 1000)], [("a",), ("b",)]]) == [["title", "title"], ["a", "b"]]
    rows, _ = form_grid([[[SourceCell("title", 1, 1000)], [SourceCell("a"), SourceCell("b")]]])
    assert rows[0][0].column_span == 2


def test_a_table_too_large_to_lay_out_loses_no_cell():
    row = [SourceCell(str(number), 1, 1000) for number in range(300)]
    rows, exact = form_grid([[row, row]])
    assert not exact
    assert texts(rows) == [[str(number)] for number in range(300)] * 2


def test_the_number_of_slots_is_bounded():
    cells = [SourceCell("x", 65534) for _ in range(1000)]
    rows, _ = form_grid([[cells, *[[SourceCell("y")]] * 5000]])
    assert len(rows) * len(rows[0]) <= MAX_SLOTS


@pytest.mark.parametrize(
    ("value", "span"),
    [(None, 1), ("", 1), ("3", 3), (" 3 ", 3), ("+2", 2), ("2px", 2), ("2.9", 2), ("-2", 1), ("x", 1), ("0", 1),
     ("-0", 1), ("1001", 1000), ("9" * 5000, 1000), ("٣", 1)],
)  # fmt: skip
def test_column_span_follows_the_rules_for_integers(value, span):
    assert parse_column_span(value) == span


@pytest.mark.parametrize(("value", "span"), [("0", 0), ("-0", 0), ("-1", 1), ("65535", 65534), ("", 1), ("4", 4)])
def test_row_span_follows_the_rules_for_integers(value, span):
    assert parse_row_span(value) == span


@st.composite
def tilings(draw):
    """Row groups whose cells cover a rectangle exactly once: where both implementations and the standard agree.

    ``html_table_takeout`` parts from the standard where a row ends before a cell carried from above (no gap is left),
    where cells overlap (the later is moved), where ``</tr>`` is missing before the end of a row group, and in the place
    of ``tfoot``; none of these is generated here.
    """
    width = draw(st.integers(1, 7))
    groups = []
    number = 0
    for _ in range(draw(st.integers(1, 3))):
        height = draw(st.integers(1, 5))
        taken = [[False] * width for _ in range(height)]
        rows = []
        for row in range(height):
            cells = []
            for column in range(width):
                if taken[row][column]:
                    continue
                room = 1
                while column + room < width and not taken[row][column + room]:
                    room += 1
                column_span = draw(st.integers(1, room))
                row_span = draw(st.integers(1, height - row))
                for y in range(row, row + row_span):
                    for x in range(column, column + column_span):
                        taken[y][x] = True
                shown_row_span = (
                    draw(st.sampled_from([0, row_span, row_span + 9])) if row + row_span == height else row_span
                )
                cells.append((f"c{number}", shown_row_span, column_span))
                number += 1
            rows.append(cells)
        groups.append(rows)
    return groups


@st.composite
def markup(draw):
    """A tiling as HTML, with end tags and inline markup left to chance, and what a header hides in comments."""
    groups = draw(tilings())
    parts = ["<table><caption>t</caption>"]
    for rows in groups:
        parts.append("<tbody>")
        for cells in rows:
            parts.append("<tr>")
            for text, row_span, column_span in cells:
                tag = draw(st.sampled_from(["td", "th"]))
                inner = draw(
                    st.sampled_from(["{}", "<span>{}</span>", "<!-- 9 -->{}", " {}\n", "<b><font>{}</font></b>"])
                )
                end = draw(st.sampled_from(["", f"</{tag}>"]))
                parts.append(f'<{tag} rowspan="{row_span}" colspan={column_span}>{inner.format(text)}{end}')
            parts.append("</tr>")
        parts.append("</tbody>")
    parts.append("</table>")
    return "".join(parts)


def without_columns_that_only_spans_reach(rows):
    """Rows of slot texts, cut where no cell begins any more, as this project does beyond the standard."""
    seen, width = set(), 0
    for row in rows:
        for column, text in enumerate(row):
            if text not in seen:
                seen.add(text)
                width = max(width, column + 1)
    return [row[:width] for row in rows]


@settings(max_examples=300, deadline=None)
@given(markup())
def test_grids_agree_with_an_independent_implementation(source):
    reference = html_table_takeout.parse_html(source)[0]
    expected = without_columns_that_only_spans_reach([[cell.inner_text().strip() for cell in row] for row in reference])
    if sum(len(set(row)) for row in expected) == 1 or len({text for row in expected for text in row}) == 1:
        return
    grids = [block for block in read_page(source.encode()).blocks if isinstance(block, Grid)]
    assert [texts(grid.rows) for grid in grids] == [expected]
