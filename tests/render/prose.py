"""Fresh prose around the tables, whose numbers agree with the figures that are printed."""

from __future__ import annotations

import random

from .choices import Dice
from .sheets import Paragraph
from .truth import Truth

_HEADINGS = {
    "overview": ("一、总体情况", "一、概述", "一、基本情况", "一、总体工作情况"),
    "disclosure": (
        "二、主动公开政府信息情况",
        "二、行政机关主动公开政府信息情况",
        "二、行政机关主动公开政府信息的情况",
    ),
    "requests": ("三、收到和处理政府信息公开申请情况", "三、行政机关收到和处理政府信息公开申请情况"),
    "disputes": (
        "四、政府信息公开行政复议、行政诉讼情况",
        "四、因政府信息公开工作被申请行政复议、提起行政诉讼情况",
        "四、行政复议和行政诉讼情况",
    ),
    "problems": (
        "五、存在的主要问题及改进情况",
        "五、政府信息公开工作存在的主要问题及改进情况",
        "五、存在问题及改进情况",
    ),
    "other_matters": ("六、其他需要报告的事项",),
}
_OVERVIEW = (
    "我们把公开透明当作服务群众的起点，凡是能上网的办事指南都已上网。",
    "全年共组织三次业务交流，经办人员轮流讲解受理和答复的步骤。",
    "对栏目逐个排查，撤下失效链接，补齐联系电话。",
    "每季度由分管领导主持例会，逐条过问公开目录的更新。",
    "信息发布前先审后发，留有登记台账，责任落实到人。",
)
_PROBLEMS = (
    "个别站所更新不够及时，文字解读偏少，下一年将安排专人逐月核对。",
    "人手紧、岗位变动快，业务不熟的情况仍然存在，今后以老带新，多练多学。",
)
_OTHER = ("无。", "本年度没有其他需要报告的事项。", "未收取信息处理费。")


def title(truth: Truth, dice: Dice) -> str:
    """The report's title in one of the usual grammars; empty where the page has none."""
    kind = dice.pick(
        "prose.title",
        {
            "standard": (6, "clean"),
            "short": (2, "clean"),
            "reverse": (1, "noisy"),
            "about": (1, "noisy"),
            "none": (0.7, "noisy"),
        },
    )
    templates = {
        "standard": "{i}{y}年政府信息公开工作年度报告",
        "short": "{i}{y}年度政府信息公开年报",
        "reverse": "{y}年{i}政府信息公开工作年度报告",
        "about": "{i}关于{y}年度政府信息公开工作的报告",
        "none": "",
    }
    return templates[kind].format(i=truth.issuer, y=truth.year)


def heading(section: str, rng: random.Random) -> Paragraph:
    """A section heading in one of the wordings that reports use."""
    return Paragraph(rng.choice(_HEADINGS[section]), 2)


def overview(truth: Truth, dice: Dice) -> list[Paragraph]:
    """The opening text; with restarted ordinals in some reports, as the seed has them."""
    rng = dice.rng
    lines = [
        f"本报告依照《中华人民共和国政府信息公开条例》编写，所列数据的统计期限自{truth.year}年1月1日起至{truth.year}年12月31日止。",
        *rng.sample(_OVERVIEW, rng.randint(1, 3)),
    ]
    received = truth.figures.get("requests.received.total", truth.figures.get("statistics.received"))
    if received is not None and not truth.planted and rng.random() < 0.6:
        lines.append(
            f"{truth.year}年共收到政府信息公开申请{received}件。" if received else "全年未收到政府信息公开申请。"
        )
    if dice.flag("prose.restarted_ordinals", 0.2, "noisy"):
        lines[1:1] = ["一、加强领导，明确分工", "二、建章立制，规范流程", "三、拓宽渠道，主动服务"]
    return [Paragraph(line) for line in lines]


def problems(rng: random.Random) -> Paragraph:
    """What section five says."""
    return Paragraph(rng.choice(_PROBLEMS))


def other_matters(rng: random.Random) -> Paragraph:
    """What section six says."""
    return Paragraph(rng.choice(_OTHER))
