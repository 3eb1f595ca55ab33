"""The views that analysts query: marts, and templates in ``load/sql`` filled from forms and crosswalk; commented."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib import resources
from string import Template

from load.crosswalk import Concept, Crosswalk, Expression, Term, load_crosswalk
from load.database import Connection
from load.lake import is_lake
from load.sql import literal
from load.wide import column_name, figure_comments, wide_table
from transform.forms import Form
from transform.tables import ViewComments, load_dictionary


def create_views(con: Connection, forms: Mapping[str, Form]) -> None:
    """Make or replace every view and mart with its comments; the caller holds the transaction."""
    crosswalk, views = load_crosswalk(), load_dictionary().views
    for form in forms.values():
        con.execute(form_view(form))
        _comment(con, f"form_{form.id}", _form_view_comment(form), _form_column_comments(form))
    concepts = {c.id: c.comment(tuple(forms)) for c in crosswalk.concepts}
    more = {"town_year": concepts, "rollup": _rollup_comments(crosswalk, views["rollup"])}
    for name, statement in statements(crosswalk, forms).items():
        con.execute(statement)
        known = {**views["common"].columns, **views[name].columns, **more.get(name, {})}
        columns = [row[0] for row in con.execute(f"DESCRIBE {name}").fetchall()]
        _comment(con, name, views[name].comment, {column: known[column] for column in columns})


def statements(crosswalk: Crosswalk, forms: Mapping[str, Form]) -> dict[str, str]:
    """The statement that makes each view which is not the view of a form, by name, each after those it reads."""
    return {
        "reporter": f"CREATE OR REPLACE VIEW reporter AS {reporter_query(crosswalk)}",
        "concept": _template("sql/concept.sql").substitute(rows=_concept_rows(crosswalk, tuple(forms))),
        "town_year": town_year_view(crosswalk),
        "doubt": _template("sql/doubt.sql").template,
        **{name: _template(f"marts/{name}.sql").template for name in mart_names()},
        "rollup": rollup_view(crosswalk),
    }


def reporter_query(crosswalk: Crosswalk, reports: str = "report") -> str:
    """The query of view ``reporter``, or of the same over some reports: ``reports`` is then a subquery in brackets.

    Whether a report is chosen depends on the others of its division only.
    """
    return _template("sql/reporter.sql").substitute(
        reports=reports, government=_ending(crosswalk.government_endings), office=_ending(crosswalk.office_endings)
    )


def reporters_of(divisions: str) -> str:
    """The query of view ``reporter`` over the reports of the divisions that a subquery gives; no others are read."""
    return reporter_query(load_crosswalk(), f"(FROM report WHERE division_code IN ({divisions}))")


def mart_names() -> tuple[str, ...]:
    """The marts, one for each file in ``load/marts``, sorted."""
    folder = resources.files("load").joinpath("marts")
    return tuple(sorted(entry.name.removesuffix(".sql") for entry in folder.iterdir() if entry.name.endswith(".sql")))


def form_view(form: Form) -> str:
    """The statement that makes the wide view of a form: the columns of ``report``, then one for each figure."""
    report = load_dictionary().tables["report"]
    return _template("sql/form.sql").substitute(
        view=f"form_{form.id}",
        form=literal(form.id),
        wide=wide_table(form.id),
        report_columns=",\n  ".join(f"report.{column.name}" for column in report.columns),
        figure_columns=",\n  ".join(f"wide.{column_name(figure)}" for figure in form.figures),
    )


def town_year_view(crosswalk: Crosswalk) -> str:
    """The statement that makes ``town_year``: the chosen report of a division and year, one column a concept."""
    forms = sorted({form for concept in crosswalk.concepts for form in concept.forms})
    return _template("sql/town_year.sql").substitute(
        concept_columns=",\n  ".join(map(_concept_column, crosswalk.concepts)),
        wide_joins="\n".join(f"LEFT JOIN {wide_table(form)} USING (report_id)" for form in forms),
    )


def rollup_view(crosswalk: Crosswalk) -> str:
    """The statement that makes ``rollup``: each concept summed over an area, with the reports behind the sum."""
    return _template("sql/rollup.sql").substitute(sums=",\n  ".join(map(_rolled_up, crosswalk.concepts)))


def _rolled_up(concept: Concept) -> str:
    near = ", ".join(literal(form) for form, e in concept.forms.items() if e.comparability == "near")
    comparable = f"WHEN bool_or(form IN ({near}) AND {concept.id} IS NOT NULL) THEN 'near' " if near else ""
    comparable = f"CASE WHEN count({concept.id}) = 0 THEN NULL {comparable}ELSE 'same' END"
    suffixes = {"": f"sum({concept.id})", "_reports": f"count({concept.id})", "_comparability": comparable}
    return ",\n  ".join(f"{expression} AS {concept.id}{suffix}" for suffix, expression in suffixes.items())


def _rollup_comments(crosswalk: Crosswalk, comments: ViewComments) -> dict[str, str]:
    return {
        template.format(concept=c.id): text.format(label=c.label, gloss=c.gloss, unit=c.unit)
        for c in crosswalk.concepts
        for template, text in comments.columns.items()
        if "{concept}" in template
    }


def _concept_rows(crosswalk: Crosswalk, forms: tuple[str, ...]) -> str:
    rows = []
    for concept in crosswalk.concepts:
        for form in forms:
            expression = concept.forms.get(form)
            stated = (
                (expression.comparability, expression.text, expression.note) if expression else ("none", None, None)
            )
            cells = (concept.id, form, concept.label, concept.gloss, concept.unit, *stated)
            rows.append(f"({', '.join('NULL' if cell is None else literal(cell) for cell in cells)})")
    return ",\n  ".join(rows)


def _template(path: str) -> Template:
    return Template(resources.files("load").joinpath(*path.split("/")).read_text(encoding="utf-8"))


def _ending(endings: Iterable[str]) -> str:
    longest_first = sorted(endings, key=len, reverse=True)
    return literal(f"({'|'.join(map(re.escape, longest_first))})$")


def _concept_column(concept: Concept) -> str:
    cases = " ".join(
        f"WHEN {literal(form)} THEN {_sql(form, expression)}" for form, expression in concept.forms.items()
    )
    return f"CASE chosen.form {cases} END AS {concept.id}"


def _sql(form: str, expression: Expression) -> str:
    return f"coalesce({', '.join(_sum(form, terms) for terms in expression.alternatives)})"


def _sum(form: str, terms: tuple[Term, ...]) -> str:
    table = wide_table(form)
    return " ".join(f"{'-' if term.sign < 0 else '+'} {table}.{column_name(term.figure)}" for term in terms)


def _form_view_comment(form: Form) -> str:
    return f"{load_dictionary().views['form'].comment.format(form=form.id)}; {form.notice}"


def _form_column_comments(form: Form) -> dict[str, str]:
    report = {column.name: column.comment for column in load_dictionary().tables["report"].columns}
    return {**report, **figure_comments(form), **load_dictionary().views["form"].columns}


def _comment(con: Connection, view: str, comment: str, columns: Mapping[str, str]) -> None:
    statements = [f"COMMENT ON VIEW {view} IS {literal(comment)}"]
    if not is_lake(con):
        statements += [f"COMMENT ON COLUMN {view}.{name} IS {literal(text)}" for name, text in columns.items()]
    con.execute(";\n".join(statements))
