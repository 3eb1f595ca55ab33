"""The flows against a real ``prefect server start``; every run is a process of its own, as in life."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from conftest import GONE, SAMPLE_SITE, command_environment, registry_text, run_nianbao

from flows.settings import Settings
from flows.site import served_folder
from load.database import open_database
from load.query import run_query

Api = tuple[str, dict[str, str]]


@dataclass(frozen=True)
class Night:
    done: subprocess.CompletedProcess[str]
    settings: Settings
    base: str


def ask(api: Api, path: str, **body: Any) -> Any:
    """What the server answers; one whose database is locked (503) has done nothing, and is asked again."""
    deadline = time.monotonic() + 60
    while (answer := requests.post(f"{api[0]}/{path}", json=body, timeout=30)).status_code == 503:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.5)
    answer.raise_for_status()
    return answer.json()


def nights(api: Api, sources: Path | None) -> list[dict[str, Any]]:
    """The runs of the nightly flow over a registry, the last first."""
    found = ask(api, "flow_runs/filter", flows={"name": {"any_": ["nightly"]}}, sort="START_TIME_DESC")
    return [run for run in found if run["parameters"].get("sources") == str(sources)]


def wait_for(condition: Any, seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    pytest.fail("waited in vain")


@pytest.fixture(scope="module")
def night(prefect_api: Api, prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """One crawl of a small site of which one town has gone."""
    folder = tmp_path_factory.mktemp("night")
    (folder / "home").mkdir()
    shutil.copy(prepared, folder / "home" / "working.duckdb")
    with served_folder(SAMPLE_SITE) as base:
        sources = folder / "sources.csv"
        sources.write_text(registry_text(base, f"没有这个镇,town,2020,{base}{GONE},"), encoding="utf-8")
        settings = Settings(home=folder / "home", sources=sources)
        crawl = ("crawl", "--sources", str(sources), "--home", str(settings.home))
        yield Night(run_nianbao(folder, *crawl, **prefect_api[1]), settings, base)


def test_a_town_that_fails_is_named_and_all_the_others_are_loaded(night: Night) -> None:
    assert night.done.stderr == f"nianbao: {night.base}{GONE}: the server answered 404 File not found (fetch: gone)\n"
    assert night.done.stdout.startswith("towns: 4; pages: 4 new, 0 changed, 0 unchanged, 1 missing; reports read: 4 ")
    assert night.done.returncode == 1
    assert run_query(night.settings.published, "SELECT count(*) FROM report")[1] == [(4,)]


def test_the_server_knows_a_task_for_each_town(night: Night, prefect_api: Api) -> None:
    def finished() -> Any:
        (run,) = nights(prefect_api, night.settings.sources)
        tasks = ask(prefect_api, "task_runs/filter", task_runs={"flow_run_id": {"any_": [run["id"]]}})
        done = [task for task in tasks if task["state_name"] == "Completed"]
        return run["state_name"] == "Completed" and len(done) == 6 and done

    assert night.done.returncode == 1
    assert sum("crawl_town" in task["task_key"] for task in wait_for(finished)) == 4


def test_the_town_flow_reads_one_town_again(prefect_api: Api, night: Night) -> None:
    done = _called(prefect_api, night, "town('211382117').reports")
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_the_rebuild_flow_compares_and_fails_where_something_differs(prefect_api: Api, night: Night) -> None:
    assert _called(prefect_api, night, "rebuild(compare=True).changes").stdout == "()\n"
    with open_database(night.settings.published) as connection:
        connection.execute("DELETE FROM report WHERE year = 2016")
    assert "differences: 1" in _called(prefect_api, night, "rebuild(compare=True)").stderr
    assert _called(prefect_api, night, "len(rebuild().changes)").stdout == "1\n"
    assert _called(prefect_api, night, "rebuild(compare=True).changes").stdout == "()\n"


def _called(prefect_api: Api, night: Night, call: str) -> subprocess.CompletedProcess[str]:
    """A flow called in a process of its own, and the value of the expression printed."""
    code = (
        "import os, sys\n"
        "from flows.nightly import rebuild, town\n"
        f"try: print({call}, flush=True)\n"
        "except Exception as error: print(error, file=sys.stderr, flush=True)\n"
        "os._exit(0)"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=night.settings.home,
        env=command_environment(
            **prefect_api[1],
            NIANBAO_HOME=str(night.settings.home),
            NIANBAO_SOURCES=str(night.settings.sources),
            PREFECT_LOGGING_LEVEL="ERROR",
        ),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_the_nightly_schedule_survives_the_end_of_serve_and_its_restart(prefect_api: Api, settings: Settings) -> None:
    def schedules() -> list[dict[str, Any]]:
        return [schedule for deployment in deployed("nightly") for schedule in deployment["schedules"]]

    def deployed(name: str) -> Any:
        return ask(prefect_api, "deployments/filter", deployments={"name": {"any_": [name]}})

    for _ in range(2):
        with _serving(prefect_api, settings) as process:
            wait_for(schedules)
            wait_for(lambda: deployed("town") and deployed("rebuild"))
            process.send_signal(signal.SIGINT)
            process.wait(20)
        (schedule,) = schedules()
        assert schedule["active"]
        assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == ("30 2 * * *", "Asia/Shanghai")


def test_the_scheduler_plans_the_coming_nights(prefect_api: Api, settings: Settings) -> None:
    with _serving(prefect_api, settings) as process:
        planned = wait_for(
            lambda: ask(prefect_api, "flow_runs/filter", flow_runs={"state": {"name": {"any_": ["Scheduled"]}}})
        )
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    starts = {
        datetime.fromisoformat(run["expected_start_time"]).astimezone(ZoneInfo("Asia/Shanghai")) for run in planned
    }
    assert {(start.hour, start.minute) for start in starts} == {(2, 30)}


def _serving(api: Api, settings: Settings) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "serve", "--home", str(settings.home)],
        cwd=settings.home.parent,
        env=command_environment(**api[1]),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_the_server_of_a_killed_run_ends_with_it(prefect_api: Api, tmp_path: Path) -> None:
    del prefect_api
    code = (
        "import os, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', "
        "'from flows.server import _end_with_parent; import time, threading; "
        "threading.Thread(target=_end_with_parent).start(); time.sleep(60)'], stdin=subprocess.PIPE)\n"
        "print(child.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=command_environment(),
        stdout=subprocess.PIPE,
        check=False,
        stderr=subprocess.DEVNULL,
    )
    pid = int(done.stdout)
    wait_for(lambda: not _alive(pid), 10)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" if Path(f"/proc/{pid}").exists() else True
