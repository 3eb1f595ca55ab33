"""The rules of ``data/discovery.toml``, compiled; the words of a report's title come from ``data/metadata.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

Count = Literal["pages", "pages_from_0", "down", "once"]
Pattern = re.Pattern[str]


@dataclass(frozen=True, slots=True)
class More:
    """How a listing goes on: patterns whose named groups are words, and the address that the words make."""

    in_page: tuple[Pattern, ...]
    in_address: tuple[Pattern, ...]
    may: tuple[Pattern, ...]
    each: Pattern | None
    size: int | None
    count: Count
    address: str


@dataclass(frozen=True, slots=True)
class Family:
    """One content system: how it is told by a page's source or address, and how its listings go on."""

    name: str
    signs: Pattern | None
    addresses: Pattern | None
    more: tuple[More, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that discovery knows beforehand; each field is explained where it stands in the data file."""

    title: Pattern
    title_year: Pattern
    no_title: Pattern
    no_text: Pattern
    cut_off: Pattern
    column: Pattern
    year_alone: Pattern
    copies: Pattern
    articles: Pattern
    least_letters: int
    title_keys: frozenset[str]
    url_keys: frozenset[str]
    most_pages: int
    most_characters: int
    most_columns: int
    deepest: int
    file_hint: re.Pattern[bytes]
    file_addresses: Pattern
    file_words: Pattern
    viewer: Pattern
    not_files: Pattern
    not_frames: Pattern
    most_files: int
    official_hosts: Pattern
    first_year: int
    year_addresses: tuple[Pattern, ...]
    next_page: Pattern
    part_hint: re.Pattern[bytes]
    part_words: Pattern
    part_numbers: str
    part_keys: Pattern
    most_parts: int
    families: tuple[Family, ...]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("data").joinpath(name).read_text(encoding="utf-8"))


def _any(patterns: Iterable[str]) -> Pattern:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def _in_bytes(words: Iterable[str]) -> re.Pattern[bytes]:
    """Finds any of these words in the bytes of a page in the encodings that the web has."""
    found = {word.encode(encoding) for word in words for encoding in ("utf-8", "gb18030", "big5hkscs")}
    return re.compile(b"|".join(map(re.escape, sorted(found))))


def _more(table: Mapping[str, Any]) -> More:
    each = table.get("each")
    return More(
        in_page=tuple(map(re.compile, table.get("in_page", ()))),
        in_address=tuple(map(re.compile, table.get("in_address", ()))),
        may=tuple(map(re.compile, table.get("may", ()))),
        each=re.compile(each, re.DOTALL) if each else None,
        size=table.get("size"),
        count=table["count"],
        address=table["address"],
    )


def family_from(table: Mapping[str, Any]) -> Family:
    """The content system that a table ``[[family]]`` of the data file describes."""
    signs, addresses = table.get("signs"), table.get("addresses")
    return Family(
        name=table["name"],
        signs=_any(signs) if signs else None,
        addresses=_any(addresses) if addresses else None,
        more=tuple(map(_more, table.get("more", ()))),
    )


@cache
def rules() -> Rules:
    """The rules that the project ships, read on first use."""
    data, titles = _read("discovery.toml"), _read("metadata.toml")["titles"]
    links, files, parts = data["links"], data["files"], data["parts"]
    return Rules(
        title=re.compile(titles["kind"].replace("YEAR", titles["year"])),
        title_year=re.compile(rf"(?<!\d){titles['year']}(?!\d)"),
        no_title=re.compile(titles["no_title"]),
        no_text=re.compile(links["no_text"], re.IGNORECASE),
        cut_off=re.compile(links["cut_off"]),
        column=re.compile(links["column"]),
        year_alone=re.compile(links["year_alone"]),
        copies=_any(links["copies"]),
        articles=_any(links["articles"]),
        least_letters=links["least_letters"],
        title_keys=frozenset(links["title_keys"]),
        url_keys=frozenset(links["url_keys"]),
        most_pages=links["most_pages"],
        most_characters=links["most_characters"],
        most_columns=links["most_columns"],
        deepest=links["deepest"],
        file_hint=re.compile(files["hint"].encode(), re.IGNORECASE),
        file_addresses=_any(files["addresses"]),
        file_words=re.compile(files["words"], re.IGNORECASE),
        viewer=re.compile(files["viewer"], re.IGNORECASE),
        not_files=re.compile(files["not_files"]),
        not_frames=re.compile(files["not_frames"], re.IGNORECASE),
        most_files=files["most"],
        official_hosts=re.compile(data["hosts"]["official"]),
        first_year=data["years"]["first"],
        year_addresses=tuple(map(re.compile, data["years"]["addresses"])),
        next_page=re.compile(data["next"]["text"], re.IGNORECASE),
        part_hint=_in_bytes(parts["hint"]),
        part_words=re.compile(parts["text"]),
        part_numbers=parts["numbers"],
        part_keys=re.compile(parts["keys"], re.IGNORECASE),
        most_parts=parts["most"],
        families=tuple(map(family_from, data["family"])),
    )
