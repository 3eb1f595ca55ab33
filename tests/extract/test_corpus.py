"""Files that real programs wrote are read, and whatever becomes of their bytes is a page or one clear line."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest

from extract.formats import read_page
from extract.page import Grid, UnreadableError
from transform.read import read_report

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
SAMPLES = sorted(path for path in CORPUS.glob("*/*") if path.parent.name != "mended")
MENDED = sorted((CORPUS / "mended").glob("*"))
MUTATIONS = 12


def name(path: Path) -> str:
    return path.name


def is_kept(data: bytes) -> bool:
    """Whether the bytes are a page or are refused in one line; whatever else comes of them fails the test."""
    try:
        page = read_page(data)
    except UnreadableError as error:
        return len(str(error).splitlines()) == 1
    return bool(read_report(page).source_format)


def spoilt(data: bytes, rng: random.Random) -> bytes:
    """Some bytes changed, cut out or said twice; in a packed file those of one of its parts."""
    if data.startswith(b"PK") and rng.random() < 0.8:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {part: archive.read(part) for part in archive.namelist()}
        chosen = rng.choice(sorted(parts))
        result = io.BytesIO()
        with zipfile.ZipFile(result, "w") as packed:
            for part, content in parts.items():
                packed.writestr(part, spoilt(content, rng) if part == chosen else content)
        return result.getvalue()
    changed = bytearray(data)
    for _ in range(rng.choice((1, 3, 30))):
        start = rng.randrange(len(changed) + 1)
        piece = changed[start : start + rng.choice((1, 1, 4, 200))]
        changed[start : start + len(piece)] = rng.choice((rng.randbytes(len(piece)), b"", piece * 2, b"\xff" * 4))
    return bytes(changed)


@pytest.mark.parametrize("path", SAMPLES, ids=name)
def test_a_sample_is_read_with_its_tables(path: Path) -> None:
    page = read_page(path.read_bytes())
    assert any(isinstance(block, Grid) for block in page.blocks)
    assert read_report(page).form == path.stem[-4:]


@pytest.mark.parametrize("path", SAMPLES, ids=name)
def test_spoilt_bytes_give_a_page_or_one_line(path: Path) -> None:
    rng = random.Random(path.name)
    data = path.read_bytes()
    assert all(is_kept(spoilt(data, rng)) for _ in range(MUTATIONS))


def test_what_once_broke_a_reader_does_so_no_more() -> None:
    assert all(is_kept(path.read_bytes()) for path in MENDED)
