"""The dashboard in a browser, over the sample site's reports: each view loads, says no error and asks nobody else.

With NIANBAO_SCREENSHOTS set to a folder, the run leaves a picture of each view there (``make screenshots``).
"""

from __future__ import annotations

import csv
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from chromium import Browser
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from flows.cli import run
from flows.runs import load_paths
from flows.settings import Settings
from flows.sources import read_registry
from load.query import run_query

ROOT = Path(__file__).parents[2]
SITE = ROOT / "data" / "sample_site"
JIANGNING, SHIGU = "320115", "350525107"
SETTLED = '[data-testid="stApp"][data-test-script-state="notRunning"]'


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation that has read every page of the sample site."""
    found = Settings(home=tmp_path_factory.mktemp("dashboard"))
    rows, problems = read_registry(SITE / "reports.csv", "http://127.0.0.1/")
    assert problems == []
    load_paths(found, [str(SITE / row.url.removeprefix("http://127.0.0.1/")) for row in rows])
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def dashboard(settings: Settings) -> Iterator[str]:
    """The address of the dashboard, run by its command as a user runs it."""
    port = free_port()
    command = [sys.executable, "-m", "flows.cli", "dashboard", "--no-browser", "--port", str(port)]
    with subprocess.Popen(
        [*command, "--home", str(settings.home)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as server:
        address = f"http://127.0.0.1:{port}/"
        for _ in range(600):
            try:
                urlopen(f"{address}_stcore/health", timeout=5).close()  # noqa: S310
                break
            except OSError:
                assert server.poll() is None, "the dashboard ended before it answered"
                time.sleep(0.1)
        assert server.stdout is not None
        assert address in server.stdout.readline()
        yield address
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0


class Dashboard:
    """What a person does with the dashboard."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser = browser
        self.address = address

    def open(self, view: str, language: str = "en", **parameters: str) -> None:
        self.browser.open(self.address + "?" + urlencode({"view": view, "lang": language, **parameters}))
        self.settle()

    def settle(self) -> None:
        """Wait until the server has drawn, and the browser has its charts and tables."""
        self.browser.wait(lambda: self.browser.find(SETTLED), "the view is never done")
        self.browser.wait(lambda: not self.browser.find_all('[data-testid="stSkeleton"]'), "something never comes")

    def has(self, *texts: str) -> None:
        for text in texts:
            self.browser.wait_for_text(text)

    def type(self, text: str) -> None:
        field = self.browser.find('[data-testid="stTextInput"] input')
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(text, Keys.ENTER)

    def pick(self, label: str, option: str) -> None:
        """Choose an option of the list with this label."""
        box = self.browser.find(f'[data-testid="stSelectbox"] input[aria-label*="{label}"]')
        box.click()
        box.send_keys(option, Keys.ENTER)

    def press(self, text: str) -> None:
        self.browser.driver.find_element(
            By.XPATH, f"//label[contains(., '{text}')] | //button[contains(., '{text}')]"
        ).click()

    def cells(self) -> str:
        """The text of every cell in sight; the tables are drawn on canvases that hold it for screen readers."""
        script = (
            "return [...document.querySelectorAll('canvas [role=gridcell]')].map(cell => cell.textContent).join('\\n')"
        )
        return str(self.browser.driver.execute_script(script))

    def shows_in_table(self, *texts: str) -> None:
        for text in texts:
            self.browser.wait(lambda text=text: text in self.cells(), f"no table shows {text!r}")

    def column(self, number: int) -> list[str]:
        """The cells in sight of one column of a table, from the top."""
        script = "return [...document.querySelectorAll(arguments[0])].map(cell => cell.textContent)"
        return list(self.browser.driver.execute_script(script, f'canvas [role=gridcell][aria-colindex="{number}"]'))

    def click_heading_of_names(self) -> None:
        """The heading of the second column, some pixels right of the narrow first one."""
        canvas = self.browser.find('canvas[data-testid="data-grid-canvas"]')
        self.browser.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", canvas)
        left, top = -canvas.size["width"] // 2, -canvas.size["height"] // 2
        ActionChains(self.browser.driver).move_to_element_with_offset(canvas, left + 100, top + 15).click().perform()

    def downloaded(self, folder: Path) -> Path:
        """What the button under a table gives."""
        where = {"behavior": "allow", "downloadPath": str(folder)}
        self.browser.driver.execute_cdp_cmd("Browser.setDownloadBehavior", where)
        self.browser.find('[data-testid="stDownloadButton"] button').click()
        self.browser.wait(lambda: list(folder.glob("*.csv")), "nothing is downloaded")
        (file,) = folder.glob("*.csv")
        return file

    def is_sound(self, *levels: str) -> None:
        """No error on the page, nothing of these levels on the console, and no request off loopback."""
        assert [e.text for e in self.browser.find_all('[data-testid="stException"]')] == []
        assert self.browser.complaints(*levels) == []
        assert self.browser.requests_off_loopback() == []

    def picture(self, name: str) -> None:
        if folder := os.environ.get("NIANBAO_SCREENSHOTS"):
            time.sleep(1.5)  # charts and letters move into place
            self.browser.screenshot(Path(folder) / f"dashboard-{name}.png")


