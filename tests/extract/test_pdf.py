"""PDF: what is drawn becomes grids with spans, rows, paragraphs; the figures of the statutory tables come out right."""

from __future__ import annotations

import io
import random
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from render import build, build_requests, prose
from render.choices import Dice
from render.files import draw_file
from render.judge import differences, judge
from render.layouts import Rendered
from render.pdf import Print, print_pdf
from render.printing import print_figures
from render.sheets import Box, Paper, Sheet, label
from render.sheets import Paragraph as Prose
from render.truth import Truth, make_truth
from render.wording import Wording
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from extract.formats import read_page
from extract.formats.pdf.characters import character
from extract.formats.pdf.document import read_pdf
from extract.formats.pdf.grid import find_tables
from extract.formats.pdf.model import Glyph, Rule
from extract.formats.pdf.text import cell_text
from extract.page import Grid, Page, Paragraph, UnreadableError
from transform.read import read_report

FORMS = {"2019": 198, "2021": 200}
RULED = {
    "strokes": Print(),
    "a bar for each side of each cell": Print(rules="pieces"),
    "dotted lines": Print(rules="dots"),
    "no outer verticals": Print(rules="open"),
    "small page": Print(page=(420.0, 595.0), margin=30.0, size=7.0),
    "font only named": Print(embedded=False),
    "header one character a line": Print(vertical="stacked"),
    "header one character a line, font only named": Print(vertical="stacked", embedded=False),
    "header turned by a quarter": Print(vertical="turned"),
    "landscape by page rotation": Print(turned_page=True, page=(842.0, 595.0)),
    "landscape, header turned": Print(turned_page=True, page=(842.0, 595.0), vertical="turned"),
    "split, no header again": Print(skip=150.0),
    "split, header again": Print(skip=150.0, repeat_header=True),
    "group label goes on with nothing": Print(skip=150.0, broken_label="empty"),
    "group label said again": Print(skip=150.0, broken_label="repeat"),
    "page numbers and running heads": Print(skip=60.0, numbered=True, running_head="某县人民政府办公室"),
    "page numbers in words": Print(skip=60.0, numbered=True, number_style="第{}页"),
    "rows cut by the break": Print(skip=30.0, cut_rows=True),
    "rows cut, values on top": Print(skip=110.0, cut_rows=True, top_aligned=True),
}
UNRULED = {
    "no rules": Print(rules="none"),
    "no rules, values on top": Print(rules="none", top_aligned=True),
    "only horizontal rules": Print(rules="rows"),
    "no rules, page numbers": Print(rules="none", numbered=True, skip=100.0),
}


def report(form: str, seed: int = 3) -> tuple[Truth, Paper]:
    rng = random.Random(seed)
    truth = make_truth(rng, form=form, trouble="none")
    while truth.scale != "province" or truth.single_other:
        truth = make_truth(rng, form=form, trouble="none")
    dice = Dice(rng, "clean", calm=True)
    expected, word = print_figures(truth, dice), Wording(dice)
    items = [
        Prose(prose.title(truth, dice) or "", 1),
        prose.heading("overview", rng),
        *prose.overview(truth, dice),
        prose.heading("disclosure", rng),
        *build.disclosure(truth, expected, dice, word),
        prose.heading("requests", rng),
        *build_requests.build(truth, expected, dice, word, exact=True),
        prose.heading("disputes", rng),
        *build.disputes(truth, expected, dice, word, exact=True),
        prose.heading("problems", rng),
        prose.problems(rng),
    ]
    return truth, Paper(items, expected)


def grids(page: Page) -> list[Grid]:
    return [block for block in page.blocks if isinstance(block, Grid)]


def texts(page: Page) -> list[str]:
    return [block.text for block in page.blocks if isinstance(block, Paragraph)]


def every_text(page: Page) -> Iterator[str]:
    yield from texts(page)
    for grid in grids(page):
        yield from (cell.text for row in grid.rows for cell in row if cell is not None)


def one_sheet(*rows: list[Box], style: Print | None = None) -> Page:
    return read_pdf(print_pdf(Paper([Sheet("disclosure", list(rows))], {}), style))


def drawn(*lines: tuple[float, float, str], size: float = 10.0, pages: int = 1) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), invariant=1)
    for number in range(pages):
        for x, y, words in lines:
            canvas.setFont("Helvetica", size)
            canvas.drawString(x, 842 - y, words.format(number + 1))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("layout", [*RULED, *UNRULED])
