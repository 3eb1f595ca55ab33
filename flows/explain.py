"""``nianbao explain``: where one figure of a saved report stands, what proves it and what puts it in doubt."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rapidfuzz import fuzz, process
from rich.console import Console
from rich.text import Text

from extract.page import Page
from extract.places import Place, places, words_around
from flows.errors import ExitCode, UserError
from flows.output import say
from flows.parse import figure_record, finding_record, read_document, read_file, why_unreadable
from transform.forms import FigureDef, Form, load_forms
from transform.model import Figure, Finding, Report
from transform.proof.checks import Check, Term, checks_of

_WIDTH_WITHOUT_TERMINAL = 120
_NEAR = 4
_ALIKE = 60
_LONGEST_CELL = 24
_MARKS = {"holds": ("✓", "green"), "broken": ("✗", "bold red"), "open": ("?", "dim")}
_SEVERITY_STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}


@dataclass(frozen=True, slots=True)
class Explanation:
    """A figure with its labels, its place and the words around, its checks, and the findings (with numbers) on it.

    ``place`` is None where the page has no cell for the figure; ``near`` are the paragraphs before and after its table.
    """

    definition: FigureDef
    table_title: str
    figure: Figure
    place: Place | None
    near: tuple[str, str]
    checks: tuple[Check, ...]
    findings: tuple[tuple[int, Finding], ...]


def explain_figure(path: str, figure: str, *, as_json: bool) -> ExitCode:
    """Print what is known of one figure of a saved report; :class:`UserError` for a figure that its form has not."""
    try:
        page, report = read_document(read_file(path))
    except UserError:
        raise
    except Exception as error:
        raise UserError(f"{path}: {why_unreadable(error)}", ExitCode.SOME_FAILED) from None
    explanation = explain(page, report, figure)
    if as_json:
        say(json.dumps(as_record(explanation, report, path), ensure_ascii=False, allow_nan=False) + "\n")
    else:
        terminal = sys.stdout.isatty()
        width = shutil.get_terminal_size().columns if terminal else _WIDTH_WITHOUT_TERMINAL
        say(as_text(explanation, report, path, width=width, colour=terminal))
    return ExitCode.OK


def explain(page: Page, report: Report, figure: str) -> Explanation:
    """What is known of one figure of a report that was read from ``page``.

    ``figure`` is a figure id, or the column of a wide view (``requests_granted_total``).  Raises :class:`UserError`
    with near matches when the form of the report has no such figure, or the page has no form.
    """
    form = _form_of(report)
    figures = {f.figure: f for f in report.figures}
    name = _known(figure, form, figures)
    found = next((p for p in places(page) if p.locator == figures[name].locator), None)
    definition = form.figures[name]
    table = form.table(definition.table)
    return Explanation(
        definition=definition,
        table_title=table.title if table else definition.table,
        figure=figures[name],
        place=found,
        near=words_around(page, found) if found else ("", ""),
        checks=checks_of(form, figures, name, report.metadata.division_code),
        findings=tuple((n, f) for n, f in enumerate(report.findings, 1) if name in f.figures),
    )


def _form_of(report: Report) -> Form:
    if report.form is None:
        raise UserError(
            "the page has no statutory table, so it has no figures; see nianbao parse", ExitCode.SOME_FAILED
        )
    return load_forms()[report.form]


def _known(figure: str, form: Form, figures: Mapping[str, Figure]) -> str:
    asked = figure.strip().lower()
    columns = {name.replace(".", "_"): name for name in form.figures}
    name = columns.get(asked, asked)
    if name in figures:
        return name
    if name in form.figures:
        raise UserError(f"figure {name}: the page prints the rows of that group one by one; {_near(name, figures)}")
    others = [other.id for other in load_forms().values() if name in other.figures or asked in _columns(other)]
    if others:
        raise UserError(
            f"figure {name} is one of form {' and '.join(others)}, "
            f"the tables follow form {form.id}; {_near(name, figures)}"
        )
    raise UserError(f"form {form.id} has no figure {figure}; {_near(asked, figures)}")


def _columns(form: Form) -> set[str]:
    return {name.replace(".", "_") for name in form.figures}


def _near(asked: str, figures: Mapping[str, Figure]) -> str:
    found = process.extract(asked, figures.keys(), scorer=fuzz.WRatio, limit=_NEAR, score_cutoff=_ALIKE)
    if not found:
        return f"the first of its {len(figures)} figures is {next(iter(figures))}"
    return "near: " + ", ".join(name for name, _, _ in found)


def as_record(explanation: Explanation, report: Report, path: str) -> dict[str, Any]:
    """The JSON object of an explanation."""
    found, figure, place = explanation.definition, explanation.figure, explanation.place
    return {
        "path": path,
        "source_format": report.source_format,
        "form": report.form,
        "verdict": report.verdict,
        **figure_record(figure),
        "label_row": found.label_row,
        "label_column": found.label_column,
        "gloss": found.gloss,
        "table": found.table,
        "row": found.row,
        "column": found.column,
        "place": None
        if place is None
        else {
            "text": place.text,
            "row": list(place.row[0]),
            "cell": place.row[1],
            "above": list(place.above),
            "before": explanation.near[0],
            "after": explanation.near[1],
        },
        "identities": [asdict(check) for check in explanation.checks],
        "findings": [{"number": number, **finding_record(finding)} for number, finding in explanation.findings],
    }


def as_text(explanation: Explanation, report: Report, path: str, *, width: int = 120, colour: bool = False) -> str:
    """The explanation for people, at most ``width`` columns wide, with ANSI colours only when ``colour``."""
    target = io.StringIO()
    console = Console(
        file=target, width=width, force_terminal=colour, color_system="standard" if colour else None, highlight=False
    )
    for line in (*_about(explanation, report, path), *_checks(explanation), *_findings(explanation)):
        console.print(line, soft_wrap=not colour)
    return "\n".join(line.rstrip() for line in target.getvalue().splitlines()) + "\n"


def _about(explanation: Explanation, report: Report, path: str) -> Iterator[Text]:
    found, figure, place = explanation.definition, explanation.figure, explanation.place
    yield Text(figure.figure, "bold")
    rows: list[tuple[str, str | None]] = [
        ("meaning", f"{found.label_row} · {found.label_column} ({found.gloss})"),
        ("value", f"{'none' if figure.value is None else f'{figure.value:,}'}, in {figure.unit} ({figure.status})"),
        ("corrected", _correction(figure)),
        ("printed", None if figure.raw is None else f"'{figure.raw}'"),
        ("form", f"{report.form}, {explanation.table_title} ({found.table})"),
        ("page", f"{path} ({report.source_format})"),
        ("place", figure.locator or "the page has no cell for it"),
    ]
    if place is not None:
        texts, own = place.row
        rows += [
            ("row", " | ".join(f"[{t}]" if n == own else _short(t) for n, t in enumerate(texts))),
            ("above it", " / ".join(map(_short, place.above))),
            ("before", explanation.near[0]),
            ("after", explanation.near[1]),
        ]
    for name, value in rows:
        if value:
            yield Text.assemble(("  " + name.ljust(10), "dim"), value)
    yield Text("")


def _correction(figure: Figure) -> str | None:
    found = figure.corrected
    return f"{found.value:,}: {found.reason} ({found.reference})" if found else None


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"


def _checks(explanation: Explanation) -> Iterator[Text]:
    checks = explanation.checks
    if not checks:
        yield Text("Identities: the form has none with this figure; nothing proves it.\n", "yellow")
        return
    broken = sum(check.result == "broken" for check in checks)
    yield Text(f"Identities: {len(checks)}, broken: {broken}", "bold")
    for check in checks:
        mark, style = _MARKS[check.result]
        scope = f" [{check.scope}]" if check.scope else ""
        why = f" ({check.why})" if check.why else ""
        yield Text.assemble((f"  {mark} ", style), f"{check.rule}{scope}: {check.gloss}{why}")
        yield Text(f"      {_formula(check)}")
    yield Text("")


def _formula(check: Check) -> str:
    left, right = (_side(terms, constant) for terms, constant in ((check.left, 0), (check.right, check.constant)))
    if check.left_sum is None or check.right_sum is None:
        return f"{left} {check.relation} {right}"
    broken = {"=": "≠", "<=": ">", "<": "≥", ">=": "<"}[check.relation]
    relation = {"holds": check.relation, "broken": broken, "open": "?"}[check.result]
    return f"{left} {check.relation} {right}: {check.left_sum:,} {relation} {check.right_sum:,}"


def _side(terms: Sequence[Term], constant: int) -> str:
    """A side of an identity with its numbers; terms of 0 are only counted where the side is long."""
    shown = [t for t in terms if t.value != 0] if len(terms) > _NEAR else list(terms)
    words = [f"{'.'.join(t.figure.split('.')[1:])} {t.status if t.value is None else f'{t.value:,}'}" for t in shown]
    if len(shown) < len(terms):
        words.append(f"{len(terms) - len(shown)} {'more ' if shown else ''}that are 0")
    if constant or not terms:
        words.append(f"{constant:,}")
    return " + ".join(words)


def _findings(explanation: Explanation) -> Iterator[Text]:
    if not explanation.findings:
        yield Text("No finding puts it in doubt.", "green")
        return
    yield Text(f"Findings: {len(explanation.findings)}", "bold")
    for number, finding in explanation.findings:
        style = _SEVERITY_STYLES[finding.severity]
        suggested = ", ".join(f"{name} = {value:,}" for name, value in finding.suggested)
        yield Text.assemble(
            (f"  !{number}  {finding.severity}", style),
            f"  {finding.cause}  {finding.rule}  {finding.message}" + (f" → {suggested}" if suggested else ""),
        )
