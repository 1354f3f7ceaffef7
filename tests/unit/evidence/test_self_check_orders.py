"""A period with orders, holds and releases: what the router itself made of them is no difference.

And whatever of it is told otherwise later is one.
"""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from hub.decision.choosing import Chosen
from hub.decision.events import AuditEvent, Event
from hub.decision.holding import Resume
from hub.decision.order_record import Do, Found, Order
from hub.evidence.deciding import NO_EVENT, OUT_OF_TURN, Deciding
from hub.evidence.memory import Memory
from hub.evidence.recompute import comes_from_a_record, left_undecided
from hub.io.kafka.codec import ingress_headers
from hub.io.kafka.router_records import COMMAND, ORDER, outputs_of, records_of
from hub.io.kafka.topics import AUDIT, inbox
from hub.router.batch import examine_all, settle_all
from hub.signing.macs import command_mac
from hub.signing.verdicts import Grade
from tests import support
from tests.documents_rig import PDF, letter, rules
from tests.support import MACS, NOW, PARTITION, build_rules
from tests.unit.decision.test_choosing import DISTRICT, SPLIT

RULES = rules()


class Router:
    """The router's own steps, one record at a time; keeps the records and the events."""

    def __init__(self, the_rules=RULES):
        self.rules, self.seen, self.now = the_rules, support.Remembered(), NOW
        self.records, self.events = [], []

    async def take(self, headers, body, *, condemned=""):
        offset = 100 + len(self.records)
        raw = SimpleNamespace(
            partition=PARTITION, offset=offset, headers=headers, key=None, value=body
        )
        (record,) = records_of([[raw]])
        self.records.append((offset, headers, body))
        self.now += timedelta(seconds=1)
        batch = await examine_all([record], self.rules, self.now)
        reasons = {record.place: condemned} if condemned else {}
        seen: Any = self.seen
        decided: Any = await settle_all(batch, seen, reasons)
        ((_, outcome),) = decided
        for memory in getattr(outcome, "remembered", ()) or _memory(outcome):
            self.seen.answers[memory.source, memory.key] = memory.answer
        if hasattr(outcome, "answer"):
            self.seen.answers.pop((outcome.source, outcome.key), None)
            if outcome.answer is not None:
                self.seen.answers[outcome.source, outcome.key] = outcome.answer
        for output in outputs_of(record, outcome, lambda system, _urgent: inbox(system)):
            if output.topic == AUDIT:
                self.events.append(msgspec.json.decode(output.value or b"", type=AuditEvent))

    async def send(self, received, **how):
        await self.take(ingress_headers(received), received.body, **how)

    async def order(self, do, received, **fields):
        order = Order(do=do, source="sender", id=received.attributes["id"], **fields)
        text = msgspec.json.encode(order)
        mac = command_mac(MACS, text).encode()
        headers = [*ingress_headers(received), (COMMAND, mac), (ORDER, text)]
        await self.take(headers, received.body)

    async def tell(self, received, grade):
        await self.order(Do.TELL, received, found=(Found(hash=PDF, grade=Grade(grade)),))

    async def resume(self, subject):
        command = msgspec.json.encode(Resume(source="sender", subject=subject))
        await self.take([(COMMAND, command_mac(MACS, command).encode())], command)


def _memory(outcome):
    memory = getattr(outcome, "memory", None)
    return () if memory is None else (memory,)


async def documents(router):
    """Letters that wait, in a line, for a verdict, a person, an end; a withdrawal of one."""
    first, second, third = letter("a"), letter("b"), letter("c")
    for one in (first, second, third):
        await router.send(one)
    await router.send(letter("plain"))
    await router.order(Do.LOOK, second)
    await router.tell(second, "indeterminate")
    await router.order(Do.RELEASE, second, by="an", reason="Mẫu")
    await router.tell(first, "valid")
    await router.order(Do.LOOK, second)
    await router.tell(second, "valid")
    await router.send(support.withdrawal("c"))
    await router.tell(third, "invalid")
    await router.tell(letter("plain"), "valid")
    await router.send(letter("d", subject="khac"))
    await router.tell(letter("d", subject="khac"), "invalid")


async def hold(router):
    """A message at which the hub fails, its successors, their release."""
    subject = letter().attributes["subject"]
    await router.send(letter("bad"), condemned="refused_by_broker")
    await router.send(letter("behind"))
    await router.send(letter("aside", subject="ben"))
    await router.resume(subject)
    await router.send(letter("bad"))
    await router.send(letter("behind"))


