"""One message is one trace, from the sender's call to the call at the peer."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest
from lgsp_adapter import (
    Answer,
    Check,
    Config,
    Context,
    Done,
    Idempotence,
    Kind,
    Sink,
    Spec,
    Text,
)
from lgsp_adapter.guard import UNSAFE_LOOPBACK
from lgsp_adapter.net import open_client
from lgsp_adapter.outgoing import all_at_once, exchange, open_guarded
from lgsp_adapter.testing.deliveries import delivery
from lgsp_adapter.testing.web import WebServer
from lgsp_adapter.trace import carrying

from hub.io.otlp import OtlpTracing
from hub.io.tracing import SUBMIT, Side, about, spanning
from tests.api_rig import ApiRig
from tests.connector_rig import ConnectorRig, until
from tests.otlp_receiver import Receiver
from tests.router_rig import message

TRACE = "ab" * 16
PARENT = f"00-{TRACE}-{'cd' * 8}-01"


class CallConfig(Config):
    """Where the peer is."""

    peer: str


class CallSink(Sink[CallConfig]):
    """Calls its peer over HTTP, and knows nothing of traces."""

    spec = Spec(
        name="call",
        version="1.0.0",
        kind=Kind.SINK,
        config=CallConfig,
        title=Text(vi="Mẫu", en="Sample"),
        types=("vn.gov.*",),
        idempotence=Idempotence.IDEMPOTENT,
    )

    async def open(self, ctx):
        await super().open(ctx)
        self.client = open_guarded(ctx, 5)

    async def close(self):
        await self.client.aclose()

    async def check(self):
        return Check(ok=True, vi="Tốt", en="Well")

    async def write(self, batch):
        return await all_at_once(batch, self._one)

    async def _one(self, delivery):
        request = self.client.build_request("POST", f"{self.config.peer}/{delivery.id}")
        await exchange(self.client, request)
        return Done()


class Peer:
    """Notes which trace each call continues."""

    def __init__(self):
        self.traces = {}

    async def answer(self, request):
        self.traces[request.path.strip("/")] = request.headers.get("traceparent")
        return Answer(status=204, body=b"")


@pytest.fixture
async def receiver():
    async with Receiver().listening() as receiver:
        yield receiver


@pytest.fixture
def tracing(receiver):
    """Return a way to a process's tracing, closed by the test: then all was told."""
    return lambda process: OtlpTracing(receiver.url, 1.0, process, "hub-test")


@asynccontextmanager
async def hub_with_peer(bootstrap, directory, traced):
    """Run api, router and connectors; give a client of the sender and the peer."""
    peer, connectors = Peer(), ConnectorRig(bootstrap)
    connectors.kinds = {"call": CallSink}
    connectors.context = lambda one, _: Context(one.name, networks=("127.0.0.0/8", UNSAFE_LOOPBACK))
    connectors.tracing = traced("connectors")
    server, api = WebServer(peer.answer), ApiRig(bootstrap, directory)
    async with AsyncExitStack() as running:
        running.push_async_callback(server.stop)
        connectors.add("noi-goi", "call")
        url = await server.start()
        config = replace(connectors.connectors["noi-goi"], config={"peer": url})
        connectors.connectors["noi-goi"] = config
        router, front = traced("router"), traced("api")
        await running.enter_async_context(api.routing(tracing=router))
        await running.enter_async_context(api.serving(tracing=front))
        await running.enter_async_context(connectors.running())
        yield await api.login("sender"), peer
        for one in (front, router, connectors.tracing):
            if one is not None:
                await asyncio.to_thread(one.close)


