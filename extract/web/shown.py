"""What an answer shows without scripts: a page, a challenge, or an empty shell; wording in ``data/web.toml``."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from extract.web.answer import Outcome, Response

_UNSEEN = re.compile(r"<(script|style|noscript|title)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.I | re.S)
_HTML = re.compile(rb"<(?:!doctype html|html|head|body|script|meta)\b", re.I)


def what_is_wrong(answer: Response) -> tuple[Outcome, str] | None:
    """The kind of failure, and the reason in plain words, where an answer with status 200 shows no document."""
    if answer.not_modified:
        return None
    rules = _rules()
    if not _HTML.search(answer.data[:2048]) or len(answer.data) > rules["challenge_bytes"]:
        return None
    text = answer.data.decode("utf-8", "replace")
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
