import subprocess
import sys

import pytest
from typer.testing import CliRunner

from hub.cli.errors import EX_CONFIG
from hub.cli.main import app

COMMANDS = [
    *("init", "up", "run", "status", "health", "admin", "connector", "dead-letter", "quarantine"),
    *("rebuild", "version"),
]


def test_help_shows_every_command():
    told = CliRunner().invoke(app, ["--help"])
    assert told.exit_code == 0
    assert all(f"\n  {command}" in told.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_in_both_languages(command):
    told = CliRunner().invoke(app, [command, "--help"])
    assert told.exit_code == 0
    assert not told.stdout.isascii()


def test_help_loads_nothing_that_is_slow():
    """The help of a command line must come at once."""
    program = (
        "import sys; import hub.cli.main; "
        "sys.exit(','.join({'aiokafka', 'sqlalchemy', 'fastapi', 'pydantic', 'cryptography'}"
        " & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert ended.stderr.decode().strip() == ""


def test_a_failed_command_prints_a_reason_and_no_stack_trace(tmp_path, monkeypatch):
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    told = CliRunner().invoke(app, ["up"])
    assert told.exit_code == EX_CONFIG
    assert "hub init" in told.stderr
    assert "Traceback" not in told.stderr


def test_init_is_bilingual_and_can_be_repeated(tmp_path, monkeypatch):
    monkeypatch.setenv("HUB_HOME", str(tmp_path / ".hub"))
    first = CliRunner().invoke(app, ["init", "--hub", "lgsp-thu"])
    assert first.exit_code == 0, first.stderr
    assert "Đã tạo trục lgsp-thu" in first.stdout
    assert "Made the hub lgsp-thu" in first.stdout
    assert "secrets/admin.token" in first.stdout
    token = (tmp_path / ".hub" / "secrets" / "admin.token").read_text()
    assert token.strip() not in first.stdout
    again = CliRunner().invoke(app, ["init"])
    assert "nothing changed: lgsp-thu" in again.stdout
    refused = CliRunner().invoke(app, ["init", "--hub", "another"])
    assert refused.exit_code == 1
    assert "fixed" in refused.stderr


def test_init_refuses_a_name_that_breaks_the_grammar(tmp_path, monkeypatch):
    monkeypatch.setenv("HUB_HOME", str(tmp_path / ".hub"))
    refused = CliRunner().invoke(app, ["init", "--hub", "Tỉnh"])
    assert refused.exit_code == 1
    assert not (tmp_path / ".hub").exists()
