"""Which division a name stands for: provinces, prefectures, counties and towns with their statistical codes.

The table is ``data/divisions.tsv.gz``, the wording rules are ``data/metadata.toml``.  All names and texts are
compared after :func:`transform.wording.fold.fold`; the caller folds texts, :class:`Gazetteer` folds names.
"""

from __future__ import annotations

import gzip
import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any, Literal, NamedTuple

from transform.model import Finding
from transform.wording.fold import fold

Level = Literal["province", "prefecture", "county", "town"]
Scope = tuple[str, ...]

_LEVELS: dict[int, Level] = {2: "province", 4: "prefecture", 6: "county", 9: "town"}
_PARENT_LENGTHS = (6, 4, 2)
_LONGEST_NAME = 24
_NAMED_AT_MOST = 5
_COUNTRY: Scope = ("",)


@dataclass(frozen=True, slots=True)
class Division:
    """A place of the administrative table: 2, 4, 6 or 9 digits for province, prefecture, county or town."""

    code: str
    name: str
    level: Level


class Reading(NamedTuple):
    """One way to read an organ's name: the codes its place may have, and what follows the place in the name.

    ``place`` is the name of the place itself and ``named`` counts it and those before it.  ``gap`` tells that a part
    of the name is in no table (a zone, a former county), ``doubtful`` that nothing before that part places it.
    """

    codes: Scope
    tail: str
    place: str
    named: int
    gap: bool = False
    doubtful: bool = False


