"""A page taken apart for its links: markup, scripts that hold markup or data, JSON, and records in XML."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from w3lib.url import safe_url_string

from extract.decode import decode
from extract.discovery.rules import rules

_PROLOG = re.compile(r"^\s*<\?xml[^>]*>")
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_OBJECT = re.compile(r"\{[^{}]*\}")
_PAIR = re.compile(r"""(?<!\w)["']?(\w{1,40})["']?\s*:\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
_QUOTED = re.compile(r"""["']([^"'\s<>]{4,400})["']""")
_ESCAPES = re.compile(r"\\(/|\"|'|u[0-9a-fA-F]{4})")
_REFRESH = re.compile(r"""\d*\s*[;,]\s*url\s*=\s*["']?([^"'\s]+)""", re.IGNORECASE)
_NO_ADDRESS = re.compile(r"^\s*(?:javascript:(?:void|;|$|history)|mailto:|tel:|data:|about:|#)", re.IGNORECASE)
_IN_SCRIPT = re.compile(r"""^\s*javascript:|^\s*(?:window|location|top|parent|self)\b|\(""", re.IGNORECASE)
_ADDRESS = re.compile(r"^(?:https?:)?/{1,2}\S|^\.{1,2}/\S|^[\w./%-]+\.(?:s?html?|jsp|aspx?|pdf|docx?|xlsx?)(?:\?\S*)?$")
_FRAMES = {"iframe": "src", "frame": "src", "embed": "src", "object": "data"}
_ROWS = ("li", "tr", "dd", "dl")
_LONGEST_ROW = 300


@dataclass(frozen=True, slots=True)
class Link:
    """An absolute address, and the words under which a page links it (blanks left out, half-width)."""

    url: str
    text: str


def plain(text: str) -> str:
    """A text as it is compared: NFKC, without any white space or zero-width character."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if not c.isspace() and c not in "\u200b\ufeff\u00ad")


def _tree(markup: str) -> BeautifulSoup:
    """The tree of some markup, read as HTML also where it begins as XML; a text without any tag has none."""
    return BeautifulSoup(_PROLOG.sub("", markup) if "<" in markup else "", "lxml")


class Document:
    """One answer of a website as text, with its links; what is no text (a PDF) has none."""

    def __init__(self, data: bytes, url: str, content_type: str | None = None) -> None:
        """Take the bytes of an answer, the address that gave them, and the header Content-Type as it was sent."""
        self.url = url
        self.is_text = b"\x00" not in data[:1024] and not data.startswith((b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
        self.source = decode(data, content_type)[0][: rules().most_characters] if self.is_text else ""

    @cached_property
    def soup(self) -> BeautifulSoup:
        """The tree of the page."""
        return _tree(self.source)

    @cached_property
    def base(self) -> str:
        """What relative addresses are joined to: the page's own address, unless ``<base>`` says otherwise."""
        base = self.soup.find("base", href=True)
        return self.join(str(base["href"]), self.url) or self.url if isinstance(base, Tag) else self.url

    @cached_property
    def title(self) -> str:
        """What the page says of itself as a column or an article: meta tags, headings, the window's title."""
        names = ("columnname", "articletitle")
        metas = [tag for tag in self.soup.find_all("meta") if str(tag.get("name", "")).lower() in names]
        pieces = [str(tag.get("content", "")) for tag in metas]
        pieces += [tag.get_text() for tag in self.soup.find_all(["title", "h1", "h2"])]
        return plain(" ".join(pieces))

    def join(self, address: str, base: str | None = None) -> str | None:
        """The absolute http(s) address of a reference, without its fragment; None where it leads nowhere."""
        written = html.unescape(address).strip().replace("\\/", "/").replace("\\", "/")
        if not written or _NO_ADDRESS.match(written):
            return None
        try:
            found = urldefrag(urljoin(base or self.base, "".join(written.splitlines()))).url
            parts = urlsplit(found)
        except ValueError:
            return None
        return safe_url_string(found) if parts.scheme in ("http", "https") and parts.hostname else None

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Every link of the page once, in its order, with the longest of its texts."""
        found: dict[str, str] = {}
        for url, text in self._all_links():
            if len(text) > len(found.setdefault(url, text)):
                found[url] = text
        return tuple(Link(url, text) for url, text in found.items())

    def _all_links(self) -> Iterator[tuple[str, str]]:
        try:
            answer = json.loads(self.source)
        except ValueError:
            yield from self._in_markup(self.soup)
            records = (part.partition("]]>")[0] for part in self.source.split("<![CDATA[")[1:])
            yield from self._in_markup(_tree("\n".join(records)))
            for script in self.soup.find_all(["script", "textarea", "xmp", "template"]):
                yield from self._in_script(script.get_text())
        else:
            yield from self._in_json(answer)

    def _in_markup(self, soup: BeautifulSoup) -> Iterator[tuple[str, str]]:
        for tag in soup.find_all(["a", "area", "option", "li", "tr", "td", "div", "span"]):
            written = [str(tag.get(name) or "") for name in ("href", "onclick", "data-url", "data-href")]
            if tag.name == "option":
                written.append(str(tag.get("value") or ""))
            for reference in filter(None, written):
                for address in self._addresses(reference, is_reference=reference == written[0]):
                    if url := self.join(address):
                        yield url, _words(tag)

    def _addresses(self, reference: str, *, is_reference: bool) -> list[str]:
        """The addresses that an attribute holds: itself, or those quoted in a call of a script."""
        if _IN_SCRIPT.search(reference) and not reference.startswith(("http", "/", ".")):
            return [address for address in _QUOTED.findall(reference) if _ADDRESS.match(address)]
        return [reference] if is_reference or _ADDRESS.match(reference) else []

    def _in_script(self, script: str) -> Iterator[tuple[str, str]]:
        """Links in what a script writes (markup in strings) and in what it holds (objects with title and address)."""
        text = _unescaped(script)
        if "<a " in text.lower():
            yield from self._in_markup(_tree(_CDATA.sub("", text)))
        for found in _OBJECT.finditer(script):
            fields = {key.lower(): _unescaped(a or b) for key, a, b in _PAIR.findall(found.group())}
            yield from self._record(fields)

    def _in_json(self, value: object) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            yield from self._record({str(key).lower(): text for key, text in value.items() if isinstance(text, str)})
            for inner in value.values():
                yield from self._in_json(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from self._in_json(inner)
        elif isinstance(value, str) and "<a " in value.lower():
            yield from self._in_markup(_tree(value))

    def _record(self, fields: dict[str, str]) -> Iterator[tuple[str, str]]:
        titles = [fields[key] for key in rules().title_keys & fields.keys() if fields[key]]
        addresses = [fields[key] for key in rules().url_keys & fields.keys() if fields[key]]
        if titles and addresses and (url := self.join(min(addresses))):
            yield url, plain(_tree(f"<p>{max(titles, key=len)}</p>").get_text())

    @cached_property
    def frames(self) -> tuple[str, ...]:
        """The addresses of the documents that the page shows inside itself."""
        found = []
        for tag in self.soup.find_all(list(_FRAMES)):
            written = tag.get(_FRAMES[tag.name]) or tag.get("src") or tag.get("data-src") or ""
            if url := self.join(str(written)):
                found.append(url)
        return tuple(dict.fromkeys(found))

    @cached_property
    def quoted(self) -> tuple[str, ...]:
        """The addresses that stand in quotes in the page's scripts."""
        scripts = [_unescaped(script.get_text()) for script in self.soup.find_all("script")]
        written = [text for script in scripts for text in _QUOTED.findall(script) if _ADDRESS.match(text)]
        return tuple(dict.fromkeys(url for text in written if (url := self.join(text))))

    @cached_property
    def refresh(self) -> str | None:
        """Where ``<meta http-equiv="refresh">`` sends the reader, None where nothing does."""
        for tag in self.soup.find_all("meta"):
            if str(tag.get("http-equiv", "")).lower() == "refresh":
                match = _REFRESH.search(str(tag.get("content", "")))
                return self.join(match[1]) if match else None
        return None


def viewed(url: str) -> str | None:
    """The document that the address of a viewer names (``viewer.html?file=...``), None for any other address."""
    match = rules().viewer.search((urlsplit(url).query and url) or "")
    return urljoin(url, unquote(match["file"])) if match else None


def _words(tag: Tag) -> str:
    """The words of a link: its title where that is longer than its text, those of its row where both say nothing."""
    text = max(plain(tag.get_text()), plain(str(tag.get("title") or "")), key=len)
    if not rules().no_text.match(text):
        return text
    row = tag.find_parent(_ROWS)
    whole = plain(row.get_text()) if row else ""
    return whole if len(whole) <= _LONGEST_ROW else text


def _unescaped(script: str) -> str:
    return _ESCAPES.sub(lambda m: chr(int(m[1][1:], 16)) if m[1].startswith("u") else m[1], script)
