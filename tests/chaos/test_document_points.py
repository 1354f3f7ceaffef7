"""Kill the process `documents`: each letter has one verdict and goes on once, in its order.

At each named point between an audit event and the order it leads to, and at random moments while
letters flow. Each life of the process finds another verdict, so a second one would be seen.
"""

import ast
import asyncio
import inspect
import os
import random
import signal
import subprocess
import sys
import textwrap
from collections import Counter
from typing import Any

import pytest

from hub.decision.events import Event
from hub.documents.reading import Reading
from hub.documents.working import Working
from hub.io.kafka.ingress import IngressWriter
from hub.io.kafka.orders import Orders
from tests.chaos import document_launcher as launched
from tests.documents_rig import PDF, body, rules
from tests.router_rig import Rig, message

pytestmark = pytest.mark.kafka

STEPS = ("read", "record", "commit", "due", "judge", "find", "handed_over", "durable", "put_off")
POINTS = tuple(f"documents.{step}.{when}" for step in STEPS for when in ("before", "after"))
SHORT = ("documents.commit.after", "documents.durable.after", "documents.put_off.after")
"""Noted and not judged, ordered and not noted, both. `make chaos` runs all points."""
ONCE = {"read", "record", "commit", "due"}
"""Steps that one batch reaches once."""

ROUND = 6
"""Letters of one round: two of each key, under each policy."""
KILLS, FLOWING = 10, 120
"""At random moments, and letters that flow meanwhile."""
REACHED_SECONDS = 60
SEED = int(os.environ.get("CHAOS_SEED", "20261129"))


class Process:
    """The lives of one process `documents`."""

    def __init__(self, bootstrap, database, directory):
        self._command = [sys.executable, "-P", launched.__file__, bootstrap, database]
        self._directory, self._lives = directory, 0
        self.popen: Any = None

    def start(self, **environ):
        self._lives += 1
        life = {"CHAOS_LIFE": str(self._lives), **environ}
        with (self._directory / "log").open("ab") as log:
            self.popen = subprocess.Popen(
                self._command, env={**os.environ, **life}, stdout=log, stderr=log
            )

    async def die_at(self, point, chance):
        """Start it, and return once it has died at the point."""
        mark = self._directory / f"{self._lives}-{point}"
        most = 1 if point.split(".")[1] in ONCE else 4
        arrival = str(chance.randint(1, most))
        self.start(CHAOS_POINT=point, CHAOS_ARRIVAL=arrival, CHAOS_MARK=str(mark))
        await asyncio.to_thread(self.popen.wait, REACHED_SECONDS)
        log = (self._directory / "log").read_text()[-3000:]
        assert self.popen.returncode == -signal.SIGKILL, log
        assert mark.read_text() == point

    async def kill(self):
        self.popen.kill()
        await asyncio.to_thread(self.popen.wait, REACHED_SECONDS)


@pytest.fixture
async def rig(empty_broker, tmp_path):
    made = Rig(empty_broker.bootstrap, tmp_path)
    await made.make_topics("receiver", "other")
    return made


@pytest.fixture
def process(empty_broker, migrated_sqlite, tmp_path):
    made = Process(empty_broker.bootstrap, migrated_sqlite, tmp_path)
    yield made
    if made.popen is not None and made.popen.poll() is None:
        made.popen.kill()
        made.popen.wait()


