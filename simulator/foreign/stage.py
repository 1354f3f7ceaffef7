"""What a matter with a foreign system can do: send, see that it arrived there, see what came back.

Everything is written down first, in `foreign/out.jsonl` and `foreign/in.jsonl` of the run's
journals: the verdict compares that with the peers' journals and the topics.
"""

import asyncio
import itertools
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lgsp_client import HubClient, HubError

from simulator.arrivals import Arrivals
from simulator.foreign.control import Controls
from simulator.foreign.peers import Peer
from simulator.forge import message_id
from simulator.journal import Journals
from simulator.plan import Planned
from simulator.sender import Senders

LOOK_SECONDS: Final = 0.3
"""Between two looks at the peers' journals."""
ASK_SECONDS: Final = 3.0
"""How long a delivery may be on its way before the hub is asked what became of it."""
_DEAD: Final = "dead_letter"

Brought = tuple[str, str, str, str]
"""Source, type, subject, and the system that gets it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outward:
    """A message to a system that a connector serves, and what must then stand at the peer."""

    planned: Planned
    peer: Peer
    kind: str
    key: str
    """Kind and key in the peer's journal."""


class GivenUp(Exception):
    """A delivery has ended as a dead letter: the matter does not go on."""


class Stage:
    """The hands of all matters of one run."""

    def __init__(
        self,
        run: str,
        *,
        senders: Senders,
        plan: dict[int, Planned],
        clients: Mapping[str, HubClient],
        controls: Controls,
        journals: Journals,
        arrivals: Arrivals,
    ) -> None:
        self._run, self._senders, self._plan, self._clients = run, senders, plan, clients
        self.controls, self._journals, self._arrivals = controls, journals, arrivals
        self._effects: dict[Peer, Mapping[tuple[str, str], int]] = {}
        self._came: defaultdict[Brought, set[str]] = defaultdict(set)
        self._numbers = itertools.count(max(plan, default=-1) + 1)

    def next_id(self) -> tuple[int, str]:
        """Return the number and the id of the next message beyond the day's plan."""
        number = next(self._numbers)
        return number, message_id(self._run, number)

    def came(self, what: Brought, id_: str) -> None:
        """Note a message of a foreign system in an inbox; the same one may come again."""
        self._came[what].add(id_)

    async def watch(self, peers: tuple[Peer, ...]) -> None:
        """Look at the peers' journals until cancelled."""
        while True:
            for peer in peers:
                self._effects[peer] = await self.controls.effects(peer)
            await asyncio.sleep(LOOK_SECONDS)

    async def send(self, outward: Outward) -> None:
        """Hand a message in and return once it has taken effect at the peer.

        Raises:
            GivenUp: the hub has made a dead letter of it.
        """
        planned = outward.planned
        self._plan[planned.number] = planned
        to = planned.receivers[0]
        id_ = message_id(self._run, planned.number)
        line = {"peer": outward.peer, "kind": outward.kind, "key": outward.key}
        self._journals.foreign("out", {**line, "to": to, "source": planned.sender, "id": id_})
        await self._senders.send(planned)
        try:
            await self._at_peer(outward)
        finally:
            self._arrivals.came(planned.number, to)

    def due(self, peer: Peer, what: Brought, count: int = 1) -> None:
        """Write down that a peer has this for the hub.

        Before the peer is given it: what is written down is never less than what is due.
        """
        line = dict(zip(("source", "type", "subject", "to"), what, strict=True))
        self._journals.foreign("in", {"peer": peer, "count": count, "at": time.time(), **line})

    async def until(self, what: Brought, count: int = 1) -> None:
        """Return once this has come to an inbox."""
        while len(self._came[what]) < count:  # noqa: ASYNC110  (dozens wait: a look is cheap)
            await asyncio.sleep(LOOK_SECONDS)

    async def _at_peer(self, outward: Outward) -> None:
        asked = time.monotonic() + ASK_SECONDS
        while not self._effects.get(outward.peer, {}).get((outward.kind, outward.key)):
            if time.monotonic() > asked:
                asked = time.monotonic() + ASK_SECONDS
                if await self._is_dead(outward.planned):
                    raise GivenUp(outward.key)
            await asyncio.sleep(LOOK_SECONDS)

    async def _is_dead(self, planned: Planned) -> bool:
        try:
            told = await self._clients[planned.sender].status(
                planned.sender, message_id(self._run, planned.number)
            )
        except HubError:
            return False  # Asked again later.
        return any(one["state"] == _DEAD for one in told["recipients"])
