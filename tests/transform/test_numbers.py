"""What a cell says, case by case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transform.rows.vocabulary import describe
from transform.wording.numbers import Value, dash_words, read_value, value_like


@pytest.mark.parametrize(
    "text", ["0", "０", "〇", "○", "◯", "O", "o", "零", "0件", "０ 件", "零件", "0.0", "0。", "共0件"]
)
def test_every_way_of_writing_nought_is_zero(text: str) -> None:
    assert read_value(text, unit="件").value == 0
    assert read_value(text, unit="件").status == "reported"


@pytest.mark.parametrize("text", ["", " ", "\xa0", "\u3000", "\u200b", "&nbsp;"])
def test_blank_cell_is_not_zero(text: str) -> None:
    assert read_value(text, unit="件") == Value("blank", None)


@pytest.mark.parametrize(
    "text",
    [
        "/",
        "／",
        "\\",
        "-",
        "--",
        "—",
        "——",
        "–",
        "− −",
        "无",
        "無",
        "無(wú)",
        "（无）",
        "不适用",
        "N/A",
        "*",
        "×",
        "暂无",
        "没有",
    ],
)
def test_dash_is_neither_zero_nor_blank(text: str) -> None:
    assert read_value(text, unit="件") == Value("dash", None)


def test_no_word_for_nothing_is_a_label() -> None:
    assert not any(describe(word, False, False).senses for word in dash_words())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("１２３", 123),
        ("1,234", 1234),
        ("1，234", 1234),
        ("1 234", 1234),
        ("1 234 567", 1234567),
        ("12件", 12),
        ("12 条", 12),
        ("共12件", 12),
        ("约12", 12),
        ("12.00", 12),
        ("1.5", 1.5),
        ("3.5万", 35000),
        ("\u200b12\u200b", 12),
    ],
)
def test_number_is_read_whatever_its_dress(text: str, value: float) -> None:
    read = read_value(text, unit="件")
    assert (read.status, read.value, type(read.value)) == ("reported", value, type(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+3", 3),
        ("↑3", 3),
        ("3↑", 3),
        ("增3", 3),
        ("增加了3项", 3),
        ("较上年增加3", 3),
        ("-3", -3),
        ("－3", -3),
        ("—3", -3),
        ("减2", -2),
        ("減少２項", -2),
        ("↓2", -2),
        ("下降2", -2),
        ("2（减）", -2),
        ("增0", 0),
    ],
)
def test_direction_gives_the_sign(text: str, value: int) -> None:
    assert read_value(text, unit="项").value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十二", 12),
        ("十", 10),
        ("二〇", 20),
        ("两件", 2),
        ("一件", 1),
        ("三十", 30),
        ("一百二十三", 123),
        ("一百零五", 105),
        ("一千零二十", 1020),
        ("三万五千", 35000),
        ("贰拾伍", 25),
        ("二〇二〇", 2020),
    ],
)
def test_chinese_numeral_is_a_number_when_it_is_the_whole_text(text: str, value: int) -> None:
    assert read_value(text, unit="件").value == value


@pytest.mark.parametrize(
    "text", ["一百二", "三万五", "三四件", "五五十", "零十", "百", "第三", "三、", "（三）", "一", "一一"]
)
def test_doubtful_chinese_numeral_is_no_number(text: str) -> None:
    assert read_value(text, unit="件").status == "text"


@pytest.mark.parametrize(
    ("text", "unit", "header_unit", "value"),
    [
        ("160.5964万元", "元", None, 1605964),
        ("160.5964万元", "万元", None, 160.5964),
        ("251000元", "万元", None, 25.1),
        ("0.5亿元", "万元", None, 5000),
        ("3千元", "元", None, 3000),
        ("¥12", "元", None, 12),
        ("12.5", "元", "万元", 125000),
        ("12.5", "元", "（单位：万元）", 125000),
        ("12.5", "元", "采购总金额/万元", 125000),
        ("12.5", "元", "采购总金额万元", 125000),
        ("12.5", "元", "采购总金额（万元）（保留两位小数）", 125000),
        ("12.5", "元", "采购总金额", 12.5),
        ("12", "件", "本年增/减", 12),
        ("12.5", "万元", "万元", 12.5),
        ("251000元", "万元", "万元", 25.1),
        ("12000", "万元", "元", 1.2),
        ("3万", "万元", None, 3),
        ("3万", "元", "万元", 30000),
        ("三十五万元", "元", None, 350000),
        ("5", "件", "元", 5),
        ("0.1元", "元", None, 0.1),
    ],
)
def test_amount_is_given_exactly_in_the_unit_of_its_figure(
    text: str, unit: str, header_unit: str | None, value: float
) -> None:
    assert read_value(text, unit=unit, header_unit=header_unit).value == value


def test_money_in_a_column_of_counts_is_not_a_count() -> None:
    read = read_value("251000元", unit="件")
    assert (read.status, read.value) == ("text", None)
    assert read.note is not None
    assert "件" in read.note


@pytest.mark.parametrize(
    ("text", "value", "unit_seen", "note"),
    [
        ("22（其中修订16件）", 22, None, "(其中修订16件)"),
        ("22件，其中修订16件", 22, "件", ",其中修订16件"),
        ("12（件）", 12, "件", None),
        ("5*", 5, None, "*"),
        ("3①", 3, None, "①"),
        ("3²", 3, None, "²"),
        ("3[12]", 3, None, "[12]"),
        ("约12件", 12, "件", "approximate"),
        ("100余件", 100, "件", "approximate"),
        ("007", 7, None, "leading zeros"),
        ("? 0", 0, None, "an unreadable sign"),
        ("1 234", 1234, None, "blanks between thousands"),
    ],
)
def test_remark_beside_a_clear_number_is_kept_as_a_note(
    text: str, value: int, unit_seen: str | None, note: str
) -> None:
    assert read_value(text) == Value("reported", value, unit_seen, note)


@pytest.mark.parametrize(
    "text",
    [
        "1 2",
        "2 0",
        "10 20",
        "0 0",
        "1,2",
        "12,34",
        "00",
        "000",
        "3-5",
        "3/2",
        "1.2.3",
        "12(3)",
        "12件 3件",
        "- 3",
        "0 / 0",
        "?0",
        "1\ufffd",
        "—0",
        "0-",
        "2〇",
        "1O",
        "一",
    ],
)
def test_text_with_more_than_one_reading_is_never_guessed(text: str) -> None:
    read = read_value(text, unit="件")
    assert (read.status, read.value) == ("text", None)
    assert read.note
    assert value_like(text)


@pytest.mark.parametrize(
    "text",
    [
        "见附件",
        "略",
        "详见附表",
        "2020年",
        "12月",
        "50%",
        "增长50%",
        "1.",
        "1、",
        "(1)",
        "①",
        "1½",
        "1e5",
        ">5",
        ".5",
        "12个项目",
        "增3减2",
        "申请数量",
        "第20条",
        "自然人",
    ],
)
def test_words_are_text_and_not_like_a_figure(text: str) -> None:
    assert read_value(text, unit="件").status == "text"
    assert not value_like(text)


@pytest.mark.parametrize("text", ["", "/", "0", "12件", "1,234", "无", "1 2"])
def test_blanks_dashes_and_numbers_are_like_figures(text: str) -> None:
    assert value_like(text)


def test_number_too_long_for_a_count_is_text() -> None:
    assert read_value("123456789012").value == 123456789012
    assert read_value("1234567890123") == Value("text", None, None, "too long to be a count")


@given(
    st.integers(min_value=0, max_value=10**12 - 1), st.sampled_from(["{}", "{:,}", "{}件", " {} ", "共{}件", "{}.00"])
)
def test_written_integer_reads_back_as_itself(number: int, style: str) -> None:
    assert read_value(style.format(number), unit="件").value == number


@given(st.text(max_size=20))
def test_no_text_raises_and_only_a_reported_value_carries_a_number(text: str) -> None:
    read = read_value(text, unit="件")
    assert (read.value is not None) == (read.status == "reported")


@given(st.integers(min_value=0, max_value=999), st.integers(min_value=0, max_value=99))
def test_two_numbers_side_by_side_never_become_one(left: int, right: int) -> None:
    assert read_value(f"{left} {right}", unit="件").value is None
