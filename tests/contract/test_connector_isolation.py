"""Adapters in processes of their own: what one does harms no other."""

import asyncio
import itertools
import os
from dataclasses import replace

import pytest
from aiokafka.admin import NewTopic
from lgsp_adapter import Context, Done
from lgsp_adapter.testing.deliveries import delivery

from hub.cli import environment
from hub.connectors.remote import Remote
from hub.connectors.remote_adapters import RemoteSink
from hub.decision.connectors import Isolation, Limits
from hub.io.kafka import topics
from hub.io.kafka.connector_records import Action, Command
from tests import support
from tests.connector_child import ADAPTERS
from tests.connector_rig import CHILD, ConnectorRig, until

pytestmark = pytest.mark.kafka

ENV = environment.environ_of_adapters("CONNECTOR_")
_numbers = itertools.count()


@pytest.fixture(scope="module")
def own_broker(empty_broker):
    asyncio.run(ConnectorRig(empty_broker.bootstrap).make_topics("receiver"))
    return empty_broker


@pytest.fixture
def rig(own_broker, tmp_path):
    rig = ConnectorRig(own_broker.bootstrap)
    rig.cache = tmp_path
    rig.kinds |= ADAPTERS
    return rig


async def housed(rig, tmp_path, mood, adapter="file", **limits):
    """Add a connector with a process, and an inbox of its own; return its name and its file."""
    name = f"nha-{next(_numbers)}"
    made = topics.inbox_topic(name)
    await rig.create(NewTopic(made.name, 1, 1, topic_configs=made.config))
    rig.add(name, adapter, name, isolation=Isolation.PROCESS)
    file = tmp_path / name
    rig.connectors[name] = replace(
        rig.connectors[name],
        config={"peer": name, "file": str(file), "mood": mood},
        limits=Limits(timeout_seconds=10, concurrency=1, **limits),
    )
    return name, file


def state(fleet, name):
    return next((one.state for one in fleet.reports() if one.name == name), None)


async def test_a_sink_in_a_process_delivers_and_records_like_any_other(rig, tmp_path):
    name, file = await housed(rig, tmp_path, "well")
    await rig.deliver(f"p-{name}", system=name)
    async with rig.running():
        (event,) = await rig.until_events(f"p-{name}", name, ["delivered"])
    assert event.detail["ref"] == "mau"
    assert file.read_text() == f"sender/p-{name}/{name}\n"


async def test_one_that_crashes_and_one_that_leaks_harm_no_healthy_one(rig, tmp_path):
    crashing, _ = await housed(rig, tmp_path, "crash")
    leaking, _ = await housed(rig, tmp_path, "leak", memory_mb=150)
    healthy, file = await housed(rig, tmp_path, "well")
    for name in (crashing, leaking, healthy):
        await rig.deliver(f"h1-{name}", system=name)
    async with rig.running() as fleet:
        await rig.of(f"h1-{crashing}", "dead_letter", system=crashing)
        await rig.of(f"h1-{leaking}", "retrying", system=leaking)
        await rig.deliver(f"h2-{healthy}", system=healthy)
        await rig.of(f"h2-{healthy}", "delivered", system=healthy)
        assert state(fleet, healthy) == "running"
    assert len(file.read_text().splitlines()) == 2


async def test_an_adapter_that_dies_again_and_again_fails_with_words(rig, tmp_path, monkeypatch):
    monkeypatch.setattr("hub.connectors.remote.FIRST_PAUSE", 0.02)
    name, _ = await housed(rig, tmp_path, "crash")
    await rig.deliver(*(f"d{n}-{name}" for n in range(6)), system=name)
    async with rig.running() as fleet:
        await until(lambda: state(fleet, name) == "failed")
        (report,) = fleet.reports()
    assert "died" in report.en
    # Nothing is lost: each is parked or still in the inbox.
    assert await rig.parked(name)


async def test_an_adapter_whose_import_kills_its_process_is_a_state_of_its_connector(
    rig, tmp_path, monkeypatch
):
    name, _ = await housed(rig, tmp_path, "well")
    monkeypatch.setenv("ADAPTER_IMPORT", "segfault")
    async with rig.running() as fleet:
        await until(lambda: state(fleet, name) == "failed")


async def test_a_refused_configuration_is_told_with_field_and_rule(rig, tmp_path):
    name, _ = await housed(rig, tmp_path, "well")
    rig.connectors[name] = replace(rig.connectors[name], config={"peer": name, "fiel": "x"})
    async with rig.running() as fleet:
        await until(lambda: state(fleet, name) == "failed")
        (report,) = fleet.reports()
    assert "fiel: extra_forbidden" in report.en


async def test_a_source_in_a_process_hands_in(rig, tmp_path):
    name, file = await housed(rig, tmp_path, "well", adapter="one")
    file.write_bytes(support.GOOD_BODY)
    rig.connectors[name] = replace(rig.connectors[name], system="sender")
    async with rig.running(), rig.routing():
        (event,) = await rig.until(f"one-{name}", "admitted")
    assert event.source == "sender"


async def test_a_process_knows_none_of_the_hubs_settings_and_answers_a_check(
    rig, tmp_path, monkeypatch
):
    monkeypatch.setenv("HUB_SQL_URL", "postgresql://mau:mau@mau/mau")
    name, _ = await housed(rig, tmp_path, "well")
    async with rig.running() as fleet:
        await until(lambda: state(fleet, name) == "running")
        await rig.say(Command(id="k-1", connector=name, action=Action.CHECK, at=support.NOW))
        await until(lambda: rig.status.checks)
    (checked,) = rig.status.checks
    assert (checked.ok, checked.command, checked.en) == (True, "k-1", "Well, 0")


async def test_objects_pass_in_pieces_both_ways(rig, tmp_path):
    name, file = await housed(rig, tmp_path, "objects")
    kept = []

    async def fetch(_hash):
        for piece in (b"mot", b"", b"hai"):
            yield piece

    async def store(pieces, media_type):
        kept.extend([piece async for piece in pieces])
        return f"sha256:{media_type}"

    remote = Remote(rig.connectors[name], Context(name, fetch=fetch, store=store), CHILD, ENV)
    try:
        await remote.spec()
        sink = RemoteSink(remote)
        await sink.open(Context(name))
        assert await sink.write([delivery("o-1")]) == [Done(ref="sha256:text/plain")]
    finally:
        await remote.close()
    assert b"".join(kept) == b"mothai"
    assert file.exists()


async def test_no_process_is_left_behind(rig, tmp_path):
    name, _ = await housed(rig, tmp_path, "hang")
    await rig.deliver(f"l-{name}", system=name)
    remote = Remote(rig.connectors[name], Context(name), CHILD, ENV)
    await remote.spec()
    pid = remote.pid or 0
    await remote.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
