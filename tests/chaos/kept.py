"""Processes that a drill kills and freezes at will, and that start again by themselves."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

from hub.io.embedded.process import GUARD

MOST_STARTS = 100
"""A process that ends at once, again and again, must not start for ever."""

PAUSE_SECONDS = 0.05
"""Between an end and the next start."""

END_SECONDS = 30


class Kept:
    """One process of the hub, in the hands of a thread that starts it again whenever it ends.

    The kernel kills the child when the thread that started it ends, so nothing outlives a test.
    """

    def __init__(self, name, command, *, environ, log):
        self.name, self.command, self._environ, self.log = name, command, environ, log
        self.ends: list[int] = []
        """The exit statuses so far; negative for a signal."""
        self._process: subprocess.Popen[bytes] | None = None
        self._next: tuple[list[str], dict[str, str]] | None = None
        self._stopping = threading.Event()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"keep-{name}", daemon=True)

    def start(self):
        self._thread.start()
        assert self._started.wait(END_SECONDS)

    @property
    def pid(self):
        """Return the id of the running process, or None while there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def signal(self, number):
        """Send a signal to the running process, if there is one."""
        pid = self.pid
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self):
        """End it as `kill -9` does; it starts again."""
        self.signal(signal.SIGKILL)

    def restart_as(self, command, environ):
        """Kill it; its next start, and only that one, runs `command` with more variables."""
        self._next = (command, environ)
        self.kill()

    def let_go(self):
        """Do not start it again once it has ended."""
        self._stopping.set()

    def stop(self):
        """End it, cleanly if it can, and do not start it again."""
        self._stopping.set()
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        self._thread.join(END_SECONDS)
        if self._thread.is_alive():
            self.kill()
            self._thread.join(END_SECONDS)

    def await_end(self, count, seconds):
        """Return the status of the `count`th end."""
        deadline = time.monotonic() + seconds
        while len(self.ends) < count:
            assert time.monotonic() < deadline, f"{self.name} did not end within {seconds} s"
            time.sleep(PAUSE_SECONDS)
        return self.ends[count - 1]

    def _keep(self):
        while not self._stopping.is_set() and len(self.ends) < MOST_STARTS:
            command, more = self._next or (self.command, {})
            self._next = None
            guarded = [sys.executable, "-I", "-S", str(GUARD), str(os.getpid()), *command]
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(
                    guarded,
                    env=self._environ | more,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            self._started.set()
            self.ends.append(self._process.wait())
            self._stopping.wait(PAUSE_SECONDS)


class KeptBroker:
    """The embedded broker, started again on the same data whenever it was killed."""

    name = "broker"

    def __init__(self, broker):
        self._broker = broker
        self.starts = 0
        self.down_seconds: list[float] = []
        """How long each of its absences lasted."""
        self.away = threading.Event()
        """Whether restarts wait: set it before a kill that is to last."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="keep-broker", daemon=True)

    def start(self):
        self._broker.start_now()
        self.starts = 1
        self._thread.start()

    @property
    def pid(self):
        return self._broker.pid

    def signal(self, number):
        pid = self.pid
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self):
        self.signal(signal.SIGKILL)

    def stop(self):
        self._stopping.set()
        self.away.clear()
        self.signal(signal.SIGCONT)
        self._broker.stop_now()
        self._thread.join(END_SECONDS)

    def _keep(self):
        while True:
            asyncio.run(self._broker.wait())
            began = time.monotonic()
            while self.away.is_set() and not self._stopping.is_set():
                time.sleep(PAUSE_SECONDS)
            if self._stopping.is_set():
                return
            self._broker.start_now()
            self.starts += 1
            self.down_seconds.append(time.monotonic() - began)
