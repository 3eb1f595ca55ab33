"""HTML: how a sheet is marked up by editors, word processors and content systems."""

from __future__ import annotations

import html
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .choices import Dice, Level
from .sheets import Box, Sheet


@dataclass(frozen=True)
class Style:
    """One page's habits of markup."""

    structure: str
    cell: str
    spans: str
    upper: bool
    open_ended: bool
    sections: bool
    breaks: bool
    comments: bool
    vertical: bool
    padding: str
    around: str
    rng: random.Random


def choose_style(dice: Dice, *, lossless: bool) -> Style:
    """The habits of one page; ``lossless`` makes structures that lose blank cells count as damage."""
    lossy: Level = "damaged" if lossless else "noisy"
    structure = dice.pick(
        "html.structure",
        {
            "table": (14, "clean"),
            "divs": (0.6, "noisy"),
            "aria": (0.5, "noisy"),
            "pre": (0.4, lossy),
            "cell_paragraphs": (0.6, "noisy"),
            "row_blocks": (0.4, "noisy"),
            "row_paragraphs": (0.5, lossy),
            "row_breaks": (0.4, lossy),
            "side_by_side": (0.4, "noisy"),
        },
    )
    spans = dice.pick(
        "html.spans",
        {
            "kept": (8, "clean"),
            "lost": (0.8, "noisy"),
            "expanded": (0.7, "clean"),
            "repeated": (0.6, "noisy"),
            "overlong": (0.4, "clean"),
        },
    )
    cell = dice.pick(
        "html.cell",
        {
            "plain": (4, "clean"),
            "paragraph": (2, "clean"),
            "word": (3, "clean"),
            "char_spans": (0.8, "clean"),
            "bold": (1, "clean"),
            "font": (1, "clean"),
            "link": (0.3, "clean"),
            "entities": (0.4, "clean"),
            "excel": (0.5, "clean"),
            "blank_paragraph": (0.5, "clean"),
            "deep": (0.4, "clean"),
            "ruby": (0.3, "noisy"),
            "input": (0.2, "damaged"),
        },
    )
    return Style(
        structure,
        cell,
        spans,
        upper=dice.flag("html.upper_case", 0.08),
        open_ended=dice.flag("html.end_tags_missing", 0.06),
        sections=dice.flag("html.row_groups", 0.2),
        breaks=dice.flag("html.breaks_in_labels", 0.2),
        comments=dice.flag("html.comments", 0.08),
        vertical=dice.flag("html.vertical_labels", 0.1),
        padding=dice.pick(
            "html.padding",
            {
                "none": (14, "clean"),
                "column_after": (0.5, "clean"),
                "column_before": (0.5, "noisy"),
                "rows_between": (0.5, "clean"),
                "hidden_cell": (0.3, "noisy"),
            },
        ),
        around=dice.pick(
            "html.around",
            {
                "nothing": (10, "clean"),
                "table": (0.7, "clean"),
                "div": (2, "clean"),
                "form": (0.3, "clean"),
                "accordion": (0.3, "clean"),
            },
        ),
        rng=dice.rng,
    )


def table(sheet: Sheet, style: Style) -> str:
    """One sheet as markup."""
    before, after = _AROUND[style.around]
    return before + _STRUCTURES[style.structure](sheet, style) + after


def escape(text: str) -> str:
    """Text for HTML."""
    return html.escape(text, quote=False).replace("\u00a0", "&nbsp;")


def _content(box: Box, style: Style) -> str:
    rng = style.rng
    text = box.text
    if not text:
        return rng.choice(
            (
                "",
                "&nbsp;",
                "&#160;",
                "<p>&nbsp;</p>",
                " ",
                "<br/>",
                "<p class=MsoNormal><span lang=EN-US><o:p>&nbsp;</o:p></span></p>",
            )
        )
    words = escape(text)
    if style.vertical and style.structure in EXACT and box.rs > 2 and 3 < len(text) < 12 and "&" not in words:
        return rng.choice(("<br>", "</p><p>", "<br/>\n")).join(words).join(("<p>", "</p>"))
    if style.breaks and box.figure is None and len(text) > 5 and "&" not in words and rng.random() < 0.4:
        at = rng.randint(2, len(words) - 2)
        words = words[:at] + rng.choice(("<br>", "<br/>", "<br />\n")) + words[at:]
    return _CELLS[style.cell](words, text, style.rng)


def _inline(box: Box, style: Style) -> str:
    """A cell's content without paragraphs of its own."""
    words = escape(box.text)
    return _CELLS[style.cell](words, box.text, style.rng) if style.cell in _INLINE else words


def _word(words: str, text: str, rng: random.Random) -> str:
    if text.isascii():
        words = f'<span lang="EN-US" style="font-size:10.5pt;mso-bidi-font-size:12.0pt">{words}<o:p></o:p></span>'
    else:
        words = (
            f"<span style='font-size:10.5pt;font-family:宋体;mso-hansi-font-family:\"Times New Roman\"'>{words}</span>"
        )
    centre = rng.choice((" align=center", ""))
    return f'<p class="MsoNormal"{centre} style="text-align:center;mso-line-height-alt:12pt">{words}</p>'


