"""The arithmetic of the form: each identity is evaluated, and a single wrong cell is located by those it breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple, cast

from transform.forms import FigureDef, Form, Identity, load_forms
from transform.model import Cause, Figure, Finding, Number

_MIN_BROKEN_ROWS = 3


class Outcome(NamedTuple):
    """How an identity comes out: the two sums, and what the left lacks to keep it (0 when it holds)."""

    identity: Identity
    left: Number
    right: Number
    lacking: Number
    unknown: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the sums stand in the relation that the form asks for; blanks count as nothing."""
        relation = self.identity.relation
        if relation == "=":
            return self.lacking == 0
        if relation == "<=":
            return self.left <= self.right
        if relation == "<":
            return self.left < self.right
        return self.left >= self.right


def identities_of(form: Form, figures: Mapping[str, Figure]) -> tuple[Identity, ...]:
    """The identities of a form, with a group printed as one row standing for the rows that it replaces."""
    replaced: dict[str, tuple[str, ...]] = {}
    for table in form.tables:
        for row in table.rows:
            for column in row.columns if row.instead_of else ():
                alternative = f"{table.id}.{row.id}.{column}"
                if alternative not in figures:
                    continue
                members = tuple(f"{table.id}.{member}.{column}" for member in row.instead_of)
                if all(figures[m].status == "missing" for m in members):
                    replaced[members[0]] = (alternative,)
                    replaced.update(dict.fromkeys(members[1:], ()))
    if not replaced:
        return form.identities

    def exchange(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new for old in ids for new in replaced.get(old, (old,)))

    return tuple(replace(i, left=exchange(i.left), right=exchange(i.right)) for i in form.identities)


def asked_of(identity: Identity, division_code: str | None) -> bool:
    """Whether the identity is asked of an issuer with that statistical code."""
    return not identity.levels or level_of(division_code) in identity.levels


def level_of(division_code: str | None) -> str | None:
    """The level of an issuer by the length of its statistical code: province 2, prefecture 4, county 6, town 9."""
    return {2: "province", 4: "prefecture", 6: "county", 9: "town"}.get(len(division_code or ""))


def evaluate(form: Form, figures: Mapping[str, Figure], division_code: str | None = None) -> list[Outcome]:
    """Every identity of the form for which at least one figure of each side has a place on the page."""
    value_of = {name: figure.value for name, figure in figures.items()}.get
    outcomes = []
    for identity in identities_of(form, figures):
        if identity.levels and not asked_of(identity, division_code):
            continue
        left, right = [*map(value_of, identity.left)], [*map(value_of, identity.right)]
        unknown: tuple[str, ...] = ()
        if None in left or None in right:
            if not (_has_place(identity.left, figures) and _has_place(identity.right, figures)):
                continue
            unknown = tuple(name for name in _terms(identity) if value_of(name) is None)
        less, more = _sum(left), _sum(right) + identity.constant
        outcomes.append(Outcome(identity, less, more, more - less, unknown))
    return outcomes


def _sum(numbers: list[Number | None]) -> Number:
    if None in numbers:
        return sum([number for number in numbers if number is not None])
    return sum(cast(list[Number], numbers))


def _has_place(side: Sequence[str], figures: Mapping[str, Figure]) -> bool:
    """Whether any figure of a side has a place on the page; a side without figures needs none."""
    return not side or any(name in figures and figures[name].status != "missing" for name in side)


def _terms(identity: Identity) -> tuple[str, ...]:
    return (*identity.left, *identity.right)