@pytest.fixture
def page(browser: Browser, dashboard: str) -> Dashboard:
    return Dashboard(browser, dashboard)


def test_coverage_goes_down_the_tree_of_divisions(page: Dashboard) -> None:
    page.open("coverage")
    page.has("Coverage", "with a report", "51 reports of 2016-2024")
    page.shows_in_table("辽宁省")
    page.picture("coverage")
    page.pick("province", "福建省")
    page.shows_in_table("泉州市")
    page.is_sound()


def test_coverage_counts_one_level_when_told_to(page: Dashboard) -> None:
    page.open("coverage", language="zh", level="county")
    page.has("覆盖情况")
    assert page.browser.find('input[aria-label="级别"]').get_attribute("value") == "县级"
    page.shows_in_table("江苏省")
    page.is_sound()


def test_a_body_has_figures_charts_findings_and_the_way_to_its_marked_page(page: Dashboard) -> None:
    page.open("town", code=JIANGNING)
    page.has("江宁区", "Requests", "Outcomes", "Figures by year", "Findings", "Every figure of one report")
    page.shows_in_table("requests newly received in the year", "南京市江宁区人民政府")
    charts = '[data-testid="stVegaLiteChart"] svg'
    page.browser.wait(lambda: len(page.browser.find_all(charts)) == 2, "there are not two charts")
    page.picture("town")
    page.is_sound()


@pytest.mark.parametrize("text", ["石鼓镇", "石鼓鎮", "shiguzhen", "350525107"])
def test_a_body_is_found_by_either_script_pinyin_and_code(page: Dashboard, text: str) -> None:
    page.open("town")
    page.has("Search for a town")
    page.type(text)
    page.browser.wait(lambda: page.browser.find_all('input[aria-label*="Found"]'), "nothing is found")
    page.settle()
    page.has("福建省 泉州市 永春县 石鼓镇")
    page.is_sound()


def test_bodies_are_compared_and_the_address_keeps_them(page: Dashboard) -> None:
    page.open("compare", codes=f"{SHIGU}.{JIANGNING}", measure="received")
    page.has("Comparison", "石鼓镇", "江宁区")
    page.shows_in_table("2022", "2023")
    page.picture("compare")
    page.type("liantang")
    page.has("Add")
    page.press("Add")
    page.browser.wait(lambda: page.browser.driver.current_url.count(".") > 4, "the address does not keep the new one")
    page.settle()
    page.is_sound()


def test_rankings_leave_small_numbers_out_until_they_are_asked_for(page: Dashboard) -> None:
    page.open("rankings", year="2021", measure="substantive_share", level="town")
    page.has("Not ranked:", "with a denominator under 30")
    page.shows_in_table("练塘镇")
    assert "石鼓镇" not in page.cells()
    page.press("also those with a denominator under 30")
    page.shows_in_table("石鼓镇")
    page.picture("rankings")
    page.is_sound()


