"""JSON that wraps the HTML of an article: answers of a site's interface, calls, variables, a value a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import unquote

_DECODER = json.JSONDecoder()
_OPENING = re.compile(r"\ufeff?\s*(?:(?:(?:var|let|const)\s+)?[\w.$]{1,100}\s*[=(]\s*)?[{\[]")
_LONGEST_OPENING = 400
_CLOSING = " \t\r\n);"
_TAGS = "(?:table|p|div|td|br|span|h[1-6])"
_TAG = re.compile(rf"<{_TAGS}\b", re.IGNORECASE)
_ESCAPED = re.compile(rf"&(?:amp;)*lt;/?{_TAGS}\b", re.IGNORECASE)
_ADDRESSED = re.compile(rf"%3C{_TAGS}(?:%20|%3E)", re.IGNORECASE)
_LEAST_WITHIN = 200
LONGEST_FIELD = 300


def holds_markup(text: str) -> bool:
    """Whether a text has tags of HTML in it."""
    return _TAG.search(text) is not None


def json_value(source: str) -> Any:
    """The value of a text that is JSON, JSON in a call or after a variable's name, or a value a line; else None."""
    opening = _OPENING.match(source[:_LONGEST_OPENING])
    if opening is None:
        return None
    at = opening.end() - 1
    try:
        value, end = _DECODER.raw_decode(source, at)
        if not source[end:].strip(_CLOSING):
            return value
        return [json.loads(line) for line in source.splitlines() if line.strip()] if not source[:at].strip() else None
    except (ValueError, RecursionError):
        return None


def article_in(value: Any) -> tuple[str, dict[str, str]] | None:
    """The longest HTML in a value of JSON, and the short fields beside it; None without any."""
    best = max(_articles(value), key=lambda found: len(found[0]), default=None)
    if best is None:
        return None
    article, beside = best
    fields = {
        name.lower(): " ".join(str(field).split())
        for name, field in beside.items()
        if isinstance(field, str | int)
        and not isinstance(field, bool)
        and 0 < len(str(field).strip()) <= LONGEST_FIELD
        and not _TAG.search(str(field))
    }
    return article, fields


def _articles(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every string with HTML in it, escaped or not, and the object that holds it; a string may be JSON itself."""
    stack: list[tuple[Any, dict[str, Any]]] = [(value, {})]
    while stack:
        item, holder = stack.pop()
        if isinstance(item, dict):
            stack.extend((child, item) for child in item.values())
        elif isinstance(item, list):
            stack.extend((child, holder) for child in item)
        elif isinstance(item, str):
            if len(item) >= _LEAST_WITHIN and (inner := json_value(item)) is not None:
                stack.append((inner, holder))
            elif _TAG.search(markup := _markup(item)):
                yield markup, holder


def _markup(text: str) -> str:
    """A text with the signs of HTML that it has escaped, once or twice, for HTML or for an address."""
    if not _TAG.search(text) and _ADDRESSED.search(text):
        text = unquote(text)
    for _ in range(2):
        if _TAG.search(text) or not _ESCAPED.search(text):
            break
        text = unescape(text)
    return text
