"""Saved web archives: the page among the parts, its transfer encoding and its charset."""

import base64
import quopri

import pytest

from extract.formats import read_page
from extract.page import Grid, Paragraph, UnreadableError

TABLE = "<table><tr><td>甲<td>乙<tr><td>3<td>4</table>"
PAGE = f"<html><head><title>政府信息公开</title></head><body><p>总体情况</p>{TABLE}</body></html>"
HEAD = b"From: <Saved by a browser>\r\nSubject: page\r\nMIME-Version: 1.0\r\n"


def part(content, *headers):
    return b"".join(line.encode() + b"\r\n" for line in headers) + b"\r\n" + content + b"\r\n"


def archive(*parts, head=HEAD, extra=""):
    top = head + f'Content-Type: multipart/related; boundary="----b"{extra}\r\n\r\n'.encode()
    return top + b"".join(b"------b\r\n" + own for own in parts) + b"------b--\r\n"


def html(text, charset="utf-8", transfer="quoted-printable", *headers):
    raw = text.encode(charset)
    encode = {"quoted-printable": quopri.encodestring, "base64": base64.encodebytes}.get(transfer, bytes)
    content = encode(raw)
    return part(
        content, f"Content-Type: text/html; charset={charset}", f"Content-Transfer-Encoding: {transfer}", *headers
    )


def grids(page):
    return [[[cell.text for cell in row] for row in block.rows] for block in page.blocks if isinstance(block, Grid)]


def paragraphs(page):
    return [block.text for block in page.blocks if isinstance(block, Paragraph)]


@pytest.mark.parametrize("transfer", ["quoted-printable", "base64"])
@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gb18030", "utf-16"])
def test_the_page_is_read_in_the_encoding_and_charset_of_its_part(charset, transfer):
    page = read_page(archive(html(PAGE, charset, transfer)))
    assert paragraphs(page) == ["总体情况"]
    assert grids(page) == [[["甲", "乙"], ["3", "4"]]]
    assert page.meta["html:title"] == "政府信息公开"
    assert page.source_format == "mhtml"


def test_the_address_is_that_of_the_page():
    page = read_page(archive(html(PAGE, "utf-8", "base64", "Content-Location: http://www.example.gov.cn/a.html")))
    assert page.url == "http://www.example.gov.cn/a.html"
    assert read_page(archive(html(PAGE)), url="http://other.example/").url == "http://other.example/"


def test_the_part_that_the_archive_names_as_its_start_comes_first():
    other = html(PAGE.replace(">3<", ">7<"), "utf-8", "base64", "Content-ID: <other>")
    page = read_page(archive(other, html(PAGE, "utf-8", "base64", "Content-ID: <main>"), extra='; start="<main>"'))
    assert grids(page) == [[["甲", "乙"], ["3", "4"]]]


def test_where_the_first_page_is_a_frame_the_page_with_the_table_is_read():
    frame = html(
        "<html><head><meta name='PubDate' content='2021-01-29'></head><frameset><frame src='a'></frameset></html>"
    )
    image = part(base64.encodebytes(b"\x89PNG"), "Content-Type: image/png", "Content-Transfer-Encoding: base64")
    page = read_page(archive(frame, image, html(PAGE, "gb2312")))
    assert grids(page) == [[["甲", "乙"], ["3", "4"]]]
    assert page.meta["pubdate"] == "2021-01-29"


def test_a_page_among_alternatives_inside_the_archive_is_read():
    inner = b'Content-Type: multipart/alternative; boundary="i"\r\n\r\n--i\r\n' + html(PAGE) + b"--i--\r\n"
    assert grids(read_page(archive(inner))) == [[["甲", "乙"], ["3", "4"]]]


@pytest.mark.parametrize("head", [b"MIME-Version: 1.0\r\n", b"Date: Fri, 29 Jan 2021\r\n", b"Content-Location: x\r\n"])
def test_an_archive_is_told_by_its_headers_in_any_order(head):
    assert grids(read_page(archive(html(PAGE), head=head))) == [[["甲", "乙"], ["3", "4"]]]


def test_an_archive_cut_off_gives_what_is_left():
    data = archive(html(PAGE, "utf-8", "8bit"))
    assert grids(read_page(data[: data.index(b"4</table>")])) == [[["甲", "乙"], ["3", ""]]]


@pytest.mark.parametrize(
    "data",
    [
        archive(part(b"x", "Content-Type: image/png")),
        archive(),
        archive(html("")),
        HEAD + b'Content-Type: multipart/related; boundary="b"\r\n' * 50,
    ],
)
def test_an_archive_without_a_page_gives_one_clear_line(data):
    with pytest.raises(UnreadableError, match="holds no page"):
        read_page(data)


def test_archives_in_archives_are_followed_only_so_far():
    data = html(PAGE)
    for number in range(200):
        data = f'Content-Type: multipart/mixed; boundary="n{number}"\r\n\r\n--n{number}\r\n'.encode() + data
    with pytest.raises(UnreadableError):
        read_page(HEAD + data)
