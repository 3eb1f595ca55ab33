"""Markup that says nothing is left out before a page is parsed, and the page says the same as with it."""

import random
from collections import Counter

import pytest
from render.layouts import render
from render.truth import make_truth

from extract.decode import decode
from extract.formats import read_page
from extract.formats.html import read_html
from extract.formats.idle_markup import without_idle_markup

_WORD = b'<span lang=EN-US style="font-size:16.0pt;mso-hascii-font-family:&quot;Times New Roman&quot;">'


@pytest.mark.parametrize(
    ("source", "left"),
    [
        (_WORD + b"12</span>", b"12"),
        (b"<td width=72 style='border:none'>3</td>", b"<td width=72 >3</td>"),
        (b'<font face="x" color=red><span>a</span></font>', b"a"),
        (b'<td style="width:72px">3</td>', b"<td >3</td>"),
    ],
)
def test_wrappers_and_styles_that_say_nothing_are_left_out(source, left):
    assert without_idle_markup(source) == left


@pytest.mark.parametrize(
    "source",
    [
        b'<span style="display:none">9<span>8</span></span>',
        b"<span hidden>9</span>",
        b'<span style="display&#58;none">9</span>',
        b'<SPAN style="visibility: hidden">9</SPAN>',
        b'<span role="cell">9</span>',
        b'<span id="zoom"><span>9</span></span>',
        b'<img src="t.png" style="width:20px">',
        b'<span title="a>b" style="display:none">9</span>',
        b'<span style="display:none"><span style="display:none">',
        b"<spanner>9</spanner>",
        "<span>九</span>".encode("utf-16-le"),
    ],
)
def test_what_weighs_or_is_not_understood_stays_as_it_is(source):
    assert without_idle_markup(source) == source


def test_after_a_wrapper_that_weighs_others_are_left_out_again():
    source = b"<span hidden>1<span>2</span></span><span>3</span><span class=location>4</span><span>5</span>"
    assert without_idle_markup(source) == b"<span hidden>1<span>2</span></span>3<span class=location>4</span>5"


def test_rendered_pages_read_the_same_without_their_idle_markup():
    changed = Counter()
    for seed in range(150):
        rng = random.Random(f"idle/{seed}")
        data = render(make_truth(rng), rng, ceiling="damaged", pins={"container": "html"}).data
        text, encoding = decode(data)
        assert read_page(data) == read_html(text, encoding=encoding), seed
        changed[without_idle_markup(data) != data] += 1
    assert changed[True] > 50
