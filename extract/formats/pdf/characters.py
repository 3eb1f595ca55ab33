"""Characters as PDF fonts name them: radicals and compatibility forms become the characters they stand for."""

from __future__ import annotations

import unicodedata

UNKNOWN = "\ufffd"
"""Stands for a shape whose font does not say what it is, so that its neighbours are not taken for the whole."""

_NO_CHARACTER = frozenset((0, 0xFFFE, 0xFFFF))

_RADICALS = dict(
    zip(
        map(
            ord,
            "⺁⺅⺉⺊⺒⺓⺕⺖⺘⺙⺛⺝⺟⺠⺡⺢⺣⺤⺦⺨⺩⺪⺬⺭⺮⺯⺰⺲⺶⺹⺾⻁⻂⻃⻄⻅⻆⻈⻉⻊⻋⻌⻏⻐⻑⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
        ),
        "厂亻刂卜巳幺彐忄扌攵旡月母民氵氺灬爫丬犭王疋示礻竹糹纟罒羊耂艹虎衤覀西见角讠贝足车辶阝钅長镸长门阝雨青韦页风飞食飠饣首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟",
        strict=True,
    )
)
"""Radicals that fonts give for the character itself, after EquivalentUnifiedIdeograph of the Unicode database."""


def character(code: int) -> str:
    """The character of a code point; a radical or compatibility form gives the unified ideograph."""
    if code in _RADICALS:
        return _RADICALS[code]
    if 0x2F00 <= code <= 0x2FD5 or 0xF900 <= code <= 0xFAFF:
        return unicodedata.normalize("NFKC", chr(code))
    return UNKNOWN if code in _NO_CHARACTER or 0xD800 <= code < 0xE000 else chr(code)
