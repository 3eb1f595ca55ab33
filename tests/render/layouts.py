"""A true report printed as bytes in a layout drawn at random, with what the page prints for every figure."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from . import build, build_requests, labels, markup, noise, prose, site, text
from .choices import Dice, Level
from .damage import damage
from .printing import Expected, print_figures
from .sheets import Box, Paper, Paragraph, Sheet
from .truth import Truth, make_truth
from .wording import Wording

_HONEST_DOUBT = {
    ("label.typos", "few"),
    ("label.typos", "many"),
    ("container", "wrapped"),
    ("requests.header", "missing"),
    ("disclosure.header", "missing"),
    ("disputes.header", "missing"),
}
MARKUP = frozenset({"html", "json", "markdown_html"})


@dataclass(frozen=True)
class Rendered:
    """A page: its bytes, what it prints for every figure of the form, how hostile it is, and the choices made.

    ``level``: ``clean`` and ``noisy`` pages must be read fully and right; on a ``damaged`` page every figure must be
    right, or null, or carry a finding.
    """

    data: bytes
    expected: Mapping[str, Expected]
    level: Level
    choices: Mapping[str, str]
    truth: Truth
    offered: Mapping[str, tuple[str, ...]]

    @property
    def verdict(self) -> str | None:
        """The one verdict that a reading may give, or None where more than one will do."""
        if self.level == "damaged" or not self.truth.pristine or _HONEST_DOUBT & self.choices.items():
            return None
        return "incomplete" if self.truth.single_other else "verified"

    @property
    def description(self) -> str:
        """The choices that are not the usual ones, for people."""
        usual = {"none", "no", "exact", "plain", "canonical", "full", "kept", "table", "clean", "minus", "span"}
        return ", ".join(f"{axis}={name}" for axis, name in self.choices.items() if name not in usual)


def render(
    truth: Truth,
    rng: random.Random,
    *,
    ceiling: Level | None = None,
    pins: Mapping[str, str] | None = None,
    calm: bool = False,
) -> Rendered:
    """Print a report in a layout drawn at random, no more hostile than ``ceiling``.

    ``pins`` fixes axes by name; ``calm`` takes the usual option on every other axis.
    """
    ceiling = ceiling or rng.choices(("clean", "noisy", "damaged"), (2, 4, 4))[0]
    assert ceiling is not None
    dice = Dice(rng, ceiling, pins, calm=calm)
    container = _container(truth, dice)
    if container == "markdown_html":
        dice.pins.setdefault("html.structure", "table")
    style = markup.choose_style(dice, lossless=bool(truth.blanks)) if container in MARKUP else None
    exact, keeps_blanks = _fidelity(container, style)
    if truth.blanks and not keeps_blanks:
        dice.taken["blanks.lost"] = "yes"
        dice.level = "damaged"
    paper = _paper(truth, dice, exact=exact)
    if ceiling == "damaged":
        damage(paper, dice, arithmetic=truth.pristine)
    noise.add_noise(paper, dice, text_format=style is None)
    if style is None:
        data = site.encode(text.write(paper, dice, container), dice, markup=False)
    else:
        page = (
            site.article_text(paper, style) if container == "markdown_html" else site.write(paper, truth, dice, style)
        )
        page = site.wrap_json(page, truth, rng) if container == "json" else page
        data = site.encode(page, dice, markup=container == "html")
    return Rendered(
        data,
        paper.expected,
        dice.level,
        {"truth.form": truth.form, "truth.scale": truth.scale, "truth.trouble": truth.trouble, **dice.taken},
        truth,
        dice.offered,
    )


def _container(truth: Truth, dice: Dice) -> str:
    options: dict[str, tuple[float, Level]] = {
        "html": (18, "clean"),
        "json": (0.7, "noisy"),
        "markdown_html": (0.4, "noisy"),
    }
    for name, (_, _, keeps_blanks, weight, level) in text.WRITERS.items():
        lossy = bool(truth.blanks) and not keeps_blanks
        options[name] = (weight, "damaged" if lossy else level)
    return dice.pick("container", options)


def _fidelity(container: str, style: markup.Style | None) -> tuple[bool, bool]:
    if style is None:
        _, exact, keeps_blanks, _, _ = text.WRITERS[container]
        return exact, keeps_blanks
    exact = style.structure in markup.EXACT and style.spans != "lost"
    return exact, style.structure in markup.KEEPS_BLANKS


def _paper(truth: Truth, dice: Dice, *, exact: bool) -> Paper:
    expected = print_figures(truth, dice)
    word = Wording(dice)
    title = prose.title(truth, dice)
    items: list[Paragraph | Sheet] = [Paragraph(title, 1)] if title else []
    items += [prose.heading("overview", dice.rng), *prose.overview(truth, dice)]
    if truth.form == "2014":
        items += _statistics_part(truth, expected, dice, word)
    else:
        items += _tables_part(truth, expected, dice, word, exact=exact)
    paper = Paper(items, _complete(truth, expected), title)
    _whole_page(paper, truth, dice)
    return paper


def _complete(truth: Truth, expected: Mapping[str, Expected]) -> dict[str, Expected]:
    """Every figure that the form may have, those that are not printed as missing."""
    absent = Expected(None, None, frozenset({"missing"}))
    if truth.single_other:
        unprinted = [f"requests.{row}.{column}" for row in labels.OTHER_ROWS for column in labels.APPLICANTS]
        return {**expected, **dict.fromkeys(unprinted, absent)}
    return dict(expected)


def _statistics_part(
    truth: Truth, expected: Mapping[str, Expected], dice: Dice, word: Wording
) -> list[Paragraph | Sheet]:
    sheets = build.statistics(truth, expected, dice, word)
    late = [prose.heading("problems", dice.rng), prose.problems(dice.rng)]
    return [*late, Paragraph("附件：政府信息公开情况统计表", 2), *sheets]


def _tables_part(
    truth: Truth, expected: Mapping[str, Expected], dice: Dice, word: Wording, *, exact: bool
) -> list[Paragraph | Sheet]:
    two = build.disclosure(truth, expected, dice, word)
    three = build_requests.build(truth, expected, dice, word, exact=exact)
    four = build.disputes(truth, expected, dice, word, exact=exact)
    headings = {name: prose.heading(name, dice.rng) for name in ("disclosure", "requests", "disputes")}
    place = dice.pick(
        "page.tables",
        {
            "in_sections": (12, "clean"),
            "at_end": (0.7, "noisy"),
            "joined": (0.6, "noisy"),
            "no_headings": (0.7, "noisy"),
            "one_sheet": (0.4, "noisy"),
        },
    )
    tail = [
        prose.heading("problems", dice.rng),
        prose.problems(dice.rng),
        prose.heading("other_matters", dice.rng),
        prose.other_matters(dice.rng),
    ]
    if place == "at_end":
        short = Paragraph("数据见文末附表。")
        return [*(p for name in headings for p in (headings[name], short)), *tail, *two, *three, *four]
    if place == "no_headings":
        return [*two, *three, *four, *tail]
    if place == "joined":
        return [
            headings["disclosure"],
            headings["requests"],
            _join(two + three[:1]),
            *three[1:],
            headings["disputes"],
            *four,
            *tail,
        ]
    if place == "one_sheet":
        return [headings["disclosure"], _join([*two, *three, *four]), *tail]
    leak = [Paragraph("该部分以表格形式报告。表格如下：")] if dice.flag("prose.template_leak", 0.1) else []
    return [
        headings["disclosure"],
        *leak,
        *two,
        headings["requests"],
        *leak,
        *three,
        headings["disputes"],
        *leak,
        *four,
        *tail,
    ]


def _join(sheets: list[Sheet]) -> Sheet:
    return Sheet(sheets[0].table, [row for sheet in sheets for row in sheet.rows], head_rows=0)


def _whole_page(paper: Paper, truth: Truth, dice: Dice) -> None:
    """What befalls the report as a whole: printed twice, last year's tables before it, another table of like words."""
    rng = dice.rng
    fate = dice.pick(
        "page.fate",
        {
            "once": (16, "clean"),
            "twice": (0.6, "noisy"),
            "last_year_first": (0.6, "damaged"),
            "two_reports": (0.5, "damaged"),
            "decoy_after": (0.6, "noisy"),
            "decoy_before": (0.6, "noisy"),
            "caption": (0.8, "clean"),
            "footnote": (0.8, "clean"),
        },
    )
    if fate == "twice":
        paper.items += [_copy(item) for item in paper.items]
    elif fate == "last_year_first":
        paper.items[:0] = _last_year(truth, rng)
    elif fate == "two_reports":
        paper.items += _other_report(truth, rng)
    elif fate.startswith("decoy"):
        at = 1 if fate == "decoy_before" else len(paper.items)
        paper.items[at:at] = [Paragraph("各类信息发布一览"), _decoy(rng)]
    elif fate == "caption":
        for sheet in paper.sheets():
            sheet.caption = rng.choice(("表一　基本数据（单位：件）", "附表"))
    elif fate == "footnote":
        for sheet in paper.sheets():
            sheet.note = "注：1.表中数据截至当年12月31日；2.空白处表示没有此类事项。"


