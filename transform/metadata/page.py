"""Who reports on which year, and when: title, issuer, year, date of publication and division of a page.

A page's own statements are weighed against each other: the title goes before the text, the text before the address.
All wording is in ``data/metadata.toml``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from extract.page import Page, Paragraph
from transform.metadata.boxes import rows_of_boxes, titles_in_boxes
from transform.metadata.dates import address_date, date_in, published_on, stated_date
from transform.metadata.gazetteer import Division, gazetteer, wording
from transform.metadata.titles import (
    Title,
    cued_with_years,
    is_organ,
    joined_title,
    may_hold_title,
    read_title,
    titles_in_window,
    with_years,
    year_number,
    years_in,
)
from transform.model import Finding, Metadata
from transform.wording.cued import Cued
from transform.wording.fold import clean, fold

_HEAD_PARAGRAPHS = 40
_TITLE_LINES = 3
_HEAD_CHARACTERS = 2500
_TAIL_PARAGRAPHS = 10
_SHORT = 80
_INFO_CHARACTERS = 1500
_INFO_LINES = 12
_DEEP_CHARACTERS = 20000
_WEIGHTS = {"meta": 0.4, "heading": 0.5, "paragraph": 0.3, "before": 0.25, "window": 0.2}
_OTHER_YEAR = 4.0
_IN_BODY = 1.5
_NOT_OF_TEXT = 1.0
_TOWN = 9
_BESIDE = ("meta", "info box", "breadcrumb", "contact")
_BY_ITSELF = ("text", "sign-off line", "contact")
_PLACING_META = ("html:breadcrumb", "html:title", "html:h1", "sitename", "columnname", "articletitle")


@dataclass(frozen=True, slots=True)
class _Texts:
    """What is read of a page: short cleaned lines of its head, folded prose of its head, its tail, its info box.

    ``division`` is the code that its source is known by.
    """

    lines: tuple[str, ...]
    prose: tuple[str, ...]
    tail: tuple[str, ...]
    info: tuple[str, ...]
    near: tuple[str, ...]
    division: str | None


@dataclass(frozen=True, slots=True)
class _Organ:
    """An organ's name as the page prints it, and where it was found."""

    name: str
    source: str


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    issuers = wording()["issuers"]
    names = (
        "organ_lead",
        "signature",
        "signed_date",
        "breadcrumb_separators",
    )
    patterns = {name: with_years(issuers[name]) for name in names}
    patterns["own_office"] = re.compile(wording()["organs"]["own_office"])
    patterns["body"] = re.compile(wording()["titles"]["body"])
    patterns["opening"] = with_years(wording()["years"]["opening"])
    patterns["address"] = re.compile(wording()["years"]["address"], re.IGNORECASE)
    return patterns


@lru_cache(maxsize=1)
def _cued() -> dict[str, Cued]:
    names = ("labels", "named_in_preamble", "named_after_year", "written_by", "contact")
    return {name: cued_with_years(wording()["issuers"][name], name) for name in names}


@lru_cache(maxsize=2)
def _statements(kind: str) -> tuple[Cued, ...]:
    return tuple(cued_with_years(pattern, kind) for pattern in wording()["years"][kind])


@lru_cache(maxsize=1)
def _own() -> tuple[tuple[re.Pattern[str], str], ...]:
    issuers = wording()["issuers"]
    return tuple((re.compile(pattern), kind) for part in ("own", "above") for pattern, kind in issuers[part].items())


def read_metadata(page: Page, *, pinyin: bool, division: str | None = None) -> tuple[Metadata, tuple[Finding, ...]]:
    """Read the title, issuer, year reported on, date of publication and division code of a report page.

    ``pinyin`` says whether bracketed pinyin is noise on this page, ``division`` is the code of the division that its
    source is said to be of.  A field is None where the page does not say, or says it ambiguously; every disagreement
    between the page's own statements is a finding.
    """
    url = page.url or page.meta.get("html:canonical")
    texts = _texts(page, pinyin, division)
    title = _best_title(page, texts, pinyin)
    year, findings = _year(page, url, texts, title)
    organs = list(_organs(page, texts, title, pinyin))
    issuer, reporting, doubts = _issuer(page, organs, texts, pinyin)
    metadata = Metadata(
        title=title.text if title else None,
        issuer=issuer,
        year=year,
        published_on=published_on(page.meta, texts.info, _above(page, texts, pinyin), url, _signed(texts), year),
        division_code=reporting.code if reporting else None,
    )
    return metadata, (*findings, *doubts, *_other_organs(organs, reporting, texts))


