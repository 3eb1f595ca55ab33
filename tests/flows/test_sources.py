from __future__ import annotations

from pathlib import Path

import pytest

from flows.errors import UserError
from flows.source_checks import doubts
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
        ("镇,town,2007,http://a.example/,1101", "year"),
        ("镇,town,2020,,1101", "neither"),
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


def test_a_missing_or_misspelt_column_is_named() -> None:
    assert parse_registry("issuer,url\n") == ([], ["line 1: missing column(s) division_code, issuer_kind, year"])
    assert parse_registry(HEADER.replace("url", "adress")) == ([], ["line 1: missing column(s) url or listing_url"])
    assert parse_registry(HEADER.replace("\n", ",host\n")) == ([], ["line 1: unknown column(s) host"])


FULL = "division_code,issuer,issuer_kind,year,url,listing_url,cms,hosts,notes\n"


def test_a_line_may_have_a_listing_with_or_without_a_report() -> None:
    rows, problems = parse_registry(
        FULL
        + "211382117,三道河子镇,town,2020,http://a.gov.cn/nb/t1.html,http://a.gov.cn/nb/,trs,,\n"
        + "211382117,三道河子镇,town,,,http://a.gov.cn/nb/,trs,files.a.example,seen once\n"
    )
    assert problems == []
    (town,) = group_towns(rows)
    assert (town.addresses, town.listings) == (("http://a.gov.cn/nb/t1.html",), ("http://a.gov.cn/nb/",))
    assert town.hosts == {"a.gov.cn", "www.a.gov.cn", "files.a.example", "www.files.a.example"}
    assert rows[1].notes == "seen once"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("1101,局,department,,,/nb/,,,", "--base-url"),
        ("1101,局,department,,,http://a.gov.cn/nb/,wordpress,,", "content system"),
        ("1101,局,department,,,http://a.gov.cn/nb/,,http://b.gov.cn,", "no name of a host"),
    ],
)
def test_a_bad_line_of_a_listing_is_named(row: str, problem: str) -> None:
    _, (found,) = parse_registry(FULL + row + "\n")
    assert problem in found


def test_a_listing_of_one_issuer_stands_there_once() -> None:
    row = "1101,局,department,,,http://a.gov.cn/nb/,,,\n"
    assert parse_registry(FULL + row + row)[1] == ["line 3: http://a.gov.cn/nb/ already stands on line 2"]
    assert parse_registry(FULL + row + row.replace("局", "委"))[1] == []


@pytest.mark.parametrize(
    ("row", "message", "wrong"),
    [
        ("211382117,三道河子镇,town,2020,http://www.a-gov.spam.example/t1.html,,,,", "no host of a government", True),
        ("211382999,三道河子镇,town,2020,http://a.gov.cn/t1.html,,,,", "not in the gazetteer", True),
        ("110101,凌源市三道河子镇,town,2020,http://a.gov.cn/t1.html,,,,", "the division code says", False),
        ("211382117,三道河子镇,town,2020,http://a.gov.cn/t20200101_1.html,,vsb,,", "the shape of trs", False),
        ("211382117,三道河子镇,town,2020,http://a.gov.cn/t1_wap.html,,,,", "a copy", False),
    ],
)
def test_what_does_not_fit_is_a_doubt(row: str, message: str, wrong: bool) -> None:
    (doubt,) = doubts(parse_registry(FULL + row + "\n")[0])
    assert (message in doubt.message, doubt.wrong, doubt.row.line) == (True, wrong, 2)


def test_a_host_outside_the_government_is_allowed_where_the_line_or_the_operator_names_it() -> None:
    row = "211382117,三道河子镇,town,2020,http://a.example/t1.html,,,{},\n"
    assert doubts(parse_registry(FULL + row.format("a.example"))[0]) == []
    assert doubts(parse_registry(FULL + row.format(""))[0], {"a.example"}) == []


def test_the_shipped_registry_has_no_problem_and_covers_every_province() -> None:
    rows, problems = read_registry(None)
    assert problems == []
    assert doubts(rows) == []
    assert len({row.division_code[:2] for row in rows if row.division_code}) == 31
    assert sum(bool(row.listing_url) for row in rows) > 250


def test_a_registry_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_registry(tmp_path / "none.csv")
    (tmp_path / "gbk.csv").write_bytes("三道河子镇".encode("gbk"))
    with pytest.raises(UserError, match="cannot be read"):
        read_registry(tmp_path / "gbk.csv")
