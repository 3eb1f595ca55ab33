"""The quick start for operators, done as it is written: its registry, its commands, what they print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from conftest import ROOT, SAMPLE_SITE, Nianbao

from flows.site import served_folder

PAGE = (ROOT / "docs" / "quickstart-operator.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8765/"
BLOCK = re.compile(
    r"```console\n\$ \.venv/bin/nianbao (?P<call>(?:sources|crawl)[^\n]*)\n(?P<output>.*?)```", re.DOTALL
)
REGISTRY = re.compile(r"```\n(?P<text>division_code,.*?)```", re.DOTALL)
STATUSES = {"crawl": 1}


def test_the_quick_start_for_operators_is_what_happens(nianbao: Nianbao, tmp_path: Path) -> None:
    registry = REGISTRY.search(PAGE)
    assert registry is not None
    blocks = [(match["call"], match["output"]) for match in BLOCK.finditer(PAGE)]
    assert [call.split()[0] for call, _ in blocks] == ["sources", "sources", "crawl"]
    with served_folder(SAMPLE_SITE) as base:
        (tmp_path / "towns.csv").write_text(registry["text"].replace(ADDRESS, base), encoding="utf-8")
        for call, output in blocks:
            done = nianbao(*shlex.split(call.replace(ADDRESS, base)))
            assert done.returncode == STATUSES.get(call.split()[0], 0), done.stderr
            assert (done.stdout + done.stderr).replace(base, ADDRESS) == output
