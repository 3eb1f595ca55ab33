"""Decoding: what the bytes are weighs more than what header, BOM and meta tags say."""

import codecs

import pytest

from extract.decode import decode

CHINESE = "本年度我镇依法公开政府信息，收到申请三件，均按期答复。" * 3
TRADITIONAL = "本年度我鎮依法公開政府資訊，不予公開者一件，其他依規定辦理。" * 3


def page(charset: str, words: str = CHINESE) -> str:
    return f'<html><head><meta charset="{charset}"><title>年报</title></head><body><p>{words}</p></body></html>'


def test_utf8_without_any_declaration():
    assert decode(CHINESE.encode()) == (CHINESE, "utf-8")


def test_utf8_byte_order_mark_is_no_part_of_the_text():
    assert decode(codecs.BOM_UTF8 + CHINESE.encode()) == (CHINESE, "utf-8")


@pytest.mark.parametrize("declared", ["gb2312", "gbk", "GB18030", "gb_2312-80"])
def test_every_name_of_gb_is_read_as_gb18030(declared):
    text = page(declared, "喆镕" + CHINESE)
    assert decode(text.encode("gb18030")) == (text, "gb18030")


def test_utf8_bytes_win_over_a_declared_gb_charset():
    text = page("gb2312")
    assert decode(text.encode(), "text/html; charset=gb2312") == (text, "utf-8")


def test_gb_bytes_win_over_a_declared_utf8_charset():
    text = page("utf-8")
    assert decode(text.encode("gb18030"), "text/html; charset=utf-8") == (text, "gb18030")


def test_gb_bytes_after_a_utf8_byte_order_mark_are_gb():
    assert decode(codecs.BOM_UTF8 + CHINESE.encode("gb18030")) == (CHINESE, "gb18030")


def test_gb_bytes_with_no_declaration():
    assert decode(CHINESE.encode("gbk")) == (CHINESE, "gb18030")


def test_latin1_that_an_http_client_assumes_is_not_believed():
    text = page("gbk")
    assert decode(text.encode("gbk"), "text/html; charset=ISO-8859-1") == (text, "gb18030")
    assert decode(CHINESE.encode("gbk"), "text/html; charset=ISO-8859-1") == (CHINESE, "gb18030")


def test_charset_of_an_xml_declaration():
    text = f'<?xml version="1.0" encoding="gb2312"?><html><body>{CHINESE}</body></html>'
    assert decode(text.encode("gb18030")) == (text, "gb18030")


def test_four_byte_characters_of_gb18030():
    text = "㐂镇𠀀村" + CHINESE
    assert decode(text.encode("gb18030")) == (text, "gb18030")


@pytest.mark.parametrize(("mark", "encoding"), [(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")])
def test_utf16_with_a_mark(mark, encoding):
    assert decode(mark + CHINESE.encode(encoding)) == (CHINESE, encoding)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_shows_by_its_zero_bytes(encoding):
    text = page("utf-16")
    assert decode(text.encode(encoding)) == (text, encoding)


def test_a_page_that_calls_itself_utf16_in_ascii_markup_is_what_its_bytes_are():
    text = page("utf-16")
    assert decode(text.encode()) == (text, "utf-8")


def test_big5_where_declared():
    text = page("big5", TRADITIONAL).replace("年报", "年報")
    decoded, encoding = decode(text.encode("big5hkscs"))
    assert decoded == text
    assert encoding == "big5hkscs"


def test_declared_big5_is_not_believed_of_gb_bytes():
    text = page("big5")
    assert decode(text.encode("gb18030"), "text/html; charset=big5") == (text, "gb18030")


def test_a_handful_of_broken_bytes_does_not_turn_utf8_into_gb():
    data = bytearray(page("gbk", CHINESE * 4).encode())
    for place in (200, 300, 400):
        data[place] = 0xFF
    text, encoding = decode(bytes(data), "text/html; charset=gbk")
    assert encoding == "utf-8"
    assert "\ufffd" in text
    assert "政府信息" in text


def test_a_handful_of_broken_bytes_does_not_turn_gb_into_utf8():
    data = bytearray(page("utf-8", CHINESE * 4).encode("gb18030"))
    data[150] = data[300] = 0xFF
    text, encoding = decode(bytes(data))
    assert encoding == "gb18030"
    assert "政府信息" in text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_page_cut_off_inside_a_character_is_still_what_it_is(encoding):
    data = page("utf-8").split("</p>")[0].encode(encoding)[:-1]
    text, found = decode(data)
    assert found == encoding
    assert text.startswith("<html>")
    assert text.count("\ufffd") <= 1


def test_gb_bytes_that_pass_for_two_byte_utf8_are_gb_where_declared():
    data = b'<meta charset="gbk"><p>' + "目录".encode("gbk") + b"</p>"
    assert data.decode("utf-8")
    text, encoding = decode(data)
    assert encoding == "gb18030"
    assert "目录" in text


@pytest.mark.parametrize("data", [b"", b"\xff", b"\xff\xfe", b"\x80\x81\xfe", bytes(range(256)), b"\xed\xa0\x80abc"])
def test_undecodable_bytes_never_raise(data):
    text, _ = decode(data)
    assert isinstance(text, str)
    text.encode("utf-8")


def test_an_unknown_charset_is_no_error():
    assert decode(CHINESE.encode(), "text/html; charset=no-such-thing") == (CHINESE, "utf-8")


@pytest.mark.parametrize("content_type", [None, "text/html; charset=utf-8"])
def test_big5_without_a_true_declaration_is_told_from_gb(content_type):
    text = "本年新收政府信息公開申請數量，上年結轉政府信息公開申請數量，結轉下年度繼續辦理。" * 10
    assert decode(text.encode("big5hkscs"), content_type) == (text, "big5hkscs")
    simplified = "本年新收政府信息公开申请数量，上年结转政府信息公开申请数量，结转下年度继续办理。" * 10
    assert decode(simplified.encode("gb18030"), content_type) == (simplified, "gb18030")
