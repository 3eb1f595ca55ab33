"""Alignment: each figure of the form gets its cell, its decoded reading, or the doubt that says why it has none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from transform import solve
from transform.columns import (
    ColumnReading,
    Slots,
    common_columns,
    filling_before,
    possible_leads,
    read_columns,
    trimmed,
    without_filling,
)
from transform.fold import fold
from transform.forms import ColumnDef, Form, TableDef, figure_id
from transform.lines import RawRow, Token, alignment_words
from transform.model import Cause, Finding, Severity
from transform.place import Instance, PlacedRow, find_instances
from transform.solve import Block, Candidate, Entry
from transform.vocabulary import cases_within

_RIVAL_SHARE = 0.6
_MIN_COMMON_SURPLUS = 3
_MONEY = "元"
_MIN_REPEATED_DIGITS = 3
_MIN_ROWS = {"requests": 3, "disclosure": 1, "disputes": 1, "statistics": 3}


@dataclass(slots=True, eq=False)
class Placement:
    """The cell of one figure; ``value`` is set where the number was decoded out of a cell that holds several."""

    token: Token | None
    value: int | None = None
    decoded: bool = False
    certain: bool = True
    header_text: str | None = None


@dataclass(slots=True)
class Alignment:
    """Where each figure stands, what is in doubt, and which blocks of the page the tables occupy."""

    placements: dict[str, Placement] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    blocks: set[int] = field(default_factory=set)
    alternatives: set[str] = field(default_factory=set)

    def doubt(
        self, rule: str, figures: Iterable[str], message: str, severity: Severity = "error", cause: Cause = "parse"
    ) -> None:
        """Add a finding of the reading."""
        self.findings.append(Finding(rule, severity, tuple(figures), message, cause))


def _number(token: Token | None) -> int | None:
    """The count that a cell prints; a blank or dash counts as nothing; None where it prints something else."""
    if token is None or token.info.value.status in ("blank", "dash"):
        return 0
    value = token.info.value.value
    return value if isinstance(value, int) else None


def _row_holds(slots: Slots, total: int) -> bool | None:
    """Whether a row adds up to its total; None when it has no number but zero, or a cell that is no count."""
    numbers = [_number(t) for t in slots]
    if any(n is None for n in numbers):
        return None
    counts = [n or 0 for n in numbers]
    if not any(counts):
        return None
    return sum(counts) == 2 * counts[total]


def _same(a: Slots, b: Slots) -> bool:
    return all(
        x is y or (x is not None and y is not None and x.info.value == y.info.value and x.info.value.status == "reported")
        for x, y in zip(a, b, strict=True)
    )


def _looks_glued(row: RawRow, width: int) -> bool:
    """Whether a row prints one cell only, with at least as many digits as the row has figures."""
    printed = [t for t in row.values if not t.info.is_blank]
    return len(printed) == 1 and len(row.values) > 1 and sum(c.isdigit() for c in printed[0].info.text) >= width


def _is_weak(found: Sequence[Candidate], row: RawRow) -> bool:
    """Whether readings cut digits of a row that prints most of its cells: only the column sums could prove them."""
    printed = sum(not t.info.is_blank for t in row.values)
    return any(2 * printed > len(c) and any(e.decoded for e in c) for c in found)


def _in_one_line(row: RawRow) -> bool:
    """Whether all cells of a row of flat text stand in one line of a grid, so that filling is the same in all rows."""
    return len({t.cell.row if t.cell is not None else -1 - k for k, t in enumerate(row.values)}) == 1


def _leave_out(tokens: Sequence[Token], place: int) -> list[Token]:
    return [t for k, t in enumerate(tokens) if k != place]


def _in_form_order(tokens: Sequence[Token], order: Sequence[str], table: TableDef) -> Slots:
    by_id = dict(zip(order, tokens, strict=True))
    return tuple(by_id[c.id] for c in table.columns)


def _texts(row: RawRow) -> str:
    return " | ".join(t.info.text for t in row.values)


@dataclass(frozen=True, slots=True)
class _ReadRow:
    placed: PlacedRow
    columns: tuple[ColumnDef, ...]
    reading: ColumnReading
    header: list[Token]


@dataclass(slots=True)
class _OpenRow:
    placed: PlacedRow
    order: tuple[str, ...]
    readings: list[tuple[Entry, ...]]


def _candidates(row: RawRow, order: Sequence[str], columns: Sequence[ColumnDef], blocks: Sequence[Block]) -> list[Candidate]:
    """The readings of an uncertain row, in the order of the form's columns."""
    place = {column_id: k for k, column_id in enumerate(order)}
    return [
        tuple(candidate[place[c.id]] for c in columns) for candidate in solve.readings(row.values, len(order), blocks)
    ]


