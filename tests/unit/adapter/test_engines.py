import asyncio
import json

import pytest
from lgsp_adapter import (
    Answer,
    Backpressure,
    Context,
    Done,
    Draft,
    Fatal,
    Reject,
    Request,
    Retryable,
    error_answer,
    kit,
    load_config,
)
from lgsp_adapter.policy.backoff import Backoff
from lgsp_adapter.policy.breaker import BreakerRules
from lgsp_adapter.testing import (
    Bus,
    EngineRules,
    MemoryDesk,
    MemoryObjects,
    ServiceEngine,
    SinkEngine,
    SourceEngine,
    VirtualClock,
    check,
    delivery,
)

from tests.unit.adapter import agency, counter

RULES = EngineRules(
    backoff=Backoff(first=1.0, longest=8.0, attempts=4),
    breaker=BreakerRules(threshold=100),
    timeout=0.5,
)


async def token(name):
    return kit.secret_behind(name)


def context():
    return Context("mau", resolvers={"test": token})


def no_chance():
    return 0.0


class Told(agency.GoodSink):
    """Answers what the test says for each id, in turn; `Done` where it says no more."""

    def __init__(self, answers):
        super().__init__(load_config(agency.AgencyConfig, agency.CONFIG), None)
        self.answers, self.asked = answers, []

    async def write(self, batch):
        return [await self.one(each) for each in batch]

    async def one(self, delivery):
        self.asked.append(delivery.id)
        left = self.answers.get(delivery.id, [])
        return left.pop(0) if left else Done()


def sink_engine(sink, bus, **changes):
    return SinkEngine(sink, bus, rules=RULES, ctx=context(), chance=no_chance, **changes)


async def test_a_failing_key_waits_in_order_and_all_others_pass():
    bus, sink = Bus(), Told({"a-1": [Retryable("x"), Retryable("x")]})
    rows = [("a-1", "A"), ("a-2", "A"), ("b-1", "B")]
    bus.put([delivery(id_, subject=subject) for id_, subject in rows])
    await sink_engine(sink, bus).drain()
    assert sink.asked == ["a-1", "b-1", "a-1", "a-1", "a-2"]
    assert len(bus.delivered) == 3


async def test_a_dead_letter_stops_its_key_until_the_operator_lets_go():
    bus, sink = Bus(), Told({"a-1": [Reject("no", peer_code="E1")]})
    first, second = delivery("a-1", subject="A"), delivery("a-2", subject="A")
    bus.put([first, second])
    await sink_engine(sink, bus).drain()
    assert list(bus.dead_letters) == [first.key]
    assert list(bus.inbox) == [first.key, second.key]
    bus.resolve(0.0, first.key, again=False)
    await sink_engine(Told({}), bus).drain()
    assert list(bus.delivered) == [second.key]


async def test_a_dead_letter_that_is_resumed_is_delivered_first():
    bus = Bus()
    bus.put([delivery("a-1", subject="A"), delivery("a-2", subject="A")])
    await sink_engine(Told({"a-1": [Reject("no")]}), bus).drain()
    bus.resolve(0.0, delivery("a-1").key, again=True)
    again = Told({})
    await sink_engine(again, bus).drain()
    assert again.asked == ["a-1", "a-2"]


async def test_after_the_last_attempt_it_is_a_dead_letter_with_its_attempts():
    bus = Bus()
    bus.put([delivery("a-1")])
    await sink_engine(Told({"a-1": [Retryable("x")] * 9}), bus).drain()
    (letter,) = bus.dead_letters.values()
    assert (letter.code, letter.attempts) == ("unavailable", 4)


async def test_an_adapter_that_hangs_is_cancelled_and_tried_again():
    class Hanging(Told):
        async def one(self, delivery):
            if not self.asked:
                self.asked.append(delivery.id)
                await asyncio.sleep(3600)
            return await super().one(delivery)

    bus, sink = Bus(), Hanging({})
    bus.put([delivery("a-1")])
    await sink_engine(sink, bus).drain()
    assert sink.asked == ["a-1", "a-1"]
    assert bus.delivered


