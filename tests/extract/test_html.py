"""HTML pages: what is read, in which order, what is left out, and what hostile markup does."""

import json
import random
import time

import pytest
from shown import grids, read

from extract.formats import read_page
from extract.page import Grid, Paragraph, UnreadableError


def paragraphs(page):
    return [block.text for block in page.blocks if isinstance(block, Paragraph)]


def order(page):
    return [block.text if isinstance(block, Paragraph) else block.locator for block in page.blocks]


TABLE = "<table><tr><td>一<td>二<tr><td>3<td>4</table>"


def test_blocks_come_in_reading_order_with_their_locators():
    page = read(f"<h2>标题</h2><p>前</p>{TABLE}<p>后</p>{TABLE}")
    assert [block.locator for block in page.blocks] == [
        "paragraph 1",
        "paragraph 2",
        "table 1",
        "paragraph 3",
        "table 2",
    ]
    assert page.blocks[0] == Paragraph("标题", "paragraph 1", 2)
    assert page.source_format == "html"


def test_a_cell_locator_names_row_and_column_from_one():
    grid = read(TABLE).blocks[0]
    assert grid.cell_locator(grid.rows[1][0]) == "table 1, row 2, column 1"


def test_missing_end_tags_of_rows_and_cells():
    assert grids(read("<table><tr><td>a<th>b<tr><td>c<td>d")) == [[["a", "b"], ["c", "d"]]]


def test_cells_outside_of_a_row_open_one():
    assert grids(read("<table><td>a<td>b<tr><td>c<td>d</table>")) == [[["a", "b"], ["c", "d"]]]


def test_text_split_by_inline_markup_is_joined_without_a_blank():
    cell = "<span>1</span><font>2</font><o:p></o:p><!--[if x]>9<![endif]--><b>3</b>"
    assert grids(read(f"<table><tr><td>{cell}<td>b</table>")) == [[["123", "b"]]]


def test_line_breaks_and_blocks_in_a_cell_become_one_blank():
    source = (
        "<table><tr><td>本年新<br>制作数量<td><p>对外</p>\n<p>公开&nbsp;\u3000总</p><td><ul><li>a<li>b</ul></table>"
    )
    assert grids(read(source)) == [[["本年新 制作数量", "对外 公开 总", "a b"]]]


def test_blank_cells_are_cells_with_no_text():
    assert grids(read("<table><tr><td>a<td>&nbsp;<td></table>")) == [[["a", "", ""]]]


def test_superscripts_are_text_and_ruby_annotations_are_not():
    assert paragraphs(read("<p>m<sup>2</sup>政<ruby>务<rp>(<rt>wù<rp>)</ruby>公开</p>")) == ["m2政务公开"]


def test_comments_scripts_styles_and_templates_are_not_read():
    source = (
        "<p>a<!-- 1 --><script>2</script><style>3</style><template>4</template><noscript>5</noscript>b</p><nav>6</nav>"
    )
    assert paragraphs(read(source)) == ["ab"]


@pytest.mark.parametrize(
    "attribute", ['style="DISPLAY: none"', 'style="color:red;visibility:hidden"', "hidden", 'hidden=""']
)
def test_hidden_elements_are_not_read_but_the_text_after_them_is(attribute):
    assert paragraphs(read(f"<p>a<span {attribute}>x<b>y</b></span>b</p><div {attribute}>z</div>c")) == ["ab", "c"]


def test_aria_hidden_alone_hides_nothing():
    assert paragraphs(read('<p aria-hidden="true">a</p>')) == ["a"]


def test_a_style_that_only_looks_like_hiding_hides_nothing():
    assert paragraphs(read('<p style="text-decoration:none;mso-hide:none;border:none">a</p>')) == ["a"]


def test_hidden_rows_and_cells_take_no_place_and_invisible_cells_keep_theirs():
    source = (
        '<table><tr><td>a<td style="display:none">x<td>b<tr style="display:none"><td>y'
        '<tr><td style="visibility:hidden">z<td>c<tr style="visibility:hidden"><td>v<td>w</table>'
    )
    assert grids(read(source)) == [[["a", "b"], ["", "c"], ["", ""]]]


def test_form_fields_in_cells_are_read_as_what_they_show():
    source = (
        '<input value="search"><table><tr><td><input value=" 12 "><td><input type=hidden value=x>'
        "<input type=checkbox value=y>"
        "<td><textarea>7</textarea><td><select><option>5<option selected>6</select>件</table>"
    )
    assert grids(read(source)) == [[["12", "", "7", "6件"]]]


