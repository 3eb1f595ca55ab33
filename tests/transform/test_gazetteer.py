"""Which division a name stands for, and when no code is given."""

from __future__ import annotations

import gzip
from importlib import resources

import pytest

from transform.metadata.gazetteer import Gazetteer, gazetteer
from transform.wording.fold import fold


def code_of(organ: str, *, near: str = "", prose: str = "") -> str | None:
    division, _ = gazetteer().resolve(organ, near=[fold(near)], prose=[fold(prose)])
    return division.code if division else None


def test_all_levels_have_their_names_and_codes() -> None:
    known = gazetteer()
    found = {code: known.by_code(code) for code in ("21", "2113", "211382", "211382117")}
    assert [(division.name, division.level) for division in found.values() if division] == [
        ("辽宁省", "province"),
        ("朝阳市", "prefecture"),
        ("凌源市", "county"),
        ("三道河子镇", "town"),
    ]
    assert known.by_code("999999") is None


def test_every_code_lies_in_a_known_parent() -> None:
    known = gazetteer()
    assert len(known.by_name("城关镇")) > 50
    assert all(known.by_code(town.code[:6]) and known.by_code(town.code[:4]) for town in known.by_name("城关镇"))


def test_every_name_is_found_by_its_folded_form() -> None:
    lines = gzip.decompress(resources.files("data").joinpath("divisions.tsv.gz").read_bytes()).decode().splitlines()
    assert len(lines) == 44703
    rows = [line.split("\t") for line in lines]
    unfolded = [row[1] for row in rows if fold(row[1]) != row[1] and fold(row[1]) not in row[2].split(" ")]
    assert unfolded == []
    assert [key for row in rows for key in (row[2].split(" ") if row[2:] else []) if fold(key) != key] == []
    assert [division.code for division in gazetteer().by_name("乾县")] == ["610424"]


@pytest.mark.parametrize(
    ("organ", "code"),
    [
        ("凌源市三道河子镇人民政府", "211382117"),
        ("凌源市三道河子鎮人民政府", "211382117"),
        ("三道河子镇", "211382117"),
        ("辽宁省朝阳市凌源市三道河子镇人民政府", "211382117"),
        ("北京市东城区人民政府东华门街道办事处", "110101001"),
        ("北辰区佳荣里街", "120113005"),
        ("安顺市西秀区黄腊乡人民政府", "520402205"),
        ("积石山县银川镇人民政府", "622927106"),
        ("晋城市城区东街街道办事处", "140502001"),
        ("杭州市江干区闸弄口街道办事处", "330102013"),
        ("西藏自治区政府国资委", "54"),
        ("凌源市财政局", "211382"),
        ("凌源市住房和城乡建设局", "211382"),
        ("凌源市人民政府办公室", "211382"),
        ("东莞市人民政府", "4419"),
        ("中共凌源市委办公室", "211382"),
        ("西宁经济技术开发区管理委员会", "6301"),
        ("银川市民族事务委员会（宗教事务局）", "6401"),
    ],
)
def test_an_organ_has_the_division_it_reports_for(organ: str, code: str) -> None:
    assert code_of(organ) == code


def test_a_county_upgraded_to_a_city_is_found_by_its_stem_inside_its_parent() -> None:
    assert code_of("朝阳市凌源县三道河子镇人民政府") == "211382117"


def test_a_name_that_many_towns_share_has_no_code_and_a_finding_that_names_them() -> None:
    division, findings = gazetteer().resolve("城关镇人民政府")
    assert division is None
    (finding,) = findings
    assert (finding.rule, finding.severity, finding.cause) == ("metadata.division_ambiguous", "info", "source")
    assert finding.figures == ()
    assert "天津市武清区城关镇 (120114110)" in finding.message
    assert "more" in finding.message


@pytest.mark.parametrize(
    ("near", "prose"),
    [("首页 > 武山县 > 城关镇", ""), ("武山县人民政府门户网站", ""), ("", "我镇在武山政府网公开信息10条")],
)
def test_the_county_on_the_page_decides_between_towns_of_one_name(near: str, prose: str) -> None:
    assert code_of("城关镇人民政府", near=near, prose=prose) == "620524100"


@pytest.mark.parametrize("known", ["620524100", "620524"])
def test_the_division_of_the_source_decides_between_towns_of_one_name_with_a_finding(known: str) -> None:
    division, findings = gazetteer().resolve("城关镇人民政府", known=known)
    assert division is not None
    assert division.code == "620524100"
    assert [(f.rule, f.severity) for f in findings] == [("metadata.division_by_source", "info")]
    office, _ = gazetteer().resolve("教育局", known="620524")
    assert office is not None
    assert office.code == "620524"


@pytest.mark.parametrize(
    ("organ", "near", "known", "code"),
    [
        ("城关镇人民政府", "陇西县 > 城关镇", "620524100", None),
        ("城关镇人民政府", "岷县人民政府门户网站", "620524100", None),
        ("三道河子镇", "凌源市", "620524100", "211382117"),
        ("城关镇人民政府", "", "211382117", None),
        ("城关镇人民政府", "", "62", None),
        ("教育局", "凌源市人民政府", "620524", "211382"),
    ],
)
def test_the_division_of_the_source_never_goes_before_the_page(
    organ: str, near: str, known: str, code: str | None
) -> None:
    division, _ = gazetteer().resolve(organ, near=[fold(near)], known=known)
    assert (division.code[: len(code or "")] if division else None) == code


def test_the_breadcrumb_counts_more_than_the_prose() -> None:
    assert code_of("城关镇", near="武山县 > 城关镇", prose="赴岷县、陇西县考察学习") == "620524100"


def test_the_name_of_the_town_itself_is_no_evidence_for_a_county_of_that_name() -> None:
    assert code_of("白云街道办事处", near="白云街道办事处2022年政府信息公开工作年度报告") is None


def test_a_province_is_not_taken_for_the_city_of_that_name() -> None:
    assert code_of("站前街道办事处", near="吉林省信息公开") is None


def test_a_unique_name_placed_elsewhere_by_the_page_is_doubted() -> None:
    assert code_of("三道河子镇", near="云南省昆明市晋宁区") is None


def test_a_town_that_the_table_lacks_has_no_code_rather_than_its_county() -> None:
    division, findings = gazetteer().resolve("无锡市锡山区人民政府厚桥街道")
    assert division is None
    assert [finding.rule for finding in findings] == ["metadata.division_unknown"]


def test_a_department_without_a_place_has_the_government_that_the_page_names() -> None:
    assert code_of("教育局", near="凌源市人民政府") == "211382"
    assert code_of("教育局") is None


def test_placeholders_are_no_names() -> None:
    assert gazetteer().by_name("市辖区") == ()
    assert gazetteer().parents("110101001")[0].name == "东城区"
    assert [division.name for division in gazetteer().parents("110101001")] == ["东城区", "北京市"]


def test_a_short_form_loses_against_a_town_of_that_very_name_in_the_county() -> None:
    table = "\n".join(["99\t某省", "9901\t某市", "990101\t某县", "990101200\t石桥乡", "990101201\t石桥苗族乡\t石桥乡"])
    division, _ = Gazetteer(table).resolve("某县石桥乡人民政府")
    assert division is not None
    assert division.code == "990101200"
