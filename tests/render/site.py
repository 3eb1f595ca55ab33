"""The page around an article: templates of content systems, navigation, decoy tables, hidden copies, encodings."""

from __future__ import annotations

import json
import random

from .choices import Dice
from .markup import Style, escape, table
from .sheets import Paper, Paragraph, Sheet
from .truth import Truth

# family → (opening of the body element, closing)
_BODIES = {
    "trs": ('<div class="TRS_Editor"><div class="Custom_UnionStyle">', "</div></div>"),
    "trs_new": ('<div class="trs_editor_view TRS_UEDITOR trs_paper_default">', "</div>"),
    "hanweb": ('<div id="zoom"><!--ZJEG_RSS.content.begin-->', "<!--ZJEG_RSS.content.end--></div>"),
    "ucap": ('<div id="UCAP-CONTENT" class="content">', "</div>"),
    "vsb": (
        '<form name="_newscontent_fromname"><div id="vsb_content"><div class="v_news_content">',
        "</div></div></form>",
    ),
    "guangdong": ('<div class="article-content" id="zoomcon">', "</div>"),
    "shanghai": ('<div id="ivs_content" class="Article_content">', "</div>"),
    "webplus": ('<div class="wp_articlecontent">', "</div>"),
    "fujian": ('<div class="xl-content" id="Content">', "</div>"),
    "plain": ("<article>", "</article>"),
    "layout_table": (
        '<table width="1000" align="center"><tr><td width="200">栏目导航<br>机构职能</td><td>',
        "</td></tr></table>",
    ),
    "bare": ("", ""),
}


def write(paper: Paper, truth: Truth, dice: Dice, style: Style) -> str:
    """The paper as a page of HTML."""
    family = dice.pick(
        "site.family", {name: (0.5 if name in {"bare", "layout_table"} else 1.0, "clean") for name in _BODIES}
    )
    article = _article(paper, style, dice)
    opening, closing = _BODIES[family]
    if dice.flag("site.hidden_copy", 0.03, "noisy"):
        hidden = dice.rng.choice(
            (
                'style="display:none"',
                "hidden",
                'style="display: none !important;"',
                'aria-hidden="true" style="visibility:hidden;display:none"',
            )
        )
        article = f"<div {hidden}>{_decoy_article(paper, style)}</div>" + article
    if dice.flag("site.mobile_copy", 0.02, "noisy"):
        article += f'<div class="mobile-only">{article}</div>'
    if dice.flag("site.comment_copy", 0.03, "noisy"):
        article = "<!--\n" + _decoy_article(paper, style).replace("--", "- ") + "\n-->" + article
    if dice.flag("site.script_copy", 0.02, "clean"):
        article += f"<script type='text/template'>{_decoy_article(paper, style)}</script>"
    inner = f"{opening}\n{article}\n{closing}"
    if family == "bare":
        return inner
    head = f"<!DOCTYPE html>\n<html lang='zh-CN'><head>{_head(paper, truth, dice)}</head>"
    return f"{head}\n<body>{_top(truth, dice)}{_info(truth, dice)}{inner}{_bottom(dice)}</body></html>"


def article_text(paper: Paper, style: Style) -> str:
    """The paper as Markdown whose tables stay HTML."""
    return "\n\n".join(
        table(item, style) if isinstance(item, Sheet) else "#" * item.heading + " " + item.text for item in paper.items
    )


def _article(paper: Paper, style: Style, dice: Dice) -> str:
    headings = dice.pick(
        "html.headings", {"p": (4, "clean"), "h": (2, "clean"), "strong": (2, "clean"), "breaks": (0.5, "noisy")}
    )
    parts = []
    for item in paper.items:
        if isinstance(item, Sheet):
            parts += [table(item, style), f"<p>{escape(item.note)}</p>" if item.note else ""]
        else:
            parts.append(_paragraph(item, headings))
    return "\n".join(parts)


def _paragraph(item: Paragraph, headings: str) -> str:
    words = escape(item.text)
    if headings == "breaks":
        return f"{words}<br>"
    if headings == "h" and item.heading:
        return f"<h{item.heading}>{words}</h{item.heading}>"
    if headings == "strong" and item.heading:
        return f"<p><strong>{words}</strong></p>"
    return f'<p style="text-indent:2em">{words}</p>'


def _decoy_article(paper: Paper, style: Style) -> str:
    """The tables once more with other numbers, as an old version left in the page."""
    out = []
    for sheet in paper.sheets():
        rows = [
            [type(b)(str(style.rng.randint(1, 99)) if b.figure else b.text, b.cs, b.rs, None, b.head) for b in row]
            for row in sheet.rows
        ]
        out.append(
            "<table>"
            + "".join(
                "<tr>" + "".join(f'<td rowspan="{b.rs}" colspan="{b.cs}">{escape(b.text)}</td>' for b in row) + "</tr>"
                for row in rows
            )
            + "</table>"
        )
    return "".join(out)