class Letters:
    """What was sent, by id: its key, in the order of sending."""

    def __init__(self, rig, prefix):
        self._rig, self._prefix, self.keys = rig, prefix, {}

    async def send(self, policy, count=ROUND):
        """Send letters under a policy; the last of each six is invalid, and the last of its key."""
        first = len(self.keys)
        for number in range(first, first + count):
            last = launched.BAD if number % 6 == 5 else ""
            self.keys[f"{self._prefix}-{number}-{policy}{last}"] = f"{self._prefix}-{number // 2}"
        self._rig.follower.current = rules(policy)
        sent = list(self.keys.items())[first:]
        await self._rig.admit(*(letter(id_, key) for id_, key in sent))
        # The policy that counts is the one of the moment when the router decides.
        await self._rig.until(sent[-1][0], Event.ADMITTED)

    async def check(self):
        """Wait until all letters have their verdict and have gone on; each once, in order."""
        expected = {(id_, event) for id_ in self.keys for event in fate(id_)}
        events = await self._rig.events(lambda found: expected <= {(e.id, e.event) for e in found})
        told = Counter((e.id, e.event) for e in events if e.id in self.keys)
        seen = {Event.ADMITTED, Event.VERDICT, Event.RESUMED, Event.EXPIRED}
        assert {one: n for one, n in told.items() if one[1] in seen} == dict.fromkeys(expected, 1)
        wanted = [id_ for id_ in self.keys if Event.EXPIRED not in fate(id_)]
        taken = [id_ for id_ in await self._taken(wanted) if id_ in self.keys]
        assert Counter(taken) == Counter(wanted)
        for key in {*self.keys.values()}:
            mine = [id_ for id_ in wanted if self.keys[id_] == key]
            assert [id_ for id_ in taken if self.keys[id_] == key] == mine

    async def _taken(self, wanted):
        def ids(records):
            return [dict(record.headers)["ce_id"].decode() for record in records]

        there = await self._rig.read("hub.inbox.receiver", lambda found: {*wanted} <= {*ids(found)})
        return ids(there)


def fate(id_):
    """Return what must happen to a letter, once each."""
    if "require" not in id_:
        return Event.ADMITTED, Event.VERDICT
    gone = Event.EXPIRED if id_.endswith(launched.BAD) else Event.RESUMED
    return Event.ADMITTED, Event.VERDICT, gone


def letter(id_, key):
    return message(id_, body=body(), objects=PDF, subject=key)


async def drill(rig, process, points):
    """Kill the process at each of these points in turn, then let it work to the end."""
    chance = random.Random(f"{SEED}-{points[0]}")
    letters = Letters(rig, points[0].replace(".", "-"))
    async with rig.routing():
        for point in points:
            await letters.send("record")
            await letters.send("require")
            await process.die_at(point, chance)
        process.start()
        await letters.check()


async def test_each_letter_has_one_verdict_and_goes_on_once_whenever_its_judge_dies(rig, process):
    await drill(rig, process, SHORT)


@pytest.mark.long
@pytest.mark.parametrize("point", POINTS)
async def test_a_kill_at_any_point_costs_no_letter_and_repeats_none(rig, process, point):
    await drill(rig, process, [point])


@pytest.mark.long
async def test_kills_at_random_moments_cost_no_letter_and_repeat_none(rig, process):
    chance, letters = random.Random(SEED), Letters(rig, "random")

    async def flow():
        for number in range(FLOWING // ROUND):
            await letters.send(("record", "require")[number % 2])

    async with rig.routing(), asyncio.TaskGroup() as tasks:
        flowing = tasks.create_task(flow())
        for _ in range(KILLS):
            process.start()
            await asyncio.sleep(chance.uniform(1, 4))  # The moment is what is random.
            await process.kill()
        process.start()
        await flowing
        await letters.check()


def test_every_await_from_an_event_to_its_order_is_a_named_point():
    steps = {
        "self._reader.read": "read",
        "self._store.record": "record",
        "self._store.due": "due",
        "self._judges.found": "judge",
        "self._records.read": "find",
        "self._send": "handed_over",
        "self._durable": "durable",
        "self._store.put_off": "put_off",
    }
    inner = {
        "self._next",
        "self._do",
        "self._order",
        "self._orders.give",
        "self._writer.give_order",
    }
    functions = (
        Reading._step,
        Working.turn,
        Working._next,
        Working._do,
        Working._order,
        Orders.give,
        IngressWriter.give_order,
    )
    names = [name for function in functions for name in awaited(function)]
    # `commit` is inside of `record`: between it and its end the transaction is open.
    assert {steps[name] for name in names if name not in inner} | {"commit"} == {*STEPS}


def awaited(function):
    """Name what a function awaits; what runs in a thread by its own name."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    awaits = [node.value for node in ast.walk(tree) if isinstance(node, ast.Await)]
    calls = [call for call in awaits if isinstance(call, ast.Call)]
    assert calls == awaits
    threads = {"asyncio.to_thread"}
    return [
        ast.unparse(call.args[0] if ast.unparse(call.func) in threads else call.func)
        for call in calls
    ]
