"""What the runtime lends an adapter: secrets, objects, the time, a log."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from pydantic import SecretStr

from lgsp_adapter.errors import Reject, Retryable
from lgsp_adapter.masking import Masking
from lgsp_adapter.secret import Resolver, Secret, resolve

Fetch = Callable[[str], AsyncIterator[bytes]]
"""Reads an object by its hash, in pieces."""

Store = Callable[[AsyncIterator[bytes], str], Awaitable[str]]
"""Keeps bytes of a media type as an object; returns its hash, `sha256:<hex>`, once durable."""


async def no_objects(hash_: str) -> AsyncIterator[bytes]:
    """Know no object."""
    raise Reject("unknown_object", hash_)
    yield b""  # What makes it a generator.


async def no_store(pieces: AsyncIterator[bytes], media_type: str) -> str:  # noqa: ARG001
    """Keep nothing."""
    raise Retryable("no object store", untouched=True)


# The library for HTTP tells each address with its query at INFO: keys of dossiers and tokens stand
# there (invariant 9). Here, because every adapter has a context, whichever client it opens.
logging.getLogger("httpx2").setLevel(logging.WARNING)


def utc_now() -> datetime:
    """Return the time of this machine."""
    return datetime.now(UTC)


CONNECTOR: Final = "connector"
"""The field of each log record that names the connector."""


class _Named(logging.Filter):
    """Gives each record the field `connector`; a structured log shows it."""

    def filter(self, record: logging.LogRecord) -> bool:
        setattr(record, CONNECTOR, self.name)
        return True


class Context:
    """Given to `open`; valid until `close`."""

    def __init__(
        self,
        name: str,
        *,
        resolvers: Mapping[str, Resolver] | None = None,
        fetch: Fetch = no_objects,
        store: Store = no_store,
        now: Callable[[], datetime] = utc_now,
        networks: tuple[str, ...] = (),
    ) -> None:
        self._resolvers = resolvers or {}
        self._masking = Masking()
        self.fetch = fetch
        """`ctx.fetch(hash)` yields the object's bytes. Without access to it: `Retryable` (it may be
        given a moment after the message) or `Reject("unknown_object")`."""
        self.store = store
        """`await ctx.store(pieces, media_type)` keeps an attachment; a `Draft` names the hash."""
        self.now = now
        """The time, aware."""
        self.networks = networks
        """Where this connector may connect to, as CIDR, approved by a second person; none: nowhere.

        For `lgsp_adapter.net.open_client`.
        """
        # Not from the registry of loggers: its filter holds the secrets of this connector alone.
        self.log = logging.Logger(f"lgsp_adapter.{name}")  # noqa: LOG001  (see above)
        """Masks every secret that was resolved through this context."""
        self.log.parent = logging.getLogger("lgsp_adapter")
        self.log.addFilter(_Named(name))
        self.log.addFilter(self._masking)

    @property
    def schemes(self) -> tuple[str, ...]:
        """The schemes of references that the runtime resolves by itself."""
        return tuple(self._resolvers)

    async def read(self, hash_: str) -> bytes:
        """Return an object whole, where it fits into the memory; raises what `fetch` raises."""
        return b"".join([piece async for piece in self.fetch(hash_)])

    async def keep(self, data: bytes, media_type: str) -> str:
        """Keep an attachment that is in the memory already; return its hash."""
        return await self.store(_pieces(data), media_type)

    async def secret(self, secret: Secret) -> SecretStr:
        """Return a secret of the configuration; `.get_secret_value()` only where it is used.

        Raises:
            Fatal: there is none.
            Retryable: the store of secrets does not answer now.
        """
        value = await resolve(secret, self._resolvers)
        self._masking.hide(value.get_secret_value())
        return value

    def mask(self, text: str) -> str:
        """Return `text` without the secrets resolved so far: for details that leave the runtime."""
        return self._masking.mask(text)


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    yield data
