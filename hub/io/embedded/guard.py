"""Become the broker, after asking the kernel to kill it with the hub.

Run as a script, not imported: `python -I -S guard.py HUB_PID COMMAND…`. It replaces itself by the
command, so the broker keeps this process's id. A hub killed with -9 cannot stop its broker; an
orphan would keep the port and the data directory. The kernel sends the signal when the *thread*
that started this process ends; `process.py` keeps that thread for as long as the broker lives.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""prctl(2). Kept over execve, unless the program is set-user-id, which java is not."""


def main(arguments: list[str]) -> None:
    """Bind this process to its parent and execute the command.

    SIGKILL, because an orphan that hangs in its clean stop has nobody left to end it; Kafka
    recovers from it as from any crash.
    """
    hub, *command = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != int(hub):  # the hub died before the line above
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606  (no shell is wanted; the caller built the command)


if __name__ == "__main__":
    main(sys.argv[1:])
