"""The whole hub under `hub up`: what an operator sees, and what happens when something dies."""

import json
import os
import signal
import time
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.kafka

PROCESSES = ["broker", "api", "connectors", "documents", "router", "recorder", "views"]


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def pids_of(hub):
    pids = [row["pid"] for row in hub.status()["rows"]]
    assert all(pids)
    return pids


def test_every_process_runs_and_is_ready(running_hub):
    assert [row["name"] for row in running_hub.status()["rows"]] == PROCESSES
    told = running_hub.command("status", "--json")
    assert told.returncode == 0
    assert json.loads(told.stdout)["ready"]
    for name in PROCESSES[1:]:
        assert running_hub.command("health", name).returncode == 0


def test_the_api_is_ready_when_the_table_says_so(running_hub):
    with urllib.request.urlopen(f"{running_hub.url}/readyz", timeout=10) as answer:
        assert json.load(answer)["status"] == "ready"


def test_a_second_hub_up_on_the_same_home_is_refused(running_hub):
    refused = running_hub.command("up")
    assert refused.returncode == 1
    assert f"pid {running_hub.pid}" in refused.stderr
    assert running_hub.status()["ready"]


def test_a_registered_system_may_send_and_another_receives(running_hub):
    running_hub.register_all({"gui-mot": None, "nhan-mot": "H98.71"})
    running_hub.allow("gui-mot")
    assert set(running_hub.identities) >= {"gui-mot", "nhan-mot"}


def test_one_hub_through_its_life(own_hub):
    """One hub for all deaths, because each start costs many seconds."""
    own_hub.start()
    _survives_the_death_of(own_hub, *PROCESSES[1:])
    _survives_the_death_of(own_hub, "broker")
    _stops_everything_in_bounded_time(own_hub)


@pytest.mark.long
def test_it_starts_again_after_it_was_killed(own_hub):
    own_hub.start()
    _takes_everything_along_when_it_is_killed(own_hub)
    own_hub.launch()
    own_hub.await_ready()


def _survives_the_death_of(hub, *names):
    before = {name: hub.row(name) for name in names}
    for row in before.values():
        os.kill(row["pid"], signal.SIGKILL)
    hub.await_that(lambda: all(hub.row(n)["restarts"] > before[n]["restarts"] for n in names))
    hub.await_ready()


def _takes_everything_along_when_it_is_killed(hub):
    """kill -9 leaves no time to stop anything: the kernel ends the children."""
    pids = pids_of(hub)
    hub.stop(signal.SIGKILL)
    deadline = time.monotonic() + 30
    while any(is_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(is_alive(pid) for pid in pids)


def _stops_everything_in_bounded_time(hub):
    pids = pids_of(hub)
    began = time.monotonic()
    assert hub.stop(signal.SIGTERM) == 0
    assert time.monotonic() - began < 45
    assert not any(is_alive(pid) for pid in pids)
    assert hub.command("status").returncode == 1


def test_a_taken_port_is_told_with_its_holder_and_nothing_is_left_running(running_hub, own_hub):
    assert own_hub.command("init").returncode == 0
    own_hub.environ["HUB_KAFKA_BOOTSTRAP"] = running_hub.bootstrap
    refused = own_hub.command("up")
    assert refused.returncode == 1
    assert f"Port {running_hub.broker_port}" in refused.stderr


def test_without_hub_init_the_next_step_is_named(own_hub):
    refused = own_hub.command("up")
    assert refused.returncode == 78
    assert "hub init" in refused.stderr
