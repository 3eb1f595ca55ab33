"""Pipe-delimited scrapes, plain text with a cell a line, Markdown; and what is no text at all."""

import pytest
from counting import calls

from extract import formats
from extract.formats import read_page
from extract.formats.aligned import aligned_cells
from extract.formats.lines import Line
from extract.page import Grid, Page, Paragraph, UnreadableError


def read(source):
    return read_page(source.encode())


def shape(page):
    return [
        block.text
        if isinstance(block, Paragraph)
        else [[cell.text if cell else None for cell in row] for row in block.rows]
        for block in page.blocks
    ]


def test_rows_of_pipes_form_one_grid_that_is_not_exact():
    page = read("二、主动公开\n规章 | 0 | 1 | |\n行政许可 | 2 | | 3 |\n三、收到申请")
    assert shape(page) == ["二、主动公开", [["规章", "0", "1", ""], ["行政许可", "2", "", "3"]], "三、收到申请"]
    assert not page.blocks[1].exact
    assert page.source_format == "pipe"


def test_locators_name_the_line_and_the_cell():
    page = read("前言\n\n规章 | 0 |\n\n许可 | 1 |\n")
    paragraph, grid = page.blocks
    assert paragraph.locator == "line 1"
    assert grid.locator == "line 3"
    assert grid.cell_locator(grid.rows[1][1]) == "line 5, cell 2"


def test_one_trailing_pipe_is_a_delimiter_and_the_others_are_empty_cells():
    assert shape(read("a | |||\nb | c")) == [[["a", "", "", ""], ["b", "c", None, None]]]


def test_full_width_and_box_drawing_bars_are_pipes():
    assert shape(read("a ｜ b ｜\nc ｜ d ｜")) == [[["a", "b"], ["c", "d"]]]
    assert shape(read("┌──┬──┐\n│a │b │\n├──┼──┤\n│c │d │\n└──┴──┘")) == [[["a", "b"], ["c", "d"]]]


def test_tab_separated_lines_are_rows():
    assert shape(read("a\tb\tc\n1\t\t3\n\t\t正文")) == [[["a", "b", "c"], ["1", "", "3"]], "正文"]


ROWS = [f"指标{name};{count};{count + 1}" for count, name in enumerate("甲乙丙丁戊己庚辛")]


@pytest.mark.parametrize("delimiter", [";", ",", "，"])
def test_lines_of_fields_are_rows_where_many_end_in_a_value(delimiter):
    (grid,) = read("\n".join(ROWS).replace(";", delimiter)).blocks
    assert [cell.text for cell in grid.rows[2]] == ["指标丙", "2", "3"]


def test_a_colon_parts_the_first_field_from_its_label():
    lines = [f"第{n}项：{n}，0，{n}" for n in "12345678"]
    (grid,) = read("\n".join(["信息内容，上一年，本年增/减，处理决定", *lines])).blocks
    assert [[cell.text for cell in row] for row in grid.rows][1:] == [[f"第{n}项", n, "0", n] for n in "12345678"]


def test_a_delimiter_in_quotes_or_brackets_ends_no_field():
    (grid,) = read("\n".join(['"甲,乙",1,2', "丙（丁,戊）,3,4", *(row.replace(";", ",") for row in ROWS)])).blocks
    assert [cell.text for row in grid.rows[:2] for cell in row] == ["甲,乙", "1", "2", "丙（丁,戊）", "3", "4"]


def test_thousands_separators_are_no_delimiters():
    lines = [f"指标{name}  1,201  3  12,764" for name in "甲乙丙丁戊己庚辛"]
    assert all(isinstance(block, Paragraph) for block in read("\n".join(lines)).blocks)


def test_a_line_that_ends_in_a_pipe_ends_in_an_empty_cell_where_the_others_end_in_none():
    page = read("a | b | c | d\ne | f | g | \nh | i | j | k")
    assert shape(page) == [[["a", "b", "c", "d"], ["e", "f", "g", ""], ["h", "i", "j", "k"]]]


