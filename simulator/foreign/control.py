"""The controls of sandbox peers over HTTP: what the demo may know of them and do with them."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self

import httpx2

from simulator.foreign.peers import Peer, Peers

SECONDS: Final = 15.0
"""Longest wait for a control call. They are never spoilt, but the machine may be busy."""

Effects = Mapping[tuple[str, str], int]
"""(kind, key) to how often it took effect."""


class Controls:
    """Speaks with the controls of all peers.

    Every method raises `httpx2.HTTPError` when a peer does not answer, or refuses.
    """

    def __init__(self, peers: Peers) -> None:
        self.peers = peers
        self._http = httpx2.AsyncClient(timeout=SECONDS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def bad_day(self, seed: int) -> None:
        """Let all peers misbehave by the demo's seed."""
        how = {"share": self.peers.misbehave, "seed": seed}
        for peer in self.peers.facts:
            await self.order(peer, "bad-day", how)

    async def effects(self, peer: Peer) -> Effects:
        """Return what a peer has in its journal."""
        answer = await self._http.get(f"{self.peers.url(peer)}/_sandbox/journal")
        return read_effects(answer.raise_for_status().json())

    async def order(self, peer: Peer, what: str, how: Mapping[str, Any]) -> Any:
        """Give a peer a command with a JSON object."""
        url = f"{self.peers.url(peer)}/_sandbox/{what}"
        return (await self._http.post(url, json=dict(how))).raise_for_status().json()

    async def put(self, peer: Peer, query: Mapping[str, str], content: bytes = b"") -> Any:
        """Give the axis a packet, or the portal a dossier, as another member would."""
        what = "put" if content else "submit"
        url = f"{self.peers.url(peer)}/_sandbox/{what}"
        answer = await self._http.post(url, params=dict(query), content=content)
        return answer.raise_for_status().json()


def effects_of(peers: Peers, peer: Peer) -> dict[tuple[str, str], int]:
    """Return what a peer has in its journal, for who has no loop.

    Raises:
        OSError: it does not answer.
    """
    try:
        answer = httpx2.get(f"{peers.url(peer)}/_sandbox/journal", timeout=SECONDS)
        return read_effects(answer.raise_for_status().json())
    except httpx2.HTTPError as error:
        raise OSError(f"the journal of {peer}: {type(error).__name__}") from error


def read_effects(journal: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    """Return how often each key took effect. What follows a `#` is a digest, and is left out."""
    found: dict[tuple[str, str], int] = {}
    for entry in journal["entries"]:
        place = (entry["kind"], entry["key"].partition("#")[0])
        found[place] = found.get(place, 0) + entry["effects"]
    return found
