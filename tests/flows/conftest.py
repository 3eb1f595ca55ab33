"""A small website of real pages on loopback, a registry for it, and one real Prefect server for the session."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flows.limits import create_limits
from flows.loading import prepare_warehouse
from flows.server import connected_server, quiet_environment
from flows.settings import Settings
from flows.site import served_folder

if TYPE_CHECKING:
    from nursery import Nursery

ROOT = Path(__file__).parents[2]
SAMPLE_SITE = ROOT / "data" / "sample_site"
SEED = "lingyuan/sandaohezi/2020.txt"
PAGES = {
    SEED: ("三道河子镇", 2020, "211382117"),
    "lintao/art/2020/1/19/art_6924_1280417.html": ("临洮县漫洼乡人民政府", 2019, "621124204"),
    "lintao/art/2022/1/21/art_6924_1509973.html": ("临洮县漫洼乡人民政府", 2021, "621124204"),
    "shengzhou/art/2017/3/9/art_1389_1042217.html": ("嵊州市甘霖镇人民政府", 2016, "330683100"),
}
GONE = "gone/2020.html"
LOCAL: dict[str, Any] = {"private_hosts": frozenset({"127.0.0.1"}), "delay": 0.0}
LOCAL_ENVIRONMENT = {"NIANBAO_PRIVATE_HOSTS": '["127.0.0.1"]', "NIANBAO_DELAY": "0"}

Nianbao = Callable[..., "subprocess.CompletedProcess[str]"]


def registry_text(base: str, *extra: str) -> str:
    rows = [f"{issuer},town,{year},{base}{page},{code}" for page, (issuer, year, code) in PAGES.items()]
    return "\n".join(["issuer,issuer_kind,year,url,division_code", *rows, *extra]) + "\n"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder of saved pages that a test may change, and the address it is served under."""
    folder = tmp_path / "site"
    for page in PAGES:
        (folder / page).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SAMPLE_SITE / page, folder / page)
    with served_folder(folder) as base:
        yield folder, base


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working database with all tables and the gazetteer, and no report; made once, for copying."""
    settings = Settings(home=tmp_path_factory.mktemp("prepared"))
    prepare_warehouse(settings)
    return settings.warehouse


@pytest.fixture
def home_folder(tmp_path: Path, prepared: Path) -> Path:
    """The home folder of a new installation."""
    folder = tmp_path / "home"
    folder.mkdir()
    shutil.copy(prepared, folder / "working.duckdb")
    return folder


@pytest.fixture
def settings(tmp_path: Path, site: tuple[Path, str], home_folder: Path) -> Settings:
    """Settings of an installation of its own whose registry names the pages of ``site``."""
    sources = tmp_path / "sources.csv"
    sources.write_text(registry_text(site[1]), encoding="utf-8")
    return Settings(home=home_folder, sources=sources, backoff=0.0, read_timeout=5.0, **LOCAL)


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """The API address of a real ``prefect server start`` with our limits, and the environment that connects to it."""
    home = tmp_path_factory.mktemp("prefect")
    with connected_server(home) as url:
        create_limits(Settings(home=home))
        yield url, {**quiet_environment(home), "PREFECT_API_URL": url}


@pytest.fixture(scope="session")
def nights() -> Iterator[Nursery]:
    """Where nights run in processes that can be killed."""
    from nursery import nursery

    with nursery(SAMPLE_SITE / SEED) as running:
        yield running


@pytest.fixture
def nianbao(tmp_path: Path) -> Nianbao:
    """The command in a process of its own, in a folder of its own."""
    return lambda *arguments, **options: run_nianbao(tmp_path, *arguments, **options)


def run_nianbao(
    folder: Path, *arguments: str, stdin: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", *arguments],
        cwd=folder,
        env=command_environment(**environment),
        input=stdin,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def command_environment(**changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NIANBAO_", "PREFECT_"))}
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**kept, "PYTHONPATH": path, **LOCAL_ENVIRONMENT, **changes}
