"""How a page words the labels of a form: exact, by a known variant, with other ordinals, with a slip of the pen."""

from __future__ import annotations

import random
import re

from . import labels
from .choices import Dice

_ORDINAL = re.compile(r"^(?:[一二三四五六七八九]、|（[一二三四五六七八九]）|\d\.)")
_HALF_WIDTH = str.maketrans("（），：", "(),:")
_SLIPS = {
    "公": "工",
    "请": "情",
    "办": "辨",
    "结": "节",
    "属": "数",
    "密": "秘",
    "项": "向",
    "护": "户",
    "理": "里",
    "制": "治",
}
_LEFTOVERS = {
    "上一年项目数量": "（指上一年度事项总数）",
    "本年增/减": "（与上年相比）",
    "一、本年新收政府信息公开申请数量": "（填写1月1日至12月31日收到的）",
    "二、上年结转政府信息公开申请数量": "（指2019年未办结的）",
    "处理决定数量": "（按文书计1件）",
}
_UNIT = "万元"
"""A slip never takes one of these: without it the page would print another amount."""
_ORDINAL_STYLES = ("、", "．", ".", ") ")


class Wording:
    """Canonical label → the words that this page prints for it, the same wherever it stands."""

    def __init__(self, dice: Dice) -> None:
        self._rng = dice.rng
        self._words: dict[str, str] = {}
        self._variants = dice.pick("label.variants", {"exact": (6, "clean"), "some": (3, "clean"), "all": (1, "clean")})
        self._ordinals = dice.pick(
            "label.ordinals",
            {
                "exact": (8, "clean"),
                "half_width": (2, "clean"),
                "missing": (0.8, "noisy"),
                "restyled": (0.7, "noisy"),
                "mixed": (0.5, "noisy"),
            },
        )
        self._typos = dice.pick("label.typos", {"none": (9, "clean"), "few": (1, "noisy"), "many": (0.3, "noisy")})
        self._leftovers = dice.flag("label.instructions_left", 0.05, "noisy")
        self._remark = dice.pick(
            "label.remark",
            {"none": (12, "clean"), "unit": (1, "noisy"), "colon": (0.5, "noisy"), "star": (0.4, "noisy")},
        )

    def __call__(self, label: str) -> str:
        """The words for a label."""
        if label not in self._words:
            self._words[label] = self._word(label)
        return self._words[label]

    def _word(self, label: str) -> str:
        rng = self._rng
        words = label
        share = {"exact": 0.0, "some": 0.3, "all": 1.0}[self._variants]
        if label in labels.VARIANTS and rng.random() < share:
            words = rng.choice(labels.VARIANTS[label])
        if self._leftovers and label in _LEFTOVERS:
            words += _LEFTOVERS[label]
        words = self._slip(words)
        words = self._ordinal(words)
        if self._remark == "unit" and _ORDINAL.match(label) and rng.random() < 0.5:
            words += "（件）"
        elif self._remark == "colon" and _ORDINAL.match(label):
            words += "："
        elif self._remark == "star" and rng.random() < 0.3:
            words += "*"
        return words

    def _slip(self, words: str) -> str:
        chance = {"none": 0.0, "few": 0.06, "many": 0.3}[self._typos]
        if len(words) < 7 or self._rng.random() >= chance:
            return words
        places = [i for i, c in enumerate(words) if c in _SLIPS and i > 1]
        if places and self._rng.random() < 0.7:
            at = self._rng.choice(places)
            return words[:at] + _SLIPS[words[at]] + words[at + 1 :]
        at = self._rng.randrange(4, len(words))
        return words if words[at] in _UNIT else words[:at] + words[at + 1 :]

    def _ordinal(self, words: str) -> str:
        style = self._ordinals
        if style == "mixed":
            style = self._rng.choice(("exact", "half_width", "missing", "restyled"))
        if style == "half_width":
            return words.translate(_HALF_WIDTH)
        match = _ORDINAL.match(words)
        if not match or style == "exact":
            return words
        if style == "missing":
            return words[match.end() :]
        found = match.group()
        return (
            (found[:-1] if found[0] != "（" else found[1:-1]) + self._rng.choice(_ORDINAL_STYLES) + words[match.end() :]
        )


def cut_at_break(label: str, rng: random.Random) -> str:
    """A header label of which only the words before its line break are left (seed: 本年新 for 本年新制作数量)."""
    if len(label) < 5:
        return label
    return label[: rng.randint(3, len(label) - 1)]
