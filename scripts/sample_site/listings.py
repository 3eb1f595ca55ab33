"""The column of each issuer, as its content system lists and pages it: every report and the guide, newest first."""

from __future__ import annotations

import html
import posixpath
import tomllib
from collections.abc import Sequence
from string import Template
from typing import Any

from sample_site.pages import frame_fields, guide_path, relative
from sample_site.prose import WORDS
from sample_site.truth import HERE, Issuer, Report

_WAYS: dict[str, Any] = tomllib.loads((HERE / "wording" / "cms.toml").read_text(encoding="utf-8"))["listing"]
_FIRST = _SIZE = 2
Entry = tuple[str, str, str]


def listing_pages(issuer: Issuer, reports: Sequence[Report]) -> dict[str, bytes]:
    """The files of one column under their paths: the page that the registry names, and the further ones."""
    way = _WAYS.get(issuer.cms, _WAYS["plain"])
    guide = Template(WORDS["guide"]).substitute(organ=issuer.organ)
    entries = [(report.path, report.title, report.published) for report in reversed(reports)]
    entries.append((guide_path(issuer), guide, "2020-05-15"))
    first, size = way.get("first", _FIRST), way.get("size", _SIZE)
    chunks = [entries[:first], *(entries[start : start + size] for start in range(first, len(entries), size))]
    paths = [_path(issuer, way, place, len(chunks)) for place in range(len(chunks))]
    return {
        path: _page(issuer, way, chunk, paths, place, len(entries)).encode()
        for place, (path, chunk) in enumerate(zip(paths, chunks, strict=True))
    }


def _numbers(place: int, pages: int) -> dict[str, str]:
    return {"page": str(place + 1), "page0": str(place), "down": str(pages - place)}


def _path(issuer: Issuer, way: dict[str, Any], place: int, pages: int) -> str:
    if not place:
        return issuer.listing
    further = Template(way["further"]).substitute(_numbers(place, pages))
    return posixpath.normpath(posixpath.join(posixpath.dirname(issuer.listing), further))


def _page(
    issuer: Issuer,
    way: dict[str, Any],
    entries: Sequence[Entry],
    paths: Sequence[str],
    place: int,
    total: int,
) -> str:
    page, is_first = paths[place], place == 0
    next_page = relative(paths[place + 1], page) if place + 1 < len(paths) else ""
    items = way.get("separator", "\n").join(_item(issuer, way["item"], page, entry) for entry in entries)
    body = Template(way["list"] if is_first else way.get("further_list", way["list"])).substitute(
        frame_fields(issuer, page),
        items=items,
        proxy=relative(paths[-1], page),
        next=f'<a href="{next_page}">下一页</a>' if next_page else "",
        total=str(total),
        pages=str(len(paths)),
        **_numbers(place, len(paths)),
    )
    if way.get("bare") or (not is_first and "further_list" in way):
        return body
    frame = Template((HERE / "templates" / "listing.html").read_text(encoding="utf-8"))
    return frame.substitute(frame_fields(issuer, page), items=body)


def _item(issuer: Issuer, item: str, page: str, entry: Entry) -> str:
    path, title, published = entry
    url, title = relative(path, page), html.escape(title)
    link = f'<a href="{url}" title="{title}" target="_blank">{title}</a>'
    return Template(item).substitute(link=link, url=url, title=title, published=published, organ=issuer.organ)
