"""A page as self-contained HTML in which every figure's cell is marked by what is known of it.

What the source prints becomes text and nothing else: no markup, script, style, address or picture of it survives, and
the page itself forbids its reader to load anything.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources

from lxml import etree
from lxml.html import builder as e
from lxml.html import tostring

from extract.page import Cell, Grid, Page, Paragraph
from transform.forms import FigureDef, load_forms
from transform.model import Figure, Finding, Report

_SEVERITIES = ("error", "warning", "info")
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST_LINKS = 12
_LEGEND = (
    ("ok", "a number that no finding doubts"),
    ("info", "a number with something worth knowing"),
    ("warning", "in doubt: implausible, or the reading is uncertain"),
    ("error", "contradicted"),
    ("decoded", "decoded by the sums of the form"),
    ("without", "a cell of the form without a number"),
    ("corrected", "corrected; the number shown is the printed one"),
)

Element = etree._Element
Numbered = tuple[int, Finding]


@dataclass(frozen=True, slots=True)
class _Marked:
    """The figures of the report by the place they stand in, and the findings by figure."""

    at: Mapping[str, Sequence[Figure]]
    findings: Mapping[str, Sequence[Numbered]]
    definitions: Mapping[str, FigureDef]


def show_page(page: Page, report: Report, path: str) -> str:
    """The whole HTML document: a summary, the findings, then the page with its tables and lines."""
    marked = _marked(report)
    style = resources.files("flows").joinpath("show.css").read_text(encoding="utf-8")
    policy = f"default-src 'none'; style-src 'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'"
    title = report.metadata.title or path
    document = e.HTML(
        e.HEAD(
            e.META(charset="utf-8"),
            e.META({"http-equiv": "Content-Security-Policy", "content": policy}),
            e.META(name="viewport", content="width=device-width, initial-scale=1"),
            e.TITLE(_text(f"{title}: {report.verdict}")),
            e.STYLE(style),
        ),
        e.BODY(
            _summary(page, report, path),
            _findings(report, marked),
            e.MAIN(e.H2("The page"), *_blocks(page, marked)),
            *_missing(report, marked),
        ),
        lang="zh",
    )
    return "<!DOCTYPE html>\n" + str(tostring(document, encoding="unicode")) + "\n"


def _marked(report: Report) -> _Marked:
    at: dict[str, list[Figure]] = {}
    findings: dict[str, list[Numbered]] = {}
    for figure in report.figures:
        if figure.locator is not None:
            at.setdefault(figure.locator, []).append(figure)
    for number, finding in enumerate(report.findings, 1):
        for name in dict.fromkeys(finding.figures):
            findings.setdefault(name, []).append((number, finding))
    return _Marked(at, findings, load_forms()[report.form].figures if report.form else {})


def _text(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)


def _summary(page: Page, report: Report, path: str) -> Element:
    about = report.metadata
    rows = [
        ("file", f"{path} ({page.source_format})"),
        ("issuer", about.issuer),
        ("division", about.division_code),
        ("year", about.year),
        ("published", about.published_on),
        ("form", report.form),
        ("figures", _figure_counts(report)),
        ("findings", _finding_counts(report)),
    ]
    told = [
        part for name, value in rows for part in (e.DT(name), e.DD("not found" if value is None else _text(str(value))))
    ]
    legend = [e.LI(e.SPAN(name, e.CLASS(name)), f" {meaning}") for name, meaning in _LEGEND]
    header: Element = e.HEADER(
        e.H1(_text(about.title or path)),
        e.P("Verdict: ", e.SPAN(report.verdict, e.CLASS(f"verdict {report.verdict}"))),
        e.DL(*told),
        e.DETAILS(e.SUMMARY("How cells are marked"), e.UL(*legend)),
    )
    return header


def _figure_counts(report: Report) -> str:
    counts: dict[str, int] = {}
    for figure in report.figures:
        counts[figure.status] = counts.get(figure.status, 0) + 1
    return ", ".join(f"{count} {status}" for status, count in counts.items()) or "none"


def _finding_counts(report: Report) -> str:
    counts = {severity: sum(f.severity == severity for f in report.findings) for severity in _SEVERITIES}
    return ", ".join(f"{count} {severity}" for severity, count in counts.items() if count) or "none"


def _findings(report: Report, marked: _Marked) -> Element:
    section: Element = e.SECTION(e.H2("Findings"))
    if not report.findings:
        section.append(e.P("None."))
        return section
    ranked = sorted(enumerate(report.findings, 1), key=lambda item: _SEVERITIES.index(item[1].severity))
    rows = [
        e.TR(
            e.TD(f"!{number}"),
            e.TD(finding.severity, e.CLASS(finding.severity)),
            e.TD(finding.cause),
            e.TD(finding.rule),
            e.TD(_text(_message(finding))),
            e.TD(*_links(finding, marked)),
            id=f"finding-{number}",
        )
        for number, finding in ranked
    ]
    heads = [e.TH(name, scope="col") for name in ("", "severity", "cause", "rule", "what is wrong", "figures")]
    section.append(e.DIV(e.TABLE(e.THEAD(e.TR(*heads)), e.TBODY(*rows)), e.CLASS("scroll")))
    return section


def _message(finding: Finding) -> str:
    suggested = ", ".join(f"{figure} = {value:,}" for figure, value in finding.suggested)
    return finding.message + (f" → {suggested}" if suggested else "")


def _links(finding: Finding, marked: _Marked) -> Iterator[Element | str]:
    placed = {figure.figure for figures in marked.at.values() for figure in figures}
    links = [e.A(name, href=f"#{name}") if name in placed else e.SPAN(name) for name in finding.figures]
    for link in links[:_MOST_LINKS]:
        yield link
        yield " "
    if links[_MOST_LINKS:]:
        rest = [part for link in links[_MOST_LINKS:] for part in (link, " ")]
        yield e.DETAILS(e.SUMMARY(f"{len(links) - _MOST_LINKS} more"), *rest)


def _blocks(page: Page, marked: _Marked) -> Iterator[Element]:
    for block in page.blocks:
        if isinstance(block, Grid):
            caption = e.CAPTION(_text(block.locator))
            yield e.DIV(e.TABLE(caption, e.TBODY(*_rows(block, marked))), e.CLASS("scroll"))
        elif block.text:
            yield _line(block, marked)


def _line(paragraph: Paragraph, marked: _Marked) -> Element:
    element: Element = e.P(_text(paragraph.text)) if not paragraph.heading else e.H3(_text(paragraph.text))
    _mark(element, marked.at.get(paragraph.locator, ()), marked)
    return element


def _rows(grid: Grid, marked: _Marked) -> Iterator[Element]:
    covered: set[tuple[int, int]] = set()
    for r, row in enumerate(grid.rows):
        cells = []
        for c, cell in enumerate(row):
            if (r, c) in covered:
                continue
            height, width = _extent(grid, cell, r, c)
            covered.update((r + down, c + across) for down in range(height) for across in range(width))
            cells.append(_cell(grid, cell, height, width, marked))
        yield e.TR(*cells)


def _extent(grid: Grid, cell: Cell | None, r: int, c: int) -> tuple[int, int]:
    """How many rows and columns the cell takes from its slot on: the slots that hold the same cell."""
    if cell is None:
        return 1, 1
    row = grid.rows[r]
    width = next((w for w in range(1, len(row) - c) if row[c + w] is not cell), len(row) - c)
    below = range(1, len(grid.rows) - r)
    whole = (h for h in below if any(slot is not cell for slot in grid.rows[r + h][c : c + width]))
    return next(whole, len(grid.rows) - r), width


def _cell(grid: Grid, cell: Cell | None, height: int, width: int, marked: _Marked) -> Element:
    spans = {name: str(size) for name, size in (("rowspan", height), ("colspan", width)) if size > 1}
    element: Element = e.TD(_text(cell.text) if cell else "", spans)
    if cell:
        _mark(element, marked.at.get(grid.cell_locator(cell), ()), marked)
    return element


def _mark(element: Element, figures: Sequence[Figure], marked: _Marked) -> None:
    """Give the cell of some figures its colour, its anchors, the numbers of its findings, and the words about it."""
    if not figures:
        return
    found = dict(pair for figure in figures for pair in marked.findings.get(figure.figure, ()))
    kind = _kind(figures, found.values())
    words = "\n".join((*(_told(f, marked) for f in figures), *(_numbered(n, f) for n, f in found.items())))
    corrected = any(figure.corrected for figure in figures)
    element.set("class", f"figure {kind} corrected" if corrected else f"figure {kind}")
    element.set("id", figures[0].figure)
    element.set("title", _text(words))
    element.extend(e.SPAN(id=figure.figure) for figure in figures[1:])
    for number, finding in found.items():
        link = e.A(f"!{number}", href=f"#finding-{number}", title=_text(_numbered(number, finding)))
        element.append(e.SPAN(" ", link, e.CLASS("mark")))
    if kind != "ok":
        note = f"about-{figures[0].figure}"
        element.set("tabindex", "0")
        element.set("aria-describedby", note)
        element.append(e.SPAN(_text(words), e.CLASS("note"), id=note, role="tooltip"))


def _kind(figures: Sequence[Figure], findings: Iterable[Finding]) -> str:
    severities = {finding.severity for finding in findings}
    worst = next((severity for severity in _SEVERITIES if severity in severities), None)
    if worst:
        return worst
    if any(figure.value is None for figure in figures):
        return "without"
    return "decoded" if any(figure.status == "decoded" for figure in figures) else "ok"


def _told(figure: Figure, marked: _Marked) -> str:
    definition = marked.definitions[figure.figure]
    value = "no number" if figure.value is None else f"{figure.value:,} {figure.unit}"
    corrected = f", corrected to {figure.corrected.value:,}" if figure.corrected else ""
    return f"{figure.figure}: {value} ({figure.status}){corrected}\n{definition.label_row} · {definition.label_column}"


def _numbered(number: int, finding: Finding) -> str:
    return f"!{number} {finding.severity} ({finding.cause}) {finding.rule}: {_message(finding)}"


def _missing(report: Report, marked: _Marked) -> Iterator[Element]:
    """What the form has and the page does not."""
    missing = [figure for figure in report.figures if figure.locator is None]
    if missing:
        rows = [e.LI(_text(_told(figure, marked)), id=figure.figure) for figure in missing]
        yield e.SECTION(
            e.H2("Not on the page"),
            e.DETAILS(e.SUMMARY(f"{len(missing)} figures of the form have no place"), e.UL(*rows)),
        )