def _texts(page: Page, pinyin: bool, division: str | None) -> _Texts:
    paragraphs = (block.text for block in page.blocks if isinstance(block, Paragraph))
    lines: list[str] = []
    prose: list[str] = []
    read = 0
    for count, text in enumerate(paragraphs):
        if count == _HEAD_PARAGRAPHS or read > _HEAD_CHARACTERS:
            break
        cut = text[:_HEAD_CHARACTERS]
        cleaned = clean(cut, pinyin=pinyin)
        lines.append(cleaned if len(cleaned) <= _SHORT else "")
        prose.append(fold(cleaned))
        read += len(cut)
    tail: list[str] = []
    for block in reversed(page.blocks[-4 * _TAIL_PARAGRAPHS :]):
        if isinstance(block, Paragraph) and len(tail) < _TAIL_PARAGRAPHS:
            tail.append(clean(block.text, pinyin=pinyin) if len(block.text) <= 4 * _SHORT else "")
    near = tuple(fold(clean(page.meta[name], pinyin=pinyin)) for name in _PLACING_META if page.meta.get(name))
    return _Texts(tuple(lines), tuple(prose), tuple(tail[::-1]), tuple(_info(page, lines, pinyin)), near, division)


def _info(page: Page, lines: list[str], pinyin: bool) -> Iterator[str]:
    """The texts that may hold an info box: before and after the body, small grids at the top, first short lines."""
    before, after = page.meta.get("html:before", ""), page.meta.get("html:after", "")
    yield from (
        fold(clean(text, pinyin=pinyin)) for text in (before[-_INFO_CHARACTERS:], after[:_INFO_CHARACTERS]) if text
    )
    for row in rows_of_boxes(page):
        cells = dict.fromkeys(cell.text for cell in row if cell and cell.text)
        yield fold(clean("|".join(cells), pinyin=pinyin))
    yield from (fold(line) for line in lines if line)


def _above(page: Page, texts: _Texts, pinyin: bool) -> Iterator[str]:
    """The folded short lines before the text of the report, where the page may print a date by itself."""
    lines = page.meta.get("html:before", "")[-_INFO_CHARACTERS:].split("\n")
    yield from (fold(clean(line, pinyin=pinyin)) for line in lines if 0 < len(line) <= _SHORT)
    body = _patterns()["body"]
    for line in texts.lines[:_INFO_LINES]:
        if not line or body.match(line):
            return
        yield fold(line)


def _best_title(page: Page, texts: _Texts, pinyin: bool) -> Title | None:
    found: list[tuple[float, Title]] = []
    rules = wording()["titles"]
    for names, weight in ((rules["meta"], "meta"), (rules["headings"], "heading"), (rules["windows"], "window")):
        for name in names:
            text = clean(page.meta.get(name, ""), pinyin=pinyin)
            titles = titles_in_window(text) if text else []
            found += [
                (title.fit + _WEIGHTS[weight], title)
                for title in titles
                if weight == "meta" or title.organ or title.year
            ]
    before = [line for line in page.meta.get("html:before", "").split("\n") if may_hold_title(line)]
    found += [
        (title.fit + _WEIGHTS["before"], title)
        for line in reversed(before)
        if len(line) <= _SHORT and (title := read_title(clean(line, pinyin=pinyin))) and (title.organ or title.year)
    ]
    found += [(title.fit + _WEIGHTS["before"], title) for title in titles_in_boxes(page, pinyin)]
    said = {title.year for fit, title in found if title.year and fit > 0}
    of_text = _stated_year(texts.prose, "said")
    body = _patterns()["body"]
    in_body = False
    for at, line in enumerate(texts.lines):
        in_body = in_body or body.match(line) is not None
        above = texts.lines[max(0, at - _TITLE_LINES + 1) : at]
        for title in (read_title(line), joined_title(above, line)):
            if title and (title.organ or title.year):
                strange = _OTHER_YEAR if said and title.year and title.year not in said else 0.0
                strange += _IN_BODY * in_body
                if of_text and title.year and title.year != of_text:
                    strange += _NOT_OF_TEXT
                found.append((title.fit + _WEIGHTS["paragraph"] - strange, title))
    best = max(found, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] > 0 else None