async def test_a_sink_that_gives_another_number_of_results_settles_nothing_wrongly():
    class Short(Told):
        async def write(self, batch):
            return (await super().write(batch))[: 1 if len(self.asked) > 2 else 0]

    bus = Bus()
    bus.put([delivery("a-1")])
    await sink_engine(Short({}), bus).drain()
    assert [event.event for event in bus.events].count("attempted") == 3


async def test_after_a_crash_what_was_attempted_is_never_repeated_by_a_sink_that_can_do_neither():
    bus, peer = Bus(), agency.Forgetful()
    bus.put([delivery("a-1")])
    bus.attempted.add(delivery("a-1").key)
    config = load_config(agency.AgencyConfig, agency.CONFIG)
    await sink_engine(agency.OnceSink(config, peer), bus).drain()
    assert [each.code for each in bus.dead_letters.values()] == ["outcome_unknown"]
    assert peer.taken == []


async def test_an_unknown_outcome_keeps_the_code_that_the_peer_gave():
    class Once(Told):
        spec = agency.OnceSink.spec

    bus = Bus()
    bus.put([delivery("a-1")])
    await sink_engine(Once({"a-1": [Retryable("HTTP 500", peer_code="500")]}), bus).drain()
    (letter,) = bus.dead_letters.values()
    assert (letter.code, letter.peer_code) == ("outcome_unknown", "500")


async def test_a_look_up_that_asks_for_time_is_given_it():
    class Busy(Told):
        spec = agency.LookUpSink.spec
        looks = 0

        async def find(self, key):  # noqa: ARG002  (the contract's signature)
            self.looks += 1
            if self.looks == 1:
                raise Retryable("still at work", after=60.0)
            return Done()

    bus, clock, sink = Bus(), VirtualClock(), Busy({})
    bus.put([delivery("a-1")])
    bus.attempted.add(delivery("a-1").key)
    await sink_engine(sink, bus, clock=clock).drain()
    assert (sink.looks, sink.asked) == (2, [])
    assert clock.now() >= 60.0


async def test_a_fatal_error_stops_and_settles_nothing():
    class Wrong(Told):
        async def write(self, batch):  # noqa: ARG002
            raise Fatal("password")

    bus = Bus()
    bus.put([delivery("a-1")])
    with pytest.raises(Fatal):
        await sink_engine(Wrong({}), bus).drain()
    assert list(bus.inbox) == [delivery("a-1").key]


async def test_back_pressure_holds_all_calls_for_the_time_that_was_asked():
    bus, clock = Bus(), VirtualClock()
    bus.put([delivery("a-1")])
    await sink_engine(Told({"a-1": [Backpressure(after=90.0)]}), bus, clock=clock).drain()
    assert clock.now() >= 90.0


def source_engine(peer, bus):
    config = load_config(agency.AgencyConfig, agency.CONFIG)
    return SourceEngine(
        lambda: agency.GoodSource(config, peer), bus, rules=RULES, ctx=context(), chance=no_chance
    )


async def test_a_record_the_hub_does_not_take_is_not_acked_and_holds_its_subject():
    peer, bus = agency.Outbox(), Bus(refuse={"r-1"})
    for id_, subject in (("r-0", "A"), ("r-1", "B"), ("r-2", "B"), ("r-3", "C")):
        peer.put(id_, "Hồ sơ mẫu", subject)
    engine = source_engine(peer, bus)
    assert not await engine.once()
    assert list(bus.admitted) == ["r-0", "r-3"]
    assert bus.acked == "1"
    bus.refuse.clear()
    await engine.drain()
    assert list(bus.admitted) == ["r-0", "r-3", "r-1", "r-2"]
    assert bus.acked == "4"


async def test_an_id_with_another_content_is_a_dead_letter():
    peer, bus = agency.Outbox(), Bus()
    for text in ("một", "hai"):
        peer.put("r-0", text, "A")
    await source_engine(peer, bus).drain()
    assert [each.code for each in bus.dead_letters.values()] == ["id_reused"]


