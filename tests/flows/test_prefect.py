"""What a real Prefect server knows of nights: artifacts, states, limits, deployments; and who is told of a failure."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import yaml
from conftest import PAGES, ROOT, SAMPLE_SITE, command_environment, run_nianbao
from jsonschema import validate
from test_nightly import Api, ask, nights, wait_for
from web.server import Web, send, serving, status

from flows.limits import CRAWL, LOAD
from flows.night import run_night
from flows.settings import Settings
from flows.told import notify
from load.query import run_query

HOST = "town.example"
URLS = {f"http://{HOST}/{page}": told for page, told in PAGES.items()}


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as server:
        for page in PAGES:
            server.page(HOST, f"/{page}", (SAMPLE_SITE / page).read_bytes())
        yield server


@pytest.fixture
def home(tmp_path: Path, home_folder: Path) -> Path:
    rows = [f"{issuer},town,{year},{url},{code}," for url, (issuer, year, code) in URLS.items()]
    text = "\n".join(["issuer,issuer_kind,year,url,division_code,hosts", *rows]) + "\n"
    (tmp_path / "sources.csv").write_text(text, encoding="utf-8")
    return home_folder


def crawl(home: Path, web: Web, api: Api, **more: str) -> subprocess.CompletedProcess[str]:
    settings = {"NIANBAO_HOSTS": json.dumps(web.hosts), "NIANBAO_ATTEMPTS": "1", **more}
    call = ("crawl", "--home", str(home), "--sources", str(home.parent / "sources.csv"))
    return run_nianbao(home.parent, *call, **api[1], **settings)


def artifact(api: Api, run: dict[str, Any], key: str) -> Any:
    (found,) = ask(api, "artifacts/filter", artifacts={"flow_run_id": {"any_": [run["id"]]}, "key": {"any_": [key]}})
    return found["data"]


def limit(api: Api, name: str) -> dict[str, Any]:
    return dict(requests.get(f"{api[0]}/v2/concurrency_limits/{name}", timeout=10).json())


def test_a_night_holds_a_slot_and_leaves_a_summary_and_a_table_of_failures(
    home: Path, web: Web, prefect_api: Api
) -> None:
    gone, asked = list(PAGES)[:2]
    taken: list[int] = []

    def look(handler: Any, _: int) -> None:
        taken.append(limit(prefect_api, CRAWL)["active_slots"])
        send(handler, 200, (SAMPLE_SITE / asked).read_bytes())

    web.page(HOST, f"/{gone}", status(404))
    web.page(HOST, f"/{asked}", look)
    assert crawl(home, web, prefect_api).returncode == 1
    assert taken == [1]
    assert limit(prefect_api, CRAWL)["active_slots"] == 0
    run = nights(prefect_api, home.parent / "sources.csv")[0]
    assert run["state_name"] == "Completed"
    summary = artifact(prefect_api, run, "night-summary")
    for line in ("| new | 3 |", "| changed | 0 |", "| unchanged | 0 |", "| failed | 1 |", "| reports read | 3 |"):
        assert line in summary
    assert f"| fetch: gone | 1 | 三道河子镇, http://{HOST}/{gone}: the server answered 404 Not Found |" in summary
    found = "SELECT count(*) FROM finding WHERE NOT starts_with(rule, 'years.')"
    ((findings,),) = run_query(home / "nianbao.duckdb", found)[1]
    assert f"| findings | {findings} |" in summary
    (row,) = json.loads(artifact(prefect_api, run, "night-failures"))
    assert row == {
        "town": "三道河子镇",
        "address": f"http://{HOST}/{gone}",
        "stage": "fetch",
        "outcome": "gone",
        "reason": "the server answered 404 Not Found",
    }


def test_a_suspicious_night_ends_in_state_failed_and_somebody_is_told(home: Path, web: Web, prefect_api: Api) -> None:
    heard: list[dict[str, Any]] = []

    with serving() as bell:

        def listen(handler: Any, _: int) -> None:
            heard.append(json.loads(handler.rfile.read(int(handler.headers["Content-Length"]))))
            send(handler, 200)

        bell.page("127.0.0.1", "/hook", listen)
        told = {"NIANBAO_NOTIFY_URL": f"http://127.0.0.1:{bell.port}/hook"}
        assert crawl(home, web, prefect_api, **told).returncode == 0
        assert heard == []
        for page in PAGES:
            web.page(HOST, f"/{page}", status(404))
        done = crawl(home, web, prefect_api, **told)
    assert done.returncode == 1
    run = nights(prefect_api, home.parent / "sources.csv")[0]
    message = "a suspicious night: none of 4 addresses gave a document"
    assert (run["state_type"], run["state"]["message"]) == ("FAILED", message)
    assert f"nianbao: {message}\n" in done.stderr
    assert [(call["flow"], call["flow_run"], call["state"], call["message"]) for call in heard] == [
        ("nightly", run["id"], "Failed", message)
    ]
    assert "**suspicious**: none of 4 addresses" in artifact(prefect_api, run, "night-summary")


def test_an_address_that_cannot_be_told_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NIANBAO_NOTIFY_URL", "http://127.0.0.1:1/")
    failed = SimpleNamespace(name="Failed", message="a suspicious night")
    notify(SimpleNamespace(name="nightly"), SimpleNamespace(id="1", name="quick-fox"), failed)
    captured = capsys.readouterr()
    assert captured.err.startswith("nianbao: NIANBAO_NOTIFY_URL was not told of it: ")
    assert captured.err.count("\n") == 1


def test_a_second_night_on_the_server_waits_for_its_slot(home: Path, web: Web, prefect_api: Api) -> None:
    sources = home.parent / "sources.csv"
    ask(prefect_api, "v2/concurrency_limits/increment", names=[CRAWL], slots=1, mode="concurrency")
    waiting = subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "crawl", "--home", str(home), "--sources", str(sources)],
        cwd=home.parent,
        env=command_environment(**prefect_api[1], NIANBAO_HOSTS=json.dumps(web.hosts)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: [run for run in nights(prefect_api, sources) if run["state_name"] == "Running"], 90)
        assert (waiting.poll(), web.asked()) == (None, [])
    finally:
        ask(prefect_api, "v2/concurrency_limits/decrement", names=[CRAWL], slots=1)
        status_of = waiting.wait(120)
    assert (status_of, len(web.asked())) == (0, len(PAGES))


def test_without_the_limits_no_night_begins_and_a_command_creates_them(home: Path, web: Web, prefect_api: Api) -> None:
    for name in (CRAWL, LOAD):
        requests.delete(f"{prefect_api[0]}/v2/concurrency_limits/{name}", timeout=10).raise_for_status()
    done = crawl(home, web, prefect_api)
    assert done.stderr == (
        f"nianbao: the Prefect server has no concurrency limit {CRAWL}; create it with nianbao limits\n"
    )
    assert (done.returncode, web.asked()) == (3, [])
    set_by = {"NIANBAO_CONCURRENCY": f'{{"{LOAD}": 3}}'}
    created = run_nianbao(home.parent, "limits", "--home", str(home), **prefect_api[1], **set_by)
    assert created.returncode == 0
    assert created.stdout.splitlines()[-1] == f"created at {prefect_api[0]}"
    assert [limit(prefect_api, name)["limit"] for name in (CRAWL, LOAD)] == [1, 3]


@pytest.mark.parametrize("command", ["limits", "serve"])
def test_a_server_that_does_not_answer_is_one_line(home: Path, command: str) -> None:
    nowhere = "http://127.0.0.1:9/api"
    done = run_nianbao(home.parent, command, "--home", str(home), PREFECT_API_URL=nowhere)
    assert done.stderr == f"nianbao: no Prefect server answers at {nowhere}; start it, or unset PREFECT_API_URL\n"
    assert done.returncode == 3


def test_a_limit_that_is_not_declared_is_refused(home: Path, prefect_api: Api) -> None:
    done = run_nianbao(home.parent, "limits", **prefect_api[1], NIANBAO_CONCURRENCY='{"other": 1}')
    assert done.stderr == f"nianbao: NIANBAO_CONCURRENCY: there is no limit other, only {CRAWL}, {LOAD}\n"
    assert done.returncode == 2


_BREAKS = """
import os
from collections import Counter
from flows import nightly
from flows.night import Night
tries = Counter()
read = Night.read
def breaks(night, fetched):
    tries[fetched.town.name] += 1
    if tries[fetched.town.name] <= {"三道河子镇": 9, "嵊州市甘霖镇人民政府": 1}.get(fetched.town.name, 0):
        raise OSError("no space left")
    return read(night, fetched)
