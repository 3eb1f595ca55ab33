"""Frames: one batch for many reports, exact types, stable keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import get_args

import pandas as pd
import pyarrow as pa
import pytest

from transform import model
from transform.frames import FramesError, Reading, Source, to_frames
from transform.metadata.address import source_address, web_address
from transform.model import Figure, Finding, Metadata, Report, Section
from transform.tables import load_dictionary
from transform.version import forms_fingerprint, parser_version

URL = "http://www.lingyuan.gov.cn/xxgk/2021/nb_1.html"
TOWN = Metadata("三道河子镇2020年政府信息公开工作年度报告", "三道河子镇", 2020, "2021-01-29", "211382117")
REPORTED = Figure("requests.received.total", 3, "件", "reported", "３", "table 2, row 4, column 10")
BLANK = Figure("requests.granted.total", None, "件", "blank", "", "table 2, row 6, column 10")
DOUBT = Finding(
    "requests.column_balance", "error", ("requests.received.total", "requests.handled.total"), "3 is not 2", "source"
)


def reading(
    metadata: Metadata = TOWN,
    url: str | None = URL,
    sha: str = "aa",
    figures: tuple[Figure, ...] = (REPORTED, BLANK),
    findings: tuple[Finding, ...] = (DOUBT,),
    fetched_at: datetime | None = None,
    path: str | None = None,
) -> Reading:
    sections = (
        Section("overview", "一、总体情况", "全年无申请。"),
        Section("problems", "五、存在的问题", "人手不足。"),
    )
    report = Report(metadata, "2019", "flagged", "html", figures, findings, sections)
    return Reading(report, Source(url, sha, fetched_at, path))


def test_frames_have_the_columns_and_types_of_the_dictionary() -> None:
    frames = to_frames([reading()])
    for name, table in load_dictionary().tables.items():
        if (frame := getattr(frames, name, None)) is not None:
            assert list(frame.columns) == [c.name for c in table.columns]
            assert list(frame.dtypes) == [pd.ArrowDtype(c.arrow_type) for c in table.columns]


def test_empty_batch_keeps_the_types() -> None:
    full, empty = to_frames([reading()]), to_frames([])
    for name in ("report", "figure", "finding", "section"):
        assert len(getattr(empty, name)) == 0
        assert getattr(empty, name).dtypes.equals(getattr(full, name).dtypes)


def test_report_row_says_what_the_metadata_and_the_source_say() -> None:
    beijing = timezone(timedelta(hours=8))
    frames = to_frames([reading(fetched_at=datetime(2026, 3, 1, 2, 30, tzinfo=beijing))])
    row = frames.report.to_dict("records")[0]
    assert (row["division_code"], row["year"], row["form"], row["verdict"]) == ("211382117", 2020, "2019", "flagged")
    assert row["published_on"] == date(2021, 1, 29)
    assert row["fetched_at"] == datetime(2026, 2, 28, 18, 30)
    assert row["parser_version"] == parser_version()
    assert row["url"] == URL


def test_blank_cell_is_not_zero() -> None:
    figure = to_frames([reading()]).figure.set_index("figure")
    assert pd.isna(figure.loc["requests.granted.total", "value"])
    assert figure.loc["requests.granted.total", "raw"] == ""
    assert figure.loc["requests.received.total", "value"] == 3.0


def test_place_of_a_figure_is_table_row_and_column() -> None:
    staff = Figure("statistics.staff", 2, "人", "reported", "2", None)
    figure = to_frames([reading(figures=(REPORTED, staff))]).figure.set_index("figure")
    assert list(figure.loc["requests.received.total", ["table_name", "row_name", "column_name"]]) == [
        "requests",
        "received",
        "total",
    ]
    assert list(figure.loc["statistics.staff", ["table_name", "row_name"]]) == ["statistics", "staff"]
    assert pd.isna(figure.loc["statistics.staff", "column_name"])


def test_findings_and_sections_keep_their_order() -> None:
    second = replace(DOUBT, rule="requests.row_sum", suggested=(("requests.handled.total", 3),))
    frames = to_frames([reading(findings=(DOUBT, second))])
    assert list(zip(frames.finding["position"], frames.finding["rule"], strict=True)) == [
        (1, "requests.column_balance"),
        (2, "requests.row_sum"),
    ]
    assert list(frames.finding["figures"][0]) == ["requests.received.total", "requests.handled.total"]
    assert [list(s) for s in frames.finding["suggested"]] == [[], [{"figure": "requests.handled.total", "value": 3.0}]]
    assert list(frames.section["section"]) == ["overview", "problems"]


def test_same_report_with_changed_bytes_keeps_its_id() -> None:
    assert reading(sha="aa").report_id == reading(sha="bb", url=URL.replace("http://www.", "https://")).report_id


def test_report_id_begins_with_division_and_year() -> None:
    assert reading().report_id.startswith("211382117-2020-")
    unknown = reading(metadata=Metadata()).report_id
    assert unknown.startswith("x")
    assert unknown[9:15] == "-0000-"


def test_two_departments_of_one_county_and_year_have_two_ids() -> None:
    ids = {
        reading(
            metadata=Metadata(None, issuer, 2020, None, "211382"), url=f"http://www.lingyuan.gov.cn/{page}.html"
        ).report_id
        for issuer, page in (("凌源市教育局", 1), ("凌源市财政局", 2))
    }
    assert len(ids) == 2


def test_two_years_of_one_issuer_have_two_ids() -> None:
    assert reading().report_id != reading(metadata=replace(TOWN, year=2021)).report_id


def test_files_of_one_name_and_different_issuers_have_two_ids() -> None:
    one = reading(url=None, path="index.html")
    other = reading(url=None, path="index.html", metadata=replace(TOWN, issuer="大城子镇", division_code="211382117"))
    assert one.report_id != other.report_id


def test_later_fetch_of_the_same_report_stays_and_the_earlier_is_named() -> None:
    earlier = reading(sha="aa", fetched_at=datetime(2026, 1, 1, tzinfo=UTC))
    later = reading(sha="bb", url=URL.replace("http:", "https:"), fetched_at=datetime(2026, 2, 1, tzinfo=UTC))
    frames = to_frames([later, earlier])
    assert list(frames.report["snapshot_sha256"]) == ["bb"]
    assert len(frames.figure) == 2
    assert frames.superseded == (earlier.source,)


def test_page_whose_issuer_was_corrected_replaces_itself() -> None:
    earlier = reading(
        metadata=replace(TOWN, issuer=None, division_code=None), fetched_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    later = reading(sha="bb", fetched_at=datetime(2026, 2, 1, tzinfo=UTC))
    assert list(to_frames([earlier, later]).report["issuer"]) == ["三道河子镇"]


def test_page_that_shows_another_year_under_one_address_gives_two_reports() -> None:
    frames = to_frames([reading(), reading(sha="bb", metadata=replace(TOWN, year=2021))])
    assert list(frames.report["year"]) == [2020, 2021]


def test_order_of_the_readings_does_not_change_the_frames() -> None:
    readings = [reading(metadata=replace(TOWN, year=year)) for year in (2019, 2020, 2021)]
    readings = [replace(r, source=replace(r.source, snapshot_sha256=str(i))) for i, r in enumerate(readings)]
    forward, backward = to_frames(readings), to_frames(readings[::-1])
    for name in ("report", "figure", "finding", "section"):
        assert getattr(forward, name).equals(getattr(backward, name))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"figures": (BLANK._replace(value=0),)}, "only then"),
        ({"figures": (REPORTED._replace(status="guessed"),)}, "guessed"),
        ({"figures": (REPORTED, REPORTED)}, "requests.received.total"),
        ({"figures": (REPORTED._replace(figure="received"),)}, "no figure id: 'received'"),
        ({"metadata": replace(TOWN, published_on="29 January")}, "published_on is no date: '29 January'"),
        ({"findings": (replace(DOUBT, severity="fatal"),)}, "fatal"),
    ],
)
def test_report_that_does_not_fit_is_refused_in_one_line(change: dict[str, object], message: str) -> None:
    with pytest.raises(FramesError) as refused:
        to_frames([reading(**change)])  # type: ignore[arg-type]
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_time_without_a_zone_is_refused() -> None:
    with pytest.raises(FramesError, match="no time zone"):
        Source(URL, "aa", datetime(2026, 1, 1))


def test_lone_surrogate_in_a_cell_is_replaced_and_not_fatal() -> None:
    figure = to_frames([reading(figures=(REPORTED._replace(raw="3\ud800"),))]).figure
    assert list(figure["raw"]) == ["3\ufffd"]


def test_very_long_number_is_kept() -> None:
    figure = to_frames([reading(figures=(REPORTED._replace(value=20210129123456789),))]).figure
    assert list(figure["value"]) == [2.0210129123456789e16]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://www.x.gov.cn/a.html", "https://x.gov.cn:443/a.html#top"),
        ("http://x.gov.cn/a.jsp?id=1&t=2", "http://x.gov.cn/a.jsp;jsessionid=9F?t=2&id=1&spm=7"),
        ("http://x.gov.cn/公开.html", "http://x.gov.cn/%E5%85%AC%E5%BC%80.html"),
        ("http://x.gov.cn", "http://x.gov.cn/"),
    ],
)
def test_addresses_of_one_page_are_equal(one: str, other: str) -> None:
    assert web_address(one) == web_address(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://x.gov.cn/a.html", "http://y.gov.cn/a.html"),
        ("http://x.gov.cn/a.jsp?id=1", "http://x.gov.cn/a.jsp?id=2"),
        ("http://x.gov.cn/#/report/1", "http://x.gov.cn/#/report/2"),
    ],
)
def test_addresses_of_two_pages_differ(one: str, other: str) -> None:
    assert web_address(one) != web_address(other)


def test_malformed_url_is_its_own_address() -> None:
    assert web_address("http://[broken/") == "http://[broken/"


def test_file_address_is_its_normalised_path_and_standard_input_its_hash() -> None:
    assert source_address(None, "./reports//a.html", "aa") == source_address(None, "reports/a.html", "bb")
    assert source_address(None, "-", "aa") != source_address(None, "-", "bb")


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [
        ("report", "verdict", model.Verdict),
        ("figure", "status", model.Status),
        ("finding", "severity", model.Severity),
        ("finding", "cause", model.Cause),
        ("section", "section", model.SectionId),
    ],
)
def test_dictionary_allows_exactly_the_values_of_the_model(table: str, column: str, kind: object) -> None:
    allowed = next(c.values for c in load_dictionary().tables[table].columns if c.name == column)
    assert allowed == get_args(kind)


def test_parser_version_ends_with_the_hash_of_the_forms() -> None:
    assert parser_version().endswith(f"+forms.{forms_fingerprint()}")


def test_arrow_types_of_the_dictionary_are_explicit() -> None:
    schema = load_dictionary().tables["report"].arrow_schema
    assert schema.field("year").type == pa.int32()
    assert schema.field("published_on").type == pa.date32()
    assert schema.field("fetched_at").type == pa.timestamp("us")
