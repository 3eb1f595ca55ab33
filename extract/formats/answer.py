"""JSON answers of a site's interface that wrap the HTML of an article."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_TAG = re.compile(r"<(?:table|p|div|td|br|span|h[1-6])\b", re.IGNORECASE)
LONGEST_FIELD = 300


def holds_markup(text: str) -> bool:
    """Whether a text has tags of HTML in it."""
    return _TAG.search(text) is not None


def read_answer(source: str) -> tuple[str, dict[str, str]] | None:
    """The longest HTML that a JSON text holds, and the short fields beside it by lower-cased name; None without any."""
    if not source[:64].lstrip().startswith(("{", "[")):
        return None
    try:
        value = json.loads(source)
    except (ValueError, RecursionError):
        return None
    return article_in(value)


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
    """Every string with HTML in it, and the object that holds it."""
    stack: list[tuple[Any, dict[str, Any]]] = [(value, {})]
    while stack:
        item, holder = stack.pop()
        if isinstance(item, dict):
            stack.extend((child, item) for child in item.values())
        elif isinstance(item, list):
            stack.extend((child, holder) for child in item)
        elif isinstance(item, str) and _TAG.search(item):
            yield item, holder
