"""How long the dashboard takes to draw each view of a database, on the server: its queries, tables and charts."""

from __future__ import annotations

import logging
import statistics
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from benchmarks.seconds import Seconds, timed
from extract.archive import Place
from flows.dashboard.arguments import Arguments
from load.query import run_query

BAR = 1.0
_PATIENCE = 600
_EXAMPLE = """
SELECT division_code, report_id FROM town_year WHERE level = 'town' ORDER BY year DESC, division_code LIMIT 1
"""


def views(database: Path) -> dict[str, dict[str, str]]:
    """The views that are measured, each with the parameters of its address; bodies are the first of the database."""
    (code, report_id), *_ = run_query(database, _EXAMPLE)[1]
    share, count = {"measure": "substantive_share"}, {"measure": "received", "level": "town"}
    return {
        "coverage": {"view": "coverage"},
        "one body": {"view": "town", "code": code},
        "comparison": {"view": "compare", "codes": f"{code}.{code[:6]}", **share},
        "rankings, counts": {"view": "rankings", **count},
        "rankings, shares": {"view": "rankings", **share},
        "quality": {"view": "quality"},
        "marked page": {"view": "report", "id": report_id},
    }


def measure(database: Path, home: Path, rounds: int) -> Iterator[tuple[str, Seconds, Seconds]]:
    """Each view by name with the median time of its drawing and the time of the first one, aggregates made before."""
    app = str(resources.files("flows.dashboard").joinpath("app.py"))
    with _started_with(Arguments(database, home, Place(home / "archive"))):
        for name, parameters in views(database).items():
            times = [timed(lambda p=parameters: _draw(app, p)) for _ in range(rounds + 1)]
            median = Seconds(*(statistics.median(kind) for kind in zip(*map(tuple, times[1:]), strict=True)))
            yield name, median, times[0]


def _draw(app: str, parameters: Mapping[str, str]) -> None:
    page = AppTest.from_file(app, default_timeout=_PATIENCE)
    for name, value in {"lang": "en", **parameters}.items():
        page.query_params[name] = value
    page.run()
    if page.exception:
        raise RuntimeError(page.exception[0].message)


@contextmanager
def _started_with(arguments: Arguments) -> Iterator[None]:
    """Streamlit's program as its server would start it; what that needs of this process is put back at the end.

    Each draw says that it runs outside of the server, looks for packages with components, which the server does once,
    and makes the program the main module.
    """
    argv, main, silenced = sys.argv, sys.modules["__main__"], logging.root.manager.disable
    scan = manifest_scanner.scan_component_manifests
    sys.argv = [argv[0], *arguments.words()]
    manifest_scanner.scan_component_manifests = cache(scan)
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        sys.argv, sys.modules["__main__"] = argv, main
        manifest_scanner.scan_component_manifests = scan
        logging.disable(silenced)
