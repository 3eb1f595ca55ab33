"""ZIP archives within bounds: the parts of Office files, and the one report among packed files."""

from __future__ import annotations

import contextlib
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from lxml import etree

from extract.page import Grid, Page, UnreadableError

MAX_PART = 64 << 20
MAX_MEMBERS = 5000
_MAX_READ = 128 << 20
_MAX_REPORTS = 50
_CHUNK = 1 << 20
_PLAUSIBLE_SHARE = 2
_NAMES_SHOWN = 8
_SUFFIXES = frozenset({".htm", ".html", ".shtml", ".xhtml", ".asp", ".aspx", ".jsp", ".php", ".mht", ".mhtml"})
_SUFFIXES |= {".txt", ".md", ".csv", ".tsv", ".json", ".xml", ".pdf", ".rtf"}
_SUFFIXES |= {".odt", ".ods", ".ott", ".ots", ".fodt", ".fods", ".ofd"}
_SUFFIXES |= {".doc", ".docx", ".docm", ".dot", ".dotx", ".wps", ".wpt", ".xls", ".xlsx", ".xlsm", ".et"}
_ADVICE = "; unpack what is packed in it and give the report alone"
_PACKED = frozenset({".zip", ".gz", ".tgz", ".tar", ".rar", ".7z", ".bz2", ".xz"})
_OF_THE_SYSTEM = re.compile(r"(?:^|/)(?:__MACOSX/|\.|~\$|Thumbs\.db$)")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError, RuntimeError, KeyError)
_KINDS = (
    ("word/", "docx"),
    ("xl/", "xlsx"),
    ("ppt/", "pptx"),
    ("OFD.xml", "ofd"),
    ("content.xml", "odf"),
)


class Archive:
    """An open ZIP archive that never unpacks more than its bounds allow."""

    def __init__(self, data: bytes, what: str) -> None:
        """Open the archive; ``what`` names it in messages.  ``UnreadableError`` where it is broken or too full."""
        self._what = what
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            self._members = {info.filename.replace("\\", "/"): info for info in self._zip.infolist()}
        except _BROKEN as error:
            raise UnreadableError(f"{what} is damaged or cut off: {_one_line(error)}") from None
        if len(self._members) > MAX_MEMBERS:
            raise UnreadableError(f"{what} holds {len(self._members)} parts, more than {MAX_MEMBERS}; it is not read")
        self._left = _MAX_READ

    @property
    def names(self) -> Sequence[str]:
        """The names of all members, as they are stored."""
        return tuple(self._members)

    def info(self, name: str) -> zipfile.ZipInfo:
        """What the directory says of a member."""
        return self._members[name]

    def read(self, name: str, *, most: int = MAX_PART) -> bytes | None:
        """The bytes of a member, None where there is none; ``UnreadableError`` where they are broken or too many."""
        info = self._members.get(name)
        if info is None:
            return None
        if info.flag_bits & 1:
            raise UnreadableError(f"{self._what} is protected by a password; save it without one")
        most = min(most, self._left)
        pieces: list[bytes] = []
        length = 0
        try:
            with self._zip.open(info) as stream:
                while length <= most and (piece := stream.read(_CHUNK)):
                    pieces.append(piece)
                    length += len(piece)
        except _BROKEN as error:
            raise UnreadableError(f"{self._what} is damaged at {_shown(name)}: {_one_line(error)}") from None
        if length > most:
            raise UnreadableError(
                f"{self._what} unpacks to more than {most >> 20} MiB at {_shown(name)}; it is not read"
            )
        self._left -= length
        return b"".join(pieces)

    def parse(self, name: str) -> etree._Element | None:
        """The root of an XML member, None where there is none; ``UnreadableError`` where it is no XML."""
        data = self.read(name)
        return None if data is None else parse_xml(data, self._what, f" at {_shown(name)}")


