"""Plays a planned day over public HTTP: every system with its own key, token, inbox and journal."""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from signal import SIGINT, SIGTERM
from typing import Any, Final, TextIO

from lgsp_client import HubClient, HubError, HubRefused, Identity

from simulator import bodies, keys, roles
from simulator.agencies import Role
from simulator.arrivals import Arrivals
from simulator.clients import open_clients
from simulator.day import plan_day
from simulator.foreign.cast import served, with_peers
from simulator.foreign.control import Controls
from simulator.foreign.matters import Scene
from simulator.foreign.peers import Peers
from simulator.foreign.play import ForeignDay, cues, dossiers
from simulator.foreign.stage import Stage
from simulator.journal import Journals
from simulator.plan import DAY_SECONDS, VIET_NAM, Planned
from simulator.province import Province
from simulator.receiver import Receiver
from simulator.reorganisation import HALF, Reorganisation, late_statuses, new_code
from simulator.sender import Senders
from simulator.waiting import stopped_before

REPORT_SECONDS: Final = 0.5
"""Between two lines of progress."""
DRAIN_SECONDS: Final = 30.0
"""Longest wait for the last deliveries; what is missing then is for the verdict to say."""
GREETING_SECONDS: Final = 30.0
"""Longest wait until the hub's routers know the province."""
NUMBERS_A_SECOND: Final = 10
"""Daily numbers that a run leaves to the runs before it: no agency has so many dossiers."""
_PAUSE_SECONDS: Final = 0.05
_TAG: Final = 9
"""Of a run's name: its last digits are milliseconds, so this is another one for eleven days."""


class NotReady(Exception):
    """The hub does not admit messages of this province. The text says what it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is played."""

    url: str
    hub: str
    home: Path
    """Where keys, cursors and journals stand."""
    province: Province
    rate: float
    """Messages in a second, on average."""
    speed: float
    """How many seconds of the working day pass in one second."""
    seed: int
    run: str
    """Names the run: begins every message's id, and is the folder of its journals."""
    peers: Peers | None = None
    """The foreign systems that take part, behind the hub's connectors."""
    reorganise: bool = False
    """Whether the province is reorganised at noon."""

    @property
    def whole(self) -> Province:
        """Return the province with the systems that deal with the foreign ones."""
        return with_peers(self.province, self.peers.facts if self.peers else ())

    @property
    def served(self) -> frozenset[str]:
        """Return the systems that connectors serve: the simulator plays them not."""
        return served(self.peers.facts if self.peers else ())

    @property
    def seconds(self) -> float:
        """How long the day lasts."""
        return DAY_SECONDS / self.speed

    @property
    def count(self) -> int:
        """How many messages the day has, beside those with foreign systems."""
        return round(self.rate * self.seconds)

    @property
    def journals(self) -> Path:
        """The folder of this run's journals."""
        return self.home / "journals" / self.run


async def play(options: Options, out: TextIO = sys.stdout) -> Counter[str]:
    """Play the day, or as much of it as there is until SIGINT or SIGTERM; return the counts.

    Lines of JSON on `out` tell how it goes.

    Raises:
        NotReady: the hub does not admit the first message.
        ValueError: rate and speed make too small a day.
    """
    now = datetime.now(VIET_NAM)
    plan = plan_day(
        options.province,
        seed=options.seed,
        count=options.count,
        day=now.date(),
        first=NUMBERS_A_SECOND * (now.hour * 3_600 + now.minute * 60 + now.second),
        from_outside=dossiers(tuple(options.peers.facts), options.count) if options.peers else 0,
    )
    if options.reorganise:
        plan = Reorganisation(province=options.province).plan(plan, now.date())
    async with open_clients(options.url, _who(options)) as clients, _controls(options) as controls:
        with Journals(options.journals) as journals:
            day = _Day(options, clients, plan, journals, out)
            if controls is not None:
                await day.meet(controls)
            with _signals(day.stop):
                await greet(clients, options)
                await day.play()
    return day.counts


def _who(options: Options) -> dict[str, Identity]:
    """Return the systems that the simulator plays: not those that connectors serve."""
    everybody = keys.identities(options.whole, options.hub, options.home)
    return {name: one for name, one in everybody.items() if name not in options.served}


@asynccontextmanager
async def _controls(options: Options) -> AsyncIterator[Controls | None]:
    if options.peers is None:
        yield None
        return
    async with Controls(options.peers) as controls:
        yield controls


async def greet(
    clients: Mapping[str, HubClient], options: Options, code: str | None = None
) -> None:
    """Return once a message of the province is admitted: routers follow new rules a moment later.

    `code`: of the last commune, where it has got another.

    Raises:
        NotReady: it is refused for longer than `GREETING_SECONDS`.
    """
    province = options.province
    hotline, desk = province.with_role(Role.HOTLINE)[0], province.systems[-1]
    to = province.agency_of[desk.name]
    end = time.monotonic() + GREETING_SECONDS
    while True:
        body = bodies.petition("PAKN-LOI-CHAO", 0, to, datetime.now(VIET_NAM))
        address = f"urn:hub:org:{code or to.code}"
        try:
            await clients[hotline.name].submit(roles.PETITION, body, recipients=[address], wait=5)
        except HubRefused as refusal:
            if time.monotonic() > end:
                raise NotReady(f"the hub refuses the first message: {refusal}") from refusal
            await asyncio.sleep(_PAUSE_SECONDS)
        except HubError as error:
            raise NotReady(f"the hub does not take the first message: {error}") from error
        else:
            return


