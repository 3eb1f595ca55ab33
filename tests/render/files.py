"""A report of a seed, with the noise of real ones, printed as a file of a word processor or spreadsheet."""

from __future__ import annotations

import random

from . import layouts, noise, office
from .choices import Dice, Level
from .layouts import Rendered
from .pdf import Print, print_pdf
from .sheets import Paper
from .truth import make_truth

KINDS = ("pdf_ruled", "pdf_unruled", "docx", "xlsx", "xls", "rtf")
_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))


def draw_file(kind: str, seed: int, ceiling: Level = "noisy") -> Rendered:
    """The file of a seed; ``kind`` is one of ``KINDS``."""
    rng = random.Random(seed)
    truth = make_truth(rng)
    dice = Dice(rng, ceiling)
    paper = layouts._paper(truth, dice, exact=kind != "pdf_unruled")
    noise.add_noise(paper, dice, text_format=False)
    data = _printed(paper, kind, rng)
    choices = {"truth.form": truth.form, "kind": kind, **dice.taken}
    return Rendered(data, paper.expected, dice.level, choices, truth, dice.offered)


def _printed(paper: Paper, kind: str, rng: random.Random) -> bytes:
    if kind == "docx":
        return office.as_docx(paper)
    if kind == "xlsx":
        return office.as_xlsx(paper, one_sheet=rng.random() < 0.5)
    if kind == "xls":
        return office.as_xls(paper)
    if kind == "rtf":
        return office.as_rtf(paper, codes=rng.choice(("gbk", "unicode")))
    _without_zero_width(paper)
    return print_pdf(paper, _ruled(rng) if kind == "pdf_ruled" else _unruled(rng))


def _without_zero_width(paper: Paper) -> None:
    """What has no width is not printed."""
    for item in paper.items:
        for box in [box for row in item.rows for box in row] if isinstance(item, layouts.Sheet) else [item]:
            box.text = box.text.translate(_ZERO_WIDTH)


def _ruled(rng: random.Random) -> Print:
    return Print(
        rules=rng.choice(("lines", "pieces", "dots", "open")),
        repeat_header=rng.random() < 0.4,
        broken_label=rng.choice(("split", "empty", "repeat")),
        vertical=rng.choice(("no", "no", "stacked", "turned")),
        numbered=rng.random() < 0.5,
        skip=rng.choice((0.0, 60.0, 150.0)),
        cut_rows=rng.random() < 0.3,
        top_aligned=rng.random() < 0.3,
        embedded=rng.random() < 0.6,
    )


def _unruled(rng: random.Random) -> Print:
    return Print(
        rules=rng.choice(("none", "none", "rows")),
        numbered=rng.random() < 0.5,
        skip=rng.choice((0.0, 60.0, 150.0)),
        top_aligned=rng.random() < 0.3,
        embedded=rng.random() < 0.6,
    )