def check(router, events=None, since=0, records=None):
    """Recompute what was taken from the record number `since` on."""
    start, memory = 100 + since, Memory()
    told: dict[Any, Any] = {}
    for event in router.events if events is None else events:
        assert comes_from_a_record(event) or left_undecided(event)
        if event.ingress.offset < start:
            memory.learn(event)
        else:
            told.setdefault(event.ingress, []).append(event)
    deciding = Deciding(PARTITION, {RULES.ref.version: router.rules}, told, memory)
    found = []
    for offset, headers, body in router.records if records is None else records:
        if offset >= start:
            deciding.gone(offset)
            found += [(offset - 100, text) for text in deciding.take(offset, headers, body)]
    return found


@pytest.fixture
async def router():
    made = Router()
    await documents(made)
    await hold(made)
    return made


async def test_orders_holds_and_releases_are_no_differences(router):
    assert {event.event for event in router.events} >= {
        *(Event.VERDICT, Event.HELD, Event.RESUMED, Event.EXPIRED, Event.WITHDRAWN),
    }
    assert check(router) == []


async def test_wherever_a_period_begins_what_was_before_it_is_known(router):
    for since in range(1, len(router.records)):
        assert check(router, since=since) == [], since


async def test_records_that_are_gone_are_known_from_their_events(router):
    kept = router.records[7:]
    assert check(router, records=kept) == []


async def test_an_event_of_an_order_that_is_told_otherwise_is_named(router):
    for number, event in enumerate(router.events):
        if event.event not in {Event.VERDICT, Event.EXPIRED, Event.RESUMED}:
            continue
        changed = list(router.events)
        changed[number] = msgspec.structs.replace(event, reason="khac")
        place = event.ingress.offset - 100
        assert (place, f"{event.event.value} sender {event.id}: reason") in check(router, changed)


async def test_no_event_can_be_left_out(router):
    for number, event in enumerate(router.events):
        left = router.events[:number] + router.events[number + 1 :]
        # The first record of a period is known by its event alone.
        if event.ingress.offset > 100:
            assert check(router, left), event


async def test_a_message_that_passes_a_held_one_is_named(router):
    # Its hold is struck from the log: now it seems to have been decided in its turn.
    held = [event for event in router.events if left_undecided(event)]
    admitted = next(e for e in router.events if e.id == "behind" and e.event is Event.ADMITTED)
    moved = msgspec.structs.replace(admitted, ingress=held[1].ingress, at=held[1].at)
    events = [moved if event is held[1] else event for event in router.events]
    assert (held[1].ingress.offset - 100, OUT_OF_TURN) in check(router, events)


async def test_a_record_that_was_passed_over_in_silence_is_named(router):
    silent = [event for event in router.events if event.id != "aside"]
    assert [text for _, text in check(router, silent)] == [NO_EVENT]


async def choices(router):
    """Letters to a split organisation: chosen, left, given otherwise meanwhile, redirected."""
    two = f"{DISTRICT} urn:hub:system:{support.RECEIVER}"
    to = {"x": DISTRICT, "y": DISTRICT, "z": two}
    x, y, z = (support.stamped(id=id, subject=id, recipients=to[id]) for id in to)
    for one in (x, y, z):
        await router.send(one)
    chosen = (Chosen(DISTRICT, ("other",)),)
    await router.order(Do.CHOOSE, x, by="an", reason="Mẫu", chosen=chosen)
    await router.order(Do.CHOOSE, y, by="an", reason="Mẫu", chosen=(Chosen(DISTRICT, ()),))
    redirect = {"by": "an", "reason": "Mẫu", "recipient": support.RECEIVER, "to": "other"}
    await router.order(Do.REDIRECT, z, **redirect)
    await router.order(Do.CHOOSE, z, by="an", reason="Mẫu", chosen=chosen)
    await router.order(Do.REDIRECT, x, **redirect)
    await router.send(support.withdrawal("x"))


async def test_what_a_person_chose_or_redirected_is_known_wherever_a_period_begins():
    router = Router(build_rules(SPLIT))
    await choices(router)
    reasons = {event.reason for event in router.events}
    assert reasons >= {"manual_review", "recipient_chosen", "not_chosen", "has_it"}
    for since in range(len(router.records)):
        assert check(router, since=since) == [], since


async def test_a_command_of_anybody_else_was_refused_and_is_again(router):
    await router.take([(COMMAND, b"k1.AAAA")], b"{}")
    assert router.events[-1].reason == "not_admitted"
    assert check(router) == []
