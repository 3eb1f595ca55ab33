"""From the registry's listings to the warehouse: what a town's addresses lead to is fetched, kept, read and loaded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import SAMPLE_SITE
from test_pipeline import crawl, rows
from web.listings import HTML, items, put
from web.server import Web, kept, status

from benchmarks.night import many_hosts
from extract.archive import Archive
from extract.web.crawler import Crawler
from flows.errors import UserError
from flows.fetching import fetch_towns, registered_towns
from flows.reading import read_fetched, reread_town
from flows.rerun import rerun_town
from flows.settings import Settings

HOST = "www.miyun.gov.cn"
YEARS = {2021: "202201/t20220117_261544.html", 2022: "202301/t20230116_267902.html"}
PAGES = SAMPLE_SITE / "miyun/zwgk/zfxxgk/dcz/gknb"
OTHER = SAMPLE_SITE / "yongchun/zwgk/zfxxgkzl/xzzf/sgz/ndbg/202201/t20220121_2688190.htm"
TITLE = "北京市密云区大城子镇人民政府{}年政府信息公开工作年度报告"
HEADER = "division_code,issuer,issuer_kind,year,url,listing_url,cms,hosts,notes\n"
ROW = f"110118112,大城子镇,town,,,http://{HOST}/gknb/,trs,,\n"


@pytest.fixture
def listed(web: Web) -> Web:
    """A listing of two reports and a guide, each page with an ETag."""
    for path in YEARS.values():
        web.page(HOST, f"/gknb/{path}", kept((PAGES / path).read_bytes(), f'"{path}"'))
    guide = "<li><a href='zn.html'>政府信息公开指南</a></li>"
    body = HTML.format(items([(path, TITLE.format(year)) for year, path in YEARS.items()]) + guide)
    web.page(HOST, "/gknb/", kept(body.encode(), '"listing"'))
    return web


@pytest.fixture
def installed(home_folder: Path) -> Path:
    return home_folder.parent


def configured(installed: Path, web: Web, *lines: str) -> Settings:
    (installed / "sources.csv").write_text(HEADER + "".join(lines or (ROW,)), encoding="utf-8")
    return Settings(
        home=installed / "home", sources=installed / "sources.csv", hosts=web.hosts, delay=0.0, backoff=0.0, attempts=1
    )


def test_reports_are_found_from_their_listing_and_loaded(listed: Web, installed: Path) -> None:
    settings = configured(installed, listed)
    (result,) = crawl(settings)
    assert result.failures == ()
    assert rows(settings, "SELECT division_code, year, verdict FROM report ORDER BY year") == [
        ("110118112", 2021, "verified"),
        ("110118112", 2022, "verified"),
    ]
    assert "/gknb/zn.html" not in listed.asked()
    assert rows(settings, "SELECT role, count(*) FROM snapshot GROUP BY role ORDER BY role") == [
        ("listing", 1),
        ("report", 2),
    ]


def test_an_unchanged_night_costs_one_304_an_address_and_changes_nothing(listed: Web, installed: Path) -> None:
    settings = configured(installed, listed)
    everything = "SELECT * FROM report JOIN figure USING (report_id) ORDER BY ALL"
    crawl(settings)
    before, asked = rows(settings, everything), len(listed.asked())
    crawl(settings)
    second = [request for request in listed.requests if request.path != "/robots.txt"][asked:]
    assert len(second) == asked == 3
    assert all("If-None-Match" in request.headers for request in second)
    assert rows(settings, everything) == before


def test_the_archive_alone_gives_the_same_without_a_network(listed: Web, installed: Path) -> None:
    settings = configured(installed, listed)
    (fetched,) = crawl(settings)
    asked = len(listed.requests)
    (town,) = registered_towns(settings)
    assert reread_town(town, archive=Archive(settings.archive)) == replace(fetched, visits=())
    assert len(listed.requests) == asked


def test_a_new_report_on_the_listing_is_found_the_next_night(listed: Web, installed: Path) -> None:
    settings = configured(installed, listed)
    crawl(settings)
    put(listed, HOST, "/gknb/t20240118_1.html", (PAGES / "202401/t20240118_273722.html").read_text(encoding="utf-8"))
    body = items([(path, TITLE.format(year)) for year, path in [*YEARS.items(), (2023, "t20240118_1.html")]])
    put(listed, HOST, "/gknb/", HTML.format(body))
    crawl(settings)
    assert rows(settings, "SELECT year FROM report ORDER BY year") == [(2021,), (2022,), (2023,)]


@pytest.mark.parametrize(
    "link",
    [
        '<a href="/files/P0.doc">附件：年度报告.doc</a>',
        '<iframe src="/files/P0.doc"></iframe>',
        '<iframe src="/pdf/viewer.html?file=/files/P0.doc"></iframe>',
    ],
)
def test_a_report_in_a_document_is_read_and_linked_with_its_page(web: Web, installed: Path, link: str) -> None:
    web.page(HOST, "/files/P0.doc", status(200, (PAGES / YEARS[2021]).read_bytes(), Content_Type="application/msword"))
    page = put(web, HOST, "/gknb/t1.html", HTML.format(f"<h1>{TITLE.format(2021)}</h1><p>见附件。</p>{link}"))
    settings = configured(installed, web, f"110118112,大城子镇,town,2021,{page},,,,\n")
    (result,) = crawl(settings)
    assert result.failures == ()
    assert rows(settings, "SELECT year, verdict, url, page_url FROM report") == [
        (2021, "verified", f"http://{HOST}/files/P0.doc", page)
    ]
    assert rows(settings, "SELECT role FROM snapshot ORDER BY role") == [("file",), ("report",)]
    (town,) = registered_towns(settings)
    assert reread_town(town, archive=Archive(settings.archive)) == replace(result, visits=())


def test_a_document_beside_a_page_with_tables_is_kept_and_not_read_twice(web: Web, installed: Path) -> None:
    whole = (PAGES / YEARS[2021]).read_text(encoding="utf-8")
    web.page(HOST, "/gknb/P0.doc", whole.encode())
    page = put(web, HOST, "/gknb/t1.html", whole.replace("</body>", '<a href="P0.doc">附件下载</a></body>'))
    settings = configured(installed, web, f"110118112,大城子镇,town,2021,{page},,,,\n")
    crawl(settings)
    assert rows(settings, "SELECT url, page_url FROM report") == [(page, None)]
    assert Archive(settings.archive).latest(f"http://{HOST}/gknb/P0.doc") is not None


def test_what_gives_nothing_is_a_failure_with_its_kind(web: Web, installed: Path) -> None:
    spam = "http://www.miyun-gov.spam.example/t1.html"
    lists = put(web, HOST, "/gknb/", HTML.format(items([("t1.html", TITLE.format(2021)), (spam, TITLE.format(2020))])))
    web.page(HOST, "/gknb/t1.html", status(404))
    web.page(HOST, "/app/", b"<html><script src='/app.js'></script><div id='app'></div></html>")
    empty = put(web, HOST, "/empty/", HTML.format("<p>本栏目暂无内容</p>"))
    lines = [f"110118112,大城子镇,town,,,{url},,,\n" for url in (lists, f"http://{HOST}/app/", empty)]
    (result,) = crawl(configured(installed, web, *lines))
    assert {(f.address.partition("://")[2], f.stage, f.outcome) for f in result.failures} == {
        (f"{HOST}/gknb/t1.html", "fetch", "gone"),
        ("www.miyun-gov.spam.example/t1.html", "fetch", "off_list"),
        (f"{HOST}/app/", "find", "needs_script"),
        (f"{HOST}/empty/", "find", "nothing_listed"),
    }


def test_a_page_that_cannot_be_taken_apart_stops_nothing(
    listed: Web, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RecursionError("too deep")

    settings = configured(installed, listed, ROW, f"350525107,石鼓镇,town,2021,http://{HOST}/gknb/{YEARS[2021]},,,,\n")
    monkeypatch.setattr("extract.discovery.search.read_listing", fail)
    (listing, report) = crawl(settings)
    assert [(f.stage, "too deep" in f.reason) for f in listing.failures] == [("find", True)]
    assert len(report.readings) == 1


def test_a_listing_of_two_towns_is_asked_once_for_both(listed: Web, installed: Path) -> None:
    put(listed, HOST, "/gknb/t20220121_2.html", OTHER.read_text(encoding="utf-8"))
    body = items([(YEARS[2021], TITLE.format(2021)), ("t20220121_2.html", "永春县石鼓镇2021年政府信息公开年报")])
    put(listed, HOST, "/gknb/", HTML.format(body))
    settings = configured(installed, listed, ROW, ROW.replace("110118112,大城子镇", "350525107,石鼓镇"))
    archive = Archive(settings.archive)
    fetched = list(fetch_towns(registered_towns(settings), crawler=Crawler(settings.manners), archive=archive))
    assert listed.asked().count("/gknb/") == 1
    assert {town.town.name for town in fetched} == {"大城子镇", "石鼓镇"}
    readings = [reading for town in fetched for reading in read_fetched(town, archive=archive).readings]
    assert {reading.report.metadata.division_code for reading in readings} == {"110118112", "350525107"}


def test_a_rerun_of_one_town_leaves_the_others_of_its_listing_alone(listed: Web, installed: Path) -> None:
    put(listed, HOST, "/gknb/t20220121_2.html", OTHER.read_text(encoding="utf-8"))
    body = items([(YEARS[2021], TITLE.format(2021)), ("t20220121_2.html", "永春县石鼓镇2021年政府信息公开年报")])
    put(listed, HOST, "/gknb/", HTML.format(body))
    settings = configured(installed, listed)
    crawl(settings)
    for refetch in (False, True):
        rerun = rerun_town(settings, "350525107", refetch=refetch)
        assert (rerun.reports, rerun.changes, rerun.failures) == (1, (), ())
        rerun = rerun_town(settings, "110118112", refetch=refetch)
        assert (rerun.reports, rerun.changes, rerun.failures) == (1, (), ())


def test_a_host_outside_the_government_starts_no_run(web: Web, installed: Path) -> None:
    settings = configured(installed, web, ROW.replace(HOST, "www.miyun-gov.spam.example"))
    with pytest.raises(UserError, match="no host of a government"):
        registered_towns(settings)


def test_the_towns_come_as_soon_as_they_are_done(listed: Web, installed: Path) -> None:
    other = "b.gov.cn"
    page = put(listed, other, "/t1.html", (PAGES / YEARS[2022]).read_text(encoding="utf-8"))
    settings = configured(installed, listed, f"350525107,石鼓镇,town,2021,{page},,,,\n", ROW)
    archive = Archive(settings.archive)
    fetched = list(fetch_towns(registered_towns(settings), crawler=Crawler(settings.manners), archive=archive))
    assert sorted(town.town.name for town in fetched) == ["大城子镇", "石鼓镇"]
    assert sum(len(read_fetched(town, archive=archive).readings) for town in fetched) == 3


def test_a_night_over_many_hosts_takes_as_long_as_its_slowest_host_and_not_as_all_in_a_row() -> None:
    took, slowest, in_a_row = many_hosts(100, delay=0.1, slowest=20)
    assert slowest <= took < in_a_row / 2
