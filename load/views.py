"""The views that analysts query: SQL templates in ``load/sql``, filled from forms and crosswalk, all commented."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib import resources
from string import Template

from load.crosswalk import Concept, Crosswalk, Expression, Term, load_crosswalk
from load.database import Connection, literal
from transform.forms import Form
from transform.tables import load_dictionary


def column_name(figure: str) -> str:
    """The column of a figure in a wide view: its id with underscores for dots."""
    return figure.replace(".", "_")


def create_views(con: Connection, forms: Mapping[str, Form]) -> None:
    """Make or replace every view with its comments; the caller holds the transaction."""
    crosswalk = load_crosswalk()
    for form in forms.values():
        con.execute(form_view(form))
        _comment(con, f"form_{form.id}", _form_view_comment(form), _form_column_comments(form))
    con.execute(town_year_view(crosswalk))
    comments = load_dictionary().views
    concepts = {c.id: c.comment(tuple(forms)) for c in crosswalk.concepts}
    _comment(con, "town_year", comments["town_year"].comment, {**comments["town_year"].columns, **concepts})
    con.execute(_template("doubt.sql").template)
    _comment(con, "doubt", comments["doubt"].comment, comments["doubt"].columns)


def form_view(form: Form) -> str:
    """The statement that makes the wide view of a form: the columns of ``report``, then one for each figure."""
    report = load_dictionary().tables["report"]
    return _template("form.sql").substitute(
        view=f"form_{form.id}",
        form=literal(form.id),
        report_columns=",\n  ".join(f"report.{column.name}" for column in report.columns),
        figure_columns=_figure_columns(form.figures),
    )


def town_year_view(crosswalk: Crosswalk) -> str:
    """The statement that makes ``town_year``: the chosen report of a division and year, one column a concept."""
    return _template("town_year.sql").substitute(
        government=_ending(crosswalk.government_endings),
        office=_ending(crosswalk.office_endings),
        figures=", ".join(map(literal, crosswalk.figures)),
        figure_columns=_figure_columns(crosswalk.figures),
        concept_columns=",\n  ".join(map(_concept_column, crosswalk.concepts)),
    )


def _template(name: str) -> Template:
    return Template(resources.files("load").joinpath("sql", name).read_text(encoding="utf-8"))


def _ending(endings: Iterable[str]) -> str:
    longest_first = sorted(endings, key=len, reverse=True)
    return literal(f"({'|'.join(map(re.escape, longest_first))})$")


def _figure_columns(figures: Iterable[str]) -> str:
    return ",\n  ".join(f"max(CASE WHEN figure = {literal(f)} THEN value END) AS {column_name(f)}" for f in figures)


def _concept_column(concept: Concept) -> str:
    cases = " ".join(f"WHEN {literal(form)} THEN {_sql(expression)}" for form, expression in concept.forms.items())
    return f"CASE chosen.form {cases} END AS {concept.id}"


def _sql(expression: Expression) -> str:
    return f"coalesce({', '.join(map(_sum, expression.alternatives))})"


def _sum(terms: tuple[Term, ...]) -> str:
    return " ".join(f"{'-' if term.sign < 0 else '+'} wide.{column_name(term.figure)}" for term in terms)


def _form_view_comment(form: Form) -> str:
    return f"{load_dictionary().views['form'].comment.format(form=form.id)}; {form.notice}"


def _form_column_comments(form: Form) -> dict[str, str]:
    comments = {column.name: column.comment for column in load_dictionary().tables["report"].columns}
    for figure in form.figures.values():
        instead = "; printed in place of the rows of its group" if figure.alternative else ""
        label = f"{figure.label_row} · {figure.label_column} · {figure.gloss} ({figure.unit}){instead}"
        comments[column_name(figure.figure)] = f"{label}; {figure.figure}"
    return comments


def _comment(con: Connection, view: str, comment: str, columns: Mapping[str, str]) -> None:
    statements = [f"COMMENT ON VIEW {view} IS {literal(comment)}"]
    statements += [f"COMMENT ON COLUMN {view}.{name} IS {literal(text)}" for name, text in columns.items()]
    con.execute(";\n".join(statements))
