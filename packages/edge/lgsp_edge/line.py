"""The way to the hub: HTTPS outwards, one call at a time. Its errors are sorted here."""

import ssl
from dataclasses import dataclass
from typing import Final, Protocol

import httpx2
from lgsp_client import (
    Backoff,
    HubClient,
    HubProtocolError,
    HubRefused,
    HubUnauthorised,
    HubUnavailable,
    Identity,
    KeptDirectory,
    Outgoing,
)
from lgsp_client.arrived import Parcel, read_page
from lgsp_client.transfers import Content, Goal, Ticket, download, upload

from lgsp_edge.bandwidth import Meter, MeteredTransport
from lgsp_edge.tls import words

ONCE: Final = Backoff(attempts=1)
"""The queues repeat, not the client: what waits must be seen to wait."""

UNDECIDED: Final = "accepted"


class Away(Exception):
    """No answer, or none that decides. Nothing is lost; it is tried again.

    Attributes:
        after: seconds that the hub asked to wait.
        whole: it concerns the line; else, as far as is known, this one call alone.
    """

    def __init__(self, words: str, after: float | None = None, *, whole: bool = True) -> None:
        super().__init__(words)
        self.after, self.whole = after, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of the inbox, and the cursor behind it."""

    parcels: tuple[Parcel, ...]
    cursor: str | None


class Line(Protocol):
    """What the edge asks of a hub."""

    async def send(self, message: Outgoing, wait: int) -> bool:
        """Send a signed message. True: the hub has decided to take it. False: not decided yet.

        Raises:
            HubRefused: the decision is a refusal.
            Away: anything else.
        """
        ...

    async def page(self, after: str | None, wait: int, limit: int) -> Page:
        """Return what is in the inbox behind a cursor; wait for the first message.

        Raises:
            Away: no answer.
        """
        ...

    async def directory(self, kept: KeptDirectory) -> None:
        """Bring the kept directory up to date.

        Raises:
            HubDirectoryUnusable: what came is not what the hub signs.
            Away: no answer.
        """
        ...

    async def upload(self, content: Content, ticket: Ticket) -> None:
        """Bring an object to the hub, or what is missing of it.

        Raises:
            Away: it broke off; the ticket says where to go on.
        """
        ...

    async def download(self, hash_: str, goal: Goal) -> None:
        """Fetch an object, or what is missing of it.

        Raises:
            HubRefused: we may not have it.
            Away: it broke off.
        """
        ...


class HttpLine:
    """The real one, over the client library. Use it as `async with`."""

    def __init__(
        self,
        url: str,
        identity: Identity,
        meter: Meter,
        *,
        tls: ssl.SSLContext | None = None,
        proxy: str | None = None,
        connections: int = 32,
        allow_plain_http: bool = False,
    ) -> None:
        limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
        verify = tls if tls is not None else True
        wire = httpx2.AsyncHTTPTransport(verify=verify, limits=limits, proxy=proxy)
        self._client = HubClient(
            url,
            identity,
            backoff=ONCE,
            transport=MeteredTransport(wire, meter),
            allow_plain_http=allow_plain_http,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def send(self, message: Outgoing, wait: int) -> bool:
        try:
            return (await self._client.send(message, wait=wait)).state != UNDECIDED
        except HubRefused as refused:
            raise _refusal_or_away(refused) from refused
        except (HubUnavailable, HubUnauthorised, HubProtocolError) as error:
            raise _away(error) from error

    async def page(self, after: str | None, wait: int, limit: int) -> Page:
        core = self._client.core
        try:
            fields = await self._client.run(core.page(after, wait, limit, None))
            parcels, cursor = read_page(fields)
        except (HubUnavailable, HubUnauthorised, HubProtocolError, HubRefused) as error:
            raise _away(error) from error
        return Page(parcels=tuple(parcels), cursor=cursor or after)

    async def directory(self, kept: KeptDirectory) -> None:
        try:
            await self._client.fetch_directory(kept)
        except HubRefused as refused:
            # An older hub has none: that says nothing about the line.
            raise Away(f"no directory there ({refused.reason})", whole=False) from refused
        except (HubUnavailable, HubUnauthorised, HubProtocolError) as error:
            raise _away(error) from error

    async def upload(self, content: Content, ticket: Ticket) -> None:
        try:
            await self._client.run(upload(self._client.core.session, content, ticket))
        except (HubUnavailable, HubUnauthorised, HubProtocolError, HubRefused) as error:
            raise _away(error) from error

    async def download(self, hash_: str, goal: Goal) -> None:
        try:
            await self._client.run(download(self._client.core.session, hash_, goal))
        except HubRefused as refused:
            raise _refusal_or_away(refused) from refused
        except (HubUnavailable, HubUnauthorised, HubProtocolError) as error:
            raise _away(error) from error


def _refusal_or_away(refused: HubRefused) -> HubRefused | Away:
    """Tell the hub's own word from that of a proxy on the way.

    A firewall's page with status 403 says nothing of a message: it would turn a week's backlog into
    dead letters. It may dislike this one alone (413), so the others go on.
    """
    code = str(refused.reason)
    if not code.startswith("http_"):
        return refused
    return Away(f"an answer that is not the hub's ({code})", whole=False)


def _away(error: Exception) -> Away:
    after = error.retry_after if isinstance(error, HubUnavailable) else None
    whole = not isinstance(error, HubProtocolError)
    told = words(error) or f"{type(error).__name__}: {error}"
    return Away(told, after, whole=whole)
