"""The other tables of the forms, in many structures: disclosure, disputes, the statistics table of form 2014."""

from __future__ import annotations

from collections.abc import Mapping

from . import labels
from .choices import Dice
from .printing import Expected, amount_header
from .sheets import Box, Row, Sheet, label, values
from .truth import Truth
from .wording import Wording, cut_at_break


def disclosure(truth: Truth, expected: Mapping[str, Expected], dice: Dice, word: Wording) -> list[Sheet]:
    """Table two, as one sheet or one for each block."""
    structure = dice.pick(
        "disclosure.structure",
        {"one": (8, "clean"), "per_block": (2, "clean"), "band_column": (0.7, "noisy"), "no_bands": (0.7, "noisy")},
    )
    fill = dice.pick(
        "disclosure.fill",
        {"span_last": (4, "clean"), "span_all": (2, "clean"), "empty": (2, "clean"), "short": (1, "noisy")},
    )
    header = dice.pick("disclosure.header", {"full": (10, "clean"), "cut": (1, "noisy"), "missing": (0.5, "damaged")})
    order = (
        dice.pick("disclosure.columns", {"canonical": (14, "clean"), "permuted": (0.6, "noisy")})
        if header == "full"
        else "canonical"
    )
    blocks = labels.DISCLOSURE[truth.form]
    width = max(len(block.columns) for block in blocks) + 1
    sheets = []
    for block in blocks:
        columns = list(block.columns)
        if order == "permuted":
            dice.rng.shuffle(columns)
        names = [_column_header(name, dice, word) for _, name, _ in columns]
        if header == "cut":
            names = [n if "元" in n or "金额" in n else cut_at_break(n, dice.rng) for n in names]
        rows: list[Row] = []
        if structure in {"one", "per_block"}:
            rows.append([label(word(block.band), cs=width)])
        if header != "missing" or any(column == "amount" for column, _, _ in columns):
            rows.append([label(word(labels.CONTENT_HEADER), head=True), *(label(n, head=True) for n in names)])
        for row, name in block.rows:
            cells = values(expected, [f"disclosure.{row}.{column}" for column, _, _ in columns])
            rows.append([label(word(name)), *cells])
        for line in rows:
            _fill(line, width, fill)
        if structure == "band_column":
            rows[0].insert(0, label(word(block.band), rs=len(rows)))
        sheets.append(Sheet("disclosure", rows))
    if structure == "per_block":
        return sheets
    return [Sheet("disclosure", [row for sheet in sheets for row in sheet.rows])]


def _column_header(name: str, dice: Dice, word: Wording) -> str:
    money = dice.taken.get("number.amount", "form")
    if "金额" in name and money.startswith("header"):
        return amount_header(name, money, dice.rng)
    return word(name)


def _fill(row: Row, width: int, fill: str) -> None:
    """Make a row as wide as its table by spans, by empty cells, or not at all."""
    missing = width - sum(box.cs for box in row)
    if missing <= 0 or fill == "short":
        return
    if fill == "empty":
        row += [Box("") for _ in range(missing)]
    elif fill == "span_last" or len(row) == 1:
        row[-1].cs += missing
    else:
        for index in range(missing):
            row[1 + index % (len(row) - 1)].cs += 1


def disputes(truth: Truth, expected: Mapping[str, Expected], dice: Dice, word: Wording, *, exact: bool) -> list[Sheet]:
    """Table four, as one wide row or in another shape."""
    del truth
    structure = dice.pick(
        "disputes.structure",
        {
            "wide": (10, "clean"),
            "three_tables": (0.8, "noisy"),
            "two_tables": (0.8, "noisy"),
            "rows": (0.8, "noisy"),
            "columns": (0.5 if exact else 0, "noisy"),
            "listing": (0.4 if exact else 0, "damaged"),
        },
    )
    cases = list(labels.CASES)
    if structure == "three_tables":
        names = {
            "review": "行政复议",
            "lawsuit_direct": "行政诉讼（未经复议直接起诉）",
            "lawsuit_after_review": "行政诉讼（复议后起诉）",
        }
        return [_narrow(expected, [case], [label(names[case], cs=5)], word) for case in cases]
    if structure == "two_tables":
        top = [label(word(labels.LAWSUIT_HEADER), cs=10)]
        under = [label(word(labels.CASES[case]), cs=5) for case in cases[1:]]
        second = _narrow(expected, cases[1:], under, word)
        second.rows.insert(0, top)
        return [_narrow(expected, ["review"], [label(word(labels.CASES["review"]), cs=5)], word), second]
    if structure in {"rows", "columns"}:
        return [_cross(expected, word, transposed=structure == "columns", exact=exact)]
    if structure == "listing":
        return [_listing(expected, word)]
    return [_wide(expected, dice, word)]


def _narrow(expected: Mapping[str, Expected], cases: list[str], top: Row, word: Wording) -> Sheet:
    results = [label(word(name), head=True) for _ in cases for name in labels.RESULTS.values()]
    figures = [f"disputes.{case}.{result}" for case in cases for result in labels.RESULTS]
    return Sheet("disputes", [top, results, values(expected, figures)], head_rows=2)


