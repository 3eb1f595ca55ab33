"""Tables that are pictures, with the extra ``ocr``: every number is right, and in doubt unless a sum proves it.

``pictures/report-2021.png`` is a report of the renderer as Chromium shows it; the file beside it says what it prints.
"""

from __future__ import annotations

import base64
import io
import json
import logging
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from extract.formats import picture, pictured, read_page
from extract.page import Grid, UnreadableError
from flows.parse import parse_path, saved_beside
from transform.model import Report
from transform.read import read_report

FOLDER = Path(__file__).parent / "pictures"
SAMPLE = (FOLDER / "report-2021.png").read_bytes()
PRINTED: dict[str, float] = json.loads((FOLDER / "report-2021.json").read_text())
ARTICLE = (
    '<html><body><h1>县自然资源局2022年政府信息公开工作年度报告</h1><p>一、总体情况</p><img src="{}"></body></html>'
)

recognises = pytest.mark.skipif(
    not pictured.can_recognise(), reason="the extra ocr is not installed: make ocr (some 350 MB)"
)


def changed(angle: float = 0.0, kind: str = "PNG", **options: int) -> bytes:
    """The sample, turned a little or stored in another way."""
    image = Image.open(io.BytesIO(SAMPLE)).convert("RGB")
    stream = io.BytesIO()
    image.rotate(angle, Image.Resampling.BICUBIC, fillcolor="white").save(stream, kind, **options)
    return stream.getvalue()


def scan(data: bytes) -> bytes:
    """A PDF of one page that is only a picture."""
    stream = io.BytesIO()
    image = ImageReader(io.BytesIO(data))
    width, height = image.getSize()
    canvas = Canvas(stream, pagesize=(595, 595 * height / width), invariant=1)
    canvas.drawImage(image, 0, 0, 595, 595 * height / width)
    canvas.save()
    return stream.getvalue()


def blank() -> bytes:
    stream = io.BytesIO()
    Image.new("L", (300, 200), 255).save(stream, "PNG")
    return stream.getvalue()


def assert_reads_as_printed(report: Report) -> None:
    values = {figure.figure: figure.value for figure in report.figures if figure.value is not None}
    assert values == PRINTED
    (finding,) = (finding for finding in report.findings if finding.rule == "figure.recognised")
    assert finding.cause == "parse"
    assert {name for name in PRINTED if name.startswith("disclosure.")} <= set(finding.figures)
    assert report.verdict != "verified"


@recognises
@pytest.mark.parametrize("data", [changed(0.3, "JPEG", quality=70), scan(SAMPLE)], ids=["skewed JPEG", "scan in a PDF"])
def test_every_number_of_a_picture_is_read_and_doubted_unless_proved(data: bytes) -> None:
    page = read_page(data)
    assert {block.doubt for block in page.blocks if isinstance(block, Grid)} == {"recognised"}
    assert page.images == 0
    assert_reads_as_printed(read_report(page))


@recognises
def test_pictures_that_a_page_carries_or_that_lie_beside_it_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "年报.files"
    folder.mkdir()
    (folder / "t 1.png").write_bytes(SAMPLE)
    (tmp_path / "年报.html").write_text(ARTICLE.format("年报.files/t%201.png"), encoding="utf-8")
    parsed = parse_path(str(tmp_path / "年报.html"))
    assert parsed.report is not None
    assert_reads_as_printed(parsed.report)
    assert parsed.report.metadata.year == 2022


@recognises
def test_nothing_is_said_by_the_engine(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(logging.DEBUG):
        list(picture.read_picture(blank(), "picture"))
    assert capfd.readouterr() == ("", "")


@recognises
@pytest.mark.parametrize(
    ("data", "words"),
    [(SAMPLE[:3000], "the image is damaged"), (SAMPLE[:20], "the image is damaged"), (blank(), "shows no text")],
)
def test_a_picture_that_cannot_be_read_is_refused_in_one_line(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableError, match=words) as caught:
        read_page(data)
    assert "\n" not in str(caught.value)


@recognises
def test_a_picture_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "_MAX_PIXELS", 1_000_000)
    with pytest.raises(UnreadableError, match="more than 1 million pixels"):
        read_page(SAMPLE)


def test_a_picture_carried_by_a_page_is_found_and_one_elsewhere_is_not_asked_for() -> None:
    carried = "data:image/png;base64," + base64.b64encode(SAMPLE).decode()
    asked: list[str] = []

    def beside(address: str) -> bytes | None:
        asked.append(address)
        return b"beside"

    source = f"<img src=\"{carried}\"><IMG alt=x src='a.png'><img src=data:image/gif;base64,@@@>"
    assert list(pictured.pictures_of(source, beside)) == [SAMPLE, b"beside"]
    assert asked == ["a.png"]


@pytest.mark.parametrize(
    "address", ["../t.png", "/etc/hostname", "http://example.gov.cn/t.png", "a\0b.png", "x" * 5000]
)
def test_only_what_lies_in_the_folder_of_the_page_is_beside_it(tmp_path: Path, address: str) -> None:
    (tmp_path / "t.png").write_bytes(SAMPLE)
    (tmp_path / "page").mkdir()
    assert saved_beside(tmp_path / "page" / "a.html")(address) is None
    assert saved_beside(tmp_path / "a.html")("t.png?v=1") == SAMPLE


def test_without_the_extra_a_picture_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "can_recognise", lambda: False)
    monkeypatch.setattr(pictured, "can_recognise", lambda: False)
    with pytest.raises(UnreadableError, match=r"pip install 'nianbao\[ocr\]'"):
        read_page(SAMPLE)
    carried = "data:image/png;base64," + base64.b64encode(SAMPLE).decode()
    report = read_report(read_page(ARTICLE.format(carried).encode()))
    assert report.verdict == "empty"
    assert any("images" in finding.message for finding in report.findings)
