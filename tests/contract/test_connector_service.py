"""Services on a real broker: a foreign system calls, hands in, fetches, settles."""

import asyncio
import itertools
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import httpx2
import pytest
from aiokafka.admin import NewTopic

from hub.connectors import inbound
from hub.connectors.inbound import listening
from hub.decision.connectors import Isolation, Limits, Wanted
from hub.io.kafka import topics
from hub.io.kafka.connector_records import Action, Command
from hub.ports import Unavailable
from tests import support
from tests.connector_child import ADAPTERS
from tests.connector_rig import ConnectorRig, until

pytestmark = pytest.mark.kafka

_numbers = itertools.count()


@pytest.fixture(scope="module")
def own_broker(empty_broker):
    asyncio.run(ConnectorRig(empty_broker.bootstrap).make_topics("receiver"))
    return empty_broker


@pytest.fixture
async def rig(own_broker, tmp_path):
    rig = ConnectorRig(own_broker.bootstrap)
    rig.cache = tmp_path
    rig.kinds |= ADAPTERS
    return rig


@asynccontextmanager
async def calling(rig, system="sender", **options):
    """Run a service connector of `system`; give its name, a client of it, and the fleet."""
    name = f"goi-{next(_numbers)}"
    rig.add(name, "echo", system, **{"limits": Limits(per_second=1000), **options})
    rig.connectors[name] = replace(
        rig.connectors[name], config={"peer": name, "file": "khong-dung"}
    )
    async with (
        listening(rig.counter, 0) as port,
        rig.running() as fleet,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}/in/{name}") as client,
    ):
        await until(lambda: rig.counter._open.get(name))
        yield name, client, fleet


async def eventually(ask, good):
    """Return the first answer that is good."""
    for _ in range(600):
        answer = await ask()
        if good(answer):
            return answer
        await asyncio.sleep(0.05)
    raise AssertionError("no good answer came")


async def inbox_of_its_own(rig):
    system = f"hop-thu-{next(_numbers)}"
    made = topics.inbox_topic(system)
    await rig.create(NewTopic(made.name, 1, 1, topic_configs=made.config))
    return system


@pytest.mark.parametrize("isolation", list(Isolation))
async def test_what_is_handed_in_is_durable_before_the_caller_hears_so(rig, isolation):
    async with rig.routing(), calling(rig, isolation=isolation) as (name, client, _):
        answer = await client.post("/a/b", params={"id": f"h-{name}"}, content=support.GOOD_BODY)
        assert (answer.status_code, answer.text) == (201, "/a/b")
        (event,) = await rig.until(f"h-{name}", "admitted")
    assert event.source == "sender"


async def test_a_repeated_hand_in_gives_one_message(rig):
    async with rig.routing(), calling(rig) as (name, client, _):
        for _ in range(2):
            await client.post("/", params={"id": f"r-{name}"}, content=support.GOOD_BODY)
        events = await rig.until(f"r-{name}", "admitted", "duplicate")
    assert sorted(event.event.value for event in events) == ["admitted", "duplicate"]


async def test_what_admission_refuses_is_told_to_the_caller(rig):
    async with calling(rig) as (_, client, _):
        answer = await client.post("/", params={"id": "not an id"}, content=support.GOOD_BODY)
    assert answer.status_code == 400
    assert answer.json()["code"] == "attribute_invalid"


@pytest.mark.parametrize("isolation", list(Isolation))
async def test_what_waits_comes_again_until_it_is_settled(rig, isolation):
    system = await inbox_of_its_own(rig)
    first, second = f"1-{system}", f"2-{system}"
    await rig.deliver(first, second, system=system)
    keys = [f"sender/{first}/{system}", f"sender/{second}/{system}"]
    async with calling(rig, system, isolation=isolation) as (_, client, _):

        async def waiting(**query):
            return (await client.get("/", params=query)).text.split()

        await eventually(waiting, lambda found: found == keys)
        assert await waiting() == keys
        assert await waiting(after=keys[0]) == keys[1:]
        assert (await client.delete("/", params={"key": keys[0]})).status_code == 204
        assert (await client.delete("/", params={"key": keys[0]})).status_code == 204
        assert (await client.delete("/", params={"key": "no/such/key"})).status_code == 404
        assert await waiting() == keys[1:]
        await rig.of(first, "delivered", system=system)


