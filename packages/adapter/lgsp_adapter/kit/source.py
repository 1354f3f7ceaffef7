"""What every source promises."""

import unicodedata
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, TypeVar

import pytest

from lgsp_adapter.calls import call
from lgsp_adapter.contract import Source
from lgsp_adapter.errors import Backpressure, Reject, Retryable
from lgsp_adapter.kit.calling import CallingKit
from lgsp_adapter.kit.common import cancel
from lgsp_adapter.kit.peer import Answer, Say, SourcePeer
from lgsp_adapter.kit.promise import promise
from lgsp_adapter.kit.texts import AWKWARD, LARGE, NFC, NFD, WRONG_CLOCKS, strings
from lgsp_adapter.policy.breaker import BreakerRules
from lgsp_adapter.testing.bus import Bus
from lgsp_adapter.testing.rules import EngineRules
from lgsp_adapter.testing.source_engine import SourceEngine
from lgsp_adapter.values import Record

P = TypeVar("P", bound=SourcePeer)

COUNT = 5
MANY = 500
WAIT_SECONDS = 7.0


class SourceKit(CallingKit[Source[Any], P]):
    """Subclass it as `Test…`: give `adapter`, `reference`, `peer`, and `make` where needed."""

    read_ahead: ClassVar[int] = 50
    """Most records the source may take from the other side beyond what it was asked for."""

    async def work(self, adapter: Source[Any], peer: P) -> str:
        """Read one record."""
        peer.put("w-1", "Hồ sơ mẫu", "H99-1")
        await adapter.read(1)
        return ""

    async def read_all(self, source: Source[Any], limit: int = 10) -> list[Record]:
        """Read to the end without acknowledging."""
        found: list[Record] = []
        while records := await call(source.read(limit), self.patience):
            found += records
        return found

    def fill(self, peer: P, count: int = COUNT) -> list[str]:
        """Put records that can be told apart; return their texts."""
        texts = [f"Hồ sơ mẫu số {number}" for number in range(count)]
        for number, text in enumerate(texts):
            peer.put(f"r-{number}", text, f"H99-{number}")
        return texts

    @promise
    async def test_reads_everything_once_and_in_order(self) -> None:
        """All that is there comes once, in order, with positions that differ."""
        async with self.serving() as peer, self.opened(peer) as source:
            texts = self.fill(peer)
            records = await self.read_all(source)
        assert_texts(records, texts)
        in_order = [holds(record, text) for record, text in zip(records, texts, strict=True)]
        assert all(in_order), "they are out of order"
        assert len({record.position for record in records}) == COUNT, "a position stands twice"

    @promise
    async def test_reads_no_more_than_it_is_asked_for(self) -> None:
        """`read(2)` returns at most 2."""
        async with self.serving() as peer, self.opened(peer) as source:
            self.fill(peer)
            records = await call(source.read(2), self.patience)
        assert len(records) <= 2, f"it returned {len(records)}"  # noqa: PLR2004  (as asked)

    @promise
    async def test_an_unavailable_peer_is_retryable(self) -> None:
        """A peer that is down gives `Retryable`; an empty list would say that there is nothing."""
        async with self.serving() as peer, self.opened(peer) as source:
            self.fill(peer)
            peer.script.default = Answer(say=Say.DOWN)
            with pytest.raises(Retryable):
                await call(source.read(1), self.patience)

    @promise
    async def test_retry_after_is_passed_on(self) -> None:
        """429 gives `Backpressure` with the seconds that the peer asked for."""
        async with self.serving() as peer, self.opened(peer) as source:
            self.fill(peer)
            peer.script.default = Answer(say=Say.SLOW_DOWN, after=WAIT_SECONDS)
            with pytest.raises(Backpressure) as told:
                await call(source.read(1), self.patience)
        assert told.value.after == WAIT_SECONDS

    @promise
    async def test_a_cancelled_read_loses_nothing(self) -> None:
        """What a cancelled read did not return comes with the next one."""
        async with self.serving() as peer, self.opened(peer) as source:
            texts = self.fill(peer)
            peer.script.running.clear()
            await cancel(source.read(2), self.patience)
            peer.script.running.set()
            records = await self.read_all(source)
        assert_texts(records, texts)

    @promise
    async def test_resumes_after_a_stop_at_every_boundary(self) -> None:
        """Stopped after any record and opened at its position, it goes on with the next one."""
        for stop in range(1, COUNT + 1):
            async with self.serving() as peer:
                texts = self.fill(peer)
                records = []
                async with self.opened(peer) as source:
                    for _ in range(stop):
                        records += await call(source.read(1), self.patience)
                        await call(source.ack(records[-1].position), self.patience)
                async with self.opened(peer, records[-1].position) as source:
                    records += await self.read_all(source)
            assert_texts(records, texts)

    @promise
    async def test_what_is_not_acked_is_read_again(self) -> None:
        """Durable out of order, and the first one not: no ack comes, and all are read again."""
        async with self.serving() as peer:
            texts = self.fill(peer)
            async with self.opened(peer) as source:
                await self.read_all(source)
            async with self.opened(peer) as source:
                records = await self.read_all(source)
        assert_texts(records, texts)

    @promise
    async def test_an_ack_covers_nothing_after_it(self) -> None:
        """A nack of the hub: acknowledged up to the second, the third and later come again."""
        async with self.serving() as peer:
            texts = self.fill(peer)
            async with self.opened(peer) as source:
                records = await self.read_all(source)
                await call(source.ack(records[1].position), self.patience)
            async with self.opened(peer, records[1].position) as source:
                again = await self.read_all(source)
        assert_texts(again, texts[2:])

    @promise
    async def test_read_again_it_is_the_same_message(self) -> None:
        """Read again, a record has the same id and the same bytes: the hub knows the duplicate."""
        async with self.serving() as peer:
            text = self.fill(peer)[0]
            readings = []
            for _ in range(2):
                async with self.opened(peer) as source:
                    readings += await self.read_all(source)
        # That it comes again at all is the promise `what_is_not_acked_is_read_again`.
        found = [record.message for record in readings if holds(record, text)]
        told = {(each.id, each.body) for each in found if not isinstance(each, Reject)}
        assert len(told) == 1, "another id or other bytes"

    @promise
    async def test_what_is_taken_and_not_acked_is_bounded(self) -> None:
        """While the hub takes nothing, the source does not swallow the other side's whole store."""
        async with self.serving() as peer, self.opened(peer) as source:
            self.fill(peer, MANY)
            await call(source.read(2), self.patience)
            taken = peer.handed_out
        assert taken <= 2 + self.read_ahead, f"{taken} of {MANY} were taken for a read of 2"

    @promise
    async def test_an_unreadable_record_is_isolated(self) -> None:
        """It becomes a dead letter with its place; those before and after it arrive."""
        bus = Bus(name=self.adapter.spec.name)
        async with self.serving() as peer:
            peer.put("r-1", "trước", "H99-1")
            peer.put_unreadable()
            peer.put("r-2", "sau", "H99-2")
            rules = EngineRules(timeout=self.patience)
            engine = SourceEngine(lambda: self.make(peer), bus, rules=rules, ctx=self.context())
            await engine.drain()
        found = set().union(*(strings(message.body) for message in bus.admitted.values()))
        assert {"trước", "sau"} <= found, "good records are missing"
        assert len(bus.dead_letters) == 1, f"{len(bus.dead_letters)} dead letters, not 1"

    @promise
    async def test_a_line_that_breaks_loses_nothing(self) -> None:
        """The line breaks at every second call, and the hub takes one record only later."""
        bus = Bus(name=self.adapter.spec.name)
        async with self.serving() as peer:
            texts = self.fill(peer)
            peer.script.next.extend([Answer(), Answer(say=Say.DOWN)] * COUNT)
            rules = EngineRules(
                timeout=self.patience, batch=2, breaker=BreakerRules(threshold=2 * COUNT)
            )
            engine = SourceEngine(
                lambda: self.make(peer), bus, rules=rules, ctx=self.context(), chance=_no_chance
            )
            bus.refuse_next = 1
            await engine.drain()
        found = set().union(*(strings(each.body) for each in bus.admitted.values()))
        assert set(texts) <= found, f"{len(set(texts) - found)} of {COUNT} are lost"

    @promise
    async def test_a_newer_schema_is_no_reason_to_stop(self) -> None:
        """A record with a field that nobody knew is read like the others."""
        async with self.serving() as peer, self.opened(peer) as source:
            if not peer.put_newer("n-1", "Hồ sơ mẫu", "H99-1"):
                pytest.skip("the other side has no such form")
            records = await self.read_all(source)
        assert_texts(records, ["Hồ sơ mẫu"])

    @promise
    async def test_a_wrong_clock_loses_nothing(self) -> None:
        """Our clock is wrong by decades: all records come."""
        for now in WRONG_CLOCKS:
            async with self.serving() as peer:
                texts = self.fill(peer)
                source, ctx = self.make(peer), self.context()
                ctx.now = partial(_same, now)
                try:
                    await call(source.open(ctx, None), self.patience)
                    records = await self.read_all(source)
                finally:
                    await self.end(source)
            assert_texts(records, texts)

    @promise
    async def test_texts_arrive_as_they_are(self) -> None:
        """NFC, NFD and awkward characters arrive code point by code point."""
        async with self.serving() as peer, self.opened(peer) as source:
            for number, text in enumerate(AWKWARD):
                peer.put(f"t-{number}", text, f"H99-{number}")
            records = await self.read_all(source)
        assert_texts(records, list(AWKWARD))

    @promise
    async def test_a_subject_is_nfc(self) -> None:
        """A business key typed in NFD is handed in as NFC: the same dossier has one key."""
        async with self.serving() as peer, self.opened(peer) as source:
            peer.put("s-1", "Hồ sơ mẫu", NFD)
            (record,) = await call(source.read(1), self.patience)
        assert not isinstance(record.message, Reject)
        subject = getattr(record.message, "subject", NFC)
        assert unicodedata.is_normalized("NFC", subject or ""), "the subject is not NFC"

    @promise
    async def test_a_large_document_arrives_whole(self) -> None:
        """About 200 kB arrive whole."""
        async with self.serving() as peer, self.opened(peer) as source:
            peer.put("l-1", LARGE, "H99-1")
            records = await self.read_all(source)
        assert_texts(records, [LARGE])


def assert_texts(records: list[Record], texts: list[str]) -> None:
    """Fail unless there are as many records as texts, and each text is in one."""
    assert len(records) == len(texts), f"{len(records)} records, not {len(texts)}"
    missing = [text for text in texts if not any(holds(record, text) for record in records)]
    assert not missing, f"{len(missing)} of {len(texts)} texts are missing"


def _same(now: datetime) -> datetime:
    return now


def _no_chance() -> float:
    return 0.0


def holds(record: Record, text: str) -> bool:
    """Say whether a record is a message that holds `text`."""
    return not isinstance(record.message, Reject) and text in strings(record.message.body)
