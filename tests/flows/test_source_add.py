"""``nianbao sources add`` against the sample site and the misbehaving web."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from web.listings import gkmlpt, put
from web.server import Web, serving, status

from flows.errors import ExitCode, UserError
from flows.settings import Settings
from flows.site import served_folder
from flows.source_add import add_source
from flows.sources import SourceRow, read_registry

SAMPLE_SITE = Path(__file__).parents[2] / "data" / "sample_site"
HOST = "www.lingyuan.gov.cn"
Output = pytest.CaptureFixture[str]


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with served_folder(SAMPLE_SITE) as base:
        yield base


def add(folder: Path, url: str, hosts: dict[str, str] | None = None, **options: object) -> ExitCode:
    settings = Settings(
        home=folder, sources=folder / "towns.csv", hosts=hosts or {}, private_hosts={"127.0.0.1"}, delay=0.0
    )
    given = {"issuer": None, "code": None, "official": False, **options}
    return add_source(settings, url, **given)  # type: ignore[arg-type]


def rows(folder: Path) -> list[SourceRow]:
    found, problems = read_registry(folder / "towns.csv")
    assert problems == []
    return found


def test_a_report_is_added_with_all_that_its_page_says(site: str, tmp_path: Path, capsys: Output) -> None:
    url = f"{site}jianshui/info/2961/171731.htm"
    assert add(tmp_path, url) is ExitCode.OK
    (row,) = rows(tmp_path)
    assert row == SourceRow("建水县青龙镇人民政府", "town", 2019, url, "532524104", cms="vsb")
    printed = capsys.readouterr().out
    assert "title: 建水县青龙镇人民政府2019年政府信息公开工作年度报告\n" in printed
    assert "not found" not in printed


def test_a_listing_is_told_from_a_report(site: str, tmp_path: Path, capsys: Output) -> None:
    url = f"{site}lintao/col/col6924/index.html"
    assert add(tmp_path, url) is ExitCode.OK
    (row,) = rows(tmp_path)
    assert (row.issuer, row.url, row.listing_url) == ("临洮县漫洼乡人民政府", None, url)
    assert (row.division_code, row.cms) == ("621124204", "hanweb")
    assert "a listing" in capsys.readouterr().out


def test_what_cannot_be_found_is_said(site: str, tmp_path: Path, capsys: Output) -> None:
    assert add(tmp_path, f"{site}lingyuan/sandaohezi/2020.txt") is ExitCode.OK
    assert "not found: title, cms\n" in capsys.readouterr().out


def test_a_shell_that_names_its_data_is_a_listing(web: Web, tmp_path: Path, capsys: Output) -> None:
    url = gkmlpt(web, HOST, ["三道河子镇2020年政府信息公开工作年度报告"])
    assert add(tmp_path, url, web.hosts) is ExitCode.SOME_FAILED
    assert "no issuer was found; name it with --issuer" in capsys.readouterr().err
    assert add(tmp_path, url, web.hosts, issuer="三道河子镇人民政府", code="211382117") is ExitCode.OK
    (row,) = rows(tmp_path)
    assert (row.listing_url, row.issuer, row.division_code, row.cms) == (
        *(url, "三道河子镇人民政府", "211382117"),
        "gkmlpt",
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html><script src='/a.js'></script><div id='app'></div></html>", "needs_script"),
        (b"<html><script>document.cookie='__jsl_clearance=1'</script></html>", "blocked"),
        ("<html><body><p>关于本站</p></body></html>".encode(), "nothing_listed"),
    ],
)
def test_a_page_that_shows_nothing_is_not_added(
    web: Web, tmp_path: Path, capsys: Output, body: bytes, reason: str
) -> None:
    assert add(tmp_path, web.page(HOST, "/nb/", body), web.hosts) is ExitCode.SOME_FAILED
    assert f"({reason})" in capsys.readouterr().err
    assert not (tmp_path / "towns.csv").exists()


def test_a_page_that_is_gone_is_not_added(web: Web, tmp_path: Path, capsys: Output) -> None:
    assert add(tmp_path, web.page(HOST, "/nb/", status(404)), web.hosts) is ExitCode.SOME_FAILED
    assert "(gone)" in capsys.readouterr().err


def test_a_mirror_is_refused_unasked_unless_somebody_vouches_for_it(web: Web, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="mirrors must not enter"):
        add(tmp_path, "http://www.lingyuan-gov.spam.example/nb/t1.html")
    assert web.requests == []


def test_an_address_is_added_once(site: str, tmp_path: Path) -> None:
    url = f"{site}lintao/col/col6924/index.html"
    add(tmp_path, url)
    with pytest.raises(UserError, match=r"already stands in .* on line 2"):
        add(tmp_path, url)


def test_a_registry_of_few_columns_keeps_them(web: Web, tmp_path: Path) -> None:
    (tmp_path / "towns.csv").write_text("issuer,issuer_kind,year,url,division_code", encoding="utf-8")
    title = "凌源市三道河子镇人民政府2020年政府信息公开工作年度报告"
    url = put(
        web, HOST, "/nb/t20210101_1.html", f"<html><title>{title}</title><h1>{title}</h1><p>一、总体情况</p></html>"
    )
    assert add(tmp_path, url, web.hosts) is ExitCode.OK
    assert [(row.url, row.year, row.cms) for row in rows(tmp_path)] == [(url, 2020, None)]