def _wide(expected: Mapping[str, Expected], dice: Dice, word: Wording) -> Sheet:
    figures = [f"disputes.{case}.{result}" for case in labels.CASES for result in labels.RESULTS]
    results = [word(name) for name in labels.RESULTS.values()]
    header = dice.pick(
        "disputes.header",
        {
            "full": (10, "clean"),
            "upper_split": (1, "clean"),
            "flat_path": (0.6, "noisy"),
            "results_only": (0.6, "noisy"),
            "missing": (0.4, "noisy"),
        },
    )
    direct, after = word(labels.CASES["lawsuit_direct"]), word(labels.CASES["lawsuit_after_review"])
    body = values(expected, figures)
    rows: list[Row]
    if header == "missing":
        rows = []
    elif header == "flat_path":
        groups = (labels.CASES["review"], f"{labels.LAWSUIT_HEADER}{direct}", f"{labels.LAWSUIT_HEADER}{after}")
        rows = [[label(f"{group}{result}", head=True) for group in groups for result in results]]
    elif header == "results_only":
        rows = [[label(result, head=True) for _ in range(3) for result in results]]
    elif header == "upper_split":
        rows = [
            [label(word("行政复议"), cs=5, rs=2, head=True), label(word("行政诉讼"), cs=10, head=True)],
            [label(direct, cs=5, head=True), label(after, cs=5, head=True)],
            [label(result, head=True) for _ in range(3) for result in results],
        ]
    else:
        rows = [
            [label(word("行政复议"), cs=5, head=True), label(word("行政诉讼"), cs=10, head=True)],
            [
                *(label(r, rs=2, head=True) for r in results),
                label(direct, cs=5, head=True),
                label(after, cs=5, head=True),
            ],
            [label(result, head=True) for _ in range(2) for result in results],
        ]
    sheet = Sheet("disputes", [*rows, body], head_rows=len(rows))
    if rows and dice.flag("disputes.unit_row", 0.04, "clean"):
        sheet.rows.insert(0, [label("单位：件", cs=15)])
        sheet.head_rows += 1
    return sheet


def _cross(expected: Mapping[str, Expected], word: Wording, *, transposed: bool, exact: bool) -> Sheet:
    cases = {case: word(name) for case, name in labels.CASES.items()}
    results = {result: word(name) for result, name in labels.RESULTS.items()}
    if transposed:
        header = [label("情形", head=True), *(label(name, head=True) for name in cases.values())]
        body = [
            [label(name), *values(expected, [f"disputes.{case}.{result}" for case in cases])]
            for result, name in results.items()
        ]
        return Sheet("disputes", [header, *body], head_rows=1)
    lawsuit = word(labels.LAWSUIT_HEADER)
    header = [label("类别", cs=2 if exact else 1, head=True), *(label(name, head=True) for name in results.values())]
    body = []
    for case, name in cases.items():
        names = [label(name, cs=2)] if case == "review" else [label(lawsuit), label(name)]
        if not exact:
            names = [label(name if case == "review" else f"{lawsuit}（{name}）")]
        body.append([*names, *values(expected, [f"disputes.{case}.{result}" for result in results])])
    return Sheet("disputes", [header, *body], head_rows=1)


def _listing(expected: Mapping[str, Expected], word: Wording) -> Sheet:
    """One value a line, the case spanning its outcomes."""
    rows: list[Row] = []
    for case, name in labels.CASES.items():
        for k, (result, outcome) in enumerate(labels.RESULTS.items()):
            spanning = [] if k else [label(word(name), rs=len(labels.RESULTS))]
            rows.append([*spanning, label(word(outcome)), *values(expected, [f"disputes.{case}.{result}"])])
    return Sheet("disputes", rows)


def statistics(truth: Truth, expected: Mapping[str, Expected], dice: Dice, word: Wording) -> list[Sheet]:
    """The statistics table of form 2014, with a province's additions in some pages."""
    del truth
    units = dice.pick("statistics.unit", {"column": (10, "clean"), "in_label": (1, "noisy"), "none": (0.7, "noisy")})
    numbered = dice.flag("statistics.row_numbers", 0.06, "noisy")
    extra = dice.flag("statistics.extra_rows", 0.12, "noisy")
    cumulative = dice.flag("statistics.cumulative_column", 0.05, "damaged")
    rows: list[Row] = []
    headed = dice.flag("statistics.header", 0.85)
    head = [
        "统计指标",
        *(["单位"] if units == "column" else []),
        dice.rng.choice(("统计数", "统计数", "数量", "统计数据")),
    ]
    head += ["历年累计"] if cumulative else []
    if headed:
        rows.append([*([label("序号")] if numbered else []), *(label(name, head=True) for name in head)])
    heads = len(rows)
    for number, (row, name, unit) in enumerate(labels.STATISTICS):
        text = word(name)
        if row and units == "in_label":
            text += f"（{unit}）"
        line = [*([label(str(number + 1))] if numbered else []), label(text)]
        if units == "column":
            line.append(label(unit if row else ""))
        line += values(expected, [f"statistics.{row}"]) if row else [Box("")]
        if cumulative:
            line.append(Box(str(dice.rng.randint(0, 9999)) if row else ""))
        rows.append(line)
        if extra and row in {"meetings", "complaints", "disclosed_by_other_means"}:
            blank = [Box("") for _ in line[(1 if numbered else 0) + 1 : -1]]
            additions = {
                "meetings": "制定信息公开制度数",
                "complaints": "接受公众咨询数",
                "disclosed_by_other_means": "公开栏公开信息数",
            }
            rows.append(
                [*([label("")] if numbered else []), label(additions[row]), *blank, Box(str(dice.rng.randint(0, 50)))]
            )
    if dice.flag("statistics.foot", 0.4):
        rows.append(
            [
                label(
                    "单位负责人：王某　审核人：李某　填报人：赵某　联系电话：0421-6600123",
                    cs=sum(b.cs for b in rows[-1]),
                )
            ]
        )
    return [Sheet("statistics", rows, head_rows=heads)]
