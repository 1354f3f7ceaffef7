"""Kill the connectors process at each named point of the exchange: nothing lost, nothing doubled.

Three sinks (one for each promise about repetition) and a source work in one process; it is killed
with -9 at the point, started again, and everything is compared.
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
import time
from collections import Counter
from typing import Any

import pytest
from aiokafka.admin import NewTopic

from hub.connectors.attempts import Attempts
from hub.io.kafka import topics
from hub.io.kafka.transaction import TransactionalWriter
from tests.chaos import connector_launcher as launched
from tests.connector_rig import ConnectorRig
from tests.kafka_fixture import small_broker
from tests.router_rig import PARTITIONS

pytestmark = pytest.mark.kafka

STEPS = ("begin", "send", "written", "commit", "call", "find", "read", "ack", "outcome")
SHORT = {
    "connectors.commit.before",
    "connectors.commit.after",
    "connectors.call.after",
    "connectors.find.after",
}
"""The worst moments; `make chaos` runs all."""
POINTS = [
    pytest.param(point, marks=[] if point in SHORT else [pytest.mark.long])
    for point in (f"connectors.{step}.{when}" for step in STEPS for when in ("before", "after"))
]
MESSAGES = 8
REACHED_SECONDS = 60
SEED = int(os.environ.get("CHAOS_SEED", "20261128"))


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory):
    with small_broker(tmp_path_factory.mktemp("points-broker")) as running:
        asyncio.run(ConnectorRig(running.bootstrap).make_topics())
        yield running


class Process:
    """One life of the fleet."""

    def __init__(self, bootstrap, directory, run, **environ):
        self._log = (directory / "log").open("ab")
        self.popen = subprocess.Popen(
            [sys.executable, "-P", launched.__file__, bootstrap, str(directory)],
            env={**os.environ, "CHAOS_RUN": run, **environ},
            stdout=self._log,
            stderr=self._log,
        )

    def end(self):
        if self.popen.poll() is None:
            self.popen.terminate()
        self.popen.wait(60)
        self._log.close()


async def prepare(rig, run):
    """Fill the inboxes; return the messages of each sink: two of each key."""
    launched.add_all(rig, run)
    sent = {}
    for adapter in (cls.spec.name for cls in launched.SINKS.values()):
        system = f"{adapter}-{run}"
        made = topics.inbox_topic(system)
        await rig.create(NewTopic(made.name, 1, 1, topic_configs=made.config))
        sent[system] = [f"{system}-{number}" for number in range(MESSAGES)]
        for number, id_ in enumerate(sent[system]):
            await rig.deliver(id_, system=system, subject=f"khoa-{number // 2}")
    return sent


async def settled(rig, sent):
    """Return the last word on each delivery, once each has one."""

    def words(events):
        last: dict[str, Any] = {}
        for event in events:
            if event.recipient in sent and event.event.value in {"delivered", "dead_letter"}:
                last.setdefault(event.recipient, {})[event.id] = event
        return last

    def all_there(events):
        known = words(events)
        behind = {
            system: {event.id for event in found.values() if event.event.value == "dead_letter"}
            for system, found in known.items()
        }
        return all(
            len(known.get(system, {})) + len(behind.get(system, ())) >= len(ids)
            and {*ids} <= {*known.get(system, {})} | successors(ids, behind.get(system, set()))
            for system, ids in sent.items()
        )

    return words(await rig.events(all_there))


def successors(ids, dead):
    """Return what waits behind a dead letter: the second of its key."""
    return {ids[n + 1] for n in range(0, len(ids), 2) if ids[n] in dead}


def taken(directory, name):
    return Counter(launched.lines(directory / f"{name}.took"))


async def handed_in(rig, run):
    name = f"drafts-{run}"
    wanted = {f"{name}-{number}" for number in range(1, launched.DRAFTS + 1)}

    def ids(records):
        return Counter(dict(record.headers)["ce_id"].decode() for record in records)

    records = await rig.read(topics.INGRESS, lambda found: wanted <= {*ids(found)}, PARTITIONS)
    return {id_: count for id_, count in ids(records).items() if id_ in wanted}


@pytest.mark.parametrize("point", POINTS)
async def test_a_kill_at_any_point_loses_nothing_and_doubles_nothing(own_broker, tmp_path, point):
    rig, run = ConnectorRig(own_broker.bootstrap), point.replace(".", "-").removeprefix("conn")
    sent = await prepare(rig, run)
    mark = tmp_path / "mark"
    # At which arrival it dies: any of the first few. `find` is reached after a death only.
    arrival = random.Random(f"{SEED}-{point}").randint(1, 6)
    first = {"CHAOS_POINT": point, "CHAOS_ARRIVAL": str(arrival), "CHAOS_MARK": str(mark)}
    if ".find." in point:
        first["CHAOS_POINT"], first["CHAOS_ARRIVAL"] = "look_up.call.after", "2"
    await die(own_broker.bootstrap, tmp_path, run, first, mark)
    if ".find." in point:
        mark.unlink()
        again = {"CHAOS_POINT": point, "CHAOS_ARRIVAL": "1", "CHAOS_MARK": str(mark)}
        await die(own_broker.bootstrap, tmp_path, run, again, mark)
    last = Process(own_broker.bootstrap, tmp_path, run)
    try:
        words = await settled(rig, sent)
        ingress = await handed_in(rig, run)
    finally:
        last.end()
    check(tmp_path, sent, words)
    assert set(ingress.values()) == {1}
    assert {*taken(tmp_path, f"drafts-{run}")} <= {*ingress}


async def die(bootstrap, directory, run, environ, mark):
    process = Process(bootstrap, directory, run, **environ)
    end = time.monotonic() + REACHED_SECONDS
    try:
        await asyncio.to_thread(process.popen.wait, end - time.monotonic())
        assert process.popen.poll() == -signal.SIGKILL, (directory / "log").read_text()[-3000:]
        assert mark.exists()
    finally:
        process.end()


def check(directory, sent, words):
    for system, ids in sent.items():
        keys = {id_: f"sender/{id_}/{system}" for id_ in ids}
        told = {id_: event.event.value for id_, event in words[system].items()}
        had = taken(directory, system)
        delivered = {keys[id_] for id_, word in told.items() if word == "delivered"}
        assert delivered <= {*had}, "what is called delivered is there"
        if system.startswith("neither"):
            assert not had or max(had.values()) == 1, "a neither sink is never called twice"
            reasons = {e.reason for e in words[system].values() if e.event.value == "dead_letter"}
            assert reasons <= {"outcome_unknown"}
            continue
        assert set(told.values()) == {"delivered"}
        if system.startswith("look-up"):
            assert set(had.values()) == {1}, "who can be asked is not told twice"
        in_order(launched.lines(directory / f"{system}.took"), ids, keys)


def in_order(took, ids, keys):
    """Within a key the second never comes before the first was taken."""
    firsts = {key: took.index(key) for key in keys.values()}
    for number in range(0, len(ids), 2):
        assert firsts[keys[ids[number]]] < firsts[keys[ids[number + 1]]]


def test_every_await_of_the_exchange_is_a_named_point():
    steps = {
        "begin_transaction": "begin",
        "send_batch": "send",
        "_all_written": "written",
        "commit_transaction": "commit",
    }
    names = [called(node) for node in awaits(TransactionalWriter._write)]
    assert {steps[name] for name in names if name != "send_offsets_to_transaction"} <= {*STEPS}
    # Whatever an attempt awaits is a call of the adapter, or ends in a commit of the holdings.
    for function in (Attempts.hand_over, Attempts.settle, Attempts.open_ends):
        for node in awaits(function):
            text = ast.unparse(node.value)
            assert "holdings." in text or text.startswith("self._") or "call(" in text, text


def awaits(function):
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Await)]


def called(node):
    return ast.unparse(node.value.func).rpartition(".")[2]