@lru_cache(maxsize=1)
def wording() -> dict[str, Any]:
    """The wording rules of ``data/metadata.toml``."""
    return tomllib.loads(resources.files("data").joinpath("metadata.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The gazetteer that the project ships, read on first use."""
    packed = resources.files("data").joinpath("divisions.tsv.gz").read_bytes()
    return Gazetteer(gzip.decompress(packed).decode("utf-8"))


def _within(codes: Iterable[str], scope: Scope) -> Scope:
    return tuple(code for code in codes if code.startswith(scope))


class Gazetteer:
    """A table of divisions, looked up by code or by name; indexes are built when first needed."""

    def __init__(self, table: str) -> None:
        """Take the table as text: one line a division, ordered by code: code, name, further names (tab-separated)."""
        self._lines = table.splitlines()
        rules = wording()
        self._rules, self._organs = rules["divisions"], rules["organs"]
        self._placeholders = frozenset(self._rules["placeholders"])
        self._no_names = self._placeholders.union(self._rules["generic_towns"])
        self._town_spellings = [(re.compile(pattern), by) for pattern, by in self._rules["town_spellings"]]
        self._respelled = self._rules["respelled_letters"]
        self._stem = re.compile(f"(?:{'|'.join(self._rules['stem_endings'])})$")
        self._lead = re.compile(self._organs["lead"])
        self._town_ending = re.compile(self._rules["town_ending"])
        self._town_kind = re.compile(self._rules["town_ending"].removesuffix("$"))
        self._between = re.compile(self._organs["government_between"])
        self._zone = re.compile(self._organs["zone_between"])
        self._former = re.compile(self._organs["former_county"])
        self._government = re.compile(self._organs["government_tail"])
        self._department = re.compile(self._organs["department_tail"])
        self._in_brackets = re.compile(r"\([^()]*\)$")
        self._harmless = re.compile("|".join(self._organs["department_words"]))
        self._division_letter = re.compile(f"[{self._organs['division_letters']}]")
        self._followers = tuple(self._rules["stem_followers"])
        self._upper_letters = frozenset(self._rules["upper_letters"])
        self._readings = lru_cache(maxsize=4096)(self._read_organ)
        self._keys = lru_cache(maxsize=4096)(self._read_keys)

    @cached_property
    def _by_key(self) -> dict[str, str]:
        """Folded name to code; where several divisions share the name, to their codes separated by blanks."""
        index: dict[str, str] = {}
        shared: dict[str, list[str]] = {}
        for line in self._lines:
            code, _, keys = line.partition("\t")
            for key in keys.replace("\t", " ").split(" ") if "\t" in keys else [keys]:
                if (first := index.setdefault(key, code)) is not code:
                    if key in shared:
                        shared[key].append(code)
                    else:
                        shared[key] = [first, code]
        index.update((key, " ".join(codes)) for key, codes in shared.items())
        for key in self._no_names:
            kept = [code for code in index.pop(key, "").split() if len(code) < 9 and key not in self._placeholders]
            if kept:
                index[key] = " ".join(kept)
        return index

    @cached_property
    def _by_stem(self) -> dict[str, Scope]:
        stems: dict[str, Scope] = {}
        for line in [line for line in self._lines if line[9:10] != "\t"]:
            code, _, keys = line.partition("\t")
            for stem in self._stems_of(keys.replace("\t", " ").split(" ")):
                stems[stem] = (*stems.get(stem, ()), code)
        return stems

    def divisions(self) -> Iterator[Division]:
        """All divisions, in the order of their codes."""
        for line in self._lines:
            code, name = line.split("\t", 2)[:2]
            yield Division(code, name, _LEVELS[len(code)])

    def by_code(self, code: str) -> Division | None:
        """The division with this code, None where there is none."""
        line = self._line(code)
        return Division(code, line.split("\t")[1], _LEVELS[len(code)]) if line else None

    def _line(self, code: str) -> str:
        at = bisect_left(self._lines, f"{code}\t")
        return self._lines[at] if at < len(self._lines) and self._lines[at].startswith(f"{code}\t") else ""

    def by_name(self, name: str) -> tuple[Division, ...]:
        """All divisions of this name or with it as their short form, in the order of their codes."""
        return tuple(division for code in self._named(fold(name)) if (division := self.by_code(code)))

    def parents(self, code: str) -> tuple[Division, ...]:
        """What the division lies in, the nearest first, placeholders (市辖区) left out."""
        above = (self.by_code(code[:length]) for length in _PARENT_LENGTHS if length < len(code))
        return tuple(division for division in above if division and division.name not in self._placeholders)

    def full_name(self, code: str) -> str:
        """The name with all its parents before it, and the code: 辽宁省朝阳市凌源市三道河子镇 (211382117)."""
        own = self.by_code(code)
        names = dict.fromkeys(division.name for division in (*reversed(self.parents(code)), *([own] if own else [])))
        return f"{''.join(names)} ({code})"

    def _named(self, key: str) -> Scope:
        """The codes of all divisions that a folded name may stand for, by its own spelling or another of its ending."""
        found = tuple(self._by_key.get(key, "").split())
        if len(key) > 2 and key[-1] in self._respelled:
            for pattern, by in self._town_spellings:
                spelled, changes = pattern.subn(by, key)
                if changes:
                    found += tuple(code for code in self._by_key.get(spelled, "").split() if code not in found)
                    break
        return found

    def _upgraded(self, key: str, scope: Scope) -> Scope:
        """A county by its former kind (凌源县 for 凌源市), where one sibling alone has the stem."""
        if key[-1] not in self._rules["county_endings"] or len(key) < 3 or scope == _COUNTRY:
            return ()
        same = [self._by_key.get(key[:-1] + ending, "").split() for ending in self._rules["county_endings"]]
        found = _within((code for codes in same for code in codes if len(code) == 6), scope)
        return found if len(found) == 1 else ()

    def _steps(self, text: str, at: int, scope: Scope) -> Iterable[tuple[int, Scope]]:
        """The divisions inside ``scope`` whose names begin at ``at``, the longest first: end and codes."""
        rest = min(len(text) - at, _LONGEST_NAME)
        for length in range(rest, 1, -1):
            piece = text[at : at + length]
            if found := _within(self._named(piece), scope) or self._upgraded(piece, scope):
                yield at + length, found
        for length in range(rest, 1, -1):
            if found := _within(self._by_stem.get(text[at : at + length], ()), scope):
                yield at + length, found

    def _read_organ(self, text: str) -> tuple[Reading, ...]:
        lead = self._lead.match(text)
        found: dict[tuple[Scope, str], Reading] = {}
        pending = [(lead.end() if lead else 0, Reading(_COUNTRY, text, "", 0))]
        while pending:
            at, reading = pending.pop()
            if reading.named:
                known = found.get((reading.codes, text[at:]))
                if known is None or (known.gap, -known.named) > (reading.gap, -reading.named):
                    found[reading.codes, text[at:]] = reading._replace(tail=text[at:])
            for end, codes in self._steps(text, at, reading.codes):
                below = tuple(code for code in codes if code not in reading.codes)
                if below:
                    pending.append((end, reading._replace(codes=below, place=text[at:end], named=reading.named + 1)))
            if reading.named and (between := self._between.match(text, at)):
                pending.append((between.end(), reading))
            if reading.named and not reading.gap and (zone := self._zone.match(text, at)):
                pending.append((zone.end(), reading._replace(gap=True)))
            former = None if reading.gap else self._former.match(text, at)
            if former and former.end() < len(text) and not self._known_above(former.group(), reading.codes):
                pending.append((former.end(), reading._replace(gap=True, doubtful=not reading.named)))
        return tuple(found.values())

    def _known_above(self, name: str, scope: Scope) -> bool:
        return any(len(code) < 9 for code in _within(self._named(name), scope))

    def _tail_kind(self, tail: str) -> Literal["government", "department", "unknown"]:
        tail = self._in_brackets.sub("", tail)
        if self._government.fullmatch(tail):
            return "government"
        if self._department.search(tail) and not self._division_letter.search(self._harmless.sub("", tail)):
            return "department"
        return "unknown"

    def read(self, organ: str) -> Reading | None:
        """The best reading of an organ's name (folded or not), None where no division in it is understood."""
        ranks = {"government": 2, "department": 1}
        readings = [(ranks.get(self._tail_kind(reading.tail), 0), reading) for reading in self._readings(fold(organ))]
        readings = [(rank, reading) for rank, reading in readings if rank]
        if not readings:
            return None
        return max(readings, key=lambda pair: (not pair[1].gap, pair[0], pair[1].named, -len(pair[1].tail)))[1]

    def core(self, organ: str) -> str:
        """What of an organ's name (folded) is not its place: 财政局 of 凌源市财政局; empty for a government."""
        reading = self.read(organ)
        tail = reading.tail if reading else fold(organ)
        return "" if self._tail_kind(tail) == "government" else tail

    def is_department(self, organ: str) -> bool:
        """Whether the name is that of a department (局, 委, 厅), not of a government or its office."""
        reading = self.read(organ)
        return self._tail_kind(reading.tail if reading else fold(organ)) == "department"

    def resolve(
        self, organ: str, *, near: Sequence[str] = (), prose: Sequence[str] = (), known: str | None = None
    ) -> tuple[Division | None, tuple[Finding, ...]]:
        """The division that an organ reports for, and what stands against it.

        ``near`` are texts that place the page (title, breadcrumb, name of the site), ``prose`` is running text,
        which counts less; both folded.  A department has the division of its government.  Where several divisions
        carry the name and the texts do not decide, the one in the division that the source is ``known`` to be of is
        meant, unless the texts place the page elsewhere.  Where that does not decide either, or the table lacks the
        name, there is none; a finding says so.
        """
        reading = self.read(organ)
        if reading is None:
            return self._government_of(organ, near, known)
        own, told = self._town_ending.sub("", reading.place), (*near, *prose)
        near, prose = ([self._without_town(own, text) for text in texts] for texts in (near, prose))
        placed, evidence = self._place(self._nearest(reading.codes), near, prose)
        placed = self._by_own_name(placed, reading.place)
        open_yet = not evidence and reading.named == 1 and (reading.doubtful or self._elsewhere(placed[0], near))
        if len(placed) == 1 and not open_yet:
            return self.by_code(placed[0]), ()
        of_source = [code for code in placed if known and code.startswith(known)]
        if len(of_source) == 1 and not (
            self._elsewhere(of_source[0], near) or self._named_elsewhere(of_source[0], reading.place, told)
        ):
            return self.by_code(of_source[0]), (self._by_source(organ, of_source[0]),)
        return None, (self._ambiguous(organ, placed) if len(placed) > 1 else self._doubtful(organ, placed[0]),)

    def _without_town(self, own: str, text: str) -> str:
        """A text without the towns that bear an organ's own name, whatever they end in."""
        kept: list[str] = []
        done, at = 0, text.find(own)
        while at >= 0:
            if town := self._town_kind.match(text, at + len(own)):
                kept.append(text[done:at])
                done = town.end()
            at = text.find(own, max(at + 1, done))
        return " ".join([*kept, text[done:]]) if kept else text

    def _nearest(self, codes: Scope) -> Scope:
        """Without divisions that only repeat the name of the one they lie in (东莞市 is 4419 and 441900)."""
        if len(codes) == 1:
            return codes
        repeated = {
            code
            for code in codes
            if any(
                code != other and code.startswith(other) and self._name(code) == self._name(other) for other in codes
            )
        }
        return tuple(code for code in codes if code not in repeated)

    def _name(self, code: str) -> str:
        return self._line(code).split("\t")[1]

    def _place(self, codes: Scope, near: Sequence[str], prose: Sequence[str]) -> tuple[Scope, bool]:
        """The codes that the texts allow, and whether any text spoke for them."""
        evidence = False
        for texts, bare_stems in ((near, True), (prose, False)):
            joined = "\n".join(texts)
            for length in _PARENT_LENGTHS:
                for mentioned in (self._spelled_out, self._stem_in if bare_stems else self._stem_followed):
                    parents = {code[:length] for code in codes if len(code) > length}
                    kept_parents = {parent for parent in parents if mentioned(parent, joined)}
                    kept = tuple(code for code in codes if code[:length] in kept_parents)
                    if kept:
                        codes, evidence = kept, True
                        break
                if evidence and len(codes) == 1:
                    return codes, True
        return codes, evidence

    def _by_own_name(self, codes: Scope, place: str) -> Scope:
        """Inside one county a division that has the very name goes before one that has it for a short form."""
        own = tuple(code for code in codes if fold(self._name(code)) == place)
        return own if len(own) == 1 and len({code[:6] for code in codes}) == 1 else codes

    def _read_keys(self, code: str) -> tuple[str, ...]:
        keys = self._line(code).partition("\t")[2].replace("\t", " ").split(" ")
        return tuple(key for key in keys if key not in self._placeholders)

    def _spelled_out(self, code: str, text: str) -> bool:
        return any(key in text for key in self._keys(code))

    def _stem_in(self, code: str, text: str) -> bool:
        return any(self._stands(stem, text, followed=False) for stem in self._stems(code))

    def _stem_followed(self, code: str, text: str) -> bool:
        return any(self._stands(stem, text, followed=True) for stem in self._stems(code))

    def _stands(self, stem: str, text: str, *, followed: bool) -> bool:
        """Whether a stem stands in a text: before a word that makes it a place, or not before the end of a name."""
        at = text.find(stem)
        while at >= 0:
            end = at + len(stem)
            if text.startswith(self._followers, end) if followed else text[end : end + 1] not in self._upper_letters:
                return True
            at = text.find(stem, at + 1)
        return False

    def _stems(self, code: str) -> list[str]:
        return self._stems_of(self._keys(code))

    def _stems_of(self, keys: Sequence[str]) -> list[str]:
        cut = (self._stem.sub("", key) for key in keys if key not in self._placeholders)
        return [stem for stem in cut if len(stem) > 1]

    def _elsewhere(self, code: str, near: Sequence[str]) -> bool:
        """Whether the texts that place the page name counties or what is above them, but none the division is in."""
        named = self._placing(near)
        return bool(named) and not any(code.startswith(other) or other.startswith(code) for other in named)

    def _named_elsewhere(self, code: str, place: str, texts: Sequence[str]) -> bool:
        """Whether a text prints the place right after the name of a county, or of what is above, that it is not in."""
        above = self._rules["upper_letters"]
        for text in texts:
            for match in re.finditer(f"(?<=[{above}]){re.escape(place)}", text):
                before = text[max(0, match.start() - _LONGEST_NAME) : match.start()]
                named = (self._named(before[at:]) for at in range(len(before) - 1))
                codes = next((found for codes in named if (found := [c for c in codes if len(c) < 9])), [])
                if codes and not any(code.startswith(other) for other in codes):
                    return True
        return False

    def is_town(self, name: str) -> bool:
        """Whether a folded name is that of some town."""
        return any(len(code) == 9 for code in self._named(name))

    def names_in(self, text: str, letters: str) -> list[str]:
        """The divisions' names in a folded text that end in one of ``letters``, the longest at each place."""
        found: list[str] = []
        for match in re.finditer(f"[{letters}]", text):
            end = match.end()
            for start in range(max(0, end - _LONGEST_NAME), end - 1):
                if text[start:end] in self._by_key and (end - start > 2 or not text[start - 1 : start].isalpha()):
                    found.append(text[start:end])
                    break
        return found

    def _placing(self, texts: Sequence[str]) -> set[str]:
        """The codes of the counties, prefectures and provinces that the texts name."""
        names = {name for text in texts for name in self.names_in(text, self._rules["upper_letters"])}
        return {code for name in names for code in self._named(name) if len(code) < 9}

    def _government_of(
        self, organ: str, near: Sequence[str], known: str | None
    ) -> tuple[Division | None, tuple[Finding, ...]]:
        """The government of an organ that names no place (教育局), from the texts that place the page."""
        if self._tail_kind(fold(organ)) == "unknown":
            return None, (self._unknown(organ),)
        named = self._placing(near)
        deepest = max(named, key=len, default="")
        if not deepest or any(not deepest.startswith(code) for code in named):
            if known and (division := self.by_code(known)) and (not named or known in named):
                return division, (self._by_source(organ, known),)
            return None, (self._ambiguous(organ, tuple(sorted(named))) if named else self._unknown(organ),)
        return self.by_code(deepest), ()

    def _ambiguous(self, organ: str, codes: Scope) -> Finding:
        names = "、".join(self.full_name(code) for code in codes[:_NAMED_AT_MOST])
        more = f" and {len(codes) - _NAMED_AT_MOST} more" if len(codes) > _NAMED_AT_MOST else ""
        message = f"{organ} may be {names}{more}, and the page does not say which; no division code is given"
        return Finding("metadata.division_ambiguous", "info", (), message, "source")

    def _by_source(self, organ: str, code: str) -> Finding:
        message = (
            f"{organ} is taken for {self.full_name(code)}, of which its source is; the page does not say where it is"
        )
        return Finding("metadata.division_by_source", "info", (), message, "unknown")

    def _doubtful(self, organ: str, code: str) -> Finding:
        message = (
            f"{organ} may be {self.full_name(code)}, but the page does not place it there; no division code is given"
        )
        return Finding("metadata.division_ambiguous", "info", (), message, "source")

    def _unknown(self, organ: str) -> Finding:
        message = f"{organ} is not in the gazetteer, perhaps renamed, merged or upgraded; no division code is given"
        return Finding("metadata.division_unknown", "info", (), message, "source")
