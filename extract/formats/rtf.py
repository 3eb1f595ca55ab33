r"""RTF becomes a Page: paragraphs, and tables by the right edges (``\cellx``) of their cells.

Control words: Microsoft, Rich Text Format Specification 1.9.1.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace

from extract.formats.assemble import Item, Text, assemble
from extract.formats.rtf_table import CellDef, Level, Row, RowDef, table_items
from extract.page import Page, UnreadableError

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n\x00]+|([^\\{}\r\n\x00]+)"
)
_UNREAD = frozenset(
    b"colortbl stylesheet listtable listoverridetable rsidtbl generator xmlnstbl themedata colorschememapping filetbl "
    b"datastore latentstyles revtbl header headerl headerr headerf footer footerl footerr footerf footnote annotation "
    b"atnid atnauthor fldinst objdata nonesttables shprslt bkmkstart bkmkend nonshppict pgdsctbl xe tc ftnsep ftnsepc "
    b"ftncn aftnsep aftnsepc aftncn operator company doccomm category keywords vern wgrffmtfilter sp objclass".split()
)
_READ_THOUGH_STARRED = frozenset(b"shpinst shppict nesttableprops".split())
_INFO = {b"title": "dc:title", b"author": "dc:creator", b"subject": "dc:subject"}
_DATES = {b"creatim": "dcterms:created", b"revtim": "dcterms:modified"}
_LETTERS = {
    b"emdash": "—",
    b"endash": "–",
    b"emspace": " ",
    b"enspace": " ",
    b"qmspace": " ",
    b"bullet": "•",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"tab": "\t",
    b"line": "\n",
    b"lbr": "\n",
}
_SIGNS = {b"~": " ", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\t": "\t"}
_PAGE_OF_CHARSET = {
    0: "cp1252",
    77: "mac-roman",
    128: "cp932",
    129: "cp949",
    134: "gb18030",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    204: "cp1251",
    238: "cp1250",
}
_DEFAULT_PAGE = "gb18030"
_MAX_DEPTH = 5000
_MAX_CELLS = 200_000
_LARGE_TWIPS = 1500
_MOST_HEADING = 6
_MOST_NESTING = 50


@dataclass(slots=True)
class _State:
    """What a group inherits and restores."""

    skipped: bool = False
    destination: bytes = b""
    hidden: bool = False
    deleted: bool = False
    page: str | None = None
    fallback: int = 1
    in_table: bool = False
    nesting: int = 0
    heading: int = 0


def read_rtf(data: bytes, url: str | None = None) -> Page:
    """The page of an RTF document; deleted and hidden text, headers, footers and notes are not read.

    A table is exact where every row defines as many cells as it prints.  Raises ``UnreadableError`` where groups are
    nested thousands deep or nothing is left to read.
    """
    reader = _Reader()
    reader.read(data)
    blocks = assemble(reader.items)
    if not blocks and not reader.images:
        raise UnreadableError("the RTF document holds no text")
    return Page(blocks, "rtf", reader.default_page, url, reader.meta, reader.images)


class _Reader:
    """Reads the tokens of one document; ``items``, ``meta``, ``images`` and ``default_page`` are its result."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.meta: dict[str, str] = {}
        self.images = 0
        self.default_page = _DEFAULT_PAGE
        self._state = _State()
        self._stack: list[_State] = []
        self._levels = [Level()]
        self._pages: dict[int, str] = {}
        self._font = 0
        self._default_font: int | None = None
        self._bytes = bytearray()
        self._pieces: list[str] = []
        self._outside: list[list[str]] = []
        self._info: list[str] = []
        self._date: dict[bytes, int] = {}
        self._picture: dict[bytes, int] = {}
        self._to_skip = 0
        self._starred = False
        self._cells = 0

    def read(self, data: bytes) -> None:
        position = 0
        match_at = _TOKEN.match
        while True:
            match = match_at(data, position)
            if match is None:
                if position >= len(data):
                    break
                position += 1
                continue
            position = match.end()
            word, number, code, sign, brace, plain = match.groups()
            if plain is not None:
                if not self._state.skipped:
                    self._add_bytes(plain)
            elif word is not None:
                value = int(number) if number else None
                if word == b"bin":
                    position += max(0, value or 0)
                elif not self._state.skipped:
                    self._control(word, value)
            elif code is not None:
                if not self._state.skipped:
                    self._add_bytes(bytes((int(code, 16),)))
            elif brace == b"{":
                self._open_group()
            elif brace == b"}":
                self._close_group()
            elif sign is not None and not self._state.skipped:
                self._sign(sign)
        self._flush()
        self._end_paragraph()
        while len(self._levels) > 1:
            self._end_nested()
        if self._levels[0].cells:
            self._end_row(self._levels[0])
        self._end_table()

    def _open_group(self) -> None:
        if len(self._stack) > _MAX_DEPTH:
            raise UnreadableError(f"the RTF document nests more than {_MAX_DEPTH} groups; it is not read")
        self._flush()
        self._to_skip = 0
        self._starred = False
        self._stack.append(self._state)
        self._state = replace(self._state)

    def _close_group(self) -> None:
        self._flush()
        self._to_skip = 0
        self._starred = False
        closed = self._state
        if self._stack:
            self._state = self._stack.pop()
        if closed.destination == self._state.destination:
            return
        if closed.destination in _INFO:
            words = " ".join("".join(self._info).split())
            if words:
                self.meta.setdefault(_INFO[closed.destination], words)
        elif closed.destination in _DATES:
            self._close_date(closed.destination)
        elif closed.destination == b"pict":
            sizes = [self._picture.get(name, _LARGE_TWIPS) for name in (b"picwgoal", b"pichgoal")]
            self.images += min(sizes) >= _LARGE_TWIPS
        elif closed.destination == b"shptxt":
            self._end_box(closed)

    def _end_box(self, closed: _State) -> None:
        outside, self._state = self._state, closed
        self._end_paragraph()
        self._state = outside
        self._pieces = self._outside.pop() if self._outside else []

    def _close_date(self, name: bytes) -> None:
        year, month, day = (self._date.get(part, 0) for part in (b"yr", b"mo", b"dy"))
        if 1900 < year < 3000 and 0 < month < 13 and 0 < day < 32:
            self.meta.setdefault(_DATES[name], f"{year:04d}-{month:02d}-{day:02d}")

    def _add_bytes(self, data: bytes) -> None:
        if self._to_skip:
            skipped = min(self._to_skip, len(data))
            self._to_skip -= skipped
            data = data[skipped:]
        self._starred = False
        self._bytes += data

    def _flush(self) -> None:
        """Decode the bytes that wait, in the charset of the font in use."""
        if not self._bytes:
            return
        data = bytes(self._bytes)
        self._bytes.clear()
        page = self._state.page or self.default_page
        if data.isascii():
            words = data.decode("ascii")
        else:
            try:
                words = data.decode(page)
            except UnicodeDecodeError:
                words = data.decode(_DEFAULT_PAGE, "replace")
        self._add(words)

    def _add(self, words: str) -> None:
        state = self._state
        if state.destination in _INFO:
            self._info.append(words)
        elif state.destination in (b"", b"shptxt") and not state.hidden and not state.deleted:
            self._pieces.append(words)

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._starred = True
            return
        if self._to_skip:
            self._to_skip -= 1
            return
        if sign in b"\r\n":
            self._control(b"par", None)
            return
        words = _SIGNS.get(sign)
        if words:
            self._flush()
            self._add(words)

    def _control(self, word: bytes, value: int | None) -> None:
        if self._starred:
            self._starred = False
            if word not in _READ_THOUGH_STARRED:
                self._state.skipped = True
                return
        if word == b"u":
            self._unicode(value or 0)
            return
        self._flush()
        self._to_skip = 0
        if word in _UNREAD:
            self._state.skipped = True
        elif word in _LETTERS:
            self._add(_LETTERS[word])
        elif word in _WORDS:
            _WORDS[word](self, 1 if value is None else value)
        elif word in _INFO or word in _DATES or word == b"fonttbl":
            self._state.destination = word
            self._info, self._date = [], {}
        elif word in (b"yr", b"mo", b"dy"):
            self._date[word] = value or 0
        elif word in (b"picwgoal", b"pichgoal"):
            self._picture[word] = value or 0

    def _unicode(self, value: int) -> None:
        code = value + 0x10000 if value < 0 else value
        if self._bytes:
            self._flush()
        if 0xD800 <= code < 0xDC00:
            self._add(chr(code))
        elif 0xDC00 <= code < 0xE000:
            high = self._pieces.pop() if self._pieces and "\ud800" <= self._pieces[-1] < "\udc00" else ""
            if high:
                self._add(chr(0x10000 + ((ord(high) - 0xD800) << 10) + code - 0xDC00))
        elif 0 < code < 0x110000:
            self._add(chr(code))
        self._to_skip = self._state.fallback

    def _set_code_page(self, value: int) -> None:
        name = {936: "gb18030", 65001: "utf-8", 10000: "mac-roman"}.get(value, f"cp{value}")
        try:
            self.default_page = codecs.lookup(name).name
        except LookupError:
            return

    def _set_font(self, value: int) -> None:
        self._font = value
        if self._state.destination != b"fonttbl":
            self._state.page = self._pages.get(value)

    def _set_font_charset(self, value: int) -> None:
        if self._state.destination == b"fonttbl" and value in _PAGE_OF_CHARSET and value != 0:
            self._pages[self._font] = _PAGE_OF_CHARSET[value]

    def _plain(self, _: int) -> None:
        self._state.hidden = self._state.deleted = False
        self._state.page = self._pages.get(self._default_font) if self._default_font is not None else None

    def _set_default_font(self, value: int) -> None:
        self._default_font = value

    def _set_hidden(self, value: int) -> None:
        self._state.hidden = value != 0

    def _set_deleted(self, value: int) -> None:
        self._state.deleted = value != 0

    def _set_fallback(self, value: int) -> None:
        self._state.fallback = min(max(value, 0), 16)

    def _set_heading(self, value: int) -> None:
        self._state.heading = min(value + 1, _MOST_HEADING) if 0 <= value < 9 else 0

    def _reset_paragraph(self, _: int) -> None:
        self._state.in_table = False
        self._state.nesting = 0
        self._state.heading = 0

    def _enter_table(self, _: int) -> None:
        self._state.in_table = True
        self._state.nesting = max(1, self._state.nesting)

    def _set_nesting(self, value: int) -> None:
        self._state.nesting = min(max(value, 0), _MOST_NESTING)
        self._state.in_table = self._state.nesting > 0

    def _start_shape_text(self, _: int) -> None:
        if self._state.destination != b"shptxt":
            self._outside.append(self._pieces)
            self._pieces = []
        self._state.destination = b"shptxt"

    def _start_shape(self, _: int) -> None:
        self._state.destination = b"shpinst"

    def _start_picture(self, _: int) -> None:
        self._state.destination = b"pict"
        self._picture = {}

    def _start_info(self, _: int) -> None:
        self._state.destination = b"info"

    def _start_row(self, _: int) -> None:
        self._level().definition = RowDef()
        self._level().row_open = True

    def _row_left(self, value: int) -> None:
        self._level().definition.left = value

    def _flag(self, merge: str = "", vertical: str = "") -> None:
        definition = self._level().definition
        definition.merge = merge or definition.merge
        definition.vertical = vertical or definition.vertical

    def _add_edge(self, value: int) -> None:
        definition = self._level().definition
        if len(definition.cells) < _MAX_CELLS:
            definition.cells.append(CellDef(value, definition.merge, definition.vertical))
        definition.merge = definition.vertical = ""

    def _level(self) -> Level:
        """The table that the properties and the text met now belong to."""
        return self._levels[min(max(self._state.nesting, 1), len(self._levels)) - 1]

    def _deepen(self) -> Level:
        while len(self._levels) < self._state.nesting:
            self._levels.append(Level())
        while len(self._levels) > max(1, self._state.nesting):
            self._end_nested()
        return self._levels[-1]

    def _is_in_table(self) -> bool:
        return self._state.in_table or self._levels[0].row_open

    def _end_paragraph(self, _: int = 0) -> None:
        words = "".join(self._pieces)
        self._pieces.clear()
        if not words or words.isspace():
            if not self._is_in_table() and self._state.destination == b"":
                self._end_table()
            return
        if self._state.destination == b"shptxt" and not self._state.in_table:
            target = self._levels[0].after if self._is_in_table() else self.items
            target.extend(Text(line) for line in words.split("\n"))
        elif self._is_in_table():
            self._deepen().paragraphs.append(words)
        else:
            self._end_table()
            self.items.extend(Text(line, self._state.heading) for line in words.split("\n"))

    def _end_cell(self, _: int = 0) -> None:
        self._state.nesting = max(1, self._state.nesting)
        level = self._deepen()
        words = "".join(self._pieces)
        self._pieces.clear()
        if words and not words.isspace():
            level.paragraphs.append(words)
        level.longest = max(level.longest, len(level.paragraphs))
        self._cells += 1
        if self._cells > _MAX_CELLS:
            raise UnreadableError(f"the RTF document has more than {_MAX_CELLS} table cells; it is not read")
        level.cells.append(" ".join(" ".join(level.paragraphs).split()))
        level.paragraphs = []

    def _end_top_cell(self, _: int) -> None:
        self._state.nesting = 1
        self._end_cell()

    def _end_top_row(self, _: int) -> None:
        self._state.nesting = 1
        self._end_row(self._deepen())

    def _end_nested_row(self, _: int) -> None:
        self._end_row(self._levels[-1])

    def _end_row(self, level: Level) -> None:
        if self._pieces and "".join(self._pieces).strip():
            self._end_cell()
        if level.cells:
            level.rows.append(Row(level.cells, level.definition))
        level.cells = []
        level.row_open = False

    def _end_nested(self) -> None:
        level = self._levels.pop()
        if level.cells or level.paragraphs:
            level.rows.append(Row([*level.cells, *level.paragraphs], level.definition))
        self._levels[-1].after += table_items(level)

    def _end_table(self) -> None:
        while len(self._levels) > 1:
            self._end_nested()
        level = self._levels[0]
        if level.rows or level.after or level.paragraphs:
            self.items.extend(table_items(level))
            self.items.extend(Text(words) for words in level.paragraphs)
            self._levels = [Level(cells=level.cells, definition=level.definition, row_open=level.row_open)]


