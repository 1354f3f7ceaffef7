"""Who may use a data directory, and when it is refused."""

import os
import subprocess
import sys

import pytest

from hub.io.embedded import storage
from hub.io.embedded.errors import DataDirectoryInUse, DataDirectoryUnusable
from hub.io.embedded.storage import Layout


@pytest.fixture
def layout(tmp_path):
    layout = Layout(root=tmp_path / "broker")
    storage.prepare(layout)
    return layout


@pytest.fixture
def sleeper():
    """Start a process with the given words on its command line."""
    started = []

    def start(*words):
        program = "import time; print(flush=True); time.sleep(60)"
        command = [sys.executable, "-c", program, *map(str, words)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout
        process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_second_hub_is_refused_and_told_who_holds_the_directory(layout):
    with (
        storage.take(layout),
        pytest.raises(DataDirectoryInUse, match=f"the hub with pid {os.getpid()}"),
    ):
        storage.take(layout)


def test_the_directory_is_free_again_when_its_hub_gives_it_back(layout):
    storage.take(layout).close()
    storage.take(layout).close()


def test_a_broker_that_a_dead_hub_left_is_ended(layout, sleeper):
    orphan = sleeper(layout.properties)
    layout.pid.write_text(f"{orphan.pid}\n")
    storage.end_orphan(layout)
    assert orphan.wait(timeout=10) == -9
    assert not layout.pid.exists()


def test_a_stale_pid_file_never_ends_another_process(layout, sleeper):
    other = sleeper("somebody else's program")
    layout.pid.write_text(f"{other.pid}\n")
    storage.end_orphan(layout)
    assert other.poll() is None
    assert not layout.pid.exists()


@pytest.mark.parametrize("text", ["", "no number", "4194304999"])
def test_a_damaged_pid_file_is_forgotten(layout, text):
    layout.pid.write_text(text)
    storage.end_orphan(layout)
    assert not layout.pid.exists()


def test_a_full_disk_is_refused_before_the_start(tmp_path, monkeypatch):
    monkeypatch.setattr(storage, "MIN_FREE_BYTES", 1 << 60)
    with pytest.raises(DataDirectoryUnusable, match=r"is full: \d+ MB free") as error:
        storage.prepare(Layout(root=tmp_path))
    assert "Next: free space on this disk" in str(error.value)


def test_a_directory_that_cannot_be_made_says_so(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataDirectoryUnusable, match="cannot be written"):
        storage.prepare(Layout(root=tmp_path / "file" / "broker"))


def test_a_comma_that_kafka_would_split_at_is_refused(tmp_path):
    with pytest.raises(DataDirectoryUnusable, match="without a comma"):
        storage.prepare(Layout(root=tmp_path / "a,b"))