def test_a_leading_pipe_is_a_border_only_where_every_row_has_one():
    assert shape(read("| a | b |\n| c | d |")) == [[["a", "b"], ["c", "d"]]]
    assert shape(read("a | b | c |\n| d | e |")) == [[["a", "b", "c"], ["", "d", "e"]]]


def test_rows_of_dashes_are_values_and_not_borders():
    assert shape(read("a | b |\n- | -- |\n-- | -- |")) == [[["a", "b"], ["-", "--"], ["--", "--"]]]


def test_a_single_bar_between_two_texts_is_prose():
    assert shape(read("年报 | 某某镇人民政府\n正文")) == ["年报 | 某某镇人民政府", "正文"]


def test_a_cell_a_line_closed_by_a_pipe():
    page = read("规章 |\n0 |\n|||\n许可 |\n3 |\n结束。")
    assert shape(page) == [[["规章"], ["0"], [""], [""], [""], ["许可"], ["3"]], "结束。"]
    assert not page.blocks[0].exact
    assert page.blocks[0].cell_locator(page.blocks[0].rows[3][0]) == "line 3, cell 1"


def test_a_cell_on_one_line_and_its_pipe_on_the_next():
    page = read("二、标题\n规章\n|\n0\n|\n|\n|||\n许可\n||\n7\n三、标题\n正文")
    assert shape(page) == [
        "二、标题",
        [["规章"], ["0"], [""], [""], [""], [""], ["许可"], [""], ["7"]],
        "三、标题",
        "正文",
    ]


def test_a_run_of_pipes_before_rows_of_cells_does_not_swallow_the_heading_above():
    assert shape(read("二、标题\n||||\n规章 | 0 | 0 |")) == ["二、标题", [["", "", "", ""], ["规章", "0", "0", None]]]


def test_lines_with_several_cells_among_lines_with_one_stay_rows():
    assert shape(read("第（一）项 |\n规章 | 0 |\n许可 | 1 | 2 |")) == [
        [["第（一）项", None, None], ["规章", "0", None], ["许可", "1", "2"]]
    ]


def test_a_cell_a_line_without_pipes_is_a_paragraph_a_line():
    page = read("规章\n\n0\n\n\u3000件 数 \n")
    assert [(block.text, block.locator) for block in page.blocks] == [
        ("规章", "line 1"),
        ("0", "line 3"),
        ("件 数", "line 5"),
    ]
    assert page.source_format == "text"
    assert page.meta == {}


def test_a_well_formed_markdown_table_is_exact():
    page = read("# 年报\n\n| 项目 | 数 |\n|:---|:--:|\n| 规章 | 0 |\n| 许可 | |\n\n正文")
    assert shape(page) == ["年报", [["项目", "数"], ["规章", "0"], ["许可", ""]], "正文"]
    assert page.blocks[0].heading == 1
    assert page.blocks[1].exact
    assert page.blocks[1].cell_locator(page.blocks[1].rows[1][1]) == "line 5, cell 2"
    assert page.source_format == "markdown"


def test_a_markdown_table_with_ragged_rows_is_not_exact():
    page = read("| a | b |\n|---|---|\n| c |\n")
    assert shape(page) == [[["a", "b"], ["c", None]]]
    assert not page.blocks[0].exact


@pytest.mark.parametrize(
    "source",
    [
        "**一、总体情况**\n\n公开信息10条。\n\n**二、主动公开**\n\n**42 **\n",
        "一、总体情况\n\n公开信息10条。\n\n二、主动公开\n\n<table><tr><td>规章</td><td>42</td></tr></table>\n\n42\n",
    ],
)
def test_strong_lines_and_tables_between_lines_are_markdown(source):
    page = read_page(source.encode())
    assert page.source_format == "markdown"
    texts = [block.text for block in page.blocks if isinstance(block, Paragraph)]
    assert texts == ["一、总体情况", "公开信息10条。", "二、主动公开", "42"]


def test_two_markdown_tables_with_a_blank_line_between_are_two_grids():
    page = read("| a | b |\n|---|---|\n| 1 | 2 |\n\n| c |\n|---|\n| 3 |")
    assert shape(page) == [[["a", "b"], ["1", "2"]], [["c"], ["3"]]]
    assert all(block.exact for block in page.blocks)