Night.read = breaks
nightly.crawl_town.retry_delay_seconds = [0, 0]
run, summary = nightly.nightly()
print(sorted(tries.items()), summary.reports, [(f.stage, f.reason) for f in summary.failures], flush=True)
os._exit(0)
"""


def test_a_town_that_breaks_is_tried_again_and_stops_no_other(home: Path, web: Web, prefect_api: Api) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BREAKS],
        cwd=home,
        env=command_environment(
            **prefect_api[1],
            NIANBAO_HOME=str(home),
            NIANBAO_SOURCES=str(home.parent / "sources.csv"),
            NIANBAO_HOSTS=json.dumps(web.hosts),
            PREFECT_LOGGING_LEVEL="CRITICAL",
        ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    tries = [("三道河子镇", 3), ("临洮县漫洼乡人民政府", 1), ("嵊州市甘霖镇人民政府", 2)]
    assert (done.stdout, done.stderr) == (f"{tries} 3 [('run', 'no space left')]\n", "")


def prefect(api: Api, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", *arguments],
        cwd=ROOT,
        env=command_environment(**api[1], **environment),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )


def delete(api: Api, path: str) -> None:
    """Delete something on the server; as with :func:`ask`, a locked database is asked again."""
    answer = wait_for(lambda: (found := requests.delete(f"{api[0]}/{path}", timeout=30)).status_code != 503 and [found])
    answer[0].raise_for_status()


def test_prefect_deploys_what_the_file_declares_and_a_worker_runs_it(
    home: Path, web: Web, prefect_api: Api, request: pytest.FixtureRequest
) -> None:
    run_night(Settings(home=home, sources=home.parent / "sources.csv", hosts=web.hosts, delay=0.0))
    prefect(prefect_api, "work-pool", "create", "nianbao", "--type", "process")
    prefect(prefect_api, "deploy", "--all")
    pool = {"name": {"any_": ["nianbao"]}}
    deployed = {d["name"]: d for d in ask(prefect_api, "deployments/filter", work_pools=pool)}
    request.addfinalizer(lambda: [delete(prefect_api, f"deployments/{d['id']}") for d in deployed.values()])
    assert deployed.keys() == {"nightly", "shares", "town", "rebuild"}
    (schedule,) = deployed["nightly"]["schedules"]
    assert schedule["active"]
    assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == ("30 2 * * *", "Asia/Shanghai")
    assert [deployed[name]["schedules"] for name in ("town", "rebuild")] == [[], []]
    assert not any(share["active"] for share in deployed["shares"]["schedules"])
    assert sorted(s["parameters"]["share"] for s in deployed["shares"]["schedules"]) == ["1/2", "2/2"]
    run = ask(prefect_api, f"deployments/{deployed['town']['id']}/create_flow_run", parameters={"name": "211382117"})
    settings = {"NIANBAO_HOME": str(home), "NIANBAO_SOURCES": str(home.parent / "sources.csv")}
    prefect(prefect_api, "worker", "start", "--pool", "nianbao", "--run-once", **settings)

    def ended() -> Any:
        found = requests.get(f"{prefect_api[0]}/flow_runs/{run['id']}", timeout=10).json()
        return found if found["state_type"] in ("COMPLETED", "FAILED", "CRASHED") else None

    assert wait_for(ended, 60)["state"]["message"] is None
    assert ended()["state_type"] == "COMPLETED"


@pytest.mark.parametrize("kind", ["docker", "kubernetes"])
def test_the_same_is_deployed_to_containers_and_only_what_their_pool_takes(
    prefect_api: Api, request: pytest.FixtureRequest, kind: str
) -> None:
    name = f"nianbao-{kind}"
    prefect(prefect_api, "work-pool", "create", name, "--type", kind)
    prefect(prefect_api, "deploy", "--all", "--prefect-file", f"deploy/prefect-{kind}.yaml")
    deployed = ask(prefect_api, "deployments/filter", work_pools={"name": {"any_": [name]}})
    request.addfinalizer(lambda: [delete(prefect_api, f"deployments/{d['id']}") for d in deployed])
    declared = {
        d["name"]: d for d in yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    }
    assert {d["name"]: (d["entrypoint"], d["description"]) for d in deployed} == {
        name: (one["entrypoint"], one["description"]) for name, one in declared.items()
    }
    pool = requests.get(f"{prefect_api[0]}/work_pools/{name}", timeout=30).json()
    template = pool["base_job_template"]["variables"]
    for one in deployed:
        assert len(one["schedules"]) == len(declared[one["name"]].get("schedules", ()))
        assert one["job_variables"].keys() <= template["properties"].keys()
        validate(one["job_variables"], template)