def _char_spans(words: str, text: str, rng: random.Random) -> str:
    if "<" in words or "&" in words:
        return f"<span>{words}</span>"
    size = rng.choice((1, 1, 2))
    return (
        "<p>"
        + "".join(f'<span style="font-size:12px">{text[i : i + size]}</span>' for i in range(0, len(text), size))
        + "</p>"
    )


_CELLS: dict[str, Callable[[str, str, random.Random], str]] = {
    "plain": lambda words, _t, _r: words,
    "paragraph": lambda words, _t, r: f"\n{' ' * r.randint(0, 8)}<p style='text-align:center'>{words}</p>\n",
    "word": _word,
    "char_spans": _char_spans,
    "bold": lambda words, t, _r: f"<strong>{words}</strong>" if "计" in t or t.isdigit() else words,
    "font": lambda words, _t, _r: f'<font face="仿宋_GB2312" size="3">{words}</font>',
    "excel": lambda words, _t, _r: f'<font class="font6"><span style="mso-spacerun:yes">\u00a0</span>{words}</font>',
    "blank_paragraph": lambda words, _t, _r: f"<p>{words}</p><p>&nbsp;</p>",
    "deep": lambda words, _t, _r: f"<div><div><span><b><i>{words}</i></b></span></div></div>",
    "entities": lambda words, t, r: _entities(words, t, r),
    "ruby": lambda words, t, r: _ruby(words, t, r),
    "input": lambda words, t, r: _input(words, t, r),
    "link": lambda words, t, _r: f'<a name="_Toc1"></a>{words}' if not t.isdigit() else words,
}


def _html_table(sheet: Sheet, style: Style) -> str:
    rng = style.rng
    out = [
        rng.choice(
            (
                '<table border="1" cellspacing="0" cellpadding="0">',
                '<table class="MsoNormalTable" style="border-collapse:collapse" width="600">',
                "<table>",
            )
        )
    ]
    if sheet.caption:
        out.append(f"<caption>{escape(sheet.caption)}</caption>")
    if rng.random() < 0.15:
        out.append("<colgroup>" + "<col width='80'>" * sheet.width + "</colgroup>")
    heads = sheet.head_rows if style.sections else 0
    reach = 0
    for y, boxes in enumerate(_rows(sheet, style)):
        if style.sections and y in {0, heads}:
            out.append("</thead><tbody>" if y and heads else "<thead>" if heads else "<tbody>" if not y else "")
        out.append(_html_row(boxes, style))
        reach = max(reach, y + max((rs for _, _, rs in boxes), default=1))
        if style.padding == "rows_between" and reach == y + 1 and rng.random() < 0.2:
            out.append(f"<tr>{'<td></td>' * sheet.width}</tr>")
    if style.sections:
        out.append("</tbody>")
    out.append("</table>")
    text = "\n".join(part for part in out if part) if rng.random() < 0.7 else "".join(out)
    return _upper(text) if style.upper else text


def _rows(sheet: Sheet, style: Style) -> Iterator[list[tuple[Box, int, int]]]:
    """The boxes of each row with the spans that the markup states."""
    if style.spans in {"expanded", "repeated"}:
        for slots in sheet.slots():
            yield [
                (box if first or (style.spans == "repeated" and not box.figure) else Box(""), 1, 1)
                for box, first in slots
            ]
        return
    for y, row in enumerate(sheet.rows):
        over = 20 if style.spans == "overlong" else 0
        reach = len(sheet.rows) - y
        yield [
            (box, 1, 1) if style.spans == "lost" else (box, box.cs, box.rs + (over if 1 < box.rs == reach else 0))
            for box in row
        ]


def _html_row(boxes: list[tuple[Box, int, int]], style: Style) -> str:
    rng = style.rng
    cells = []
    for box, cs, rs in boxes:
        tag = "th" if box.head and style.sections else "td"
        attributes = "".join(
            f' {name}="{span}"' for name, span in (("rowspan", rs), ("colspan", cs)) if span > 1 or rng.random() < 0.02
        )
        style_attribute = (
            ' valign="top" style="border:solid windowtext 1.0pt;padding:0cm 5.4pt"' if style.cell == "word" else ""
        )
        end = "" if style.open_ended and style.cell not in {"paragraph"} else f"</{tag}>"
        cells.append(f"<{tag}{attributes}{style_attribute}>{_content(box, style)}{end}")
    if style.padding == "column_after":
        cells.append("<td></td>")
    elif style.padding == "column_before":
        cells.insert(0, "<td>&nbsp;</td>")
    elif style.padding == "hidden_cell":
        cells.insert(rng.randint(0, len(cells)), "<td style='display:none'>77</td>")
    comment = "<!-- <td>99</td> -->" if style.comments and rng.random() < 0.1 else ""
    return f"<tr>{comment}{''.join(cells)}{'' if style.open_ended else '</tr>'}"


