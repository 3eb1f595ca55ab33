"""A parsed HTML tree made ready for its stream: what is hidden, what is a part of a table, fields, pictures, roots."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from lxml import etree

from extract.formats.beside import put_into_tables, rows_of_numbers
from extract.formats.content import is_large
from extract.formats.markup import BLOCKS, GONE, PREFORMATTED, ROOTS, TABLE_PARTS, UNREAD
from extract.formats.stream import PICTURE, ROOT_ATTRIBUTE, ROOT_CLOSES, ROOT_OPENS, event
from extract.formats.survey import Survey

_TEXT_INPUTS = frozenset({"", "text", "number", "tel", "search", "date", "email", "url"})
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_ALTERNATIVE = 60
_LONGEST_FAINT = 15
_STRUCK = ("del", "s", "strike")
_CELLS = ("td", "th")
_HOLDERS = (*_CELLS, *sorted(BLOCKS - {*_CELLS}))
_UNSEEN = UNREAD | {GONE}
_STRUCTURE = BLOCKS - PREFORMATTED - ROOTS - {"p"}

FormerTags = dict[etree._Element, str]


def prepare(survey: Survey, roots: Sequence[etree._Element], *, with_hidden: bool = False) -> FormerTags:
    """Change the tree so that its stream says what a reader sees; returns the former tags of elements renamed or gone.

    ``roots`` are the candidates for the content root: each is a block whatever its tag is, and its ends are events.
    ``with_hidden``: what a script may show later stays.
    """
    former: FormerTags = {}
    for element in survey.tagged.get("template", ()):
        if element.get("shadowrootmode") is not None:
            _rename(element, "div", former)
    _hide(survey, roots, former, with_hidden=with_hidden)
    for image in survey.tagged.get("img", ()):
        if is_large(image):
            image.text = PICTURE
        else:
            image.text = _words_instead(image)
    for root in roots:
        if root.tag not in BLOCKS and root.tag not in _UNSEEN:
            _rename(root, "div", former)
    for element, tag in survey.becoming:
        _become(element, tag, former)
    if survey.beside:
        _lay_out(survey, former)
    for tag in ("input", "select"):
        for field in survey.tagged.get(tag, ()):
            if field.tag == tag:
                shown = _CONTROL.sub("", _shown(field))
                pictures = PICTURE * sum(1 for image in field.iter("img") if image.text == PICTURE)
                _empty(field, former)
                field.text = shown + pictures
    for element in chain(survey.tagged.get("sup", ()), survey.tagged.get("sub", ()), survey.raised):
        _bracket_note(element, former)
    for root, opens, closes in zip(roots, ROOT_OPENS, ROOT_CLOSES, strict=False):
        _mark_ends(root, opens, closes)
    return former


def _words_instead(image: etree._Element) -> str | None:
    """What stands for a small picture in a cell that may be a number: its alternative text, said to be one."""
    words = _CONTROL.sub("", " ".join((image.get("alt") or "").split()))
    if not any(map(str.isdigit, words)) or next(image.iterancestors("td", "th"), None) is None:
        return None
    return f"[图片：{words[:_LONGEST_ALTERNATIVE]}]"


def is_bare_text(root: etree._Element, former: FormerTags) -> bool:
    """Whether the page has no structure but at most one paragraph or preformatted block around all of its lines.

    Takes what is not seen out of the tree.
    """
    tags = {element.tag for element in root.iter("*") if element not in former}.union(former.values())
    if tags & _STRUCTURE:
        return False
    etree.strip_elements(root, *_UNSEEN, with_tail=False)
    body = root.find("body")
    return sum(1 for _ in (root if body is None else body).iter("p")) <= 1


def _hide(survey: Survey, roots: Sequence[etree._Element], former: FormerTags, *, with_hidden: bool) -> None:
    """An element that is removed leaves no trace but the text after it; an invisible cell keeps its place.

    The frame of the article is invisible only until a script shows it.
    """
    for element in () if with_hidden else survey.removed:
        if element.tag not in ROOTS:
            _rename(element, GONE, former)
    for element in () if with_hidden else survey.invisible:
        if element in roots:
            continue
        if element.tag == "tr":
            for cell in element:
                _empty(cell, former)
        elif element.tag in ("td", "th"):
            _empty(element, former)
        elif element.tag not in ROOTS:
            _rename(element, GONE, former)
    for element in chain(survey.faint, *(survey.tagged.get(tag, ()) for tag in _STRUCK)):
        _drop_faint(element, former)


def _drop_faint(element: etree._Element, former: FormerTags) -> None:
    """Take a number that is struck or not to be seen out of a cell, or out of a line, in which other words stand."""
    holder = next(element.iterancestors(*_HOLDERS), None)
    if holder is None or (words := _words(element)) == _words(holder):
        return
    if holder.tag in _CELLS or (len(words) <= _LONGEST_FAINT and not any(c.tag in BLOCKS for c in element.iter())):
        _rename(element, GONE, former)


def _bracket_note(element: etree._Element, former: FormerTags) -> None:
    """Put the mark of a footnote in brackets, in a cell or after a digit: raised digits are no digits of a number."""
    words = _words(element)
    if not words:
        return
    cell = next(element.iterancestors(*_CELLS), None)
    if _ends_in_digit(element) if cell is None else _words(cell) != words:
        _empty(element, former)
        element.text = f"[{words.strip('[]')}]"


def _ends_in_digit(element: etree._Element) -> bool:
    """Whether what stands right before an element ends in a digit."""
    before, parent = element.getprevious(), element.getparent()
    text = before.tail if before is not None else parent.text if parent is not None else None
    return (text or "").rstrip()[-1:].isdigit()


def _words(element: etree._Element) -> str:
    return "".join(_pieces(element)).strip()


def _pieces(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and child.tag not in _UNSEEN:
            yield from _pieces(child)
        yield child.tail or ""


def _rename(element: etree._Element, tag: str, former: FormerTags) -> None:
    former.setdefault(element, element.tag)
    element.tag = tag


def _empty(element: etree._Element, former: FormerTags) -> None:
    for inside in element.iterdescendants():
        former.setdefault(inside, inside.tag)
    for child in list(element):
        element.remove(child)
    element.text = None


def _become(element: etree._Element, tag: str, former: FormerTags) -> None:
    """Give an element the tag of the table part that its style or role makes it."""
    if element.tag in TABLE_PARTS or element.tag in ROOTS or element.tag in _UNSEEN:
        return
    _rename(element, tag, former)
    for span in ("colspan", "rowspan"):
        value = element.get(f"aria-{span}")
        if value is not None:
            element.set(span, value)


def _lay_out(survey: Survey, former: FormerTags) -> None:
    """Make tables of what a style sets side by side in rows of numbers."""
    found = rows_of_numbers(element for element in survey.beside if element.tag not in TABLE_PARTS | _UNSEEN)
    rows = [row for cells in found if (row := cells[0].getparent()) is not None and row.tag not in TABLE_PARTS | ROOTS]
    put_into_tables(rows)
    for row in rows:
        _rename(row, "tr", former)
        for cell in row:
            _rename(cell, "td", former)


def _shown(control: etree._Element) -> str:
    """What a form field shows, where it stands in a cell; elsewhere it is no part of the text."""
    if next(control.iterancestors("td", "th"), None) is None:
        return ""
    if control.tag == "input":
        is_text = (control.get("type") or "").strip().lower() in _TEXT_INPUTS
        return (control.get("value") or "") if is_text else ""
    options = list(control.iter("option"))
    chosen = [option for option in options if option.get("selected") is not None] or options[:1]
    return "".join(str(piece) for option in chosen for piece in option.itertext())


def _mark_ends(root: etree._Element, opens: str, closes: str) -> None:
    if root.tag == "table":
        root.set(ROOT_ATTRIBUTE, opens)
        return
    root.text = event(opens) + (root.text or "")
    if len(root):
        last = root[-1]
        last.tail = (last.tail or "") + event(closes)
    else:
        root.text += event(closes)
