"""HTML cells: what a reader does not see as a part of the number is none of it."""

from __future__ import annotations

import pytest
from shown import grids, read

from extract.page import Page, Paragraph


def paragraphs(page: Page) -> list[str]:
    return [block.text for block in page.blocks if isinstance(block, Paragraph)]


@pytest.mark.parametrize(
    ("opening", "closing"), [("<sup>", "</sup>"), ("<sub>", "</sub>"), ("<i style='vertical-align: super'>", "</i>")]
)
def test_raised_marks_after_a_number_are_in_brackets(opening: str, closing: str) -> None:
    cells = f"<td>12{opening}1{closing}<td>{opening}7{closing}<td>3{opening}[2]{closing}"
    assert grids(read(f"<table><tr>{cells}</table>")) == [[["12[1]", "7", "3[2]"]]]
    assert paragraphs(read(f"<div>12{opening}1{closing}</div><p>km{opening}2{closing}</p>")) == ["12[1]", "km2"]


@pytest.mark.parametrize(
    "opening",
    [
        "<del>", "<s>", "<b style='color:red;text-decoration: line-through'>",
        "<b style='text-decoration-line:line-through'>",
        "<b style='font-size:0'>", "<b style='font-size: 0px;color:#333'>", "<b style='opacity:0.0'>",
        "<b class='sr-only'>",
        "<b style='position:absolute; left:-9999px'>", "<b style='color:transparent'>",
    ],
)  # fmt: skip
def test_numbers_struck_or_not_to_be_seen_give_way_to_what_stands_beside_them(opening: str) -> None:
    closing = f"</{opening[1:].split('>')[0].split()[0]}>"
    cells = f"<td>{opening}9{closing}0<td>{opening}4{closing} 5<td>{opening}6{closing}"
    assert grids(read(f"<table><tr>{cells}</table>")) == [[["0", "5", "6"]]]
    assert paragraphs(read(f"<div>7{opening}9{closing}</div><li>{opening}4{closing}</li>")) == ["7", "4"]


SHEET = "<html><head><style>/* .d{display:none} */ .a, td.c { color:red; display : none }"
SHEET += " .b{display:none}.b.on{display:block}"
SHEET += " @media print { .d{display:none} } .row{display:table-row} .box{display:TABLE}</style></head>"


@pytest.mark.parametrize(
    ("cells", "read_as"),
    [
        ("<td>7<span class='a'>1</span><td class='big A'>9<td>8", ["7", "8"]),
        ("<td>7<td class='c'>9<td class=d>8", ["7", "8"]),
        ("<td>7<td class='b on'>8", ["7", "8"]),
    ],
)
def test_what_a_class_hides_in_a_table_is_left_out(cells: str, read_as: list[str]) -> None:
    assert grids(read(f"{SHEET}<body><table><tr><td>甲{cells}</table>")) == [[["甲", *read_as]]]


def test_a_class_may_make_a_table() -> None:
    rows = "".join(
        f"<div class='row'><p style='display:table-cell'>{n}</p><p style='display:table-cell'>甲</p></div>"
        for n in "123"
    )
    assert grids(read(f"{SHEET}<body><div class='box'>{rows}</div>")) == [[[n, "甲"] for n in "123"]]
