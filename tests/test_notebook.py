"""The worked notebook runs from top to bottom over the sample site, and answers its three questions."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from flows.runs import load_paths
from flows.settings import Settings

ROOT = Path(__file__).parents[1]
SITE = ROOT / "data" / "sample_site"


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What the cells define, run over the reports of a county and two towns."""
    settings = Settings(home=tmp_path_factory.mktemp("notebook"))
    folders = ("nanjing", "qingpu", "yongchun")
    pages = [page for folder in folders for page in sorted((SITE / folder).rglob("*.htm*"))]
    load_paths(settings, [str(page) for page in pages if page.stem not in ("index", "zfxxgkzn")])
    spec = importlib.util.spec_from_file_location("three_questions", ROOT / "notebooks" / "three_questions.py")
    assert spec is not None
    assert spec.loader is not None
    notebook = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NIANBAO_DB", str(settings.published))
        spec.loader.exec_module(notebook)
        outputs, defined = notebook.app.run()
    assert any(output is not None for output in outputs)
    return dict(defined)


def test_refused_as_not_held_is_ranked_without_small_numbers(answers: Mapping[str, Any]) -> None:
    ranked = answers["ranked_not_held"]
    assert list(ranked["division"]) == ["练塘镇", "练塘镇", "江宁区", "江宁区", "江宁区"]
    assert list(ranked["share"])[0] == pytest.approx(15 / 39)  # noqa: RUF015
    assert set(answers["not_held"]["division"]) == {"练塘镇", "江宁区", "石鼓镇"}


def test_lost_cases_are_shares_of_concluded_ones(answers: Mapping[str, Any]) -> None:
    first = answers["lost"].iloc[0]
    assert (first["kind"], first["year"], first["corrected"], first["concluded"]) == ("lawsuit", 2022, 5, 52)


def test_carry_over_is_counted_by_county(answers: Mapping[str, Any]) -> None:
    differing = answers["carry_over"].set_index("county")["differing"].to_dict()
    assert differing == {"永春县": 1, "江宁区": 0, "青浦区": 0}
