"""Grids with one outline are read alike: what a template gives, alignment gives, and values have no say in it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from render.layouts import render
from render.truth import make_truth

from extract.formats import read_page
from extract.page import Cell, Grid, Page, Paragraph, UnreadableError
from transform.alignment.align import align
from transform.alignment.by_template import read_by_template
from transform.alignment.figures import figures_of
from transform.alignment.outlines import AskedError, model_of, outline
from transform.alignment.recognise import evidence_of, labels_of, recognise_form
from transform.alignment.templates import template
from transform.forms import Form, load_forms
from transform.metadata.page import read_metadata
from transform.model import Figure
from transform.rows.raw_rows import read_rows, stretches
from transform.rows.vocabulary import cut_label_ids
from transform.wording.fold import has_pinyin_noise

HEADER = ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数")


def grid(*rows: tuple[str, ...]) -> Grid:
    return Grid(
        tuple(tuple(Cell(text, r, c) for c, text in enumerate(row)) for r, row in enumerate(rows)), "table 1", True
    )


def rendered(ceiling: str, seeds: range) -> Iterator[Page]:
    for seed in seeds:
        rng = random.Random(seed)
        data = render(make_truth(rng), rng, ceiling=ceiling).data
        try:
            yield read_page(data)
        except UnreadableError:
            continue


@pytest.mark.parametrize("ceiling", ["clean", "noisy", "damaged"])
def test_what_a_template_gives_alignment_gives_without_a_doubt(ceiling: str) -> None:
    templated = 0
    for page in rendered(ceiling, range(120)):
        pinyin = has_pinyin_noise(
            cell.text for block in page.blocks if isinstance(block, Grid) for row in block.rows for cell in row if cell
        )
        year = read_metadata(page, pinyin=pinyin)[0].year
        read = read_by_template(stretches(page, pinyin), year, pinyin)
        if read is None:
            continue
        templated += 1
        rows = read_rows(stretches(page, pinyin), pinyin)
        form = recognise_form(evidence_of([label.info for label in labels_of(rows)]))
        assert form is not None
        alignment = align(form, year, rows, lambda _: False)
        assert read == (form, figures_of(form, alignment))
        assert list(read[1]) == list(figures_of(form, alignment))
        assert not alignment.doubts.findings
        assert not alignment.extra
        assert all(placement.certain for placement in alignment.placements.values())
    assert templated > (60 if ceiling == "clean" else 0)


def test_other_numbers_have_the_same_outline() -> None:
    assert (
        outline(grid(HEADER, ("规章", "1", "2", "3")), False)[0]
        == outline(grid(HEADER, ("规章", "0", "12件", "1,034")), False)[0]
    )


def test_other_wordings_of_a_label_have_the_same_outline() -> None:
    assert (
        outline(grid(HEADER, ("规范性文件", "1", "2", "3")), False)[0]
        == outline(grid(HEADER, ("行政规范性文件", "1", "2", "3")), False)[0]
    )


@pytest.mark.parametrize(
    "row", [("规章", "1", "2", ""), ("规章", "1", "2", "/"), ("规章", "1", "2", "1 0"), ("行政许可", "1", "2", "3")]
)
def test_blanks_dashes_and_other_labels_make_another_outline(row: tuple[str, ...]) -> None:
    assert outline(grid(HEADER, row), False)[0] != outline(grid(HEADER, ("规章", "1", "2", "3")), False)[0]


def test_one_meaning_worded_in_two_ways_is_another_outline_than_one_worded_twice() -> None:
    twice = grid(HEADER, ("规范性文件", "1", "2", "3"), ("规范性文件", "1", "2", "3"))
    varied = grid(HEADER, ("规范性文件", "1", "2", "3"), ("行政规范性文件", "1", "2", "3"))
    assert outline(twice, False)[0] != outline(varied, False)[0]


def test_headers_over_amounts_in_two_units_are_two_wordings() -> None:
    _, infos = model_of(outline(grid(("采购总金额（万元）", "采购总金额（元）", "采购总金额（万元）")), False)[0])
    assert infos[0].key == infos[2].key != infos[1].key


def test_label_keeps_the_years_that_it_names() -> None:
    _, infos = model_of(outline(grid(("2021年总计", "总计")), False)[0])
    assert [info.years() for info in infos] == [(2021,), ()]


def test_spans_are_part_of_the_outline() -> None:
    wide = Cell("规章", 0, 0, 1, 2)
    spanning = Grid(((wide, wide, Cell("1", 0, 2)),), "table 1")
    assert outline(spanning, False)[0] != outline(grid(("规章", "规章", "1")), False)[0]
    model, infos = model_of(outline(spanning, False)[0])
    assert model.rows[0][0] is model.rows[0][1]
    assert len(infos) == 2


def test_model_refuses_to_tell_what_its_cells_print() -> None:
    _, infos = model_of(outline(grid(("规章", "7")), False)[0])
    for info in infos:
        with pytest.raises(AskedError):
            _ = info.text
        with pytest.raises(AskedError):
            _ = info.value


def test_model_refuses_to_tell_how_a_label_is_worded() -> None:
    _, (label, _) = model_of(outline(grid(("规章", "7")), False)[0])
    assert label.key
    with pytest.raises(AskedError):
        cut_label_ids(label.key, {"rules": ("规章",)})
    for look in (len, list, lambda key: "规" in key, lambda key: key.startswith("规"), lambda key: key[-1:]):
        with pytest.raises(AskedError):
            look(label.key)


def test_header_over_an_amount_tells_its_unit_and_no_more() -> None:
    _, infos = model_of(outline(grid(("信息内容", "采购项目数量", "采购总金额（单位：万元）")), False)[0])
    assert infos[2].text == "万元"


def whole_page(caption_year: int = 2021) -> Page:
    form = load_forms()["2021"]
    table = form.table("requests")
    assert table is not None
    columns = [column.label for column in table.columns]
    labels = [row.label for row in table.rows if not row.instead_of]
    rows = [("办理情况", *columns), *((label, "1", "1", "1", "1", "1", "1", "6") for label in labels)]
    caption = Paragraph(f"{caption_year}年收到和处理政府信息公开申请情况", "paragraph 1")
    return Page((caption, grid(*rows)), "html")


def by_template(page: Page) -> tuple[Form, dict[str, Figure]] | None:
    return read_by_template(stretches(page, False), 2021, False)


def test_table_of_another_year_follows_no_template() -> None:
    assert by_template(whole_page(2021)) is not None
    assert by_template(whole_page(2020)) is None


def test_row_that_only_its_sum_can_read_follows_no_template() -> None:
    page = whole_page()
    table = page.blocks[1]
    assert isinstance(table, Grid)
    shifted = tuple((row[0], Cell("", r, 1), *(row[1:-1])) if r == 3 else row for r, row in enumerate(table.rows))
    assert by_template(replace(page, blocks=(page.blocks[0], replace(table, rows=shifted)))) is None


def test_table_printed_twice_follows_no_template() -> None:
    page = whole_page()
    assert by_template(replace(page, blocks=(*page.blocks, page.blocks[1]))) is None


def test_template_is_made_once() -> None:
    key, _ = outline(grid(HEADER, ("规章", "1", "2", "3")), False)
    assert template(key, False) is template(key, False)
