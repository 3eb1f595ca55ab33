"""``nianbao history`` over nights in which a page changes, by real HTTP."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from conftest import SAMPLE_SITE
from web.server import Web, kept, status

from extract.archive import Archive
from flows.cli import run
from flows.night import run_night
from flows.settings import Settings
from load.query import run_query

HOST = "lintao.example"
PAGE = "/art/2022/1/21/art_6924_1509973.html"
URL = f"http://{HOST}{PAGE}"
TEXT = (SAMPLE_SITE / f"lintao{PAGE}").read_text(encoding="utf-8")
CHANGED = TEXT.replace(">7</p>", ">8</p>")
DRESSED = CHANGED.replace("</body>", "<!-- a new footer --></body>")
FIGURE = "disclosure.normative_documents.in_force"


@pytest.fixture
def home(tmp_path: Path, web: Web, home_folder: Path) -> Settings:
    put(web, TEXT)
    sources = tmp_path / "sources.csv"
    header = "issuer,issuer_kind,year,url,division_code"
    sources.write_text(f"{header}\n临洮县漫洼乡人民政府,town,2021,{URL},621124204\n", encoding="utf-8")
    return Settings(
        home=home_folder, sources=sources, hosts=web.hosts, delay=0.0, backoff=0.0, attempts=1, read_timeout=5
    )


def put(web: Web, text: str, path: str = PAGE, **headers: str) -> None:
    web.page(HOST, path, status(200, text.encode(), **{"Content_Type": "text/html", **headers}))


def history(home: Settings, capsys: pytest.CaptureFixture[str], name: str = URL) -> list[tuple[int, str, str | None]]:
    """Version, change and figure (with its values) of every line."""
    capsys.readouterr()
    assert run(["history", name, "--home", str(home.home), "--format", "json"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [
        (row["version"], row["change"], row["figure"] and f"{row['figure']}: {row['before']} → {row['after']}")
        for row in found
    ]


def test_each_figure_that_a_night_changed_is_a_line(
    home: Settings, web: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    run_night(home)
    put(web, CHANGED)
    run_night(home)
    put(web, DRESSED)
    run_night(home)
    assert history(home, capsys) == [
        (1, "appeared", None),
        (2, "changed", None),
        (2, "changed", f"{FIGURE}: 7 → 8"),
        (3, "unchanged", None),
    ]
    ((report_id,),) = run_query(home.published, "SELECT report_id FROM report")[1]
    assert history(home, capsys, report_id) == history(home, capsys)


def test_a_page_that_returns_to_what_it_was_has_three_versions(
    home: Settings, web: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    for text in (TEXT, CHANGED, TEXT):
        put(web, text)
        run_night(home)
    assert [line for line in history(home, capsys) if line[2]] == [
        (2, "changed", f"{FIGURE}: 7 → 8"),
        (3, "changed", f"{FIGURE}: 8 → 7"),
    ]


def test_a_night_without_a_change_adds_no_version(home: Settings, web: Web, capsys: pytest.CaptureFixture[str]) -> None:
    web.page(HOST, PAGE, kept(TEXT.encode(), '"1"'))
    run_night(home)
    run_night(home)
    web.page(HOST, PAGE, status(404, "<p>页面不存在</p>".encode()))
    run_night(home)
    assert history(home, capsys) == [(1, "appeared", None)]


def test_a_page_that_takes_up_another_year_no_longer_has_the_report(
    home: Settings, web: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    run_night(home)
    first = run_query(home.published, "SELECT report_id FROM report WHERE year = 2021")[1][0][0]
    put(web, TEXT.replace("2021", "2022"))
    run_night(home)
    assert history(home, capsys, first) == [(1, "appeared", None), (2, "vanished", None)]
    assert run(["history", URL, "--home", str(home.home)]) == 2
    assert first in capsys.readouterr().err


def test_a_report_that_moved_into_a_document_keeps_its_history(
    home: Settings, web: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    run_night(home)
    put(web, CHANGED, "/files/P0.doc", Content_Type="application/msword")
    title = "临洮县漫洼乡人民政府2021年政府信息公开工作年度报告"
    put(web, f"<html><body><h1>{title}</h1><p>见附件。</p><a href='/files/P0.doc'>附件：年度报告.doc</a></body></html>")
    run_night(home)
    document = f"http://{HOST}/files/P0.doc"
    assert history(home, capsys, document) == [
        (1, "appeared", None),
        (2, "changed", None),
        (2, "changed", f"{FIGURE}: 7 → 8"),
    ]


def test_a_version_whose_bytes_are_damaged_is_named_and_the_others_are_printed(
    home: Settings, web: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    for text in (TEXT, CHANGED, DRESSED):
        put(web, text)
        run_night(home)
    with closing(Archive(home.archive)) as archive:
        damaged = archive.versions(URL)[1]
    with (home.archive / str(damaged.file)).open("r+b") as file:
        file.seek(int(damaged.offset or 0) + 200)
        file.write(b"\0" * 50)
    capsys.readouterr()
    assert run(["history", URL, "--home", str(home.home), "--format", "csv"]) == 1
    captured = capsys.readouterr()
    lines = [line.split(",") for line in captured.out.splitlines()[1:]]
    assert [(line[0], line[2], line[3]) for line in lines] == [
        ("1", "appeared", ""),
        ("2", "unreadable", ""),
        ("3", "changed", ""),
        ("3", "changed", FIGURE),
    ]
    assert captured.err.startswith(f"nianbao: {URL} as of {damaged.fetched_at}: the archived bytes {damaged.sha256} ")


@pytest.mark.parametrize("name", ["nothing", "http://nowhere.example/1.html"])
def test_an_unknown_report_is_one_line_that_says_what_to_give(
    home: Settings, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    run_night(home)
    assert run(["history", name, "--home", str(home.home)]) == 2
    assert capsys.readouterr().err.endswith(f"has no report {name!r}; give a report_id or an address of table report\n")
