"""Processes that are measured, and held still for it."""

import contextlib
import subprocess
import sys
import time
from pathlib import Path

from bench.procfs import cpu_seconds, frozen

SPINNING = """
import threading, time
def spin():
    while True:
        time.sleep(0.001)
for _ in range(40):
    threading.Thread(target=spin, daemon=True).start()
print("spinning", flush=True)
spin()
"""


@contextlib.contextmanager
def spinning():
    command = [sys.executable, "-c", SPINNING]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        try:
            yield child.pid
        finally:
            child.kill()


def states(pid):
    stats = [(one / "stat").read_text() for one in Path(f"/proc/{pid}/task").iterdir()]
    return {stat.rpartition(")")[2].split()[0] for stat in stats}


def test_no_thread_of_a_frozen_process_runs_from_its_first_line_on():
    with spinning() as pid:
        for _ in range(20):
            with frozen(pid):
                assert states(pid) == {"T"}
            time.sleep(0.005)


def test_a_thawed_process_goes_on():
    with spinning() as pid:
        with frozen(pid):
            used = cpu_seconds(pid)
        deadline = time.monotonic() + 30
        while cpu_seconds(pid) == used:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_what_fails_meanwhile_leaves_no_process_frozen():
    with spinning() as pid:
        with contextlib.suppress(ValueError), frozen(pid):
            raise ValueError("test")
        deadline = time.monotonic() + 30
        while states(pid) == {"T"}:
            assert time.monotonic() < deadline
            time.sleep(0.01)