def test_every_figure_of_a_printed_report_is_read(form: str, layout: str) -> None:
    truth, paper = report(form)
    data = print_pdf(paper, {**RULED, **UNRULED}[layout])
    found = read_report(read_page(data))
    printed = Rendered(data, paper.expected, "clean", {}, truth, {})
    verdict = judge(found, printed)
    assert len(verdict.right) == FORMS[form], differences(found, printed, verdict.doubted + verdict.silent)
    assert not verdict.silent


@pytest.mark.parametrize("seed", [*range(8), 2158, 2200, 2256, 2289, 4283, 4293])
def test_no_figure_of_a_noisy_table_without_rules_is_silently_wrong(seed: int) -> None:
    printed = draw_file("pdf_unruled", seed)
    found = read_report(read_page(printed.data))
    verdict = judge(found, printed)
    assert not verdict.broken, differences(found, printed, (*verdict.silent, *verdict.zeroed))


def lone_table(*rows: tuple[float, list[tuple[float, str]]]) -> Grid:
    lines = [(x, y, words) for y, cells in rows for x, words in cells]
    (grid,) = grids(read_pdf(drawn(*lines)))
    return grid


def test_values_without_rules_keep_the_places_that_a_row_leaves_blank() -> None:
    head = (100.0, [(200.0, "first"), (300.0, "second"), (400.0, "third")])
    full = (130.0, [(60.0, "one"), (205.0, "1"), (305.0, "22"), (405.0, "3")])
    gap = (160.0, [(60.0, "two"), (205.0, "4"), (405.0, "5")])
    grid = lone_table(head, full, gap)
    assert [cell.text for cell in grid.rows[2] if cell] == ["two", "4", "", "5"]
    assert grid.doubt == "columns"
    assert lone_table(head, full).doubt == ""


def test_a_table_without_rules_and_headers_is_in_doubt() -> None:
    grid = lone_table((100.0, [(60.0, "one"), (205.0, "1"), (305.0, "2")]), (130.0, [(60.0, "two"), (205.0, "3")]))
    assert grid.doubt == "columns"


def test_numbers_that_a_narrow_column_wraps_stay_in_their_row() -> None:
    head = (100.0, [(200.0, "first"), (300.0, "second")])
    grid = lone_table(head, (130.0, [(205.0, "12")]), (136.0, [(60.0, "one"), (305.0, "7")]), (142.0, [(205.0, "6")]))
    assert [cell.text for cell in grid.rows[1] if cell] == ["one", "12 6", "7"]


@pytest.mark.parametrize("skip", range(0, 420, 60))
def test_no_place_of_the_page_break_makes_a_figure_wrong(skip: int) -> None:
    truth, paper = report("2021", seed=skip)
    style = Print(skip=float(skip), cut_rows=skip % 120 == 0, numbered=True, rules="pieces", size=9.5)
    data = print_pdf(paper, style)
    verdict = judge(read_report(read_page(data)), Rendered(data, paper.expected, "clean", {}, truth, {}))
    assert (len(verdict.right), verdict.silent) == (200, ())


def test_missing_ruling_lines_are_merged_cells() -> None:
    page = one_sheet([label("甲", rs=2), label("乙", cs=2)], [Box("丙"), Box("丁")], [Box("1"), Box("2"), Box("3")])
    (grid,) = grids(page)
    first, wide = grid.rows[0][0], grid.rows[0][1]
    assert first is not None
    assert wide is not None
    assert (first.text, first.row_span, first.column_span) == ("甲", 2, 1)
    assert (wide.text, wide.row_span, wide.column_span) == ("乙", 1, 2)
    assert grid.exact
    assert [cell.text for cell in grid.rows[2] if cell] == ["1", "2", "3"]


def test_a_cell_says_where_it_stands() -> None:
    page = one_sheet([label("甲"), Box("1")], [label("乙"), Box("2")])
    (grid,) = grids(page)
    cell = grid.rows[1][1]
    assert cell is not None
    assert grid.cell_locator(cell) == "page 1, table 1, row 2, column 2"


def test_lines_of_a_chinese_label_are_joined_without_blanks() -> None:
    words = "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"
    page = one_sheet([label(words), *[Box(str(n), figure="x") for n in range(7)]])
    cell = grids(page)[0].rows[0][0]
    assert cell is not None
    assert cell.text == words


def test_a_remark_in_a_cell_stays_with_its_number() -> None:
    page = one_sheet([label("收到申请"), Box("22（其中修订16件）"), Box("3")])
    assert [cell.text for cell in grids(page)[0].rows[0] if cell] == ["收到申请", "22（其中修订16件）", "3"]


