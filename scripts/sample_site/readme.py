"""The README of the sample site, its table made from the same truth as the pages."""

from __future__ import annotations

from collections.abc import Sequence
from string import Template

from sample_site.truth import HERE, Report


def _row(path: str, issuer: str, year: int, form: str, verdict: str, shows: str) -> str:
    return f"| `{path}` | {issuer} | {year} | {form} | {verdict} | {shows} |"


def readme(seed: tuple[str, str, int], reports: Sequence[Report]) -> bytes:
    """The whole README: ``seed`` is the path, issuer and year of the seed report."""
    rows = [_row(*seed, "2019", "verified", "the seed, byte for byte: traditional characters, toned pinyin, pipes")]
    for report in reports:
        form = report.form if report.layout.tables == "text" else "none"
        rows.append(_row(report.path, report.issuer.name, report.year, form, report.verdict, report.shows))
    real = {
        report.issuer.slug: f"- {report.issuer.organ}: {report.issuer.real}."
        for report in reports
        if report.issuer.real
    }
    frame = Template((HERE / "templates" / "README.md").read_text(encoding="utf-8"))
    text = frame.substitute(rows="\n".join(rows), real="\n".join(real.values()), pages=str(len(rows)))
    return text.encode()