def _head(paper: Paper, truth: Truth, dice: Dice) -> str:
    title = paper.title or "政府信息公开年报"
    metas = ""
    if dice.flag("site.meta", 0.6):
        metas = (
            f'<meta name="SiteName" content="{truth.issuer}门户网站"><meta name="ArticleTitle" content="{title}">'
            f'<meta name="PubDate" content="{truth.year + 1}-01-2{dice.rng.randint(0, 9)} 09:30">'
            '<meta name="ColumnName" content="政府信息公开年报">'
            f'<meta name="ContentSource" content="{truth.issuer}">'
        )
    style = "<style>td{padding:2px} .hide{display:none}</style><script>var n=[1,2,3];</script>"
    return f"{{charset}}<title>{title}</title>{metas}{style}"


def _top(truth: Truth, dice: Dice) -> str:
    nav = "".join(
        f'<li><a href="/{i}/">{name}</a></li>' for i, name in enumerate(("首页", "政务公开", "办事服务", "互动交流"))
    )
    parts = [
        f'<div class="nav"><ul>{nav}</ul></div>',
        '<div class="crumb">当前位置：首页 &gt; 政务公开 &gt; 政府信息公开年报</div>',
    ]
    if dice.flag("site.navigation_table", 0.2):
        parts.append(
            "<table class='menu'><tr><td>机构概况</td><td>领导信息</td><td>规章</td><td>行政规范性文件</td></tr>"
            "<tr><td colspan=4>行政许可 行政处罚</td></tr></table>"
        )
    parts.append(f"<h1>{truth.issuer}</h1>" if dice.rng.random() < 0.2 else "")
    return "".join(parts)


def _info(truth: Truth, dice: Dice) -> str:
    if not dice.flag("site.info_box", 0.25):
        return ""
    return (
        "<table class='xxgk_head'><tr><td>索引号：</td><td>11211382/2021-00012</td>"
        "<td>主题分类：</td><td>政务公开</td></tr>"
        f"<tr><td>发布机构：</td><td>{truth.issuer}</td><td>发布日期：</td><td>{truth.year + 1}-01-25</td></tr></table>"
    )


def _bottom(dice: Dice) -> str:
    related = "<ul class='rel'><li><a href='/a.html'>上一年度政府信息公开工作年度报告</a></li></ul>"
    table_ = (
        "<table><tr><td>友情链接</td><td>总计访问</td><td>20311</td></tr></table>"
        if dice.flag("site.footer_table", 0.12)
        else ""
    )
    footer = "主办：某某政府办公室　备案号：辽ICP备05001234号-1　网站标识码：2113820001"
    return f"{related}{table_}<div class='footer'>{footer}</div>"


def encode(text: str, dice: Dice, *, markup: bool) -> bytes:
    """Bytes in one of the encodings found, declared rightly, wrongly, or not at all (``{charset}`` in the text)."""
    kind = dice.pick(
        "bytes.encoding",
        {
            "utf-8": (8, "clean"),
            "utf-8-bom": (1, "clean"),
            "utf-8-undeclared": (1, "clean"),
            "gb18030": (1.5, "clean"),
            "gb2312-declared": (1, "clean"),
            "gbk-undeclared": (0.7, "noisy"),
            "gbk-declared-utf-8": (0.5, "noisy"),
            "utf-8-declared-gbk": (0.5, "noisy"),
            "utf-16": (0.2, "noisy"),
        },
    )
    declared = {"utf-8": "utf-8", "utf-8-bom": "utf-8", "gb18030": "gb18030", "gb2312-declared": "gb2312"}
    declared |= {"gbk-declared-utf-8": "utf-8", "utf-8-declared-gbk": "gbk", "utf-16": "utf-16"}
    name = declared.get(kind)
    if markup:
        meta = (
            f'<meta http-equiv="Content-Type" content="text/html; charset={name}">'
            if name and dice.rng.random() < 0.5
            else f'<meta charset="{name}">'
        )
        text = text.replace("{charset}", meta if name else "", 1)
    stray = dice.flag("bytes.stray", 0.04, "noisy")
    if stray and kind.startswith("utf-8") and not text.startswith("{"):
        lines = text.encode().split(b"\n")
        lines[0] += dice.rng.choice((b"\xff", b"\xe4\xb8", b"\x00", b"\x80\x81"))
        return b"\n".join(lines)
    if kind == "utf-8-bom":
        return text.encode("utf-8-sig")
    if kind == "utf-16":
        return text.encode("utf-16")
    return text.encode("gb18030" if kind.startswith("gb") else "utf-8")


def wrap_json(page: str, truth: Truth, rng: random.Random) -> str:
    """The article as an API answers it: HTML inside JSON."""
    body = page.replace("{charset}", "")
    inner = {
        "title": f"{truth.issuer}{truth.year}年政府信息公开工作年度报告",
        "content": body,
        "pubDate": f"{truth.year + 1}-01-26 10:00:00",
    }
    shape = rng.choice(("flat", "data", "custom"))
    answer = (
        inner
        if shape == "flat"
        else {"code": 0, "msg": "ok", "data": inner}
        if shape == "data"
        else {"custom": {"data": {"infocontent": body, **inner}}}
    )
    return json.dumps(answer, ensure_ascii=rng.random() < 0.5)