def test_blank_cell_stays_blank() -> None:
    page = one_sheet([label("甲"), Box(""), Box("0")])
    assert [cell.text for cell in grids(page)[0].rows[0] if cell] == ["甲", "", "0"]


def test_two_numbers_above_one_another_are_not_made_one() -> None:
    glyphs = [Glyph("3", 20, 10, 25, 20, 0), Glyph("4", 20, 24, 25, 34, 0)]
    assert cell_text(glyphs, 60, 40) == "3 4"


def test_a_number_that_fills_its_line_goes_on_below() -> None:
    digits = [Glyph(c, 5 + 5 * i, 10, 10 + 5 * i, 20, 0) for i, c in enumerate("12345")]
    assert cell_text([*digits, Glyph("6", 5, 22, 10, 32, 0)], 35, 40) == "123456"


def test_text_that_is_printed_twice_for_boldness_is_read_once() -> None:
    glyphs = [Glyph(c, x, 10, x + 10, 20, 0) for c, x in (("总", 10), ("计", 20), ("总", 10.4), ("计", 20.4))]
    assert cell_text(glyphs, 60, 30) == "总计"


def test_vertical_writing_in_two_columns_is_read_from_the_right() -> None:
    order = [("法", 30, 10), ("人", 30, 22), ("或", 30, 34), ("其", 15, 10), ("他", 15, 22)]
    glyphs = [Glyph(c, x, y, x + 10, y + 10, 0) for c, x, y in order]
    assert cell_text(glyphs, 50, 60) == "法人或其他"


def test_radicals_that_stand_for_characters_are_put_right() -> None:
    assert "".join(map(character, map(ord, "⼈⺠⾏政"))) == "人民行政"


def test_a_shape_that_is_no_known_character_stays_visible_beside_its_number() -> None:
    page = one_sheet([label("甲"), Box("☆338"), Box("3")])
    assert [cell.text for cell in grids(page)[0].rows[0] if cell] == ["甲", "\ufffd338", "3"]


def test_a_frame_around_the_page_is_no_table() -> None:
    across = [Rule(20, 20, 500), Rule(800, 20, 500)]
    down = [Rule(20, 20, 800), Rule(500, 20, 800)]
    assert find_tables(across, down) == []


def test_pieces_of_a_line_with_small_gaps_are_one_line() -> None:
    edges = [Rule(10, 0, 49), Rule(10.4, 51, 100), Rule(30, 0, 100), Rule(50, 0, 100)]
    (table,) = find_tables(edges, [Rule(0, 10, 50), Rule(50, 10, 29), Rule(50, 31, 50), Rule(100, 10, 50)])
    assert len(table.boxes) == 4


def test_a_row_cut_by_the_page_break_is_one_row() -> None:
    words = "申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请"
    filling = [[label(f"第{n}行"), *(Box("0", figure="x") for _ in range(7))] for n in range(3)]
    cut = [label(words), *(Box(str(n), figure="x") for n in range(7))]
    style = Print(page=(420.0, 300.0), skip=105.0, cut_rows=True)
    page = one_sheet(*filling, cut, style=style)
    rows = [[cell.text for cell in row if cell] for grid in grids(page) for row in grid.rows]
    assert rows[3:] == [[words, *map(str, range(7))]]


def test_a_paragraph_goes_on_over_lines_and_pages() -> None:
    words = "本年度我们整理公开目录，补齐联系电话，撤下失效链接，并请群众代表来窗口体验办事。" * 20
    page = read_pdf(
        print_pdf(
            Paper([Prose("标题", 1), Prose(words), Prose("第二段说明培训次数。")], {}), Print(page=(420.0, 300.0))
        )
    )
    assert texts(page) == ["标题", words, "第二段说明培训次数。"]


@pytest.mark.parametrize(("begins", "apart"), [("二、主动公开情况", 14.0), ("本单位另有说明。", 24.0)])
def test_a_full_line_that_ends_a_sentence_is_not_joined_with_what_begins_anew(begins: str, apart: float) -> None:
    full = "我单位认真贯彻落实条例，坚持以公开为常态，规范流程，提高水平。"
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), invariant=1)
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas.setFont("STSong-Light", 10)
    height = 742.0
    for words, step in ((full, 0.0), (full, 14.0), (begins, apart), (full, apart), (full, 14.0)):
        height -= step
        canvas.drawString(60, height, words)
    canvas.save()
    assert texts(read_pdf(out.getvalue())) == [full + full, begins, full + full]


