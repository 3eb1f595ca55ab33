"""``make demo``: the sample site over real HTTP, the nightly flow over it, and questions to the database it fills."""

from __future__ import annotations

import os
import shutil
import time
from importlib import resources
from pathlib import Path

from flows.cli import leave, run
from flows.errors import ExitCode
from flows.output import say
from flows.settings import Settings
from flows.site import served_folder

_HOME = Path("var/demo")
_QUESTIONS = (
    (
        "What was read, and how far it can be trusted",
        """SELECT division_code, issuer, year, form, verdict, count(position) AS findings
FROM report LEFT JOIN finding USING (report_id) GROUP BY ALL ORDER BY division_code, year""",
    ),
    (
        "Every finding",
        """SELECT issuer, year, severity, cause, rule, message
FROM finding JOIN report USING (report_id) ORDER BY severity, division_code, year, position""",
    ),
    (
        "Across towns and years: requests received in each year",
        """PIVOT (SELECT county, division, year, received FROM town_year WHERE level IN ('town', 'county'))
ON year IN (2019, 2020, 2021, 2022, 2023) USING sum(received) ORDER BY county, division""",
    ),
    (
        "Across towns and years: requests carried out of one year and not carried into the next",
        """SELECT a.division, a.year, a.carried_out, b.year AS next_year, b.carried_in
FROM town_year a JOIN town_year b ON a.division_code = b.division_code AND b.year = a.year + 1
WHERE a.carried_out <> b.carried_in ORDER BY a.division_code, a.year""",
    ),
)


def main() -> int:
    """Run the demonstration in ``var/demo``, which is made anew; the exit status is that of the crawl."""
    os.environ.setdefault("NIANBAO_DELAY", "0")
    shutil.rmtree(_HOME, ignore_errors=True)
    database = Settings(home=_HOME).published
    with resources.as_file(resources.files("data").joinpath("sample_site")) as folder, served_folder(folder) as url:
        say(f"The sample site is served at {url}\n")
        sources = os.path.relpath(folder / "sources.csv")
        crawl = ["crawl", "--home", str(_HOME), "--sources", sources, "--base-url", url]
        _command(*crawl)
        started = time.perf_counter()
        status = run(crawl)
        say(f"The crawl took {time.perf_counter() - started:.0f} s.\n")
    if status not in (ExitCode.OK, ExitCode.SOME_FAILED):
        return status
    for title, sql in _QUESTIONS:
        say(f"\n== {title}\n\n")
        _command("query", "--db", str(database), f'"{sql}"')
        if failed := run(["query", "--db", str(database), sql]):
            return failed
    say(f"\nThe database is {database}; ask it yourself with nianbao query --db {database} SQL.\n")
    return status


def _command(*words: str) -> None:
    say(f"$ nianbao {' '.join(words)}\n\n")


if __name__ == "__main__":
    leave(main())
