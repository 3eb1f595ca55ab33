"""``nianbao coverage`` on the command line, over a night by real HTTP."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from conftest import LOCAL_ENVIRONMENT, registry_text
from test_pipeline import crawl

from flows.cli import run
from flows.settings import Settings


@pytest.fixture
def crawled(settings: Settings, site: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A night over four reports of three towns, and a registry that names a fourth town besides."""
    monkeypatch.setenv("NIANBAO_PRIVATE_HOSTS", LOCAL_ENVIRONMENT["NIANBAO_PRIVATE_HOSTS"])
    crawl(settings)
    Path(str(settings.sources)).write_text(
        registry_text(site[1], f"密云区大城子镇,town,,{site[1]}nothing.html,110118112"), encoding="utf-8"
    )
    return settings


def asked(settings: Settings, *arguments: str) -> int:
    db, sources = str(settings.published), str(settings.sources)
    return run(["coverage", "--db", db, "--sources", sources, "--today", "2022-02-03", *arguments])


def test_who_has_not_published_is_listed_by_county_and_year(
    crawled: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(crawled, "--format", "csv") == 1
    captured = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(captured.out)))
    assert [(row["county"], row["year"], row["division"], row["days_late"]) for row in rows] == [
        ("密云区", "2021", "大城子镇", "3"),
        ("凌源市", "2021", "三道河子镇", "3"),
        *(("嵊州市", str(year), "甘霖镇", rows[i + 2]["days_late"]) for i, year in enumerate(range(2017, 2022))),
        ("临洮县", "2020", "漫洼乡", "368"),
    ]
    assert captured.err == (
        "nianbao: 8 reports are missing, 8 of them after their deadline; the next deadline is 2022-03-31, "
        "for governments of counties and above on 2021\n"
    )


def test_the_formats_are_those_of_query(
    crawled: Settings, capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    answers: dict[str, Any] = {}
    for layout in ("json", "parquet", "table"):
        assert asked(crawled, "--year", "2021", "--format", layout) == 1
        answers[layout] = capfdbinary.readouterr().out
    (tmp_path / "rows.parquet").write_bytes(answers["parquet"])
    rows = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    assert [json.loads(line) for line in answers["json"].splitlines()] == [
        {**row, "deadline": row["deadline"].isoformat()} for row in rows
    ]
    assert len(rows) == 3
    assert answers["table"].decode().count("2022-01-31") == 3


def test_nobody_is_late_where_all_have_published(crawled: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(crawled, "--county", "临洮县", "--year", "2021") == 0
    assert asked(crawled, "--county", "没有县") == 2
    assert "no division '没有县'" in capsys.readouterr().err
    assert run(["coverage", "--db", str(crawled.home / "none.duckdb")]) == 3
