"""Characters in pictures, by RapidOCR (Apache-2.0), whose models come inside its package; nothing is downloaded."""

from __future__ import annotations

import importlib
import importlib.util
import logging
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    Pixels = np.ndarray[Any, np.dtype[np.uint8]]

UNREADABLE = "\ufffd"
"""Stands for ink that is no character known with some certainty."""

_LEAST_SCORE = 0.6


class Word(NamedTuple):
    """A line of text that was found in a picture, and its box in pixels."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float


def can_recognise() -> bool:
    """Whether the extra ``ocr`` is installed."""
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime", "cv2"))


@lru_cache(maxsize=1)
def _engine() -> Any:
    rapidocr = importlib.import_module("rapidocr")
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    return rapidocr.RapidOCR(params={"Global.log_level": "critical"})


def recognise_line(pixels: Pixels) -> str:
    """The text of a picture of one line; ``UNREADABLE`` where it is not certain."""
    found = _engine()(pixels, use_det=False, use_cls=False, use_rec=True)
    text = "".join(found.txts or ()).strip()
    return text if text and min(found.scores) >= _LEAST_SCORE else UNREADABLE


def recognise_lines(pixels: Pixels) -> list[Word]:
    """The lines of text that a picture shows, from top to bottom."""
    found = _engine()(pixels, use_det=True, use_cls=False, use_rec=True)
    boxes, texts = found.boxes if found.boxes is not None else (), found.txts or ()
    words = []
    for box, text in zip(boxes, texts, strict=True):
        xs, ys = [float(x) for x, _ in box], [float(y) for _, y in box]
        words.append(Word(str(text), min(xs), min(ys), max(xs), max(ys)))
    return sorted(words, key=lambda word: (word.top, word.x0))
