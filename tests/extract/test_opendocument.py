"""OpenDocument files: texts and spreadsheets as LibreOffice writes them, and what its elements may hold."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from extract.formats import read_page
from extract.page import Grid, Page, Paragraph, UnreadableError
from transform.read import read_report

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("draw", "drawing"),
        ("style", "style"),
        ("svg", "svg-compatible"),
    )
)


def content(body: str, styles: str = "") -> str:
    return (
        f"<office:document-content {SPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body>{body}</office:body></office:document-content>"
    )


def packed(body: str, styles: str = "", **parts: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", content(body, styles))
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", text)
    return stream.getvalue()


def text(inner: str) -> Page:
    return read_page(packed(f"<office:text>{inner}</office:text>"))


def sheet(inner: str, styles: str = "") -> Page:
    return read_page(packed(f"<office:spreadsheet>{inner}</office:spreadsheet>", styles))


def cell(words: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{words}</text:p></table:table-cell>"


def rows(*lines: str) -> str:
    return "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)


def grid(page: Page) -> Grid:
    (found,) = (block for block in page.blocks if isinstance(block, Grid))
    return found


def texts(page: Page) -> list[str]:
    return [block.text for block in page.blocks if isinstance(block, Paragraph)]


def shown(found: Grid) -> list[list[str | None]]:
    return [[None if c is None else c.text for c in row] for row in found.rows]


@pytest.mark.parametrize(
    ("other", "own", "formats"),
    [("docx/libreoffice-2021.docx", "opendocument/libreoffice-2021.odt", ("docx", "odt"))],
)
def test_a_text_reads_like_the_word_document_it_was_saved_from(other: str, own: str, formats: tuple[str, str]) -> None:
    word, opened = (read_page((CORPUS / name).read_bytes()) for name in (other, own))
    assert (word.source_format, opened.source_format) == formats
    assert texts(word) == texts(opened)
    figures = [[(f.figure, f.value, f.status) for f in read_report(page).figures] for page in (word, opened)]
    assert figures[0] == figures[1]


def test_spans_and_covered_cells_keep_their_places() -> None:
    wide = cell("甲", 'table:number-columns-spanned="2"') + "<table:covered-table-cell/>" + cell("乙")
    tall = cell("丙", 'table:number-rows-spanned="2"') + cell("1") + cell("2")
    page = text(f"<table:table>{rows(wide, tall, '<table:covered-table-cell/>' + cell('3') + cell('4'))}</table:table>")
    assert shown(grid(page)) == [["甲", "甲", "乙"], ["丙", "1", "2"], ["丙", "3", "4"]]
    assert grid(page).exact


def test_repeated_cells_are_so_many_cells() -> None:
    zeros = cell("0", 'table:number-columns-repeated="3"')
    page = text(f"<table:table>{rows(cell('甲') + zeros, cell('乙'))}</table:table>")
    assert shown(grid(page)) == [["甲", "0", "0", "0"], ["乙", None, None, None]]


def test_deleted_text_and_remarks_are_left_out() -> None:
    page = text(
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>旧</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        "<text:p>收到<office:annotation><text:p>批注</text:p></office:annotation>申请<text:s text:c='2'/>3"
        "<text:tab/>件</text:p>"
    )
    assert texts(page) == ["收到申请 3 件"]


def test_lists_sections_and_text_boxes_are_read_in_order() -> None:
    page = text(
        '<text:h text:outline-level="2">一、概述</text:h>'
        "<text:list><text:list-item><text:p>第一条</text:p></text:list-item></text:list>"
        "<text:section><text:p>正文<draw:frame><draw:text-box><text:p>框内</text:p></draw:text-box></draw:frame></text:p>"
        '</text:section><text:section text:display="none"><text:p>隐藏</text:p></text:section>'
    )
    assert texts(page) == ["一、概述", "第一条", "正文", "框内"]
    assert [block.heading for block in page.blocks if isinstance(block, Paragraph)] == [2, 0, 0, 0]


def test_large_pictures_are_counted() -> None:
    frame = '<draw:frame svg:width="{0}cm" svg:height="{0}cm"><draw:image/></draw:frame>'
    assert text(f"<text:p>图{frame.format(9)}{frame.format(1)}</text:p>").images == 1


def test_hidden_rows_columns_and_sheets_are_left_out() -> None:
    hidden = '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>'
    lines = rows(cell("甲") + cell("旧") + cell("1"), cell("乙") + cell("旧") + cell("2"))
    columns = '<table:table-column/><table:table-column table:visibility="collapse"/><table:table-column/>'
    gone = f'<table:table-row table:visibility="collapse">{cell("丙") + cell("旧") + cell("3")}</table:table-row>'
    page = sheet(
        f'<table:table table:name="表">{columns}{gone}{lines}</table:table>'
        f'<table:table table:style-name="h">{rows(cell("丁") + cell("5"))}</table:table>',
        hidden,
    )
    assert shown(grid(page)) == [["甲", "1"], ["乙", "2"]]


def test_a_million_blank_rows_cost_nothing() -> None:
    blank = '<table:table-cell table:number-columns-repeated="16384"/>'
    below = f'<table:table-row table:number-rows-repeated="1048557">{blank}</table:table-row>'
    two = rows(cell("甲") + cell("1"), cell("乙") + cell("2"))
    assert len(grid(sheet(f"<table:table>{two}{below}</table:table>")).rows) == 2


@pytest.mark.parametrize("read", [text, sheet])
def test_a_bomb_of_repeated_rows_is_refused(read: Callable[[str], Page]) -> None:
    line = cell("0", 'table:number-columns-repeated="1000"')
    many = f'<table:table-row table:number-rows-repeated="1000">{line}</table:table-row>'
    with pytest.raises(UnreadableError, match="200000 cells"):
        read(f"<table:table>{many}</table:table>")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (packed("<office:text/>"), "holds no text"),
        (packed("<office:presentation/>"), "neither a text nor a spreadsheet"),
        (packed("<office:text/>", **{"META-INF__manifest": "<m><encryption-data/></m>"}), "protected by a password"),
        (packed("<office:text>" + "<text:section>" * 250 + "</text:section>" * 250 + "</office:text>"), "too deeply"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableError, match=words) as caught:
        read_page(data)
    assert "\n" not in str(caught.value)


def test_one_flat_file_is_read_too() -> None:
    table = f"<table:table>{rows(cell('甲') + cell('1'))}</table:table>"
    flat = content(f"<office:text><text:p>概述</text:p>{table}</office:text>")
    page = read_page(('<?xml version="1.0"?>' + flat).encode())
    assert (page.source_format, shown(grid(page))) == ("odt", [["甲", "1"]])
