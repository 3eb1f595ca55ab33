"""From a listing to reports and their documents, over the misbehaving web of ``tests/web``: every case is one test."""

from __future__ import annotations

import re
import time
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from web.listings import HTML, MAKERS, SIZE, items, put, report
from web.server import Web, redirect, status

from extract.discovery import families
from extract.discovery.document import Document
from extract.discovery.families import family_of, family_of_address
from extract.discovery.listing import files_of, is_copy, is_report_title, read_listing
from extract.discovery.rules import family_from, rules
from extract.discovery.search import Role, Search, Wanted
from extract.discovery.years import addresses_of_years
from extract.web.address import AddressGuard
from extract.web.answer import Ask, FetchError, FetchLimits, Outcome, Response
from extract.web.crawler import Answer, Crawler, Manners, hosts_of

HOST = "www.lingyuan.example"
MIRROR = "www.lingyuan-gov.spam.example"
TITLE = "凌源市三道河子镇人民政府{}年政府信息公开工作年度报告"
TITLES = [TITLE.format(year) for year in range(2017, 2024)]


class Found:
    """What a search over the web came to: the reports and files that answered, and what went wrong with the rest."""

    def __init__(self, web: Web, *listings: str, reports: Iterable[str] = (), last_year: int = 2024) -> None:
        self.answered: dict[str, Response] = {}
        self.wrong: dict[str, Outcome] = {}
        self.search = Search(listings, reports, last_year, set())
        limits = FetchLimits(connect_timeout=1, read_timeout=0.5, total_timeout=1, attempts=1, backoff=0)
        guard = AddressGuard(hosts=web.hosts)
        self.hosts = hosts_of(*listings, *reports)
        crawler = Crawler(Manners("nianbao-test/1", limits=limits, guard=guard, delay=0.0))
        list(crawler.ask_all(map(self.ask, (*self.search.reports(), *self.search.listings())), self.more))
        self.wrong |= {problem.url: problem.outcome for problem in self.search.problems}

    def ask(self, wanted: Wanted) -> Ask:
        return Ask(wanted.url, hosts=self.hosts, reads_scripts=wanted.role is Role.LISTING)

    def more(self, ask: Ask, answer: Answer) -> Iterator[Ask]:
        if isinstance(answer, FetchError):
            self.wrong[ask.url] = answer.outcome
            return
        self.answered[ask.url] = answer
        for wanted in self.search.take(
            ask.url, answer.data, content_type=answer.content_type, final_url=answer.final_url
        ):
            yield self.ask(wanted)

    def of(self, role: Role) -> list[str]:
        return sorted(url for url in self.answered if self.search.wanted[url].role is role)

    @property
    def reports(self) -> list[str]:
        return self.of(Role.REPORT)


def document(body: str, url: str = f"http://{HOST}/nb/index.html") -> Document:
    return Document(HTML.format(body).encode(), url)


def titles_of(found: Found) -> list[str]:
    return sorted(Document(found.answered[url].data, url).soup.h1.get_text() for url in found.reports)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", MAKERS)
def test_every_page_of_a_listing_is_found(web: Web, name: str) -> None:
    found = Found(web, MAKERS[name](web, HOST, TITLES))
    assert titles_of(found) == TITLES
    assert found.wrong == {}
    asked = web.asked()
    assert len(asked) == len(set(asked)), "an address was asked twice"


@pytest.mark.parametrize("name", MAKERS)
def test_a_listing_of_one_page_asks_for_no_other(web: Web, name: str) -> None:
    if name == "gkmlpt":
        pytest.skip("the platform gives a hundred records on a page")
    found = Found(web, MAKERS[name](web, HOST, TITLES[:SIZE]))
    assert (titles_of(found), found.wrong) == (TITLES[:SIZE], {})


@pytest.mark.parametrize("name", MAKERS)
def test_the_content_system_is_told_by_what_the_page_shows(web: Web, name: str) -> None:
    url = MAKERS[name](web, HOST, TITLES)
    found = Found(web, url)
    assert family_of(Document(found.answered[url].data, url)).name == name.partition(",")[0]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/zwgk/nb/202401/t20240118_273722.html", "trs"),
        ("/art/2023/1/31/art_6924_1618541.html", "hanweb"),
        ("/module/xxgk/xxgkAnnualReport.jsp?area=11&fbtime=2022", "hanweb"),
        ("/xjnlk/c112945/202401/0b1d7c52e9aa4f0d8f6a6f1f3f1a9c27.shtml", "ucap"),
        ("/hebmlx/c111204/202301/c01_591175.shtml", "ucap"),
        ("/info/1050/64208.htm", "vsb"),
        ("/public/content/36027577", "lonsun"),
        ("/zwgk/nb/content/post_2791186.html", "gkmlpt"),
        ("/2022/0125/c123a4567/page.htm", "webplus"),
        ("/Content-845955.html", None),
    ],
)
def test_the_content_system_is_told_by_the_address(path: str, name: str | None) -> None:
    assert family_of_address(f"http://{HOST}{path}") == name