def parse_xml(data: bytes, what: str, place: str = "") -> etree._Element:
    """The root of an XML document; ``UnreadableError`` where it is none, or defines entities."""
    try:
        root = etree.fromstring(data, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError(f"{what} is damaged{place}: {_one_line(error)}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableError(f"{what} is not read: it defines entities{place}")
    return root


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )


def kind_of_zip(data: bytes) -> str:
    """Which kind of packed file the names of its members show: ``docx``, ``xlsx``, ``pptx``, ``ofd``, ``odf``, ``zip``.

    Where the directory at the end is lost, the names in the file's first bytes tell.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name.replace("\\", "/") for name in archive.namelist()[:MAX_MEMBERS]]
    except _BROKEN:
        head = data[:4096]
        return next((kind for start, kind in _KINDS if start.encode() in head), "zip")
    if "[Content_Types].xml" in names or not any(name.startswith(("word/", "xl/", "ppt/")) for name in names):
        return next((kind for start, kind in _KINDS if any(_opens(name, start) for name in names)), "zip")
    return "docx" if "word/document.xml" in names else "xlsx" if "xl/workbook.xml" in names else "zip"


def _opens(name: str, start: str) -> bool:
    return name.startswith(start) if start.endswith("/") else name == start


def read_zip(data: bytes, url: str | None, read: Callable[[bytes], Page]) -> Page:
    """The page of the packed report: of the files that ``read`` can read, the one with most table cells.

    ``meta["zip:member"]`` names it.  An archive inside the archive is not opened.  Raises ``UnreadableError``, with the
    names of the files, where none is a report or where several might be.
    """
    archive = Archive(data, "the ZIP archive")
    pages: list[tuple[str, Page, tuple[str, ...]]] = []
    for name in _candidates(archive):
        content = archive.read(name) or b""
        if content.startswith(b"PK") and kind_of_zip(content) == "zip":
            continue
        try:
            page = read(content)
        except UnreadableError:
            continue
        pages.append((name, page, _cell_texts(page)))
    if not pages:
        advice = _ADVICE if any(map(_is_packed, archive.names)) else ""
        listed = _listed(archive.names)
        raise UnreadableError(f"the ZIP archive holds no file that can be read as a report: {listed}{advice}")
    name, page, texts = max(pages, key=lambda found: len(found[2]))
    rivals = [
        other
        for other, _, cells in pages
        if len(cells) * _PLAUSIBLE_SHARE >= len(texts) and (cells != texts or not cells)
    ]
    if len(rivals) > (0 if texts else 1):
        names = sorted({name, *rivals})
        raise UnreadableError(f"the ZIP archive holds several files that may be the report, give one: {_listed(names)}")
    return replace(page, url=url, meta={**page.meta, "zip:member": _shown(name)})


def _is_packed(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in _PACKED


def _candidates(archive: Archive) -> Iterator[str]:
    found = 0
    for name in archive.names:
        suffix = PurePosixPath(name).suffix.lower()
        if name.endswith("/") or _OF_THE_SYSTEM.search(name) or suffix not in _SUFFIXES:
            continue
        found += 1
        if found > _MAX_REPORTS:
            raise UnreadableError(f"the ZIP archive holds more than {_MAX_REPORTS} documents; give the report alone")
        yield name


def _cell_texts(page: Page) -> tuple[str, ...]:
    return tuple(
        cell.text
        for block in page.blocks
        if isinstance(block, Grid)
        for number, row in enumerate(block.rows)
        for column, cell in enumerate(row)
        if cell is not None and cell.text and cell.row == number and cell.column == column
    )


def _listed(names: Sequence[str]) -> str:
    shown = [_shown(name) for name in names if not name.endswith("/")]
    more = f" and {len(shown) - _NAMES_SHOWN} more" if len(shown) > _NAMES_SHOWN else ""
    return (", ".join(shown[:_NAMES_SHOWN]) or "nothing") + more


def _shown(name: str) -> str:
    """A name for people: Chinese names that an archive stores in GBK come out of ``zipfile`` as code page 437."""
    with contextlib.suppress(UnicodeEncodeError, UnicodeDecodeError):
        name = name.encode("cp437").decode("gb18030")
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:120]


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__
