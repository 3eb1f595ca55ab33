"""Lines that name labels and values with colons between them."""

from __future__ import annotations

import pytest

from transform.rows.pairs import pairs_in

REMARK = "（一）回应公众关注热点或重大舆情数（不同方式回应同一热点或舆情计1次）"


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("自然人：3", ("自然人", "3")),
        ("- 自然人: 3", ("自然人", "3")),
        ('    "商业企业": 1,234,', ("商业企业", "1,234")),
        ("规章：本年制发件数0，现行有效件数 12", ("规章", "本年制发件数", "0", "现行有效件数", "12")),
        ("（一）予以公开-自然人：3", ("（一）予以公开", "自然人", "3")),
        ("行政事业性收费-本年收费金额（单位：万元）：0.5", ("行政事业性收费", "本年收费金额（单位：万元）", "0.5")),
        ("发布日期：2021-01-29", ()),
        ("其他：无", ()),
        ("自然人：见附件3，另行公布", ()),
        ("自然人", ()),
        (f"{REMARK}：", (REMARK, "")),
        ("规章 - 本年制发件数:", ("规章", "本年制发件数", "")),
        ("行政许可/本年增/减：-3", ("行政许可", "本年增/减", "-3")),
        ("三、本年度办理结果/（一）予以公开/总计：3", ("三、本年度办理结果/（一）予以公开", "总计", "3")),
        ("其他：-", ("其他", "-")),
        ("其中：主动公开规范性文件数：3", ("主动公开规范性文件数", "3")),
        ("表格如下：", ()),
    ],
)
def test_a_line_is_cut_into_labels_and_values_or_left_alone(line: str, pieces: tuple[str, ...]) -> None:
    assert pairs_in(line, False) == pieces
