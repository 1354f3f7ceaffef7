"""One child process that never outlives the hub, can be awaited, and is stopped within a bound."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Final

GUARD: Final = Path(__file__).with_name("guard.py")

KILLED_SECONDS: Final = 30
"""Longest wait for a process to be gone after SIGKILL: it may first have to finish disk writes."""


class BoundProcess:
    """A running child. Its standard output and error go to `output`, which is written anew.

    The thread that starts the child waits for it: the kernel's parent-death signal follows that
    thread (prctl(2)), so it must live as long as the child. It is a daemon thread: when the hub
    ends without a stop, the child is killed.
    """

    def __init__(self, command: Sequence[str | Path], *, output: Path) -> None:
        """Start the child.

        Raises:
            OSError: it could not be started.
        """
        self._exit: Future[int] = Future()
        self._exit.set_running_or_notify_cancel()  # a cancelled waiter must not cancel the fact
        started: Future[subprocess.Popen[bytes]] = Future()
        arguments = (command, output, started)
        threading.Thread(target=self._run, args=arguments, name="broker", daemon=True).start()
        self._process = started.result()

    @property
    def pid(self) -> int:
        """Return the process id, of the child also after its end."""
        return self._process.pid

    @property
    def exit(self) -> Future[int]:
        """Return the future exit status; negative is the number of the signal that ended it."""
        return self._exit

    @property
    def running(self) -> bool:
        """Return whether the child has not ended yet."""
        return not self._exit.done()

    def kill(self) -> None:
        """End the child with SIGKILL and wait until it is gone.

        Raises:
            TimeoutError: it hangs in the kernel (a dead disk).
        """
        self._process.kill()
        self._exit.result(timeout=KILLED_SECONDS)

    def stop(self, *, seconds: float) -> int:
        """Ask with SIGTERM, wait at most `seconds`, then kill. Return the exit status."""
        self._process.terminate()
        with contextlib.suppress(TimeoutError):
            return self._exit.result(timeout=seconds)
        self.kill()
        return self._exit.result()

    def _run(
        self,
        command: Sequence[str | Path],
        output: Path,
        started: Future[subprocess.Popen[bytes]],
    ) -> None:
        guarded = [sys.executable, "-I", "-S", GUARD, str(os.getpid()), *command]
        try:
            with output.open("wb") as file:
                # A session of its own: Ctrl-C in the terminal reaches the hub, which stops the
                # broker last, and not the broker at once.
                process = subprocess.Popen(  # noqa: S603  (the caller built the command)
                    guarded,
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    # Java encodes file names by the locale: in "C" it cannot open "Dữ liệu".
                    env={**os.environ, "LC_ALL": "C.UTF-8"},
                )
        except OSError as error:
            started.set_exception(error)
            return
        started.set_result(process)
        self._exit.set_result(process.wait())
