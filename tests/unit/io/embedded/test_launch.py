"""A start that fails says why, in words that an operator can act on."""

import pytest

from hub.io.embedded import launch
from hub.io.embedded.broker import EmbeddedBroker
from hub.io.embedded.errors import BrokerFailed, DataDirectoryUnusable, EmbeddedBrokerError
from hub.io.embedded.storage import Layout

pytestmark = pytest.mark.enable_socket  # a free port is found by trying


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Start a broker whose Java is the given shell script."""
    home = tmp_path / "java"

    def run(script):
        program = home / "bin" / "java"
        program.parent.mkdir(parents=True)
        version = '[ "$1" = -version ] && { echo \'version "17.0.1"\' >&2; exit 0; }'
        program.write_text(f"#!/bin/sh\n{version}\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("JAVA_HOME", str(home))
        EmbeddedBroker(tmp_path / "data", port=0, controller_port=0, jars=[]).start_now()

    return run


def layout_of(tmp_path):
    return Layout(root=tmp_path / "data")


def cleanly_stopped(tmp_path):
    """Leave what a broker leaves that ran and stopped."""
    layout_of(tmp_path).records.mkdir(parents=True)
    layout_of(tmp_path).clean_end.touch()


def controller(tmp_path, *lines):
    """Return a script that logs these lines as a controller and runs on; as a broker it ends."""
    layout = layout_of(tmp_path)
    layout.records.mkdir(parents=True)
    layout.log.parent.mkdir()
    said = "".join(f"echo '{line}' >> '{layout.log}'; " for line in lines)
    alone = f"grep -q '^process.roles=controller$' '{layout.properties}'"
    return f"{alone} && {{ {said}exec sleep 60; }}; echo the broker itself; exit 1"


def test_after_a_crash_a_controller_first_declares_the_dead_broker_dead(
    start, tmp_path, monkeypatch
):
    monkeypatch.setattr(launch, "SETTLE_SECONDS", 0)
    with pytest.raises(BrokerFailed, match="the broker itself"):
        start(controller(tmp_path, launch.ACTIVE, launch.FENCED + "at epoch 7"))


def test_a_dead_broker_that_was_declared_dead_before_delays_the_start_by_a_bound(
    start, tmp_path, monkeypatch
):
    monkeypatch.setattr(launch, "FENCED_SECONDS", 0.2)
    with pytest.raises(BrokerFailed, match="the broker itself"):
        start(controller(tmp_path, launch.ACTIVE))


def test_a_controller_that_never_works_is_an_error(start, tmp_path, monkeypatch):
    monkeypatch.setattr(launch, "START_SECONDS", 0.3)
    with pytest.raises(BrokerFailed, match="controller did not start"):
        start(controller(tmp_path))


def test_a_failed_format_shows_the_reason_and_leaves_no_half_storage(start, tmp_path):
    with pytest.raises(BrokerFailed, match="could not format") as error:
        start("echo synthetic reason; mkdir -p '" + str(tmp_path / "data/kafka.new") + "'; exit 1")
    assert "    synthetic reason" in str(error.value)
    assert not layout_of(tmp_path).records.exists()


def test_a_broker_that_ends_at_once_shows_its_status_and_log(start, tmp_path):
    cleanly_stopped(tmp_path)
    with pytest.raises(BrokerFailed, match=r"ended at its start \(status 3\)") as error:
        start("echo synthetic reason; exit 3")
    assert "synthetic reason" in str(error.value)
    assert str(layout_of(tmp_path).log) in str(error.value)


def test_only_lines_of_this_start_are_shown(start, tmp_path):
    layout = layout_of(tmp_path)
    cleanly_stopped(tmp_path)
    layout.log.parent.mkdir()
    layout.log.write_text("a line of last year\n")
    with pytest.raises(BrokerFailed) as error:
        start(f"echo a line of today >> '{layout.log}'; exit 1")
    assert "a line of today" in str(error.value)
    assert "last year" not in str(error.value)


def test_a_disk_that_fills_during_the_start_is_named(start, tmp_path):
    cleanly_stopped(tmp_path)
    with pytest.raises(DataDirectoryUnusable, match="is full"):
        start("echo java.io.IOException: No space left on device; exit 1")


def test_a_broker_that_never_answers_is_stopped_after_the_bound(start, tmp_path, monkeypatch):
    cleanly_stopped(tmp_path)
    monkeypatch.setattr(launch, "START_SECONDS", 0.3)
    with pytest.raises(BrokerFailed, match="did not answer"):
        start("exec sleep 60")


def test_after_a_failed_start_the_directory_is_free(start, tmp_path):
    cleanly_stopped(tmp_path)
    with pytest.raises(EmbeddedBrokerError):
        start("exit 1")
    assert not layout_of(tmp_path).pid.exists()
    other = EmbeddedBroker(tmp_path / "data", port=0, controller_port=0, jars=[])
    with pytest.raises(BrokerFailed):
        other.start_now()
