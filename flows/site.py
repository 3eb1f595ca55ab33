"""A folder of saved pages as a website on loopback: what the demonstration and the tests crawl."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Quiet(SimpleHTTPRequestHandler):
    """Types by file ending and never a charset, as many government sites answer: the page has to say it itself."""

    extensions_map = {  # noqa: RUF012
        **dict.fromkeys((".html", ".htm", ".shtml"), "text/html"),
        ".txt": "text/plain",
        ".md": "text/markdown",
        "": "application/octet-stream",
    }

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served_folder(folder: Path) -> Iterator[str]:
    """The address (``http://127.0.0.1:<port>/``) under which the folder is served while the context lasts."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
