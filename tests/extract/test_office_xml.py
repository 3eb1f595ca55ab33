"""Word and Excel files as one XML document."""

from __future__ import annotations

import pytest

from extract.formats import read_page
from extract.page import Grid, Page, Paragraph, UnreadableError

SHEET = "urn:schemas-microsoft-com:office:spreadsheet"
WORD = "http://schemas.microsoft.com/office/word/2003/wordml"
HINT = "http://schemas.microsoft.com/office/word/2003/auxHint"
AML = "http://schemas.microsoft.com/aml/2001/core"
PACKAGE = "http://schemas.microsoft.com/office/2006/xmlPackage"
OOXML = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def workbook(rows: str, styles: str = "", options: str = "") -> str:
    return (
        f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="{SHEET}" xmlns:ss="{SHEET}" '
        f'xmlns:x="urn:schemas-microsoft-com:office:excel"><Styles>{styles}</Styles>'
        f'<Worksheet ss:Name="a"><Table>{rows}</Table>{options}</Worksheet></Workbook>'
    )


def cell(text: str, kind: str = "String", more: str = "") -> str:
    return f'<Cell {more}><Data ss:Type="{kind}">{text}</Data></Cell>'


def document(body: str) -> str:
    return (
        '<?xml version="1.0"?><?mso-application progid="Word.Document"?>'
        f'<w:wordDocument xmlns:w="{WORD}" xmlns:wx="{HINT}" xmlns:aml="{AML}">'
        f"<w:body><wx:sect><wx:sub-section>{body}</wx:sub-section></wx:sect></w:body></w:wordDocument>"
    )


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def read(text: str) -> Page:
    return read_page(text.encode())


def cells(page: Page) -> list[list[str]]:
    (grid,) = (block for block in page.blocks if isinstance(block, Grid))
    return [[slot.text if slot else "·" for slot in row] for row in grid.rows]


def test_cells_of_a_workbook_stand_where_their_index_says() -> None:
    style = '<Style ss:ID="p"><NumberFormat ss:Format="0%"/></Style>'
    rows = [
        cell("标题", more='ss:MergeAcross="2"'),
        cell("一") + cell("12", "Number", 'ss:Index="3"'),
        cell("二", more='ss:MergeDown="1"') + cell("0.5", "Number", 'ss:StyleID="p"') + cell("1", "Number"),
    ]
    rows.append(cell("3", "Number", 'ss:Index="2"'))
    text = "".join(f"<Row>{row}</Row>" for row in rows)
    page = read(workbook(text, style))
    assert [block.text for block in page.blocks if isinstance(block, Paragraph)] == ["标题"]
    assert [[text for text in row if text != "·"] for row in cells(page)] == [
        ["一", "", "12"],
        ["二", "50%", "1"],
        ["二", "3", ""],
    ]


def test_hidden_sheets_and_rows_are_not_read() -> None:
    hidden = "<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions>"
    with pytest.raises(UnreadableError, match="no visible cell"):
        read(workbook(f"<Row>{cell('一')}</Row>", options=hidden))
    rows = f'<Row>{cell("一")}{cell("1")}</Row><Row ss:Hidden="1">{cell("二")}{cell("2")}</Row>'
    assert cells(read(workbook(rows))) == [["一", "1"]]


def test_a_document_of_word_2003_is_read() -> None:
    inserted = f'<aml:annotation w:type="Word.Insertion"><aml:content>{paragraph("新")}</aml:content></aml:annotation>'
    deleted = f'<aml:annotation w:type="Word.Deletion"><aml:content>{paragraph("旧")}</aml:content></aml:annotation>'
    merged = [
        f"<w:tc><w:tcPr><w:vmerge{value}/></w:tcPr>{paragraph(text)}</w:tc><w:tc>{paragraph(number)}</w:tc>"
        for value, text, number in ((' w:val="restart"', "甲", "1"), ("", "", "2"))
    ]
    table = "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in merged) + "</w:tbl>"
    page = read(document(paragraph("标题") + inserted + deleted + table))
    assert [block.text for block in page.blocks if isinstance(block, Paragraph)] == ["标题", "新"]
    assert cells(page) == [["甲", "1"], ["甲", "2"]]


def test_a_flat_package_of_word_is_read() -> None:
    body = f'<w:document xmlns:w="{OOXML}"><w:body>{paragraph("标题")}</w:body></w:document>'
    part = f'<pkg:part pkg:name="/word/document.xml"><pkg:xmlData>{body}</pkg:xmlData></pkg:part>'
    (block,) = read(f'<pkg:package xmlns:pkg="{PACKAGE}">{part}</pkg:package>').blocks
    assert isinstance(block, Paragraph)
    assert block.text == "标题"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (document(paragraph("标题"))[:-40], "the Office XML document is damaged"),
        (document(""), "holds no text"),
        (f'<!DOCTYPE a [<!ENTITY b "c">]>{workbook("").partition("?>")[2]}', "defines entities"),
        (f'<pkg:package xmlns:pkg="{PACKAGE}"></pkg:package>', "holds no document text"),
    ],
)
def test_what_is_damaged_or_empty_gives_one_clear_line(text: str, words: str) -> None:
    with pytest.raises(UnreadableError, match=words):
        read(text)