@pytest.mark.parametrize(
    "title",
    [
        "凌源市三道河子镇人民政府2020年政府信息公开工作年度报告",
        "2023年下各镇政府信息公开工作年度报告",
        "中村乡2020年政府信息公开年报",
        "螅镇2022年度政府信息公开工作报告",
        "三溪乡2018年信息公开年度工作报告",
        "柳北区长塘镇政府信息公开工作年度报告",
        "大城子镇政府信息公开工作年度报告(2021年)",
        "2025湖口县大垅乡2025年度政府信息公开工作年度报告",
        "2022年度螅镇政府信息公开工作年度报告",
        "[甘霖镇]2012年政府信息公开年度报告",
        "云南省卫生健康委关于2022年政府信息公开工作的年度报告",
        "2025年政府信息公开工作年度报告",
        "大城子镇2023年政府信息公开工作年…",
    ],
)
def test_titles_of_reports(title: str) -> None:
    assert is_report_title(title)


@pytest.mark.parametrize(
    "title",
    [
        "《大城子镇2023年政府信息公开工作年度报告》解读",
        "图解：2023年政府信息公开工作年度报告文字解读",
        "大城子镇政府信息公开指南",
        "政府信息公开工作年度报告制度",
        "关于报送2023年政府信息公开工作年度报告的通知",
        "2023年政府工作报告",
        "2023年部门决算公开报告",
        "大城子镇2023年法治政府建设年度报告",
    ],
)
def test_titles_of_something_else(title: str) -> None:
    assert not is_report_title(title)


@pytest.mark.parametrize(
    "path",
    ["/nb/t20240118_1_wap.html", "/nb/t1_app.shtml", "/nb/t1.html?isMobile=true", "/gate/big5/www.a.gov.cn/t1.html"],
)
def test_copies_are_left_out(path: str) -> None:
    assert is_copy(f"http://{HOST}{path}")
    assert read_listing(document(items([(path, TITLES[0])]))).reports == ()


ROWS = {
    "list": '<ul><li><a href="t20240118_1.html">{t}</a></li></ul>',
    "table": '<table><tr><td>1</td><td>{t}</td><td><a href="t20240118_1.html">查看</a></td></tr></table>',
    "title attribute": '<a href="t20240118_1.html" title="{t}">凌源市三道河…</a>',
    "script that writes": "<script>document.write('<li><a href=\"t20240118_1.html\">{t}<\\/a></li>')</script>",
    "script with objects": "<script>var list = [{{title: '{t}', url: 't20240118_1.html'}}]</script>",
    "escaped JSON in a script": '<script>d = {{"list":[{{"title":"{t}","url":"\\/nb\\/t20240118_1.html"}}]}}</script>',
    "records in a script": '<script type="text/xml"><![CDATA[<a href="t20240118_1.html">{t}</a>]]></script>',
    "call on a click": '<a href="javascript:void(0)" onclick="window.open(\'t20240118_1.html\')">{t}</a>',
    "call in the address": "<a href=\"javascript:openUrl('/nb/t20240118_1.html')\">{t}</a>",
    "option": '<select><option value="t20240118_1.html">{t}</option></select>',
    "absolute": '<a href="http://www.lingyuan.example/nb/t20240118_1.html">{t}</a>',
    "without scheme": '<a href="//www.lingyuan.example/nb/t20240118_1.html">{t}</a>',
    "dots": '<a href="../nb/./t20240118_1.html#top">{t}</a>',
    "backslashes and blanks": '<a href=" \\nb\\t20240118_1.html ">{t}</a>',
    "upper case without quotes": "<A HREF=t20240118_1.html>{t}</A>",
}


@pytest.mark.parametrize("row", ROWS)
def test_links_are_found_wherever_they_stand(row: str) -> None:
    (link,) = read_listing(document(ROWS[row].format(t=TITLES[0]))).reports
    assert link.url == f"http://{HOST}/nb/t20240118_1.html"