_WORDS = {
    b"ansicpg": _Reader._set_code_page,
    b"deff": _Reader._set_default_font,
    b"f": _Reader._set_font,
    b"fcharset": _Reader._set_font_charset,
    b"plain": _Reader._plain,
    b"v": _Reader._set_hidden,
    b"deleted": _Reader._set_deleted,
    b"uc": _Reader._set_fallback,
    b"outlinelevel": _Reader._set_heading,
    b"pard": _Reader._reset_paragraph,
    b"intbl": _Reader._enter_table,
    b"itap": _Reader._set_nesting,
    b"shptxt": _Reader._start_shape_text,
    b"shpinst": _Reader._start_shape,
    b"pict": _Reader._start_picture,
    b"info": _Reader._start_info,
    b"trowd": _Reader._start_row,
    b"trleft": _Reader._row_left,
    b"cellx": _Reader._add_edge,
    b"clmgf": lambda reader, _: reader._flag(merge="first"),
    b"clmrg": lambda reader, _: reader._flag(merge="more"),
    b"clvmgf": lambda reader, _: reader._flag(vertical="first"),
    b"clvmrg": lambda reader, _: reader._flag(vertical="more"),
    b"cell": _Reader._end_top_cell,
    b"nestcell": _Reader._end_cell,
    b"row": _Reader._end_top_row,
    b"nestrow": _Reader._end_nested_row,
    b"par": _Reader._end_paragraph,
    b"sect": _Reader._end_paragraph,
    b"page": _Reader._end_paragraph,
    b"column": _Reader._end_paragraph,
}
