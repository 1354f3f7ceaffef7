"""TCP ports on the loopback interface: choose free ones, say who holds a taken one."""

import contextlib
import secrets
import socket
from pathlib import Path
from typing import Final

from hub.io.embedded.errors import PortTaken

LOOPBACK: Final = "127.0.0.1"
"""The embedded broker has no authentication, so nothing outside this machine may reach it."""

FIRST_FREE: Final = 20_000
LAST_FREE: Final = 30_000
"""Where free ports are looked for: below Linux's range for outgoing connections (from 32768), from
which any client on this machine could take the port between the look and the broker's start."""

LISTEN_STATE: Final = "0A"
"""TCP_LISTEN in /proc/net/tcp (proc_pid_net(5))."""


def free_port(*others: int | None) -> int:
    """Return a port on which nobody listens now; at random, so that two callers seldom collide.

    It is none of `others`, which are meant for something that does not listen yet.
    """
    while True:
        port = FIRST_FREE + secrets.randbelow(LAST_FREE - FIRST_FREE)
        if port not in others and is_free(port):
            return port


def is_free(port: int) -> bool:
    """Return whether a server could listen on this port of the loopback interface."""
    with socket.socket() as probe:
        # As Java does: connections that are only being forgotten (TIME_WAIT) do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def require_free(port: int) -> None:
    """Return if a server could listen there.

    Raises:
        PortTaken: with the holder's name and pid where this user may see them.
    """
    if not is_free(port):
        raise PortTaken(port, owner_of(port))


def owner_of(port: int) -> str | None:
    """Return "name (pid N)" of the process that listens on the port, if it can be seen."""
    inodes = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        # Processes end while we look, and others' descriptors are closed to us.
        with contextlib.suppress(OSError):
            if str(link.readlink()) in inodes:
                process = link.parent.parent
                return f"{(process / 'comm').read_text().strip()} (pid {process.name})"
    return None


def _listening_inodes(port: int) -> set[str]:
    """Return the socket inodes that listen on the port, from the kernel's tables."""
    inodes: set[str] = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        with contextlib.suppress(OSError):
            for line in table.read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == LISTEN_STATE and int(fields[1].rpartition(":")[2], 16) == port:
                    inodes.add(fields[9])
    return inodes
