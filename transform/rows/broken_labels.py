"""Labels of flat text that a narrow column broke over lines: beside their values, above and below them, stacked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby

from extract.page import Grid
from transform.forms import load_forms
from transform.rows.tokens import LONGEST_LABEL, RawRow, Token, describe_cell
from transform.rows.vocabulary import TextInfo, begins_label, known_label

_MOST_PIECES = 4
_MOST_SENSES = 2
_SHORTEST_LABEL = 2
_MOST_STACKED = 3
_LEAST_STACKED = 3


def with_labels_below(rows: Sequence[RawRow], pinyin: bool) -> list[RawRow]:
    """Rows whose label goes on below their values get the whole of it; rows without values, which end a run, go.

    Only a row whose own words are no label takes pieces from below, and only where they make one exactly.
    """
    whole: list[RawRow] = []
    taken = 0
    for place, row in enumerate(rows):
        words = [*row.header, *row.labels][taken:]
        if taken:
            row = replace(row, header=words[:-1], labels=words[-1:])
        taken = 0
        if not row.values:
            continue
        if words and _is_part(words[-1].info):
            below = _words_below(rows[place + 1 :])
            label, used, taken = _continued(words, below, pinyin)
            if label is not None:
                row = replace(row, header=words[: len(words) - used], labels=[label])
        whole.append(row)
    return whole


def _words_below(rows: Sequence[RawRow]) -> list[Token]:
    """The words between the values of a row and the label of the next one."""
    if not rows:
        return []
    if not rows[0].values:
        return rows[0].labels
    return rows[0].header if rows[0].labels and len(rows[0].labels[-1].info.key) >= _SHORTEST_LABEL else []


def _is_row(info: TextInfo) -> bool:
    return info.exact and any(sense.kind == "row" for sense in info.senses)


def _is_part(info: TextInfo) -> bool:
    """Whether more words may belong to a label: it is none as it stands, or one that many begin with (其他)."""
    return not _is_label(info) or (_is_row(info) and len(info.senses) > _MOST_SENSES)


def _is_label(info: TextInfo) -> bool:
    """Whether a text is a known label; the column of a list is headed by everyday words (本年), which tell nothing."""
    known = info.exact and any(s.kind != "column" or s.table not in _lists() for s in info.senses)
    return known and not _is_open_bracket(info.text)


def _is_open_bracket(text: str) -> bool:
    return text.count("(") + text.count("（") > text.count(")") + text.count("）")


@lru_cache(maxsize=1)
def _lists() -> frozenset[str]:
    return frozenset(t.id for form in load_forms().values() for t in form.tables if t.layout == "list")


def _continued(above: Sequence[Token], below: Sequence[Token], pinyin: bool) -> tuple[Token | None, int, int]:
    """The label that the last words above values and the first ones below make, and how many of each it takes."""
    for after in range(min(_MOST_PIECES, len(below)) + 1):
        for before in range(1 if after else 2, min(_MOST_PIECES, len(above)) + 1):
            pieces = [*above[-before:], *below[:after]]
            if any(_is_label(t.info) and t.info.has("column") for t in pieces[:-1] if t is not above[-1]):
                break
            text = "".join(t.info.text for t in pieces)
            if len(text) > LONGEST_LABEL:
                break
            info = describe_cell(text, pinyin)
            by_path = not any(_is_row(t.info) for t in pieces[:-1])
            if _is_label(pieces[-1].info) or (pieces[-1].info.senses and not after):
                by_path = by_path and after > 0 and begins_label(pieces[0].info.key)
            if _is_row(info) and (known_label(info.key) or by_path):
                return replace(pieces[0], info=info), before, after
    return None, 0, 0


def unstacked(labels: Sequence[Token], pinyin: bool) -> Sequence[Token]:
    """Header words that stand on two or three lines, broken one below the other, put together."""
    if not any(_is_cut(token) for token in labels if not isinstance(token.source, Grid)):
        return labels
    lines = [list(line) for _, line in groupby(labels, key=lambda token: id(token.source))]
    result: list[Token] = []
    while lines:
        for height in range(2, min(_MOST_STACKED, len(lines)) + 1):
            words = _words([_pieces(line, pinyin) for line in lines[:height]], pinyin)
            if words is not None:
                result += words
                del lines[:height]
                break
        else:
            result += lines.pop(0)
    return result


def _is_cut(token: Token) -> bool:
    """Whether a word, on a line of several, is no label as it stands."""
    words = "" if isinstance(token.source, Grid) else token.source.text
    return words.count(" ") + 1 >= _LEAST_STACKED and not _is_label(token.info)


def _pieces(line: Sequence[Token], pinyin: bool) -> Sequence[Token]:
    """The words of a line between its blanks, or the labels that it is known to hold."""
    source = line[0].source
    if isinstance(source, Grid) or not any(_is_open(token) for token in line):
        return line
    return [replace(line[0], info=describe_cell(text, pinyin)) for text in source.text.split(" ")]


def _words(stack: Sequence[Sequence[Token]], pinyin: bool) -> list[Token] | None:
    """The words of stacked lines, from left to right; None unless all pieces make known ones, a corner apart.

    A line that needs no other or holds a number, or more words than the longest line has pieces, is no stack: the order
    would be guessed.
    """
    ends = tuple(len(line) for line in stack)
    if any(token.info.has_digits for line in stack for token in line):
        return None
    if max(ends) < _LEAST_STACKED or any(not any(_is_open(t) for t in line) for line in stack):
        return None
    failed: set[tuple[int, ...]] = set()

    def rest(at: tuple[int, ...]) -> list[Token] | None:
        if at == ends:
            return []
        if at in failed:
            return None
        for chosen in _choices(at, ends):
            pieces = [stack[line][at[line]] for line in chosen]
            info = describe_cell("".join(t.info.text for t in pieces), pinyin)
            if (info.senses and info.exact) or not any(at):
                words = rest(tuple(n + (line in chosen) for line, n in enumerate(at)))
                if words is not None:
                    return [replace(pieces[0], info=info), *words]
        failed.add(at)
        return None

    words = rest((0,) * len(stack))
    return words if words is not None and len(words) == max(ends) else None


def _is_open(token: Token) -> bool:
    return not (token.info.senses and token.info.exact)


def _choices(at: tuple[int, ...], ends: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Which lines may give a piece to the next word: most lines first."""
    open_lines = [line for line, (n, end) in enumerate(zip(at, ends, strict=True)) if n < end]
    subsets = (
        tuple(line for bit, line in enumerate(open_lines) if mask >> bit & 1) for mask in range(1, 1 << len(open_lines))
    )
    yield from sorted(subsets, key=len, reverse=True)
