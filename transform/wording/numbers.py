"""What one cell says: a number, nothing (blank or dash), or words; amounts scaled to the unit of their figure.

The wording (dash words, units, directions, numerals) is data, in ``data/numbers.toml``.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from transform.wording.fold import clean, fold

ValueStatus = Literal["reported", "blank", "dash", "text"]

SEVERAL_NUMBERS = "several numbers"
MISPLACED_COMMA = "several numbers, or a comma out of place"
GLUED_ZEROS = "several digits 0"
MIXED_DIGITS = "letters or numerals among digits"
LEADING_ZEROS = "leading zeros"
TOO_LONG = "too long to be a count"
PERCENTAGE = "a percentage"
DASH_AND_DIGITS = "a dash next to digits"
UNREADABLE = "an unreadable sign"
ONE_OR_DASH = "the numeral one or a dash"
BLANK_SEPARATED = "blanks between thousands"
APPROXIMATE = "approximate"

DOUBTFUL_NOTES = frozenset({LEADING_ZEROS, BLANK_SEPARATED})
"""Notes of values that may be several numbers put together."""

_NUMBER_LIKE = frozenset(
    {SEVERAL_NUMBERS, MISPLACED_COMMA, GLUED_ZEROS, MIXED_DIGITS, DASH_AND_DIGITS, TOO_LONG, ONE_OR_DASH, UNREADABLE}
)
_MAX_DIGITS = 12
_PLAIN = re.compile(r"(?:0|[1-9][0-9]{0,11})\Z", re.ASCII)
_DIGITS = r"[0-9]+(?:[, ][0-9]+)*(?:\.[0-9]+)?"
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:(?:,[0-9]{3})+|(?: [0-9]{3})+)\Z")
_LOOSE_BLANK = re.compile(r"(?<![0-9]) | (?![0-9])")
_DASH_BLANK_DIGIT = re.compile(r"- [0-9]")
_JOINING = "至和或"
_NUMBERS_ONLY = re.compile(rf"[-+0-9.,:;/\\~、 {_JOINING}|]+\Z")
_NOTE_NUMBER = re.compile(r"(?<=[0-9])\s*(\[[0-9]{1,2}\])\Z")
_HEADER_BREAK = re.compile(r"[:/(),]")
_SAYS_UNIT = "单位"
_YUAN = "元"
_LONGEST_UNIT = 4
_DIGITS_AND_DASHES = re.compile(r"[-0-9]+\Z")
_DIGITS_AND_ZEROS = re.compile(r"[0-9〇零oоο]+\Z")
_RUN_OF_DIGITS = re.compile(r"[0-9]+")
_PLAIN_SIGNS = "0-9，、；：。《》“”.-"
_MAY_BE_SIGN = re.compile("[^\x00-\xb1\u3000-\u3190\u3400-\u9fff\uff00-\uffef]")
"""All but the blocks, common in reports, that have no character of the Unicode category No."""


class Value(NamedTuple):
    """What a cell says.

    A named tuple, since a page has hundreds of cells and it is built fast.
    ``value`` is None unless ``status`` is ``reported``; ``unit_seen`` is the unit that the cell prints; ``note`` holds
    a remark that the cell adds, or says in what way its text is unusual or ambiguous.
    """

    status: ValueStatus
    value: int | float | None
    unit_seen: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class _Unit:
    dimension: Literal["count", "money"]
    factor: int


@dataclass(frozen=True, slots=True)
class _Lexicon:
    blank_words: frozenset[str]
    dashes: re.Pattern[str]
    dash_words: frozenset[str]
    dash_like_numerals: re.Pattern[str]
    percentage: re.Pattern[str]
    number: re.Pattern[str]
    closing_marks: str
    unreadable: str
    decrease: frozenset[str]
    units: dict[str, _Unit]
    scales: dict[str, int]
    digits: dict[str, int]
    powers: dict[str, int]
    sections: dict[str, int]
    mere_words: re.Pattern[str]


_MERE_WORDS = Value("text", None)


def _one_of(words: Iterable[str]) -> str:
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    words: dict[str, Any] = tomllib.loads(resources.files("data").joinpath("numbers.toml").read_text(encoding="utf-8"))
    scales: dict[str, int] = words["scales"]
    bases = dict.fromkeys(words["units"]["count"], "count") | dict.fromkeys(words["units"]["money"], "money")
    units = {
        scale + base: _Unit("money" if dimension == "money" else "count", factor)
        for base, dimension in bases.items()
        for scale, factor in {"": 1, **scales}.items()
    }
    numerals = words["numerals"]
    numeral_letters = "".join((*numerals["digits"], *numerals["powers"], *numerals["sections"]))
    direction = _one_of((*words["increase"], *words["decrease"]))
    number = re.compile(
        f"(?:{_one_of(words['prefixes'])})?"
        f"(?P<approximately>{_one_of(words['approximate_before'])})?"
        f"(?P<direction>{direction})?"
        f"(?P<currency>{_one_of(words['units']['money_before'])})?"
        f"(?:(?P<digits>{_DIGITS})(?P<scale>{_one_of(scales)})?|(?P<zero>[{words['zero_characters']}])"
        f"|(?P<numeral>[{numeral_letters}]+))"
        f"(?P<more>{_one_of(words['approximate_after'])})?"
        f"(?P<unit>\\(?{_one_of(units)}\\)?)?"
        f"(?P<direction_after>[↑↓]|\\({direction}\\))?"
        f"(?P<remark>\\([^()]*(?:\\([^()]*\\)[^()]*)*\\)|(?:[,;:、]|(?<!\\d)){_one_of(words['remark_introductions'])}.*)?"
        f"(?P<marks>[{re.escape(words['footnote_marks'])}]+)?"
        f"[{re.escape(words['closing_marks'])}]?\\Z"
    )
    return _Lexicon(
        blank_words=frozenset(words["blank_words"]),
        dashes=re.compile(f"[{re.escape(words['dash_characters'])}]+\\Z"),
        dash_words=frozenset(words["dash_words"]),
        dash_like_numerals=re.compile(f"[{words['dash_like_numerals']}]+\\Z"),
        percentage=re.compile(f"[^()]*[0-9.]+[{words['percent_signs']}]"),
        number=number,
        closing_marks=words["closing_marks"],
        unreadable=words["unreadable_signs"],
        decrease=frozenset(words["decrease"]),
        units=units,
        scales=scales,
        digits=numerals["digits"],
        powers=numerals["powers"],
        sections=numerals["sections"],
        mere_words=_mere_words(words, numeral_letters),
    )


def _mere_words(words: dict[str, Any], numeral_letters: str) -> re.Pattern[str]:
    """Texts that need no closer look: they begin with Han characters that begin no number, more than a dash word has.

    Dates and numbers may follow, but no blank, bracket or sign that would be looked into.
    """
    counting = {*numeral_letters, *words["zero_characters"], *words["dash_like_numerals"]}
    before = (*words["prefixes"], *words["approximate_before"], *words["increase"], *words["decrease"])
    opening = counting | {word[0] for word in (*before, *words["units"]["money_before"], *_JOINING)}
    least = max(len(word) for word in (*words["blank_words"], *words["dash_words"]) if not word.isascii())
    return re.compile(
        f"[{_han_without(opening)}][{_han_without(counting)}]{{{least}}}[\u4e00-\u9fff{_PLAIN_SIGNS}]*\\Z"
    )


def _han_without(characters: set[str]) -> str:
    """The ranges of a character class: all Han characters but those that fold to one of ``characters``."""
    han = "".join(map(chr, range(0x4E00, 0xA000)))
    left_out = [ord(character) for character, folded in zip(han, fold(han), strict=True) if folded in characters]
    bounds = [0x4DFF, *left_out, 0xA000]
    return "".join(f"{chr(a + 1)}-{chr(b - 1)}" for a, b in pairwise(bounds) if b - a > 1)


def _numeral_section(text: str, lexicon: _Lexicon) -> int | None:
    """A Chinese numeral below 10,000: powers must fall, and a digit after 百 or 千 needs its 零 or its own power."""
    total, last_power, digit, zero = 0, 10_000, 0, False
    for character in text:
        if character in lexicon.digits:
            if digit:
                return None
            digit = lexicon.digits[character]
            zero = zero or digit == 0
            continue
        power = lexicon.powers.get(character)
        if power is None or power >= last_power or (not digit and (power != 10 or zero)):
            return None
        total, last_power, digit, zero = total + (digit or 1) * power, power, 0, False
    if digit and not zero and last_power in (100, 1_000):
        return None
    return total + digit


def _numeral(text: str, lexicon: _Lexicon) -> int | None:
    """The value of a Chinese numeral (十二, 二〇, 一百二十三); None where malformed or colloquial (一百二, 三四)."""
    if all(character in lexicon.digits for character in text):
        digits = [lexicon.digits[character] for character in text]
        if len(digits) > 1 and (digits[0] == 0 or 0 not in digits):
            return None
        return int("".join(map(str, digits)))
    total, rest = 0, text
    for word, power in sorted(lexicon.sections.items(), key=lambda item: -item[1]):
        before, found, rest = rest.rpartition(word)
        if not found:
            continue
        section = _numeral_section(before, lexicon)
        if not section or len(rest) == 1:
            return None
        total += section * power
    section = _numeral_section(rest, lexicon)
    return None if section is None else total + section


def unit_named(text: str) -> str | None:
    """The unit that a header prints: 万元 in (万元), (万), 单位:万元, 采购总金额/万元 or 采购总金额万元, or None."""
    lexicon = _lexicon()
    pieces = _HEADER_BREAK.split(fold(text).lower())
    for piece in reversed(pieces):
        if piece in lexicon.units:
            return piece
    scaled = (piece + _YUAN for piece in reversed(pieces[1:]) if piece in lexicon.scales)
    money = (word for word in _money_words() if pieces[-1].endswith(word))
    return next(scaled, None) or max(money, key=lambda word: lexicon.units[word].factor, default=None)


@lru_cache(maxsize=1)
def _money_words() -> tuple[str, ...]:
    return tuple(word for word, unit in _lexicon().units.items() if unit.dimension == "money")


def names_damaged_unit(text: str) -> bool:
    """Whether a header over an amount printed a unit that cannot be read any more: (□元), 单位:□元, (单位:)."""
    if unit_named(text) is not None:
        return False
    signs = {character for word in (_SAYS_UNIT, _YUAN, *_lexicon().scales) for character in word}
    pieces = _HEADER_BREAK.split(fold(text).lower())[1:]
    return any(len(piece) <= _LONGEST_UNIT and signs & {*piece} for piece in pieces)


def _unit(text: str, lexicon: _Lexicon) -> _Unit | None:
    word = unit_named(text)
    return lexicon.units[word] if word is not None else None


def _text(note: str | None = None) -> Value:
    return Value("text", None, None, note)


def _joined_notes(*notes: str | None) -> str | None:
    return "; ".join(note for note in notes if note) or None


def _plain_number(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def _without_enclosed_marks(text: str) -> tuple[str, str] | None:
    """Split off trailing footnote signs such as ① and ², which NFKC would turn into digits; None for others."""
    if not _MAY_BE_SIGN.search(text):
        return text, ""
    signs = [character for character in text if unicodedata.category(character) == "No"]
    if not signs:
        return text, ""
    body = text.rstrip(" " + "".join(signs))
    marks = text[len(body) :].strip()
    if len(marks) < len(signs) or any(unicodedata.decomposition(sign).startswith("<fraction>") for sign in signs):
        return None
    return body, marks


def _digits_value(digits: str) -> tuple[Decimal, str | None] | Value:
    """The number that a run of digits, commas, blanks and a point spells, or why it is ambiguous."""
    whole, point, fraction = digits.partition(".")
    note = None
    if "," in whole or " " in whole:
        if not _THOUSANDS.match(whole) or whole.startswith("0"):
            return _text(MISPLACED_COMMA if "," in whole else SEVERAL_NUMBERS)
        note = BLANK_SEPARATED if " " in whole else None
        whole = whole.replace(",", "").replace(" ", "")
    if len(whole) > 1 and whole.startswith("0"):
        if not whole.strip("0"):
            return _text(GLUED_ZEROS)
        note = LEADING_ZEROS
    if len(whole) > _MAX_DIGITS:
        return _text(TOO_LONG)
    return Decimal(f"{whole}{point}{fraction}"), note


def _in_unit(
    number: Decimal, scale: int, seen: _Unit | None, unit: str | None, header_unit: str | None, lexicon: _Lexicon
) -> Decimal | Value:
    """The number in ``unit`` (without one: in pieces or yuan); a scale word alone (3万) counts from the bare unit."""
    target = lexicon.units.get(unit) if unit else None
    if seen is None and header_unit is not None:
        header = _unit(header_unit, lexicon)
        if header is not None and (target is None or header.dimension == target.dimension):
            seen = header if scale == 1 else _Unit(header.dimension, 1)
    if seen is None:
        seen = target if target is not None and scale == 1 else _Unit(target.dimension if target else "count", 1)
    if target is not None and seen.dimension != target.dimension:
        return _text(f"a unit of {seen.dimension} where {unit} is expected")
    return number * scale * seen.factor / (target.factor if target else 1)


def _several_or_words(spaced: str, lexicon: _Lexicon) -> Value:
    """Why a text is no single number: numbers side by side, a percentage, something unreadable, or mere words."""
    pieces = spaced.split(" ")
    if len(pieces) > 1 and all(map(value_like, pieces)):
        return _text(SEVERAL_NUMBERS)
    if lexicon.percentage.match(spaced):
        return _text(PERCENTAGE)
    if _NUMBERS_ONLY.match(spaced) and len(_RUN_OF_DIGITS.findall(spaced)) > 1:
        return _text(SEVERAL_NUMBERS)
    if _DIGITS_AND_ZEROS.match(spaced):
        return _text(MIXED_DIGITS)
    readable = spaced.strip(lexicon.unreadable)
    if readable != spaced and value_like(readable):
        return _text(UNREADABLE)
    if _DIGITS_AND_DASHES.match(spaced):
        return _text(DASH_AND_DIGITS)
    return _text()


def _matched_value(
    match: re.Match[str], lexicon: _Lexicon, unit: str | None, header_unit: str | None, marks: str
) -> Value:
    note: str | None = None
    if match["digits"] is not None:
        read = _digits_value(match["digits"])
        if isinstance(read, Value):
            return read
        number, note = read
    elif match["zero"] is not None:
        number = Decimal(0)
    else:
        numeral = _numeral(match["numeral"], lexicon)
        if numeral is None:
            return _text()
        number = Decimal(numeral)

    remark, unit_word = match["remark"], match["unit"]
    if remark and unit_word is None and remark.strip("()") in lexicon.units:
        unit_word, remark = remark, None
    if remark and _RUN_OF_DIGITS.fullmatch(remark.strip("()")):
        return _text(SEVERAL_NUMBERS)
    if unit_word:
        unit_word = unit_word.strip("()")
    elif match["currency"]:
        unit_word = match["currency"]

    directions = [word.strip("()") for word in (match["direction"], match["direction_after"]) if word]
    if len(directions) > 1:
        return _text()
    if directions == ["-"] and number == 0:
        return _text(DASH_AND_DIGITS)
    if directions and directions[0] in lexicon.decrease:
        number = -number

    seen = lexicon.units.get(unit_word) if unit_word else None
    if match["currency"]:
        seen = seen or _Unit("money", 1)
    scaled = _in_unit(number, lexicon.scales.get(match["scale"] or "", 1), seen, unit, header_unit, lexicon)
    if isinstance(scaled, Value):
        return scaled
    approximate = APPROXIMATE if match["approximately"] or match["more"] else None
    return Value(
        "reported",
        _plain_number(scaled),
        (match["scale"] or "") + (unit_word or "") or None,
        _joined_notes(note, approximate, remark, match["marks"], marks),
    )


def is_plain(text: str) -> bool:
    """Whether a text is nothing but plain digits, as most cells are."""
    return text.isdigit() and text.isascii()


@lru_cache(maxsize=1 << 14)
def plain_number(text: str) -> int | None:
    """The number that a cell prints in plain digits and nothing else, as most cells do; None for others."""
    return int(text) if _PLAIN.match(text) else None


def is_numeral(text: str) -> bool:
    """Whether a text is a Chinese numeral that can be nothing else: not nought, and not 一, which may be a dash."""
    lexicon = _lexicon()
    letters = {*lexicon.digits, *lexicon.powers}
    folded = fold(text)
    known = bool(folded) and all(letter in letters for letter in folded)
    return known and any(lexicon.digits.get(letter, 2) > 1 for letter in folded)


@lru_cache(maxsize=1 << 16)
def read_value(text: str, *, unit: str | None = None, header_unit: str | None = None) -> Value:
    """Read the raw text of one cell as a number, a blank, a dash or words.

    ``unit`` is the unit of the figure, in which the value is returned (without one: pieces, or yuan for money);
    ``header_unit`` is the unit that the table's header prints, for cells that print none.  A text that can be read
    as more than one number is ``text`` with a note, never a guess.  Never raises.
    """
    if _PLAIN.match(text) and header_unit is None:
        return Value("reported", int(text))
    lexicon = _lexicon()
    if lexicon.mere_words.match(text):
        return _MERE_WORDS
    marks = ""
    if text.endswith("]") and (note := _NOTE_NUMBER.search(text)):
        text, marks = text[: note.start()], note[1]
    elif not text.isascii():
        split = _without_enclosed_marks(text)
        if split is None:
            return _text()
        text, marks = split
    spaced = " ".join(folded for piece in clean(text, pinyin=True).split(" ") if (folded := fold(piece))).lower()
    pieces = spaced.split(" ")
    if len(pieces) > 1 and any(piece.strip(lexicon.unreadable) == "" for piece in pieces):
        spaced = " ".join(piece for piece in pieces if piece.strip(lexicon.unreadable))
        marks = marks or UNREADABLE
    if not spaced or spaced in lexicon.blank_words:
        return _text(marks or None) if marks else Value("blank", None)
    if _DASH_BLANK_DIGIT.search(spaced):
        return _text(SEVERAL_NUMBERS)
    joined = _LOOSE_BLANK.sub("", spaced)
    bare = joined.rstrip(lexicon.closing_marks).removeprefix("(").removesuffix(")")
    if lexicon.dashes.match(bare) or bare in lexicon.dash_words:
        return Value("dash", None, None, marks or None)
    if lexicon.dash_like_numerals.match(joined):
        return _text(ONE_OR_DASH)
    match = lexicon.number.match(joined)
    return _matched_value(match, lexicon, unit, header_unit, marks) if match else _several_or_words(spaced, lexicon)


def dash_words() -> frozenset[str]:
    """The words that say that there is nothing to report, folded."""
    return _lexicon().dash_words


def is_mere_words(text: str) -> bool:
    """Whether a text begins with so many Han characters that begin no number that it can be no value."""
    return _lexicon().mere_words.match(text) is not None


def value_like(text: str) -> bool:
    """Whether a cell holds a figure rather than words: a blank, a dash, a number, or an ambiguous run of digits."""
    value = read_value(text)
    return value.status != "text" or value.note in _NUMBER_LIKE
