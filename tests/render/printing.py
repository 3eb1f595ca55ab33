"""How a number is printed: the raw text of every figure, and what a reader must make of it."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from decimal import Decimal

from . import labels
from .choices import Dice
from .truth import Amount, Truth


@dataclass(frozen=True)
class Expected:
    """What the page prints for a figure.

    ``value`` is None where nothing or no number is printed; ``statuses`` are those a reader may give; ``true`` is
    the figure of the true report (what exact arithmetic may at best recover where the print is damaged).
    """

    raw: str | None
    value: Amount | None
    statuses: frozenset[str]
    true: Amount | None = None

    def lost(self) -> Expected:
        """The same figure once its cell is gone."""
        return replace(self, raw=None, value=None, statuses=frozenset({"missing", "blank", "text"}))

    def obscured(self) -> Expected:
        """The same figure once its cell's borders are gone: right, or nothing."""
        return replace(self, statuses=frozenset({"reported", "decoded", "missing", "blank", "text"}))


UNITS = {column: unit for blocks in labels.DISCLOSURE.values() for block in blocks for column, _, unit in block.columns}
_FULL_WIDTH = str.maketrans("0123456789,.", "０１２３４５６７８９，．")
_MARKS = {"thousands_blank": (" ", "\u00a0", "\u2009"), "unit_odd": ("条", "个", "宗", "件次", "人次")}
_NUMERALS = "零一二三四五六七八九"


def print_figures(truth: Truth, dice: Dice) -> dict[str, Expected]:
    """The raw text of every figure of the report in one style of writing numbers, with a sprinkle of odd cells."""
    style = dice.pick(
        "number.style",
        {
            "plain": (12, "clean"),
            "thousands": (3, "clean"),
            "thousands_blank": (0.6, "noisy"),
            "full_width": (2, "clean"),
            "full_width_thousands": (0.7, "noisy"),
            "unit": (1.5, "clean"),
            "unit_blank": (0.7, "noisy"),
            "unit_odd": (0.5, "noisy"),
            "chinese_zero": (1, "clean"),
            "chinese_numeral": (0.5, "noisy"),
            "trailing_zeros": (0.6, "noisy"),
            "leading_zero": (0.2, "noisy"),
            "capital_o": (0.3, "noisy"),
            "mixed": (1, "noisy"),
        },
    )
    signed = dice.pick(
        "number.sign",
        {
            "minus": (5, "clean"),
            "plus": (2, "clean"),
            "word": (1.5, "noisy"),
            "long_word": (0.7, "noisy"),
            "arrow": (0.5, "noisy"),
            "full_width": (1, "noisy"),
        },
    )
    money = _money_style(truth, dice)
    printed: dict[str, Expected] = {}
    for figure, value in truth.figures.items():
        true = truth.planted.get(figure, value)
        if figure in truth.blanks:
            printed[figure] = Expected("", None, frozenset({"blank", "missing"}), true)
        elif figure in truth.dashes:
            printed[figure] = Expected(truth.dashes[figure], None, frozenset({"dash"}), true)
        else:
            raw = _raw(figure, value, style, signed, money, dice.rng)
            printed[figure] = Expected(raw, value, frozenset({"reported"}), true)
    return printed


def _money_style(truth: Truth, dice: Dice) -> str:
    """Where the unit of an amount stands: ``header_yuan``, ``cell_wan`` and so on (see ``amount_header``)."""
    if truth.form == "2019":
        return dice.pick(
            "number.amount",
            {
                "header_yuan": (4, "clean"),
                "header_wan": (2, "clean"),
                "cell_yuan": (2, "clean"),
                "cell_wan": (2, "clean"),
                "header_and_cell_wan": (1, "clean"),
                "cell_wan_short": (0.5, "noisy"),
                "cell_sign_yuan": (0.4, "noisy"),
                "none": (0.5, "damaged"),
            },
        )
    if truth.form == "2021":
        return dice.pick(
            "number.amount",
            {
                "form": (6, "clean"),
                "cell_wan": (1.5, "clean"),
                "cell_yuan": (1, "noisy"),
                "header_yuan": (0.7, "noisy"),
            },
        )
    return "form"


