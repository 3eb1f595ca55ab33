"""What people copy to run nianbao: the files of compose, Kubernetes and systemd fit their schemas."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes_validate import ValidationError, validate

from flows.settings import Settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
KUBERNETES = "1.37.0"
MANIFESTS = [
    document
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
]
_VARIABLE = re.compile(r"\{\{ (\w+) \}\}")


def compose_problems(path: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_the_compose_file_fits_the_compose_specification() -> None:
    assert compose_problems(DEPLOY / "compose.yaml") == ""


def test_a_compose_file_that_does_not_fit_is_found(tmp_path: Path) -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    broken = tmp_path / "compose.yaml"
    broken.write_text(text.replace("condition: service_healthy", "condition: healthy"), encoding="utf-8")
    assert "condition" in compose_problems(broken)


def test_services_of_the_compose_file_name_what_it_has() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    for service in services.values():
        assert service.get("depends_on", {}).keys() <= services.keys()
        assert {config["source"] for config in service.get("configs", ())} <= compose["configs"].keys()
        volumes = {volume.partition(":")[0] for volume in service.get("volumes", ()) if isinstance(volume, str)}
        assert volumes <= compose["volumes"].keys()
        if "build" in service:
            assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda m: f"{m['kind']} {m['metadata']['name']}")
def test_a_manifest_fits_the_schema_of_kubernetes(manifest: dict[str, Any]) -> None:
    validate(manifest, KUBERNETES, strict=True)


def test_a_manifest_that_does_not_fit_is_found() -> None:
    server = next(manifest for manifest in MANIFESTS if manifest["kind"] == "Deployment")
    with pytest.raises(ValidationError):
        validate({**server, "spec": {**server["spec"], "replicas": "many"}}, KUBERNETES, strict=True)
    with pytest.raises(ValidationError):
        validate({**server, "spec": {**server["spec"], "replica": 1}}, KUBERNETES, strict=True)


def job(deployment: dict[str, Any]) -> dict[str, Any]:
    """The job that the worker makes for a run of a deployment, from the template of the pool."""
    template = json.loads((DEPLOY / "kubernetes" / "job-template.json").read_text(encoding="utf-8"))
    given = deployment["work_pool"]["job_variables"]
    values = {name: told.get("default") for name, told in template["variables"]["properties"].items()}
    values |= {**given, "name": "run", "labels": {}, "command": ["prefect", "flow-run", "execute"]}
    values["env"] = [{"name": name, "value": value} for name, value in given["env"].items()]

    def filled(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: value for name, told in part.items() if (value := filled(told)) is not None}
        if isinstance(part, list):
            return [filled(one) for one in part]
        variable = _VARIABLE.fullmatch(part) if isinstance(part, str) else None
        return (
            values[variable[1]] if variable else _VARIABLE.sub(lambda m: values[m[1]], str(part)) if variable else part
        )

    made = filled(template["job_configuration"]["job_manifest"])
    made["metadata"]["generateName"] = "run-"
    return dict(made)


def deployments(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))["deployments"])


@pytest.mark.parametrize("deployment", deployments("prefect-kubernetes.yaml"), ids=lambda d: str(d["name"]))
def test_the_job_of_a_run_fits_the_schema_and_names_what_there_is(deployment: dict[str, Any]) -> None:
    made = job(deployment)
    validate(made, KUBERNETES, strict=True)
    there = {(m["kind"], m["metadata"]["name"]) for m in MANIFESTS}
    pod = made["spec"]["template"]["spec"]
    assert ("ServiceAccount", pod["serviceAccountName"]) in there
    assert ("Namespace", made["metadata"]["namespace"]) in there
    claims = [v["persistentVolumeClaim"]["claimName"] for v in pod["volumes"] if "persistentVolumeClaim" in v]
    assert all(("PersistentVolumeClaim", claim) in there for claim in claims)
    (container,) = pod["containers"]
    told = {one["name"]: one["value"] for one in container["env"]}
    mounted = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert {told["NIANBAO_HOME"], str(Path(told["NIANBAO_SOURCES"]).parent)} == mounted


def test_every_setting_that_is_named_exists() -> None:
    fields = Settings.model_fields.items()
    known = {str(field.validation_alias or f"NIANBAO_{name.upper()}") for name, field in fields}
    for path in sorted(p for p in DEPLOY.rglob("*") if p.is_file()):
        named = set(re.findall(r"\bNIANBAO_[A-Z_]+", path.read_text(encoding="utf-8")))
        assert named <= known, path


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Copies of the units for a folder in which the program is there."""
    program = tmp_path / "srv/nianbao/.venv/bin/nianbao"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    units = tmp_path / "units"
    units.mkdir()
    for unit in (DEPLOY / "systemd").iterdir():
        text = unit.read_text(encoding="utf-8").replace("/srv/nianbao", f"{tmp_path}/srv/nianbao")
        (units / unit.name).write_text(text.replace("User=nianbao", "User=root"), encoding="utf-8")
    return units


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_takes_the_units(installed: Path) -> None:
    assert verified(installed) == ""


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_a_unit_that_systemd_does_not_take_is_found(installed: Path) -> None:
    unit = installed / "nianbao.service"
    unit.write_text(unit.read_text(encoding="utf-8").replace("Restart=always", "Restart=ever"), encoding="utf-8")
    assert "nianbao.service:13" in verified(installed)


def verified(units: Path) -> str:
    """What systemd says against the units, one line each."""
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *map(str, sorted(units.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "\n".join(line for line in done.stderr.splitlines() if str(units.parent) in line or "nianbao" in line)
