"""Where the secrets of connectors come from: `env:NAME`, `file:PATH`, `vault:PATH#FIELD`.

An operator who may write a configuration must not be able to read the hub's own secrets by it: he
could send them to a peer of his own. So each scheme is confined to what is meant for connectors.
"""

import asyncio
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from lgsp_adapter import NoSecret, Resolver, Retryable

from hub.ports import Unavailable

MAX_BYTES: Final = 65_536
"""Of one secret: a private key with its chain of certificates has some kilobytes."""


class Vault(Protocol):
    """A store of secrets: `hub.io.vault.Vault`."""

    async def read(self, reference: str) -> str:
        """Return the text behind `PATH#FIELD`.

        Raises:
            NoSecret: there is none, or the hub may not read it.
            Unavailable: the store does not answer.
        """
        ...


def resolvers(
    environ: Mapping[str, str], prefix: str, folder: Path, vault: Vault | None
) -> Mapping[str, Resolver]:
    """Return the resolvers that every connector is lent."""

    async def of_environment(name: str) -> str:
        if not name.startswith(prefix):
            raise NoSecret(f"only variables whose names begin with {prefix} are for connectors")
        if name not in environ:
            raise NoSecret("the variable is not set where the connectors process was started")
        return environ[name]

    async def of_file(path: str) -> str:
        return await asyncio.to_thread(read_confined, folder, path)

    async def of_vault(reference: str) -> str:
        if vault is None:
            raise NoSecret("no store of secrets is set (HUB_CONNECTORS_VAULT_URL)")
        try:
            return await vault.read(reference)
        except Unavailable as error:
            raise Retryable(str(error), untouched=True) from error

    return {"env": of_environment, "file": of_file, "vault": of_vault}


def read_confined(folder: Path, path: str) -> str:
    """Return the text of a file in a folder, without the newline that editors end it with.

    Raises:
        NoSecret: it is outside, not there, no text, or too large.
    """
    root = folder.resolve()
    # A relative path is below the folder. Links are followed first: one that leads out is outside,
    # one within (Kubernetes mounts secrets so) is not.
    real = (root / path).resolve()
    if not real.is_relative_to(root):
        raise NoSecret("the file is outside the folder of secrets (HUB_CONNECTORS_SECRETS)")
    try:
        text = _read(real).decode()
    except (OSError, ValueError):
        raise NoSecret("the file in the folder of secrets cannot be read as text") from None
    return text.removesuffix("\n").removesuffix("\r")


def _read(path: Path) -> bytes:
    # O_NONBLOCK: a pipe in the folder must not hold a thread for ever. O_NOFOLLOW: what became a
    # link after it was resolved is not followed.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_BYTES:
            raise ValueError("not a secret's file")
        return file.read(MAX_BYTES)