def test_a_small_table_inside_a_cell_comes_apart_after_its_table():
    page = read("<table><tr><td>a<td>b<table><tr><td>n<td>m</table>c<tr><td>d<td>e</table><p>end</p>")
    assert grids(page) == [[["a", "b c"], ["d", "e"]], [["n", "m"]]]
    assert order(page) == ["table 1", "table 2", "end"]


def test_a_layout_table_gives_its_paragraphs_and_tables_in_reading_order():
    data = "".join(f"<tr><td>{row}<td>x<td>y" for row in range(6))
    page = read(
        f"<table><tr><td>top<td>bar<tr><td>menu<td><table><tr><td><p>one</p><table>{data}</table><p>two</p></table>"
        "<tr><td>foot</table>"
    )
    assert order(page) == ["top", "bar", "menu", "one", "table 1", "two", "foot"]


def test_a_table_around_one_article_is_layout():
    prose = "".join(f"<p>{'本年度主动公开政府信息。' * 10}</p>" for _ in range(4))
    page = read(f"<table><tr><td>标题<td>日期<tr><td colspan=2>{prose}</table>")
    assert grids(page) == []
    assert len(page.blocks) == 6


def test_a_table_of_one_row_with_a_blank_value_stays_a_grid():
    assert grids(read("<table><tr><td>行政许可<td></table>")) == [[["行政许可", ""]]]


def test_cells_in_a_column_group_left_open_are_not_lost():
    for source in ("<table><colgroup><td>a<td>b</table>", "<table><colgroup><col><div><tr><td>a<td>b</div></table>"):
        assert grids(read(source)) == [[["a", "b"]]]


def test_a_damaged_line_break_still_breaks():
    assert paragraphs(read("<p>a<br/<b>b</b></p>")) == ["a", "b"]


def test_text_in_a_table_outside_of_its_cells_is_kept_apart_from_them():
    source = "<table>甲<b>乙</b><tr>丙<td>a<td>b</td>丁</tr>戊<tr><td>c<td>d</table>"
    page = read(source)
    assert order(page) == ["甲乙", "丙", "丁", "戊", "table 1"]
    assert grids(page) == [[["a", "b"], ["c", "d"]]]
    assert paragraphs(read("<table><tr>丙<td>a</td>丁</tr>戊</table>")) == ["丙", "a", "丁", "戊"]


def test_a_row_inside_a_row_ends_it_for_the_cells_that_follow():
    source = "<table><tr><td>1<td>2</td><form><tr><td>3<td>4</tr></form><td>5<td>6</tr><td>7<td>8</table>"
    assert grids(read(source)) == [[["1", "2"], ["3", "4"], ["5", "6"], ["7", "8"]]]


def test_code_points_that_mean_something_inside_the_reader_mean_nothing_in_a_page():
    assert paragraphs(read("<p>a\u07b2T\u07b3b</p>")) == ["a\ufffdT\ufffdb"]
    assert read("<p>a&#1971;b&#1970;Tc&#1973;d</p>").blocks


def test_a_caption_comes_before_its_grid():
    assert order(read("<table><caption>单位：件</caption><tr><td>a<td>b</table>")) == ["单位：件", "table 1"]


def test_the_footer_of_a_table_comes_last():
    source = "<table><tfoot><tr><td>f<td>g</tfoot><tbody><tr><td>a<td>b</tbody></table>"
    assert grids(read(source)) == [[["a", "b"], ["f", "g"]]]


def test_tables_made_of_styled_or_labelled_elements_are_exact_grids():
    left, right = '<span style="display:table-cell">', '<p style="display:table-cell">'
    styled = "".join(f'<div style="display: table-row">{left}{a}</span>{right}{b}</p></div>' for a, b in ("ab", "cd"))
    labelled = (
        "<div role=row><b role=columnheader aria-colspan=2>t</b></div>"
        "<div role=row><i role=cell>x</i><i role=gridcell>y</i></div>"
    )
    page = read(f'<div style="display:table">{styled}</div><div role="grid">{labelled}</div>')
    assert grids(page) == [[["a", "b"], ["c", "d"]], [["t", "t"], ["x", "y"]]]
    assert all(block.exact for block in page.blocks)


def test_pipe_rows_inside_html_become_a_grid_that_is_not_exact():
    for source in ("<pre>a | b |\nc | d |\n</pre>", "<p>a | b |<br>c | d |</p>", "<p>a | b |</p><p>c | d |</p>"):
        page = read(source)
        assert grids(page) == [[["a", "b"], ["c", "d"]]]
        assert not page.blocks[0].exact


def test_a_bar_of_links_is_no_table():
    assert paragraphs(read("<p>首页 | 新闻 | 年报</p><p>正文</p>")) == ["首页 | 新闻 | 年报", "正文"]


