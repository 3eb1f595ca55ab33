r"""RTF: paragraphs, tables by the edges of their cells, encodings, what is not text, and hostile files."""

import pytest
from counting import calls
from render.office import as_rtf, draw_paper
from shown import grids

from extract.formats import read_page
from extract.formats.rtf import read_rtf
from extract.page import Grid, Paragraph, UnreadableError
from transform.read import read_report


def read(body, head=r"\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 SimSun;}{\f2\fnil\fcharset136 Ming;}}"):
    return read_page((r"{\rtf1" + head + "\n" + body + "}").encode("ascii"))


def row(*cells, edges=None, flags=()):
    edges = edges or [1000 * (at + 1) for at in range(len(cells))]
    flags = [*flags, *[""] * (len(edges) - len(flags))]
    defined = "".join(rf"{flag}\cellx{edge}" for flag, edge in zip(flags, edges, strict=True))
    return rf"\trowd{defined} " + "".join(rf"\pard\intbl {cell}\cell" for cell in cells) + r"\row "


def paragraphs(page):
    return [block.text for block in page.blocks if isinstance(block, Paragraph)]


TABLE = row("a", "b") + row("3", "4")


@pytest.mark.parametrize("codes", ["gbk", "unicode"])
@pytest.mark.parametrize("form", ["2014", "2019", "2021"])
def test_every_figure_of_a_statutory_report_is_read(form, codes):
    paper = draw_paper(11, form)
    report = read_report(read_page(as_rtf(paper, codes=codes)))
    read_values = {figure.figure: figure.value for figure in report.figures}
    assert read_values == {name: float(expected.value) for name, expected in paper.expected.items()}
    assert report.verdict == "verified"
    assert report.metadata.title == paper.title


def test_every_cell_of_the_statutory_tables_stands_where_it_was_put():
    paper = draw_paper(5, "2021")
    drawn = [[[" ".join(box.text.split()) for box, _ in line] for line in sheet.slots()] for sheet in paper.sheets()]
    assert grids(read_page(as_rtf(paper, codes="gbk"))) == drawn


def test_blocks_come_in_reading_order_with_headings_by_outline_level():
    page = read(rf"\pard\outlinelevel1 one\par {TABLE}\pard two\par {TABLE}")
    assert [block.locator for block in page.blocks] == ["paragraph 1", "table 1", "paragraph 2", "table 2"]
    assert [block.heading for block in page.blocks if isinstance(block, Paragraph)] == [2, 0]
    assert page.source_format == "rtf"
    assert all(block.exact for block in page.blocks if isinstance(block, Grid))


def test_an_empty_paragraph_parts_two_tables():
    assert len(grids(read(rf"{TABLE}\pard\par {TABLE}"))) == 2
    assert len(grids(read(TABLE + TABLE))) == 1


def test_columns_come_from_the_right_edges_and_edges_that_nearly_meet_are_one():
    page = read(row("head", "x", edges=[2010, 3000]) + row("1", "2", "3", edges=[1000, 1990, 3010]))
    assert grids(page) == [[["head", "head", "x"], ["1", "2", "3"]]]


def test_merges_hold_one_cell_in_all_their_slots():
    page = read(
        row("a", "", "b", flags=[r"\clvmgf\clmgf", r"\clmrg", r"\clvmgf"])
        + row("", "7", "", flags=[r"\clvmrg", "", r"\clvmrg"])
    )
    assert grids(page) == [[["a", "a", "b"], ["", "7", "b"]]]
    page = read(
        row("a", "", "1", flags=[r"\clvmgf\clmgf", r"\clvmgf\clmrg"])
        + row("", "", "2", flags=[r"\clvmrg\clmgf", r"\clvmrg\clmrg"])
    )
    assert grids(page) == [[["a", "a", "1"], ["a", "a", "2"]]]
    page = read(row("a", "1", flags=[r"\clvmgf"]) + row("", "2", flags=[r"\clvmrg"]))
    assert page.blocks[0].rows[1][0] is page.blocks[0].rows[0][0]


def test_a_row_that_prints_more_cells_than_it_defines_makes_the_table_inexact():
    page = read(row("a", "b") + r"\trowd\cellx1000 \pard\intbl 1\cell 2\cell\row ")
    assert grids(page) == [[["a", "b"], ["1", "2"]]]
    assert not page.blocks[0].exact


def test_the_definition_of_a_row_may_come_after_its_cells():
    page = read(
        r"\pard\intbl a\cell b\cell\pard\intbl{\trowd\cellx1000\cellx3000\row}" + row("1", "2", edges=[1000, 3000])
    )
    assert grids(page) == [[["a", "b"], ["1", "2"]]]
    assert page.blocks[0].exact


def test_rows_without_the_mark_of_table_paragraphs_are_rows():
    assert grids(read(r"\trowd\cellx1\cellx900 a\cell b\cell\row\trowd\cellx1\cellx900 1\cell 2\cell\row")) == [
        [["a", "b"], ["1", "2"]]
    ]


