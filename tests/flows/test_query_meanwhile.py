"""Questions to the published database while nights go on: none fails, and each sees one whole night."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from conftest import run_nianbao
from nursery import Nursery
from test_kill import SEED, installation
from web.server import Page, Web, send

from load.query import run_query

PAGES = 8
NIGHTS = 3
FIGURE = "disclosure.licensing.previous_items"
QUESTION = (
    "SELECT count(*), min(value)::INTEGER, max(value)::INTEGER, (SELECT count(*) FROM report), "  # noqa: S608
    f"(SELECT count(*) FROM snapshot) FROM figure WHERE figure = '{FIGURE}'"
)


def slow(body: bytes) -> Page:
    """A page that takes its time, so that a night lasts a while."""

    def answer(handler: BaseHTTPRequestHandler, _: int) -> None:
        time.sleep(0.1)
        send(handler, 200, body)

    return answer


def settle(web: Web, version: int) -> list[str]:
    """Every page prints the number of the night."""
    urls = []
    for page in range(PAGES):
        data = SEED.replace("2020年", f"{2014 + page}年").replace("行政許可 | 0 |", f"行政許可 | {version} |", 1)
        urls.append(web.page(f"h{page % 2}.example", f"/{page}.html", slow(f"{data}\n<!-- {page} -->".encode())))
    return urls


def test_questions_during_a_night_see_the_last_one_or_this_one_whole(
    web: Web, tmp_path: Path, prepared: Path, nights: Nursery
) -> None:
    settings = installation(tmp_path / "home", web, settle(web, 1), prepared)
    for version in range(1, NIGHTS + 1):
        settle(web, version)
        allowed = [(PAGES, seen, seen, PAGES, PAGES * seen) for seen in (version - 1, version) if seen]
        nights.begin(settings)
        answers = []
        while nights.is_busy():
            if settings.published.exists():
                answers.append(run_query(settings.published, QUESTION)[1][0])
                asked = run_nianbao(tmp_path, "query", QUESTION, "--db", str(settings.published), "--format", "csv")
                assert asked.returncode == 0, asked.stderr
                answers.append(tuple(map(int, asked.stdout.splitlines()[1].split(","))))
        assert nights.end() == 0
        assert set(answers) <= set(allowed)
        assert version == 1 or answers
        assert run_query(settings.published, QUESTION)[1] == [allowed[-1]]
