from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PAGES, ROOT, SAMPLE_SITE, SEED, Nianbao, command_environment

from flows.cli import run
from flows.lock import single_run

SEED_PATH = str(SAMPLE_SITE / SEED)


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command in this process: its exit status, standard output and standard error."""
    status = run(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, home_folder: Path) -> Path:
    monkeypatch.setenv("NIANBAO_HOME", str(home_folder))
    return home_folder


def test_parse_prints_one_object_a_line_in_the_order_of_the_paths(nianbao: Nianbao) -> None:
    done = nianbao("parse", SEED_PATH, "none.html", ".", SEED_PATH, "--format", "jsonl")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record["path"] for record in records] == [SEED_PATH, "none.html", ".", SEED_PATH]
    assert [record["error"] is None for record in records] == [True, False, False, True]
    assert "三道河子镇" in done.stdout
    assert (done.returncode, done.stderr) == (1, "")


def test_parse_reads_standard_input(nianbao: Nianbao) -> None:
    done = nianbao("parse", "--format", "jsonl", "-", stdin=Path(SEED_PATH).read_bytes())
    record = json.loads(done.stdout)
    assert (record["path"], record["error"], record["report"]["year"]) == ("-", None, 2020)
    assert done.returncode == 0


def test_parse_gives_the_same_lines_with_many_processes(nianbao: Nianbao) -> None:
    paths = [str(SAMPLE_SITE / page) for page in PAGES]
    one = nianbao("parse", "--format", "jsonl", *paths)
    two = nianbao("parse", "--format", "jsonl", "--jobs", "2", *paths)
    assert (two.returncode, two.stdout) == (one.returncode, one.stdout) == (0, two.stdout)
    assert len(one.stdout.splitlines()) == len(paths)


def test_parse_prints_tables_for_people(nianbao: Nianbao) -> None:
    done = nianbao("parse", SEED_PATH, "none.html")
    assert "主动公开政府信息情况" in done.stdout
    assert "\x1b[" not in done.stdout
    assert done.stderr == "nianbao: none.html: cannot be opened: No such file or directory\n"
    assert done.returncode == 1


def test_parse_survives_a_path_that_is_no_utf8(nianbao: Nianbao, tmp_path: Path) -> None:
    name = b"\xc4\xea\xb1\xa8.txt".decode("utf-8", "surrogateescape")
    (tmp_path / name).write_bytes(Path(SEED_PATH).read_bytes())
    done = nianbao("parse", "--format", "jsonl", name)
    assert json.loads(done.stdout)["path"] == name
    assert done.returncode == 0


def test_parse_into_a_closed_pipe_is_quiet() -> None:
    command = f'"{sys.executable}" -m flows.cli parse --format jsonl {" ".join([SEED_PATH] * 40)} | head -c 10'
    done = subprocess.run(
        ["bash", "-c", f"{command}; echo ${{PIPESTATUS[0]}} >&2"],
        env=command_environment(),
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert done.stderr == b"141\n"


def test_parse_loads_no_pandas_no_duckdb_no_prefect_and_no_reader_of_another_format() -> None:
    code = (
        "import sys; from flows.cli import run; run(sys.argv[1:]); "
        "print(sorted({'prefect', 'pandas', 'duckdb', 'pandera', 'pyarrow', 'requests', 'bs4', 'email.parser', "
        "'extract.formats.docx', 'extract.formats.pdf.document'} & set(sys.modules)), "
        "file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "parse", SEED_PATH, "--format", "jsonl"],
        env=command_environment(),
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert done.stderr == b"[]\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("parse",),
        ("parse", "--format", "yaml", "a.html"),
        ("parse", "--jobs", "0", "a.html"),
        ("rerun",),
        ("nonsense",),
        ("crawl", "--nonsense"),
        ("query", "SELECT"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_status_2(
    capsys: pytest.CaptureFixture[str], home: Path, arguments: tuple[str, ...]
) -> None:
    del home
    status, _, err = call(capsys, *arguments)
    assert status == 2
    assert err.startswith("nianbao: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "command",
    [
        "parse",
        "explain",
        "show",
        "crawl",
        "rerun",
        "load",
        "query",
        "serve",
        "rebuild",
        "sources check",
        "archive reindex",
    ],
)
def test_every_command_has_help_with_examples(capsys: pytest.CaptureFixture[str], command: str) -> None:
    status, out, _ = call(capsys, *command.split(), "--help")
    assert status == 0
    assert "Examples:" in out
    assert f"nianbao {command}" in out


def test_loaded_files_answer_queries(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    status, out, err = call(capsys, "load", SEED_PATH, str(home / "none.html"))
    assert status == 1
    assert out.startswith("towns: 2; pages: 1 new, 0 changed, 0 unchanged, 0 missing; reports read: 1 ")
    assert err == f"nianbao: {home / 'none.html'}: cannot be opened: No such file or directory (read)\n"
    sql = "SELECT issuer, year, count(*) AS figures FROM report JOIN figure USING (report_id) GROUP BY ALL"
    assert call(capsys, "query", sql, "--format", "csv") == (0, "issuer,year,figures\n三道河子镇,2020,198\n", "")
    assert json.loads(call(capsys, "query", sql, "--format", "json")[1]) == {
        "issuer": "三道河子镇",
        "year": 2020,
        "figures": 198,
    }
    table = call(capsys, "query", sql)[1]
    assert [line.split() for line in table.splitlines()[::2]] == [
        ["issuer", "year", "figures"],
        ["三道河子镇", "2020", "198"],
    ]


def test_a_rerun_prints_what_it_did(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    call(capsys, "load", SEED_PATH)
    status, out, err = call(capsys, "rerun", "--town", "三道河子镇", "--home", str(home))
    assert (status, err) == (0, "")
    assert out == "辽宁省朝阳市凌源市三道河子镇 (211382117): read 1 reports, no changes\n"
    status, _, err = call(capsys, "rerun", "--town", "没有这个镇")
    assert (status, err.count("\n")) == (2, 1)


def test_a_query_that_would_write_is_refused(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    call(capsys, "load", SEED_PATH)
    assert call(capsys, "query", "DELETE FROM report")[0] == 2
    assert call(capsys, "query", "SELECT count(*) FROM report", "--format", "csv")[1] == "count_star()\n1\n"
    assert home.exists()


def test_a_database_that_is_missing_says_how_to_make_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, _, err = call(capsys, "query", "SELECT 1", "--db", str(tmp_path / "none.duckdb"))
    assert status == 3
    assert "no such file" in err


@pytest.mark.parametrize(
    "arguments", [("load", SEED_PATH), ("crawl",), ("rerun", "--town", "211382117")], ids=lambda a: a[0]
)
def test_a_command_beside_a_running_one_leaves_at_once(
    capsys: pytest.CaptureFixture[str],
    home: Path,
    site: tuple[Path, str],
    arguments: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NIANBAO_PRIVATE_HOSTS", '["127.0.0.1"]')
    sources = home / "sources.csv"
    sources.write_text(f"issuer,issuer_kind,year,url,division_code\n镇,town,2020,{site[1]}{SEED},\n", encoding="utf-8")
    extra = () if arguments[0] == "load" else ("--sources", str(sources))
    with single_run(home):
        status, _, err = call(capsys, *arguments, *extra)
    assert (status, err) == (
        3,
        f"nianbao: another run is going on in {home}; wait until it has ended, or set NIANBAO_HOME to another folder\n",
    )


def test_a_crawl_without_sources_has_nothing_to_do(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    sources = home / "sources.csv"
    sources.write_text("issuer,issuer_kind,year,url,division_code\n", encoding="utf-8")
    status, _, err = call(capsys, "crawl", "--sources", str(sources))
    assert status == 3
    assert "no addresses" in err


def test_sources_are_checked_line_by_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    good = SAMPLE_SITE / "sources.csv"
    status, out, _ = call(capsys, "sources", "check", "--sources", str(good), "--base-url", "http://127.0.0.1/")
    assert status == 0
    assert out.endswith("problems: 0; doubts: 0\n")
    bad = tmp_path / "bad.csv"
    bad.write_text(
        "issuer,issuer_kind,year,url,division_code\n镇,town,1,http://a.example/,\n镇,town,,x,\n", encoding="utf-8"
    )
    status, out, err = call(capsys, "sources", "check", "--sources", str(bad))
    assert (status, out, err.count("\n")) == (1, "addresses: 0; listings: 0; towns: 0; problems: 2; doubts: 0\n", 2)


def test_what_nobody_foresaw_is_one_line_and_a_traceback_only_on_demand(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("first\nsecond")

    monkeypatch.setattr("flows.print_reports.parse_paths", fail)
    monkeypatch.delenv("NIANBAO_DEBUG", raising=False)
    status, _, err = call(capsys, "parse", "a.html")
    assert status == 3
    assert err.startswith("nianbao: something unforeseen happened (RuntimeError: first second)")
    assert err.count("\n") == 1
    monkeypatch.setenv("NIANBAO_DEBUG", "1")
    assert "Traceback" in call(capsys, "parse", "a.html")[2]
