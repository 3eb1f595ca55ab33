"""Noise that mirror sites and editors add to text: pinyin, traditional script, invisible characters, inner blanks."""

from __future__ import annotations

import random
from collections.abc import Callable

from .choices import Dice
from .sheets import Paper, Paragraph, Sheet

# simplified → (traditional, toned pinyin); a simple character map, so that 系 gives 系 and never 係.
_MAP = {
    "务": ("務", "wù"), "导": ("導", "dǎo"), "构": ("構", "gòu"), "内": ("內", "nèi"), "规": ("規", "guī"),
    "权": ("權", "quán"), "现": ("現", "xiàn"), "将": ("將", "jiāng"), "领": ("領", "lǐng"), "责": ("責", "zé"),
    "办": ("辦", "bàn"), "复": ("復", "fù"), "议": ("議", "yì"), "诉": ("訴", "sù"), "讼": ("訟", "sòng"),
    "总": ("總", "zǒng"), "体": ("體", "tǐ"), "况": ("況", "kuàng"), "项": ("項", "xiàng"), "数": ("數", "shù"),
    "处": ("處", "chù"), "罚": ("罰", "fá"), "强": ("強", "qiáng"), "许": ("許", "xǔ"), "业": ("業", "yè"),
    "费": ("費", "fèi"), "购": ("購", "gòu"), "额": ("額", "é"), "结": ("結", "jié"), "转": ("轉", "zhuǎn"),
    "继": ("繼", "jì"), "续": ("續", "xù"), "请": ("請", "qǐng"), "会": ("會", "huì"), "团": ("團", "tuán"),
    "织": ("織", "zhī"), "组": ("組", "zǔ"), "机": ("機", "jī"), "关": ("關", "guān"), "开": ("開", "kāi"),
    "据": ("據", "jù"), "审": ("審", "shěn"), "类": ("類", "lèi"), "执": ("執", "zhí"), "询": ("詢", "xún"),
    "举": ("舉", "jǔ"), "报": ("報", "bào"), "确": ("確", "què"), "认": ("認", "rèn"), "获": ("獲", "huò"),
    "经": ("經", "jīng"), "维": ("維", "wéi"), "纠": ("糾", "jiū"), "对": ("對", "duì"), "发": ("發", "fā"),
    "个": ("個", "gè"), "无": ("無", "wú"), "当": ("當", "dāng"), "书": ("書", "shū"), "计": ("計", "jì"),
    "属": ("屬", "shǔ"), "国": ("國", "guó"), "质": ("質", "zhì"), "护": ("護", "hù"), "过": ("過", "guò"),
    "补": ("補", "bǔ"), "标": ("標", "biāo"), "单": ("單", "dān"), "与": ("與", "yǔ"), "为": ("為", "wéi"),
    "后": ("後", "hòu"), "来": ("來", "lái"), "条": ("條", "tiáo"), "镇": ("鎮", "zhèn"),
}  # fmt: skip
_SIMPLE = str.maketrans({traditional: simple for simple, (traditional, _) in _MAP.items() if len(simple) == 1})
_PLAIN = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜǹ", "aaaaeeeeiiiioooouuuuvvvvn")
_PHRASE_WRONG = {"制": "製", "系": "係", "面": "麵", "于": "於", "里": "裏", "征": "徵"}
_SPAM = (
    "足球比分直播 在线平台 最新网址",
    "【快讯】點擊進入手机版登录入口",
    "關於澳門新葡京****的最新公告",
)


def add_noise(paper: Paper, dice: Dice, *, text_format: bool) -> None:
    """Soil the labels and the prose of a paper in place; numbers at most get zero-width characters."""
    kind = dice.pick(
        "noise.script",
        {
            "none": (12, "clean"),
            "traditional": (1, "noisy"),
            "phrase_wrong": (0.5, "noisy"),
            "toned_pinyin": (1.5, "noisy"),
            "toneless_pinyin": (1, "noisy"),
        },
    )
    space = dice.pick(
        "noise.space",
        {
            "none": (12, "clean"),
            "zero_width": (0.8, "noisy"),
            "word_blanks": (1, "noisy"),
            "ideographic": (0.7, "noisy"),
            "nbsp_around": (0.7, "clean"),
            "bom_inside": (0.3, "noisy"),
        },
    )
    share = dice.rng.choice((0.15, 0.5, 1.0))
    script, spacing = _SCRIPTS[kind], _SPACES[space]
    rng = dice.rng
    width = rng.choice(("keep", "half"))

    def soil(text: str) -> str:
        text = script(text, rng, share)
        if kind != "none" and width == "half":
            text = text.translate(str.maketrans("（），：；", "(),:;"))
        return spacing(text, rng)

    for item in paper.items:
        if isinstance(item, Paragraph):
            item.text = soil(item.text)
        else:
            _soil_sheet(item, soil)
    if space == "zero_width" and rng.random() < 0.5:
        _soil_numbers(paper, "\u200b")
    if kind in {"toned_pinyin", "toneless_pinyin", "traditional"} and rng.random() < 0.5:
        _drop_beside_digits(paper, rng)
    if dice.flag("noise.spam", 0.06, "noisy"):
        paper.items[:0] = [Paragraph(line) for line in rng.sample(_SPAM, rng.randint(1, 2))]
    if text_format and dice.flag("noise.site_lines", 0.2):
        paper.items[:0] = [
            Paragraph(line) for line in ("首页 > 政务公开 > 政府信息公开年报", "字体：大 中 小　打印本页")
        ]
        paper.items += [Paragraph("上一篇：无"), Paragraph("主办单位：某某政府办公室　备案号：辽ICP备05001234号")]