class _Day:
    """One day while it is played."""

    def __init__(
        self,
        options: Options,
        clients: Mapping[str, HubClient],
        plan: tuple[Planned, ...],
        journals: Journals,
        out: TextIO,
    ) -> None:
        self._options, self._plan, self._out = options, plan, out
        self.stop = asyncio.Event()
        self._arrivals = Arrivals()
        self._clients, self._journals = clients, journals
        self._foreign: ForeignDay | None = None
        self._by_number = {one.number: one for one in plan}
        self._senders = Senders(
            options.run, clients, _who(options), self._by_number, journals, self._arrivals
        )
        self.counts = self._senders.counts
        ring = keys.key_ring(options.home)
        self._receivers = {
            name: Receiver(
                system=name,
                run=options.run,
                client=client,
                ring=ring,
                journals=journals,
                arrivals=self._arrivals,
                counts=self.counts,
            )
            for name, client in clients.items()
        }
        self._cursors = options.home / "cursors.json"

    async def meet(self, controls: Controls) -> None:
        """Let the foreign systems take part, each with its bad day."""
        options, peers = self._options, tuple(controls.peers.facts)
        stage = Stage(
            options.run,
            senders=self._senders,
            plan=self._by_number,
            clients=self._clients,
            controls=controls,
            journals=self._journals,
            arrivals=self._arrivals,
        )
        scene = Scene(
            stage=stage,
            province=options.whole,
            day=datetime.now(VIET_NAM).date(),
            tag=options.run[-_TAG:],
        )
        for one in self._receivers.values():
            one.brought = stage.came
        self._journals.foreign("peers", {"served": sorted(options.served), "peers": peers})
        await controls.bad_day(options.seed)
        wanted = cues(peers, count=options.count, seed=options.seed)
        self._foreign = ForeignDay(scene, peers, wanted, self.counts)

    async def play(self) -> None:
        """Receive, send, wait for the rest, settle."""
        self._load_cursors()
        receiving = [asyncio.create_task(one.run()) for one in self._receivers.values()]
        reporting = asyncio.create_task(self._report())
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._send_all())
                if self._foreign is not None:
                    group.create_task(self._foreign.play(self._options.seconds, self.stop))
            await self._drain()
            settling = (one.settle() for one in self._receivers.values())
            # What could not be handed in, the verdict misses and names.
            await asyncio.gather(*settling, return_exceptions=True)
        finally:
            for task in (*receiving, reporting):
                task.cancel()
            await asyncio.gather(*receiving, reporting, return_exceptions=True)
        self._save_cursors()
        self._tell("played")

    async def _send_all(self) -> None:
        """Start each message at its time; wait until the hub has answered all."""
        begin = asyncio.get_running_loop().time()
        if not self._options.reorganise:
            await self._send_part(self._plan, begin)
            return
        await self._send_part([one for one in self._plan if one.at < HALF], begin)
        await self._drain()
        paused = await self._noon()
        afternoon = [one for one in self._plan if one.at >= HALF]
        await self._send_part(afternoon, begin + paused)

    async def _noon(self) -> float:
        """Say that the morning is over, go on once told to; return how many seconds that took."""
        loop = asyncio.get_running_loop()
        begin = loop.time()
        self.counts["late_statuses"] = late_statuses(self._plan)
        self._tell("noon")
        await asyncio.to_thread(sys.stdin.readline)
        last = self._options.province.agency_of[self._options.province.systems[-1].name]
        await greet(self._clients, self._options, new_code(last))
        return loop.time() - begin

    async def _send_part(self, part: Sequence[Planned], begin: float) -> None:
        async with asyncio.TaskGroup() as group:
            for planned in part:
                due = begin + planned.at * self._options.seconds
                if await stopped_before(self.stop, due):
                    return
                group.create_task(self._senders.send(planned))

    async def _drain(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._arrivals.until_all()

    async def _report(self) -> None:
        while True:
            self._tell("playing")
            await asyncio.sleep(REPORT_SECONDS)

    def _tell(self, event: str) -> None:
        line: dict[str, Any] = {
            "event": event,
            "planned": len(self._by_number),
            "missing": self._arrivals.missing,
            "first_at": self._senders.first_at,
            **self.counts,
        }
        self._out.write(json.dumps(line) + "\n")
        self._out.flush()

    def _load_cursors(self) -> None:
        if self._cursors.exists():
            for system, cursor in json.loads(self._cursors.read_text(encoding="utf-8")).items():
                if system in self._receivers:
                    self._receivers[system].cursor.save(cursor)

    def _save_cursors(self) -> None:
        """Keep where each inbox was read to, so that the next day does not begin with this one."""
        cursors = {name: one.cursor.load() for name, one in self._receivers.items()}
        told = {name: cursor for name, cursor in cursors.items() if cursor is not None}
        self._cursors.write_text(json.dumps(told), encoding="utf-8")


@contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    """End the day early on the first signal: what was begun is finished and written down."""
    loop = asyncio.get_running_loop()
    for number in (SIGINT, SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in (SIGINT, SIGTERM):
            loop.remove_signal_handler(number)