def _year(page: Page, url: str | None, texts: _Texts, title: Title | None) -> tuple[int | None, tuple[Finding, ...]]:
    prose = tuple(text for text, line in zip(texts.prose, texts.lines, strict=True) if not (line and read_title(line)))
    said = _stated_year(prose, "said")
    text_year = said or _stated_year(prose, "mentioned") or _opening_year(prose)
    if title and title.year:
        if text_year not in (None, title.year) and (said or not any(title.year in years_in(text) for text in prose)):
            message = f"the title reports on {title.year}, the text on {text_year}; the title is followed"
            return title.year, (Finding("metadata.year", "warning", (), message, "source"),)
        return title.year, ()
    address = _patterns()["address"].search(url) if url else None
    year = text_year or (year_number(next(group for group in address.groups() if group)) if address else None)
    published = stated_date(page.meta, texts.info) or address_date(url)
    if year is None and title and published and (year := year_number(str(published.year - 1))):
        message = (
            f"nothing on the page states the year reported on; {year} is the year before publication ({published})"
        )
        return year, (Finding("metadata.year", "warning", (), message, "unknown"),)
    return year, ()


def _stated_year(prose: tuple[str, ...], kind: str) -> int | None:
    """The year of the text's weightiest statement; a statement that spans two years does not count."""
    for pattern in _statements(kind):
        for match in pattern.through(prose):
            years = set(years_in(match.group()))
            if len(years) == 1:
                return years.pop()
    return None


def _opening_year(prose: tuple[str, ...]) -> int | None:
    opening = _patterns()["opening"]
    return next((years[0] for text in prose if opening.match(text) and (years := years_in(text))), None)


def _organs(page: Page, texts: _Texts, title: Title | None, pinyin: bool) -> Iterator[_Organ]:
    """Every organ that the page names as its own, the surest source first."""
    if title and title.organ:
        yield _Organ(title.organ, "title")
    patterns, cued = _patterns(), _cued()
    whole = "\n".join(texts.prose)
    for pattern in (cued["named_in_preamble"], cued["named_after_year"], cued["written_by"]):
        for text, line in zip(texts.prose, texts.lines, strict=True) if pattern.worth(whole) else ():
            if not pattern.worth(text) or (title and line and read_title(line)):
                continue
            for match in pattern.finditer(text):
                if is_organ(organ := patterns["organ_lead"].sub("", match["organ"])):
                    yield _Organ(organ, "text")
    for name in wording()["issuers"]["meta"]:
        if is_organ(organ := clean(page.meta.get(name, ""), pinyin=pinyin)):
            yield _Organ(organ, "meta")
    for match in cued["labels"].through(texts.info):
        if is_organ(match["organ"]):
            yield _Organ(match["organ"], "info box")
    signature = _signature(texts)
    if signature and is_organ(signature["organ"]):
        yield _Organ(signature["organ"], "sign-off line")
    for piece in reversed(_breadcrumb(page, pinyin)):
        if is_organ(piece) and gazetteer().read(piece):
            yield _Organ(piece, "breadcrumb")
    for match in cued["contact"].through((*texts.prose, *map(fold, texts.tail))):
        organ = patterns["own_office"].sub("", match["organ"] or match["office"])
        if is_organ(organ):
            yield _Organ(organ, "contact")


def _breadcrumb(page: Page, pinyin: bool) -> list[str]:
    text = clean(page.meta.get("html:breadcrumb", ""), pinyin=pinyin)
    return [piece.strip() for piece in _patterns()["breadcrumb_separators"].split(text) if piece.strip()]


def _signature(texts: _Texts) -> re.Match[str] | None:
    """The sign-off line: an organ and a date, or an organ above a line that is only a date."""
    folded = [fold(line) for line in texts.tail]
    patterns = _patterns()
    for at in range(len(folded) - 1, -1, -1):
        match = patterns["signature"].match(folded[at])
        dated_below = at + 1 < len(folded) and patterns["signed_date"].match(folded[at + 1])
        if match and (match["date"] or dated_below) and is_organ(match["organ"]):
            return match
    return None


def _signed(texts: _Texts) -> date | None:
    signed = _patterns()["signed_date"]
    for line in reversed(texts.tail):
        folded = fold(line)
        match = _patterns()["signature"].match(folded)
        if signed.match(folded) or (match and match["date"] and is_organ(match["organ"])):
            return date_in(folded)
    return None