def _copy(item: Paragraph | Sheet) -> Paragraph | Sheet:
    if isinstance(item, Paragraph):
        return Paragraph(item.text, item.heading)
    rows = [[Box(b.text, b.cs, b.rs, b.figure, b.head) for b in row] for row in item.rows]
    return Sheet(item.table, rows, item.caption, item.note, item.head_rows, item.decoy)


def _other_report(truth: Truth, rng: random.Random) -> list[Paragraph | Sheet]:
    other = make_truth(rng, form=truth.form, trouble="none")
    sheets = _plain_sheets(other, rng)
    return [Paragraph(f"{other.issuer}{truth.year}年政府信息公开工作年度报告", 1), *sheets]


def _last_year(truth: Truth, rng: random.Random) -> list[Paragraph | Sheet]:
    old = make_truth(rng, form=truth.form, trouble="none")
    sheets = _plain_sheets(old, rng)
    return [Paragraph(f"{truth.year - 1}年情况（供对照）", 2), *sheets, Paragraph(f"{truth.year}年情况", 2)]


def _plain_sheets(old: Truth, rng: random.Random) -> list[Sheet]:
    """The main table of another report in a clean layout, as a decoy."""
    dice = Dice(rng, "clean")
    expected = print_figures(old, dice)
    word = Wording(dice)
    sheets = (
        build.statistics(old, expected, dice, word)
        if old.form == "2014"
        else build_requests.build(old, expected, dice, word, exact=True)
    )
    for sheet in sheets:
        sheet.decoy = True
        for row in sheet.rows:
            for box in row:
                box.figure = None
    return sheets


def _decoy(rng: random.Random) -> Sheet:
    rows = [[Box(t) for t in ("信息类别", "数量", "其中：行政许可", "行政处罚", "总计")]]
    rows += [
        [Box(name), *(Box(str(rng.randint(0, 400))) for _ in range(4))]
        for name in ("网站公开", "微信公众号公开", "其他", "总计")
    ]
    return Sheet("decoy", rows, head_rows=1, decoy=True)