def test_a_click_on_a_heading_sorts_the_table(page: Dashboard) -> None:
    page.open("rankings", year="2021", measure="received", level="town")
    page.shows_in_table("练塘镇")
    names, places = page.column(2), dict(zip(page.column(2), page.column(3), strict=True))
    page.click_heading_of_names()
    page.browser.wait(lambda: page.column(2) != names, "the first click sorts nothing")
    up = page.column(2)
    assert sorted(up) == sorted(names)
    page.click_heading_of_names()
    page.browser.wait(lambda: page.column(2) == up[::-1], "the second click does not turn the order round")
    assert dict(zip(page.column(2), page.column(3), strict=True)) == places
    page.is_sound()


def test_the_rows_of_a_table_are_taken_along_as_csv(page: Dashboard, settings: Settings, tmp_path: Path) -> None:
    page.open("rankings", year="2021", measure="received", level="town")
    page.shows_in_table("练塘镇")
    file = page.downloaded(tmp_path)
    assert file.name == "ranking.csv"
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    with file.open(encoding="utf-8-sig", newline="") as opened:
        found = {row["code"]: float(row["value"]) for row in csv.DictReader(opened)}
    _, rows = run_query(
        settings.published,
        "SELECT division_code, received FROM town_year WHERE year = 2021 AND level = 'town' AND verdict <> 'flagged' "
        "AND received IS NOT NULL AND issuer_kind IN ('government', 'office', 'unknown')",
    )
    assert found == dict(rows)
    assert len(found) == len(page.column(1)) > 3
    page.is_sound()


def test_quality_can_be_of_one_year(page: Dashboard) -> None:
    page.open("quality", language="zh")
    page.has("数据质量", "各年度核验结论", "各规则的存疑数量")
    page.shows_in_table("requests.wrong_cell")
    page.picture("quality")
    page.pick("年度", "2024")
    page.settle()
    page.browser.wait(lambda: "requests.wrong_cell" not in page.cells(), "the year changes nothing")
    page.is_sound()


def test_the_marked_page_is_the_kept_page_with_every_cell_marked(page: Dashboard, settings: Settings) -> None:
    _, rows = run_query(settings.published, "SELECT report_id FROM town_year WHERE division = '石鼓镇' ORDER BY year")
    page.open("report", id=rows[0][0])
    page.has("永春县石鼓镇")
    page.browser.wait(lambda: page.browser.find_all("iframe"), "no page is shown")
    page.browser.driver.switch_to.frame(page.browser.find("iframe"))
    page.has("申请人情况")
    assert page.browser.find_all("td.ok, td[class*=ok]")
    page.browser.driver.switch_to.default_content()
    page.picture("report")
    page.is_sound("SEVERE")  # Streamlit's frames name features that Chromium no longer has


def test_the_language_is_a_choice(page: Dashboard) -> None:
    page.open("quality", language="en")
    page.has("Findings by rule")
    page.press("中文")
    page.has("各规则的存疑数量")
    page.is_sound()


def test_a_view_is_chosen_at_the_side(page: Dashboard) -> None:
    page.open("coverage")
    page.press("Rankings")
    page.has("Not ranked:")
    assert "view=rankings" in page.browser.driver.current_url
    page.is_sound()


@pytest.mark.parametrize(
    ("view", "parameters", "says"),
    [
        ("town", {"code": "999999"}, "Search for a town"),
        ("town", {"code": "110101001"}, "There is no report of"),
        ("report", {"id": "nothing"}, "There is no report nothing"),
        ("compare", {"codes": "1.2"}, "Search for bodies"),
        ("nowhere", {}, "Coverage"),
        ("rankings", {"year": "1900", "measure": "x"}, "Not ranked"),
    ],
)
def test_an_address_that_makes_no_sense_is_answered_in_words(
    page: Dashboard, view: str, parameters: dict[str, str], says: str
) -> None:
    page.open(view, **parameters)
    page.has(says)
    page.is_sound()


def test_a_missing_database_and_a_taken_port_are_one_line(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["dashboard", "--home", str(tmp_path), "--no-browser", "--port", str(free_port())]) == 3
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert run(["dashboard", "--home", str(settings.home), "--no-browser", "--port", port]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert "no such file" in lines[0]
    assert f"port {port} is taken" in lines[1]