_INLINE = frozenset({"plain", "bold", "font", "link", "entities", "ruby", "excel"})


def _ruby(words: str, text: str, rng: random.Random) -> str:
    if text.isascii() or "<" in words or "&" in words:
        return words
    at = rng.randrange(len(text))
    return (
        f"{text[:at]}<ruby>{text[at]}<rp>(</rp><rt>zhù</rt><rp>)</rp></ruby>{text[at + 1 :]}"
        if text[at] > "\u3400"
        else words
    )


def _input(words: str, text: str, _: random.Random) -> str:
    return f'<input type="text" value="{words}" readonly>' if text.isdigit() else words


def _entities(words: str, text: str, rng: random.Random) -> str:
    if "<" in words or "&" in words:
        return words
    return "".join(rng.choice((f"&#{ord(c)};", f"&#x{ord(c):x};", c)) for c in text)


def _upper(text: str) -> str:
    for tag in ("table", "tbody", "thead", "tr", "td", "th"):
        text = text.replace(f"<{tag}", f"<{tag.upper()}").replace(f"</{tag}>", f"</{tag.upper()}>")
    return text


def _divs(sheet: Sheet, style: Style) -> str:
    rows = []
    for slots in sheet.slots():
        cells = (_content(box, style) if first else "" for box, first in slots)
        rows.append(
            '<div style="display:table-row">'
            + "".join(f'<div style="display: table-cell;">{c}</div>' for c in cells)
            + "</div>"
        )
    return '<div style="display:table">' + "\n".join(rows) + "</div>"


def _aria(sheet: Sheet, style: Style) -> str:
    rows = []
    for row in sheet.rows:
        cells = "".join(
            f'<div role="{"columnheader" if box.head else "cell"}" aria-colspan="{box.cs}" aria-rowspan="{box.rs}">'
            f"{_content(box, style)}</div>"
            for box in row
        )
        rows.append(f'<div role="row">{cells}</div>')
    return f'<div role="table" class="tb">{"".join(rows)}</div>'


def _pre(sheet: Sheet, style: Style) -> str:
    gap = style.rng.choice(("\t", "    ", " | "))
    return (
        "<pre>"
        + "\n".join(gap.join(escape(box.text.replace("\n", "")) for box in row) for row in sheet.rows)
        + "</pre>"
    )


def _cell_paragraphs(sheet: Sheet, style: Style) -> str:
    tag = style.rng.choice(("p", "div"))
    return "\n".join(
        f"<{tag}>{_inline(box, style) if box.text else '&nbsp;'}</{tag}>" for row in sheet.rows for box in row
    )


def _row_blocks(sheet: Sheet, style: Style) -> str:
    row, cell = style.rng.choice((("div", "div"), ("ul", "li"), ("section", "p")))
    rows = ("".join(f"<{cell}>{_inline(box, style)}</{cell}>" for box in boxes) for boxes in sheet.rows)
    return "\n".join(f"<{row}>{cells}</{row}>" for cells in rows)


def _row_paragraphs(sheet: Sheet, style: Style) -> str:
    gap = style.rng.choice(("\t", "&nbsp;&nbsp;&nbsp;", "&emsp;", "　"))
    return "\n".join(
        f"<p>{gap.join(escape(box.text.replace(' ', '')) for box in row if box.text)}</p>" for row in sheet.rows
    )


def _row_breaks(sheet: Sheet, style: Style) -> str:
    gap = style.rng.choice(("&nbsp;&nbsp;", " ", "　"))
    return (
        "<p>"
        + "<br/>\n".join(gap.join(escape(box.text.replace(" ", "")) for box in row if box.text) for row in sheet.rows)
        + "</p>"
    )


def _side_by_side(sheet: Sheet, style: Style) -> str:
    css = style.rng.choice(("display:inline-block;width:80px", "width: 12%; float: left"))
    rows = (
        "".join(f'<span style="{css}">{_content(b, style) if f else ""}</span>' for b, f in r) for r in sheet.slots()
    )
    return "\n".join(f"<p>{row}</p>" for row in rows)


_STRUCTURES: dict[str, Callable[[Sheet, Style], str]] = {
    "table": _html_table,
    "divs": _divs,
    "aria": _aria,
    "pre": _pre,
    "cell_paragraphs": _cell_paragraphs,
    "row_blocks": _row_blocks,
    "row_paragraphs": _row_paragraphs,
    "row_breaks": _row_breaks,
    "side_by_side": _side_by_side,
}
# Structures that keep the place of every cell, and those that keep its blanks.
EXACT = frozenset({"table", "divs", "aria", "side_by_side"})
KEEPS_BLANKS = EXACT | {"cell_paragraphs", "row_blocks"}

_AROUND = {
    "nothing": ("", ""),
    "table": ("<table width='100%'><tbody><tr><td align='center'>", "</td></tr></tbody></table>"),
    "div": ('<div style="overflow-x:auto" class="table-wrap">', "</div>"),
    "form": ("<form><fieldset>", "</fieldset></form>"),
    "accordion": ("<details open><summary>展开表格</summary>", "</details>"),
}
