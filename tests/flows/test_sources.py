from __future__ import annotations

from pathlib import Path

import pytest

from flows.errors import UserError
from flows.sources import group_towns, parse_registry, read_registry

HEADER = "issuer,issuer_kind,year,url,division_code\n"
ROW = "三道河子镇,town,2020,http://lingyuan.example/2020.html,211382117\n"


def test_addresses_of_one_division_are_one_town() -> None:
    rows, problems = parse_registry(HEADER + ROW + ROW.replace("2020", "2021"))
    assert problems == []
    (town,) = group_towns(rows)
    assert (town.key, town.name, [row.year for row in town.rows]) == ("211382117", "三道河子镇", [2020, 2021])


def test_issuers_without_a_code_are_kept_apart_by_host() -> None:
    text = "教育局,department,,http://a.example/1,\n教育局,department,,http://b.example/1,\n"
    rows, problems = parse_registry(HEADER + text)
    assert problems == []
    assert [town.key for town in group_towns(rows)] == ["教育局@a.example", "教育局@b.example"]
    assert rows[0].year is None


def test_paths_are_joined_to_the_base_address() -> None:
    text = "issuer,issuer_kind,year,path,division_code\n三道河子镇,town,2020,/a/2020.txt,211382117\n"
    rows, _ = parse_registry(text, "http://127.0.0.1:8000/")
    assert rows[0].url == "http://127.0.0.1:8000/a/2020.txt"
    _, problems = parse_registry(text)
    assert "--base-url" in problems[0]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("镇,town,20,http://a.example/,1101", "year"),
        ("镇,town,2020,ftp://a.example/,1101", "address"),
        ("镇,town,2020,http://a.example/,12345", "division code"),
        ("镇,town,2020,http://a.example/", "number of fields"),
        ("镇,town,2020,http://a.example/,1101,more", "number of fields"),
        (",town,2020,http://a.example/,1101", "issuer"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_read(row: str, problem: str) -> None:
    rows, problems = parse_registry(HEADER + row + "\n" + ROW)
    assert [r.division_code for r in rows] == ["211382117"]
    assert len(problems) == 1
    assert problems[0].startswith("line 2: ")
    assert problem in problems[0]


def test_an_address_listed_twice_is_a_problem() -> None:
    _, problems = parse_registry(HEADER + ROW + ROW)
    assert problems == ["line 3: http://lingyuan.example/2020.html already stands on line 2"]


def test_a_missing_column_is_named() -> None:
    assert parse_registry("issuer,url\n") == ([], ["line 1: missing column(s) division_code, issuer_kind, year"])


def test_the_shipped_registry_has_no_problem() -> None:
    assert read_registry(None)[1] == []


def test_a_registry_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_registry(tmp_path / "none.csv")
    (tmp_path / "gbk.csv").write_bytes("三道河子镇".encode("gbk"))
    with pytest.raises(UserError, match="cannot be read"):
        read_registry(tmp_path / "gbk.csv")
