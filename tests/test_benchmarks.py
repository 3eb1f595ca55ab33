"""Every measurement still runs, and prints what it measures: on a size at which its numbers say nothing.

A night of many hosts is in ``tests/flows/test_hunt.py``.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from transform.metadata.gazetteer import Division, Gazetteer, gazetteer

SMALL = {
    "bench": ((["--pages", "1", "--rounds", "1"], "whole/pandas on first reading"),),
    "docx_bench": ((["--files", "1"], "python-docx opened and walked"),),
    "pdf_bench": ((["--files", "1", "--rounds", "1"], "worst ratio"),),
    "fuzz": ((["--examples", "2"], "silent"),),
    "fuzz_files": ((["--files", "1", "--kind", "xlsx"], "xlsx"),),
    "fuzz_bytes": ((["--seconds", "0", "--family", "rtf", "--folder", "{tmp}"], "0 failing inputs"),),
    "night": ((["unchanged", "--hosts", "2", "--pages", "4"], "second night to bare loop: requests 2.00"),),
}
COUNTY = "211382"
CASES = [pytest.param(name, *case, id=f"{name} {case[0][0]}") for name, cases in SMALL.items() for case in cases]


@pytest.fixture
def few_divisions(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gazetteer that tells of one county, of its towns and of what is above it."""
    few = [d for d in gazetteer().divisions() if d.code.startswith(COUNTY) or COUNTY.startswith(d.code)]

    def divisions(_: Gazetteer) -> Iterator[Division]:
        return iter(few)

    monkeypatch.setattr(Gazetteer, "divisions", divisions)


@pytest.mark.parametrize(("name", "arguments", "says"), CASES)
def test_measurement_runs(
    name: str, arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    module = importlib.import_module(f"benchmarks.{name}")
    if name == "bench":
        monkeypatch.setattr(module, "SIZES", module.SIZES[:1])
        monkeypatch.setattr(module, "_WARM_UP", 1)
    assert module.main([word.format(tmp=tmp_path) for word in arguments]) in (0, 1)
    assert says in capsys.readouterr().out


@pytest.mark.usefixtures("few_divisions")
def test_warehouse_and_every_view_of_the_dashboard_are_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    from streamlit.components.v2 import manifest_scanner

    from benchmarks import warehouse

    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", list)
    monkeypatch.setattr(warehouse, "views", lambda: ("town_year", "text_reuse", "rollup"))
    assert warehouse.main(["--reports", "16", "--batch", "8", "--rounds", "1", "--folder", str(tmp_path)]) in (0, 1)
    out = capsys.readouterr().out
    for said in ("reports 16;", "ratio", "text_reuse", "rankings, shares", "marked page"):
        assert said in out


@pytest.mark.usefixtures("few_divisions")
def test_a_rebuild_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    from benchmarks import scale

    monkeypatch.setattr(scale, "measured", scale.rebuild_once)
    assert scale.main(["--pages", "2", "--jobs", "1", "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out.split()[-1] == "1.00"


def test_every_measurement_has_a_test_here() -> None:
    found = {path.stem for path in Path("benchmarks").glob("*.py") if "def main" in path.read_text(encoding="utf-8")}
    in_test_capacity, needs_atheris = {"capacity"}, {"fuzz_target"}
    assert found == {*SMALL, "warehouse", "scale"} | in_test_capacity | needs_atheris
