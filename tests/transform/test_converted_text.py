"""Reports as programs write web pages down as text: every printed number is read, and empty cells stay empty."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from html import escape
from itertools import zip_longest

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from markdownify import markdownify
from render.layouts import render
from render.truth import Trouble, Truth, make_truth

from extract.formats import read_page
from transform.read import read_report

SEEDS = 12
_PLAIN = {
    "container": "html",
    "page.fate": "once",
    "page.tables": "in_sections",
    "html.structure": "table",
    "html.headings": "p",
    "html.cell": "plain",
    "site.family": "plain",
    "bytes.encoding": "utf-8",
}


def drawn(seed: int, trouble: Trouble) -> tuple[Truth, str]:
    """A report and its page, in a layout without any noise."""
    rng = random.Random(f"converted/{seed}")
    truth = make_truth(rng, trouble=trouble)
    return truth, render(truth, rng, ceiling="clean", pins=_PLAIN).data.decode()


def text_with(separator: str) -> Callable[[str], str]:
    return lambda page: BeautifulSoup(page, "lxml").get_text(separator, strip=True)


def frames(page: str) -> list[pd.DataFrame]:
    return pd.read_html(io.StringIO(page))


def titled(page: str, tables: list[str]) -> str:
    title = BeautifulSoup(page, "lxml").find("title")
    return "\n\n".join([title.get_text() if title else "", *tables])


def as_string(page: str) -> str:
    return titled(page, [frame.to_string(index=False, header=False) for frame in frames(page)])


def as_csv(page: str) -> str:
    return titled(page, [frame.to_csv(index=False, header=False) for frame in frames(page)])


def as_tabs(page: str) -> str:
    """The cells of a row with two tabs between them, and nothing after the last that is printed."""
    soup = BeautifulSoup(page, "lxml")
    for table in soup.find_all("table"):
        rows = ["\t\t".join(cell.get_text(strip=True) for cell in row.find_all("td")) for row in table.find_all("tr")]
        table.replace_with(
            BeautifulSoup(f"<pre>{escape(chr(10).join(row.rstrip() for row in rows))}</pre>", "lxml").pre
        )
    return soup.get_text("\n")


def as_columns(page: str) -> str:
    """Cells under one another in columns as wide as their longest text, without what spans of rows would add."""
    soup = BeautifulSoup(page, "lxml")
    for table in soup.find_all("table"):
        rows = [[cell.get_text(strip=True) for cell in row.find_all("td")] for row in table.find_all("tr")]
        widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
        lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=False)) for row in rows]
        table.replace_with(BeautifulSoup(f"<pre>{escape(chr(10).join(lines))}</pre>", "lxml").pre)
    return soup.get_text("\n")


def read_back(convert: Callable[[str], str], trouble: Trouble) -> float:
    """The share of printed numbers that are read from converted pages; nothing else may be read without a doubt."""
    right = printed = 0
    for seed in range(SEEDS):
        truth, page = drawn(seed, trouble)
        report = read_report(read_page(convert(page).encode()))
        doubted = {name for finding in report.findings for name in finding.figures}
        read = {figure.figure: figure.value for figure in report.figures if figure.value is not None}
        for name, number in truth.figures.items():
            value = None if name in truth.blanks else float(number)
            assert read.get(name) in (None, value) or name in doubted, (seed, name, read[name], value)
            printed += value is not None
            right += value is not None and read.get(name) == value
    return right / printed


@pytest.mark.parametrize("separator", ["\n", "|", "\t", " "], ids=["lines", "pipes", "tabs", "blanks"])
def test_the_texts_of_a_page_in_a_row_are_a_report(separator: str) -> None:
    assert read_back(text_with(separator), "none") > 0.99


@pytest.mark.parametrize(
    ("convert", "share"),
    [(markdownify, 0.97), (as_csv, 0.99), (as_string, 0.9), (as_columns, 0.9), (as_tabs, 0.6)],
    ids=["markdown", "csv", "pandas", "columns", "tabs"],
)
def test_empty_cells_that_a_program_writes_down_are_empty(convert: Callable[[str], str], share: float) -> None:
    assert read_back(convert, "blanks") > share
