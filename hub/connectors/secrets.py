"""Where the secrets of connectors come from: `env:NAME`, `file:PATH`, `vault:PATH#FIELD`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from lgsp_adapter import NoSecret, Resolver, Retryable
from lgsp_adapter.confined import confined

from hub.ports import Unavailable


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
    """Return the resolvers that every connector is lent: none reads the hub's own secrets."""

    async def of_vault(reference: str) -> str:
        if vault is None:
            raise NoSecret("no store of secrets is set (HUB_CONNECTORS_VAULT_URL)")
        try:
            return await vault.read(reference)
        except Unavailable as error:
            raise Retryable(str(error), untouched=True) from error

    return {**confined(environ, prefix, folder, "HUB_CONNECTORS_SECRETS"), "vault": of_vault}
