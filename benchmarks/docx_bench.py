"""How long reading Word reports takes, against python-docx opening and walking the same files in the same run.

``python -m benchmarks.docx_bench`` exits with status 1 when reading takes more than 1.5 times as long on the median
file.  Processor time; every file is read and walked in turns, so that a slow moment of the machine hits both.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import docx

from extract.formats.docx import read_docx
from transform.read import read_report

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from render.office import as_docx, draw_paper

BAR = 1.5
CORPUS = Path(__file__).resolve().parents[1] / "tests" / "corpus" / "docx"


def walk(data: bytes) -> int:
    """Open a file with python-docx and take the text of every paragraph and cell; returns how many there are."""
    document = docx.Document(io.BytesIO(data))
    texts = [paragraph.text for paragraph in document.paragraphs]
    texts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return len(texts)


def _seconds(work: Callable[[bytes], object], data: bytes) -> float:
    start = time.process_time()
    work(data)
    return time.process_time() - start


def main(arguments: list[str] | None = None) -> int:
    """The command; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.docx_bench", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--files", type=int, default=20, help="reports drawn (default 20)")
    options = parser.parse_args(arguments)
    files = [as_docx(draw_paper(seed, ("2019", "2021", "2014")[seed % 3])) for seed in range(options.files)]
    files += [(CORPUS / "libreoffice-2021.docx").read_bytes()]
    read_docx(files[0])
    walk(files[0])
    timings = [
        (_seconds(read_docx, data), _seconds(lambda d: read_report(read_docx(d)), data), _seconds(walk, data))
        for data in files
    ]
    ours, whole, theirs = (1000 * median(column) for column in zip(*timings, strict=True))
    ratio = median(own / other for own, _, other in timings)
    print(f"{len(files)} Word files, medians: read_docx {ours:.1f} ms, with its report {whole:.1f} ms,")
    print(f"python-docx opened and walked {theirs:.1f} ms; ratio {ratio:.2f}, bar {BAR}")
    return int(ratio > BAR)


if __name__ == "__main__":
    sys.exit(main())
