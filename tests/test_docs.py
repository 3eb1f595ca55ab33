"""The documentation says what the program does: help, outputs, links and rules are held against it."""

from __future__ import annotations

import ast
import csv
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.cli import run
from flows.runs import load_paths
from flows.settings import Settings
from load.below import below_rules
from load.cross_checks import rules
from transform.forms import load_forms

ROOT = Path(__file__).parents[1]
SITE = ROOT / "data" / "sample_site"
PAGES = [ROOT / "README.md", ROOT / "README.zh.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
DEMO = "var/demo/nianbao.duckdb"
BLOCK = re.compile(
    r'^```console\n\$ \.venv/bin/nianbao (?P<call>(?:"[^"]*"|[^"\n])+)\n(?P<output>.*?)\n```$', re.M | re.S
)
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
RULE = re.compile(r"^\| `(?P<rule>(?:<table>|[a-z_]+)\.[a-z_]+)` \|", re.M)
FENCED = re.compile(r"^```.*?^```$", re.M | re.S)


def test_generated_pages_are_those_that_the_script_makes() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/build_docs.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_documentation_is_built_without_a_warning_and_asks_nobody(tmp_path: Path) -> None:
    pytest.importorskip("sphinx")
    build = ["-m", "sphinx", "-W", "--keep-going", "-n", "-q", "-c", "docs", "-d", str(tmp_path / "trees"), "."]
    done = subprocess.run(
        [sys.executable, *build, str(tmp_path / "html")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    built = {path.stem: path.read_text(encoding="utf-8") for path in (tmp_path / "html").rglob("*.html")}
    assert {page.stem for page in PAGES} <= built.keys()
    assert "requests.granted.natural_person" in built["dictionary"]
    assert "予以公开" in built["dictionary"]
    asked = re.findall(r"<(?:script|img|link)\b[^>]*(?:src|href)=\"((?:https?:)?//[^\"]+)", "".join(built.values()))
    assert asked == []


def test_every_page_of_the_documentation_is_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    missing = [p.name for p in PAGES if p.parent.name == "docs" and p.name != "index.md" and f"({p.name})" not in index]
    assert missing == []


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get: lower case, without punctuation, hyphens for blanks."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text(encoding="utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_relative_links_lead_somewhere(page: Path) -> None:
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    broken = []
    for match in LINK.finditer(text):
        path, _, anchor = match["target"].partition("#")
        if re.match(r"[a-z]+:", path):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(match["target"])
    assert broken == []


def rules_in_code() -> set[str]:
    """Every rule that a call of ``Finding`` or ``doubts.add`` names; the id of a table becomes ``<table>``."""
    found: set[str] = set()
    for path in (path for room in ("extract", "transform", "load", "flows") for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Finding", "doubts.add"):
                named = [k.value for k in node.keywords if k.arg == "rule"]
                found.update(rules_of(named[0] if named else node.args[0], path.name))
    return found


def rules_of(expression: ast.expr, where: str) -> Iterator[str]:
    if isinstance(expression, ast.Constant):
        yield str(expression.value)
    elif isinstance(expression, ast.JoinedStr):
        yield "".join(str(v.value) if isinstance(v, ast.Constant) else "<table>" for v in expression.values)
    elif isinstance(expression, ast.IfExp):
        yield from rules_of(expression.body, where)
        yield from rules_of(expression.orelse, where)
    else:
        known = ast.unparse(expression) in ("rule", "identity.rule", "concept.rule")
        assert known, f"{where}: the rule {ast.unparse(expression)} cannot be told from the code"


def test_every_rule_is_described_and_no_other() -> None:
    statements = tomllib.loads((ROOT / "data" / "statements.toml").read_text(encoding="utf-8"))
    identities = {identity.rule for form in load_forms().values() for identity in form.identities}
    raised = (
        rules_in_code()
        | {concept["rule"] for concept in statements["concept"] if "rule" in concept}
        | identities
        | {*rules(), *below_rules()}
    )
    described = RULE.findall((ROOT / "docs" / "findings.md").read_text(encoding="utf-8"))
    assert len(described) == len(set(described))
    assert set(described) == raised


def shown() -> list[tuple[str, str]]:
    """Each call that the pages show with its output, and that needs nothing but the sample site."""
    alone = ("query", "coverage", "parse data/", "parse --format", "explain data/", "sources check --sources data/")
    blocks = (match for page in PAGES for match in BLOCK.finditer(page.read_text(encoding="utf-8")))
    return sorted({(match["call"], match["output"]) for match in blocks if match["call"].startswith(alone)})


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with every page of the sample site, as ``make demo`` leaves it but for the addresses."""
    settings = Settings(home=tmp_path_factory.mktemp("demo"))
    with (SITE / "reports.csv").open(encoding="utf-8", newline="") as file:
        load_paths(settings, [str(SITE / row["path"].lstrip("/")) for row in csv.DictReader(file)])
    return settings.published


def test_the_readme_shows_a_query_and_a_reading() -> None:
    for name in ("README.md", "README.zh.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert {match["call"].split()[0] for match in BLOCK.finditer(text)} >= {"query", "parse"}


@pytest.mark.parametrize(("call", "output"), shown())
def test_shown_output_is_what_the_command_prints(
    call: str, output: str, demo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("COLUMNS", raising=False)
    capsys.readouterr()
    run([str(demo) if word == DEMO else word for word in shlex.split(call)])
    captured = capsys.readouterr()
    printed = [line.rstrip() for line in (captured.out + captured.err).rstrip().splitlines()]
    if "…" not in (line[-1:] for line in output.splitlines()):
        assert output.splitlines() == printed
    else:
        remaining = iter(printed)
        for line in output.splitlines():
            if line != "…":
                beginning = line.removesuffix("…")
                assert any(p.startswith(beginning) if line != beginning else p == line for p in remaining), line