def locate(outcomes: Sequence[Outcome], figures: Mapping[str, Figure]) -> dict[str, Number]:
    """The cells that alone explain broken equations, with the number that would mend them.

    A cell is located when every equation that it takes part in is broken, there are at least two of them, all ask for
    the same change, and no other cell explains any of these equations.
    """
    equations = [o for o in outcomes if o.identity.relation == "=" and o.identity.severity == "error" and not o.unknown]
    if all(outcome.holds for outcome in equations):
        return {}
    involved: dict[str, list[Outcome]] = {}
    for outcome in equations:
        for name in _terms(outcome.identity):
            involved.setdefault(name, []).append(outcome)
    explains: dict[str, Number] = {}
    for name, mine in involved.items():
        if len(mine) < 2 or any(o.holds for o in mine):
            continue
        changes = {o.lacking if name in o.identity.left else -o.lacking for o in mine}
        value = figures[name].value
        if len(changes) == 1 and value is not None:
            mended = value + changes.pop()
            if mended >= 0:
                explains[name] = mended
    covered: dict[int, list[str]] = {}
    for name in explains:
        for outcome in involved[name]:
            covered.setdefault(id(outcome), []).append(name)
    return {name: value for name, value in explains.items() if all(len(covered[id(o)]) == 1 for o in involved[name])}


def scope_label(identity: Identity, form: Form) -> str:
    """The label of the row or column that the identity runs along; empty for one of the whole report."""
    table = form.table(identity.table)
    if table is None or identity.scope is None:
        return ""
    return table.row(identity.scope).label if identity.axis == "row" else table.column(identity.scope).label


def _place(identity: Identity, form: Form) -> str:
    label = scope_label(identity, form)
    return f" [{label}]" if label else ""


def _shown(number: Number) -> str:
    return f"{number:g}" if isinstance(number, float) else str(number)


def keeps_all(form: Form, figures: Mapping[str, Figure], division_code: str | None = None) -> bool:
    """Whether every figure is a whole number and every identity that is asked holds; False where another look tells."""
    values = [figure.value for figure in figures.values()]
    if {*map(type, values)} != {int} or tuple(figures) != _regular_figures(form.id):
        return False
    return _test(form.id, level_of(division_code))(*values)


@lru_cache(maxsize=16)
def _regular_figures(form_id: str) -> tuple[str, ...]:
    return tuple(name for name, figure in load_forms()[form_id].figures.items() if not figure.alternative)


@lru_cache(maxsize=64)
def _test(form_id: str, level: str | None) -> Callable[..., bool]:
    """All identities of a form as one expression over its figures in their order; compiled once.

    Those that take in a figure which the page does not have say nothing.
    """
    names = {figure: f"v{number}" for number, figure in enumerate(_regular_figures(form_id))}

    def side(figures: Sequence[str], constant: int = 0) -> str:
        return "+".join([*(names[figure] for figure in figures), str(constant)])

    def written(identity: Identity) -> str:
        relation = "==" if identity.relation == "=" else identity.relation
        return side(identity.left) + relation + side(identity.right, identity.constant)

    asked = [i for i in load_forms()[form_id].identities if not i.levels or level in i.levels]
    tests = " and ".join([written(identity) for identity in asked if names.keys() >= {*_terms(identity)}])
    test: Callable[..., bool] = eval(f"lambda {','.join(names.values())}: {tests}")  # noqa: S307
    return test


def identity_findings(
    form: Form, figures: Mapping[str, Figure], uncertain: frozenset[str], division_code: str | None = None
) -> list[Finding]:
    """Findings for all broken identities, for blanks that the sums say are not zero, and for located cells.

    ``uncertain`` are the figures whose reading is in doubt; ``cause`` is ``parse`` where one of them takes part,
    ``source`` where every cell was read as the page prints it.
    """
    if keeps_all(form, figures, division_code):
        return []
    outcomes = evaluate(form, figures, division_code)

    def cause(names: Iterable[str]) -> Cause:
        return "parse" if any(n in uncertain for n in names) else "source"

    findings = _distrusted_tables(form, figures, outcomes)
    for name, mended in locate(outcomes, figures).items():
        figure = figures[name]
        findings.append(
            Finding(
                f"{form.figures[name].table}.wrong_cell",
                "error",
                (name,),
                f"prints {figure.raw}; every sum it takes part in asks for {_shown(mended)}",
                cause((name,)),
                ((name, mended),),
            )
        )
    for outcome in outcomes:
        if outcome.holds:
            continue
        identity = outcome.identity
        names = _terms(identity)
        if outcome.unknown:
            finding = _blank_finding(form, outcome, figures)
            if finding is not None:
                findings.append(finding)
            continue
        relation = {"=": "≠", "<=": ">", "<": "≥", ">=": "<"}[identity.relation]
        findings.append(
            Finding(
                identity.rule,
                identity.severity,
                names if identity.doubt else (),
                f"{identity.gloss}{_place(identity, form)}: {_shown(outcome.left)} {relation} {_shown(outcome.right)}",
                cause(names),
            )
        )
    return findings


