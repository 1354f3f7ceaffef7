"""Secrets out of one folder, and out of variables with one prefix: for a runtime's `resolvers`.

Whoever may write a connector's configuration must not be able to read the runtime's own secrets by
it: he could send them to a peer of his own. So each scheme is confined to what is for connectors.
"""

import asyncio
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from lgsp_adapter.secret import NoSecret, Resolver

MAX_BYTES: Final = 65_536
"""Of one secret: a private key with its chain of certificates has some kilobytes."""

# O_NONBLOCK: a pipe in the folder must not hold a thread for ever. O_NOFOLLOW: what became a link
# after it was resolved is not followed. Windows has neither, and no such pipes.
_FLAGS: Final = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC", "O_BINARY")
)


def confined(
    environ: Mapping[str, str], prefix: str, folder: Path, setting: str
) -> dict[str, Resolver]:
    """Return the resolvers of `env` and `file`.

    `setting`: what an operator sets to name another folder; it stands in the words.
    """

    async def of_environment(name: str) -> str:
        if not name.startswith(prefix):
            raise NoSecret(f"only variables whose names begin with {prefix} are for connectors")
        if name not in environ:
            raise NoSecret("the variable is not set where the process was started")
        return environ[name]

    async def of_file(path: str) -> str:
        return await asyncio.to_thread(read_confined, folder, path, setting)

    return {"env": of_environment, "file": of_file}


def read_confined(folder: Path, path: str, setting: str) -> str:
    """Return the text of a file in a folder, without the newline that editors end it with.

    Raises:
        NoSecret: it is outside, not there, no text, or too large.
    """
    root = folder.resolve()
    # A relative path is below the folder. Links are followed first: one that leads out is outside,
    # one within (Kubernetes mounts secrets so) is not.
    real = (root / path).resolve()
    if not real.is_relative_to(root):
        raise NoSecret(f"the file is outside the folder of secrets ({setting})")
    try:
        text = _read(real).decode()
    except (OSError, ValueError):
        raise NoSecret("the file in the folder of secrets cannot be read as text") from None
    return text.removesuffix("\n").removesuffix("\r")


def _read(path: Path) -> bytes:
    descriptor = os.open(path, _FLAGS)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_BYTES:
            raise ValueError("not a secret's file")
        return file.read(MAX_BYTES)