def test_relative_addresses_are_joined_to_base() -> None:
    base = f"<base href='http://{HOST}/other/'>"
    page = Document(
        f"<html><head>{base}</head><a href='t20240118_1.html'>{TITLES[0]}</a>".encode(), f"http://{HOST}/nb/"
    )
    assert [link.url for link in read_listing(page).reports] == [f"http://{HOST}/other/t20240118_1.html"]


def test_years_alone_are_reports_in_a_column_of_reports_only() -> None:
    rows = '<li><a href="t20240118_1.html">2023年</a></li><li><a href="2022n/">2022年</a></li>'
    listing = read_listing(document(rows))
    assert [link.url for link in listing.reports] == [f"http://{HOST}/nb/t20240118_1.html"]
    assert [link.url for link in listing.columns] == [f"http://{HOST}/nb/2022n/"]
    elsewhere = Document(f"<title>财政预决算</title>{rows}".encode(), f"http://{HOST}/nb/index.html")
    assert read_listing(elsewhere).reports == ()


@pytest.mark.parametrize(
    ("encoding", "declared", "header"),
    [
        ("gb18030", "", "text/html"),
        ("gb18030", "", "text/html; charset=utf-8"),
        ("gb18030", "utf-8", "text/html; charset=iso-8859-1"),
        ("utf-8", "gb2312", "text/html; charset=gb2312"),
    ],
)
def test_listings_in_gbk_or_wrongly_declared_are_read(web: Web, encoding: str, declared: str, header: str) -> None:
    body = f"<html><meta charset='{declared}'><title>政府信息公开年报</title>{items([('t20240118_1.html', TITLES[0])])}"
    report(web, HOST, "/nb/t20240118_1.html", TITLES[0])
    url = web.page(HOST, "/nb/", status(200, body.encode(encoding), Content_Type=header))
    assert Found(web, url).reports == [f"http://{HOST}/nb/t20240118_1.html"]


def test_columns_below_a_column_are_followed_and_menus_are_not(web: Web) -> None:
    menu = "<a href='/other/nb/'>政府信息公开年报</a>"
    columns = "<a href='2022n/'>2022年</a><a href='xz/'>乡镇</a>"
    put(web, HOST, "/other/nb/", HTML.format(items([("/other/nb/t1.html", TITLE.format(2001))])))
    put(web, HOST, "/nb/2022n/", HTML.format(menu + items([("t20230118_1.html", TITLES[5])])))
    put(web, HOST, "/nb/xz/", HTML.format(menu + items([("t20230118_2.html", TITLES[6])])))
    report(web, HOST, "/nb/2022n/t20230118_1.html", TITLES[5])
    report(web, HOST, "/nb/xz/t20230118_2.html", TITLES[6])
    found = Found(web, put(web, HOST, "/nb/", HTML.format(menu + columns)))
    assert titles_of(found) == TITLES[5:]
    assert "/other/nb/" not in web.asked()


def test_a_report_that_turns_out_to_list_reports_is_a_column(web: Web) -> None:
    rows = items([("t20230118_1.html", TITLES[5]), ("t20230118_2.html", TITLES[6])])
    for number in (1, 2):
        report(web, HOST, f"/nb/2022/t20230118_{number}.html", TITLES[4 + number])
    put(web, HOST, "/nb/2022/", HTML.format(rows))
    found = Found(
        web, put(web, HOST, "/nb/", HTML.format("<a href='2022/'>凌源市2022年政府信息公开工作年度报告汇编</a>"))
    )
    assert titles_of(found) == TITLES[5:]


def test_an_endless_listing_ends(web: Web) -> None:
    def endless(n: int) -> str:
        return HTML.format(
            items([(f"/nb/t20240118_{n}.html", TITLES[0])]) + f"<a href='/nb/list_{n + 1}.html'>下一页</a>"
        )

    for number in range(200):
        put(web, HOST, f"/nb/list_{number}.html", endless(number))
    found = Found(web, f"http://{HOST}/nb/list_0.html")
    assert len(found.of(Role.LISTING)) <= 102


