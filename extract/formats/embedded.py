"""Markup that an HTML page carries as text, for a frame or a script to show: read where the page shows nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape

from extract.formats.answer import article_in

_MARKUP = re.compile(r"<(?:table|td|div|p)\b", re.IGNORECASE)
_ESCAPED = re.compile(r"&lt;(?:table|td|div|p)\b", re.IGNORECASE)
_MAY_EMBED = re.compile(r"srcdoc|<textarea|<template|<noscript|<script|&lt;", re.IGNORECASE)
_FRAME = re.compile(r"\bsrcdoc\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_ELEMENT = r"<{0}\b([^>]*)>(.*?)</{0}\s*>"
_TEXT_AREA = re.compile(_ELEMENT.format("textarea"), re.IGNORECASE | re.DOTALL)
_SCRIPT = re.compile(_ELEMENT.format("script"), re.IGNORECASE | re.DOTALL)
_UNSEEN = re.compile(_ELEMENT.format("(?:noscript|template)"), re.IGNORECASE | re.DOTALL)
_LITERAL = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'")
_LEAST = 1000
_FURTHEST_DATA = 200
_LEAST_ESCAPED = 10
_LONGEST = 4_000_000


def embedded_markup(source: str) -> tuple[str, dict[str, str]] | None:
    """The longest markup that a page holds in a frame, a form field, a script, or escaped; None without.

    Kinds are tried in that order, and what is meant for readers without scripts last.  With it come the short fields
    that stand beside it in the data of a script, by lower-cased name.
    """
    if len(source) > _LONGEST or not _MAY_EMBED.search(source):
        return None
    for kind in (_frames, _text_areas):
        best = max(kind(source), key=len, default=None)
        if best is not None:
            return best, {}
    answer = max(_data(source), key=lambda found: len(found[0]), default=None)
    if answer is not None:
        return answer
    for kind in (_scripts, _escaped, _unseen):
        best = max(kind(source), key=len, default=None)
        if best is not None:
            return best, {}
    return None


def _with_markup(markup: str) -> Iterator[str]:
    if len(markup) < _LEAST:
        return
    if not _MARKUP.search(markup) and _ESCAPED.search(markup):
        markup = unescape(markup)
    if _MARKUP.search(markup):
        yield markup


def _frames(source: str) -> Iterator[str]:
    for match in _FRAME.finditer(source):
        yield from _with_markup(unescape(match[1] or match[2] or ""))


def _text_areas(source: str) -> Iterator[str]:
    for match in _TEXT_AREA.finditer(source):
        yield from _with_markup(match[2])


def _scripts(source: str) -> Iterator[str]:
    for match in _SCRIPT.finditer(source):
        if len(match[2]) < _LEAST:
            continue
        if re.search(r"html|template", match[1], re.IGNORECASE):
            yield from _with_markup(match[2])
            continue
        for literal in _LITERAL.finditer(match[2]):
            text = literal[1] if literal[1] is not None else literal[2]
            if len(text) >= _LEAST:
                yield from _with_markup(_decoded(text))


def _data(source: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The articles in scripts that are data: JSON, or an object of JSON that a variable is set to."""
    for match in _SCRIPT.finditer(source):
        at = match[2].find("{", 0, _FURTHEST_DATA)
        if len(match[2]) < _LEAST or at < 0:
            continue
        try:
            value, _ = json.JSONDecoder(strict=False).raw_decode(match[2], at)
        except (ValueError, RecursionError):
            continue
        answer = article_in(value)
        if answer is not None:
            for markup in _with_markup(answer[0]):
                yield markup, answer[1]


def _decoded(literal: str) -> str:
    """The text of a string literal of JSON or JavaScript; as it stands where it is neither."""
    quoted = re.sub(r"\\'", "'", literal)
    quoted = re.sub(r'(?<!\\)"', r"\"", quoted)
    try:
        return str(json.loads(f'"{quoted}"', strict=False))
    except ValueError:
        return literal


def _escaped(source: str) -> Iterator[str]:
    if len(_ESCAPED.findall(source)) >= _LEAST_ESCAPED:
        yield unescape(source)


def _unseen(source: str) -> Iterator[str]:
    for match in _UNSEEN.finditer(source):
        yield from _with_markup(match[2])