def _own_kind(texts: _Texts) -> str | None:
    """How the text speaks of its own organ: a town's last letters, ``department``, ``government`` or None."""
    prose = "\n".join(texts.prose)
    counts = Counter({kind: len(pattern.findall(prose)) for pattern, kind in _own()})
    towns: dict[str, int] = {kind: counts[kind] for kind in wording()["issuers"]["own"].values() if counts[kind]}
    if towns:
        return max(towns, key=lambda kind: towns[kind])
    above: list[str] = list(wording()["issuers"]["above"].values())
    return next((kind for kind in above if counts[kind]), None)


def _issuer(
    page: Page, organs: list[_Organ], texts: _Texts, pinyin: bool
) -> tuple[str | None, Division | None, tuple[Finding, ...]]:
    own = _own_kind(texts)
    for organ in organs:
        if organ.source in _BESIDE and not _speaks_of_itself(organ.name, own):
            continue
        division, doubts = _resolve(organ.name, texts)
        return organ.name, division, doubts
    return _named_town(page, own, texts, pinyin)


def _resolve(organ: str, texts: _Texts, prose: tuple[str, ...] = ()) -> tuple[Division | None, tuple[Finding, ...]]:
    tail = (fold(line) for line in texts.tail if line)
    near = (*texts.near, *texts.info[:2])
    return gazetteer().resolve(organ, near=near, prose=(*texts.prose, *tail, *prose), known=texts.division)


def _speaks_of_itself(organ: str, own: str | None) -> bool:
    """Whether an organ that is named beside the text can be the 我镇, 我局 or 我县 of the text."""
    department = gazetteer().is_department(organ)
    if own is None:
        return True
    if own == "department":
        return department
    reading = gazetteer().read(organ)
    town = reading is not None and any(len(code) == _TOWN for code in reading.codes)
    return not department and (not town if own == "government" else town or reading is None)


def _named_town(
    page: Page, own: str | None, texts: _Texts, pinyin: bool
) -> tuple[str | None, Division | None, tuple[Finding, ...]]:
    """The one town that a text without an issuer names most, if the text speaks of itself as a town of that kind."""
    if own is None or own in ("department", "government"):
        return None, None, ()
    known = gazetteer()
    prose: list[str] = []
    for block in page.blocks:
        if isinstance(block, Paragraph) and sum(map(len, prose)) < _DEEP_CHARACTERS:
            prose.append(fold(block.text, pinyin=pinyin))
    counts = Counter(name for text in prose for name in known.names_in(text, own))
    ranked = [(name, count) for name, count in counts.most_common() if known.is_town(name)]
    if not ranked or (ranked[1:] and ranked[0][1] == ranked[1][1]):
        return None, None, ()
    division, doubts = _resolve(ranked[0][0], texts, tuple(prose))
    return division.name if division else ranked[0][0], division, doubts


def _other_organs(organs: list[_Organ], division: Division | None, texts: _Texts) -> tuple[Finding, ...]:
    """A finding where text or sign-off name another organ than the title; its offices and parents are no others."""
    if not organs or organs[0].source != "title":
        return ()
    own = organs[0].name
    for other in organs[1:]:
        if other.source not in _BY_ITSELF:
            continue
        if _elsewhere(other.name, division, texts) or (other.source != "contact" and _differ(own, other.name)):
            message = f"the title names {own}, the {other.source} names {other.name}; the title is followed"
            return (Finding("metadata.issuer", "info", (), message, "source"),)
    return ()


def _elsewhere(organ: str, division: Division | None, texts: _Texts) -> bool:
    """Whether an organ lies in another division, neither inside ``division`` nor above it."""
    if division is None:
        return False
    other, _ = _resolve(organ, texts)
    return other is not None and not (other.code.startswith(division.code) or division.code.startswith(other.code))


def _differ(own: str, other: str) -> bool:
    """Whether two organs are different departments, or the other is a department and one's own is a government."""
    known = gazetteer()
    if not known.is_department(other):
        return False
    mine, theirs = known.core(own), known.core(other)
    if not mine:
        return _patterns()["own_office"].search(theirs) is None
    shorter, longer = sorted((mine, theirs), key=len)
    rest = iter(longer)
    return not all(character in rest for character in shorter)
