"""Reports with the noise of real ones as PDF, Word and Excel files: how many figures come back right or silently wrong.

``python -m benchmarks.fuzz_files --files 300`` prints a line for each kind; the exit status is 1 when a figure is
silently wrong.  ``--kind`` names one, ``--seed`` the first seed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from extract.formats import read_page
from transform.read import read_report

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from render.files import KINDS, draw_file
from render.judge import differences, judge


def try_kind(kind: str, seeds: range) -> int:
    """Print what comes of the files of some seeds; returns how many have a figure that is silently wrong."""
    figures = right = doubted = silent = broken = 0
    for seed in seeds:
        rendered = draw_file(kind, seed)
        report = read_report(read_page(rendered.data))
        verdict = judge(report, rendered)
        figures += len(rendered.expected)
        right += len(verdict.right)
        doubted += len(verdict.doubted)
        silent += len(verdict.silent)
        if verdict.broken:
            broken += 1
            print(f"seed {seed}: {rendered.description}")
            print(differences(report, rendered, dict.fromkeys([*verdict.silent, *verdict.zeroed])))
    print(
        f"{kind:<14}{len(seeds):>6}{100 * right / figures:>9.2f}{100 * doubted / figures:>9.2f}{silent:>8}{broken:>7}",
        flush=True,
    )
    return broken


def main(arguments: list[str] | None = None) -> int:
    """The command; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fuzz_files", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--files", type=int, default=300, help="files of each kind (default 300)")
    parser.add_argument("--seed", type=int, default=0, help="first seed (default 0)")
    parser.add_argument("--kind", action="append", choices=KINDS, help="only this one; may be given again")
    options = parser.parse_args(arguments)
    print(f"{'kind':<14}{'files':>6}{'right%':>9}{'doubt%':>9}{'silent':>8}{'pages':>7}")
    seeds = range(options.seed, options.seed + options.files)
    return int(sum(try_kind(kind, seeds) for kind in options.kind or KINDS) > 0)


if __name__ == "__main__":
    sys.exit(main())
