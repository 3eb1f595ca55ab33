"""One process of ``benchmarks.fuzz_bytes``: ``fuzz_target FAILED CORPUS -max_total_time=60 ...``, libFuzzer's options.

An exception that is no ``UnreadableError``, or one of several lines, is written to the folder FAILED, once for each
place in the code that it comes from, and the run goes on; a crash of native code, a hang or too much memory ends it.
"""

from __future__ import annotations

import io
import sys
import traceback
import zipfile
import zlib
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["extract", "transform", "xlrd"]):
    import xlrd  # noqa: F401 - instrumented

    from extract.formats import docx, legacy, mhtml, ofd, opendocument, pdf, read_page, rtf, xlsx, zipped  # noqa: F401 - instrumented
    from extract.page import UnreadableError
    from transform.read import read_report

_LARGEST_PART = 1 << 18
_DAMAGED = (zipfile.BadZipFile, zlib.error, ValueError, OSError, RuntimeError, NotImplementedError, EOFError)
_seen: set[str] = set()


def _without_programs(_: bytes, __: str | None = None) -> None:
    """Old Word files are LibreOffice's to read; it is not under test."""
    raise UnreadableError("not read here")


legacy.read_doc = _without_programs


def try_bytes(data: bytes, failed: Path) -> None:
    """Read a file as ``nianbao parse`` does, and keep it where the promise is broken."""
    try:
        read_report(read_page(data))
    except UnreadableError as error:
        if "\n" not in str(error):
            return
        _keep(data, failed, "several-lines", str(error))
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{type(error).__name__}-{Path(last.filename).stem}-{last.lineno}"
        _keep(data, failed, place, traceback.format_exc())


def _keep(data: bytes, failed: Path, place: str, words: str) -> None:
    if place not in _seen:
        _seen.add(place)
        (failed / place).write_bytes(data)
        (failed / f"{place}.txt").write_text(words, encoding="utf-8")


def mutate(data: bytes, max_size: int, seed: int) -> bytes:
    """A mutation of a file; of a packed one mostly a mutation of one of its parts, packed again."""
    if not data.startswith(b"PK") or seed % 8 == 0:
        return atheris.Mutate(data, max_size)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [(info, archive.read(info)) for info in archive.infolist() if info.file_size <= _LARGEST_PART]
    except _DAMAGED:
        return atheris.Mutate(data, max_size)
    if not parts:
        return atheris.Mutate(data, max_size)
    chosen = seed % len(parts)
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for number, (info, content) in enumerate(parts):
            changed = atheris.Mutate(content, min(len(content) + 4096, _LARGEST_PART)) if number == chosen else content
            packed.writestr(info.filename, changed)
    found = result.getvalue()
    return found if len(found) <= max_size else data


def main() -> None:
    """The command; see the module's docstring.  libFuzzer ends the process by itself."""
    failed = Path(sys.argv.pop(1))
    atheris.Setup(sys.argv, lambda data: try_bytes(data, failed), custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
