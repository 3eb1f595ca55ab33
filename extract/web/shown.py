"""What an answer shows without scripts: a page, a challenge, or an empty shell; wording in ``data/web.toml``."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from extract.web.answer import Outcome

_UNSEEN = re.compile(r"<(script|style|noscript|title)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.I | re.S)
_HTML = re.compile(rb"<(?:!doctype html|html|head|body|script|meta)\b", re.I)


def what_is_wrong(data: bytes) -> tuple[Outcome, str] | None:
    """The kind of failure, and the reason in plain words, where the bytes of an answer show no document."""
    rules = _rules()
    if not _HTML.search(data[:2048]) or len(data) > rules["challenge_bytes"]:
        return None
    text = data.decode("utf-8", "replace")
    letters = len("".join(_UNSEEN.sub(" ", text).split()))
    challenge = next((mark for mark in rules["challenges"] if mark in text), None)
    if challenge and letters < rules["challenge_letters"]:
        return Outcome.BLOCKED, f"a challenge to browsers in place of the page ({challenge})"
    lowered = text.lower()
    shell = rules["shell"]
    if "<script" in lowered and letters < shell["letters"] and not any(tag in lowered for tag in shell["content"]):
        return Outcome.NEEDS_SCRIPT, "the page shows nothing without running its scripts"
    return None


@cache
def _rules() -> dict[str, Any]:
    return tomllib.loads(resources.files("data").joinpath("web.toml").read_text(encoding="utf-8"))
