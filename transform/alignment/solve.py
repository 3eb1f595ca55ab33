"""The arithmetic of the form decides between readings of a row whose cells are uncertain.

A row that lost a border, a blank or a cell has several readings.  Those that break the row's own sum fall away; those
that no choice for the other rows can bring into balance with the columns fall away too.  What all remaining readings
agree on is read; the rest is not.  No number is ever preferred for being likely.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product

from transform.rows.tokens import Token
from transform.wording.fold import fold

_MAX_READINGS = 4000
_MAX_STATES = 30000
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One place of a reading: the number taken for it (None where nothing is printed) and the cell it comes from."""

    value: int | None
    token: Token | None
    decoded: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A run of places of which one, ``total``, holds the sum of the others."""

    start: int
    width: int
    total: int


Candidate = tuple[Entry, ...]
Vector = tuple[int, ...]


def _number(token: Token) -> int | None:
    value = token.info.value.value
    return value if isinstance(value, int) and value >= 0 else None


def _pieces(token: Token) -> list[int] | None:
    """The numbers that one cell prints side by side, separated by blanks; None when it prints one or none."""
    parts = [fold(p) for p in token.info.text.split()]
    if len(parts) > 1 and all(_DIGITS.fullmatch(p) and (p == "0" or p[0] != "0") for p in parts):
        return [int(p) for p in parts]
    return None


def _digit_string(token: Token) -> str | None:
    text = fold(token.info.text)
    return text if _DIGITS.fullmatch(text) else None


def _splits(digits: str, parts: int) -> Iterator[tuple[int, ...]]:
    """All ways to cut a string of digits into that many numbers without leading zeros."""
    if parts == 1:
        if digits == "0" or (digits and digits[0] != "0"):
            yield (int(digits),)
        return
    longest = 1 if digits[0] == "0" else len(digits) - parts + 1
    for length in range(1, min(longest, len(digits) - parts + 1) + 1):
        head = int(digits[:length])
        for rest in _splits(digits[length:], parts - 1):
            yield (head, *rest)


def _holds(values: Sequence[int | None], block: Block) -> bool:
    """Whether a block adds up, blanks counting as nothing."""
    part = [v or 0 for v in values[block.start : block.start + block.width]]
    total = part[block.total - block.start]
    return 2 * total == sum(part)


def _expanded(tokens: Sequence[Token]) -> list[tuple[Token, int | None, bool]]:
    found: list[tuple[Token, int | None, bool]] = []
    for token in tokens:
        pieces = _pieces(token)
        if pieces is None:
            found.append((token, _number(token), False))
        else:
            found.extend((token, piece, True) for piece in pieces)
    return found


def _cut_readings(tokens: Sequence[Token], width: int, blocks: Sequence[Block]) -> Iterator[Candidate]:
    """Readings of glued digits: each cell is cut so that all together fill the row, block by block."""
    strings = [_digit_string(t) for t in tokens]
    if any(s is None for s in strings):
        return
    texts = [s for s in strings if s is not None]
    if sum(map(len, texts)) < width or len(texts) >= width:
        return
    ends = {b.start + b.width: b for b in blocks}
    budget = _MAX_READINGS * 50

    def extend(index: int, position: int, done: list[Entry]) -> Iterator[Candidate]:
        nonlocal budget
        budget -= 1
        if budget < 0:
            return
        if len(done) in ends and not _holds([e.value for e in done], ends[len(done)]):
            return
        if index == len(texts):
            if len(done) == width:
                yield tuple(done)
            return
        if len(done) == width:
            return
        text = texts[index]
        left = len(text) - position
        others = len(texts) - index - 1
        for length in range(1, (1 if text[position] == "0" else left) + 1):
            whole = position == 0 and length == left
            entry = Entry(int(text[position : position + length]), tokens[index], not whole)
            if length == left:
                if width - len(done) - 1 >= others:
                    yield from extend(index + 1, 0, [*done, entry])
            else:
                yield from extend(index, position + length, [*done, entry])

    yield from extend(0, 0, [])


def _gap_readings(
    cells: Sequence[tuple[Token, int | None, bool]], width: int, blocks: Sequence[Block]
) -> Iterator[Candidate]:
    """Readings of a row that lost cells: the printed ones in their order, with gaps anywhere between."""
    for places in combinations(range(width), len(cells)):
        entries: list[Entry] = [Entry(None, None)] * width
        for place, (token, value, decoded) in zip(places, cells, strict=True):
            entries[place] = Entry(value, token, decoded)
        if all(_holds([e.value for e in entries], b) for b in blocks):
            yield tuple(entries)


def _surplus_readings(
    cells: Sequence[tuple[Token, int | None, bool]], width: int, blocks: Sequence[Block]
) -> Iterator[Candidate]:
    """Readings of a row with too many cells: some left out (a subtotal, a number of the row) or digits put together."""
    surplus = len(cells) - width
    for dropped in combinations(range(len(cells)), surplus):
        kept = [Entry(v, t, d) for k, (t, v, d) in enumerate(cells) if k not in dropped]
        if all(_holds([e.value for e in kept], b) for b in blocks):
            yield tuple(kept)
    for starts in combinations(range(len(cells) - 1), surplus):
        if any(b - a < 2 for a, b in pairwise(starts)):
            continue
        entries: list[Entry] = []
        k = 0
        while k < len(cells):
            token, value, decoded = cells[k]
            if k in starts:
                following = cells[k + 1][1]
                if value is None or following is None or value == 0:
                    break
                entries.append(Entry(int(f"{value}{following}"), token, True))
                k += 2
            else:
                entries.append(Entry(value, token, decoded))
                k += 1
        if len(entries) == width and all(_holds([e.value for e in entries], b) for b in blocks):
            yield tuple(entries)


def readings(tokens: Sequence[Token], width: int, blocks: Sequence[Block]) -> list[Candidate]:
    """Every reading of an uncertain row that keeps its own sums; empty when there is none, or too many to tell."""
    printed = [t for t in tokens if not t.info.is_blank]
    found: list[Candidate] = []
    seen: set[tuple[int | None, ...]] = set()

    def collect(source: Iterable[Candidate]) -> None:
        for candidate in source:
            key = tuple(e.value for e in candidate)
            if key not in seen:
                seen.add(key)
                found.append(candidate)
            if len(found) > _MAX_READINGS:
                return

    cells = _expanded(printed)
    if len(cells) == width:
        collect(
            [c]
            if (c := tuple(Entry(v, t, d) for t, v, d in cells))
            and all(_holds([e.value for e in c], b) for b in blocks)
            else []
        )
    elif len(cells) > width:
        if len(cells) - width <= 3:
            collect(_surplus_readings(cells, width, blocks))
    else:
        collect(_cut_readings(printed, width, blocks))
        if cells and (len(cells) > 1 or not found):
            collect(_gap_readings(cells, width, blocks))
    return found if len(found) <= _MAX_READINGS else []


def _vector(candidate: Candidate) -> Vector:
    return tuple(e.value or 0 for e in candidate)


def _add(a: Vector, b: Vector) -> Vector:
    return tuple(x + y for x, y in zip(a, b, strict=True))


def _minus(a: Vector, b: Vector) -> Vector:
    return tuple(x - y for x, y in zip(a, b, strict=True))


def _balanced_targets(
    rows: Mapping[str, Sequence[Candidate]], total: str, balance: Sequence[tuple[int, str]]
) -> set[Vector]:
    targets = {_vector(c) for c in rows[total]}
    if not balance:
        return targets
    sums: set[Vector] = {(0,) * len(next(iter(targets)))}
    for sign, name in balance:
        options = {_vector(c) for c in rows[name]}
        sums = {_add(s, v) if sign > 0 else _minus(s, v) for s in sums for v in options}
        if len(sums) > _MAX_STATES:
            return targets
    return targets & sums


def _survivors_of_balance(
    rows: Mapping[str, Sequence[Candidate]], finals: set[Vector], balance: Sequence[tuple[int, str]]
) -> dict[str, list[Candidate]]:
    choices = 1
    for _, name in balance:
        choices *= len(rows[name])
    if choices > _MAX_STATES:
        return {}
    alive: dict[str, dict[int, Candidate]] = {name: {} for _, name in balance}
    for combination in product(*(rows[name] for _, name in balance)):
        state = (0,) * len(next(iter(finals)))
        for (sign, _), candidate in zip(balance, combination, strict=True):
            vector = _vector(candidate)
            state = _add(state, vector) if sign > 0 else _minus(state, vector)
        if state in finals:
            for (_, name), candidate in zip(balance, combination, strict=True):
                alive[name][id(candidate)] = candidate
    return {name: list(found.values()) for name, found in alive.items()}


def consistent(
    rows: Mapping[str, Sequence[Candidate]], parts: Sequence[str], total: str, balance: Sequence[tuple[int, str]]
) -> dict[str, list[Candidate]] | None:
    """For each row, the readings that some choice for all other rows brings into balance; None when nothing fits.

    The ``parts`` must add up to the ``total`` in every column; so must the signed rows of ``balance`` (empty where
    one of them is unknown).
    """
    targets = _balanced_targets(rows, total, balance)
    if not targets:
        return None
    highest = tuple(max(column) for column in zip(*targets, strict=True))
    names = sorted(parts, key=lambda n: len(rows[n]))
    forward: list[set[Vector]] = [{(0,) * len(highest)}]
    for name in names:
        options = {_vector(c) for c in rows[name]}
        reached = {
            s
            for state in forward[-1]
            for s in (_add(state, v) for v in options)
            if all(x <= h for x, h in zip(s, highest, strict=True))
        }
        if not reached or len(reached) > _MAX_STATES:
            return None
        forward.append(reached)
    finals = forward[-1] & targets
    if not finals:
        return None
    kept: dict[str, list[Candidate]] = {}
    backward = finals
    for position in range(len(names) - 1, -1, -1):
        name = names[position]
        before: set[Vector] = set()
        survivors: list[Candidate] = []
        for candidate in rows[name]:
            vector = _vector(candidate)
            fitting = {p for b in backward if (p := _minus(b, vector)) in forward[position]}
            if fitting:
                survivors.append(candidate)
                before |= fitting
        kept[name] = survivors
        backward = before
    kept[total] = [c for c in rows[total] if _vector(c) in finals]
    kept.update(_survivors_of_balance(rows, finals, balance))
    return kept
