"""The requests table in many structures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from . import labels
from .choices import Dice
from .printing import Expected
from .sheets import Box, Row, Sheet, label, values
from .truth import Truth
from .wording import Wording, cut_at_break

_CANONICAL = tuple(labels.APPLICANTS)
_TITLES = ("收到和处理政府信息公开申请情况统计表", "三、收到和处理政府信息公开申请情况", "附表二")


@dataclass
class _Plan:
    groups: str
    header: str
    columns: tuple[str, ...]
    numbered: bool
    row_number: int = 0

    @property
    def label_columns(self) -> int:
        return {"span": 3, "repeat": 3, "once": 3, "inner": 2}.get(self.groups, 1)


def build(truth: Truth, expected: Mapping[str, Expected], dice: Dice, word: Wording, *, exact: bool) -> list[Sheet]:
    """The sheets of table three; ``exact`` tells whether the format will keep the place of every cell."""
    plan = _plan(dice, exact=exact)
    if exact and dice.flag("requests.transposed", 0.03, "noisy"):
        return [_transposed(truth, expected, plan, word)]
    if exact and dice.flag("requests.listing", 0.02, "damaged"):
        return [_listing(truth, expected, plan, word, dice)]
    header = _header(plan, dice, word)
    body = _body(truth, expected, plan, dice, word)
    sheet = Sheet("requests", [*header, *body], head_rows=len(header))
    _odd_rows(sheet, plan, dice)
    return _split(sheet, header, plan, dice)


def _plan(dice: Dice, *, exact: bool) -> _Plan:
    groups = dice.pick(
        "requests.groups",
        {
            "span": (8, "clean"),
            "repeat": (1, "clean"),
            "once": (0.8, "noisy"),
            "omit": (0.8, "noisy"),
            "path": (0.8, "noisy"),
            "inner": (0.6, "noisy"),
            "own_rows": (0.7, "noisy"),
        },
    )
    header = dice.pick(
        "requests.header",
        {
            "full": (9, "clean"),
            "flat": (1, "clean"),
            "flat_path": (0.5, "noisy"),
            "two_rows": (0.7, "clean"),
            "cut": (0.6, "noisy"),
            "missing": (0.6, "noisy"),
        },
    )
    columns: tuple[str, ...] = _CANONICAL
    if header in {"full", "flat", "flat_path", "two_rows"} and (exact or header.startswith("flat")):
        order = dice.pick(
            "requests.columns", {"canonical": (14, "clean"), "total_first": (0.6, "noisy"), "permuted": (0.6, "noisy")}
        )
        if order == "total_first":
            columns = ("total", *_CANONICAL[:-1])
        elif order == "permuted":
            organizations = tuple(dice.rng.sample(labels.ORGANIZATIONS, 5))
            tops = dice.rng.sample([("natural_person",), organizations, ("total",)], 3)
            columns = tuple(column for top in tops for column in top)
        if dice.flag("requests.subtotal_column", 0.04, "noisy"):
            last = max(columns.index(column) for column in labels.ORGANIZATIONS)
            columns = (*columns[: last + 1], "subtotal", *columns[last + 1 :])
    numbered = dice.flag("requests.row_numbers", 0.04, "noisy")
    return _Plan(groups, header, columns, numbered)


def _column_label(column: str, word: Wording) -> str:
    return "小计" if column == "subtotal" else word(labels.APPLICANTS[column])


def _header(plan: _Plan, dice: Dice, word: Wording) -> list[Row]:
    width = plan.label_columns
    number = [label("序号", head=True)] if plan.numbered else []
    names = {column: _column_label(column, word) for column in plan.columns}
    if plan.header == "missing":
        return []
    if plan.header in {"flat", "flat_path"}:
        if plan.header == "flat_path":
            group = word(labels.ORGANIZATION_HEADER)
            mark = dice.rng.choice(("-", "—", "：", "/", ""))
            names = {c: f"{group}{mark}{n}" if c in labels.ORGANIZATIONS else n for c, n in names.items()}
        return [[*number, label("项目", cs=width, head=True), *(label(n, head=True) for n in names.values())]]
    if plan.header == "cut":
        names = {column: cut_at_break(name, dice.rng) for column, name in names.items()}
    tops = _tops(plan, names, word)
    inner = [label(names[c], head=True) for c in plan.columns if c in labels.ORGANIZATIONS or c == "subtotal"]
    if plan.header == "two_rows":
        return [[*(label("序号", rs=2) for _ in number), label("项目", cs=width, rs=2, head=True), *tops], inner]
    first = [
        *(label("序号", rs=3, head=True) for _ in number),
        label(word(labels.BALANCE_NOTE), cs=width, rs=3, head=True),
        label(word(labels.APPLICANT_HEADER), cs=len(plan.columns), head=True),
    ]
    return [first, tops, inner]


def _tops(plan: _Plan, names: Mapping[str, str], word: Wording) -> Row:
    tops: Row = []
    members = [c for c in plan.columns if c in labels.ORGANIZATIONS or c == "subtotal"]
    for column in plan.columns:
        if column == members[0]:
            tops.append(label(word(labels.ORGANIZATION_HEADER), cs=len(members), head=True))
        elif column not in members:
            tops.append(label(names[column], rs=2, head=True))
    return tops


def _body(truth: Truth, expected: Mapping[str, Expected], plan: _Plan, dice: Dice, word: Wording) -> list[Row]:
    rows = labels.request_rows(truth.form, single_other=truth.single_other)
    subtotals = (
        dice.flag("requests.subtotal_rows", 0.04, "noisy")
        and plan.groups in {"span", "repeat", "once"}
        and truth.pristine
    )
    lines: list[tuple[tuple[str, ...], Row]] = []
    for row, path in rows.items():
        lines.append((path, _cells(truth, expected, row, plan)))
        if subtotals and len(path) == 3 and _is_last(rows, row):
            lines.append(((*path[:2], "小计"), _subtotal(truth, rows, path[:2], plan)))
    if plan.groups == "own_rows":
        return _under_headings(lines, plan, word)
    labelled = _LABELLERS[plan.groups]([path for path, _ in lines], word)
    body = [[*names, *cells] for names, (_, cells) in zip(labelled, lines, strict=True)]
    if plan.numbered:
        body = [[label(str(number + 1)), *row] for number, row in enumerate(body)]
    return body


def _is_last(rows: Mapping[str, tuple[str, ...]], row: str) -> bool:
    order = list(rows)
    following = order[order.index(row) + 1]
    return rows[following][:2] != rows[row][:2]


def _cells(truth: Truth, expected: Mapping[str, Expected], row: str, plan: _Plan) -> Row:
    cells: Row = []
    for column in plan.columns:
        if column == "subtotal":
            total = sum(truth.figures[f"requests.{row}.{c}"] for c in labels.ORGANIZATIONS)
            cells.append(Box(str(total)))
        else:
            cells += values(expected, [f"requests.{row}.{column}"])
    return cells


def _subtotal(truth: Truth, rows: Mapping[str, tuple[str, ...]], group: tuple[str, ...], plan: _Plan) -> Row:
    members = [row for row, path in rows.items() if path[:2] == group]
    columns = [labels.ORGANIZATIONS if c == "subtotal" else (c,) for c in plan.columns]
    return [Box(str(sum(truth.figures[f"requests.{r}.{c}"] for r in members for c in cs))) for cs in columns]


def _spanned(paths: Sequence[tuple[str, ...]], word: Wording) -> list[Row]:
    result: list[Row] = []
    for y, path in enumerate(paths):
        row: Row = []
        for depth, name in enumerate(path):
            last = depth == len(path) - 1
            if not last and y and paths[y - 1][: depth + 1] == path[: depth + 1]:
                continue
            below = 1 if last else sum(1 for other in paths if other[: depth + 1] == path[: depth + 1])
            row.append(label(word(name), cs=3 - depth if last else 1, rs=below))
        result.append(row)
    return result


def _repeated(paths: Sequence[tuple[str, ...]], word: Wording) -> list[Row]:
    return [[label(word(n), cs=3 - d if d == len(path) - 1 else 1) for d, n in enumerate(path)] for path in paths]


def _once(paths: Sequence[tuple[str, ...]], word: Wording) -> list[Row]:
    result: list[Row] = []
    for y, path in enumerate(paths):
        row: Row = []
        for depth in range(3):
            name = path[depth] if depth < len(path) else ""
            leaf = depth >= len(path) - 1
            known = not leaf and y > 0 and paths[y - 1][: depth + 1] == path[: depth + 1]
            row.append(label("" if known or not name else word(name)))
        result.append(row)
    return result


def _omitted(paths: Sequence[tuple[str, ...]], word: Wording) -> list[Row]:
    return [[label(word(path[-1]))] for path in paths]


def _inner(paths: Sequence[tuple[str, ...]], word: Wording) -> list[Row]:
    """The outermost group label is left out: （三）不予公开 | 1.属于国家秘密."""
    rows = _spanned([path[1:] if len(path) > 1 else path for path in paths], word)
    for row in rows:
        row[-1].cs -= 1
    return rows


def _under_headings(lines: list[tuple[tuple[str, ...], Row]], plan: _Plan, word: Wording) -> list[Row]:
    """Every group label has a row to itself, its rows follow."""
    body: list[Row] = []
    above: tuple[str, ...] = ()
    for number, (path, cells) in enumerate(lines):
        width = 1 + len(plan.columns) + int(plan.numbered)
        new = [depth for depth in range(1, len(path)) if above[:depth] != path[:depth]]
        body += [[label(word(path[depth - 1]), cs=width)] for depth in new]
        above = path[:-1]
        body.append([*([label(str(number + 1))] if plan.numbered else []), label(word(path[-1])), *cells])
    return body


def _joined(paths: Sequence[tuple[str, ...]], word: Wording) -> list[Row]:
    return [[label("".join(word(name) for name in path))] for path in paths]


_LABELLERS = {"span": _spanned, "repeat": _repeated, "once": _once, "omit": _omitted, "path": _joined, "inner": _inner}


def _odd_rows(sheet: Sheet, plan: _Plan, dice: Dice) -> None:
    """Rows that belong to no form: units, column numbers, the header again, shares in per cent."""
    lead = plan.label_columns + int(plan.numbered)
    width = lead + len(plan.columns)
    kind = dice.pick(
        "requests.odd_row",
        {
            "none": (16, "clean"),
            "unit": (0.7, "clean"),
            "title": (0.7, "clean"),
            "column_numbers": (0.5, "noisy"),
            "header_again": (0.5, "noisy"),
            "empty": (0.6, "noisy"),
            "percent": (0.4, "noisy"),
            "note": (0.6, "clean"),
        },
    )
    head = sheet.head_rows
    if kind == "unit":
        sheet.rows.insert(0, [label("单位：件", cs=width)])
        sheet.head_rows += 1
    elif kind == "title":
        sheet.rows.insert(0, [label(dice.rng.choice(_TITLES), cs=width)])
        sheet.head_rows += 1
    elif kind == "column_numbers":
        sheet.rows.insert(head, [label("栏次", cs=lead), *(label(str(n + 1)) for n in range(len(plan.columns)))])
    elif kind == "empty":
        sheet.rows.insert(head, [label("") for _ in range(width)])
    elif kind == "percent":
        shares = [label(f"{dice.rng.randint(1, 99)}.{dice.rng.randint(0, 9)}%") for _ in plan.columns]
        sheet.rows.append([label("占全部申请的比例", cs=lead), *shares])
    elif kind == "note":
        sheet.rows.append([label("注：同一申请只统计一次，数据由各科室汇总。", cs=width)])
    elif kind == "header_again" and head:
        at = _first_row(sheet.rows, "requests.handled.")
        if plan.groups != "span":
            sheet.rows[at:at] = [[Box(b.text, b.cs, b.rs, None, True) for b in row] for row in sheet.rows[:head]]


def _split(sheet: Sheet, header: list[Row], plan: _Plan, dice: Dice) -> list[Sheet]:
    """The table broken in two between its third and fourth heading, with or without the header again."""
    kind = dice.pick(
        "requests.split",
        {
            "no": (16, "clean"),
            "bare": (0.6, "noisy"),
            "with_header": (0.6, "noisy"),
            "in_group": (0.5, "noisy"),
            "header_apart": (0.5, "noisy"),
        },
    )
    if kind == "no" or len(sheet.rows) < 12:
        return [sheet]
    rows = sheet.rows
    if kind == "header_apart":
        top = Sheet("requests", rows[: sheet.head_rows], head_rows=sheet.head_rows)
        return [*([top] if top.rows else []), Sheet("requests", rows[sheet.head_rows :])]
    at = _first_row(rows, "requests.unavailable_not_held.")
    if kind == "in_group":
        at -= dice.rng.randint(1, 5)
    first, second = rows[:at], rows[at:]
    _break_spans(first, second, dice, keep=plan.groups == "span")
    again = [[Box(b.text, b.cs, b.rs, None, True) for b in row] for row in header] if kind == "with_header" else []
    return [
        Sheet("requests", first, head_rows=sheet.head_rows),
        Sheet("requests", [*again, *second], head_rows=len(again)),
    ]


def _first_row(rows: list[Row], prefix: str) -> int:
    return next(y for y, row in enumerate(rows) if any(box.figure and box.figure.startswith(prefix) for box in row))


def _break_spans(first: list[Row], second: list[Row], dice: Dice, *, keep: bool) -> None:
    """Group labels that reach over a break end there and go on as an empty or repeated cell."""
    if not keep:
        return
    repeated = dice.rng.random() < 0.5
    carried: Row = []
    for y, row in enumerate(first):
        for box in row:
            over = y + box.rs - len(first)
            if over > 0:
                box.rs -= over
                carried.append(Box(box.text if repeated else "", box.cs, over, None, box.head))
    second[0][:0] = carried


def _transposed(truth: Truth, expected: Mapping[str, Expected], plan: _Plan, word: Wording) -> Sheet:
    rows = labels.request_rows(truth.form, single_other=truth.single_other)
    header: Row = [label("申请人", head=True), *(label(word(path[-1]), head=True) for path in rows.values())]
    body = [
        [label(_column_label(column, word)), *values(expected, [f"requests.{row}.{column}" for row in rows])]
        for column in plan.columns
        if column != "subtotal"
    ]
    return Sheet("requests", [header, *body], head_rows=1)


def _listing(truth: Truth, expected: Mapping[str, Expected], plan: _Plan, word: Wording, dice: Dice) -> Sheet:
    """One value a line, with the labels of its row and its column in either order, or both in one cell."""
    order = dice.pick(
        "requests.listing_order",
        {"row_first": (2, "clean"), "column_first": (1, "clean"), "one_cell": (1, "clean")},
    )
    rows = labels.request_rows(truth.form, single_other=truth.single_other)
    columns = [column for column in plan.columns if column != "subtotal"]
    places = [(row, column) for row in rows for column in columns]
    if order == "column_first":
        places.sort(key=lambda place: columns.index(place[1]))
    body: list[Row] = []
    for row, column in places:
        names = [word("/".join(rows[row])), _column_label(column, word)]
        if order == "one_cell":
            names = [f"{names[0]}（{names[1]}）"]
        elif order == "column_first":
            names.reverse()
        body.append([*map(label, names), *values(expected, [f"requests.{row}.{column}"])])
    return Sheet("requests", body)