def amount_header(label: str, money: str, rng: random.Random) -> str:
    """The header of a column of money, with the unit where the style puts it."""
    bare = "本年收费金额" if "收费" in label else "采购总金额"
    if money == "header_yuan":
        return bare + rng.choice(("/元", "（元）", "（单位：元）", "(元)"))
    if money in {"header_wan", "header_and_cell_wan"}:
        return bare + rng.choice(("（万元）", "（单位：万元）", "/万元", "(万元)"))
    return label


def _raw(figure: str, value: Amount, style: str, signed: str, money: str, rng: random.Random) -> str:
    if figure.endswith(".amount"):
        return _raw_amount(figure, value, style, money, rng)
    if figure.endswith("items_change") and value != 0:
        return _raw_change(int(value), signed)
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.translate(_FULL_WIDTH) if style.startswith("full_width") else text
    if style == "mixed":
        style = rng.choice(("plain", "thousands", "full_width", "unit", "chinese_zero"))
    mark = rng.choice(_MARKS.get(style, ("",)))
    return _raw_count(value, style, _unit(figure), mark)


def _unit(figure: str) -> str:
    table, *_, column = figure.split(".")
    if table == "statistics":
        return next(unit for row, _, unit in labels.STATISTICS if row == column)
    return UNITS.get(column, "件") if table == "disclosure" else "件"


def _raw_count(value: int, style: str, unit: str, mark: str) -> str:
    """A count in one style with a mark of its own; 1 is never printed as 一, which editors use for a dash."""
    text = str(value)
    if style == "unit_odd" and unit != "万元":
        return text + mark
    if style == "thousands":
        return f"{value:,}"
    if style == "thousands_blank":
        return f"{value:,}".replace(",", mark)
    if style == "full_width":
        return text.translate(_FULL_WIDTH)
    if style == "full_width_thousands":
        return f"{value:,}".replace(",", "，")
    if style in {"unit", "unit_blank"}:
        return f"{text}{' ' if style == 'unit_blank' else ''}{unit}"
    if style == "chinese_zero" and value == 0:
        return "〇"
    if style == "capital_o" and value == 0:
        return "O"
    if style == "chinese_numeral" and value < 100 and value != 1:
        return chinese_numeral(value)
    if style == "trailing_zeros":
        return f"{text}.0"
    if style == "leading_zero" and 0 < value < 10:
        return f"0{text}"
    return text


def chinese_numeral(value: int) -> str:
    """A count below 100 in Chinese numerals: 零, 七, 十, 十二, 二十, 四十五."""
    tens, ones = divmod(value, 10)
    if tens == 0:
        return _NUMERALS[ones]
    return ("" if tens == 1 else _NUMERALS[tens]) + "十" + (_NUMERALS[ones] if ones else "")


def _raw_change(value: int, signed: str) -> str:
    size = abs(value)
    if signed in {"word", "long_word"}:
        return f"{'增' if value > 0 else '减'}{'' if signed == 'word' else '加' if value > 0 else '少'}{size}"
    if signed == "arrow":
        return f"{'↑' if value > 0 else '↓'}{size}"
    if signed == "full_width":
        return f"{'＋' if value > 0 else '－'}{str(size).translate(_FULL_WIDTH)}"
    return f"{'+' if signed == 'plus' and value > 0 else '-' if value < 0 else ''}{size}"


def _raw_amount(figure: str, value: Amount, style: str, money: str, rng: random.Random) -> str:
    base_is_wan = figure.startswith("disclosure.fees")
    number = Decimal(value)
    if base_is_wan and money in {"cell_yuan", "header_yuan"}:
        number *= 10_000
    if not base_is_wan and money in {"header_wan", "cell_wan", "header_and_cell_wan", "cell_wan_short"}:
        number /= 10_000
    text = format(number.normalize(), "f") if number else "0"
    if style == "thousands":
        whole, _, rest = text.partition(".")
        text = f"{int(whole):,}" + (f".{rest}" if rest else "")
    elif style == "trailing_zeros" and "." not in text:
        text += ".00"
    if money in {"cell_wan", "header_and_cell_wan"} and (value or rng.random() < 0.5):
        return text + "万元"
    if money == "cell_wan_short" and value:
        return text + "万"
    if money == "cell_sign_yuan" and value:
        return "¥" + text
    if money == "cell_yuan" and (value or rng.random() < 0.5):
        return text + "元"
    return text.translate(_FULL_WIDTH) if style == "full_width" else text
