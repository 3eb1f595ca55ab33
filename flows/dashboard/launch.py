"""``nianbao dashboard``: the aggregates made ready, then Streamlit on loopback in the place of this process."""

from __future__ import annotations

import importlib.util
import os
import socket
import sys
from importlib import resources
from pathlib import Path
from typing import NoReturn

from extract.archive import Place
from flows.dashboard.arguments import Arguments
from flows.errors import UserError
from flows.output import say
from load.board import prepare_board
from load.lake_address import Database

HOST = "127.0.0.1"
_NEEDED = ("streamlit", "pypinyin")


def run_dashboard(database: Database, home: Path, archive: Place, *, port: int, open_browser: bool) -> NoReturn:
    """Serve the dashboard of a published database until interrupted.

    ``home`` keeps the aggregates, ``archive`` the bytes of the marked pages.  Raises UserError when the extra is not
    installed or the port is taken, WarehouseError when the database cannot be used.
    """
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        raise UserError("the dashboard needs an extra: pip install 'nianbao[dashboard]'")
    _require_free(port)
    prepare_board(database, home)
    say(f"dashboard: http://{HOST}:{port}/ (Ctrl-C ends it)\n")
    sys.stdout.flush()
    app = resources.files("flows.dashboard").joinpath("app.py")
    streamlit = [sys.executable, "-m", "streamlit", "run", str(app), *_options(port, open_browser), "--"]
    os.execv(sys.executable, [*streamlit, *Arguments(database, home, archive).words()])  # noqa: S606


def _options(port: int, open_browser: bool) -> list[str]:
    options = {
        "server.address": HOST,
        "server.port": port,
        "server.headless": not open_browser,
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": False,
        "client.toolbarMode": "viewer",
        "global.developmentMode": False,
        "logger.hideWelcomeMessage": True,
    }
    return [f"--{name}={str(value).lower()}" for name, value in options.items()]


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise UserError(f"port {port} is taken; name another one with --port") from None
