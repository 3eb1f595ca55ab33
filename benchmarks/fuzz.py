"""Render true reports into hostile layouts, read them back, and count what is right, doubted and silently wrong.

``python -m benchmarks.fuzz --examples 20000`` prints one line for each choice of layout; the exit status is 1 when any
figure is silently wrong or the reader fails.  ``--only AXIS=NAME`` pins a choice, ``--show N`` describes failures,
``--save DIR`` keeps the bytes of failing pages beside what they print.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

if TYPE_CHECKING:
    from render.judge import Judgement
    from render.layouts import Rendered

Read = Callable[[bytes], Any]


@dataclass
class Tally:
    """Sums over pages that share a choice of layout; figures, except ``pages``, ``perfect``, ``crashed`` and ``silent_pages``."""

    pages: int = 0
    perfect: int = 0
    figures: int = 0
    right: int = 0
    doubted: int = 0
    silent: int = 0
    silent_pages: int = 0
    crashed: int = 0
    seconds: float = 0.0

    def add(self, other: Tally) -> None:
        """Add another tally to this one."""
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def line(self, name: str) -> str:
        """One line of the report."""
        share = 100 / self.figures if self.figures else 0.0
        return (
            f"{name:<44}{self.pages:>7}{100 * self.perfect / self.pages:>9.1f}{self.right * share:>9.2f}{self.doubted * share:>9.2f}"
            f"{self.silent:>8}{self.silent_pages:>7}{self.crashed:>7}{1000 * self.seconds / self.pages:>8.1f}"
        )


HEAD = (
    f"{'choice':<44}{'pages':>7}{'perfect%':>9}{'right%':>9}{'doubt%':>9}{'silent':>8}{'pages':>7}{'crash':>7}{'ms':>8}"
)


@dataclass
class Outcome:
    """What came of one page: its tally, its choices, and for a page that is not perfect a description."""

    seed: int
    level: str
    choices: dict[str, str]
    tally: Tally
    description: str = ""
    rules: tuple[str, ...] = ()
    trouble: str = field(default="")


def reader() -> Read:
    """The reader under test: bytes to report, without a network, a database or an orchestrator."""
    from transform.read import read_report

    from extract.formats import read_page

    return lambda data: read_report(read_page(data))


def page(seed: int, level: str | None, pins: dict[str, str]) -> Rendered:
    """The page of a seed."""
    from render.layouts import render
    from render.truth import make_truth

    rng = random.Random(seed)
    truth = make_truth(rng, form=pins.get("truth.form"), trouble=pins.get("truth.trouble"))  # type: ignore[arg-type]
    return render(truth, rng, ceiling=level, pins=pins)  # type: ignore[arg-type]


def try_seed(seed: int, level: str | None, pins: dict[str, str], save: Path | None) -> Outcome:
    """Render the page of one seed, read it, judge the reading."""
    from render.judge import differences, judge

    rendered = page(seed, level, pins)
    tally = Tally(pages=1, figures=len(rendered.expected))
    outcome = Outcome(seed, rendered.level, dict(rendered.choices), tally)
    start = time.perf_counter()
    try:
        report = reader()(rendered.data)
    except Exception:
        tally.crashed = 1
        outcome.trouble = "crash"
        outcome.description = traceback.format_exc(limit=-4)
        _save(save, outcome, rendered)
        return outcome
    tally.seconds = time.perf_counter() - start
    verdict: Judgement = judge(report, rendered)
    tally.right, tally.doubted, tally.silent = len(verdict.right), len(verdict.doubted), len(verdict.silent)
    tally.silent_pages = int(verdict.broken)
    tally.perfect = int(not verdict.doubted and not verdict.silent)
    outcome.rules = tuple(sorted({finding.rule for finding in report.findings}))
    if verdict.broken:
        outcome.trouble = "silent"
        outcome.description = differences(report, rendered, [*verdict.silent, *verdict.zeroed])
        outcome.description += (
            "\n  verdict verified though figures are wrong or unread" if verdict.overconfident else ""
        )
    elif verdict.doubted:
        outcome.trouble = "doubt" if rendered.level == "damaged" else "unread"
        outcome.description = differences(report, rendered, verdict.doubted)
    if outcome.trouble in {"silent", "unread"}:
        _save(save, outcome, rendered)
    return outcome


def _save(folder: Path | None, outcome: Outcome, rendered: Rendered) -> None:
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    markup = outcome.choices.get("container") in {"html", "json"}
    stem = f"{outcome.trouble}-{outcome.seed}"
    (folder / f"{stem}.{'html' if markup else 'txt'}").write_bytes(rendered.data)
    (folder / f"{stem}.expected").write_text(
        f"{rendered.level}: {rendered.description}\n{outcome.description}\n\n"
        + "\n".join(
            f"{name}\t{e.raw!r}\t{e.value}\t{'/'.join(sorted(e.statuses))}" for name, e in rendered.expected.items()
        ),
        encoding="utf-8",
    )


def _try_chunk(seeds: range, level: str | None, pins: dict[str, str], save: Path | None) -> list[Outcome]:
    return [try_seed(seed, level, pins, save) for seed in seeds]


def run(seeds: range, level: str | None, pins: dict[str, str], save: Path | None, jobs: int) -> list[Outcome]:
    """The outcomes of a range of seeds, in order, over some processes."""
    if jobs == 1:
        return _try_chunk(seeds, level, pins, save)
    chunks = [seeds[i : i + 50] for i in range(0, len(seeds), 50)]
    with ProcessPoolExecutor(jobs) as pool:
        found = pool.map(_try_chunk, chunks, repeat(level), repeat(pins), repeat(save))
        return [outcome for chunk in found for outcome in chunk]


def report_text(outcomes: list[Outcome], *, every_choice: bool, show: int) -> str:
    """The whole report for people: totals by level, the worst choices, the first failures."""
    by_level: dict[str, Tally] = defaultdict(Tally)
    by_choice: dict[tuple[str, str, str], Tally] = defaultdict(Tally)
    for outcome in outcomes:
        for level in (outcome.level, "all"):
            by_level[level].add(outcome.tally)
        for axis, name in outcome.choices.items():
            by_choice[(outcome.level == "damaged" and "damaged") or "readable", axis, name].add(outcome.tally)
    lines = [
        HEAD,
        *(by_level[level].line(level) for level in ("clean", "noisy", "damaged", "all") if level in by_level),
    ]
    for kind, title in (("readable", "clean and noisy pages, worst first"), ("damaged", "damaged pages, worst first")):
        chosen = [(f"{axis}={name}", tally) for (k, axis, name), tally in by_choice.items() if k == kind]
        chosen.sort(
            key=lambda item: (
                -item[1].silent_pages / item[1].pages,
                item[1].perfect / item[1].pages,
                item[1].right / max(1, item[1].figures),
            )
        )
        lines += [
            "",
            f"{title}",
            HEAD,
            *(tally.line(name) for name, tally in (chosen if every_choice else chosen[:25])),
        ]
    return "\n".join([*lines, "", *_failures(outcomes, show)])


def _failures(outcomes: list[Outcome], show: int) -> list[str]:
    lines = []
    for trouble, words in (("crash", "crashed"), ("silent", "SILENT ERROR"), ("unread", "not fully read")):
        hits = [outcome for outcome in outcomes if outcome.trouble == trouble]
        if hits:
            lines.append(f"{words}: {len(hits)} pages; seeds {' '.join(str(o.seed) for o in hits[:12])}")
        for outcome in hits[:show]:
            odd = ", ".join(
                f"{a}={n}"
                for a, n in outcome.choices.items()
                if n not in {"none", "no", "exact", "plain", "canonical", "full", "kept"}
            )
            lines += [
                f"- seed {outcome.seed} [{outcome.level}] {odd}",
                outcome.description,
                f"  findings: {', '.join(outcome.rules) or 'none'}",
            ]
    if hits := Counter(o.description.strip().splitlines()[-1] for o in outcomes if o.trouble == "crash"):
        lines += ["crashes by message:", *(f"  {count} × {message}" for message, count in hits.most_common(8))]
    return lines


def main(arguments: list[str] | None = None) -> int:
    """The command; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fuzz", description=__doc__.splitlines()[0] if __doc__ else None
    )
    parser.add_argument("--examples", type=int, default=2000, help="pages to render (default 2000)")
    parser.add_argument("--seed", type=int, default=0, help="first seed (default 0)")
    parser.add_argument(
        "--level", choices=("clean", "noisy", "damaged"), help="the most hostile level to draw (default: a mixture)"
    )
    parser.add_argument(
        "--only", action="append", default=[], metavar="AXIS=NAME", help="pin a choice, e.g. requests.groups=once"
    )
    parser.add_argument("--jobs", type=int, default=1, help="processes (default 1)")
    parser.add_argument("--show", type=int, default=3, help="failures of each kind to describe (default 3)")
    parser.add_argument("--all", action="store_true", help="list every choice, not only the 25 worst")
    parser.add_argument("--save", type=Path, metavar="DIR", help="keep the bytes of failing pages in this folder")
    options = parser.parse_args(arguments)
    if any("=" not in pin for pin in options.only):
        parser.error("--only wants AXIS=NAME, e.g. --only container=pipe_rows")
    pins = dict(pin.split("=", 1) for pin in options.only)
    outcomes = run(
        range(options.seed, options.seed + options.examples), options.level, pins, options.save, options.jobs
    )
    print(report_text(outcomes, every_choice=options.all, show=options.show))
    return int(any(outcome.trouble in {"silent", "crash"} for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