def _fixed(slots: Slots) -> Candidate | None:
    entries = []
    for token in slots:
        number = _number(token)
        if number is None or number < 0:
            return None
        entries.append(Entry(number, token))
    return tuple(entries)


class TableAligner:
    """Aligns the printed tables of one page with one form."""

    def __init__(self, form: Form, year: int | None) -> None:
        """``year`` is the year reported on, if known: it chooses between columns or tables of several years."""
        self.form = form
        self.year = year
        self.result = Alignment()

    def align(self, raw_rows: Sequence[RawRow]) -> Alignment:
        """Place every table of the form; see :class:`Alignment`."""
        orders = {t.id: tuple(r.id for r in t.rows if not r.instead_of) for t in self.form.tables}
        instances = find_instances(raw_rows, orders)
        for table in self.form.tables:
            found = self._relevant(instances.get(table.id, ()), table)
            for instance in found:
                self._occupy(instance)
            placements = [self._place(instance, table) for instance in found]
            self._choose(table, found, placements)
        return self.result

    @staticmethod
    def _relevant(instances: Sequence[Instance], table: TableDef) -> list[Instance]:
        """The printings that have rows of the form; a few rows alone are no table where a whole one is printed."""
        rows = {r.id for r in table.rows} | {""}
        sizes = [sum(p.row_id in rows for p in instance.rows) for instance in instances]
        least = min(_MIN_ROWS[table.id], max(sizes, default=0))
        return [instance for instance, size in zip(instances, sizes, strict=True) if size >= max(1, least)]

    def _occupy(self, instance: Instance) -> None:
        for row in [p.row for p in (*instance.rows, *instance.doubled)] + instance.subtotals + instance.strange:
            self.result.blocks.add(row.block)
            self.result.blocks.update(t.block for t in (*row.values, *row.labels))
            self.result.blocks.update(t.block for t in row.header if t.info.senses and not t.info.has("title"))

    def _place(self, instance: Instance, table: TableDef) -> tuple[dict[str, Placement], list[Finding]]:
        before = len(self.result.findings)
        if table.layout == "list":
            placements = self._place_list(instance, table)
        elif table.layout == "strip":
            placements = self._place_strips(instance, table)
        else:
            placements = self._place_rows(instance, table)
        findings = self.result.findings[before:]
        del self.result.findings[before:]
        return placements, findings

    # --- one table out of several printings -------------------------------------------------------------------

    def _choose(
        self, table: TableDef, found: list[Instance], read: list[tuple[dict[str, Placement], list[Finding]]]
    ) -> None:
        if not found:
            return
        sizes = [len(instance.rows) for instance in found]
        printed = [any(p.token and not p.token.info.is_blank for p in placements.values()) for placements, _ in read]
        of_other_years = [self._names_other_years(instance) for instance in found]
        best = max(range(len(found)), key=lambda k: (not of_other_years[k], sizes[k] >= _RIVAL_SHARE * max(sizes), printed[k], -k))
        if sizes[best] < _RIVAL_SHARE * max(sizes):
            best = max(range(len(found)), key=lambda k: (sizes[k], -k))
        chosen, findings = read[best]
        if of_other_years[best] and chosen:
            years = ", ".join(map(str, sorted(self._years_around(found[best]))))
            self.result.doubt(
                f"{table.id}.other_year",
                tuple(chosen),
                f"the words around this table name {years}, not the year reported on",
                cause="source",
            )
        rivals: list[tuple[Instance, dict[str, Placement]]] = []
        for k, (other, more) in enumerate(read):
            if k == best:
                continue
            if _complements(found[k], other, found[best], chosen):
                chosen.update(other)
                findings = [*findings, *more]
            elif sizes[k] >= _RIVAL_SHARE * sizes[best] and of_other_years[k] <= of_other_years[best]:
                if printed[k]:
                    rivals.append((found[k], other))
        self.result.placements.update(chosen)
        self.result.findings.extend(findings)
        self._extras(table, found[best])
        for instance, other in rivals:
            differing = tuple(figure for figure in chosen if _contradicts(chosen[figure], figure, instance, other))
            if differing:
                self.result.doubt(
                    f"{table.id}.printed_twice",
                    differing,
                    f"the page prints this table more than once with {len(differing)} different figures, "
                    "and nothing tells which one belongs to the report",
                    cause="source",
                )

    @staticmethod
    def _years_around(instance: Instance) -> set[int]:
        first = instance.rows[0].row
        tokens = (*first.lead, *first.header, *first.labels)
        return {y for t in tokens if len(t.info.text) <= 60 for y in t.info.years()}

    def _names_other_years(self, instance: Instance) -> bool:
        """Whether the words around a table name years, but not the year reported on."""
        years = self._years_around(instance)
        return self.year is not None and bool(years) and self.year not in years

    def _extras(self, table: TableDef, instance: Instance) -> None:
        strange = [r for r in instance.strange if any(t.info.has_digits for t in r.values)]
        present = instance.row_ids
        absent = [r.id for r in table.rows if r.id not in present and not r.instead_of]
        for row in strange:
            label = " ".join(t.info.text for t in row.labels) or "(no label)"
            figures = [figure_id(table, r, c) for r in absent for c in table.row(r).columns] if table.layout != "strip" else []
            if len(figures) > 60:
                figures = []
            self.result.doubt(
                f"{table.id}.unplaced_row",
                figures,
                f"row '{label[:60]}' is no row of the form: {_texts(row)[:80]}",
                "error" if figures else "info",
            )
        for doubled in instance.doubled:
            if len(doubled.row.values) == 1 and len(table.columns) > 1:
                continue
            first = next(p for p in instance.rows if p.row_id == doubled.row_id)
            if [t.info.value for t in first.row.values] != [t.info.value for t in doubled.row.values]:
                figures = [figure_id(table, doubled.row_id, c) for c in table.row(doubled.row_id).columns]
                self.result.doubt(
                    f"{table.id}.doubled_row",
                    figures,
                    f"the page prints this row twice, with different values: {_texts(doubled.row)[:80]}",
                    cause="source",
                )

    # --- rows by columns ----------------------------------------------------------------------------------------

    def _place_rows(self, instance: Instance, table: TableDef) -> dict[str, Placement]:
        header: list[Token] = []
        read: list[_ReadRow] = []
        known_rows = {r.id: r for r in table.rows}
        lead = self._leads(instance, table)
        for placed in instance.rows:
            row_def = known_rows.get(placed.row_id)
            named = {i for t in placed.row.header for i in t.info.ids("column", table.id)}
            if len(named) >= min(2, len(row_def.columns) if row_def else 2):
                header = placed.row.header
            elif any(t.info.has("corner") or t.info.has("band") for t in placed.row.header) and table.layout == "blocks":
                header = placed.row.header
            if row_def is None:
                continue
            columns = tuple(table.column(c) for c in row_def.columns)
            if placed.row.header_columns is not None and len(placed.row.values) > len(columns):
                placed.row = without_filling(placed.row, self._value_columns(instance, table, placed.row, len(columns)))
            reading = read_columns(placed.row, header, table, columns, self.year, lead(placed.row))
            read.append(_ReadRow(placed, columns, reading, header))
        placements: dict[str, Placement] = {}
        total = self._total_place(table)
        mode, tie = _better_mode(read, total)
        open_rows: list[_OpenRow] = []
        fixed: dict[str, Slots] = {}
        for row in read:
            placed, columns, order, row_header = row.placed, row.columns, row.reading.order, row.header
            slots = None if total is not None and _looks_glued(placed.row, len(columns)) else self._between(row, table, total, mode, tie)
            if slots is None:
                blocks = [Block(0, len(order), order.index(columns[total].id))] if total is not None else []
                found = [] if row.reading.contradicted or not blocks else _candidates(placed.row, order, columns, blocks)
                open_rows.append(_OpenRow(placed, order, found))
                continue
            fixed[placed.row_id] = slots
            if _repeats_merged_cells(placed.row, slots):
                self.result.doubt(
                    f"{table.id}.merged_cell",
                    [figure_id(table, placed.row_id, c.id) for c in columns],
                    f"this grid repeats merged cells, and one may be repeated here: {_texts(placed.row)[:60]}",
                )
            for column, token in zip(columns, slots, strict=True):
                if token is None:
                    continue
                key = figure_id(table, placed.row_id, column.id)
                if placed.row.header_columns is not None and _spans_several(token, slots):
                    self.result.doubt(
                        f"{table.id}.merged_cell", [key], f"one cell stands for several figures: '{token.info.text}'"
                    )
                placements[key] = Placement(
                    token, certain=not placed.by_position, header_text=_amount_header(column, placed.row, token, row_header, table)
                )
            if placed.by_position:
                self.result.doubt(
                    f"{table.id}.row_by_position",
                    [figure_id(table, placed.row_id, c.id) for c in columns],
                    f"the label of row '{placed.row_id}' cannot be read; its place between its neighbours tells which row it is",
                    "warning",
                )
        if open_rows:
            open_rows = self._without_common_surplus(table, open_rows, fixed, placements, total)
            self._settle_open_rows(table, open_rows, fixed, placements)
        return placements

    def _leads(self, instance: Instance, table: TableDef) -> Callable[[RawRow], int | None]:
        """How many filling cells flat text prints before the values of a row.

        Fully printed rows tell; else filling is the same in all rows that stand in one line each, or the values begin
        in the same cell of each line: what all rows and their sums leave possible, where both ways agree.
        """
        widths = {r.id: len(r.columns) for r in table.rows}
        flat = [(p.row, widths[p.row_id]) for p in instance.rows if p.row.header_columns is None and p.row_id in widths]
        known = filling_before(flat)
        if known is not None or not flat:
            return lambda _: known
        total = self._total_place(table)
        after_label: set[int] | None = None
        in_line: set[int] | None = None
        for row, width in flat:
            leads = set(possible_leads(row.values, width))
            if total is not None and len(leads) > 1:
                leads = {k for k in leads if _row_holds(tuple(row.values[k : k + width]), total) is not False}
            if leads and _in_one_line(row):
                first = row.values[0].column
                after_label = leads if after_label is None else after_label & leads
                in_line = {first + k for k in leads} if in_line is None else in_line & {first + k for k in leads}

        def lead(row: RawRow) -> int | None:
            found = set(after_label or ()) | {c - row.values[0].column for c in in_line or ()}
            return found.pop() if len(found) == 1 else None

        return lead

    @staticmethod
    def _value_columns(instance: Instance, table: TableDef, row: RawRow, width: int) -> frozenset[int]:
        source = row.values[0].source
        alike = {r.id for r in table.rows if len(r.columns) == width}
        rows = [p.row for p in instance.rows if p.row_id in alike and p.row.values and p.row.values[0].source is source]
        return common_columns(rows, width)

    @staticmethod
    def _total_place(table: TableDef) -> int | None:
        ids = [c.id for c in table.columns]
        return ids.index("total") if "total" in ids else None

    def _between(self, row: _ReadRow, table: TableDef, total: int | None, mode: str, tie: bool) -> Slots | None:
        """The reading by columns or the reading by order: they agree, or the row's own sum decides, or the table's."""
        anchored, ordered = row.reading.anchored, row.reading.ordered
        if mode == "canonical":
            return row.reading.canonical or ordered
        if anchored is None or ordered is None or _same(anchored, ordered):
            return anchored if anchored is not None else ordered
        if total is not None:
            a, o = _row_holds(anchored, total), _row_holds(ordered, total)
            if a != o and a is not None and o is not None:
                return anchored if a else ordered
        if tie:
            self.result.doubt(
                f"{table.id}.columns_unclear",
                [figure_id(table, row.placed.row_id, c.id) for c in row.columns],
                "the header and the order of the cells disagree about the columns of this row",
            )
        return anchored if mode == "anchored" else ordered

    def _without_common_surplus(
        self,
        table: TableDef,
        open_rows: list[_OpenRow],
        fixed: dict[str, Slots],
        placements: dict[str, Placement],
        total: int | None,
    ) -> list[_OpenRow]:
        """Rows that all have the same cell too many lose it, where leaving out one place alone keeps their sums."""
        width = len(table.columns)
        surplus = [r for r in open_rows if len(r.placed.row.values) == width + 1 and len(r.order) == width]
        if total is None or len(surplus) < _MIN_COMMON_SURPLUS:
            return open_rows
        holding = []
        for place in range(width + 1):
            results = [
                _row_holds(_in_form_order(_leave_out(r.placed.row.values, place), r.order, table), total) for r in surplus
            ]
            holding.append((results.count(True), -results.count(False), -place))
        best = max(holding)
        if best[0] < 1 or best[0] < -2 * best[1] or sum(h[:2] == best[:2] for h in holding) > 1:
            return open_rows
        for row in surplus:
            slots = _in_form_order(_leave_out(row.placed.row.values, -best[2]), row.order, table)
            fixed[row.placed.row_id] = slots
            for column, token in zip(table.columns, slots, strict=True):
                placements[figure_id(table, row.placed.row_id, column.id)] = Placement(token)
        return [r for r in open_rows if r not in surplus]

    def _settle_open_rows(
        self, table: TableDef, open_rows: list[_OpenRow], fixed: Mapping[str, Slots], placements: dict[str, Placement]
    ) -> None:
        kept = self._by_columns(table, open_rows, fixed)
        for row in open_rows:
            columns = [table.column(c) for c in table.row(row.placed.row_id).columns]
            found = kept.get(row.placed.row_id, row.readings)
            if row.placed.row_id not in kept:
                found = [] if _is_weak(found, row.placed.row) else self._with_blank_total(table, row, found)
            keys = [figure_id(table, row.placed.row_id, c.id) for c in columns]
            self._record_readings(table, keys, found, row.placed.row, placements)

    def _with_blank_total(self, table: TableDef, row: _OpenRow, found: list[Candidate]) -> list[Candidate]:
        """The readings of a row that lost cells, and those in which its total is one of them (no sum can tell)."""
        total = self._total_place(table)
        if total is None or not any(e.token is None for c in found for e in c):
            return found
        columns = tuple(table.column(c) for c in table.row(row.placed.row_id).columns)
        return found + [c for c in _candidates(row.placed.row, row.order, columns, ()) if c[total].token is None]

    def _record_readings(
        self, table: TableDef, keys: Sequence[str], found: Sequence[Candidate], row: RawRow, placements: dict[str, Placement]
    ) -> None:
        """Write down what all readings agree on; the rest is null, with a finding that lists the readings when few."""
        unsettled: list[str] = []
        for k, key in enumerate(keys):
            values = {c[k].value for c in found}
            if len(values) == 1 and (entry := found[0][k]).token is not None and None not in values:
                placements[key] = Placement(entry.token, entry.value if entry.decoded else None, entry.decoded)
            elif len(values) == 1 and found[0][k].token is None:
                continue
            else:
                unsettled.append(key)
        if unsettled:
            listed = ""
            if 1 < len(found) <= 5:
                listed = "; it can be read as " + " or ".join(
                    "(" + ", ".join("·" if e.value is None else str(e.value) for e in c) + ")" for c in found
                )
            elif len(found) > 5:
                listed = f"; it can be read in {len(found)} ways"
            self.result.doubt(
                f"{table.id}.unreadable_row",
                unsettled,
                f"{len(row.values)} cells where {len(keys)} are expected: '{_texts(row)[:80]}'{listed}",
            )

    def _by_columns(
        self, table: TableDef, open_rows: list[_OpenRow], fixed: Mapping[str, Slots]
    ) -> dict[str, list[Candidate]]:
        sums = next((i for i in self.form.identities if i.rule == f"{table.id}.column_sum"), None)
        balances = next((i for i in self.form.identities if i.rule == f"{table.id}.column_balance"), None)
        if sums is None:
            return {}
        rows: dict[str, Sequence[Candidate]] = {}
        for name, slots in fixed.items():
            candidate = _fixed(slots)
            if candidate is None:
                return {}
            rows[name] = [candidate]
        for row in open_rows:
            if not row.readings:
                return {}
            rows[row.placed.row_id] = row.readings
        parts = [key.split(".")[1] for key in sums.left]
        total = sums.right[0].split(".")[1]
        for alternative in (r for r in table.rows if r.instead_of):
            if alternative.id in rows and not set(alternative.instead_of) & set(rows):
                parts = [p for p in parts if p not in alternative.instead_of] + [alternative.id]
        if not set(parts) <= set(rows) or total not in rows:
            return {}
        balance: list[tuple[int, str]] = []
        if balances is not None:
            gains = [key.split(".")[1] for key in balances.left]
            losses = [key.split(".")[1] for key in balances.right if key.split(".")[1] != total]
            if set(gains) | set(losses) <= set(rows):
                balance = [(1, g) for g in gains] + [(-1, loss) for loss in losses]
        return solve.consistent(rows, parts, total, balance) or {}

    # --- all cells in one row -------------------------------------------------------------------------------------

    def _place_strips(self, instance: Instance, table: TableDef) -> dict[str, Placement]:
        rows = Instance(instance.table, [p for p in instance.rows if p.row_id])
        placements = self._place_rows(rows, table) if rows.rows else {}
        taken = {p.row_id for p in rows.rows}
        for placed in instance.rows:
            if not placed.row_id:
                cases = self._strip_cases(placed.row, table, taken)
                taken |= set(cases)
                placements.update(self._place_strip(placed.row, table, cases))
        return placements

    @staticmethod
    def _strip_cases(row: RawRow, table: TableDef, taken: set[str]) -> list[str]:
        """The cases that a strip counts, in the order in which the header names them."""
        every = [r.id for r in table.rows]
        header: Iterable[Token] = row.header or [t for s in (row.header_columns or {}).values() for t in s]
        named = list(dict.fromkeys(i for t in header for i in _cases(t, table)))
        width = len(table.columns)
        cells = _strip_width(row, table)
        if len(named) == len(every) or (named and len(named) * width == cells):
            return named
        if cells != width:
            left = [i for i in every if i not in taken]
            return left[: cells // width] if cells % width == 0 and 0 < cells // width <= len(left) else every
        led = [i for t in row.lead for i in _cases(t, table)]
        return (named or led or [i for i in every if i not in taken] or every)[-1 if named or led else 0 :][:1]

    def _place_strip(self, row: RawRow, table: TableDef, cases: Sequence[str]) -> dict[str, Placement]:
        columns = table.columns
        width = len(columns)
        cells = [(case, c.id) for case in cases for c in columns]
        anchored = self._anchored_strip(row, table, cells)
        order = self._strip_order(row, table, cases)
        values = self._strip_values(row, len(cells), width, self._total_place(table) or 0)
        ordered = dict(zip(order, values, strict=True)) if order is not None and values is not None else None
        total = self._total_place(table) or 0
        if anchored is not None and ordered is not None:
            a_slots, o_slots = tuple(anchored.get(c) for c in cells), tuple(ordered[c] for c in cells)
            if not _same(a_slots, o_slots):
                holds = [
                    [_row_holds(slots[k : k + width], total) for k in range(0, len(cells), width)] for slots in (a_slots, o_slots)
                ]
                broken_a, broken_o = holds[0].count(False), holds[1].count(False)
                if broken_a == broken_o:
                    self.result.doubt(
                        f"{table.id}.columns_unclear",
                        [figure_id(table, *c) for c in cells],
                        "the header and the order of the cells disagree about the columns of this table",
                    )
                if broken_o < broken_a:
                    anchored = None
        chosen = anchored if anchored is not None else ordered
        if chosen is not None:
            return {figure_id(table, *cell): Placement(token) for cell, token in chosen.items() if token is not None}
        placements: dict[str, Placement] = {}
        place = order or cells
        ids = [c.id for c in columns]
        blocks = []
        for k in range(0, len(place), width):
            totals = [n for n in range(k, k + width) if place[n][1] == ids[total]]
            blocks.append(Block(k, width, totals[0] if len(totals) == 1 else k + total))
        found = solve.readings(row.values, len(place), blocks) if order is not None else []
        self._record_readings(table, [figure_id(table, *c) for c in place], found, row, placements)
        return placements

    @staticmethod
    def _strip_values(row: RawRow, width: int, block: int, total: int) -> tuple[Token, ...] | None:
        exact = row.header_columns is not None
        values = trimmed(row.values, width, exact)
        if values is None and not exact:
            leads = [
                k
                for k in possible_leads(row.values, width)
                if all(
                    _row_holds(tuple(row.values[n : n + block]), total) is not False for n in range(k, k + width, block)
                )
            ]
            values = trimmed(row.values, width, exact, leads[0]) if len(leads) == 1 else None
        return values

    def _anchored_strip(
        self, row: RawRow, table: TableDef, cells: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], Token | None] | None:
        if not row.header_columns:
            return None
        allowed = set(cells)
        found: dict[tuple[str, str], Token | None] = {}
        cases = list(dict.fromkeys(case for case, _ in cells))
        for token in row.values:
            stack = row.header_columns.get(token.column, [])
            outcome = next((i for t in stack for i in t.info.ids("column", table.id)), None)
            case = next((i for t in stack for i in _cases(t, table)), cases[0] if len(cases) == 1 else None)
            if outcome is None or case is None:
                if token.info.is_blank or not stack:
                    continue
                return None
            key = (case, outcome)
            if key not in allowed:
                return None
            if key in found:
                previous = found[key]
                if token.info.is_blank:
                    continue
                if previous is not None and not previous.info.is_blank:
                    return None
            found[key] = token
        return found if set(found) == allowed else None

    @staticmethod
    def _strip_order(row: RawRow, table: TableDef, cases: Sequence[str]) -> list[tuple[str, str]] | None:
        """The cells of a strip in the order of its header; the form's own order where the header does not contradict it."""
        ids = [c.id for c in table.columns]
        width = len(ids)
        outcomes = [i for t in row.header for i in t.info.ids("column", table.id)[:1]]
        runs = [outcomes[k : k + width] for k in range(0, len(outcomes), width)]
        if len(outcomes) == width * len(cases) and all(sorted(r) == sorted(ids) for r in runs):
            return [(case, outcome) for case, run in zip(cases, runs, strict=True) for outcome in run]
        if len(outcomes) == width and sorted(outcomes) == sorted(ids):
            return [(case, outcome) for case in cases for outcome in outcomes]
        expected = iter(ids * (len(cases) + 1))
        if all(outcome in expected for outcome in outcomes):
            return [(case, outcome) for case in cases for outcome in ids]
        return None

    # --- indicator, unit, value -----------------------------------------------------------------------------------

    def _place_list(self, instance: Instance, table: TableDef) -> dict[str, Placement]:
        placements: dict[str, Placement] = {}
        column = table.columns[0]
        header: list[Token] = []
        for placed in instance.rows:
            row = placed.row
            if any(t.info.has("column") or t.info.has("corner") for t in row.header):
                header = row.header
            key = figure_id(table, placed.row_id, column.id)
            if placed.row_id not in {r.id for r in table.rows}:
                continue
            if placed.by_position:
                self.result.doubt(
                    f"{table.id}.row_by_position",
                    [key],
                    f"the label of row '{placed.row_id}' cannot be read; its place between its neighbours tells which row it is",
                    "warning",
                )
            token = self._list_value(row, header, table)
            if token is not None:
                placements[key] = Placement(token, certain=not placed.by_position)
            else:
                self.result.doubt(
                    f"{table.id}.several_values", [key], f"the row prints several values and no header tells them apart: {_texts(row)[:60]}"
                )
        return placements

    def _list_value(self, row: RawRow, header: Sequence[Token], table: TableDef) -> Token | None:
        printed = [t for t in row.values if not t.info.is_blank]
        exact = row.header_columns is not None
        if exact and len(row.values) > 1:
            anchored = [
                t
                for t in row.values
                for stack in [row.header_columns.get(t.column, []) if row.header_columns else []]
                if any(_names_value(h, self.year, table) for h in stack)
            ]
            beside = [t for t in printed if t not in anchored and not (row.header_columns or {}).get(t.column)]
            if len(anchored) == 1:
                return None if beside else anchored[0]
        words = alignment_words()
        corners = [k for k, t in enumerate(header) if t.info.has("corner")]
        after = header[corners[0] :] if corners else []
        labels = [
            t
            for t in after
            if t.info.key not in words.units and not any(t.info.has(k) for k in ("corner", "row", "group", "title"))
        ]
        named = [k for k, t in enumerate(labels) if _names_value(t, self.year, table)]
        if len(labels) > 1 and len(named) == 1:
            for cells in (row.values, printed):
                if len(cells) == len(labels):
                    return cells[named[0]]
            return None
        if len(printed) == 1 or (printed and len({t.info.value for t in printed}) == 1 and not exact):
            return printed[0]
        return None if printed or not row.values else row.values[0]


