"""OFD: what is drawn becomes grids and paragraphs as in PDF; the figures of the statutory tables come out right."""

from __future__ import annotations

import io
import random
import zipfile
from dataclasses import replace

import pytest
from render import layouts
from render.choices import Dice
from render.judge import differences, judge
from render.layouts import Rendered
from render.ofd import print_ofd
from render.pdf import Print
from render.sheets import Paper, Paragraph, Sheet, label
from render.truth import make_truth

from extract.formats import read_page
from extract.page import Grid, UnreadableError
from transform.read import read_report

LAYOUTS = {
    "strokes": Print(skip=100.0, numbered=True),
    "bars, header again": Print(rules="pieces", repeat_header=True, skip=100.0),
    "header one character a line": Print(vertical="stacked"),
    "no rules": Print(rules="none"),
}
SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
ROWS = [[label("甲"), label("1")], [label("乙"), label("2")]]


def repacked(data: bytes, change: dict[str, tuple[str, str]]) -> bytes:
    """The document with words exchanged in some of its parts."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(result, "w") as packed:
        for name in archive.namelist():
            content = archive.read(name).decode()
            for part, (old, new) in change.items():
                if name.endswith(part):
                    assert old in content
                    content = content.replace(old, new)
            packed.writestr(name, content)
    return result.getvalue()


def cells(data: bytes) -> list[list[str]]:
    return [
        [cell.text for cell in row if cell]
        for block in read_page(data).blocks
        if isinstance(block, Grid)
        for row in block.rows
    ]


@pytest.mark.parametrize("form", ["2019", "2021"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_figure_of_a_printed_report_is_read(form: str, layout: str) -> None:
    rng = random.Random(5)
    truth = replace(make_truth(rng, form=form, trouble="none"), single_other=False)
    paper = layouts._paper(truth, Dice(rng, "clean", calm=True), exact=layout != "no rules")
    data = print_ofd(paper, LAYOUTS[layout])
    report = read_report(read_page(data))
    printed = Rendered(data, paper.expected, "clean", {}, truth, {})
    verdict = judge(report, printed)
    assert report.source_format == "ofd"
    assert not verdict.silent
    assert len(verdict.right) == len(paper.expected), differences(report, printed, verdict.doubted)


def test_the_title_of_the_document_is_kept() -> None:
    page = read_page(print_ofd(Paper([Paragraph("正文一行。")], {}, "某县2022年年报")))
    assert page.meta == {"html:title": "某县2022年年报"}


def test_repeated_distances_between_characters_are_spelled_out() -> None:
    data = print_ofd(Paper([Sheet("disclosure", [[label("政府集中采购"), label("12")], *ROWS])], {}))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = archive.read("Doc_0/Pages/Page_0/Content.xml").decode()
    steps = content.split(">政府集中采购<")[0].rpartition('DeltaX="')[2].split('"')[0]
    short = repacked(data, {"Content.xml": (steps, f"g 5 {steps.split()[0]}")})
    assert cells(short) == cells(data)


def test_what_is_not_visible_is_left_out() -> None:
    data = print_ofd(Paper([Sheet("disclosure", ROWS)], {}))
    hidden = repacked(data, {"Content.xml": ("<ofd:TextObject", '<ofd:TextObject Visible="false"')})
    with pytest.raises(UnreadableError, match="neither text nor pictures"):
        read_page(hidden)


def test_the_template_behind_a_page_is_drawn_too() -> None:
    data = print_ofd(Paper([Sheet("disclosure", ROWS)], {}))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    page = "Doc_0/Pages/Page_0/Content.xml"
    parts["Doc_0/Tpls/Tpl_0/Content.xml"] = parts[page]
    parts[page] = f'<ofd:Page {SPACE}><ofd:Template TemplateID="90"/><ofd:Content/></ofd:Page>'
    document = "Doc_0/Document.xml"
    use = '<ofd:TemplatePage ID="90" BaseLoc="Tpls/Tpl_0/Content.xml"/></ofd:CommonData>'
    parts[document] = parts[document].replace("</ofd:CommonData>", use)
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    assert cells(result.getvalue()) == [["甲", "1"], ["乙", "2"]]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"OFD.xml": ("Doc_0/Document.xml", "Doc_9/Document.xml")}, "does not say where its pages are"),
        ({"Document.xml": ("Page_0", "Page_9")}, "one of its pages is missing"),
        ({"Content.xml": ("</ofd:Page>", "")}, "is damaged at"),
    ],
)
def test_a_broken_document_is_refused_in_one_line(change: dict[str, tuple[str, str]], words: str) -> None:
    data = print_ofd(Paper([Sheet("disclosure", ROWS)], {}))
    with pytest.raises(UnreadableError, match=words) as caught:
        read_page(repacked(data, change))
    assert "\n" not in str(caught.value)


def test_a_document_of_too_many_pages_is_refused() -> None:
    data = print_ofd(Paper([Sheet("disclosure", ROWS)], {}))
    one = '<ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/>'
    with pytest.raises(UnreadableError, match="301 pages"):
        read_page(repacked(data, {"Document.xml": (one, one * 301)}))
