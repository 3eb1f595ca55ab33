"""The page of ``nianbao show`` in a real browser: marked cells, findings on hover and focus, nothing that runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from chromium import Browser
from selenium.webdriver import ActionChains, Keys

from flows.show import show_report

ROOT = Path(__file__).parents[2]
SITE = ROOT / "data" / "sample_site"
FLAGGED = SITE / "huichang/hcxxxgk/hc1554/202001/5f2d90b7c1ee44a5b2b7716e20d18c03.shtml"
PIPES = SITE / "lingyuan/sandaohezi/2020.txt"
LINES = SITE / "yanbian/zfxxgk/zfxxgknb/xinjiu/4388021.txt"
WRONG = "requests.granted.natural_person"
ATTACK = '<script>document.title="taken"</script><img src=http://cdn.invalid/a.png onerror=document.title="taken">'


def shown(browser: Browser, source: Path, folder: Path) -> None:
    page = folder / "shown.html"
    show_report(str(source), page)
    browser.open(page.as_uri())


def cell(figure: str) -> str:
    return f'[id="{figure}"]'


def test_a_wrong_cell_is_marked_and_says_why_on_hover_and_on_focus(browser: Browser, tmp_path: Path) -> None:
    shown(browser, FLAGGED, tmp_path)
    wrong = browser.find(cell(WRONG))
    assert wrong.tag_name == "td"
    assert wrong.text.split() == ["5", "!1", "!2", "!3"]
    assert wrong.value_of_css_property("background-color") == "rgba(255, 215, 215, 1)"
    assert "prints 5; every sum it takes part in asks for 3" in wrong.get_attribute("title")
    note = browser.find(f'[id="about-{WRONG}"]')
    assert not note.is_displayed()
    browser.driver.execute_script("arguments[0].focus()", wrong)
    assert "requests.wrong_cell" in note.text


def test_doubtful_cells_are_reached_with_the_keyboard_and_others_are_passed_over(
    browser: Browser, tmp_path: Path
) -> None:
    shown(browser, FLAGGED, tmp_path)
    reached = set()
    for _ in range(120):
        ActionChains(browser.driver).send_keys(Keys.TAB).perform()
        reached.add(browser.driver.switch_to.active_element.get_attribute("id"))
    assert WRONG in reached
    assert "requests.received.business" not in reached


def test_the_summary_leads_to_the_cell(browser: Browser, tmp_path: Path) -> None:
    shown(browser, FLAGGED, tmp_path)
    assert "Verdict: flagged" in browser.text()
    assert browser.find("#finding-1").text.startswith("!1 error source requests.wrong_cell")
    browser.find(f'#finding-1 a[href="#{WRONG}"]').click()
    assert browser.driver.execute_script("return document.querySelector(':target').id") == WRONG


def test_the_tables_of_the_page_keep_their_merged_cells(browser: Browser, tmp_path: Path) -> None:
    shown(browser, FLAGGED, tmp_path)
    outcomes = next(td for td in browser.find_all("main td") if td.text == "三、本年度办理结果")
    assert int(outcomes.get_attribute("rowspan")) > 15


@pytest.mark.parametrize(("source", "tag", "received"), [(PIPES, "td", "0"), (LINES, "p", "6")], ids=["pipes", "lines"])
def test_a_text_is_shown_as_its_grid_or_its_lines(
    browser: Browser, tmp_path: Path, source: Path, tag: str, received: str
) -> None:
    shown(browser, source, tmp_path)
    assert len(browser.find_all("main .figure")) > 150
    total = browser.find(cell("requests.received.total"))
    assert (total.tag_name, total.text) == (tag, received)


def test_nothing_of_the_source_runs_or_is_asked_for(browser: Browser, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.html"
    text = FLAGGED.read_text(encoding="utf-8")
    escaped = ATTACK.replace("<", "&lt;").replace(">", "&gt;")
    text = text.replace("</head>", f'<base href="http://cdn.invalid/">{ATTACK}</head>', 1)
    text = text.replace("（一）予以公开", f"（一）予以公开{ATTACK}{escaped}").replace(
        "<p", f"<p>{escaped}</p>{ATTACK}<p", 3
    )
    text = text.replace("<td", '<td onmouseover="document.title=1" style="background:url(http://cdn.invalid/b)"')
    hostile.write_text(text, encoding="utf-8")
    shown(browser, hostile, tmp_path)
    assert "<script>" in browser.text()
    assert "taken" not in browser.driver.title
    assert browser.find_all("script, img, link, base, [onerror], [onmouseover], [style]") == []
    ActionChains(browser.driver).move_to_element(browser.find(cell(WRONG))).perform()
    assert browser.requests_off_loopback() == []
    assert browser.complaints() == []
