"""What is known of the templates of government sites, from ``data/content_selectors.toml``; all lower case."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def _selectors() -> dict[str, tuple[str, ...]]:
    source = resources.files("data").joinpath("content_selectors.toml").read_text(encoding="utf-8")
    return {name: tuple(str(entry).lower() for entry in entries) for name, entries in tomllib.loads(source).items()}


def content_selectors() -> tuple[str, ...]:
    """Where the body of an article stands, the surest first: ``#id``, ``.class`` or the bare name of an element."""
    return _selectors()["content"]


def breadcrumb_names() -> tuple[str, ...]:
    """Parts of the class or id of the element with the trail of links, the surest first."""
    return _selectors()["breadcrumb"]


def icon_parts() -> tuple[str, ...]:
    """Parts of the address of a picture that is an icon."""
    return _selectors()["icon"]
