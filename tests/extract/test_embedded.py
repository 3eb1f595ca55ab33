"""What an HTML page carries without showing it: markup for frames and scripts, hidden articles, feeds."""

from __future__ import annotations

import html
import json

import pytest
from shown import grids, read

CARRIED = f"<p>{'正文。' * 400}</p><table><tr><td>规章<td>1<td>2<td>3</table>"


@pytest.mark.parametrize(
    "page",
    [
        f"<iframe srcdoc='{html.escape(CARRIED)}'></iframe>",
        f"<textarea id=content style='display:none'>{CARRIED}</textarea>",
        f"<textarea id=content>{html.escape(CARRIED)}</textarea>",
        f"<script type='text/html'>{CARRIED}</script>",
        f"<script>var article = {json.dumps({'content': CARRIED})};</script>",
        f"<script>show('{CARRIED}')</script>",
        f"<div>{html.escape('<p></p>' * 10 + CARRIED)}</div>",
        f"<noscript>{CARRIED}</noscript>",
        f"<script>window.state={json.dumps({'list': [{'html': CARRIED, 'id': 1}]})};start()</script>",
    ],
)
def test_what_a_page_carries_for_a_frame_or_a_script_is_read_where_it_shows_nothing(page: str) -> None:
    read_pages = read(f"<html><head><title>年报</title></head><body><h1>标题</h1>{page}</body></html>")
    assert grids(read_pages) == [[["规章", "1", "2", "3"]]]
    assert read_pages.meta["html:title"] == "年报"
    assert read_pages.meta["html:before"] == "标题"


@pytest.mark.parametrize(
    "opening",
    [
        "<div id='js_content' style='visibility: hidden; opacity: 0;'>",
        "<div id='detail' style='display:none'>",
        "<div hidden>",
        "<gov-page><template shadowrootmode='open'>",
    ],
)
def test_an_article_that_a_script_would_show_is_read(opening: str) -> None:
    rows = "".join(f"<tr><td>项目<td>{n}件" for n in range(10))
    page = read(f"<body><h1>标题</h1>{opening}<p>文</p><table>{rows}</table>")
    assert grids(page) == [[["项目", f"{n}件"] for n in range(10)]]


def test_fields_beside_an_article_in_a_script_are_metadata() -> None:
    state = {"detail": {"pubTime": "2022-01-20", "html": CARRIED}, "list": [{"pubTime": "2019-02-03"}]}
    page = read(f"<body><script type='application/json'>{json.dumps(state)}</script></body>")
    assert page.meta["pubtime"] == "2022-01-20"


@pytest.mark.parametrize(
    "feed",
    [
        "<?xml version='1.0'?><rss><channel><title>栏目</title><item><title>年报</title><description>{0}</description>"
        "</item></channel></rss>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>栏目</title><entry><title>年报</title><content>{0}</content>"
        "</entry></feed>",
        "<?xml version='1.0' encoding='gbk'?><rss xmlns:c='c'><channel><item><title>年报</title>"
        "<c:encoded><![CDATA[{1}]]></c:encoded></item></channel></rss>",
        "<?xml version='1.0'?><result><record><title>年报</title><body><![CDATA[{1}]]></body></record></result>",
    ],
)
def test_a_feed_is_read_for_the_html_in_it(feed: str) -> None:
    page = read(feed.format(html.escape(CARRIED), CARRIED))
    assert grids(page) == [[["规章", "1", "2", "3"]]]
    assert page.meta["title"] == "年报"


def test_what_a_page_carries_beside_its_own_tables_is_not_read() -> None:
    rows = "".join(f"<tr><td>项目<td>{n}件" for n in range(10))
    assert grids(read(f"<body><table>{rows}</table><noscript>{CARRIED}</noscript></body>")) == [
        [["项目", f"{n}件"] for n in range(10)]
    ]


def test_rows_shown_as_paragraphs_go_before_a_table_kept_in_a_script() -> None:
    lines = [
        "一、本年新收政府信息公开申请数量 3 0 0 0 0 0 3",
        "二、上年结转 〇 〇 〇 〇 〇 〇 〇",
        "四、结转下年度 ０ ０ ０",
    ]
    page = read("".join(f"<p>{line}</p>" for line in lines) + f"<script type='text/template'>{CARRIED}</script>")
    assert [block.text for block in page.blocks] == lines
