"""Paragraphs and tables as HTML, in the styles that the editors of content systems leave behind."""

from __future__ import annotations

import html
from dataclasses import dataclass

from sample_site.tables import Cell, Table

_BREAKS = {"plain": "<br>", "ueditor": "<br/>", "word": "<br clear='none'>", "old": "<BR>"}
_MSO_CELL = "mso-border-alt:solid windowtext .5pt"
_MSO_SPAN = "font-size:10.5pt;mso-font-kerning:0pt"
_UEDITOR_CELL = "border:1px solid windowtext;word-break:break-all"


@dataclass(frozen=True, slots=True)
class Style:
    """One editor's way of writing: its name and whether cells are padded with hard blanks."""

    name: str = "plain"
    padded: bool = False

    def words(self, text: str) -> str:
        """Text with entities, line breaks as the style writes them, and a hard blank for nothing."""
        if not text:
            return "&nbsp;"
        escaped = html.escape(text, quote=False).replace("\n", _BREAKS[self.name])
        return f"&nbsp;{escaped}&nbsp;" if self.padded else escaped


def _spans(cell: Cell) -> str:
    rows = f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
    columns = f' colspan="{cell.columns}"' if cell.columns > 1 else ""
    return rows + columns


def _cell(cell: Cell, style: Style) -> str:
    words, spans = style.words(cell.text), _spans(cell)
    if style.name == "word":
        return (
            f"<td{spans} style='{_MSO_CELL}'><p class=MsoNormal align=center>"
            f"<span lang=EN-US style='{_MSO_SPAN}'>{words}<o:p></o:p></span></p></td>"
        )
    if style.name == "ueditor":
        return (
            f'<td{spans} width="{64 * cell.columns}" style="{_UEDITOR_CELL}"><p style="text-align:center">'
            f'<span style="font-size:14px">{words}</span></p></td>'
        )
    if style.name == "old":
        return f"<TD ALIGN=center{spans.upper()}>{words}"
    tag = "th" if cell.kind == "band" else "td"
    return f'<{tag}{spans} align="center"><p style="text-align:center;">{words}</p></{tag}>'


def table_markup(table: Table, style: Style) -> str:
    """One table; the style ``old`` writes capitals and leaves out the end tags of rows and cells."""
    if style.name == "old":
        rows = "\n".join("<TR>" + "\n".join(_cell(cell, style) for cell in row) for row in table)
        return f'<TABLE BORDER=1 CELLSPACING=0 WIDTH="96%">\n{rows}\n</TABLE>'
    rows = "\n".join("<tr>" + "".join(_cell(cell, style) for cell in row) + "</tr>" for row in table)
    opening = {
        "word": "<table class=MsoNormalTable border=1 cellspacing=0 cellpadding=0 "
        "style='border-collapse:collapse;mso-yfti-tbllook:1184'>",
        "ueditor": '<table cellspacing="0" cellpadding="0" style="border-collapse:collapse" class="firstRow">',
        "plain": '<table border="1" cellspacing="0" cellpadding="0" width="100%" style="border-collapse:collapse;">',
    }[style.name]
    return f"{opening}<tbody>\n{rows}\n</tbody></table>"


def paragraph_markup(text: str, style: Style, *, heading: bool) -> str:
    """A paragraph or a heading, which these editors write as a bold paragraph."""
    words = html.escape(text, quote=False)
    if style.name == "word":
        weight = "font-weight:bold;" if heading else ""
        span = (
            f"<span style='{weight}font-size:16.0pt;font-family:仿宋_GB2312;mso-hansi-font-family:仿宋'>{words}</span>"
        )
        return f"<p class=MsoNormal style='text-indent:32.0pt'>{span}<span lang=EN-US><o:p></o:p></span></p>"
    if style.name == "old":
        return f"<P>&nbsp;&nbsp;&nbsp;&nbsp;{f'<B>{words}</B>' if heading else words}"
    inner = f"<strong>{words}</strong>" if heading else words
    if style.name == "ueditor":
        return f'<p style="text-indent:2em;line-height:2em"><span style="font-size:16px">{inner}</span></p>'
    return f"<p>　　{inner}</p>"


def picture_markup(source: str, label: str) -> str:
    """A picture that stands where a table should."""
    return f'<p style="text-align:center"><img src="{source}" alt="{html.escape(label)}" width="640" height="420"></p>'
