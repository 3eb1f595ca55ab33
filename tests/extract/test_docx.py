"""Word documents: reading order, merged cells, what is shown and what is not, and hostile files."""

import io
import zipfile

import pytest
from render.office import as_docx, draw_paper
from shown import grids

from extract.formats import read_page
from extract.formats.docx import read_docx
from extract.page import Paragraph, UnreadableError
from transform.read import read_report

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
STRICT = 'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def packed(parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def document(body, *, space=W, **parts):
    names = {"styles": "word/styles.xml", "numbering": "word/numbering.xml", "core": "docProps/core.xml"}
    xml = f'<?xml version="1.0" encoding="UTF-8"?><w:document {space} {MC}><w:body>{body}</w:body></w:document>'
    return packed({"word/document.xml": xml} | {names.get(name, name): part for name, part in parts.items()})


def read(body, **parts):
    return read_page(document(body, **parts))


def p(text, properties=""):
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def tc(content, properties=""):
    inner = content if content.startswith("<") else p(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def tbl(*rows):
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def tr(*cells, properties=""):
    made = "".join(cell if cell.startswith("<w:tc>") else tc(cell) for cell in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{made}</w:tr>"


def paragraphs(page):
    return [block.text for block in page.blocks if isinstance(block, Paragraph)]


TABLE = tbl(tr("一", "二"), tr("3", "4"))


@pytest.mark.parametrize("form", ["2014", "2019", "2021"])
def test_every_figure_of_a_statutory_report_is_read(form):
    paper = draw_paper(11, form)
    report = read_report(read_page(as_docx(paper)))
    read_values = {figure.figure: figure.value for figure in report.figures}
    assert read_values == {name: float(printed.value) for name, printed in paper.expected.items()}
    assert report.verdict == "verified"
    assert report.metadata.title == paper.title


def test_every_cell_of_the_statutory_tables_stands_where_it_was_put():
    paper = draw_paper(5, "2021")
    read_grids = grids(read_page(as_docx(paper)))
    drawn = [[[" ".join(box.text.split()) for box, _ in row] for row in sheet.slots()] for sheet in paper.sheets()]
    assert read_grids == drawn


def test_blocks_come_in_reading_order_with_headings_from_styles():
    styles = (
        f"<w:styles {W}><w:style w:styleId='a'><w:name w:val='heading 2'/></w:style>"
        "<w:style w:styleId='b'><w:basedOn w:val='a'/></w:style>"
        "<w:style w:styleId='c'><w:pPr><w:outlineLvl w:val='0'/></w:pPr></w:style></w:styles>"
    )
    styled = [f"<w:pStyle w:val='{name}'/>" for name in "bc"]
    page = read(p("二", styled[0]) + TABLE + p("一", styled[1]) + TABLE + p("文"), styles=styles)
    assert [block.locator for block in page.blocks] == [
        "paragraph 1",
        "table 1",
        "paragraph 2",
        "table 2",
        "paragraph 3",
    ]
    assert [block.heading for block in page.blocks if isinstance(block, Paragraph)] == [2, 1, 0]
    assert page.source_format == "docx"


def test_column_and_row_spans_hold_one_cell_in_all_their_slots():
    restart, more = "<w:vMerge w:val='restart'/>", "<w:vMerge/>"
    page = read(
        tbl(
            tr(tc("头", "<w:gridSpan w:val='3'/>")),
            tr(tc("甲", restart), tc("乙", "<w:gridSpan w:val='2'/>" + restart)),
            tr(tc("", more), tc("藏", "<w:gridSpan w:val='2'/>" + more)),
            tr("1", "2", "3"),
        )
    )
    assert grids(page) == [[["头"] * 3, ["甲", "乙", "乙"], ["甲", "乙", "乙"], ["1", "2", "3"]]]
    rows = page.blocks[0].rows
    assert rows[2][2] is rows[1][1]
    assert (rows[1][1].row_span, rows[1][1].column_span) == (2, 2)
    assert page.blocks[0].exact


def test_a_merge_goes_on_only_below_a_cell_of_the_same_columns():
    page = read(
        tbl(tr(tc("甲", "<w:vMerge w:val='restart'/>"), "乙"), tr(tc("丙", "<w:gridSpan w:val='2'/><w:vMerge/>")))
    )
    assert grids(page) == [[["甲", "乙"], ["丙", "丙"]]]


def test_skipped_grid_columns_are_no_cells():
    row = tr("甲", "1", properties="<w:gridBefore w:val='1'/><w:gridAfter w:val='1'/>")
    assert grids(read(tbl(row, tr("乙", "2", "3", "4")))) == [[[None, "甲", "1", None], ["乙", "2", "3", "4"]]]


def test_a_grid_column_too_narrow_for_a_digit_is_no_column():
    grid = "<w:tblGrid>" + "".join(f"<w:gridCol w:w='{w}'/>" for w in (900, 20, 900)) + "</w:tblGrid>"
    wide = "<w:gridSpan w:val='2'/>"
    page = read(tbl(grid, tr(tc("甲", wide), "乙"), tr("1", tc("2", wide))))
    assert grids(page) == [[["甲", "乙"], ["1", "2"]]]


def test_legacy_horizontal_merges_are_one_cell():
    page = read(tbl(tr(tc("头", "<w:hMerge w:val='restart'/>"), tc("", "<w:hMerge/>")), tr("1", "2")))
    assert grids(page) == [[["头", "头"], ["1", "2"]]]


def test_runs_join_without_a_blank_and_tabs_breaks_and_paragraphs_become_one():
    runs = "<w:p><w:r><w:t>1</w:t></w:r><w:r><w:t>2</w:t><w:tab/><w:t>3</w:t><w:br/><w:t>4</w:t></w:r></w:p>"
    assert grids(read(tbl(tr(tc(runs + p("5")), "x"), tr("y", "z"))))[0][0][0] == "12 3 4 5"


def test_blank_cell_is_not_zero():
    assert grids(read(tbl(tr("甲", "<w:tc><w:p/></w:tc>"), tr("", "4")))) == [[["甲", ""], ["", "4"]]]


def test_deleted_text_is_not_read_and_inserted_text_is():
    tracked = (
        "<w:p><w:del><w:r><w:delText>1</w:delText></w:r></w:del><w:ins><w:r><w:t>2</w:t></w:r></w:ins>"
        "<w:moveFrom><w:r><w:t>3</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>4</w:t></w:r></w:moveTo></w:p>"
    )
    deleted = tr("5", "6", properties="<w:del w:id='1'/>")
    assert grids(read(tbl(tr("甲", tc(tracked)), deleted, tr("乙", "7")))) == [[["甲", "24"], ["乙", "7"]]]


def test_a_deleted_paragraph_mark_joins_what_it_parted():
    assert paragraphs(read(p("政府", "<w:rPr><w:del w:id='1'/></w:rPr>") + p("信息"))) == ["政府信息"]


def test_hidden_text_is_not_read():
    styles = f"<w:styles {W}><w:style w:styleId='h'><w:rPr><w:vanish/></w:rPr></w:style></w:styles>"
    runs = (
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>1</w:t></w:r><w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>2</w:t></w:r>"
        "<w:r><w:rPr><w:rStyle w:val='h'/></w:rPr><w:t>3</w:t></w:r>"
    )
    hidden_row = tr("4", "5", properties="<w:hidden/>")
    page = read(tbl(tr("甲", tc(f"<w:p>{runs}</w:p>")), hidden_row, tr("乙", "6")), styles=styles)
    assert grids(page) == [[["甲", "2"], ["乙", "6"]]]


def test_field_codes_notes_and_comments_are_not_text_and_field_results_are():
    runs = (
        "<w:r><w:fldChar w:fldCharType='begin'/><w:instrText>PAGE 7</w:instrText></w:r><w:r><w:t>8</w:t></w:r>"
        "<w:fldSimple w:instr='SUM'><w:r><w:t>9</w:t></w:r></w:fldSimple><w:r><w:footnoteReference w:id='1'/></w:r>"
        "<w:hyperlink><w:r><w:t>0</w:t></w:r></w:hyperlink><w:r><w:noBreakHyphen/><w:sym w:char='2460'/></w:r>"
    )
    assert paragraphs(read(f"<w:p>{runs}</w:p>")) == ["890-①"]


def test_of_alternative_contents_only_the_first_is_read():
    box = "<w:txbxContent>{}</w:txbxContent>"
    choice = f"<mc:Choice><w:drawing>{box.format(p('框'))}</w:drawing></mc:Choice>"
    fallback = f"<mc:Fallback><w:pict>{box.format(p('旧框'))}</w:pict></mc:Fallback>"
    run = f"<w:r><mc:AlternateContent>{choice}{fallback}</mc:AlternateContent></w:r>"
    assert paragraphs(read(f"<w:p><w:r><w:t>前</w:t></w:r>{run}</w:p>{p('后')}")) == ["前", "框", "后"]
    assert paragraphs(read(f"<w:p>{run.replace(choice, '')}</w:p>")) == ["旧框"]


def test_a_table_in_a_text_box_is_read():
    boxed = f"<w:p><w:r><w:pict><w:txbxContent>{TABLE}</w:txbxContent></w:pict></w:r></w:p>"
    assert grids(read(boxed)) == [[["一", "二"], ["3", "4"]]]


def test_a_table_in_a_cell_is_a_grid_of_its_own_right_after():
    page = read(tbl(tr("甲", "乙"), tr("丙", tc(p("丁") + TABLE + p(""))), tr("戊", "己")) + p("后"))
    assert grids(page) == [[["甲", "乙"], ["丙", "丁"], ["戊", "己"]], [["一", "二"], ["3", "4"]]]
    assert isinstance(page.blocks[2], Paragraph)


def test_a_table_that_only_frames_the_article_is_taken_apart():
    page = read(tbl(tr(tc(p("标题") + TABLE + p("文")))))
    assert grids(page) == [[["一", "二"], ["3", "4"]]]
    assert set(paragraphs(page)) == {"标题", "文"}


def test_content_controls_are_read_in_their_place():
    control = "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>"
    cell = control.format(tc(f"<w:p>{control.format('<w:r><w:t>4</w:t></w:r>')}</w:p>"))
    rows = control.format(f"<w:tr>{tc('3')}{cell}</w:tr>")
    page = read(control.format(p("前")) + tbl(tr("一", "二"), rows))
    assert paragraphs(page) == ["前"]
    assert grids(page) == [[["一", "二"], ["3", "4"]]]


def test_automatic_numbers_stand_before_their_paragraphs():
    def level(at, number_format, pattern):
        printed = f"<w:numFmt w:val='{number_format}'/><w:lvlText w:val='{pattern}'/>"
        return f"<w:lvl w:ilvl='{at}'><w:start w:val='1'/>{printed}</w:lvl>"

    numbering = (
        f"<w:numbering {W}><w:abstractNum w:abstractNumId='0'>{level(0, 'chineseCounting', '%1、')}"
        f"{level(1, 'decimal', '（%2）')}{level(2, 'bullet', '•')}</w:abstractNum>"
        "<w:num w:numId='3'><w:abstractNumId w:val='0'/></w:num></w:numbering>"
    )

    def item(words, at):
        return p(words, f"<w:numPr><w:ilvl w:val='{at}'/><w:numId w:val='3'/></w:numPr>")

    body = item("总体", 0) + item("甲", 1) + item("乙", 1) + item("公开", 0) + item("丙", 1) + item("点", 2)
    assert paragraphs(read(body, numbering=numbering)) == [
        "一、总体",
        "（1）甲",
        "（2）乙",
        "二、公开",
        "（1）丙",
        "点",
    ]


def test_rows_of_pipes_in_paragraphs_are_a_grid():
    assert grids(read(p("甲 | 乙 |") + p("1 | 2 |"))) == [[["甲", "乙"], ["1", "2"]]]


def test_the_strict_namespace_is_read_too():
    assert grids(read(TABLE, space=STRICT)) == [[["一", "二"], ["3", "4"]]]


def test_a_document_that_packs_html_is_read():
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="c" Type="x/aFChunk" Target="/word/a.htm"/></Relationships>'
    )
    chunk = '<w:altChunk xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="c"/>'
    parts = {"word/_rels/document.xml.rels": relation, "word/a.htm": "<table><tr><td>一<td>二<tr><td>3<td>4</table>"}
    assert grids(read(chunk, **parts)) == [[["一", "二"], ["3", "4"]]]


def test_the_properties_of_the_document_are_its_meta():
    core = (
        '<c:coreProperties xmlns:c="a" xmlns:dc="b" xmlns:t="d"><dc:title>年度 报告</dc:title>'
        "<t:created>2021-01-29T08:00:00Z</t:created><c:revision>4</c:revision></c:coreProperties>"
    )
    assert read(p("文"), core=core).meta == {"dc:title": "年度 报告", "dcterms:created": "2021-01-29T08:00:00Z"}


def test_large_pictures_are_counted():
    drawing = (
        '<w:p><w:r><w:drawing xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">'
        '<d:extent cx="{0}" cy="{0}"/><a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"/>'
        "</w:drawing></w:r></w:p>"
    )
    assert read(drawing.format(5_000_000) + drawing.format(100_000)).images == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (document(TABLE)[:-60], "damaged"),
        (document(TABLE)[:300], "damaged"),
        (packed({"word/document.xml": "<w:document"}), "damaged"),
        (packed({"word/other.xml": "<a/>"}), "no document text"),
        (document(""), "no text"),
        (packed({"word/document.xml": b"<a>" + b" " * (65 << 20) + b"</a>"}), "unpacks to more than 64 MiB"),
        (packed({"word/document.xml": '<!DOCTYPE d [<!ENTITY a "a">]><d>&a;</d>'}), "defines entities"),
        (packed({"word/document.xml": "<a>" * 400 + "</a>" * 400}), "damaged"),
        (packed({f"word/{number}.xml": "" for number in range(5001)}), "more than 5000"),
    ],
    ids=["cut", "cut early", "broken xml", "no document", "empty", "bomb", "entities", "deep", "many parts"],
)
def test_a_hostile_document_gives_one_clear_line(data, words):
    with pytest.raises(UnreadableError, match=words) as caught:
        read_docx(data)
    assert "\n" not in str(caught.value)


def test_a_locked_part_gives_one_clear_line():
    data = bytearray(document(TABLE))
    at = data.rindex(b"word/document.xml") - 46
    data[at + 8] |= 1
    with pytest.raises(UnreadableError, match="password"):
        read_docx(bytes(data))


def test_an_enormous_span_is_bounded():
    wide = "<w:gridSpan w:val='999999999'/>"
    page = read(tbl(*(tr(tc("甲", wide), tc("乙", wide)) for _ in range(300))))
    assert not page.blocks[0].exact
    assert len(page.blocks[0].rows) == 600
