"""A real S3 interface on loopback, moto's server in a process of its own, for the tests of lakes and archives on it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import requests
from s3fs import S3FileSystem

_PATIENCE = 60
"""Seconds: a server that has not answered by then on a busy machine has failed."""


@dataclass(frozen=True)
class ObjectStore:
    """A running server, which takes any key."""

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        """What a program finds it by."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "NO_PROXY": "127.0.0.1",
        }

    def use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let this process find it, and no other that an earlier test has used."""
        for name, value in self.environment.items():
            monkeypatch.setenv(name, value)
        S3FileSystem.clear_instance_cache()

    def bucket(self, name: str) -> str:
        """A new bucket, as an address."""
        requests.put(f"{self.endpoint}/{name}", timeout=_PATIENCE).raise_for_status()
        return f"s3://{name}"


@contextmanager
def running() -> Iterator[ObjectStore]:
    """A new server with nothing in it, as long as this lasts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        store = ObjectStore(f"http://127.0.0.1:{port}")
        _wait_for(store, server)
        yield store
    finally:
        server.terminate()
        server.wait()


def _wait_for(store: ObjectStore, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            requests.get(f"{store.endpoint}/moto-api/", timeout=_PATIENCE)
        except requests.ConnectionError:
            assert server.poll() is None, "the server of moto has ended"
            assert time.monotonic() < until, "the server of moto does not answer"
            time.sleep(0.1)
        else:
            return