@pytest.mark.kafka
async def test_submit_decision_and_attempt_are_one_trace_that_the_peer_continues(
    api_broker, tmp_path, receiver, tracing
):
    async with hub_with_peer(api_broker, tmp_path, tracing) as (sender, peer):
        sent = message("trace-1", subject="khoa-bi-mat")
        assert (await sender.send(sent, traceparent=PARENT)).status_code == 202
        await until(lambda: "trace-1" in peer.traces)
    (submit,) = [one for one in receiver.spans if one.trace == TRACE and one.process == "hub-api"]
    (decide,) = [one for one in receiver.spans if one.parent == submit.id]
    (attempt,) = [one for one in receiver.spans if one.parent == decide.id]
    assert [submit.name, decide.name, attempt.name] == ["hub submit", "hub decide", "hub attempt"]
    assert submit.parent == "cd" * 8
    assert peer.traces["trace-1"] == f"00-{TRACE}-{attempt.id}-01"
    assert attempt.attributes == {
        "messaging.message.id": "trace-1",
        "hub.source": "sender",
        "hub.type": sent.attributes["type"],
        "hub.recipient": "receiver",
        "hub.connector": "noi-goi",
        "hub.attempts": 1,
        "hub.outcome": "ok",
    }
    assert "khoa-bi-mat" not in str(receiver.spans)


@pytest.mark.kafka
async def test_without_a_collector_the_senders_trace_reaches_the_peer_as_it_is(
    api_broker, tmp_path, monkeypatch
):
    monkeypatch.setattr(OtlpTracing, "begin", None)  # Whoever makes a span fails.
    async with hub_with_peer(api_broker, tmp_path, lambda _: None) as (sender, peer):
        await sender.send(message("trace-off"), traceparent=PARENT)
        await sender.send(message("trace-none"))
        await until(lambda: {"trace-off", "trace-none"} <= peer.traces.keys())
    assert (peer.traces["trace-off"], peer.traces["trace-none"]) == (PARENT, None)


async def test_what_was_not_sampled_by_the_sender_is_carried_on_and_not_told(receiver, tracing):
    made = tracing("api")
    span = made.begin(SUBMIT, Side.TAKES, PARENT.removesuffix("01") + "00", {})
    span.end("ok")
    await asyncio.to_thread(made.close)
    assert span.traceparent.startswith(f"00-{TRACE}-")
    assert span.traceparent.endswith("-00")
    assert receiver.spans == []


async def test_an_error_is_told_by_its_class_and_a_broken_parent_begins_a_trace(receiver, tracing):
    made = tracing("api")
    broken = f"00-{'0' * 32}-{'cd' * 8}-01"
    with pytest.raises(ValueError, match="mat"), spanning(made, SUBMIT, Side.TAKES, broken, {}):
        raise ValueError("bi-mat")
    await asyncio.to_thread(made.close)
    (told,) = receiver.spans
    assert (told.attributes["error.type"], told.failed, told.parent) == ("ValueError", True, "")
    assert told.trace not in {"0" * 32, TRACE}
    assert "bi-mat" not in str(told)


async def test_a_collector_that_is_away_delays_nobody_for_long():
    made = OtlpTracing("http://127.0.0.1:9", 1.0, "api", "hub-test")
    made.begin(SUBMIT, Side.TAKES, None, {}).end("ok")
    async with asyncio.timeout(10):
        await asyncio.to_thread(made.close)


def test_what_is_no_name_is_not_told_of_a_message():
    told = about({"id": "a b", "source": "urn:hub:system:he-thong-a", "type": "x" * 101})
    assert told == {"hub.source": "he-thong-a"}


async def test_a_clients_calls_continue_the_delivery_unless_the_adapter_says_otherwise():
    peer, one = Peer(), replace(delivery("t-1"), traceparent=PARENT)
    server = WebServer(peer.answer)
    url = await server.start()
    async with open_client(("127.0.0.0/8",), unsafe_allow_loopback=True) as client:
        with carrying([one]):
            await client.get(f"{url}/one")
            await client.get(f"{url}/own", headers={"traceparent": "00-own"})
        with carrying([one, one]):
            await client.get(f"{url}/several")
        await client.get(f"{url}/after")
    await server.stop()
    assert peer.traces == {"one": PARENT, "own": "00-own", "several": None, "after": None}
