"""Excel workbooks: grids of the visible sheets, numbers as they are shown, and hostile files."""

import datetime
import io
import zipfile

import openpyxl
import pytest
from openpyxl.styles import Border, Side
from render.office import as_xlsx, draw_paper
from shown import grids

from extract.formats import read_page
from extract.formats.number_format import printed
from extract.page import Paragraph, UnreadableError
from transform.read import read_report

THIN = Border(left=Side("thin"), right=Side("thin"), top=Side("thin"), bottom=Side("thin"))


def saved(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def book_of(*rows, start=(1, 1)):
    book = openpyxl.Workbook()
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            if value is not None:
                book.active.cell(start[0] + y, start[1] + x, value)
    return book


def paragraphs(page):
    return [block.text for block in page.blocks if isinstance(block, Paragraph)]


@pytest.mark.parametrize("one_sheet", [True, False])
@pytest.mark.parametrize("form", ["2014", "2019", "2021"])
def test_every_figure_of_a_statutory_report_is_read(form, one_sheet):
    paper = draw_paper(11, form)
    report = read_report(read_page(as_xlsx(paper, one_sheet=one_sheet)))
    read_values = {figure.figure: figure.value for figure in report.figures}
    assert read_values == {name: float(expected.value) for name, expected in paper.expected.items()}
    assert report.verdict == "verified"
    assert report.metadata.title == paper.title


def test_merged_ranges_are_one_cell_in_all_their_slots():
    book = book_of(("头", None, None), ("甲", 1, 2), (None, 3, 4))
    book.active.merge_cells("A1:C1")
    book.active.merge_cells("A2:A3")
    page = read_page(saved(book))
    assert paragraphs(page) == ["头"]
    assert grids(page) == [[["甲", "1", "2"], ["甲", "3", "4"]]]
    assert page.blocks[1].rows[1][0] is page.blocks[1].rows[0][0]


def test_a_locator_names_the_sheet_and_where_its_table_begins():
    book = book_of(("甲", 1), ("乙", 2), start=(3, 2))
    book.active.title = "统计表"
    grid = read_page(saved(book)).blocks[0]
    assert grid.cell_locator(grid.rows[1][1]) == "sheet 统计表 from B3, row 2, column 2"


def test_a_blank_row_inside_a_table_does_not_end_it_and_a_line_of_text_after_it_does():
    page = read_page(saved(book_of(("甲", 1), (None, None), ("乙", 2), (None, None), ("表二", None), ("丙", 3))))
    assert grids(page) == [[["甲", "1"], ["", ""], ["乙", "2"]], [["丙", "3"]]]
    assert paragraphs(page) == ["表二"]


def test_prose_between_rows_is_a_paragraph():
    prose = "本年度收到的政府信息公开申请均在法定期限内答复，未收取任何费用，" * 3
    page = read_page(saved(book_of(("甲", 1), (prose,), ("乙", 2))))
    assert paragraphs(page) == [prose]
    assert grids(page) == [[["甲", "1"]], [["乙", "2"]]]


def test_a_row_of_blank_cells_with_borders_below_the_last_text_is_kept_and_more_are_not():
    book = book_of(("甲", "乙"))
    for row in (2, 3, 4):
        for column in (1, 2):
            book.active.cell(row, column).border = THIN
    assert grids(read_page(saved(book))) == [[["甲", "乙"], ["", ""]]]


def test_hidden_sheets_rows_and_columns_are_not_read():
    book = book_of(("甲", 77, 1), (78, 78, 78), ("乙", 77, 2))
    book.active.row_dimensions[2].hidden = True
    book.active.column_dimensions["B"].hidden = True
    hidden = book.create_sheet("旧")
    hidden.append(["甲", 99])
    hidden.sheet_state = "hidden"
    assert grids(read_page(saved(book))) == [[["甲", "1"], ["乙", "2"]]]


def test_a_merged_range_whose_corner_is_hidden_shows_its_text_in_what_is_left():
    book = book_of(("头", None, "尾"), ("x", "甲", 1))
    book.active.merge_cells("A1:B1")
    book.active.column_dimensions["A"].hidden = True
    assert grids(read_page(saved(book))) == [[["头", "尾"], ["甲", "1"]]]


def test_blank_cell_is_not_zero_and_zero_is_not_blank():
    book = book_of(("甲", 0, None, 0), ("乙", None, 1, 1))
    book.active["D1"].number_format = '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"??_ ;_ @_ '
    assert grids(read_page(saved(book))) == [[["甲", "0", "", "0"], ["乙", "", "1", "1"]]]


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        ("12", "", "12"),
        ("12.0", "General", "12"),
        ("12.300000000000001", "", "12.3"),
        ("1E-3", "", "0.001"),
        ("1.5E+6", "", "1500000"),
        ("1234567", "#,##0", "1234567"),
        ("3.14159", "0.00", "3.14"),
        ("2.5", "0", "3"),
        ("-0.2", "0", "0"),
        ("5", "0.00_);[Red](0.00)", "5.00"),
        ("0.05", "0%", "5%"),
        ("3", '0"件"', "3"),
        ("3.5", "0.0##", "3.5"),
        ("44225", "yyyy-mm-dd", "2021-01-29"),
        ("44225.75", 'yyyy"年"m"月"d"日"', "2021-01-29"),
        ("0.5", "h:mm", "12:00"),
        ("7", "@", "7"),
        ("7", "[>6]0;0", "7"),
        ("3000", "0,", "3000"),
        ("none", "0", "none"),
        ("9E+99", "0", "9E+99"),
    ],
)
def test_a_number_is_printed_as_its_format_shows_it(value, number_format, shown):
    assert printed(value, number_format) == shown


