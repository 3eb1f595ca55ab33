"""Report pages of a wanted size for measuring: three statutory tables in the markup that editors leave around them.

Every page is another report in other words, so that no cache of texts knows it beforehand.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from itertools import cycle, pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from render.layouts import render
from render.truth import make_truth

KINDS = ("prose", "tables")
"""Where the bytes of a page lie: mostly in prose, navigation and scripts, or mostly in the cells of its tables."""

TEXT_CONTAINERS = ("pipe_rows", "cell_pipe_lines", "cell_lines", "markdown")

_CELLS = ("plain", "word", "paragraph", "word", "font", "char_spans", "word", "excel")
_FAMILIES = ("trs", "hanweb", "vsb", "ucap", "guangdong", "plain", "fujian", "webplus")
_ENCODINGS = ("utf-8", "utf-8", "utf-8", "gb18030")
_RENDERED_CELL_STYLE = ' style="border:solid windowtext 1.0pt;padding:0cm 5.4pt"'
_USUAL = {
    "container": "html",
    "page.fate": "once",
    "page.tables": "in_sections",
    "html.structure": "table",
    "html.headings": "p",
}
_SUBJECTS = ("便民服务中心", "党政办公室", "各村民委员会", "农业服务站", "社会事务办", "规划建设所", "财政所", "司法所")
_WHEN = ("上半年", "入夏以后", "第三季度", "年底前", "换届之后", "汛期之中", "春耕时节", "每月上旬")
_DEEDS = ("整理", "核对", "更新", "编印", "上墙公示", "逐户解读", "重新归档", "集中校对")
_OBJECTS = (
    "惠民补贴名册",
    "办事流程图",
    "政策问答",
    "村级账目",
    "建设项目清单",
    "防汛通知",
    "救助标准",
    "土地流转合同",
)
_SPAN = (
    "font-size:16.0pt;mso-bidi-font-size:12.0pt;font-family:仿宋_GB2312;"
    "mso-hascii-font-family:&quot;Times New Roman&quot;;"
    "mso-hansi-font-family:&quot;Times New Roman&quot;;color:black;mso-font-kerning:0pt"
)
_CELL_STYLE = (
    "border-top:none;border-left:none;border-bottom:solid windowtext 1.0pt;border-right:solid windowtext 1.0pt;"
    "mso-border-top-alt:solid windowtext .5pt;mso-border-left-alt:solid windowtext .5pt;padding:0cm 5.4pt 0cm 5.4pt;"
)
_CELL_FILLER = "mso-border-alt:solid windowtext .5pt;mso-padding-alt:0cm 5.4pt 0cm 5.4pt;"
_OPENING = "本报告依照"


def sentence(rng: random.Random) -> str:
    """One sentence of a report's prose, of 40 to 60 characters."""
    when, deed, thing = rng.choice(_WHEN), rng.choice(_DEEDS), rng.choice(_OBJECTS)
    others = rng.sample(_SUBJECTS, 2)
    number, issue = rng.randint(11, 9999), rng.randint(1, 99)
    deed = f"{when}，{others[0]}会同{others[1]}{deed}{thing}{number}份"
    return f"{deed}，并在公开栏张贴第{issue}期，方便群众随时查阅、对照和提出意见。"


def _word_paragraph(rng: random.Random) -> str:
    spans = "".join(
        f'<span lang="EN-US" style="{_SPAN}">{piece}<o:p></o:p></span>'
        if piece.isdigit()
        else f'<span style="{_SPAN}">{piece}</span>'
        for _ in range(rng.randint(2, 5))
        for piece in _pieces(sentence(rng), rng)
    )
    return f'<p class="MsoNormal" style="text-indent:32.0pt;mso-char-indent-count:2.0;line-height:28.0pt">{spans}</p>\n'


def _pieces(words: str, rng: random.Random) -> list[str]:
    """A sentence as a word processor cuts it: at every change of font, and now and then in between."""
    cuts = sorted({0, len(words), *rng.sample(range(1, len(words)), 2)})
    return [words[start:end] for start, end in pairwise(cuts)]