def test_lines_of_a_body_that_is_only_text_are_paragraphs():
    assert paragraphs(read("<html><body>一\n二\n三</body></html>")) == ["一", "二", "三"]
    assert paragraphs(read("<p>一\n二</p><p>三</p>")) == ["一 二", "三"]


def test_metadata_of_the_document():
    head = (
        "<title> 年\n报 </title><meta name=ArticleTitle content='甲'><meta name=articletitle content='乙'>"
        "<meta property='og:title' content='丙'><meta name=PubDate content=''>"
        "<link rel=canonical href=' http://a.gov.cn/1.html '>"
    )
    page = read(
        f"<html><head>{head}</head><body><div class='pub-Crumbs'>首页 &gt; <a>年报</a></div><h1>甲<br>乙</h1><p>x"
    )
    assert page.meta == {
        "articletitle": "甲",
        "og:title": "丙",
        "html:title": "年 报",
        "html:canonical": "http://a.gov.cn/1.html",
        "html:breadcrumb": "首页 > 年报",
        "html:h1": "甲 乙",
    }


def test_the_content_root_is_read_and_what_stands_around_it_is_kept_as_metadata():
    page = read(f"<div>索引号 1</div><div id=Zoom><p>正文</p>{TABLE}</div><div>上一篇</div>")
    assert order(page) == ["正文", "table 1"]
    assert page.meta["html:before"] == "索引号 1"
    assert page.meta["html:after"] == "上一篇"


def test_no_table_is_lost_outside_of_the_content_root():
    page = read(f"{TABLE}<div id=zoom><p>正文</p></div>")
    assert order(page) == ["table 1", "正文"]
    assert "html:before" not in page.meta


def test_an_ambiguous_content_root_is_none():
    assert paragraphs(read("<p>a</p><div class=TRS_Editor>b</div><div class=TRS_Editor>c</div>")) == ["a", "b", "c"]


def test_a_content_root_inside_its_like_is_not_ambiguous():
    page = read(f"<p>a</p><div class='x TRS_Editor'>b<div class=TRS_Editor>c</div>{TABLE}</div>")
    assert order(page) == ["b", "c", "table 1"]


def test_pictures_that_may_hold_a_table_are_counted():
    source = (
        '<div id=zoom><p>正文</p><img src="W0201.jpg"><img src="a.png" width="800"><img src="icon_pdf.gif">'
        '<img src="b.png" width="16" height="16"><img src="c.png" style="width:20px"></div><img src="outside.jpg">'
    )
    assert read(source).images == 2


def test_a_page_of_pictures_only_is_readable():
    page = read('<div id=zoom><img src="W0201.jpg"></div>')
    assert page.blocks == ()
    assert page.images == 1


def test_an_answer_in_json_is_read_for_the_html_in_it():
    article = {"title": "年报", "infocontent": f"<p>正文\ud800</p>{TABLE}", "n": [1, None]}
    page = read(json.dumps({"custom": article}))
    assert order(page) == ["正文?", "table 1"]
    assert page.meta["title"] == "年报"


def test_an_xml_declaration_does_no_harm():
    page = read(b'<?xml version="1.0" encoding="gb2312"?><html><body><p>' + "政务公开".encode("gbk"))
    assert paragraphs(page) == ["政务公开"]
    assert page.encoding == "gb18030"


def test_the_charset_tag_does_not_decode_a_second_time():
    assert paragraphs(read('<meta charset="gbk"><p>政务公开，依申请公开</p>')) == ["政务公开，依申请公开"]


