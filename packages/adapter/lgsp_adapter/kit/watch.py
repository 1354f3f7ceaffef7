"""What the kit sees of an adapter from outside: its sockets, its log."""

import asyncio
import inspect
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

_DESCRIPTORS: Final = Path("/proc/self/fd")
_STEP: Final = 0.01


def sockets() -> set[str]:
    """Return the open sockets of this process, as the kernel calls them."""
    if not _DESCRIPTORS.is_dir():
        pytest.skip("this system does not list the sockets of a process")
    found = (_target(each) for each in _DESCRIPTORS.iterdir())
    return {each for each in found if each.startswith("socket:")}


async def sockets_left(before: set[str], patience: float) -> set[str]:
    """Return the sockets that are open, were not `before`, and do not close within `patience`."""
    for _ in range(int(patience / _STEP)):
        if not sockets() - before:
            break
        # The fake's end of a connection closes a moment after the adapter's.
        await asyncio.sleep(_STEP)
    return sockets() - before


def _target(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except OSError:  # It was the one by which the directory was read.
        return ""


@contextmanager
def logged_by(adapter: type[object]) -> Iterator[list[logging.LogRecord]]:
    """Collect what the code in an adapter's own folder logs, at any level."""
    folder = Path(inspect.getfile(adapter)).parent
    found: list[logging.LogRecord] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if folder in Path(record.pathname).parents:
                found.append(record)

    handler, root = Collector(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield found
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
