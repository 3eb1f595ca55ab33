"""A paper printed as an Office file: DOCX by python-docx, XLSX by openpyxl, XLS by xlwt, RTF by hand."""

from __future__ import annotations

import io
import random

import docx
import openpyxl
import xlwt

from .choices import Dice, Level
from .layouts import _paper
from .sheets import Paper, Paragraph, Sheet
from .truth import make_truth


def draw_paper(seed: int, form: str, ceiling: Level = "clean", *, calm: bool = True) -> Paper:
    """A true report without trouble, laid out for a format that keeps the place of every cell."""
    rng = random.Random(seed)
    truth = make_truth(rng, form=form, trouble="none")
    return _paper(truth, Dice(rng, ceiling, None, calm=calm), exact=True)


def as_docx(paper: Paper) -> bytes:
    """Headings by style, merged cells by gridSpan and vMerge, and the empty paragraph with which Word ends."""
    document = docx.Document()
    for item in paper.items:
        if isinstance(item, Paragraph):
            if item.heading:
                document.add_heading(item.text, item.heading)
            else:
                document.add_paragraph(item.text)
            continue
        if item.caption:
            document.add_paragraph(item.caption)
        table = document.add_table(len(item.rows), item.width)
        for y, row in enumerate(item.slots()):
            for x, (box, first) in enumerate(row):
                if first:
                    bottom = min(y + box.rs, len(item.rows)) - 1
                    cell = table.cell(y, x)
                    if box.cs > 1 or bottom > y:
                        cell = cell.merge(table.cell(bottom, x + box.cs - 1))
                    cell.text = box.text
    document.add_paragraph()
    return _saved(document)


def as_xlsx(paper: Paper, *, one_sheet: bool) -> bytes:
    """Tables from the second row on, one below another or each on its own sheet; whole numbers are stored as such."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    top = 2
    for item in paper.items:
        if isinstance(item, Paragraph):
            if item.text:
                sheet.cell(top, 2, item.text)
                top += 1
            continue
        if not one_sheet:
            sheet, top = book.create_sheet(), 1
        top = _put(sheet, item, top) + 1
    return _saved(book)


def _put(sheet: openpyxl.worksheet.worksheet.Worksheet, item: Sheet, top: int) -> int:
    for y, row in enumerate(item.slots()):
        for x, (box, first) in enumerate(row):
            if first and box.text:
                digits = box.text.isascii() and box.text.isdigit() and (box.text == "0" or box.text[0] != "0")
                sheet.cell(top + y, 2 + x, int(box.text) if digits else box.text)
            if first and (box.cs > 1 or box.rs > 1):
                bottom = top + min(y + box.rs, len(item.rows)) - 1
                sheet.merge_cells(start_row=top + y, start_column=2 + x, end_row=bottom, end_column=1 + x + box.cs)
    return top + len(item.rows)


def as_xls(paper: Paper) -> bytes:
    """The tables of a paper, each on a sheet of its own."""
    book = xlwt.Workbook()
    for number, item in enumerate(paper.sheets()):
        sheet = book.add_sheet(f"表{number + 1}")
        for y, row in enumerate(item.slots()):
            for x, (box, first) in enumerate(row):
                if not first:
                    continue
                value = float(box.text) if box.text.isascii() and box.text.isdigit() else box.text
                bottom = min(y + box.rs, len(item.rows)) - 1
                sheet.write_merge(y, bottom, x, x + box.cs - 1, value)
    return _saved(book)


def as_rtf(paper: Paper, *, codes: str) -> bytes:
    r"""Merged cells by wide ``\cellx`` and ``\clvmgf``; ``codes`` is ``gbk`` (``\'d5\'fe``) or ``unicode``."""
    out = [r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 SimSun;}{\f1\froman\fcharset0 Times;}}" + "\n"]
    for item in paper.items:
        if isinstance(item, Paragraph):
            level = rf"\outlinelevel{item.heading - 1}" if item.heading else ""
            out.append(rf"\pard\plain{level}\f0 {_escape(item.text, codes)}\par" + "\n")
            continue
        for row in item.slots():
            edges, cells = [], []
            for x, (box, first) in enumerate(row):
                starts = x == 0 or row[x - 1][0] is not box
                if starts:
                    merged = "" if box.rs == 1 else r"\clvmgf" if first else r"\clvmrg"
                    edges.append([merged, (x + box.cs) * 1000])
                    cells.append(_escape(box.text, codes) if first else "")
            out.append(r"\trowd" + "".join(rf"{merged}\cellx{edge}" for merged, edge in edges) + "\n")
            out.append("".join(rf"\pard\intbl {words}\cell" for words in cells) + r"\row" + "\n")
        out.append(r"\pard\par" + "\n")
    return ("".join(out) + "}").encode("ascii")


def _escape(words: str, codes: str) -> str:
    escaped = []
    for letter in words:
        if letter in "\\{}":
            escaped.append("\\" + letter)
        elif letter == "\n":
            escaped.append(r"\line ")
        elif letter.isascii():
            escaped.append(letter)
        elif codes == "unicode":
            escaped.append(f"\\u{ord(letter) if ord(letter) < 0x8000 else ord(letter) - 0x10000}?")
        else:
            escaped += [f"\\'{byte:02x}" for byte in letter.encode("gb18030")]
    return "".join(escaped)


def _saved(document: docx.document.Document | openpyxl.Workbook | xlwt.Workbook) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()
