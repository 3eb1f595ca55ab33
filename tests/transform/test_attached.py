from __future__ import annotations

from transform.attached import best_readings, with_page
from transform.frames import Reading, Source
from transform.model import Metadata, Report, Verdict

PAGE = Metadata("三道河子镇2020年政府信息公开工作年度报告", "三道河子镇", 2020, "2021-01-29", "211382117")


def report(metadata: Metadata, form: str | None = "2019", verdict: Verdict = "verified") -> Report:
    return Report(metadata, form, verdict, "pdf", (), (), ())


def reading(name: str, metadata: Metadata, form: str | None = "2019", verdict: Verdict = "verified") -> Reading:
    return Reading(report(metadata, form, verdict), Source(f"http://a.gov.cn/{name}", "0" * 64))


def test_a_document_takes_from_its_page_what_it_does_not_say_itself() -> None:
    whole = with_page(report(Metadata(issuer="三道河子镇人民政府")), report(PAGE, None, "empty"))
    assert whole.metadata == Metadata(PAGE.title, "三道河子镇人民政府", 2020, "2021-01-29", None)
    assert with_page(report(Metadata()), report(PAGE, None, "empty")).metadata == PAGE
    assert whole.findings == ()


def test_a_document_of_another_year_than_its_page_is_followed_with_a_finding() -> None:
    whole = with_page(report(Metadata(year=2019)), report(PAGE, None, "empty"))
    assert whole.metadata.year == 2019
    (finding,) = whole.findings
    assert (finding.rule, finding.severity, finding.cause) == ("metadata.year", "warning", "source")


def test_a_document_without_its_page_stays_as_it_is() -> None:
    alone = report(Metadata(year=2019))
    assert with_page(alone, None) is alone


def test_of_the_same_report_in_two_formats_the_better_reading_stays() -> None:
    found = best_readings(
        [reading("1.pdf", Metadata(), verdict="flagged"), reading("1.docx", Metadata()), reading("1.doc", Metadata())],
        report(PAGE, None, "empty"),
    )
    assert [r.source.url for r in found] == ["http://a.gov.cn/1.docx"]


def test_documents_of_several_organs_or_years_all_stay_and_those_without_a_table_do_not() -> None:
    found = best_readings(
        [
            reading("1.pdf", Metadata(issuer="甲镇", year=2020)),
            reading("2.pdf", Metadata(issuer="乙镇", year=2020)),
            reading("3.pdf", Metadata(issuer="甲镇", year=2019)),
            reading("4.pdf", Metadata(issuer="丙镇"), None, "empty"),
        ],
        None,
    )
    assert [r.report.metadata.issuer for r in found] == ["甲镇", "乙镇", "甲镇"]