def test_inline_markdown_is_reduced_to_text():
    row = r"| **总**计 | `1` | [2](http://a/b) | 甲<br>乙&nbsp;丙 | a\|b | * |"
    page = read(f"| a | b | c | d | e | f |\n|---|---|---|---|---|---|\n{row}\n")
    assert shape(page)[0][1] == ["总计", "1", "2", "甲 乙 丙", "a|b", "*"]


def test_markdown_prose_loses_its_marks_and_keeps_its_lines():
    source = (
        "标题\n===\n\n## 一、总体 ##\n- 第一 *项*\n> 引文 snake_case\n\n1. 数\n***\n```\n代码\n```\n"
        "<!-- 注\n释 -->\n![图](a.png) 末"
    )
    page = read(source)
    assert shape(page) == ["标题", "一、总体", "第一 项", "引文 snake_case", "1. 数", "代码", "末"]
    assert [block.heading for block in page.blocks[:2]] == [1, 2]
    assert page.blocks[-1].locator == "line 15"
    assert page.images == 1


def test_an_html_table_inside_markdown_is_read_as_html_in_its_place():
    page = read("# 年报\n前\n<table><tr><td rowspan=2>a<td>b\n<tr><td>c</table>\n后")
    assert shape(page) == ["年报", "前", [["a", "b"], ["a", "c"]], "后"]
    assert page.blocks[2].exact
    assert [block.locator for block in page.blocks] == ["line 1", "line 2", "line 3", "line 5"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"%PDF-1.7\n1 0 obj", "PDF"),
        (b"PK\x03\x04\x14\x00word/document.xml", "docx"),
        (b"PK\x03\x04\x14\x00xl/workbook.xml", "xlsx"),
        (b"PK\x03\x04\x14\x00nothing", "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 99, "old Word"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 99, "image"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image"),
        (b"\x7fELF\x02\x01\x01" + b"\x00\x01\x02\x03" * 400, "unknown"),
        (b"<html><head><title>x</title></head><body><script>1</script></body></html>", "no readable text"),
        (b"\x00" * 50, "no readable text"),
    ],
)
def test_what_cannot_be_read_is_refused_with_one_clear_line(data, words):
    with pytest.raises(UnreadableError, match=words) as refusal:
        read_page(data)
    assert "\n" not in str(refusal.value)


def test_a_reader_for_another_format_is_one_entry(monkeypatch):
    monkeypatch.setattr(formats, "_reader", {"pdf": lambda _, url: Page((), "pdf", url=url)}.get)
    assert read_page(b"%PDF-1.7", url="http://a/b").source_format == "pdf"


def test_grids_of_text_have_rows_of_equal_length():
    for block in read("a | b | c\nd\n|\ne | f |\n|||\n").blocks:
        if isinstance(block, Grid):
            assert len({len(row) for row in block.rows}) == 1
            assert len(block.row_lines) == len(block.rows)


def test_lines_between_the_pipes_of_a_layout_table_are_prose():
    bars = "|" * 40
    title = "三道河子镇2021年政府信息公开工作年度报告"
    page = read("\n".join(["| 首页 > 年度报告 |", "|", title, "|", bars, "|", bars, "|", "我镇公开了三条。", "|"]))
    assert shape(page) == ["首页 > 年度报告", title, "我镇公开了三条。"]
    assert page.source_format == "text"


def test_the_work_on_text_in_columns_grows_with_its_length_alone() -> None:
    short, long = ([Line(n, "  ".join(["ab"] * words)) for n in range(1, 4)] for words in (200, 800))
    assert calls(lambda: aligned_cells(long)) < 5 * calls(lambda: aligned_cells(short))


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_delimited_rows_may_begin_with_their_number(delimiter):
    labels = (
        "公开数",
        "其中：规范性文件数",
        "发布会次数",
        "访谈次数",
        "解读数",
        "回应数",
        "申请数",
        "办结数",
        "答复数",
    )
    rows = [(str(n), label, "次", "0") for n, label in enumerate(labels, start=1)]
    (grid,) = read("\n".join(map(delimiter.join, rows))).blocks
    assert [tuple(cell.text for cell in row if cell) for row in grid.rows] == rows