def _cases(token: Token, table: TableDef) -> tuple[str, ...]:
    """The cases that a header label names: as its own meaning, or before an outcome in the same cell."""
    ids = token.info.ids("row", table.id)
    if ids or not token.info.ids("column", table.id):
        return ids
    return cases_within(token.info.key, table.id)


def _strip_width(row: RawRow, table: TableDef) -> int:
    """How many cells of a strip count: those under an outcome in a grid, else the printed ones, else all."""
    if row.header_columns:
        under = [
            t
            for t in row.values
            if any(h.info.ids("column", table.id) for h in row.header_columns.get(t.column, ()))
        ]
        if under:
            return len(under)
    printed = sum(not t.info.is_blank for t in row.values)
    even = printed and printed % len(table.columns) == 0 and len(row.values) % len(table.columns)
    return printed if even else len(row.values)


def _names_value(token: Token, year: int | None, table: TableDef) -> bool:
    if token.info.ids("column", table.id):
        return True
    return year is not None and year in token.info.years()


def _complements(instance: Instance, placed: Mapping[str, Placement], best: Instance, chosen: Mapping[str, Placement]) -> bool:
    """Whether a printing brings only what the chosen one leaves out: other rows, or other cases of a strip."""
    if (instance.row_ids & best.row_ids) - {""}:
        return False
    return "" not in instance.row_ids or (bool(placed) and not set(placed) & set(chosen))


