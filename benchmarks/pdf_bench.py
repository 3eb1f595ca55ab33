"""How long reading PDF reports takes, against the table extraction of pdfplumber on the same files in the same run.

``python -m benchmarks.pdf_bench --rounds 5`` prints a line for each kind of file and exits with status 1 when reading
takes more than 1.3 times as long as ``extract_tables`` on any of them.  The ratio is that of the fastest rounds.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pdfplumber

from extract.formats.pdf.document import read_pdf
from transform.read import read_report

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

BAR = 1.3


def _reports(count: int) -> dict[str, list[bytes]]:
    from render import layouts
    from render.choices import Dice
    from render.pdf import Print, print_pdf
    from render.truth import make_truth

    kinds = {
        "ruled, font in the file": Print(numbered=True, skip=100.0),
        "ruled by bars, header again": Print(rules="pieces", repeat_header=True, skip=100.0),
        "ruled, font only named": Print(embedded=False),
        "landscape, turned header": Print(turned_page=True, page=(842.0, 595.0), vertical="turned"),
        "no rules": Print(rules="none"),
    }
    files: dict[str, list[bytes]] = {}
    for kind, style in kinds.items():
        rng = random.Random(7)
        for number in range(count):
            truth = make_truth(rng, form=("2019", "2021")[number % 2], trouble="none")
            paper = layouts._paper(truth, Dice(rng, "clean", calm=True), exact=style.rules != "none")
            files.setdefault(kind, []).append(print_pdf(paper, style))
    return files


def _extract_tables(data: bytes) -> None:
    with pdfplumber.open(io.BytesIO(data)) as document:
        for page in document.pages:
            page.extract_tables()


def _seconds(work: Callable[[bytes], object], files: list[bytes], rounds: int) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        for data in files:
            work(data)
        best = min(best, time.perf_counter() - start)
    return best / len(files)


def main(arguments: list[str] | None = None) -> int:
    """Run the comparison; the exit status is 1 when a kind of file is over the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    worst = 0.0
    print(f"{'kind of file':<32}{'read_pdf ms':>12}{'+ report ms':>12}{'pdfplumber ms':>15}{'ratio':>8}")
    for kind, files in _reports(options.files).items():
        reading = _seconds(read_pdf, files, options.rounds)
        whole = _seconds(lambda data: read_report(read_pdf(data)), files, options.rounds)
        theirs = _seconds(_extract_tables, files, options.rounds)
        ratio = reading / theirs
        worst = max(worst, ratio)
        print(f"{kind:<32}{1000 * reading:>12.1f}{1000 * whole:>12.1f}{1000 * theirs:>15.1f}{ratio:>8.2f}")
    print(f"worst ratio {worst:.2f}, bar {BAR}")
    return int(worst > BAR)


if __name__ == "__main__":
    raise SystemExit(main())
