"""The broker's process ends when it must: on request, in bounded time, and with the hub."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hub.io.embedded.process import BoundProcess

STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""

HUB = """
import sys, threading, time
from pathlib import Path
from hub.io.embedded.process import BoundProcess
def start():
    print(BoundProcess(["/bin/sleep", "60"], output=Path(sys.argv[1])).pid, flush=True)
starter = threading.Thread(target=start)
starter.start()
starter.join()
time.sleep(60)
"""
"""A hub whose starting thread ends at once: the child must stay, until the hub itself dies."""


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def eventually(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_child_that_ignores_sigterm_is_killed_after_the_bound(tmp_path):
    output = tmp_path / "out"
    child = BoundProcess([sys.executable, "-c", STUBBORN], output=output)
    eventually(lambda: b"ready" in output.read_bytes())
    assert child.stop(seconds=0.1) == -signal.SIGKILL
    assert not child.running


def test_a_child_that_ends_by_itself_is_noticed_with_its_status(tmp_path):
    child = BoundProcess(["/bin/sh", "-c", "echo last words; exit 3"], output=tmp_path / "out")
    assert child.exit.result(timeout=10) == 3
    assert (tmp_path / "out").read_text() == "last words\n"
    assert child.stop(seconds=0.1) == 3


def test_an_output_that_cannot_be_written_is_an_error_not_a_hang(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        BoundProcess(["/bin/true"], output=tmp_path / "missing" / "out")


def test_the_child_outlives_the_thread_that_started_it_but_not_a_killed_hub(tmp_path):
    command = [sys.executable, "-c", HUB, str(tmp_path / "out")]
    hub = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert hub.stdout
    child = int(hub.stdout.readline())
    time.sleep(0.3)
    assert alive(child)
    os.kill(hub.pid, signal.SIGKILL)
    hub.communicate()
    eventually(lambda: not alive(child))
