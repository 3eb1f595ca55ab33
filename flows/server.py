"""A Prefect server of our own on loopback, so that a crawl needs nothing that is not in this checkout.

Prefect without a server starts a temporary one inside the process for every run, slowly.  Here one
``prefect server start`` runs beside the flow, with its database in ``<home>/prefect``, and ends with it, also
when the flow's process is killed.  Where ``PREFECT_API_URL`` is set, that server is used and none is started.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

import requests

from flows.errors import ExitCode, UserError

_LOOPBACK = "127.0.0.1"
_START_SECONDS = 180.0
_STOP_SECONDS = 15.0
_ANSWER_SECONDS = 30.0


def quiet_environment(home: Path) -> dict[str, str]:
    """The environment that keeps Prefect inside ``home`` and off the network: no telemetry, no dashboard."""
    return {
        "PREFECT_HOME": str((home / "prefect").resolve()),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }


@contextmanager
def connected_server(home: Path, *, port: int | None = None) -> Iterator[str]:
    """The API address of a Prefect server, with this process connected to it while the context lasts.

    Takes the server of ``PREFECT_API_URL``, else the one that already runs for ``home``, else starts one on ``port``
    (None: any free one).  Raises :class:`UserError` when the named one does not answer, or ours does not start.
    """
    given = os.environ.get("PREFECT_API_URL")
    if given and not _answers(given):
        raise UserError(
            f"no Prefect server answers at {given}; start it, or unset PREFECT_API_URL", ExitCode.NOTHING_DONE
        )
    running = given or _running_server(home)
    url = running or f"http://{_LOOPBACK}:{port or _free_port()}/api"
    with ExitStack() as stack:
        stack.enter_context(_environment({**quiet_environment(home), "PREFECT_API_URL": url}))
        if not running:
            stack.enter_context(_own_server(home, url))
        from prefect.settings import PREFECT_API_URL, temporary_settings

        stack.enter_context(temporary_settings({PREFECT_API_URL: url}))
        yield url


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Variables that are not set otherwise, set while the context lasts; Prefect reads them when it is imported."""
    added = {name: value for name, value in values.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def is_own_server(home: Path) -> bool:
    """Whether the server that this process is connected to was started for ``home``, by this process or another."""
    address = _address_file(home)
    return address.exists() and address.read_text(encoding="utf-8").strip() == os.environ.get("PREFECT_API_URL")


def _running_server(home: Path) -> str | None:
    address = _address_file(home)
    url = address.read_text(encoding="utf-8").strip() if address.exists() else ""
    return url if url and _is_healthy(url) else None


def _address_file(home: Path) -> Path:
    return home / "prefect" / "api_url"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _is_healthy(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=2).ok
    except requests.RequestException:
        return False


def _answers(url: str) -> bool:
    """Whether anything answers, also one that asks for a key."""
    try:
        requests.get(f"{url}/health", timeout=_ANSWER_SECONDS)
    except requests.RequestException:
        return False
    return True


@contextmanager
def _own_server(home: Path, url: str) -> Iterator[None]:
    folder = home / "prefect"
    folder.mkdir(parents=True, exist_ok=True)
    log_path = folder / "server.log"
    command = [sys.executable, "-m", "flows.server", "--host", _LOOPBACK, "--port", str(urlsplit(url).port)]
    with log_path.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            command,
            env={**os.environ, **quiet_environment(home)},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        import_module("prefect")
        _wait_until_healthy(process, url, log_path)
        _address_file(home).write_text(url, encoding="utf-8")
        yield
    finally:
        _address_file(home).unlink(missing_ok=True)
        _stop(process)


def _wait_until_healthy(process: subprocess.Popen[bytes], url: str, log_path: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _is_healthy(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise UserError(f"the Prefect server did not start; see {log_path}", ExitCode.NOTHING_DONE)
        time.sleep(0.1)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGINT)


def main() -> None:
    """Run ``prefect server start`` with this process's arguments until standard input is closed."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv = ["prefect", "server", "start", *sys.argv[1:]]
    from prefect.cli import app

    app()


if __name__ == "__main__":
    main()