def test_addresses_that_take_the_year_are_stepped(web: Web) -> None:
    empty = HTML.format("<h1>政府信息公开年度报告</h1>暂无内容")
    full = HTML.format(f"<h1>{TITLES[-1]}</h1>" + "本报告根据条例编制。" * 40)
    for year in range(2008, 2025):
        put(web, HOST, f"/module/xxgk/xxgkAnnualReport.jsp?area=11&fbtime={year}", full if year > 2021 else empty)
    found = Found(web, f"http://{HOST}/module/xxgk/xxgkAnnualReport.jsp?area=11&fbtime=2021")
    assert [url[-4:] for url in found.reports] == ["2022", "2023", "2024"]
    assert len(found.answered) == 17


@pytest.mark.parametrize(
    "url",
    [
        "http://a.gov.cn/year_details.aspx?dept=58&year=2022",
        "http://a.gov.cn/zfxxgknb.html?nbYear=2023",
        "http://a.gov.cn/OpennessAnnualReport/year/show/12/2020",
        "http://a.gov.cn/module/xxgk/xxgkAnnualReport.jsp?area=11370830004335465W&fbtime=2025&showType=2",
    ],
)
def test_shapes_of_addresses_that_take_the_year(url: str) -> None:
    stepped = addresses_of_years(url, 2025)
    assert len(stepped) == 18
    assert url in stepped


FILES = {
    "attachment": '<a href="P020240118.docx">附件：大城子镇2023年政府信息公开工作年度报告.docx</a>',
    "download by the server": '<a href="/module/download/downfile.jsp?classid=0&filename=1.pdf">附件下载</a>',
    "frame": '<iframe src="/upload/2023.pdf"></iframe>',
    "embedded": '<embed src="/upload/2023.pdf" type="application/pdf">',
    "object": '<object data="/upload/2023.pdf"></object>',
    "viewer in a frame": '<iframe src="/pdfjs/web/viewer.html?file=/upload/2023.pdf"></iframe>',
    "viewer with an escaped address": '<iframe src="/pdfjs/web/viewer.html?file=%2Fupload%2F2023.pdf#page=1"></iframe>',
    "link to a viewer": '<a href="/pdfjs/web/viewer.html?file=/upload/2023.pdf">查看年度报告原文</a>',
    "call of a script": '<a href="/">首页</a><script>showVsbpdfIframe("/upload/2023.pdf","100%","600","0","")</script>',
    "page in a frame": '<iframe src="/nr/2023.html"></iframe>',
}


@pytest.mark.parametrize("name", FILES)
def test_the_document_of_a_report_is_found_and_linked_with_its_page(web: Web, name: str) -> None:
    page = put(web, HOST, "/nb/t20240118_1.html", HTML.format(f"<h1>{TITLES[0]}</h1>{FILES[name]}"))
    for path in ("/nb/P020240118.docx", "/module/download/downfile.jsp?classid=0&filename=1.pdf", "/upload/2023.pdf"):
        web.page(HOST, path, b"%PDF-1.4")
    put(web, HOST, "/nr/2023.html", HTML.format("<table><tr><td>1</td></tr></table>"))
    found = Found(web, reports=[page])
    (file,) = found.of(Role.FILE)
    assert found.search.wanted[file].page == page
    assert found.wrong == {}
    assert file.endswith(("2023.pdf", "1.pdf", ".docx", "2023.html"))


def test_manuals_and_widgets_are_no_documents_of_the_report() -> None:
    links = '<a href="/zn.pdf">政府信息公开指南</a><a href="/h.doc">网站使用手册.doc</a>'
    assert files_of(document(f'{links}<iframe src="/share/bar.html"></iframe>')) == ()


def test_a_document_on_the_listing_itself_is_a_report(web: Web) -> None:
    web.page(HOST, "/nb/2023.pdf", b"%PDF-1.4")
    found = Found(web, put(web, HOST, "/nb/", HTML.format(items([("2023.pdf", TITLES[0])]))))
    assert found.reports == [f"http://{HOST}/nb/2023.pdf"]


def test_a_mirror_never_enters_also_not_by_redirect(web: Web) -> None:
    mirror = report(web, MIRROR, "/nb/t20240118_2.html", TITLES[1])
    web.page(HOST, "/nb/t20240118_1.html", redirect(mirror))
    found = Found(
        web, put(web, HOST, "/nb/", HTML.format(items([("t20240118_1.html", TITLES[0]), (mirror, TITLES[1])])))
    )
    assert set(found.wrong.values()) == {Outcome.OFF_LIST}
    assert (found.reports, web.asked(MIRROR, robots=True)) == ([], [])


