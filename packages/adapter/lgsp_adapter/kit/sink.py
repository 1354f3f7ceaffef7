"""What every sink promises."""

from collections import Counter
from typing import Any, Final, TypeVar

from lgsp_adapter.contract import Sink
from lgsp_adapter.errors import AdapterError, Backpressure, Reject, Retryable
from lgsp_adapter.kit.calling import CallingKit
from lgsp_adapter.kit.peer import Answer, Say, SinkPeer
from lgsp_adapter.kit.promise import promise
from lgsp_adapter.kit.texts import AWKWARD, LARGE, strings
from lgsp_adapter.policy.backoff import Backoff
from lgsp_adapter.policy.breaker import BreakerRules, State
from lgsp_adapter.spec import Idempotence
from lgsp_adapter.testing.bus import Bus
from lgsp_adapter.testing.calls import call
from lgsp_adapter.testing.clock import VirtualClock
from lgsp_adapter.testing.deliveries import delivery
from lgsp_adapter.testing.rules import EngineRules
from lgsp_adapter.testing.sink_engine import SinkEngine
from lgsp_adapter.values import Delivery, Done, Result

P = TypeVar("P", bound=SinkPeer)

WAIT_SECONDS: Final = 7.0
PEER_CODE: Final = "E-MAU-17"
COUNT: Final = 5


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

    def engine(self, peer: P, bus: Bus, clock: VirtualClock) -> SinkEngine:
        """Return a runtime with short limits on a virtual clock, and no chance."""
        rules = EngineRules(
            backoff=Backoff(first=1.0, longest=8.0, attempts=40),
            breaker=BreakerRules(threshold=3, cool_down=60.0),
            timeout=self.patience,
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
        """While the peer is down it is called once per attempt of the runtime, no more."""
        bus, clock = Bus(name=self.adapter.spec.name), VirtualClock()
        async with self.serving() as peer:
            if self.adapter.spec.idempotence is Idempotence.NEITHER:
                peer.script.next.extend([Answer(say=Say.SLOW_DOWN, after=1.0)] * 4)
            else:
                peer.script.next.extend([Answer(say=Say.DOWN)] * 4)
            bus.put([self.delivery("o-1")])
            engine = self.engine(peer, bus, clock)
            await engine.drain()
            calls = peer.script.calls
        attempts = sum(event.event == "attempted" for event in bus.events)
        looks = attempts if self.adapter.spec.idempotence is Idempotence.LOOK_UP else 0
        assert bus.delivered, "not delivered after the peer came back"
        assert engine.breaker.state is State.CLOSED
        assert calls <= attempts + looks, f"{calls} calls for {attempts} attempts"

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


def _no_chance() -> float:
    return 0.0
