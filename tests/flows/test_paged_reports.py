"""Reports that are spread over several pages of one article: followed, kept, and read as one report."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from test_hunt import HOST, PAGES, TITLE, YEARS, configured, installed
from test_pipeline import crawl, rows
from web.listings import HTML
from web.server import Web, kept, status

from extract.archive import Archive
from extract.discovery.document import Document
from extract.discovery.parts import in_reading_order, is_part, parts_of
from flows.fetching import registered_towns
from flows.night import run_night
from flows.parts import read_kept
from flows.reading import reread_town
from flows.rebuild import rebuild_warehouse
from flows.settings import Settings
from flows.show_page import show_page

__all__ = ["installed"]
FIRST = f"http://{HOST}/gknb/t20220117_1.html"
TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
HEADING = f"<h1>{TITLE.format(2021)}</h1><p>发布时间：2022-01-17</p>"
FIGURES = "SELECT figure, value, status FROM figure ORDER BY figure"


def pieces() -> list[str]:
    """The article of a sample page, cut behind each of its tables but the last."""
    text = (PAGES / YEARS[2021]).read_text(encoding="utf-8")
    about, *tables = TABLE.finditer(text)
    assert len(tables) == 3
    cuts = [about.end(), tables[0].end(), tables[1].end(), len(text)]
    return [text[begin:end] for begin, end in pairwise(cuts)]


def put(web: Web, path: str, body: str, version: int = 0) -> None:
    page = HTML.format(HEADING + body).encode()
    web.page(HOST, path, kept(page, f'"{path} {version}"'))


def settings_of(installed: Path, web: Web) -> Settings:
    return configured(installed, web, f"110118112,大城子镇,town,2021,{FIRST},,,,\n")


def whole(installed: Path, web: Web) -> list[tuple[object, ...]]:
    """The figures of the article on one page."""
    put(web, "/gknb/t20220117_1.html", "".join(pieces()), version=1)
    (result,) = crawl(settings_of(installed, web))
    (reading,) = result.readings
    assert reading.report.verdict == "verified"
    return sorted((f.figure, f.value, str(f.status)) for f in reading.report.figures)


def by_next_page(web: Web) -> None:
    names = ("t20220117_1.html", "t20220117_1_1.html", "t20220117_1_2.html")
    for number, piece in enumerate(pieces()):
        before = f'<a href="{names[number - 1]}">上一页</a>' if number else ""
        after = f'<a href="./{names[number + 1]}">下一页</a>' if number < 2 else ""
        put(web, f"/gknb/{names[number]}", piece + before + after)


def by_numbers(web: Web) -> None:
    links = "".join(f'<a href="t20220117_1_{number}.html">{number}</a>' for number in (1, 2, 3))
    put(web, "/gknb/t20220117_1.html", pieces()[0] + links + '<a href="t20220117_1_2.html">下一页</a>')
    for number, piece in enumerate(pieces(), 1):
        put(web, f"/gknb/t20220117_1_{number}.html", piece + links)


def by_script(web: Web) -> None:
    script = '<script>createPageHTML(3, {}, "t20220117_1", "html");</script>'
    for number, piece in enumerate(pieces()):
        name = f"t20220117_1_{number}.html" if number else "t20220117_1.html"
        put(web, f"/gknb/{name}", piece + script.format(number))


def by_parameter(web: Web) -> None:
    for number, piece in enumerate(pieces(), 1):
        after = f'<a href="?page={number + 1}">后一页</a>' if number < 3 else ""
        put(web, "/gknb/t20220117_1.html" + (f"?page={number}" if number > 1 else ""), piece + after)


def by_read_more(web: Web) -> None:
    prose, row, _ = pieces()[0].partition("</tr>")
    put(web, "/gknb/t20220117_1.html", prose + row + '</table><a href="t20220117_1_all.html">阅读全文&gt;&gt;</a>')
    put(web, "/gknb/t20220117_1_all.html", "".join(pieces()))


@pytest.mark.parametrize("made", [by_next_page, by_numbers, by_script, by_parameter, by_read_more])
def test_a_report_on_several_pages_is_read_as_the_one_that_it_is(web: Web, installed: Path, made: object) -> None:
    expected = whole(installed, web)
    web.pages.clear()
    assert callable(made)
    made(web)
    settings = settings_of(installed, web)
    (result,) = crawl(settings)
    assert result.failures == ()
    assert rows(settings, "SELECT url, year, verdict, issuer FROM report") == [
        (FIRST, 2021, "verified", "北京市密云区大城子镇人民政府")
    ]
    assert rows(settings, FIGURES) == expected
    pages = {path for host, path in web.pages if host == HOST}
    assert set(web.asked()) >= pages
    assert len(Archive(settings.archive).everything()) >= len(pages)
    (town,) = registered_towns(settings)
    assert reread_town(town, archive=Archive(settings.archive)).readings == result.readings


def test_a_figure_says_on_which_page_it_stands(web: Web, installed: Path) -> None:
    by_next_page(web)
    settings = settings_of(installed, web)
    crawl(settings)
    places = "SELECT DISTINCT regexp_replace(locator, ', row.*', '') FROM figure WHERE table_name = ? ORDER BY ALL"
    found = [rows(settings, places.replace("?", f"'{name}'")) for name in ("disclosure", "requests", "disputes")]
    assert found == [[("table 1",)], [("part 2, table 1",)], [("part 3, table 1",)]]
    (kept,) = Archive(settings.archive).versions(FIRST)
    page, report = read_kept(kept, Archive(settings.archive))
    assert report.verdict == "verified"
    marked = show_page(page, report, FIRST)
    placed = [figure for figure in report.figures if figure.locator]
    assert {figure.figure.split(".")[0] for figure in placed} == {"disclosure", "requests", "disputes"}
    assert [figure.figure for figure in placed if f'id="{figure.figure}"' not in marked] == []


def test_a_page_that_cannot_be_had_is_a_finding_of_the_report(web: Web, installed: Path) -> None:
    by_next_page(web)
    web.page(HOST, "/gknb/t20220117_1_2.html", status(404))
    settings = settings_of(installed, web)
    (result,) = crawl(settings)
    assert [failure.outcome for failure in result.failures] == ["gone"]
    assert rows(settings, "SELECT verdict FROM report") == [("incomplete",)]
    ((message,),) = rows(settings, "SELECT message FROM finding WHERE rule = 'report.part_missing'")
    assert "t20220117_1_2.html" in message


def test_a_page_that_changes_changes_the_report_and_the_rebuild_says_the_same(web: Web, installed: Path) -> None:
    by_next_page(web)
    settings = settings_of(installed, web)
    run_night(settings)
    before = rows(settings, FIGURES)
    _, summary = run_night(settings)
    assert (summary.unchanged, summary.reports) == (3, 0)
    second = pieces()[1]
    changed = second.replace(">0<", ">1<", 1)
    assert changed != second
    put(web, "/gknb/t20220117_1_1.html", changed + '<a href="t20220117_1_2.html">下一页</a>', version=1)
    _, summary = run_night(settings)
    assert (summary.changed, summary.reports) == (1, 1)
    assert rows(settings, FIGURES) != before
    assert rebuild_warehouse(settings, compare=True).changes == ()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/gknb/t1_2.html", True),
        ("/gknb/t1-3.html", True),
        ("/gknb/t1/2.html", True),
        ("/gknb/t1.html?page=2", True),
        ("/gknb/t1_all.html", True),
        ("/gknb/t2.html", False),
        ("/gknb/t12_2.html", False),
        ("/gknb/index_1.html", False),
        ("/gknb/t1_20220101.html", False),
        ("/other/t1_2.html", False),
        ("/gknb/t1.html?id=2", False),
        ("/gknb/t1.html", False),
    ],
)
def test_a_further_page_has_the_address_of_the_first_with_a_number(address: str, expected: bool) -> None:
    assert is_part(f"http://{HOST}{address}", f"http://{HOST}/gknb/t1.html") is expected


def test_a_column_may_be_an_article_too() -> None:
    assert is_part(f"http://{HOST}/gknb/index_1.html", f"http://{HOST}/gknb/")
    assert is_part(f"http://{HOST}/gknb/index_1.html", f"http://{HOST}/gknb/index.html")


def test_pages_are_put_in_the_order_of_their_numbers() -> None:
    addresses = [f"http://{HOST}/t1_{number}.html" for number in (10, 9, 2)]
    assert in_reading_order(addresses, f"http://{HOST}/t1.html") == addresses[::-1]


def test_the_next_article_is_no_further_page() -> None:
    links = (
        '<a href="t2.html">下一页</a><a href="t1_2.html">下一篇</a><a href="http://spam.example/t1_2.html">下一页</a>'
    )
    url = f"http://{HOST}/gknb/t1.html"
    assert parts_of(Document(HTML.format(links).encode(), url), url) == ()
