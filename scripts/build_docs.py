"""Build what the documentation takes from code and data: command help, data dictionary, tables of rules.

    python scripts/build_docs.py            write docs/
    python scripts/build_docs.py --check    say what is out of date, and change nothing

``docs/dictionary.md`` is made whole. In the other pages only the blocks between ``<!-- begin: NAME -->`` and
``<!-- end -->`` are made; everything around them is written by hand.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from typer.main import get_command  # noqa: E402
from typer.testing import CliRunner  # noqa: E402

from flows.cli import app  # noqa: E402
from load.below import load_below  # noqa: E402
from load.cross_checks import load_cross_checks  # noqa: E402
from load.crosswalk import Concept, load_crosswalk  # noqa: E402
from load.database import open_database  # noqa: E402
from load.schema import prepare  # noqa: E402
from load.views import mart_names  # noqa: E402
from load.wide import column_name  # noqa: E402
from transform.forms import Form, Identity, load_forms  # noqa: E402
from transform.prose.concepts import load_wording  # noqa: E402
from transform.tables import Table, load_dictionary  # noqa: E402

DOCS = ROOT / "docs"
_BLOCK = re.compile(r"<!-- begin: (?P<name>[^>]+?) -->\n.*?<!-- end -->", re.DOTALL)
_WIDTH = "80"
_MOST_TERMS = 8


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; pipes, line breaks and angle brackets inside cells are made harmless."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    parts = " ".join(text.split()).replace("|", "\\|").split("`")
    parts[::2] = [part.replace("<", "&lt;") for part in parts[::2]]
    return "`".join(parts)


def command_names() -> list[str]:
    """Every command of the command line, groups after their parents: ````, ``parse``, ..., ``sources check``."""

    def walk(prefix: str, command: object) -> Iterator[str]:
        yield prefix
        for name, child in getattr(command, "commands", {}).items():
            yield from walk(f"{prefix} {name}".strip(), child)

    return list(walk("", get_command(app)))


def help_text(command: str) -> str:
    """What ``nianbao COMMAND --help`` prints on a terminal of 80 columns."""
    arguments = [*command.split(), "--help"]
    result = CliRunner().invoke(app, arguments, prog_name="nianbao", env={"COLUMNS": _WIDTH, "NO_COLOR": "1"})
    return "\n".join(line.rstrip() for line in result.output.rstrip().splitlines())


def _help_block(command: str) -> str:
    call = " ".join(("nianbao", command, "--help")).replace("  ", " ")
    return f"```\n$ {call}\n{help_text(command)}\n```"


def rules_of(forms: Mapping[str, Form]) -> dict[str, list[tuple[str, Identity]]]:
    """The identities of all forms by rule, each with its form."""
    rules: dict[str, list[tuple[str, Identity]]] = {}
    for form in forms.values():
        for identity in form.identities:
            rules.setdefault(identity.rule, []).append((form.id, identity))
    return rules


def _identities_block() -> str:
    rows = []
    for rule, found in rules_of(load_forms()).items():
        identity = found[0][1]
        forms = list(dict.fromkeys(form for form, _ in found))
        counts = ", ".join(f"{form}: {sum(f == form for f, _ in found)}" for form in forms)
        notes = [identity.gloss]
        if identity.levels:
            notes.append(f"asked of the levels {', '.join(identity.levels)} only")
        if not identity.doubt:
            notes.append("puts no figure in doubt")
        rows.append([f"`{rule}`", identity.severity, counts, f"`{_formula(found)}`", "; ".join(notes)])
    return table(["rule", "severity", "equations in each form", "what must hold", "meaning"], rows)


def _formula(found: Sequence[tuple[str, Identity]]) -> str:
    """The equation of a rule with the names of rows or columns; that of the newest form where they differ."""
    identity = found[-1][1]
    position = {"row": 2, "column": 1, "report": 1}[identity.axis]

    def side(ids: Sequence[str], constant: int) -> str:
        names = [i.split(".")[position] for i in ids]
        if len(names) > _MOST_TERMS:
            names = [*names[:2], f"… ({len(names)} terms)", names[-1]]
        return " + ".join([*names, *([str(constant)] if constant or not names else [])])

    return f"{side(identity.left, 0)} {identity.relation} {side(identity.right, identity.constant)}"


def _statements_block() -> str:
    rows = [
        [c.name, f"`{c.rule}`" + (", `text.zero`" if c.nil_table else ""), ", ".join(c.readings)]
        for c in load_wording().concepts
        if c.rule
    ]
    return table(["stated in the prose", "rule", "compared in forms"], rows)


def _stated_part() -> str:
    """Every concept of table ``statement``: what the prose can state, and what the local form adds."""
    rows = [[f"`{c.id}`", c.unit, c.name] for c in load_wording().concepts]
    known = {c.id for c in load_wording().concepts}
    local = tomllib.loads((ROOT / "data" / "local_form.toml").read_text(encoding="utf-8"))["indicator"]
    rows += [[f"`{i['concept']}`", i["unit"], i["name"]] for i in local if i["concept"] not in known]
    return table(["concept", "unit", "what is stated"], rows)


def _years_block() -> str:
    found = {check.rule: check for check in (*load_cross_checks(), *load_below())}
    return table(
        ["rule", "severity", "meaning"], ([f"`{rule}`", check.severity, check.gloss] for rule, check in found.items())
    )


def _coverage_block() -> str:
    rows = []
    for form in load_forms().values():
        proved = {
            name
            for identity in form.identities
            if identity.relation == "=" and identity.severity == "error"
            for name in (*identity.left, *identity.right)
        }
        crossed = [
            name
            for identity in form.identities
            if identity.relation == "=" and identity.severity == "error"
            for name in (*identity.left, *identity.right)
        ]
        for statutory in form.tables:
            own = [f.figure for f in form.figures.values() if f.table == statutory.id and not f.alternative]
            in_one = sum(name in proved for name in own)
            in_two = sum(crossed.count(name) > 1 for name in own)
            rows.append([form.id, f"`{statutory.id}` {statutory.title}", str(len(own)), str(in_one), str(in_two)])
    header = ["form", "table", "figures", "in an equation", "in two or more"]
    return table(header, rows)


def _blocks() -> dict[str, Callable[[], str]]:
    return {
        "identities": _identities_block,
        "statements": _statements_block,
        "years": _years_block,
        "coverage": _coverage_block,
        **{f"help {name}".strip(): partial(_help_block, name) for name in command_names()},
    }


def fill(text: str) -> str:
    """A page with all its blocks made anew; ValueError names a block that nothing makes."""
    blocks = _blocks()

    def made(match: re.Match[str]) -> str:
        name = match["name"]
        if name not in blocks:
            raise ValueError(f"no block is called {name!r}")
        return f"<!-- begin: {name} -->\n{blocks[name]()}\n<!-- end -->"

    return _BLOCK.sub(made, text)


def commands_page(text: str) -> str:
    """The page of commands: its blocks made anew, and a heading with a block for each command that has none."""
    for name in command_names():
        block = f"<!-- begin: {f'help {name}'.strip()} -->"
        if block not in text:
            text = f"{text.rstrip()}\n\n## {f'nianbao {name}'.strip()}\n\n{block}\n<!-- end -->\n"
    return fill(text)


def dictionary_page() -> str:
    """The data dictionary: every table, view, column and figure, with its comment."""
    forms, dictionary, crosswalk = load_forms(), load_dictionary(), load_crosswalk()
    comments, concepts = column_comments(), [concept.id for concept in crosswalk.concepts]
    printed = {form.id: [f for f in form.figures.values() if not f.alternative] for form in forms.values()}
    total = sum(map(len, printed.values()))
    counts = ", ".join(f"{len(figures)} on form {form}" for form, figures in printed.items())
    parts = [
        "# Data dictionary",
        "This page is made by `python scripts/build_docs.py` from `data/dictionary.toml`, `data/crosswalk.toml` and "
        "`data/forms/`; the comments in the database come from the same files. "
        f"Schema version {dictionary.schema_version}.",
        f"The forms hold {total} figures: {counts}.",
        "- [Tables](#tables)\n- [Stated concepts](#stated-concepts)\n- [Views](#views)\n- [Marts](#marts)\n"
        + "\n".join(f"- [Figures of form {f}](#form-{f})" for f in forms),
        "## Tables",
        *(_table_part(t) for t in dictionary.tables.values()),
        "## Stated concepts",
        "What the column `concept` of table `statement` can hold; `data/statements.toml` and `data/local_form.toml` "
        "have the wording.",
        _stated_part(),
        "## Views",
        *(
            _view_part(name, dictionary.views[name].comment, comments[name])
            for name in ("doubt", "reporter", "concept")
        ),
        _view_part("town_year", dictionary.views["town_year"].comment, _without(comments["town_year"], concepts)),
        "The concepts, each a column of `town_year`. *same*: the same quantity; *near*: comparable with care, the "
        "wording or the scope changed; *none*: the form does not give it, and the column is NULL.",
        _concepts_part(crosswalk.concepts, tuple(forms)),
        "Figures that are no column of `town_year`, and why:",
        table(["figures", "reason"], ([f"`{p}`", reason] for p, reason in crosswalk.discontinued.items())),
        "## Marts",
        "Views that answer one question each, one file in `load/marts` for each of them. Ratios stand beside their "
        "numerator and denominator; `small` marks a denominator under 30. A number that a report leaves blank is NULL, "
        "and so is all that is derived from it.",
        *(_view_part(name, dictionary.views[name].comment, comments[name]) for name in mart_names()),
        _view_part("rollup", dictionary.views["rollup"].comment, _without(comments["rollup"], concepts)),
        "Besides, three columns for each concept:",
        table(["column", "meaning"], ([f"`{c}`", t] for c, t in _rollup_templates().items())),
        *(_form_part(form) for form in forms.values()),
    ]
    return "\n\n".join(parts) + "\n"


def column_comments() -> dict[str, dict[str, str]]:
    """The comments of the columns of every view, as a new database has them."""
    with closing(open_database(Path(":memory:"))) as con:
        prepare(con, "a new database")
        found = con.execute(
            "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
    comments: dict[str, dict[str, str]] = {}
    for view, column, comment in found:
        comments.setdefault(view, {})[column] = comment
    return comments


def _without(comments: Mapping[str, str], concepts: Sequence[str]) -> dict[str, str]:
    made = {f"{concept}{suffix}" for concept in concepts for suffix in ("", "_reports", "_comparability")}
    return {column: text for column, text in comments.items() if column not in made}


def _rollup_templates() -> dict[str, str]:
    return {c: t for c, t in load_dictionary().views["rollup"].columns.items() if "{" in c}


def _table_part(described: Table) -> str:
    rows = (
        [f"`{c.name}`", f"`{c.type}`", "no" if c.required else "yes", c.comment, ", ".join(f"`{v}`" for v in c.values)]
        for c in described.columns
    )
    columns = table(["column", "type", "may be NULL", "meaning", "values"], rows)
    key = ", ".join(f"`{name}`" for name in described.order)
    return f"### {described.name}\n\n{described.comment}. Key: {key}.\n\n{columns}"


def _view_part(name: str, comment: str, columns: Mapping[str, str]) -> str:
    return f"### {name}\n\n{_cell(comment)}.\n\n" + table(
        ["column", "meaning"], ([f"`{c}`", t] for c, t in columns.items())
    )


def _concepts_part(concepts: Sequence[Concept], forms: tuple[str, ...]) -> str:
    def given(concept: Concept, form: str) -> str:
        expression = concept.forms.get(form)
        if expression is None:
            return "none"
        note = f" ({expression.note})" if expression.note else ""
        return f"{expression.comparability}: {_shortened(expression.text)}{note}"

    rows = ([f"`{c.id}`", c.label, f"{c.gloss} ({c.unit})", *(given(c, form) for form in forms)] for c in concepts)
    return table(["column", "label", "meaning", *(f"form {form}" for form in forms)], rows)


def _shortened(expression: str) -> str:
    terms = expression.split(" + ")
    short = [*terms[:2], f"… ({len(terms)} terms)", terms[-1]] if len(terms) > _MOST_TERMS - 1 else terms
    return " + ".join(short)


def _form_part(form: Form) -> str:
    years = f"{form.first_year} to {form.last_year}" if form.last_year else f"{form.first_year} onward"
    view = load_dictionary().views["form"].comment.format(form=form.id)
    parts = [
        f"## Form {form.id}",
        f"{form.notice}, {form.issued_by}; for the report years {years}. View `form_{form.id}`: {view}.",
    ]
    for statutory in form.tables:
        rows = (
            [
                f"`{f.figure}`",
                f.label_row,
                f.label_column,
                f.unit,
                f.gloss + (" (printed in place of the rows of its group)" if f.alternative else ""),
                f"`{column_name(f.figure)}`",
            ]
            for f in form.figures.values()
            if f.table == statutory.id
        )
        figures = table(["figure", "row", "column", "unit", "meaning", f"column of `form_{form.id}`"], rows)
        parts.append(f"### {statutory.title} (`{statutory.id}`, form {form.id})\n\n{figures}")
    return "\n\n".join(parts)


def pages() -> dict[Path, str]:
    """Every page of the documentation that holds something made, with its text as it has to be."""
    made = {}
    for path in sorted(DOCS.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        made[path] = commands_page(text) if path.name == "commands.md" else fill(text)
    made[DOCS / "dictionary.md"] = dictionary_page()
    return made


def main() -> int:
    """Write the pages, or with ``--check`` name those that are out of date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; exit status 1 when a page is stale")
    check = parser.parse_args().check
    stale = [
        (path, text) for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path, text in stale:
        if not check:
            path.write_text(text, encoding="utf-8")
        said = "is out of date; run python scripts/build_docs.py" if check else "written"
        print(f"{path.relative_to(ROOT)}: {said}")  # noqa: T201
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
