"""Build data/sample_site and tests/golden from the known figures, or check that they are what is committed.

``python scripts/build_sample_site.py`` writes the files; ``--check`` writes nothing and ends with status 1 when a
committed file differs, is missing, or is one that nothing makes.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import sys
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from sample_site.golden import golden, golden_of
from sample_site.listings import listing_pages
from sample_site.pages import INDEX, guide_page, guide_path, index_page, pictures, report_page
from sample_site.picture import table_picture
from sample_site.readme import readme
from sample_site.tables import printed
from sample_site.truth import CASES, COLUMNS, FORMS, OUTCOMES, Report, load_reports, request_rows

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "data" / "sample_site"
GOLDEN = ROOT / "tests" / "golden"
SEED_PATH = "/lingyuan/sandaohezi/2020.txt"
SEED_SHA256 = "f4b542212fc0a2a94477ead531248c8c929b19a4a3ddb187091d67d869789467"
SEED_ISSUER = ("三道河子镇", "town", 2020, "211382117")
SYSTEMS = ("trs", "hanweb", "ucap", "vsb", "gkmlpt")
SEED_WITHIN = ("辽宁省", "朝阳市", "凌源市")


def seed_readings() -> dict[str, int]:
    """The 198 figures of the seed: it prints 0 in every place of the form of 2019."""
    figures = [
        f"disclosure.{row['id']}.{column}"
        for block in FORMS["disclosure_2019"]["blocks"]
        for row in block["rows"]
        for column in row["columns"]
    ]
    figures += [f"requests.{row['id']}.{column}" for row in request_rows("2019") for column in (*COLUMNS, "total")]
    figures += [f"disputes.{case}.{outcome}" for case in CASES for outcome in (*OUTCOMES, "total")]
    return dict.fromkeys(figures, 0)


def registry(reports: Iterable[Report]) -> bytes:
    """The registry of the site: the address of the seed, and the listing of every issuer."""
    name, kind, year, code = SEED_ISSUER
    rows: list[Sequence[object]] = [(code, name, kind, year, SEED_PATH, "", "")]
    for issuer in dict.fromkeys(report.issuer for report in reports):
        cms = issuer.cms if issuer.cms in SYSTEMS else ""
        rows.append((issuer.division_code, issuer.organ, issuer.kind, "", "", issuer.listing, cms))
    return _csv(["division_code", "issuer", "issuer_kind", "year", "url", "listing_url", "cms"], rows)


def inventory(reports: Iterable[Report]) -> bytes:
    """The table of all report pages of the site."""
    name, kind, year, code = SEED_ISSUER
    rows: list[Sequence[object]] = [(name, kind, year, SEED_PATH, code)]
    for report in reports:
        issuer = report.issuer
        rows.append((issuer.organ, issuer.kind, report.year, report.path, issuer.division_code))
    return _csv(["issuer", "issuer_kind", "year", "path", "division_code"], rows)


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([header, *rows])
    return buffer.getvalue().encode()


def build() -> dict[Path, bytes]:
    """Every file that this program makes, under its path; the seed is not one of them."""
    reports = load_reports()
    seed_name, _, seed_year, seed_code = SEED_ISSUER
    files = {
        SITE / "sources.csv": registry(reports),
        SITE / "reports.csv": inventory(reports),
        SITE / "README.md": readme((SEED_PATH, seed_name, seed_year), reports),
    }
    files[GOLDEN / "lingyuan_sandaohezi_2020.json"] = golden(
        path=SEED_PATH,
        form="2019",
        year=seed_year,
        issuer=seed_name,
        within=SEED_WITHIN,
        division_code=seed_code,
        stated="verified",
        readings=seed_readings(),
    )
    issuers = []
    for _, group in groupby(reports, key=lambda report: report.issuer.slug):
        own = list(group)
        issuer = own[0].issuer
        issuers.append(issuer)
        files |= {SITE / path.lstrip("/"): page for path, page in listing_pages(issuer, own).items()}
        files[SITE / guide_path(issuer).lstrip("/")] = guide_page(issuer)
    for report in reports:
        cells = printed(report)
        files[SITE / report.path.lstrip("/")] = report_page(report, cells)
        files[GOLDEN / f"{report.name}.json"] = golden_of(report, cells.readings)
        for path, (rows, columns) in pictures(report).items():
            files[SITE / path.lstrip("/")] = table_picture(rows, columns)
    files[SITE / INDEX.lstrip("/")] = index_page(issuers, [(SEED_PATH, seed_name)])
    return files


def differences(files: dict[Path, bytes]) -> list[str]:
    """One line for each committed file that is not what it should be."""
    seed = SITE / SEED_PATH.lstrip("/")
    lines = [f"{path.relative_to(ROOT)}: differs or is missing" for path, content in files.items()
             if not path.is_file() or path.read_bytes() != content]  # fmt: skip
    if not seed.is_file() or hashlib.sha256(seed.read_bytes()).hexdigest() != SEED_SHA256:
        lines.append(f"{seed.relative_to(ROOT)}: is not the seed report")
    stray = {path for path in SITE.rglob("*") if path.is_file()} - files.keys() - {seed}
    return lines + [f"{path.relative_to(ROOT)}: nothing makes this file" for path in sorted(stray)]


def main() -> int:
    """Write or check the files; the exit status is 1 when a check finds a difference."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare the committed files with the output")
    arguments = parser.parse_args()
    files = build()
    if not arguments.check:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    found = differences(files)
    sys.stdout.write("".join(f"{line}\n" for line in found) or f"{len(files)} files are up to date\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