def test_larger_lines_are_headings() -> None:
    page = read_pdf(
        print_pdf(
            Paper([Prose("某县年度报告", 1), Prose("一、总体情况", 2), Prose("正文说明全年的工作安排。" * 9)], {})
        )
    )
    assert [block.heading for block in page.blocks if isinstance(block, Paragraph)] == [1, 2, 0]


@pytest.mark.parametrize("style", ["- {} -", "第{}页", "{}", "— {} —", "第 {} 页 共 9 页"])
def test_page_numbers_and_running_heads_are_left_out(style: str) -> None:
    _, paper = report("2021")
    page = read_pdf(print_pdf(paper, Print(numbered=True, running_head="某县人民政府办公室", number_style=style)))
    numbers = {style.format(number) for number in range(1, 9)}
    assert not numbers & set(texts(page))
    assert style == "{}" or not numbers & set(every_text(page))
    assert "某县人民政府办公室" not in texts(page)


def test_a_page_number_inside_a_table_is_no_cell() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), invariant=1)
    for number in (1, 2):
        canvas.grid([60, 300, 540], [10, 400, 800])
        canvas.drawString(100, 600, f"row {number}")
        canvas.drawString(400, 600, str(40 + number))
        canvas.drawString(400, 300, "7")
        canvas.drawString(420, 20, str(number))
        canvas.showPage()
    canvas.save()
    found = [[cell.text for row in grid.rows for cell in row if cell] for grid in grids(read_pdf(out.getvalue()))]
    assert found == [["row 1", "41", "", "7"], ["row 2", "42", "", "7"]]


def test_digits_wrapped_in_an_unruled_column_never_lose_their_end() -> None:
    lines = [(60.0, 100.0, "name"), (200.0, 100.0, "first"), (300.0, 100.0, "second")]
    lines += [
        (60.0, 130.0, "row"),
        (200.0, 130.0, "26"),
        (300.0, 130.0, "15"),
        (200.0, 142.0, "2"),
        (300.0, 142.0, "7"),
    ]
    (grid,) = grids(read_pdf(drawn(*lines)))
    assert [cell.text for cell in grid.rows[-1] if cell] == ["row", "26 2", "15 7"]


def test_single_characters_of_a_font_that_is_only_named_are_not_lost() -> None:
    page = one_sheet([label("甲"), Box("无"), Box("3")], style=Print(embedded=False))
    assert [cell.text for cell in grids(page)[0].rows[0] if cell] == ["甲", "无", "3"]


def test_a_scan_has_no_blocks_and_counts_its_pages() -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), invariant=1)
    picture = ImageReader(Image.new("L", (80, 110), 200))
    for _ in range(2):
        canvas.drawImage(picture, 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    page = read_page(out.getvalue())
    assert (page.blocks, page.images) == ((), 2)
    found = read_report(page)
    assert found.verdict == "empty"
    assert any("images" in finding.message for finding in found.findings)


def test_an_encrypted_file_is_refused_in_one_line() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, encrypt="secret")
    canvas.drawString(100, 100, "text")
    canvas.save()
    with pytest.raises(UnreadableError, match="encrypted") as caught:
        read_page(out.getvalue())
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [b"%PDF-1.7\nnothing more", drawn((50, 50, "x"))[:300], b"%PDF-"])
def test_a_broken_file_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_page(data)
    assert "\n" not in str(caught.value)


def test_a_file_of_too_many_pages_is_refused() -> None:
    with pytest.raises(UnreadableError, match="301 pages"):
        read_pdf(drawn((50, 50, "x"), pages=301))


def test_a_blank_page_is_refused() -> None:
    with pytest.raises(UnreadableError, match="neither text nor pictures"):
        read_pdf(drawn())


def test_the_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(UnreadableError, match=r"pip install 'nianbao\[pdf\]'"):
        read_pdf(drawn((50, 50, "x")))


def test_damaged_bytes_give_a_page_or_one_line() -> None:
    rng = random.Random(5)
    _, paper = report("2021")
    whole = print_pdf(paper, replace(RULED["strokes"], embedded=False))
    outcomes: set[str] = set()
    for _ in range(40):
        data = bytearray(whole)
        for _ in range(rng.choice((1, 20, 400))):
            data[rng.randrange(len(data))] = rng.randrange(256)
        try:
            outcomes.add(read_pdf(bytes(data)).source_format)
        except UnreadableError as error:
            outcomes.add("a line" if "\n" not in str(error) else "several lines")
    assert outcomes == {"pdf", "a line"}
