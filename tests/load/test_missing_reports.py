"""Who has not published, on reports made of known figures."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from made_reports import DACHENGZI, SANDAOHEZI, frames, made

from load.coverage import Deadline, missing_reports, next_deadline
from load.query import QueryError
from load.warehouse import load_batch
from transform.frames import Reading

COUNTY = "211382"
TODAY = date(2024, 2, 10)


def missing(warehouse: Path, *readings: Reading, **given: Any) -> list[tuple[Any, ...]]:
    """Code, department, year, duty and days late of every line."""
    load_batch(warehouse, frames(*readings))
    rows = missing_reports(warehouse, TODAY, **given).to_pylist()
    names = ("division_code", "issuer", "year", "duty", "days_late")
    return [tuple(row[name] for name in names) for row in rows]


def test_a_town_is_late_after_31_january_and_a_county_after_31_march(warehouse: Path) -> None:
    assert missing(
        warehouse,
        made(year=2022),
        made(year=2022, code=COUNTY, issuer="凌源市人民政府"),
        made(year=2023, code=DACHENGZI),
    ) == [(COUNTY, None, 2023, "government", -50), (SANDAOHEZI, None, 2023, "department", 10)]


def test_years_are_those_from_the_first_report_of_a_body_to_the_last_that_is_over(warehouse: Path) -> None:
    found = missing(warehouse, made(year=2020), made(year=2022), made(year=2022, code=DACHENGZI))
    assert [(code, year) for code, _, year, *_ in found] == [
        (DACHENGZI, 2023),
        (SANDAOHEZI, 2021),
        (SANDAOHEZI, 2023),
    ]


def test_until_2018_one_day_held_for_all(warehouse: Path) -> None:
    assert (SANDAOHEZI, None, 2017, "all", (TODAY - date(2018, 3, 31)).days) in missing(
        warehouse, made("2014", year=2016), made("2014", year=2018)
    )


def test_a_department_is_a_body_of_its_own_and_never_stands_for_its_government(warehouse: Path) -> None:
    department = made(year=2022, code=COUNTY, issuer="凌源市教育局")
    assert missing(warehouse, department, year=2023) == [
        (COUNTY, None, 2023, "government", -50),
        (COUNTY, "凌源市教育局", 2023, "department", 10),
    ]


def test_a_body_of_the_registry_is_asked_for_the_last_year_only(warehouse: Path) -> None:
    registered = [(DACHENGZI, None), (SANDAOHEZI, None), (COUNTY, "凌源市教育局")]
    assert missing(warehouse, made(year=2023), registered=registered) == [
        (DACHENGZI, None, 2023, "department", 10),
        (COUNTY, "凌源市教育局", 2023, "department", 10),
    ]


@pytest.mark.parametrize(
    ("within", "count"), [("凌源市", 1), (COUNTY, 1), ("朝阳市", 2), (DACHENGZI, 1), ("三道河子镇", 1)]
)
def test_a_division_is_taken_with_all_below_it(warehouse: Path, within: str, count: int) -> None:
    assert len(missing(warehouse, made(year=2022), made(year=2022, code=DACHENGZI), within=within)) == count


def test_an_unknown_division_is_no_division_without_gaps(warehouse: Path) -> None:
    with pytest.raises(QueryError, match="no division '没有县'"):
        missing(warehouse, made(), within="没有县")


@pytest.mark.parametrize(
    ("today", "coming"),
    [
        (date(2027, 1, 1), Deadline(date(2027, 1, 31), "department", 2026)),
        (date(2027, 1, 31), Deadline(date(2027, 1, 31), "department", 2026)),
        (date(2027, 2, 1), Deadline(date(2027, 3, 31), "government", 2026)),
        (date(2027, 4, 1), Deadline(date(2028, 1, 31), "department", 2027)),
    ],
)
def test_the_next_deadline(today: date, coming: Deadline) -> None:
    assert next_deadline(today) == coming
