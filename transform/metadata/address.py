"""What identifies the source of a report over repeated fetches, whatever its bytes: a canonical address."""

from __future__ import annotations

import re
from functools import lru_cache
from posixpath import normpath
from urllib.parse import parse_qsl, urlencode, urlsplit

from w3lib.url import canonicalize_url

_DEFAULT_PORT = re.compile(r":(?:80|443)$")
_SESSION_SEGMENT = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*", re.IGNORECASE)
_SESSION_PARAMETER = re.compile(r"utm_\w+|spm|jsessionid|phpsessid|isappinstalled", re.IGNORECASE)


@lru_cache(maxsize=1 << 15)
def web_address(url: str) -> str:
    """A url without what differs between two fetches of one page: ``https://www.x.gov.cn/a`` is ``x.gov.cn/a``.

    Scheme, ``www.``, default port, session and tracking parameters, order of parameters and plain fragments go;
    a fragment that names a route of a single-page site (``#/...``, ``#!...``) stays.
    A malformed url is its own address.
    """
    try:
        parts = urlsplit(canonicalize_url(_SESSION_SEGMENT.sub("", url.strip()), keep_fragments=True))
    except ValueError:
        return url.strip()
    host = _DEFAULT_PORT.sub("", parts.netloc.rpartition("@")[2]).removeprefix("www.")
    query = urlencode(
        [p for p in parse_qsl(parts.query, keep_blank_values=True) if not _SESSION_PARAMETER.fullmatch(p[0])]
    )
    route = f"#{parts.fragment}" if parts.fragment.startswith(("/", "!")) else ""
    return f"{host}{parts.path or '/'}{f'?{query}' if query else ''}{route}"


def source_address(url: str | None, path: str | None, sha256: str) -> str:
    """The address of a source: of its url; else ``file:`` and its path; else ``sha256:`` and the hash."""
    if url:
        return web_address(url)
    if path and path != "-":
        return f"file:{normpath(path.replace(chr(92), '/'))}"
    return f"sha256:{sha256}"


def is_web(address: str) -> bool:
    """Whether an address is that of a page on the web, which holds one report a year."""
    return not address.startswith(("file:", "sha256:"))


def host(address: str) -> str:
    """The host of a web address; of any other, the address itself."""
    return address.partition("/")[0] if is_web(address) else address
