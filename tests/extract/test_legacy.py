"""Office files of the binary era: old Word through LibreOffice, old Excel through xlrd, and hostile files."""

import contextlib
import io
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
import xlwt
from render.office import as_docx, as_xls, draw_paper

from extract.formats import read_page
from extract.formats.legacy import read_doc
from extract.page import Grid, UnreadableError
from transform.read import read_report

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def compound(*streams):
    """The outside of an OLE file: its magic number and the directory entries of its streams."""
    entries = b"".join((name + "\0").encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *streams))
    return MAGIC.ljust(512, b"\0") + entries


DOC = compound("WordDocument", "1Table")


def grids(page):
    return [
        [[cell.text if cell else None for cell in row] for row in block.rows]
        for block in page.blocks
        if isinstance(block, Grid)
    ]


def is_running(pid):
    """Whether a process runs; one that has ended and waits for its parent does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


@pytest.fixture
def office(tmp_path, monkeypatch):
    """Puts a program named soffice on an otherwise empty PATH; its body is Python that knows ``folder``."""

    def install(body):
        program = tmp_path / "soffice"
        lines = [f"#!{sys.executable}", "import pathlib, sys, time"]
        lines += ["folder = pathlib.Path(sys.argv[sys.argv.index('--outdir') + 1])", body]
        program.write_text("\n".join(lines), encoding="utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", str(tmp_path))

    return install


@pytest.mark.parametrize("form", ["2014", "2019", "2021"])
def test_every_figure_of_a_statutory_workbook_is_read(form):
    paper = draw_paper(11, form)
    page = read_page(as_xls(paper))
    report = read_report(page)
    read_values = {figure.figure: figure.value for figure in report.figures}
    assert read_values == {name: float(expected.value) for name, expected in paper.expected.items()}
    assert report.verdict == "verified"
    assert page.source_format == "xls"


def test_cells_merges_formats_and_what_is_hidden_in_an_old_workbook():
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    sheet.write_merge(0, 1, 0, 0, "甲")
    for place, value in {(0, 1): 1.0, (0, 2): 2.5, (1, 1): 0, (1, 2): True, (2, 1): 77, (0, 3): 78}.items():
        sheet.write(*place, value)
    sheet.row(2).hidden = True
    sheet.col(3).hidden = True
    for column, (value, number_format) in enumerate([(44225, "yyyy-mm-dd"), (3.14159, "0.00"), (1234, "#,##0")]):
        sheet.write(3, column, value, xlwt.easyxf(num_format_str=number_format))
    for column in range(3):
        sheet.write(4, column, "", xlwt.easyxf("borders: top thin"))
    hidden = book.add_sheet("旧")
    hidden.write(0, 0, 99)
    hidden.visibility = 1
    stream = io.BytesIO()
    book.save(stream)
    page = read_page(stream.getvalue())
    assert grids(page) == [[["甲", "1", "2.5"], ["甲", "0", "TRUE"], ["2021-01-29", "3.14", "1234"], ["", "", ""]]]
    assert page.blocks[0].rows[1][0] is page.blocks[0].rows[0][0]


def test_an_old_workbook_cut_off_gives_what_is_left_or_an_error():
    data = as_xls(draw_paper(11, "2021"))
    for length in range(600, len(data), 3001):
        with contextlib.suppress(UnreadableError):
            assert read_page(data[:length]).blocks


def test_without_its_extra_an_old_workbook_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "xlrd", None)
    with pytest.raises(UnreadableError, match=r"pip install 'nianbao\[office\]'"):
        read_page(compound("Workbook"))


def test_old_word_without_libreoffice_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreadableError, match=r"\.doc or \.wps.*install LibreOffice, or save the file as \.docx"):
        read_page(DOC)


def test_old_word_is_read_as_libreoffice_converts_it(office, tmp_path):
    paper = draw_paper(3, "2019")
    converted = tmp_path / "converted.docx"
    converted.write_bytes(as_docx(paper))
    office(
        "assert any(a.startswith('-env:UserInstallation=file://' + str(folder)) for a in sys.argv), sys.argv\n"
        f"(folder / 'report.docx').write_bytes(pathlib.Path({str(converted)!r}).read_bytes())\n"
        f"pathlib.Path({str(tmp_path / 'folder')!r}).write_text(str(folder))"
    )
    page = read_page(DOC, url="http://www.example.gov.cn/a.doc")
    assert read_report(page).verdict == "verified"
    assert (page.source_format, page.url) == ("doc", "http://www.example.gov.cn/a.doc")
    assert not Path((tmp_path / "folder").read_text()).exists()


def test_a_conversion_that_hangs_is_ended_with_what_it_started(office, tmp_path):
    mark = tmp_path / "pid"
    sleeper = f"[{sys.executable!r}, '-c', 'import time; time.sleep(60)']"
    office(
        f"import subprocess\nprocess = subprocess.Popen({sleeper})\n"
        f"pathlib.Path({str(mark)!r}).write_text(str(process.pid))\ntime.sleep(60)"
    )
    start = time.perf_counter()
    with pytest.raises(UnreadableError, match="within 2 seconds"):
        read_doc(DOC, seconds=2)
    assert time.perf_counter() - start < 50
    while is_running(int(mark.read_text())):
        assert time.perf_counter() - start < 50
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("sys.exit(1)", "could not open"),
        ("(folder / 'report.docx').write_bytes(b'PK')", "damaged"),
        ("(folder / 'report.docx').write_bytes(b'')", "damaged"),
    ],
)
def test_a_conversion_that_fails_gives_one_clear_line(office, body, words):
    office(body)
    with pytest.raises(UnreadableError, match=words):
        read_page(DOC)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (compound("EncryptedPackage", "EncryptionInfo"), "protected by a password"),
        (compound("PowerPoint Document"), "PowerPoint"),
        (compound("Contents"), "neither a Word text nor an Excel workbook"),
        (MAGIC, "neither a Word text nor an Excel workbook"),
        (compound("Workbook"), "damaged"),
        (compound("Book"), "damaged"),
    ],
    ids=["locked", "slides", "other", "magic alone", "broken workbook", "broken old workbook"],
)
def test_a_hostile_compound_file_gives_one_clear_line(data, words):
    with pytest.raises(UnreadableError, match=words) as caught:
        read_page(data)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("form", ["2014", "2021"])
def test_a_real_old_word_file_is_read(form, tmp_path):
    paper = draw_paper(11, form)
    source = tmp_path / "a.docx"
    source.write_bytes(as_docx(paper))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "doc", "--outdir", tmp_path, source],
        check=True,
        capture_output=True,
        timeout=120,
    )
    report = read_report(read_page((tmp_path / "a.doc").read_bytes()))
    read_values = {figure.figure: figure.value for figure in report.figures}
    assert read_values == {name: float(expected.value) for name, expected in paper.expected.items()}
    assert report.verdict == "verified"
