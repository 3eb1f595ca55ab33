"""Text and figures that JSON holds by itself: what a reader of the data would see, laid out as lines of a text.

Arrays of arrays and lists of records are rows whose cells tabs part; a value in an object stands behind the keys that
lead to it.  Only keys with Han characters are words of the report, all others are names for programs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

_HAN = re.compile("[\u3400-\u9fff]")
_LEAST_TEXT = 200
_LEAST_LINES = 10
_LEAST_RECORDS = 3
_DEEPEST = 12
_RIVAL_SHARE = 2
_VALUE_NAMES = frozenset({"value", "val", "num", "number", "count", "amount", "total", "data"})


def texts_in(value: Any) -> list[str]:
    """The texts of many lines in a value of JSON, whole or as lists of lines: the longest, and those half as long."""
    found: list[str] = []
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            strings = [part for part in item if isinstance(part, str)]
            if len(strings) == len(item) >= _LEAST_LINES:
                found.append("\n".join(strings))
            else:
                stack.extend(item)
        elif isinstance(item, str):
            found.append(item)
    texts = [text for text in found if len(text) >= _LEAST_TEXT and text.count("\n") >= _LEAST_LINES]
    longest = max(map(len, texts), default=0)
    return [text for text in dict.fromkeys(texts) if _RIVAL_SHARE * len(text) >= longest]


def lines_of(value: Any) -> list[str]:
    """The lines of a value of JSON without such texts; none where it holds no word in Han characters."""
    lines = list(_lines(value, (), 0))
    return lines if any(_HAN.search(line) for line in lines) else []


def _lines(value: Any, path: tuple[str, ...], depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        yield from _object(value, path, depth)
    elif isinstance(value, list):
        yield from _list(value, path, depth)
    elif len(path) > 1:
        yield "\t".join((*path, _text(value)))
    elif path:
        yield f"{path[0]}：{_text(value)}"
    elif isinstance(value, str) and _HAN.search(value):
        yield value


def _object(value: dict[str, Any], path: tuple[str, ...], depth: int) -> Iterator[str]:
    heads = [item for item in value.values() if _is_row(item)]
    tables = [item for item in value.values() if _is_table(item)]
    if len(heads) == len(tables) == 1 and len(heads[0]) == len(tables[0][0]):
        yield from path
        yield from map(_row, (*heads, *tables[0]))
        return
    for key, item in value.items():
        name = " ".join(key.split())
        has_parts = isinstance(item, dict) and any(isinstance(part, dict) for part in item.values())
        if not _HAN.search(name):
            yield from _lines(item, path, depth + 1)
        elif _is_table(item) or _is_records(item) or (has_parts and not path):
            yield name
            yield from _lines(item, (), depth + 1)
        else:
            yield from _lines(item, (*path, name), depth + 1)


def _list(value: list[Any], path: tuple[str, ...], depth: int) -> Iterator[str]:
    if _is_table(value):
        yield from path
        yield from map(_row, value)
    elif _is_records(value):
        yield from path
        yield from _records(value)
    else:
        for item in value:
            yield from _lines(item, path, depth + 1)


def _records(records: list[dict[str, Any]]) -> Iterator[str]:
    """The rows of records, under their keys where these are words; none where it cannot be told which number counts."""
    keys = list(dict.fromkeys(key for record in records for key in record))
    named = [key for key in keys if _HAN.search(key)]
    numeric = [k for k in keys if k not in named and any(_is_number(r.get(k)) for r in records)]
    if len(numeric) > 1 or (numeric and any(_is_number(r.get(k)) for r in records for k in named)):
        values = [key for key in numeric if key.lower() in _VALUE_NAMES]
        if named or len(values) != 1:
            numeric, kept = [], named
        else:
            kept = [key for key in keys if key not in numeric or key in values]
    else:
        kept = keys
    if len(kept) < 2:
        return
    if named:
        yield _row([key if key in named else "" for key in kept])
    for record in records:
        yield _row([record.get(key) for key in kept])


def _is_row(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 1 and not any(isinstance(item, dict | list) for item in value)


def _is_table(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) > 1
        and all(isinstance(row, list) for row in value)
        and any(map(_is_row, value))
    )


def _is_records(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= _LEAST_RECORDS
        and all(isinstance(item, dict) and len(item) > 1 for item in value)
        and not any(isinstance(part, dict | list) for item in value for part in item.values())
    )


def _row(cells: Sequence[Any]) -> str:
    return "\t".join(map(_text, cells))


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().isdecimal()
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool | dict | list):
        return ""
    return " ".join(str(value).split())
