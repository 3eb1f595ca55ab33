"""Columns of reports as the content systems make them, on hosts of the misbehaving web: three records on a page.

A maker puts every page of a column on a host and gives the address of the first.  The reports themselves are put on
the host too, each under the address that its system would give it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from web.server import Web, status

SIZE = 3
HTML = "<!DOCTYPE html><html><head><meta charset='utf-8'><title>政府信息公开年报</title></head><body>{}</body></html>"
Maker = Callable[[Web, str, Sequence[str]], str]


def put(web: Web, host: str, path: str, body: str, **headers: str) -> str:
    """Put a page in UTF-8 on a host; its address."""
    return web.page(host, path, status(200, body.encode(), **(headers or {"Content_Type": "text/html"})))


def report(web: Web, host: str, path: str, title: str) -> str:
    """Put the page of a report on a host; its address."""
    return put(web, host, path, HTML.format(f"<h1>{title}</h1><div id='zoom'><p>一、总体情况</p></div>"))


def items(addresses: Sequence[tuple[str, str]]) -> str:
    return "".join(f'<li><a href="{path}" title="{title}">{title[:12]}…</a></li>' for path, title in addresses)


def in_pages(addresses: Sequence[tuple[str, str]]) -> list[str]:
    return [items(addresses[start : start + SIZE]) for start in range(0, len(addresses), SIZE)]


def _reports(web: Web, host: str, titles: Sequence[str], path: str) -> list[tuple[str, str]]:
    """Reports under numbered addresses; ``{}`` in the path is the number."""
    addresses = [(path.format(4100 + number), title) for number, title in enumerate(titles)]
    for address, title in addresses:
        report(web, host, address, title)
    return addresses


def trs(web: Web, host: str, titles: Sequence[str]) -> str:
    pages = in_pages(_reports(web, host, titles, "/zwgk/nb/202401/t20240118_{}.html"))
    for number, rows in enumerate(pages):
        pager = f'<script>createPageHTML({len(pages)}, {number}, "index", "html");</script>'
        put(web, host, f"/zwgk/nb/index{f'_{number}' if number else ''}.html", HTML.format(f"<ul>{rows}</ul>{pager}"))
    pager = f"<script>createPageHTML({len(pages)}, 0, 'index', 'html')</script>"
    return put(web, host, "/zwgk/nb/", HTML.format(f"<ul>{pages[0]}</ul>{pager}"))


def trs_in_a_loop(web: Web, host: str, titles: Sequence[str]) -> str:
    pages = in_pages(_reports(web, host, titles, "/nb/t{}.shtml"))
    script = f"<script>var countPage = {len(pages)}; function go(i) {{ location = 'index_' + i + '.shtml' }}</script>"
    for number, rows in enumerate(pages):
        put(web, host, f"/nb/index{f'_{number}' if number else ''}.shtml", HTML.format(f"<ul>{rows}</ul>{script}"))
    return f"http://{host}/nb/index.shtml"


def _store(rows: Sequence[str], total: int, head: str = "") -> str:
    records = "".join(f"<record><![CDATA[{row}]]></record>" for row in rows)
    return f"<datastore>{head}<totalrecord>{total}</totalrecord><recordset>{records}</recordset></datastore>"


def hanweb(web: Web, host: str, titles: Sequence[str]) -> str:
    rows = [items([a]) for a in _reports(web, host, titles, "/art/2024/1/18/art_1229_{}.html")]
    proxy = "/module/web/jpage/dataproxy.jsp?page=1&appid=1&webid=31&path=/&columnid=1229&unitid=36841&permissiontype=0"
    for start in range(0, len(rows), SIZE):
        query = f"&startrecord={start + 1}&endrecord={start + SIZE}&perpage={SIZE}"
        put(web, host, proxy + query, _store(rows[start : start + SIZE], len(rows)), Content_Type="text/xml")
    head = f'<nextgroup><![CDATA[<a href="{proxy}"></a>]]></nextgroup>'
    store = f'<script type="text/xml">{_store(rows[:SIZE], len(rows), head)}</script>'
    pager = f"<script>$('#36841').jpage({{perpage:{SIZE}, totalRecord:{len(rows)}}})</script>"
    return put(web, host, "/col/col1229/index.html", HTML.format(f"<div id='36841'>{store}</div>{pager}"))


def hanweb_by_parameters(web: Web, host: str, titles: Sequence[str]) -> str:
    rows = [items([a]) for a in _reports(web, host, titles, "/art/2024/art_{}9d2f6f0b7f5c4e6ab1d20ff0b1d5.html")]
    proxy = (
        "/module/jpage/dataproxy.jsp?col=1&appid=1&webid=31&path=%2F&columnid=1229&sourceContentType=1&unitid=36841"
        "&permissiontype=0"
    )
    for start in range(0, len(rows), SIZE):
        query = f"&startrecord={start + 1}&endrecord={start + SIZE}&perpage={SIZE}"
        put(web, host, proxy + query, _store(rows[start : start + SIZE], len(rows)), Content_Type="text/xml")
    settings = f"webid:'31',columnid:'1229',unitid:'36841',perPage:{SIZE},totalRecord:{len(rows)}"
    call = f"<script>jpage({{proxyUrl:'/module/jpage/dataproxy.jsp',{settings}}})</script>"
    store = f'<script type="text/xml">{_store(rows[:SIZE], len(rows))}</script>'
    return put(web, host, "/col/col1229/index.html", HTML.format(store + call))


def ucap(web: Web, host: str, titles: Sequence[str]) -> str:
    pages = in_pages(_reports(web, host, titles, "/xjnlk/c112945/202401/{}c52e9aa4f0d8f6a6f1f3f1a9c270.shtml"))
    for number, rows in enumerate(pages, 1):
        pager = f"<script>createPageHTML('page_div',{len(pages)},{number},'list','shtml',{len(titles)});</script>"
        put(web, host, f"/xjnlk/c112945/list{f'_{number}' if number > 1 else ''}.shtml", HTML.format(rows + pager))
    return f"http://{host}/xjnlk/c112945/list.shtml"


_CHANNEL = "0a1d7c52e9aa4f0d8f6a6f1f3f1a9c27"


def _ucap_answers(web: Web, host: str, titles: Sequence[str], query: str, size: int) -> None:
    """What the search of a UCAP site answers for a column: records with what it knows of each besides."""
    addresses = _reports(web, host, titles, "/xjnlk/c112945/202401/{}c52e9aa4f0d8f6a6f1f3f1a9c270.shtml")
    for start in range(0, max(len(addresses), 1), size):
        results = [
            {"title": title, "url": path, "domainMetaList": [{"resultList": [{"name": "索引号", "value": "1"}]}]}
            for path, title in addresses[start : start + size]
        ]
        answer = {"channelName": "政府信息公开年报", "data": {"page": 1, "total": len(addresses), "results": results}}
        put(web, host, query.format(start // size + 1), json.dumps(answer), Content_Type="application/json")


def ucap_search(web: Web, host: str, titles: Sequence[str]) -> str:
    """A column whose page is empty, and whose script names the search that fills it."""
    query = f"/common/search/{_CHANNEL}?_isAgg=true&_isJson=true&_pageSize={SIZE}&_template=index&page={{}}"
    _ucap_answers(web, host, titles, query, SIZE)
    script = f"<script>$.ajax({{url: '{query.format(1)}', success: show}})</script>"
    return put(web, host, "/xjnlk/c112945/nb.shtml", HTML.format(f"<ul id='list'></ul>{script}"))


def ucap_search_by_channel(web: Web, host: str, titles: Sequence[str]) -> str:
    """A column whose page names its id, and its script the path of the search."""
    query = f"/searchList/{_CHANNEL}?_isAgg=true&_isJson=true&_pageSize=20&_template=index&_channelName=&page={{}}"
    _ucap_answers(web, host, titles, query, 20)
    script = "<script>table_ajax('/searchList/' + channelId + '?_isAgg=true&_isJson=true&page=' + n)</script>"
    body = f"<ul id='list'></ul><script>var channelId = '{_CHANNEL}'</script>{script}"
    return put(web, host, "/xjnlk/c112945/nb.shtml", HTML.format(body))


def vsb(web: Web, host: str, titles: Sequence[str]) -> str:
    pages = in_pages(_reports(web, host, titles, "/info/1050/{}.htm"))
    pager = f'<a onclick="_simple_list_gotopage_fun({len(pages)},&quot;u13_goto&quot;,2)">跳转</a>'
    for number, rows in enumerate(pages):
        path = f"/zfxxgknb/{len(pages) - number}.htm" if number else "/zfxxgknb.htm"
        put(web, host, path, HTML.format(rows + pager))
    return f"http://{host}/zfxxgknb.htm"


def lonsun(web: Web, host: str, titles: Sequence[str]) -> str:
    pages = in_pages(_reports(web, host, titles, "/public/6608171/{}.html"))
    label = (
        "/site/label/8888?labelName=publicInfoList&siteId=6793339&pageSize=15&pageIndex={}&action=list&isDate=true"
        "&dateFormat=yyyy-MM-dd&length=80&organId=6608171&type=4&catId=49771&file=/c1/publicInfoList_new"
    )
    for number, rows in enumerate(pages[1:], 2):
        put(web, host, label.format(number), f"<ul class='clearfix xxgk_nav_list'>{rows}</ul>")
    settings = f"pageCount: {len(pages)}, siteId: '6793339', file: '/c1/publicInfoList_new'"
    script = f"<script>Ls.pagination('#page_public_info', fn, {{{settings}}})</script>"
    path = "/public/column/6608171?type=4&action=list&nav=3&catId=49771"
    return put(web, host, path, HTML.format(f"<ul>{pages[0]}</ul>{script}"))


def gkmlpt(web: Web, host: str, titles: Sequence[str]) -> str:
    """The Guangdong platform: an empty shell with a tree of columns, and articles as JSON, a hundred on a page."""
    addresses = _reports(web, host, titles, "/gkmlpt/content/4/4437/post_{}.html")
    middle = len(addresses) // 2
    for number, half in enumerate((addresses[:middle], addresses[middle:]), 1):
        articles = [{"id": 1, "title": title, "url": f"http://{host}{path}"} for path, title in half]
        answer = {"classify": {"id": 4437, "name": "政府信息公开年报", "post_count": 150}, "articles": articles}
        path = f"/gkmlpt/api/all/4437?page={number}&sid=200014"
        put(web, host, path, json.dumps(answer), Content_Type="application/json")
    tree = '[{"id":12,"parent":0,"name":"机构概况"},{"id":4437,"parent":0,"name":"政府信息公开年报"}]'
    shell = f"<script>window._CONFIG = {{SITE_ID: 200014, TREE: {tree}}}</script><script src='/app.js'></script>"
    return put(web, host, "/gkmlpt/index", f"<html><head>{shell}</head><body><div id='app'></div></body></html>")


def webplus(web: Web, host: str, titles: Sequence[str]) -> str:
    pages = in_pages(_reports(web, host, titles, "/2024/0118/c123a{}/page.htm"))
    for number, rows in enumerate(pages, 1):
        pager = f'<div class="wp_paging"><em class="all_pages">{len(pages)}</em></div>'
        put(web, host, f"/c123/list{number if number > 1 else ''}.htm", HTML.format(rows + pager))
    return f"http://{host}/c123/list.htm"


def numbered_in_a_script(web: Web, host: str, titles: Sequence[str]) -> str:
    pages = in_pages(_reports(web, host, titles, "/nw12344/20240331/{}c52e9aa4f0d8f6a6f1f3f1a9c270.html"))
    script = f"<script>var totalPage = {len(pages)}; function to(n) {{ location = 'index_' + n + '.html' }}</script>"
    for number, rows in enumerate(pages, 1):
        put(web, host, f"/nw12344/index{f'_{number}' if number > 1 else ''}.html", HTML.format(rows + script))
    return f"http://{host}/nw12344/index.html"


def next_links(web: Web, host: str, titles: Sequence[str]) -> str:
    """A system of no family, whose pages are reached by their links alone."""
    pages = in_pages(_reports(web, host, titles, "/Content-{}.html"))
    for number, rows in enumerate(pages, 1):
        pager = f'<a href="?page={number + 1}">下一页</a>' if number < len(pages) else "<a>下一页</a>"
        put(web, host, "/nb/list" + (f"?page={number}" if number > 1 else ""), HTML.format(rows + pager))
    return f"http://{host}/nb/list"


MAKERS: dict[str, Maker] = {
    "trs": trs,
    "trs, in a loop of its script": trs_in_a_loop,
    "hanweb": hanweb,
    "hanweb, by parameters": hanweb_by_parameters,
    "ucap": ucap,
    "ucap, by its search": ucap_search,
    "ucap, by its search and the column's id": ucap_search_by_channel,
    "vsb": vsb,
    "lonsun": lonsun,
    "gkmlpt": gkmlpt,
    "webplus": webplus,
    "other, numbered in a script": numbered_in_a_script,
    "other, by its links": next_links,
}
