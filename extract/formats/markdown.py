"""Markdown becomes blocks: headings, prose without its inline markup, pipe tables, HTML tables in place."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from extract.formats.html import read_html
from extract.formats.lines import Line
from extract.formats.text import is_delimiter_row, read_lines
from extract.page import Block, Grid, Paragraph

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_HEADING_LINE = re.compile(r"^ {0,3}#{1,6}[ \t]+\S", re.MULTILINE)
_UNDERLINE = re.compile(r" {0,3}(=+|-{3,})[ \t]*")
_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})")
_FENCE = re.compile(r" {0,3}(?:```+|~~~+)[^`]*")
_PREFIX = re.compile(r"[ \t]*(?:>[ \t]?)*(?:[ \t]*[-*+][ \t]+(?!\|))?")
_UNREAD = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|template|noscript)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
_TABLE_EDGE = re.compile(r"<(/?)table\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_BREAK = re.compile(r"<br\b[^<>]*>", re.IGNORECASE)
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*(?:\([^()]*\)[^()]*)*\)|<(https?://[^<>\s]+)>")
_CODE = re.compile(r"(`+)(.+?)\1")
_STRONG = re.compile(r"(\*\*\*|\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1")
_STRONG_CELL = re.compile(r"(\*\*\*|\*\*|__)\s*([^*_]+?)\s*\1")
_STRONG_LINE = re.compile(r"^[ \t]*(\*\*|__)[^*_\n]*\w[^*_\n]*\1[ \t]*$", re.MULTILINE)
_LEAST_LINES = 3
_EMPHASIS = re.compile(r"(?<![\w*\\])([*_])(?=[^\s*_])([^*_]+?)(?<=[^\s\\])\1(?![\w*])")
_EMPHASIS_IN_HAN = re.compile(r"(?<!\\)\*(?=[^\s*|])([^*|]+?)(?<=[^\s\\])\*")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def is_markdown(source: str) -> bool:
    """Whether a text shows itself as Markdown.

    It does by a ``#`` heading, by two lines that are strong as a whole, by the delimiter row of a table, and by HTML
    tables between lines of text that hold no other markup.
    """
    if _HEADING_LINE.search(source) or len(_STRONG_LINE.findall(source)) > 1:
        return True
    if "-" in source and any(is_delimiter_row(line) for line in source.splitlines() if "|" in line and "-" in line):
        return True
    return not source.lstrip().startswith("<") and _holds_tables_between_lines(source)


def _holds_tables_between_lines(source: str) -> bool:
    outside: list[str] = []
    end = depth = 0
    for edge in _TABLE_EDGE.finditer(source):
        if depth == 0:
            outside.append(source[end : edge.start()])
        depth = max(0, depth - 1) if edge[1] else depth + 1
        end = edge.end()
    rest = "".join([*outside, source[end:]]) if outside else "<"
    return "<" not in rest and sum(bool(row.strip()) for row in rest.splitlines()) > _LEAST_LINES


def read_markdown(source: str) -> tuple[list[Block], int]:
    """The blocks of a Markdown text, with locators by line, and the number of its pictures."""
    source = _UNREAD.sub(lambda match: "\n" * match[0].count("\n"), source)
    blocks: list[Block] = []
    pending: list[Line] = []
    for number, piece, is_table in _pieces(source):
        if is_table:
            blocks += read_lines(pending, markdown=True, reduce=_plain)
            pending = []
            blocks += [_at_line(block, number) for block in read_html(piece).blocks]
        else:
            pending += _lines(piece, number)
    blocks += read_lines(pending, markdown=True, reduce=_plain)
    return blocks, len(_IMAGE.findall(source))


def _pieces(source: str) -> Iterator[tuple[int, str, bool]]:
    """Cut the source at its HTML tables: the line where each piece starts, the piece, and whether it is a table."""
    start = depth = 0
    for edge in _TABLE_EDGE.finditer(source):
        if edge[1]:
            depth = max(0, depth - 1)
            if depth == 0 and source[start : start + 6].lower() == "<table":
                yield source.count("\n", 0, start) + 1, source[start : edge.end()], True
                start = edge.end()
        else:
            if depth == 0:
                yield source.count("\n", 0, start) + 1, source[start : edge.start()], False
                start = edge.start()
            depth += 1
    yield source.count("\n", 0, start) + 1, source[start:], depth > 0


def _at_line(block: Block, number: int) -> Block:
    if isinstance(block, Grid):
        return Grid(block.rows, f"line {number}", block.exact)
    return Paragraph(block.text, f"line {number}", block.heading)


def _lines(piece: str, first: int) -> Iterator[Line]:
    rows = piece.split("\n")
    in_fence = False
    for offset, row in enumerate(rows):
        following = rows[offset + 1] if offset + 1 < len(rows) else ""
        if _FENCE.fullmatch(row):
            in_fence = not in_fence
            continue
        if in_fence:
            yield Line(first + offset, row)
            continue
        heading = _HEADING.fullmatch(row)
        if heading:
            yield Line(first + offset, heading[2], len(heading[1]))
        elif _RULE.fullmatch(row) or _UNDERLINE.fullmatch(row):
            continue
        else:
            underline = _UNDERLINE.fullmatch(following)
            level = 0 if underline is None or "|" in row or not row.strip() else 1 if "=" in underline[1] else 2
            yield Line(first + offset, row[_prefix_length(row) :], level)


def _prefix_length(row: str) -> int:
    match = _PREFIX.match(row)
    return match.end() if match else 0


def _plain(words: str) -> str:
    if "<" in words:
        words = _TAG.sub("", _BREAK.sub(" ", words))
    if "[" in words:
        words = _LINK.sub(lambda match: match[1] or match[2] or "", _IMAGE.sub("", words))
    if "`" in words:
        words = _CODE.sub(r"\2", words)
    if "*" in words or "_" in words or "~" in words:
        words = _STRONG.sub(r"\2", words)
        whole = _STRONG_CELL.fullmatch(words.strip())
        words = whole[2] if whole else _EMPHASIS_IN_HAN.sub(r"\1", _EMPHASIS.sub(r"\2", words))
    if "\\" in words:
        words = _ESCAPE.sub(r"\1", words)
    if "&" in words:
        words = html.unescape(words)
    return " ".join(words.split())
