"""What every sink promises."""

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar

from lgsp_adapter.calls import call
from lgsp_adapter.contract import Sink
from lgsp_adapter.errors import AdapterError, Backpressure, Fatal, Reject, Retryable
from lgsp_adapter.kit.calling import CallingKit
from lgsp_adapter.kit.peer import Answer, Say, SinkPeer
from lgsp_adapter.kit.promise import promise
from lgsp_adapter.kit.texts import AWKWARD, LARGE, WRONG_CLOCKS, strings
from lgsp_adapter.policy.backoff import Backoff
from lgsp_adapter.policy.breaker import BreakerRules, State
from lgsp_adapter.spec import Idempotence
from lgsp_adapter.testing.bus import Bus
from lgsp_adapter.testing.clock import VirtualClock
from lgsp_adapter.testing.deliveries import delivery
from lgsp_adapter.testing.rules import EngineRules
from lgsp_adapter.testing.sink_engine import SinkEngine
from lgsp_adapter.values import Delivery, Done, Result

P = TypeVar("P", bound=SinkPeer)

WAIT_SECONDS: Final = 7.0
PEER_CODE: Final = "E-MAU-17"
COUNT: Final = 5
OPENS_AT: Final = 3
COOL_DOWN: Final = 60.0


class SinkKit(CallingKit[Sink[Any], P]):
    """Subclass it as `Test…`: give `adapter`, `reference`, `peer`, and `make` where needed."""

    async def work(self, adapter: Sink[Any], peer: P) -> str:  # noqa: ARG002  (sources need it)
        """Write one delivery."""
        await adapter.write([self.delivery("w-1")])
        return ""

    def delivery(self, id_: str, text: str = "Hồ sơ mẫu") -> Delivery:
        """Return a delivery of a type that the sink takes, with its own order key."""
        type_ = self.adapter.spec.types[0].replace("*", "vn.gov.", 1)
        type_ = type_ if type_.endswith(".v1") else "vn.gov.dossier.received.v1"
        return delivery(id_, text, type_=type_)

    def deliveries(self, count: int = COUNT) -> list[Delivery]:
        """Return deliveries that can be told apart."""
        return [self.delivery(f"d-{number}", f"Hồ sơ {number}") for number in range(count)]

    async def write(self, sink: Sink[Any], batch: list[Delivery]) -> list[Result]:
        """Write, and return one result for each, also where it raised for the whole batch."""
        try:
            return await call(sink.write(batch), self.patience)
        except (Retryable, Backpressure, Reject) as error:
            return [error] * len(batch)

    def engine(self, peer: P, bus: Bus, clock: VirtualClock, *, batch: int = 20) -> SinkEngine:
        """Return a runtime with short limits on a virtual clock, and no chance."""
        rules = EngineRules(
            backoff=Backoff(first=1.0, longest=8.0, attempts=40),
            breaker=BreakerRules(threshold=OPENS_AT, cool_down=COOL_DOWN),
            timeout=self.patience,
            batch=batch,
        )
        return SinkEngine(
            *(self.make(peer), bus), rules=rules, clock=clock, ctx=self.context(), chance=_no_chance
        )

    @promise
    async def test_writes_the_signed_bytes_in_order(self) -> None:
        """Each delivery arrives once, byte for byte as it was signed, and the results say so."""
        async with self.serving() as peer, self.opened(peer) as sink:
            batch = self.deliveries()
            results = await self.write(sink, batch)
            taken = list(peer.taken)
        assert all(isinstance(result, Done) for result in results), results
        assert len(results) == COUNT, "another number of results"
        assert taken == [(each.id, each.body) for each in batch]

    @promise
    async def test_done_means_that_the_peer_has_it(self) -> None:
        """One of a batch fails for now: its result says so, those of the others are true too."""
        async with self.serving() as peer, self.opened(peer) as sink:
            batch = self.deliveries()
            peer.script.by_id = {batch[2].id: Answer(say=Say.DOWN)}
            results = await self.write(sink, batch)
            taken = {id_ for id_, _ in peer.taken}
        assert len(results) == COUNT, "another number of results"
        for each, result in zip(batch, results, strict=True):
            assert not isinstance(result, Done) or each.id in taken, "done, and the peer has it not"
        assert isinstance(results[2], Retryable), f"the failed one is {results[2]!r}"

    @promise
    async def test_a_rejected_one_is_isolated(self) -> None:
        """One that the peer refuses becomes a dead letter; all others are delivered."""
        bus, clock = Bus(name=self.adapter.spec.name), VirtualClock()
        async with self.serving() as peer:
            batch = self.deliveries()
            bus.put(batch)
            peer.script.by_id = {batch[2].id: Answer(say=Say.REJECT, code=PEER_CODE)}
            await self.engine(peer, bus, clock).drain()
        assert set(bus.dead_letters) == {batch[2].key}, "other dead letters than the rejected one"
        assert len(bus.delivered) == COUNT - 1

    @promise
    async def test_the_code_of_the_peer_is_kept(self) -> None:
        """A refusal carries the code that the other side gave, as it gave it."""
        async with self.serving() as peer, self.opened(peer) as sink:
            peer.script.default = Answer(say=Say.REJECT, code=PEER_CODE)
            (result,) = await self.write(sink, [self.delivery("c-1")])
        told = result.peer_code if isinstance(result, AdapterError) else None
        assert told == PEER_CODE, f"the peer's code is {told!r}"

    @promise
    async def test_retry_after_is_honoured(self) -> None:
        """After 429 the next call comes no earlier than the peer asked, and then it succeeds."""
        bus, clock = Bus(name=self.adapter.spec.name), VirtualClock()
        async with self.serving() as peer:
            bus.put([self.delivery("a-1")])
            peer.script.next.append(Answer(say=Say.SLOW_DOWN, after=WAIT_SECONDS))
            await self.engine(peer, bus, clock).drain()
        first, second = (event.at for event in bus.events if event.event == "attempted")
        assert second - first >= WAIT_SECONDS, f"it came after {second - first} s"
        assert bus.delivered

    @promise
    async def test_the_circuit_opens_and_closes(self) -> None:
        """A peer that is down is called once per attempt, left alone for a while, then tried."""
        bus, clock = Bus(name=self.adapter.spec.name), VirtualClock()
        async with self.serving() as peer:
            peer.script.next.extend([Answer(say=Say.DOWN)] * OPENS_AT)
            bus.put(self.deliveries(OPENS_AT + 1))
            engine = self.engine(peer, bus, clock, batch=1)
            await engine.drain()
            calls = peer.script.calls
        times = [event.at for event in bus.events if event.event == "attempted"]
        looks = len(times) if self.adapter.spec.idempotence is Idempotence.LOOK_UP else 0
        assert calls <= len(times) + looks, f"{calls} calls for {len(times)} attempts"
        assert len(times) > OPENS_AT, "it was never tried again"
        pause = times[OPENS_AT] - times[OPENS_AT - 1]
        assert pause >= COOL_DOWN, f"after {OPENS_AT} failures it was called {pause} s later"
        assert bus.delivered, "not delivered after the peer came back"
        assert engine.breaker.state is State.CLOSED

    @promise
    async def test_a_line_that_breaks_loses_nothing(self) -> None:
        """The line breaks again and again: in the end everything is there, once."""
        bus, clock = Bus(name=self.adapter.spec.name), VirtualClock()
        # A gateway that can do neither may not be called again after a break: it is busy instead.
        neither = self.adapter.spec.idempotence is Idempotence.NEITHER
        broken = Answer(say=Say.SLOW_DOWN, after=1.0) if neither else Answer(say=Say.DOWN)
        async with self.serving() as peer:
            batch = self.deliveries()
            bus.put(batch)
            peer.script.next.extend([broken, Answer()] * (2 * COUNT))
            await self.engine(peer, bus, clock, batch=1).drain()
            effects = Counter(id_ for id_, _ in peer.taken)
        assert effects == Counter(each.id for each in batch), "lost, or done twice"
        assert len(bus.delivered) == COUNT, f"{len(bus.delivered)} of {COUNT} delivered"

    @promise
    async def test_a_newer_schema_is_no_reason_to_refuse(self) -> None:
        """A newer minor version with a field nobody knew is delivered like the others."""
        async with self.serving() as peer, self.opened(peer) as sink:
            newer = _newer(self.delivery("n-1"))
            (result,) = await self.write(sink, [newer])
            taken = [id_ for id_, _ in peer.taken]
        assert isinstance(result, Done), f"{result!r}"
        assert taken == [newer.id]

    @promise
    async def test_a_wrong_clock_buries_no_message(self) -> None:
        """Our clock is wrong by decades: that may fail, and is never the message's fault."""
        for now in WRONG_CLOCKS:
            async with self.serving() as peer:
                sink, ctx = self.make(peer), self.context()
                ctx.now = partial(_same, now)
                try:
                    await call(sink.open(ctx), self.patience)
                    results = await self.write(sink, [self.delivery("k-1")])
                except Fatal:
                    continue
                finally:
                    await self.end(sink)
            assert not isinstance(results[0], Reject), f"in {now.year}: {results[0]!r}"

    @promise
    async def test_the_same_refusal_has_the_same_fingerprint(self) -> None:
        """Dead letters of one cause are one group: no id and no text in code or detail."""
        bus, clock = Bus(name=self.adapter.spec.name), VirtualClock()
        async with self.serving() as peer:
            peer.script.default = Answer(say=Say.REJECT, code=PEER_CODE)
            bus.put([self.delivery("f-mot", "Mẫu một"), self.delivery("f-hai", "Mẫu hai")])
            await self.engine(peer, bus, clock).drain()
        assert len({each.fingerprint for each in bus.dead_letters.values()}) <= 1, "two groups"

    @promise
    async def test_a_lost_answer_does_nothing_twice(self) -> None:
        """The peer took it and the answer was lost: after the retry there is one effect."""
        bus, clock = Bus(name=self.adapter.spec.name), VirtualClock()
        async with self.serving() as peer:
            bus.put([self.delivery("i-1")])
            peer.script.next.append(Answer(say=Say.LOST))
            await self.engine(peer, bus, clock).drain()
            effects = Counter(id_ for id_, _ in peer.taken)
        assert effects == {"i-1": 1}, f"{effects['i-1']} effects"
        if self.adapter.spec.idempotence is Idempotence.NEITHER:
            assert [each.code for each in bus.dead_letters.values()] == ["outcome_unknown"]
        else:
            assert bus.delivered, "not delivered"

    @promise
    async def test_texts_arrive_as_they_are(self) -> None:
        """NFC, NFD and awkward characters arrive code point by code point."""
        batch = [self.delivery(f"t-{place}", text) for place, text in enumerate(AWKWARD)]
        async with self.serving() as peer, self.opened(peer) as sink:
            await self.write(sink, batch)
            taken = {id_: strings(body) for id_, body in peer.taken}
        assert taken == {each.id: strings(each.body) for each in batch}

    @promise
    async def test_a_large_document_arrives_whole(self) -> None:
        """About 200 kB arrive whole."""
        sent = self.delivery("l-1", LARGE)
        async with self.serving() as peer, self.opened(peer) as sink:
            await self.write(sink, [sent])
            taken = [body for _, body in peer.taken]
        assert [len(body) for body in taken] == [len(sent.body)]


def _same(now: datetime) -> datetime:
    return now


def _no_chance() -> float:
    return 0.0


def _newer(delivery: Delivery) -> Delivery:
    body = {**json.loads(delivery.body), "truongMoi": {"giaTri": "Mẫu"}}
    schema = delivery.attributes["dataschema"].rpartition(":")[0] + ":1.7"
    return replace(
        delivery,
        attributes={**delivery.attributes, "dataschema": schema},
        body=json.dumps(body, ensure_ascii=False).encode(),
    )
