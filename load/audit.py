"""What does not fit together in a warehouse: rows without their report, reports without their snapshot."""

from __future__ import annotations

from pathlib import Path

from load.database import Connection
from load.sql import literal
from load.wide import wide_table
from transform.forms import load_forms

_CHECKS = {
    "figures of a report that is not there": "SELECT report_id FROM figure ANTI JOIN report USING (report_id)",
    "findings of a report that is not there": "SELECT report_id FROM finding ANTI JOIN report USING (report_id)",
    "sections of a report that is not there": "SELECT report_id FROM section ANTI JOIN report USING (report_id)",
    "statements of a report that is not there": "SELECT report_id FROM statement ANTI JOIN report USING (report_id)",
    "extra rows of a report that is not there": (
        "SELECT report_id FROM statistics_extra ANTI JOIN report USING (report_id)"
    ),
    "reports whose snapshot is not listed": (
        "SELECT report_id FROM report ANTI JOIN snapshot ON report.snapshot_sha256 = snapshot.sha256"
    ),
    "reports of a division that the gazetteer lacks": (
        "SELECT report_id FROM report ANTI JOIN division ON report.division_code = division.code "
        "WHERE division_code IS NOT NULL"
    ),
    "figures that no form holds": "SELECT figure AS report_id FROM figure ANTI JOIN form_figure USING (figure)",
    "reports on a form that is not known": (
        "SELECT report_id FROM report ANTI JOIN form_figure ON report.form = form_figure.form "
        "WHERE report.form IS NOT NULL"
    ),
}


def _checks() -> dict[str, str]:
    wide = {
        f"reports on form {form} without their row in {wide_table(form)}": (
            f"SELECT report_id FROM report ANTI JOIN {wide_table(form)} USING (report_id) WHERE form = {literal(form)}"  # noqa: S608
        )
        for form in load_forms()
    }
    return _CHECKS | wide


def audit(con: Connection, archive: Path | None = None) -> list[str]:
    """One line for each kind of misfit, with the number of rows and the first of them; empty when all fits.

    With ``archive``, the folder of the kept bytes, also the snapshots whose file is gone.
    """
    lines = []
    for what, query in _checks().items():
        count, first = con.execute(f"SELECT count(*), min(report_id) FROM ({query})").fetchall()[0]  # noqa: S608
        if count:
            lines.append(f"{what}: {count}, first {first}")
    if archive is not None:
        files = con.execute("SELECT DISTINCT file FROM snapshot WHERE file IS NOT NULL ORDER BY file").fetchall()
        gone = [file for (file,) in files if not (archive / file).is_file()]
        if gone:
            lines.append(f"snapshots whose file is gone: {len(gone)}, first {gone[0]}")
    return lines