def _distrusted_tables(form: Form, figures: Mapping[str, Figure], outcomes: Sequence[Outcome]) -> list[Finding]:
    """A doubt about every value of a table in which most rows break their sum: its cells may stand in wrong places."""
    findings = []
    for table in form.tables:
        sums = [
            o
            for o in outcomes
            if o.identity.table == table.id and o.identity.axis == "row" and o.identity.relation == "="
            if (o.left or o.right) and not set(o.unknown) & set(o.identity.right)
            if all(name in figures and figures[name].status in ("blank", "dash") for name in o.unknown)
        ]
        broken = sum(not o.holds for o in sums)
        if broken >= _MIN_BROKEN_ROWS and 2 * broken > len(sums):
            names = tuple(n for n, f in figures.items() if form.figures[n].table == table.id and f.value is not None)
            message = (
                f"{broken} of {len(sums)} rows do not add up to their total: their cells may stand in other places"
            )
            findings.append(Finding(f"{table.id}.sums_broken", "warning", names, message, "unknown"))
    return findings


def _blank_finding(form: Form, outcome: Outcome, figures: Mapping[str, Figure]) -> Finding | None:
    """What a broken equation says of its blanks: too much is printed already, or a blank must hold a number."""
    identity = outcome.identity
    if identity.relation != "=" or identity.severity != "error":
        return None
    blanks = [n for n in outcome.unknown if n in figures and figures[n].status in ("blank", "dash")]
    if len(blanks) != len(outcome.unknown):
        return None
    on_left = [n for n in blanks if n in identity.left]
    short_side = on_left if outcome.lacking > 0 else [n for n in blanks if n in identity.right]
    text = f"{identity.gloss}{_place(identity, form)}: {_shown(outcome.left)} ≠ {_shown(outcome.right)}"
    if not short_side:
        return Finding(
            identity.rule, "error", _terms(identity), f"{text}, whatever the blank cells stand for", "source"
        )
    suggested = ((short_side[0], abs(outcome.lacking)),) if len(short_side) == 1 else ()
    named = tuple(dict.fromkeys((*short_side, *_terms(identity))))
    message = f"{text}: a blank cell stands for a number"
    return Finding(f"{identity.table}.blank_not_zero", "warning", named, message, "source", suggested)


def domain_findings(form: Form, figures: Mapping[str, Figure]) -> list[Finding]:
    """Findings for values that the figure cannot have: counts are whole and not negative, amounts not negative."""
    numbers = [figure.value for figure in figures.values() if figure.value is not None]
    if {*map(type, numbers)} <= {int} and min(numbers, default=0) >= 0:
        return []
    findings = []
    for name, figure in figures.items():
        if figure.value is None:
            continue
        problem = _domain_problem(form.figures[name], figure.value)
        if problem:
            findings.append(Finding("figure.domain", "error", (name,), f"prints '{figure.raw}': {problem}", "source"))
    return findings


def _domain_problem(definition: FigureDef, value: Number) -> str | None:
    if value < 0 and not definition.signed:
        return "a count or an amount cannot be negative"
    if not definition.decimal and not isinstance(value, int):
        return "a count is a whole number"
    return None