def _menu(rng: random.Random) -> str:
    entries = "".join(
        f'<li class="list-item"><a href="/zwgk/{rng.randint(1, 10**6)}/index.html" target="_blank" title="{name}">'
        f"{name}</a>"
        f"<span>{rng.randint(2019, 2024)}-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}</span></li>\n"
        for name in (rng.choice(_DEEDS) + rng.choice(_OBJECTS) for _ in range(12))
    )
    return f'<div class="menu"><ul>{entries}</ul></div>\n'


def _script(rng: random.Random) -> str:
    rules = "".join(f".c{rng.randint(1, 10**6)}>li{{float:left;margin:{rng.randint(0, 40)}px}}\n" for _ in range(8))
    return f"<style>{rules}</style><script>var id{rng.randint(1, 10**6)}={{n:{rng.random()}}};</script>\n"


def _fill(rng: random.Random, size: int, piece: Callable[[random.Random], str]) -> str:
    parts: list[str] = []
    length = 0
    while length < size:
        part = piece(rng)
        parts.append(part)
        length += len(part.encode())
    return "".join(parts)


def _padded(page: str, rng: random.Random, size: int, kind: str) -> str:
    if kind == "tables":
        page = _with_wide_cells(page, int(0.75 * (size - len(page.encode()))))
    missing = size - len(page.encode())
    if missing <= 0:
        return page
    prose, menus, scripts = (int(missing * share) for share in (0.6, 0.25, 0.15))
    at = page.index("</p>", page.index(_OPENING)) + len("</p>\n")
    page = page[:at] + _fill(rng, prose, _word_paragraph) + page[at:]
    page = page.replace('<div class="nav">', _fill(rng, menus, _menu) + '<div class="nav">', 1)
    return page.replace("</head>", _fill(rng, scripts, _script) + "</head>", 1)


def _with_wide_cells(page: str, room: int) -> str:
    """The page with the borders of a word processor on every cell, ``room`` bytes of them in all."""
    page = page.replace(_RENDERED_CELL_STYLE, "")
    each = room // max(1, page.count("<td"))
    if each < len(_CELL_STYLE):
        return page
    style = _CELL_STYLE + _CELL_FILLER * ((each - len(_CELL_STYLE)) // len(_CELL_FILLER))
    return page.replace("<td", f'<td width="72" style="{style}"')


def html_pages(size: int, count: int, *, seed: int = 0) -> list[bytes]:
    """``count`` distinct pages of about ``size`` bytes; cells, site templates, encodings and kinds in turn."""
    kinds, forms = cycle(KINDS), cycle(("2021", "2019", "2021"))
    choices = zip(range(count), kinds, forms, cycle(_CELLS), cycle(_FAMILIES), cycle(_ENCODINGS), strict=False)
    return [_html_page(size, f"{seed}/{size}/{number}", *choice) for number, *choice in choices]


def _html_page(size: int, seed: str, kind: str, form: str, cell: str, family: str, encoding: str) -> bytes:
    rng = random.Random(seed)
    truth = make_truth(rng, form=form, trouble="none")
    pins = {**_USUAL, "html.cell": cell, "site.family": family, "bytes.encoding": encoding}
    rendered = render(truth, rng, ceiling="clean", pins=pins)
    name = "gb18030" if encoding == "gb18030" else "utf-8"
    return _padded(rendered.data.decode(name), rng, size, kind).encode(name)


def text_reports(container: str, count: int, *, seed: int = 0) -> list[bytes]:
    """``count`` distinct reports as a scrape that is no HTML, one of ``TEXT_CONTAINERS``, with a few sentences each."""
    reports = []
    for number in range(count):
        rng = random.Random(f"{seed}/{container}/{number}")
        form = ("2021", "2019", "2014")[number % 3]
        truth = make_truth(rng, form=form, trouble="none")
        rendered = render(
            truth, rng, ceiling="noisy", pins={"container": container, "bytes.encoding": "utf-8", "page.fate": "once"}
        )
        prose = "\n".join(sentence(rng) for _ in range(8))
        reports.append(rendered.data + f"\n{prose}\n".encode())
    return reports
