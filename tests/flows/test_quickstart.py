"""The quick starts, done as they are written: the registry, the commands, what they print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from conftest import ROOT, SAMPLE_SITE, Nianbao

from flows.site import served_folder

OPERATOR, ONE_TOWN = (
    (ROOT / "docs" / f"quickstart-{name}.md").read_text(encoding="utf-8") for name in ("operator", "one-town")
)
ADDRESS = "http://127.0.0.1:8765/"
BLOCK = re.compile(r"```console\n\$ \.venv/bin/nianbao (?P<call>[^\n]*)\n(?P<output>.*?)```", re.DOTALL)
REGISTRY = re.compile(r"```\n(?P<text>division_code,.*?)```", re.DOTALL)
STATUSES = {"crawl": 1}


def shown(page: str, *commands: str) -> list[tuple[str, str]]:
    """The calls of some commands that a page shows, with their output."""
    found = [(match["call"], match["output"]) for match in BLOCK.finditer(page)]
    return [(call, output) for call, output in found if call.split()[0] in commands]


def test_the_quick_start_for_operators_is_what_happens(nianbao: Nianbao, tmp_path: Path) -> None:
    registry = REGISTRY.search(OPERATOR)
    assert registry is not None
    blocks = shown(OPERATOR, "sources", "crawl")
    assert [call.split()[0] for call, _ in blocks] == ["sources", "sources", "crawl"]
    with served_folder(SAMPLE_SITE) as base:
        (tmp_path / "towns.csv").write_text(registry["text"].replace(ADDRESS, base), encoding="utf-8")
        for call, output in blocks:
            done = nianbao(*shlex.split(call.replace(ADDRESS, base)))
            assert done.returncode == STATUSES.get(call.split()[0], 0), done.stderr
            assert (done.stdout + done.stderr).replace(base, ADDRESS) == output


def test_the_quick_start_for_one_town_is_what_happens(nianbao: Nianbao, tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    ((load, loaded), (rerun, read)) = shown(ONE_TOWN, "load", "rerun")
    done = nianbao(*shlex.split(load))
    assert (done.returncode, done.stdout) == (0, loaded)
    reports = sorted(SAMPLE_SITE.glob("huichang/**/2*/*.shtml"))
    assert nianbao("load", "--home", "var/demo", *map(str, reports)).returncode == 0
    done = nianbao(*shlex.split(rerun))
    assert (done.returncode, done.stdout) == (1, read)
    assert done.stderr.splitlines()
    assert all("no bytes are kept of this address" in line for line in done.stderr.splitlines())
