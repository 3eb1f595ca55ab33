"""Papers printed as OFD: what the press draws for a PDF, as the text and path objects of GB/T 33190-2016."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

from reportlab.pdfbase import pdfmetrics

from .pdf import Press, Print
from .sheets import Paper

_NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MILLIMETRES = 25.4 / 72


def print_ofd(paper: Paper, style: Print | None = None) -> bytes:
    """The paper as the bytes of an OFD document; the press of the PDF draws it."""
    press = Press(style or Print())
    canvas = _Canvas(press.height)
    press.canvas = canvas  # type: ignore[assignment]
    press.run(paper.items)
    return _packed(canvas.pages, press.width, press.height, paper.title)


class _Canvas:
    """The strokes of a press, kept as objects; lengths in points from the bottom left corner come as in a PDF."""

    def __init__(self, height: float) -> None:
        self.height = height
        self.pages: list[list[str]] = []
        self._objects: list[str] = []
        self._font = ("", 0.0)

    def setFont(self, name: str, size: float) -> None:  # noqa: N802 - the canvas of reportlab
        self._font = (name, size)

    def setLineWidth(self, _: float) -> None:  # noqa: N802 - the canvas of reportlab
        return

    def drawString(self, x: float, y: float, text: str) -> None:  # noqa: N802 - the canvas of reportlab
        if not text:
            return
        name, size = self._font
        widths = [pdfmetrics.stringWidth(letter, name, size) * _MILLIMETRES for letter in text]
        steps = " ".join(f"{width:.4f}" for width in widths[:-1])
        high = size * _MILLIMETRES
        box = (x * _MILLIMETRES, (self.height - y) * _MILLIMETRES - high, sum(widths), high * 1.2)
        self._objects.append(
            f'<ofd:TextObject ID="{len(self._objects) + 10}" Boundary="{_numbers(box)}" Font="2" Size="{high:.4f}">'
            f'<ofd:TextCode X="0" Y="{high:.4f}" DeltaX={quoteattr(steps)}>{escape(text)}</ofd:TextCode>'
            "</ofd:TextObject>"
        )

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        points = (x0 * _MILLIMETRES, (self.height - y0) * _MILLIMETRES)
        ends = (x1 * _MILLIMETRES, (self.height - y1) * _MILLIMETRES)
        corner = (min(points[0], ends[0]), min(points[1], ends[1]))
        size = (abs(points[0] - ends[0]) or 0.2, abs(points[1] - ends[1]) or 0.2)
        path = f"M {_numbers((points[0] - corner[0], points[1] - corner[1]))} "
        path += f"L {_numbers((ends[0] - corner[0], ends[1] - corner[1]))}"
        self._path((*corner, *size), path, 'LineWidth="0.2"')

    def rect(self, x: float, y: float, width: float, height: float, **_: int) -> None:
        w, h = width * _MILLIMETRES, height * _MILLIMETRES
        box = (x * _MILLIMETRES, (self.height - y) * _MILLIMETRES - h, w, h)
        self._path(box, f"M 0 0 L {w:.4f} 0 L {w:.4f} {h:.4f} L 0 {h:.4f} C", 'Stroke="false" Fill="true"')

    def _path(self, box: tuple[float, ...], path: str, how: str) -> None:
        self._objects.append(
            f'<ofd:PathObject ID="{len(self._objects) + 10}" Boundary="{_numbers(box)}" {how}>'
            f"<ofd:AbbreviatedData>{path}</ofd:AbbreviatedData></ofd:PathObject>"
        )

    def showPage(self) -> None:  # noqa: N802 - the canvas of reportlab
        self.pages.append(self._objects)
        self._objects = []

    def save(self) -> None:
        return


def _numbers(values: tuple[float, ...]) -> str:
    return " ".join(f"{value:.4f}" for value in values)


def _packed(pages: list[list[str]], width: float, height: float, title: str) -> bytes:
    box = f"0 0 {width * _MILLIMETRES:.3f} {height * _MILLIMETRES:.3f}"
    listed = "".join(f'<ofd:Page ID="{k + 1}" BaseLoc="Pages/Page_{k}/Content.xml"/>' for k in range(len(pages)))
    parts = {
        "OFD.xml": f'<ofd:OFD {_NAMESPACE} Version="1.1" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:Title>'
        f"{escape(title)}</ofd:Title></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {_NAMESPACE}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>{box}"
        f"</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
    }
    for number, objects in enumerate(pages):
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = (
            f'<ofd:Page {_NAMESPACE}><ofd:Content><ofd:Layer ID="1">{"".join(objects)}</ofd:Layer></ofd:Content>'
            "</ofd:Page>"
        )
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, _HEAD + text)
    return result.getvalue()
