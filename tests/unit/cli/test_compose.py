"""docker-compose.yml fits the hub: its variables, its processes, its broker's settings."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from hub.cli import environment
from hub.cli.processes import Name
from hub.io.embedded.config import SETTINGS

ROOT = Path(__file__).parents[3]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if str(one["image"]).startswith("lgsp-hub")}


def test_every_process_of_the_hub_has_its_service_and_its_health_check():
    assert set(OURS) == {"init", *Name}
    for name in Name:
        assert OURS[name]["command"] == ["run", name]
        assert OURS[name]["healthcheck"]["test"] == ["CMD", "hub", "health", name]
        assert OURS[name]["depends_on"]["init"]["condition"] == "service_completed_successfully"


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting_of_the_hub(name):
    assert set(OURS[name]["environment"]) <= set(environment.variables())
    assert OURS[name]["environment"]["HUB_BROKER"] == "external"


def test_secrets_are_files_and_stand_in_no_environment():
    for secret in COMPOSE["secrets"]:
        assert secret.upper() in {*environment.variables(), "POSTGRES_PASSWORD"}
    for service in SERVICES.values():
        named = {key for key in service["environment"] if "PASSWORD" in key or "SQL_URL" in key}
        assert named <= {"POSTGRES_PASSWORD_FILE"}


def test_the_broker_is_set_up_as_the_embedded_one():
    given = SERVICES["kafka"]["environment"]
    expected = {f"KAFKA_{name.replace('.', '_').upper()}": str(v) for name, v in SETTINGS.items()}
    shared = set(given) & set(expected)
    assert {name: given[name] for name in shared} == {name: expected[name] for name in shared}
    # Without these, records would be lost or topics made by accident.
    assert {"KAFKA_AUTO_CREATE_TOPICS_ENABLE", "KAFKA_LOG_RETENTION_MS"} <= shared
    assert {"KAFKA_TRANSACTION_MAX_TIMEOUT_MS", "KAFKA_LOG_RETENTION_BYTES"} <= shared


def test_what_must_last_lies_in_volumes():
    for service in SERVICES.values():
        assert any(str(volume).split(":")[0] in COMPOSE["volumes"] for volume in service["volumes"])


def test_nothing_listens_beyond_this_machine():
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert ports == ["127.0.0.1:${HUB_PUBLISHED_PORT:-8640}:8640"]


def test_the_image_is_built_with_the_uv_that_set_up_uses():
    version = (ROOT / "scripts" / "setup").read_text().partition("UV_VERSION=")[2].split()[0]
    assert f"ARG UV_VERSION={version}\n" in (ROOT / "deploy" / "Dockerfile").read_text()


def test_secrets_are_made_once_and_belong_to_each_other(tmp_path):
    script = tmp_path / "make-secrets"
    shutil.copy(ROOT / "deploy" / "make-secrets", script)
    for _ in range(2):
        subprocess.run([script], check=True)
        password = (tmp_path / "secrets" / "postgres_password").read_text()
        url = (tmp_path / "secrets" / "hub_sql_url").read_text()
        assert url == f"postgresql://hub:{password}@postgres/hub"
    assert len(password) > 40
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_docker_compose_reads_the_file(tmp_path):
    """Where the client is there; it needs no engine for this."""
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], check=False).returncode:
        pytest.skip("no docker compose on this machine")
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)
    read = subprocess.run(
        [docker, "compose", "config", "--format", "json"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert set(json.loads(read.stdout)["services"]) == set(SERVICES)
