"""A real PostgreSQL on loopback, for the tests of lakes whose catalogue is in it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
INSTALL = ROOT / "scripts" / "install_postgres.sh"
_FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
_WHERE = ("/usr/lib/postgresql", "/usr/local/pgsql")


@dataclass(frozen=True)
class Postgres:
    """A running server: everybody on loopback is its superuser ``nianbao``."""

    port: int

    def database(self, name: str, *, template: str = "template0") -> str:
        """A new database, as a libpq connection string."""
        self.ask(f"CREATE DATABASE {name} TEMPLATE {template}")
        return f"host=127.0.0.1 port={self.port} user=nianbao dbname={name}"

    def databases(self) -> list[str]:
        """The names of all databases."""
        return self.ask("SELECT datname FROM pg_database").splitlines()

    def ask(self, sql: str, database: str = "postgres") -> str:
        """What one statement answers, as unadorned text."""
        connection = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "nianbao", "-d", database]
        done = subprocess.run(
            [_program("psql"), "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", *connection, "-c", sql],
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()


@contextmanager
def running() -> Iterator[Postgres]:
    """A new server, as long as this lasts.

    In CI the program is installed where it is missing; elsewhere the test is skipped and says what to do.
    """
    if _missing() and os.environ.get("CI"):
        subprocess.run([INSTALL], check=True)
    if reason := _missing():
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="nianbao-postgres-"))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    port = _free_port()
    data = str(folder / "data")
    command = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 {_FAST}"
    subprocess.run(
        [_program("initdb"), "-D", data, "-A", "trust", "-U", "nianbao", "-E", "UTF8", "--no-sync"],
        user=user,
        cwd=folder,
        check=True,
        capture_output=True,
    )
    log = str(folder / "log")
    subprocess.run(
        [_program("pg_ctl"), "-D", data, "-w", "-l", log, "-o", command, "start"],
        user=user,
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield Postgres(port)
    finally:
        subprocess.run(
            [_program("pg_ctl"), "-D", data, "-m", "immediate", "stop"],
            user=user,
            cwd=folder,
            stdout=subprocess.DEVNULL,
        )
        shutil.rmtree(folder, ignore_errors=True)


def _missing() -> str:
    absent = [name for name in ("initdb", "pg_ctl", "psql") if not _find(name)]
    return f"no {' and no '.join(absent)}: run {INSTALL.relative_to(ROOT)}" if absent else ""


def _program(name: str) -> str:
    found = _find(name)
    if found is None:
        raise FileNotFoundError(name)
    return found


def _find(name: str) -> str | None:
    versions = (folder for root in _WHERE for folder in sorted(Path(root).glob("**/bin"), reverse=True))
    return shutil.which(name) or next((str(folder / name) for folder in versions if (folder / name).exists()), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