async def test_a_source_that_cannot_be_reached_gives_up_after_its_attempts():
    peer = agency.Outbox()
    peer.script.default = kit.Answer(say=kit.Say.DOWN)
    with pytest.raises(Retryable):
        await source_engine(peer, Bus()).drain()
    assert peer.script.calls == 4


CALL = Request(method="GET", path="/", query={}, headers={})


class Answering(counter.GoodService):
    def __init__(self, answer):
        super().__init__(load_config(counter.CounterConfig, counter.Counter().config))
        self.given, self.closed = answer, 0

    async def answer(self, request):  # noqa: ARG002
        if isinstance(self.given, Exception):
            raise self.given
        return self.given

    async def close(self):
        self.closed += 1


@pytest.mark.parametrize(
    ("error", "status", "after"),
    [
        (Reject("bad", "body"), 400, None),
        (Backpressure(after=1.2), 429, "2"),
        (Retryable(after=7), 503, "7"),
        (Retryable(), 503, None),
        (Fatal("password file"), 503, None),
        (KeyError("x"), 503, None),
    ],
)
async def test_what_a_service_raises_becomes_an_answer(error, status, after):
    async with ServiceEngine(Answering(error), Bus(), ctx=context()) as engine:
        answer = await engine.answer(CALL)
    assert answer.status == status
    assert answer.headers.get("retry-after") == after
    assert json.loads(answer.body)["status"] == status
    assert b"password" not in answer.body


async def test_a_service_is_closed_also_after_an_opening_that_failed():
    service = Answering(Answer())
    with pytest.raises(Fatal):
        async with ServiceEngine(service, Bus(), ctx=Context("mau")):
            pass
    assert service.closed == 1


def test_an_answer_for_strangers_holds_no_secret():
    answer = error_answer(
        Reject("bad", "with bi-mat"), mask=lambda text: text.replace("bi-mat", "")
    )
    assert b"bi-mat" not in answer.body


async def test_a_service_can_be_checked():
    found = await check(Answering(Answer()), context(), 1.0)
    assert found.ok


async def test_the_desk_gives_out_pages_and_keeps_what_stands_behind_a_refused_one():
    bus = Bus()
    rows = [("a", "A"), ("b", "A"), ("c", "C")]
    bus.put([delivery(id_, subject=subject) for id_, subject in rows])
    desk = MemoryDesk(bus)
    first = await desk.waiting(1)
    rest = await desk.waiting(5, after=first[0].key)
    assert [each.id for each in (*first, *rest)] == ["a", "b", "c"]
    assert await desk.settle(first[0].key, Reject("no"))
    assert [each.id for each in await desk.waiting(5)] == ["c"]
    assert not await desk.settle("khong/co/mau", Done())


async def test_the_desk_takes_the_same_outcome_again_and_no_other():
    bus = Bus()
    bus.put([delivery("a")])
    desk = MemoryDesk(bus)
    for _ in range(2):
        assert await desk.settle(delivery("a").key, Done())
    with pytest.raises(Reject, match="settled_otherwise"):
        await desk.settle(delivery("a").key, Reject("no"))


async def test_the_desk_refuses_an_id_that_is_used_again():
    desk = MemoryDesk(Bus())
    await desk.submit(Draft(id="a", type="x.v1", body=b"1"))
    await desk.submit(Draft(id="a", type="x.v1", body=b"1"))
    with pytest.raises(Reject, match="id_reused"):
        await desk.submit(Draft(id="a", type="x.v1", body=b"2"))


async def test_objects_come_back_whole_and_a_broken_upload_leaves_nothing():
    objects = MemoryObjects()

    async def pieces(broken):
        yield b"x" * 100_000
        if broken:
            raise OSError
        yield b"y"

    with pytest.raises(OSError):  # noqa: PT011  (the test's own)
        await objects.store(pieces(broken=True), "text/plain")
    assert not objects.contents
    hash_ = await objects.store(pieces(broken=False), "text/plain")
    assert b"".join([piece async for piece in objects.fetch(hash_)]) == b"x" * 100_000 + b"y"
    with pytest.raises(Reject, match="unknown_object"):
        [piece async for piece in objects.fetch("sha256:00")]
