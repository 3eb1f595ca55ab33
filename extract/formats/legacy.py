"""Office files of the binary era (OLE compound files): Word and WPS text through LibreOffice, tables through calamine.

Names of the streams: Microsoft, [MS-DOC], [MS-XLS], [MS-OFFCRYPTO]; a directory entry of 128 bytes begins with its
name in UTF-16 ([MS-CFB] 2.6.1).
"""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from extract.formats.docx import read_docx
from extract.formats.number_format import printed
from extract.formats.sheets import Merge, SheetCells, sheets_page
from extract.page import Page, UnreadableError

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

CONVERSION_SECONDS = 90
_ENTRY = 128
_MAX_CELLS = 200_000
_PANIC = "PanicException"
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
    raise UnreadableError("the file is an OLE compound file with neither a Word text nor an Excel workbook in it")


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
    """The page of an old Excel or WPS workbook (xls, et): one grid for each visible sheet.

    The formats of numbers are not told: a number is printed with as many decimals as it has.
    """
    try:
        import python_calamine as calamine
    except ImportError:
        raise UnreadableError(
            "old Excel workbooks (.xls, .et) need an extra: pip install 'nianbao[office]', or save the file as .xlsx"
        ) from None
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == calamine.SheetVisibleEnum.Visible and sheet.typ == calamine.SheetTypeEnum.WorkSheet
        ]
        sheets = [_read_sheet(book.get_sheet_by_name(name)) for name in names]
    except calamine.PasswordError:
        raise UnreadableError("the Excel workbook is protected by a password; save it without one") from None
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise UnreadableError(f"the Excel workbook is damaged: {' '.join(str(error).split())[:160]}") from None
    except BaseException as error:
        if type(error).__name__ == _PANIC:
            raise UnreadableError("the Excel workbook is damaged beyond what its reader understands") from None
        raise
    return sheets_page(sheets, "xls", url)


def _read_sheet(source: CalamineSheet) -> SheetCells:
    sheet = SheetCells(source.name)
    top, left = source.start or (0, 0)
    for down, row in enumerate(source.iter_rows()):
        for right, value in enumerate(row):
            words = _printed(value)
            if words:
                sheet.texts[top + down, left + right] = words
        if len(sheet.texts) > _MAX_CELLS:
            raise UnreadableError(f"the workbook has a sheet of more than {_MAX_CELLS} cells; it is not read")
    sheet.merges = [Merge(*start, *end) for start, end in source.merged_cell_ranges or ()]
    return sheet


def _printed(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return printed(repr(value), "")
    if isinstance(value, datetime):
        return value.date().isoformat()
    return " ".join(str(value).split())