async def test_a_settled_delivery_does_not_come_again_after_a_restart(rig):
    system = await inbox_of_its_own(rig)
    first, second = f"1-{system}", f"2-{system}"
    await rig.deliver(first, second, system=system)
    async with calling(rig, system) as (name, client, _):
        await eventually(lambda: client.get("/"), lambda answer: len(answer.text.split()) == 2)
        await client.delete("/", params={"key": f"sender/{second}/{system}"})
    async with listening(rig.counter, 0) as port, rig.running():
        await until(lambda: rig.counter._open.get(name))
        async with httpx2.AsyncClient() as client:
            url = f"http://127.0.0.1:{port}/in/{name}/"
            answer = await eventually(lambda: client.get(url), lambda answer: answer.text)
    assert answer.text.split() == [f"sender/{first}/{system}"]


async def test_while_the_store_is_away_the_caller_is_told_to_come_again(rig):
    system = await inbox_of_its_own(rig)
    await rig.deliver(f"1-{system}", system=system)
    async with calling(rig, system) as (_, client, _):
        rig.status.error = Unavailable("SQL is away")
        answer = await client.get("/")
        assert answer.status_code == 503
        assert "retry-after" in answer.headers


async def test_a_call_for_nobody_and_a_call_too_large_are_refused(rig, monkeypatch):
    monkeypatch.setattr(inbound, "MAX_REQUEST", 100)
    async with calling(rig) as (_, client, _):
        large = await client.post("/", params={"id": "x"}, content=b"x" * 101)
        assert (large.status_code, large.json()["code"]) == (413, "too_large")
        nobody = await client.get(str(client.base_url).replace("goi-", "khong-co-"))
        assert nobody.status_code == 404


async def test_a_paused_connector_answers_nobody_and_then_again(rig):
    async with calling(rig) as (name, client, fleet):
        rig.connectors[name] = replace(rig.connectors[name], wanted=Wanted.PAUSED)
        await until(lambda: [one.state for one in fleet.reports()] == ["paused"])
        assert (await client.get("/")).status_code == 503
        rig.connectors[name] = replace(rig.connectors[name], wanted=Wanted.RUNNING)
        await until(lambda: [one.state for one in fleet.reports()] == ["running"])
        assert (await client.get("/")).status_code == 200


async def test_more_calls_than_allowed_are_told_to_slow_down(rig):
    async with calling(rig, limits=Limits(per_second=1)) as (_, client, _):
        statuses = [(await client.get("/")).status_code for _ in range(4)]
    assert 429 in statuses


async def test_a_test_of_a_service_tells_whether_it_is_called_and_answers_now(rig):
    async with calling(rig) as (name, client, fleet):
        found = await checked(rig, name)
        assert found.ok
        assert "not called since its start" in found.en
        assert f"/in/{name}/" in found.en
        await client.get("/")
        assert "last called" in (await checked(rig, name)).en
        for wanted in (Wanted.PAUSED, Wanted.STOPPED):
            rig.connectors[name] = replace(rig.connectors[name], wanted=wanted)
            await until(lambda: [one.state for one in fleet.reports()] == [wanted.value])  # noqa: B023
            found = await checked(rig, name)
            assert not found.ok
            assert wanted.value in found.en or "does not answer now" in found.en


async def checked(rig, name):
    """Return what the fleet answers to an operator's test."""
    asked = f"kiem-tra-{next(_numbers)}"
    await rig.say(Command(id=asked, connector=name, action=Action.CHECK, at=datetime.now(UTC)))
    await until(lambda: [one for one in rig.status.checks if one.command == asked])
    return next(one for one in rig.status.checks if one.command == asked)