DEEP_TABLE = "<table><tr><td>1<td>2"
HOSTILE = {
    "colspan": "<table><tr><td colspan=1000000>a<tr><td>b<td>c</table>" * 20,
    "rowspan": "<table><tr>" + "<td rowspan=65534>a" * 300 + "<tr><td>b" * 3000,
    "spans in every cell": "<table>" + ("<tr>" + "<td colspan=1000 rowspan=65534>a" * 20) * 200,
    "unclosed tags": "<p>x" + "<div><span>" * 50_000,
    "unclosed cells": "<table>" + "<tr><td>1<td>2" * 10_000,
    "nested divisions": "<div>" * 10_000 + "x" + "</div>" * 10_000 + TABLE,
    "nested inline": "<b><i>" * 20_000 + "x",
    "nested tables": "<table><tr><td>" * 10_000 + "x",
    "zeros": "\x00<p>a\x00b\x00</p>" + "c" * 100,
    "truncated": f"<html><body><div id=zoom>{TABLE}<p>x</p><table><tr><td>正文<td colspan='",
    "references": "<p>x&#xD800;&#0;&#1;&#99999999;&nosuch;</p><table><tr><td><input value='&#1;&#2;7'><td>b</table>",
    "hidden": "<p>x" + "<span hidden>a</span>y" * 20_000,
    "pipes": "|" * 100_000 + "\na | b",
    "pipe lines": "a\n|\n" * 10_000,
    "angle brackets": "<" * 100_000 + "<p>x",
    "attributes": "<p " + "a=1 " * 20_000 + ">x",
    "pictures": "<p>x" + "<img src=a.jpg>" * 20_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_markup_is_read_in_time(name):
    started = time.process_time()
    page = read(HOSTILE[name])
    assert page.blocks
    assert time.process_time() - started < 1


@pytest.mark.parametrize("depth", [10, 5_000, 20_000])
def test_no_depth_of_nesting_loses_what_lies_inside(depth):
    page = read("<div>" * depth + "深" + TABLE)
    assert order(page) == ["深", "table 1"]


def test_random_damage_is_read_or_refused_with_one_line():
    source = (
        f"<html><head><title>t</title></head><body><h1>年报</h1><div id=zoom><p>正文</p>{TABLE}</div></html>".encode()
    )
    chance = random.Random(1)
    refusals = []
    for _ in range(300):
        data = bytearray(source)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            read(bytes(data[: chance.randint(1, len(data))]))
        except UnreadableError as error:
            refusals.append(str(error))
    assert not any("\n" in refusal for refusal in refusals)
    assert len(refusals) < 150


def test_a_cell_framed_by_a_table_of_its_own_is_a_cell():
    framed = "<table><tr><td>{}</td></tr></table>".format
    rows = "".join(f"<tr><td>{framed('项')}<td>{framed(n)}<td></tr>" for n in range(3))
    assert grids(read(f"<table>{rows}</table>")) == [[["项", str(n), ""] for n in range(3)]]


def test_an_info_box_in_table_form_outside_of_the_article_does_not_belong_to_it():
    box = "<table><tr><td>索引号：<td>0001/2021-00012</tr><tr><td>公开日期：<td>2021-01-29</tr></table>"
    page = read(f"{box}<div id='zoom'><p>正文</p>{TABLE}</div><ul><li>相关阅读</ul>")
    assert order(page) == ["正文", "table 1"]
    assert page.meta["html:before"] == "索引号：|0001/2021-00012\n公开日期：|2021-01-29"


def test_a_number_shown_as_a_picture_is_text_and_never_blank():
    page = read('<table><tr><td>甲</td><td><img src="3.gif" alt="3" width="9"></td><td>5</td></tr></table>')
    assert grids(page)[0][0] == ["甲", "[图片：3]", "5"]


def test_a_picture_without_digits_or_outside_of_a_cell_says_nothing():
    row = '<tr><td>甲<img src="b.gif" alt="箭头" width="9"></td><td>5</td></tr>'
    page = read(f'<p>文<img src="a.gif" alt="图1" width="9"></p><table>{row}</table>')
    assert page.blocks[0].text == "文"
    assert grids(page)[0][0] == ["甲", "5"]


ROWS = (("规章", "0", "", "3"), ("行政许可", "12", "0", ""), ("行政处罚", "1", "2", "0"))


@pytest.mark.parametrize("style", ["display:inline-block;width:80px", "width:25%; float: left", "display: inline-flex"])
@pytest.mark.parametrize("tag", ["p", "div"])
def test_elements_that_stand_side_by_side_in_rows_of_numbers_are_cells(style: str, tag: str) -> None:
    rows = [f"<{tag}>{''.join(f'<span style={style!r}>{text}</span>' for text in row)}</{tag}>" for row in ROWS]
    page = read_page(("<body><p>二、主动公开</p>" + "\n".join(rows) + "<p>三、依申请公开</p></body>").encode())
    (table,) = (block for block in page.blocks if isinstance(block, Grid))
    assert [[cell.text if cell else "" for cell in row] for row in table.rows] == [list(row) for row in ROWS]
    assert [block.text for block in page.blocks if isinstance(block, Paragraph)] == ["二、主动公开", "三、依申请公开"]


def test_words_that_stand_side_by_side_are_parted_by_blanks() -> None:
    spans = "".join(
        f"<span style='display:inline-block'>{text}</span>" for text in ("发布日期：2021-01-29", "来源：镇政府")
    )
    page = read_page((f"<body><p>{spans}</p><p>一、总体情况</p></body>").encode())
    assert [block.text for block in page.blocks] == ["发布日期：2021-01-29 来源：镇政府", "一、总体情况"]