def test_paragraphs_lines_and_tabs_in_a_cell_become_one_blank():
    assert grids(read(row(r"1{\b 2}\par 3\line 4\tab 5", "x")))[0][0][0] == "12 3 4 5"


def test_blank_cell_is_not_zero():
    assert grids(read(row("a", "") + row("", "4"))) == [[["a", ""], ["", "4"]]]


def test_a_nested_table_is_a_grid_of_its_own_right_after():
    inner = (
        r"\pard\intbl\itap2 1\nestcell 2\nestcell{\*\nesttableprops\trowd\cellx500\cellx900\nestrow}"
        r"{\nonesttables\par no}\pard\intbl\itap1"
    )
    page = read(rf"\trowd\cellx1000\cellx2000 \pard\intbl a\par{inner} \cell\pard\intbl b\cell\row" + row("3", "4"))
    assert grids(page)[0][1] == ["3", "4"]
    assert grids(page)[1] == [["1", "2"]]


def test_text_in_gbk_in_unicode_and_in_the_charset_of_its_font():
    assert paragraphs(read(r"\'d5\'fe\'b8\'ae")) == ["政府"]
    assert paragraphs(read(r"\uc2\u25919\'d5\'fe\u24220 xx.")) == ["政府."]
    assert paragraphs(read(r"{\f2 \'b4\'fa}\'b8\'ae")) == ["測府"]
    assert paragraphs(read(r"\u-10179?\u-8704?")) == ["😀"]


def test_special_characters_are_read():
    assert paragraphs(read(r"a\emdash b\_c\~d\\\{\}\ldblquote e\rdblquote\-f")) == ["a—b-c d\\{}“e”f"]


def test_hidden_and_deleted_text_is_not_read():
    assert paragraphs(read(r"1{\v 2}{\deleted 3}\v 4\v0 5{\revised 6}")) == ["156"]


def test_headers_notes_field_codes_and_unknown_destinations_are_not_text():
    body = (
        r"{\header h\par}{\footer f\par}{\*\unknown u}a{\footnote n}{\field{\*\fldinst PAGE}{\fldrslt 7}}"
        r"{\stylesheet{\s1 Normal;}}{\colortbl;\red0;}{\*\bkmkstart x}"
    )
    assert paragraphs(read(body)) == ["a7"]


def test_the_text_of_a_list_number_is_read():
    assert paragraphs(read(r"\pard{\listtext\pard\plain 1.\tab}one\par")) == ["1. one"]


def test_a_text_box_is_read_after_the_words_before_it_and_its_fallback_is_not():
    box = r"{\shp{\*\shpinst{\sp{\sn a}{\sv 9}}{\shptxt \pard boxed\par}}{\shprslt old}}"
    assert paragraphs(read(rf"\pard before{box} after\par")) == ["boxed", "before after"]
    assert grids(read(row(f"1{box}", "2") + row("3", "4"))) == [[["1", "2"], ["3", "4"]]]


def test_binary_data_is_skipped_and_large_pictures_are_counted():
    picture = r"{\pict\picwgoal%d\pichgoal%d 0a0b}"
    page = read(r"a{\*\objdata\bin4 \}{x}" + picture % (9000, 4000) + picture % (200, 200) + "b")
    assert paragraphs(page) == ["ab"]
    assert page.images == 1


def test_the_document_information_is_meta():
    page = read(r"{\info{\title \'d5\'fe\'b8\'ae}{\creatim\yr2021\mo1\dy29}{\company c}}a")
    assert page.meta == {"dc:title": "政府", "dcterms:created": "2021-01-29"}
    assert paragraphs(page) == ["a"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (rb"{\rtf1", "no text"),
        (rb"{\rtf1 {\*\x a}", "no text"),
        (rb"{\rtf1 " + b"{" * 6000, "nests more than"),
        (rb"{\rtf1\trowd " + rb"\cell" * 200_001, "more than 200000"),
    ],
    ids=["empty", "nothing shown", "deep", "too many cells"],
)
def test_a_hostile_document_gives_one_clear_line(data, words):
    with pytest.raises(UnreadableError, match=words):
        read_rtf(data)


@pytest.mark.parametrize("cut", range(0, 900, 37))
def test_a_document_cut_off_anywhere_gives_what_is_left_or_one_clear_line(cut):
    data = (r"{\rtf1\ansi{\fonttbl{\f0\fcharset134 S;}}" + TABLE * 12).encode()[:cut]
    try:
        page = read_rtf(data)
    except UnreadableError:
        return
    assert page.blocks


def test_a_document_of_four_times_the_size_is_four_times_the_work():
    def work(rows):
        data = (r"{\rtf1 " + row(*"abcdefgh") * rows + "}").encode()
        return calls(lambda: read_rtf(data))

    assert work(4000) < 5 * work(1000)
