"""ZIP archives and gzip: which packed file is the report, and what is never unpacked."""

import gzip
import io
import zipfile

import pytest
from render.office import as_docx, as_rtf, as_xlsx, draw_paper

from extract.formats import read_page
from extract.formats.sniff import sniff
from extract.formats.zipped import Archive, kind_of_zip
from extract.page import Grid, UnreadableError
from transform.read import read_report

SMALL = "<table><tr><td>一<td>二<tr><td>3<td>4</table>".encode()


def packed(files, method=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def texts(page):
    return [cell.text for block in page.blocks if isinstance(block, Grid) for row in block.rows for cell in row if cell]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("write", [as_docx, lambda paper: as_xlsx(paper, one_sheet=True)], ids=["docx", "xlsx"])
def test_the_report_among_the_files_is_read(write, method):
    paper = draw_paper(3, "2019")
    data = packed(
        {"附件/": b"", "附件/说明.txt": "请见附件。", "附件/年报.office": b"", "附件/目录.htm": SMALL}, method
    )
    assert texts(read_page(data)) == ["一", "二", "3", "4"]
    data = packed({"说明.txt": "请见附件。", "目录.htm": SMALL, "年报.docx": write(paper)}, method)
    page = read_page(data, url="http://www.example.gov.cn/a.zip")
    assert read_report(page).verdict == "verified"
    assert page.meta["zip:member"] == "年报.docx"
    assert page.url == "http://www.example.gov.cn/a.zip"


def test_one_report_in_two_formats_is_one_report():
    paper = draw_paper(3, "2021")
    page = read_page(packed({"a.docx": as_docx(paper), "b.rtf": as_rtf(paper, codes="gbk")}))
    assert read_report(page).verdict == "verified"


def test_two_different_reports_are_not_chosen_between():
    data = packed({"甲.docx": as_docx(draw_paper(3, "2021")), "乙.docx": as_docx(draw_paper(4, "2021"))})
    with pytest.raises(UnreadableError, match=r"several files that may be the report, give one: 乙\.docx, 甲\.docx"):
        read_page(data)


def test_two_texts_without_a_table_are_not_chosen_between():
    with pytest.raises(UnreadableError, match=r"a\.txt, b\.txt"):
        read_page(packed({"a.txt": "甲", "b.txt": "乙"}))
    assert read_page(packed({"a.txt": "甲"})).blocks


def test_files_of_a_saved_page_that_are_no_documents_are_left_alone():
    script = "a || b\n" * 50
    page = read_page(
        packed({"年报.html": SMALL, "年报_files/a.js": script, "__MACOSX/._年报.html": SMALL * 9, "~$报.docx": b"x"})
    )
    assert page.meta["zip:member"] == "年报.html"


def test_names_stored_in_gbk_are_shown_in_chinese():
    data = packed({"XXXX.htm": SMALL}).replace(b"XXXX", "年报".encode("gb18030"))
    assert read_page(data).meta["zip:member"] == "年报.htm"


def test_an_archive_inside_the_archive_is_not_opened():
    with pytest.raises(UnreadableError, match=r"no file that can be read as a report: inner\.zip, b\.htm"):
        read_page(packed({"inner.zip": packed({"a.htm": SMALL}), "b.htm": packed({"a.htm": SMALL})}))


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"[Content_Types].xml": "", "word/document.xml": ""}, "docx"),
        ({"[Content_Types].xml": "", "xl/workbook.xml": ""}, "xlsx"),
        ({"[Content_Types].xml": "", "ppt/presentation.xml": ""}, "pptx"),
        ({"OFD.xml": ""}, "ofd"),
        ({"mimetype": "", "content.xml": ""}, "odf"),
        ({"word/年报.htm": ""}, "zip"),
        ({"a.docx": packed({"word/document.xml": ""}, zipfile.ZIP_STORED)}, "zip"),
    ],
)
def test_the_kind_of_an_archive_is_told_by_its_members(files, kind):
    data = packed(files, zipfile.ZIP_STORED)
    assert kind_of_zip(data) == sniff(data) == kind


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (packed({"a.htm": SMALL})[:-30], "damaged or cut off"),
        (packed({"a.htm": SMALL})[:20], "damaged or cut off"),
        (packed({"a.png": b"\x89PNG"}), "no file that can be read as a report: a.png"),
        (packed({}), "no file that can be read as a report: nothing"),
        (packed({"a.htm": b" " * (65 << 20)}), "unpacks to more than 64 MiB at a.htm"),
        (packed({f"{number}.htm": SMALL for number in range(51)}), "more than 50 documents"),
        (packed({str(number): b"" for number in range(5001)}), "5001 parts"),
    ],
    ids=["cut", "cut early", "nothing to read", "empty", "bomb", "many documents", "many parts"],
)
def test_a_hostile_archive_gives_one_clear_line(data, words):
    with pytest.raises(UnreadableError, match=words) as caught:
        read_page(data)
    assert "\n" not in str(caught.value)


def test_all_members_together_are_bounded():
    archive = Archive(packed({str(number): b" " * (50 << 20) for number in range(3)}), "the archive")
    assert archive.read("0")
    assert archive.read("1")
    with pytest.raises(UnreadableError, match="unpacks to more than"):
        archive.read("2")


def test_a_size_that_the_directory_lies_about_is_found_out():
    data = bytearray(packed({"a.htm": b" " * 100_000 + SMALL}))
    at = data.rindex(b"a.htm") - 46
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    with pytest.raises(UnreadableError):
        read_page(bytes(data))


def test_a_damaged_member_gives_one_clear_line():
    data = bytearray(packed({"a.htm": SMALL}))
    data[40] ^= 0xFF
    with pytest.raises(UnreadableError, match=r"damaged at a\.htm"):
        read_page(bytes(data))


def test_an_answer_saved_as_it_was_packed_is_read():
    url = "http://www.example.gov.cn/a.html"
    assert texts(read_page(gzip.compress(SMALL), url=url)) == ["一", "二", "3", "4"]
    assert read_page(gzip.compress(SMALL), url=url).url == url
    cut = gzip.compress(b"<p>x</p>" + SMALL + bytes(range(32, 127)) * 50, 0)[:-4000]
    assert texts(read_page(cut)) == ["一", "二", "3", "4"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(gzip.compress(SMALL, mtime=0), mtime=0), "packed twice"),
        (gzip.compress(bytes(65 << 20), mtime=0), "more than 64 MB"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (gzip.compress(SMALL, mtime=0)[:10], "cannot be read: "),
        (b"\x1f\x8b\x08\x00" + b"junk" * 20, "cannot be read: "),
    ],
)
def test_a_gzip_file_that_is_a_bomb_or_broken_is_refused_in_one_line(data, reason):
    with pytest.raises(UnreadableError, match=reason) as refused:
        read_page(data)
    assert "\n" not in str(refused.value)
