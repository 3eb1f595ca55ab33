"""Office files of the binary era (OLE compound files): Word and WPS text through LibreOffice, workbooks through xlrd.

Names of the streams: Microsoft, [MS-DOC], [MS-XLS], [MS-OFFCRYPTO]; a directory entry of 128 bytes begins with its
name in UTF-16 ([MS-CFB] 2.6.1).
"""

from __future__ import annotations

import importlib
import io
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from extract.formats.docx import read_docx
from extract.formats.number_format import EPOCH, EPOCH_1904, printed
from extract.formats.sheets import Merge, SheetCells, sheets_page
from extract.page import Page, UnreadableError

CONVERSION_SECONDS = 90
_ENTRY = 128
_MAX_CELLS = 200_000
_TEXT, _NUMBER, _DATE, _TRUTH, _ERROR = 1, 2, 3, 4, 5
_PROGRAMS = ("soffice", "libreoffice")


def read_ole(data: bytes, url: str | None = None) -> Page:
    """The page of an old Word, WPS or Excel file, told by the streams inside it.

    Raises ``UnreadableError`` where the file is locked, is of another kind, or where what reads it is not installed.
    """
    if _has_stream(data, "EncryptedPackage"):
        raise UnreadableError("the Office file is protected by a password; save it without one")
    if _has_stream(data, "WordDocument"):
        return read_doc(data, url)
    if _has_stream(data, "Workbook") or _has_stream(data, "Book"):
        return read_xls(data, url)
    if _has_stream(data, "PowerPoint Document"):
        raise UnreadableError(
            "the file is an old PowerPoint presentation, which cannot be read; give the report as text"
        )
    raise UnreadableError(
        "the file is damaged or no old Word, WPS or Excel file: it holds neither a Word text nor an Excel workbook"
    )


def _has_stream(data: bytes, name: str) -> bool:
    wanted = (name + "\0").encode("utf-16-le")
    at = data.find(wanted)
    while at >= 0:
        if at % _ENTRY == 0:
            return True
        at = data.find(wanted, at + 2)
    return False


def read_doc(data: bytes, url: str | None = None, *, seconds: float = CONVERSION_SECONDS) -> Page:
    """The page of an old Word or WPS text, converted by the LibreOffice that is on the PATH within ``seconds``.

    LibreOffice runs with a profile of its own in a temporary folder, which is removed with all that it wrote.
    """
    program = next((path for name in _PROGRAMS if (path := shutil.which(name))), None)
    if program is None:
        raise UnreadableError(
            "the file is in the old Word format (.doc or .wps): install LibreOffice, or save the file as .docx"
        )
    with tempfile.TemporaryDirectory(prefix="nianbao-", ignore_cleanup_errors=True) as folder:
        source = Path(folder) / "report.doc"
        source.write_bytes(data)
        _convert(program, source, seconds)
        result = source.with_suffix(".docx")
        if not result.is_file():
            raise UnreadableError("LibreOffice could not open the old Word file; it may be damaged or locked")
        page = read_docx(result.read_bytes(), url)
    return replace(page, source_format="doc")


def _convert(program: str, source: Path, seconds: float) -> None:
    folder = source.parent
    command = [
        program,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--norestore",
        "--nologo",
    ]
    command += ["--convert-to", "docx:MS Word 2007 XML", "--outdir", str(folder), str(source)]
    try:
        process = subprocess.Popen(  # noqa: S603 - the program comes from the PATH, the arguments are all ours
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            start_new_session=True,
        )
    except OSError as error:
        raise UnreadableError(f"LibreOffice could not be started: {error.strerror or error}") from None
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        raise UnreadableError(f"LibreOffice did not convert the old Word file within {seconds:g} seconds") from None
    except BaseException:
        _end(process)
        raise


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and what it started; it is the leader of its own group where the system has groups."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def read_xls(data: bytes, url: str | None = None) -> Page:
    """The page of an old Excel or WPS workbook (xls, et): one grid for each visible sheet, as for newer workbooks.

    Raises ``UnreadableError`` where the extra ``office`` is not installed or the file is damaged, locked, or empty.
    """
    try:
        xlrd = importlib.import_module("xlrd")
    except ImportError:
        raise UnreadableError(
            "old Excel workbooks (.xls, .et) need an extra: pip install 'nianbao[office]', or save the file as .xlsx"
        ) from None
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
        sheets = [
            _read_sheet(book, sheet, xlrd.error_text_from_code) for sheet in book.sheets() if not sheet.visibility
        ]
    except UnreadableError:
        raise
    except MemoryError:
        raise UnreadableError("the Excel workbook needs more memory than there is; it is not read") from None
    except Exception as error:
        reason = " ".join(str(error).split())[:160] or type(error).__name__
        if "encrypted" in reason:
            raise UnreadableError("the Excel workbook is protected by a password; save it without one") from None
        raise UnreadableError(f"the Excel workbook is damaged: {reason}") from None
    return sheets_page(sheets, "xls", url)


def _read_sheet(book: Any, source: Any, errors: Mapping[int, str]) -> SheetCells:
    sheet = SheetCells(source.name)
    for row in range(source.nrows):
        for column, cell in enumerate(source.row(row)):
            style = book.xf_list[cell.xf_index] if cell.xf_index is not None else None
            words = " ".join(_cell_text(book, cell, style, errors).split())
            if words or (style is not None and _is_bordered(style.border)):
                sheet.texts[row, column] = words
        if len(sheet.texts) > _MAX_CELLS:
            raise UnreadableError(f"the workbook has a sheet of more than {_MAX_CELLS} cells; it is not read")
    sheet.merges = [Merge(top, left, below - 1, after - 1) for top, below, left, after in source.merged_cells]
    sheet.hidden_rows = frozenset(row for row, about in source.rowinfo_map.items() if about.hidden)
    sheet.hidden_columns = frozenset(column for column, about in source.colinfo_map.items() if about.hidden)
    return sheet


def _cell_text(book: Any, cell: Any, style: Any, errors: Mapping[int, str]) -> str:
    """The text of a cell by its type: 1 text, 2 number, 3 date, 4 truth value, 5 error; others are blank."""
    if cell.ctype == _TEXT:
        return str(cell.value)
    if cell.ctype in (_NUMBER, _DATE):
        number_format = book.format_map[style.format_key].format_str if style is not None else ""
        return printed(repr(cell.value), number_format, EPOCH_1904 if book.datemode else EPOCH)
    if cell.ctype == _TRUTH:
        return "TRUE" if cell.value else "FALSE"
    return errors.get(cell.value, "#VALUE!") if cell.ctype == _ERROR else ""


def _is_bordered(border: Any) -> bool:
    return any((border.top_line_style, border.bottom_line_style, border.left_line_style, border.right_line_style))
