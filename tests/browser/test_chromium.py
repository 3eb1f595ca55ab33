"""The browser hears what a page does: without that, the tests of the pages would prove nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from chromium import Browser

PAGE = """<!doctype html><meta charset=utf-8><link rel=icon href="data:,"><p>年度报告</p>
<script src="http://cdn.invalid/charts.js"></script><script>console.error("no chart")</script>"""


class OnePage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), OnePage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_request_off_loopback_and_a_complaint_are_heard_and_forgotten_with_the_page(
    browser: Browser, address: str
) -> None:
    browser.open(address)
    browser.wait_for_text("年度报告")
    assert browser.requests_off_loopback() == ["http://cdn.invalid/charts.js"]
    assert any("no chart" in complaint for complaint in browser.complaints())
    browser.open("about:blank")
    assert browser.requests_off_loopback() == []
    assert browser.complaints() == []
