"""Render true reports into hostile layouts, read them back, and count what is right, doubted and silently wrong.

``python -m benchmarks.fuzz --examples 20000`` prints one line for each choice of layout; the exit status is 1 when any
figure is silently wrong or the reader fails.  ``--only AXIS=NAME`` pins a choice, ``--show N`` describes failures,
``--each N`` tries every single choice by itself on N otherwise usual pages, ``--save DIR`` keeps the bytes of
failing pages beside what they print.
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
    """Sums over pages that share a choice of layout: of figures, and of pages (``perfect``, ``alarms``)."""

    pages: int = 0
    perfect: int = 0
    figures: int = 0
    right: int = 0
    doubted: int = 0
    silent: int = 0
    silent_pages: int = 0
    crashed: int = 0
    alarms: int = 0
    seconds: float = 0.0

    def add(self, other: Tally) -> None:
        """Add another tally to this one."""
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def line(self, name: str) -> str:
        """One line of the report."""
        share = 100 / self.figures if self.figures else 0.0
        return (
            f"{name:<44}{self.pages:>7}{100 * self.perfect / self.pages:>9.1f}"
            f"{self.right * share:>9.2f}{self.doubted * share:>9.2f}{self.silent:>8}"
            f"{self.silent_pages:>7}{self.crashed:>7}{self.alarms:>7}{1000 * self.seconds / self.pages:>8.1f}"
        )


HEAD = f"{'choice':<44}" + "".join(
    name.rjust(width)
    for name, width in zip(
        ["pages", "perfect%", "right%", "doubt%", "silent", "pages", "crash", "alarm", "ms"],
        (7, 9, 9, 9, 8, 7, 7, 7, 8),
        strict=True,
    )
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
    trouble: str = ""
    metadata: tuple[str, ...] = ()
    misread: str = ""
    odd: dict[str, str] = field(default_factory=dict)


def reader() -> Read:
    """The reader under test: bytes to report, without a network, a database or an orchestrator."""
    from extract.formats import read_page
    from transform.read import read_report

    return lambda data: read_report(read_page(data))


def page(seed: int, level: str | None, pins: dict[str, str], *, calm: bool = False) -> Rendered:
    """The page of a seed; ``calm`` keeps every choice that is not pinned to the usual one."""
    from render.layouts import render
    from render.truth import make_truth

    rng = random.Random(seed)
    truth = make_truth(rng, form=pins.get("truth.form"), trouble=pins.get("truth.trouble"))  # type: ignore[arg-type]
    return render(truth, rng, ceiling=level, pins=pins, calm=calm)  # type: ignore[arg-type]


def try_seed(seed: int, level: str | None, pins: dict[str, str], save: Path | None, *, calm: bool = False) -> Outcome:
    """Render the page of one seed, read it, judge the reading."""
    from render.judge import differences, judge

    rendered = page(seed, level, pins, calm=calm)
    tally = Tally(pages=1, figures=len(rendered.expected))
    outcome = Outcome(seed, rendered.level, dict(rendered.choices), tally)
    outcome.odd = {a: n for a, n in rendered.choices.items() if a in rendered.offered and n != rendered.offered[a][0]}
    outcome.odd |= {"truth.trouble": rendered.choices["truth.trouble"].split(":")[0]}
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
    tally.alarms = int(verdict.alarmed)
    tally.perfect = int(not verdict.doubted and not verdict.silent and not verdict.unnamed and not verdict.alarmed)
    outcome.metadata = _metadata(report, rendered)
    if any(word.endswith("WRONG") for word in outcome.metadata):
        outcome.misread = _misread(report, rendered)
    outcome.rules = tuple(sorted({finding.rule for finding in report.findings}))
    if verdict.broken:
        outcome.trouble = "silent"
        outcome.description = differences(report, rendered, dict.fromkeys([*verdict.silent, *verdict.zeroed]))
        outcome.description += (
            "\n  verdict verified though figures are wrong or unread" if verdict.overconfident else ""
        )
    elif verdict.unnamed:
        outcome.trouble = "unnamed"
        outcome.description = differences(report, rendered, verdict.unnamed)
    elif verdict.doubted:
        outcome.trouble = "doubt" if rendered.level == "damaged" else "unread"
        outcome.description = differences(report, rendered, verdict.doubted)
    elif verdict.alarmed:
        outcome.trouble = "alarm"
        outcome.description = "\n".join(f"  {f.severity} {f.rule}: {f.message}" for f in report.findings[:5])
    if outcome.trouble in {"silent", "unnamed", "unread", "alarm"}:
        _save(save, outcome, rendered)
    return outcome


def _metadata(report: Any, rendered: Rendered) -> tuple[str, ...]:
    """Words such as ``year right`` or ``issuer none``, to be counted."""
    from render.noise import simplified

    data = report.metadata
    read, printed = simplified(data.issuer or ""), rendered.truth.issuer
    issuer = read in printed or printed in read if read else None
    found = {
        "year": None if data.year is None else data.year == rendered.truth.year,
        "issuer": issuer,
        "form": None if report.form is None else report.form == rendered.choices["truth.form"],
    }
    return tuple(
        f"{name} {'none' if right is None else 'right' if right else 'WRONG'}" for name, right in found.items()
    )


def _misread(report: Any, rendered: Rendered) -> str:
    data, truth = report.metadata, rendered.truth
    return f"read {data.issuer} {data.year} form {report.form}, printed {truth.issuer} {truth.year} form {truth.form}"


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


def _try_chunk(seeds: range, level: str | None, pins: dict[str, str], save: Path | None, calm: bool) -> list[Outcome]:
    return [try_seed(seed, level, pins, save, calm=calm) for seed in seeds]


def run(
    seeds: range, level: str | None, pins: dict[str, str], save: Path | None, jobs: int, *, calm: bool
) -> list[Outcome]:
    """The outcomes of a range of seeds, in order, over some processes."""
    if jobs == 1:
        return _try_chunk(seeds, level, pins, save, calm)
    chunks = [seeds[i : i + 50] for i in range(0, len(seeds), 50)]
    with ProcessPoolExecutor(jobs) as pool:
        found = pool.map(_try_chunk, chunks, repeat(level), repeat(pins), repeat(save), repeat(calm))
        return [outcome for chunk in found for outcome in chunk]


def smallest(outcome: Outcome) -> tuple[dict[str, str], int] | None:
    """The fewest choices that still fail alike with all others usual, and a seed; None where none repeats it."""

    def failing(odd: dict[str, str]) -> int | None:
        pins: dict[str, str] = {"truth.form": outcome.choices["truth.form"], "truth.trouble": "none", **odd}
        for seed in (outcome.seed, *range(4)):
            if try_seed(seed, "damaged", pins, None, calm=True).trouble == outcome.trouble:
                return seed
        return None

    odd = dict(outcome.odd)
    seed = failing(odd)
    if seed is None:
        return None
    for axis in list(odd):
        fewer = {a: n for a, n in odd.items() if a != axis}
        if (found := failing(fewer)) is not None:
            odd, seed = fewer, found
    return odd, seed


def single_choices(form: str, seed: int) -> list[dict[str, str]]:
    """Every choice that a page of a form may offer, each as a set of pins; found by walking the pages they lead to."""
    tried: set[tuple[str, str]] = set()
    queue: list[dict[str, str]] = [{"truth.form": form, "truth.trouble": "none"}]
    for pins in queue:
        offered = page(seed, "damaged", pins, calm=True).offered
        for axis, names in offered.items():
            for name in names:
                if (axis, name) not in tried and axis not in pins:
                    tried.add((axis, name))
                    queue.append({**pins, axis: name})
    return queue


def each_text(seeds: range, save: Path | None, *, show: int) -> tuple[str, bool]:
    """Every choice by itself on pages otherwise usual: those that are not read perfectly, and whether any is silent."""
    lines, broken = [HEAD], False
    for form in ("2014", "2019", "2021"):
        for pins in single_choices(form, seeds[0]):
            chosen = [f"{axis}={name}" for axis, name in pins.items() if not axis.startswith("truth.")]
            outcomes = [try_seed(seed, "damaged", pins, save, calm=True) for seed in seeds]
            tally = Tally()
            for outcome in outcomes:
                tally.add(outcome.tally)
            failed = [o for o in outcomes if o.trouble in {"silent", "crash", "unnamed", "unread", "alarm"}]
            broken = broken or any(o.trouble in {"silent", "crash"} for o in failed)
            if failed:
                lines.append(tally.line(f"{form} {outcomes[0].level} " + (" ".join(chosen) or "usual page")))
            for outcome in failed[:show]:
                lines += [f"  seed {outcome.seed}:", outcome.description, f"  findings: {', '.join(outcome.rules)}"]
    return "\n".join(lines), broken


def report_text(outcomes: list[Outcome], *, every_choice: bool, show: int) -> str:
    """The whole report for people: totals by level, the choices that do worse than their level, the first failures."""
    by_level: dict[str, Tally] = defaultdict(Tally)
    by_choice: dict[str, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
    for outcome in outcomes:
        kind = "damaged" if outcome.level == "damaged" else "clean and noisy"
        for level in (outcome.level, "all"):
            by_level[level].add(outcome.tally)
        for axis, name in outcome.choices.items():
            by_choice[kind][f"{axis}={name}"].add(outcome.tally)
        by_choice[kind][""].add(outcome.tally)
    lines = [
        HEAD,
        *(by_level[level].line(level) for level in ("clean", "noisy", "damaged", "all") if level in by_level),
    ]
    for kind, tallies in by_choice.items():
        whole = tallies.pop("")
        ranked = sorted(tallies.items(), key=lambda item: -_excess(item[1], whole))
        listed = ranked if every_choice else [(name, t) for name, t in ranked if _excess(t, whole) > 0][:25]
        if listed:
            lines += ["", f"{kind} pages: choices that do worse than the rest, worst first", HEAD]
            lines += [tally.line(name) for name, tally in listed]
    metadata = Counter(word for outcome in outcomes for word in outcome.metadata)
    lines += ["", "metadata: " + ", ".join(f"{word} {count}" for word, count in sorted(metadata.items()))]
    misread = [outcome for outcome in outcomes if outcome.misread]
    lines += [f"  seed {outcome.seed}: {outcome.misread}" for outcome in misread[: 2 * show]]
    return "\n".join([*lines, "", *_failures(outcomes, show)])


def _excess(tally: Tally, whole: Tally) -> float:
    """How far a choice fails beyond its level; a page silently wrong or crashed counts ten times one not fully read."""

    def badness(t: Tally) -> float:
        return 10 * (t.silent_pages + t.crashed) + (t.pages - t.perfect)

    expected = badness(whole) / whole.pages * tally.pages
    return float((badness(tally) - expected) / tally.pages**0.5)


def _failure(outcome: Outcome) -> list[str]:
    odd = ", ".join(f"{axis}={name}" for axis, name in outcome.odd.items())
    lines = [f"- seed {outcome.seed} form {outcome.choices['truth.form']} [{outcome.level}] {odd}"]
    if least := smallest(outcome):
        pins = {"truth.form": outcome.choices["truth.form"], "truth.trouble": "none", **least[0]}
        outcome = try_seed(least[1], "damaged", pins, None, calm=True)
        words = " ".join(f"--only {axis}={name}" for axis, name in pins.items())
        lines.append(f"  repeat: python -m benchmarks.fuzz --calm --examples 1 --seed {least[1]} {words}")
    return [*lines, outcome.description, f"  findings: {', '.join(outcome.rules) or 'none'}"]


def _failures(outcomes: list[Outcome], show: int) -> list[str]:
    lines = []
    for trouble, words in (
        ("crash", "crashed"),
        ("silent", "SILENT ERROR"),
        ("unnamed", "planted error that no finding names"),
        ("unread", "not fully read"),
        ("alarm", "false alarm"),
    ):
        hits = [outcome for outcome in outcomes if outcome.trouble == trouble]
        if hits:
            lines.append(f"{words}: {len(hits)} pages; seeds {' '.join(str(o.seed) for o in hits[:12])}")
        for outcome in hits[:show]:
            lines += _failure(outcome)
    if messages := Counter(o.description.strip().splitlines()[-1] for o in outcomes if o.trouble == "crash"):
        lines += ["crashes by message:", *(f"  {count} × {message}" for message, count in messages.most_common(8))]
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
    parser.add_argument(
        "--each", type=int, default=0, metavar="N", help="instead: every single choice by itself, N pages"
    )
    parser.add_argument("--calm", action="store_true", help="the usual option wherever --only does not say otherwise")
    parser.add_argument("--all", action="store_true", help="list every choice, not only the 25 worst")
    parser.add_argument("--save", type=Path, metavar="DIR", help="keep the bytes of failing pages in this folder")
    options = parser.parse_args(arguments)
    if any("=" not in pin for pin in options.only):
        parser.error("--only wants AXIS=NAME, e.g. --only container=pipe_rows")
    pins = dict(pin.split("=", 1) for pin in options.only)
    reader()
    if options.each:
        text, broken = each_text(range(options.seed, options.seed + options.each), options.save, show=options.show)
        print(text)
        return int(broken)
    level = options.level or ("damaged" if options.calm else None)
    seeds = range(options.seed, options.seed + options.examples)
    outcomes = run(seeds, level, pins, options.save, options.jobs, calm=options.calm)
    print(report_text(outcomes, every_choice=options.all, show=options.show))
    return int(any(outcome.trouble in {"silent", "crash"} for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