def _contradicts(placement: Placement, figure: str, instance: Instance, other: dict[str, Placement]) -> bool:
    """Whether another printing of the table has this figure's row and does not print the same there."""
    row = figure.split(".")[1]
    if figure not in other:
        return row in instance.row_ids or "" in instance.row_ids
    a, b = placement.token, other[figure].token
    if a is None or b is None:
        return a is not b
    return (placement.value, a.info.value) != (other[figure].value, b.info.value)


def _spans_several(token: Token, slots: Slots) -> bool:
    return token.info.has_digits and (token.inherited or sum(t is token for t in slots) > 1)


def _repeats_merged_cells(row: RawRow, slots: Slots) -> bool:
    """Whether all places of a row print the same long number in a grid that prints merged bands once a column."""
    texts = {t.info.text for t in slots if t is not None}
    if len(slots) < 2 or len(texts) != 1 or sum(c.isdigit() for c in texts.pop()) < _MIN_REPEATED_DIGITS:
        return False
    bands = [t for stack in (row.header_columns or {}).values() for t in stack if t.info.has("band")]
    return len({id(t) for t in bands}) > 1


def _amount_header(column: ColumnDef, row: RawRow, token: Token, header: Sequence[Token], table: TableDef) -> str | None:
    """The text of the header over an amount: it may print the unit that the cells leave out."""
    if not column.decimal:
        return None
    above = (row.header_columns or {}).get(token.column, [])
    named = [t for t in (*above, *reversed(header)) if column.id in t.info.ids("column", table.id)]
    money = [t for t in (*above, *reversed(header)) if not t.info.senses and _MONEY in t.info.text]
    return fold((named or money)[0].info.text) if named or money else None


def _better_mode(read: Sequence[_ReadRow], total: int | None) -> tuple[str, bool]:
    """Which way of reading keeps most row sums, and whether reading by columns and by order keep equally many."""
    if total is None:
        return "anchored", True
    counts = {"anchored": 0, "ordered": 0, "canonical": 0}
    for row in read:
        for mode in counts:
            slots = getattr(row.reading, mode)
            if slots is not None and _row_holds(slots, total):
                counts[mode] += 1
    best = max(counts, key=lambda m: counts[m])
    return best, counts["anchored"] == counts["ordered"]