def simplified(text: str) -> str:
    """Text with the traditional characters that this module puts in taken back."""
    return text.translate(_SIMPLE)


def _soil_sheet(sheet: Sheet, soil: Callable[[str], str]) -> None:
    done: dict[str, str] = {}
    for row in sheet.rows:
        for box in row:
            if box.figure is None and any("\u3400" <= c <= "\u9fff" for c in box.text):
                box.text = done.setdefault(box.text, soil(box.text))


def _soil_numbers(paper: Paper, mark: str) -> None:
    for sheet in paper.sheets():
        for row in sheet.rows:
            for box in row:
                if box.figure and box.text.isdigit():
                    box.text = mark + mark.join(box.text)


def _drop_beside_digits(paper: Paper, rng: random.Random) -> None:
    """Family D: 年, 月 and 第 beside digits are lost in running text."""
    for item in paper.items:
        if isinstance(item, Paragraph) and not item.heading:
            item.text = "".join(
                c
                for i, c in enumerate(item.text)
                if not (c in "年月日" and i and item.text[i - 1].isdigit() and rng.random() < 0.5)
            )


def _traditional(text: str, rng: random.Random, share: float) -> str:
    del rng, share
    return "".join(_MAP.get(c, (c, ""))[0] for c in text)


def _phrase_wrong(text: str, rng: random.Random, share: float) -> str:
    return "".join(_PHRASE_WRONG.get(c, c) for c in _traditional(text, rng, share))


def _toned(text: str, rng: random.Random, share: float) -> str:
    out = []
    for c in text:
        traditional, pinyin = _MAP.get(c, (c, ""))
        out.append(traditional)
        if pinyin and rng.random() < share:
            out.append(f"({pinyin})")
    return "".join(out)


def _toneless(text: str, rng: random.Random, share: float) -> str:
    out = []
    for c in text:
        _, pinyin = _MAP.get(c, (c, ""))
        out.append(c)
        if pinyin and rng.random() < share * 0.6:
            out.append(f"({pinyin.translate(_PLAIN)})" * rng.choice((1, 2, 2)))
    return "".join(out)


def _keep(text: str, *_: object) -> str:
    return text


def _zero_width(text: str, rng: random.Random) -> str:
    return "".join(c + (rng.choice("\u200b\u200c\u200d\u2060") if rng.random() < 0.2 else "") for c in text)


def _word_blanks(text: str, rng: random.Random) -> str:
    return "".join(c + (" " if rng.random() < 0.15 and c > "\u3400" else "") for c in text)


def _ideographic(text: str, rng: random.Random) -> str:
    return "\u3000\u3000" + text if rng.random() < 0.5 else text.replace("、", "、\u3000")


def _nbsp_around(text: str, rng: random.Random) -> str:
    return f"\u00a0{text}\u00a0" if rng.random() < 0.6 else text


def _bom_inside(text: str, rng: random.Random) -> str:
    return "\ufeff" + text if rng.random() < 0.5 else text


_SCRIPTS: dict[str, Callable[[str, random.Random, float], str]] = {
    "none": _keep,
    "traditional": _traditional,
    "phrase_wrong": _phrase_wrong,
    "toned_pinyin": _toned,
    "toneless_pinyin": _toneless,
}
_SPACES: dict[str, Callable[[str, random.Random], str]] = {
    "none": _keep,
    "zero_width": _zero_width,
    "word_blanks": _word_blanks,
    "ideographic": _ideographic,
    "nbsp_around": _nbsp_around,
    "bom_inside": _bom_inside,
}
