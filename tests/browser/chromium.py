"""A headless Chromium that remembers what its pages asked for and what they complained about."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

INSTALL = "scripts/install_browser.sh"
WIDTH, HEIGHT = 1280, 900
PATIENCE = 20
"""Seconds: a page that takes longer on a busy machine has failed."""


def missing() -> str:
    """Why there is no browser to test with, and what to do; empty when there is one."""
    absent = [program for program in ("chromium", "chromedriver") if shutil.which(program) is None]
    return f"no {' and no '.join(absent)}: run {INSTALL}" if absent else ""


class Browser:
    """One browser for many tests; :meth:`open` begins a new page and forgets what was heard before."""

    def __init__(self, profile: Path) -> None:
        options = ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        for argument in (
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--hide-scrollbars",
            f"--window-size={WIDTH},{HEIGHT}",
            f"--user-data-dir={profile}",
        ):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = Chrome(options, ChromeService(shutil.which("chromedriver")))
        self._requests: list[str] = []
        self._console: list[tuple[str, str]] = []

    def open(self, address: str) -> None:
        """Load a page, with nothing of the last one left."""
        self.driver.get("about:blank")
        self._listen()
        self._requests.clear()
        self._console.clear()
        self.driver.get(address)

    def wait(self, condition: Callable[[], object], what: str) -> None:
        """Wait until the condition holds; an error of the page while it changes counts as not yet."""
        WebDriverWait(self.driver, PATIENCE, 0.05, ignored_exceptions=[Exception]).until(lambda _: condition(), what)

    def wait_for_text(self, text: str) -> None:
        """Wait until the page shows the text."""
        self.wait(lambda: text in self.text(), f"the page never shows {text!r}")

    def text(self) -> str:
        """What the page shows."""
        return self.driver.find_element(By.TAG_NAME, "body").text

    def find(self, selector: str) -> WebElement:
        """The first element that a CSS selector matches."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector: str) -> list[WebElement]:
        """Every element that a CSS selector matches."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def screenshot(self, target: Path) -> None:
        """What the window shows, as PNG."""
        target.parent.mkdir(parents=True, exist_ok=True)
        self.driver.save_screenshot(str(target))

    def requests_off_loopback(self) -> list[str]:
        """Every address that the page asked for and that is not on 127.0.0.1 or in the page itself."""
        self._listen()
        return [
            url
            for url in self._requests
            if urlsplit(url).scheme in ("http", "https", "ws", "wss") and urlsplit(url).hostname != "127.0.0.1"
        ]

    def complaints(self, *levels: str) -> list[str]:
        """What the page says on the console at these levels: SEVERE and WARNING by default."""
        self._listen()
        return [message for level, message in self._console if level in (levels or ("SEVERE", "WARNING"))]

    def quit(self) -> None:
        """End the browser."""
        self.driver.quit()

    def _listen(self) -> None:
        for entry in self.driver.get_log("performance"):
            event = json.loads(entry["message"])["message"]
            if event["method"] == "Network.requestWillBeSent":
                self._requests.append(event["params"]["request"]["url"])
            elif event["method"] == "Network.webSocketCreated":
                self._requests.append(event["params"]["url"])
        self._console += [(entry["level"], entry["message"]) for entry in self.driver.get_log("browser")]