def test_cells_of_every_kind_are_printed():
    book = book_of(("甲", 3.0, True, datetime.date(2021, 1, 29), "  两\n行 ", "0012"), (1, 2, 3, 4, 5, 6))
    assert grids(read_page(saved(book)))[0][0] == ["甲", "3", "TRUE", "2021-01-29", "两 行", "0012"]


def hand_made(sheet, shared="", relations="", name="xl/worksheets/s.xml"):
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    entry = '<sheet name="表" r:id="i"/>'
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook {space} xmlns:r="{office}"><sheets>{entry}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations or '<R><S Id="i" Type="worksheet" Target="worksheets/s.xml"/></R>',
        name: f"<worksheet {space}>{sheet}</worksheet>",
        "xl/sharedStrings.xml": f"<sst {space}>{shared}</sst>",
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return stream.getvalue()


def test_phonetic_readings_are_not_text_and_rich_text_is():
    shared = "<si><r><t>政</t></r><r><t>务</t></r><rPh sb='0' eb='1'><t>せい</t></rPh></si><si><t>a_x000A_b</t></si>"
    rows = (
        "<row r='1'><c r='A1' t='s'><v>0</v></c><c t='s'><v>1</v></c><c t='s'><v>9</v></c><c t='str'><v>7</v></c></row>"
    )
    assert grids(read_page(hand_made(f"<sheetData>{rows}</sheetData>", shared))) == [[["政务", "a b", "", "7"]]]


def test_an_error_of_a_formula_stays_text():
    rows = "<row><c t='e'><v>#REF!</v></c><c><f>1+1</f><v>2</v></c><c t='inlineStr'><is><t>甲</t></is></c></row>"
    assert grids(read_page(hand_made(f"<sheetData>{rows}</sheetData>"))) == [[["#REF!", "2", "甲"]]]


def test_cells_at_the_far_corners_of_a_sheet_do_not_fill_the_memory():
    rows = "<row r='1'><c r='A1'><v>1</v></c><c r='B1'><v>2</v></c></row>"
    rows += "<row r='1048576'><c r='A1048576'><v>3</v></c><c r='XFD1048576'><v>4</v></c></row>"
    merges = "<mergeCells>" + "<mergeCell ref='A1:XFD1048576'/>" * 50 + "</mergeCells>"
    page = read_page(hand_made(f"<sheetData>{rows}</sheetData>{merges}"))
    assert grids(page) == [[["1", "2", ""], ["3", "", "4"]]]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (saved(book_of(("甲", 1)))[:-40], "damaged"),
        (saved(book_of()), "no visible cell"),
        (hand_made("<sheetData/>"), "no visible cell"),
        (hand_made("", relations="<R"), "damaged"),
        (hand_made("<sheetData>" + " " * (65 << 20) + "</sheetData>"), "unpacks to more than 64 MiB"),
        (hand_made("<sheetData/>", name="xl/other.xml"), "no visible cell"),
    ],
    ids=["cut", "empty", "no cell", "broken relations", "bomb", "no sheet"],
)
def test_a_hostile_workbook_gives_one_clear_line(data, words):
    with pytest.raises(UnreadableError, match=words) as caught:
        read_page(data)
    assert "\n" not in str(caught.value)


def test_a_binary_workbook_says_what_to_do():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.bin", b"\x83\x01")
    with pytest.raises(UnreadableError, match=r"\.xlsb.*save it as \.xlsx"):
        read_page(stream.getvalue())