def test_a_listing_that_redirects_is_read_at_its_new_place(web: Web) -> None:
    report(web, HOST, "/new/t20240118_1.html", TITLES[0])
    put(web, HOST, "/new/", HTML.format(items([("t20240118_1.html", TITLES[0])])))
    assert Found(web, web.page(HOST, "/nb/", redirect("/new/"))).reports == [f"http://{HOST}/new/t20240118_1.html"]


def test_a_page_that_refreshes_to_another_is_followed_but_not_for_ever(web: Web) -> None:
    report(web, HOST, "/new/t20240118_1.html", TITLES[0])
    put(web, HOST, "/new/", HTML.format(items([("t20240118_1.html", TITLES[0])])))
    refresh = "<meta http-equiv='refresh' content='0; url={}'>"
    assert Found(web, put(web, HOST, "/nb/", refresh.format("/new/"))).reports == [
        f"http://{HOST}/new/t20240118_1.html"
    ]
    for number in range(9):
        put(web, HOST, f"/loop/{number}", refresh.format(f"/loop/{number + 1}"))
    assert len(Found(web, f"http://{HOST}/loop/0").answered) < 5


@pytest.mark.parametrize(
    ("page", "outcome"),
    [
        (b"<html><script>document.cookie='__jsl_clearance=1'</script></html>", Outcome.BLOCKED),
        (b"<html><head><script src='/app.js'></script></head><body><div id='app'></div></body>", Outcome.NEEDS_SCRIPT),
        ("<html><body><p>本栏目暂无内容</p></body></html>".encode(), Outcome.NOTHING_LISTED),
        (status(404), Outcome.GONE),
        (status(403), Outcome.BLOCKED),
        (redirect("/nb/"), Outcome.MALFORMED),
        (redirect("http://127.0.0.1:1/nb/"), Outcome.OFF_LIST),
    ],
)
def test_a_listing_that_shows_nothing_is_recorded_with_the_reason(web: Web, page: bytes, outcome: Outcome) -> None:
    url = web.page(HOST, "/nb/", page)
    assert Found(web, url).wrong == {url: outcome}


def test_a_report_that_needs_a_script_is_recorded_and_the_others_are_read(web: Web) -> None:
    shell = web.page(HOST, "/nb/t20240118_1.html", b"<html><script src='/a.js'></script><div id='app'></div></html>")
    report(web, HOST, "/nb/t20240118_2.html", TITLES[1])
    rows = items([("t20240118_1.html", TITLES[0]), ("t20240118_2.html", TITLES[1])])
    found = Found(web, put(web, HOST, "/nb/", HTML.format(rows)))
    assert (found.wrong, titles_of(found)) == ({shell: Outcome.NEEDS_SCRIPT}, [TITLES[1]])


@pytest.mark.parametrize(
    "body",
    [
        "<script>x = '" + "a" * 400_000 + "'</script>",
        "<script>{" + "a" * 400_000 + "}</script>",
        "<![CDATA[" * 50_000,
        "{" * 200_000,
        "<div onclick='f(" * 20_000,
        "<div>" * 20_000,
        "<script>" + "totalRecord:1 dataproxy.jsp /module/" * 20_000 + "</script>",
    ],
    ids=["long word", "long word in an object", "open records", "braces", "open calls", "deep", "half a rule"],
)
def test_a_hostile_page_takes_no_long_time(body: str) -> None:
    started = time.process_time()
    read_listing(document(body), f"http://{HOST}/nb/index.html")
    files_of(document(body))
    assert time.process_time() - started < 5


def test_the_example_of_the_documentation_pages_a_listing(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (Path(__file__).parents[2] / "docs" / "adding-a-cms.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    example = replace(rules(), families=tuple(map(family_from, tomllib.loads(block)["family"])))
    monkeypatch.setattr(families, "rules", lambda: example)
    page = document("<script>pager(3, 'nb')</script>")
    assert families.family_of(page).name == "example"
    assert families.further_pages(page, page.url) == (f"http://{HOST}/nb/nb-2.html", f"http://{HOST}/nb/nb-3.html")


def test_no_address_is_asked_twice_by_two_searches_of_one_run() -> None:
    known: set[str] = set()
    first = Search([f"http://{HOST}/nb/"], [], 2024, known)
    second = Search([f"http://{HOST}/nb/"], [f"http://{HOST}/nb/1.html"], 2024, known)
    assert [wanted.url for wanted in first.listings()] == [f"http://{HOST}/nb/"]
    assert [wanted.url for wanted in (*second.reports(), *second.listings())] == [f"http://{HOST}/nb/1.html"]
