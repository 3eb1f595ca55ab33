"""A Page becomes a Report: the whole of reading and proving, with no effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from extract.page import Doubt, Grid, Page, Paragraph
from transform.alignment.align import align
from transform.alignment.by_template import read_by_template
from transform.alignment.figures import figures_of, with_lone_numerals
from transform.alignment.foreign_tables import Headings
from transform.alignment.recognise import evidence_of, labels_of, recognise_form
from transform.forms import Form
from transform.metadata.page import read_metadata
from transform.model import ExtraRow, Figure, Finding, Metadata, Report
from transform.proof.amounts import amount_findings
from transform.proof.contradictions import contradictions
from transform.proof.doubtful_cells import doubtful_cells
from transform.proof.doubtful_grids import doubt_findings, doubtful_figures
from transform.proof.identities import domain_findings, identity_findings
from transform.proof.second_source import confirmed, stated_figures, with_second_source
from transform.proof.verdict import verdict_of
from transform.prose.concepts import LOCAL_FORM
from transform.prose.copied_text import copied_text
from transform.prose.local_form import LocalTable, local_sums, read_local_table
from transform.prose.run_on import with_headings_apart
from transform.prose.sections import passages, split_sections
from transform.prose.statements import read_statements
from transform.rows.raw_rows import Stretch, read_rows, stretches
from transform.rows.tokens import RawRow
from transform.wording.fold import has_pinyin_noise


def _sample_texts(page: Page) -> list[str]:
    texts: list[str] = []
    for block in page.blocks:
        if isinstance(block, Paragraph):
            texts.append(block.text)
        else:
            for row in block.rows:
                texts.extend([cell.text for cell in row if cell is not None])
    return texts


def _absent_tables(form: Form, figures: Mapping[str, Figure], page: Page) -> list[Finding]:
    printed = {form.figures[name].table for name, figure in figures.items() if figure.status != "missing"}
    findings = []
    for table in form.tables:
        if table.id not in printed:
            hint = "; the page holds images, which may be the table" if page.images else ""
            findings.append(
                Finding(f"{table.id}.absent", "warning", (), f"the page has no table of {table.title}{hint}", "unknown")
            )
    return findings


def _form_mismatch(form: Form, metadata: Metadata) -> list[Finding]:
    year = metadata.year
    if year is None or form.applies_to(year):
        return []
    return [
        Finding(
            "form.mismatch",
            "warning",
            (),
            f"the tables follow form {form.id}, which does not apply to {year}",
            "source",
        )
    ]


def _empty_report(
    page: Page, metadata: Metadata, findings: list[Finding], local: LocalTable | None, pinyin: bool
) -> Report:
    if local:
        message = "no statutory table was found on the page; its local statistical table is read as statements"
    elif page.images:
        message = f"no statutory table in the text of the page; it holds {page.images} images, which may be the tables"
    else:
        message = "no statutory table was found on the page"
    findings.append(Finding("page.no_table", "warning", (), message, "unknown"))
    sections = split_sections(page, frozenset(), pinyin=pinyin)
    prose = passages(page, sections, frozenset(), pinyin=pinyin)
    stated = read_statements(prose, year=metadata.year)
    findings += copied_text(prose, metadata, {f.rule for f in findings})
    statements = [s.statement for s in stated]
    if local:
        findings += local_sums(local)
        findings += contradictions(stated, local.figures, form=LOCAL_FORM)
        statements += local.statements
    return Report(
        metadata, None, "empty", page.source_format, (), tuple(findings), sections, statements=tuple(statements)
    )


def _local_table(form: Form | None, raw_rows: Sequence[RawRow], year: int | None) -> LocalTable | None:
    """The local table of the years before 2014, where the page may have one: its labels are like those of a list."""
    if form is not None and all(table.layout != "list" for table in form.tables):
        return None
    return read_local_table(raw_rows, year)


class _Tables(NamedTuple):
    """What was read of the statutory tables, with the doubts about it and the blocks of flat text that they occupy."""

    form: Form
    figures: dict[str, Figure]
    doubts: Sequence[Finding] = ()
    uncertain: frozenset[str] = frozenset()
    blocks: frozenset[int] = frozenset()
    extra: tuple[ExtraRow, ...] = ()
    doubtful: Mapping[Doubt, Sequence[str]] = {}


def _templated_tables(
    page: Page, parts: Sequence[Stretch], year: int | None, headings: Headings, pinyin: bool
) -> _Tables | None:
    in_doubt = any(isinstance(block, Grid) and block.doubt for block in page.blocks)
    read = None if in_doubt or headings.divide_tables() else read_by_template(parts, year, pinyin)
    return _Tables(*read) if read else None


def _aligned_tables(
    parts: Sequence[Stretch], year: int | None, headings: Headings, pinyin: bool
) -> _Tables | LocalTable | None:
    """The statutory tables; else what else was found: a local table, or nothing."""
    raw_rows = read_rows(parts, pinyin)
    form = recognise_form(evidence_of([label.info for label in labels_of(raw_rows)]), year)
    local = _local_table(form, raw_rows, year)
    if form is None:
        return local
    alignment = align(form, year, raw_rows, headings.foreign)
    if len(alignment.placements) <= (len(local.numbers) if local else 0):
        return local
    doubts = [*alignment.doubts.findings, *headings.foreign_tables(form, alignment)]
    uncertain = {name for f in doubts if f.cause == "parse" for name in f.figures}
    uncertain |= {name for name, p in alignment.placements.items() if not p.certain}
    figures = figures_of(form, alignment)
    doubtful = doubtful_figures(alignment.placements, figures)
    return _Tables(
        form,
        figures,
        doubts,
        frozenset(uncertain.union(*doubtful.values())),
        frozenset(alignment.blocks),
        tuple(alignment.extra),
        doubtful,
    )


def read_report(page: Page, *, division: str | None = None) -> Report:
    """Read a page as an annual report: figures of the form with their places, findings, sections, metadata, verdict.

    ``division`` is the code of the division that the page's source is said to be of; it decides where the page names
    an organ that several divisions have, and never against what the page says.
    Deterministic and without effects; a page with no statutory table gives the verdict ``empty``.
    """
    pinyin = has_pinyin_noise(_sample_texts(page))
    page = with_headings_apart(page, pinyin=pinyin)
    metadata, about = read_metadata(page, pinyin=pinyin, division=division)
    findings = list(about)
    headings = Headings(page, metadata, pinyin)
    parts = stretches(page, pinyin)
    templated = _templated_tables(page, parts, metadata.year, headings, pinyin)
    tables = templated or _aligned_tables(parts, metadata.year, headings, pinyin)
    if not isinstance(tables, _Tables):
        return _empty_report(page, metadata, findings, tables, pinyin)
    form, figures, blocks = tables.form, tables.figures, tables.blocks
    sections = split_sections(page, blocks, pinyin=pinyin)
    findings += _form_mismatch(form, metadata)
    findings += tables.doubts
    statuses = {figure.status for figure in figures.values()}
    if "text" in statuses:
        figures = with_lone_numerals(figures)
        statuses = {figure.status for figure in figures.values()}
    if "missing" in statuses:
        findings += _absent_tables(form, figures, page)
    findings += domain_findings(form, figures)
    findings += amount_findings(form, figures)
    findings += doubtful_cells(form, figures)
    prose = passages(page, sections, blocks, pinyin=pinyin)
    stated = read_statements(prose, year=metadata.year)
    second = stated_figures(stated, form)
    uncertain = tables.uncertain - confirmed(second, figures)
    findings += identity_findings(form, figures, uncertain, metadata.division_code)
    findings += contradictions(stated, figures, form=form.id)
    findings = with_second_source(form, figures, findings, second, metadata.division_code)
    findings += doubt_findings(form, figures, tables.doubtful, findings, metadata.division_code)
    findings += copied_text(prose, metadata, {f.rule for f in findings})
    return Report(
        metadata=metadata,
        form=form.id,
        verdict=verdict_of(statuses, findings),
        source_format=page.source_format,
        figures=tuple(figures.values()),
        findings=tuple(findings),
        sections=sections,
        statements=tuple(s.statement for s in stated),
        extra=tables.extra,
    )
