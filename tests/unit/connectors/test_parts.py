"""The small parts of the connector runtime."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import cast

import pytest
from lgsp_adapter import Draft, Fatal, Retryable
from lgsp_adapter.policy.breaker import State as Breaker
from lgsp_adapter.policy.parking import Head, Parking
from lgsp_message.jws import decode, verify
from lgsp_message.reason import Reason, Refused
from prometheus_client import CollectorRegistry, generate_latest

from hub.connectors.budget import Budget
from hub.connectors.lending import ObjectStore, lend
from hub.connectors.metrics import ConnectorMetrics
from hub.connectors.references import References
from hub.connectors.settings import ConnectorsSettings
from hub.connectors.signing import KeyFolder, Signer
from hub.connectors.status import Report, State
from hub.connectors.takers import _meet
from hub.connectors.together import Together
from hub.connectors.windows import closed_until
from hub.control.network_rules import NetworkRules
from hub.decision.connectors import Connector, Window
from hub.io.kafka.connector_records import (
    Action,
    Command,
    Kind,
    command_record,
    is_connectors,
    parse_key,
    read_command,
    record,
)
from hub.io.kafka.router_records import retry_key
from hub.io.objects import Stored
from tests import support

MONDAY = datetime(2026, 11, 23, tzinfo=UTC) - timedelta(hours=7)
"""Monday, 0:00 in Viet Nam."""


def window(days, start, end):
    return Window(weekdays=frozenset(days), start=start, end=end)


@pytest.mark.parametrize(
    ("hours", "closed"),
    [(21.9, None), (22, 26), (25, 26), (26, None), (22 + 24, None)],
)
def test_a_window_over_midnight_ends_on_the_next_day(hours, closed):
    night = window({0}, time(22), time(2))
    end = closed_until([night], MONDAY + timedelta(hours=hours))
    assert end == (None if closed is None else MONDAY + timedelta(hours=closed))


def test_windows_that_meet_count_as_one():
    both = [window({0}, time(8), time(10)), window({0}, time(10), time(12))]
    assert closed_until(both, MONDAY + timedelta(hours=9)) == MONDAY + timedelta(hours=12)


def test_a_window_without_end_does_not_loop():
    always = window(range(7), time(0), time(0))
    assert closed_until([always], MONDAY) is not None


async def test_those_who_ask_at_once_ask_together():
    asked = []
    gate = asyncio.Event()

    async def ask(keys):
        asked.append(set(keys))
        await gate.wait()
        return {key: key * 2 for key in keys}

    together = Together(ask)
    first = asyncio.create_task(together.of([1]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = [asyncio.create_task(together.of([n])) for n in (2, 3)]
    await asyncio.sleep(0)
    gate.set()
    answers = await asyncio.gather(first, *others)
    assert asked == [{1}, {2, 3}]
    assert [answer[n] for answer, n in zip(answers, (1, 2, 3), strict=True)] == [2, 4, 6]


async def test_a_question_that_fails_fails_for_all_and_the_next_one_is_asked_anew():
    fails = [True]

    async def ask(keys):
        if fails.pop():
            raise LookupError
        return keys

    together = Together(ask)
    with pytest.raises(LookupError):
        await together.of([1])
    fails.append(False)
    assert await together.of([2]) == {2}


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("*", "vn.gov.a.v1", True),
        ("vn.gov.*", "vn.gov.a.v1", True),
        ("vn.gov.a.v1", "vn.gov.a.v1", True),
        ("vn.gov.a.*", "vn.gov.b.v1", False),
        ("vn.gov.a.*", "vn.gov.*", True),
        ("vn.gov.a.v1", "vn.gov.a.v2", False),
        ("vn.hub.*", "vn.gov.*", False),
    ],
)
def test_two_types_meet_where_one_message_can_be_both(one, other, meet):
    assert _meet(one, other) is meet
    assert _meet(other, one) is meet


def test_no_key_of_the_routers_is_a_connectors():
    assert not is_connectors(retry_key("connector", "id", "receiver"))
    assert not is_connectors(None)
    output = record("mau", Kind.ENTRY, "sender\nid-1", None, 3)
    assert is_connectors(output.key)
    key = parse_key(output.key)
    assert key is not None
    assert (key.connector, key.kind, key.name) == ("mau", Kind.ENTRY, "sender\nid-1")
    assert parse_key(b"connector:mau\nsomething-newer\nx") is None


def test_a_command_is_read_only_under_the_hubs_own_mac():
    command = Command(id="1", connector="mau", action=Action.DROP, at=support.NOW)
    output = command_record(command, support.MACS, 0)
    assert output.value is not None
    assert read_command(output.headers, output.value, support.MACS) == command
    assert read_command([], output.value, support.MACS) is None
    assert read_command(output.headers, output.value + b"x", support.MACS) is None


def signer(rules=None, keys=support.key_of, system="sender"):
    return Signer(system, keys, lambda: rules or support.build_rules())


def draft(**changes):
    return Draft(**{"id": "d-1", "type": support.DOSSIER, "body": b"{}", **changes})


def test_a_draft_is_signed_so_that_the_hub_can_verify_it():
    rules, made = support.build_rules(), signer()
    received = made.sign(made.attributes(draft(subject="Mẫu 1"), support.NOW), b"{}")
    key = next(iter(rules.systems["sender"].keys.values())).key
    message = verify(decode(received, support.HUB), key)
    assert message.attributes.dataschema == support.DOSSIER_SCHEMA
    assert message.attributes.time == support.NOW


def test_the_same_draft_makes_the_same_content():
    moment = datetime(2026, 11, 22, 3, tzinfo=UTC)
    first = signer().attributes(draft(time=moment), support.NOW)
    assert first == signer().attributes(draft(time=moment), support.NOW + timedelta(hours=1))


def test_a_type_without_any_schema_is_refused():
    with pytest.raises(Refused) as refused:
        signer().attributes(draft(type="vn.gov.unknown.v1"), support.NOW)
    assert refused.value.reason is Reason.UNKNOWN_SCHEMA


def test_a_key_that_is_not_registered_or_not_there_stops_the_connector(tmp_path):
    made = signer(keys=lambda _: support.key_of("somebody else"))
    with pytest.raises(Fatal, match="not registered"):
        made.sign({}, b"")
    with pytest.raises(Fatal, match=r"sender\.pem"):
        KeyFolder(tmp_path)("sender")
    (tmp_path / "sender.pem").write_bytes(b"not a key")
    with pytest.raises(Fatal, match=r"sender\.pem"):
        KeyFolder(tmp_path)("sender")


def test_metrics_tell_what_reports_tell_and_forget_who_is_gone():
    registry = CollectorRegistry()
    budget = Budget()
    metrics = ConnectorMetrics(registry, budget)
    budget.open().add(7)
    report = Report(name="mau", generation=0, state=State.WAITING, dead_letters=3, at=support.NOW)
    metrics.heard([replace(report, parked=2, breaker=Breaker.OPEN)])
    text = generate_latest(registry).decode()
    assert 'hub_connector_dead_letters{connector="mau"} 3.0' in text
    assert 'hub_connector_parked{connector="mau"} 2.0' in text
    assert 'hub_connector_breaker_open{connector="mau"} 1.0' in text
    assert 'hub_connector_state{connector="mau",state="waiting"} 1.0' in text
    assert "hub_connectors_held_bytes 7.0" in text
    metrics.heard([])
    assert "mau" not in generate_latest(registry).decode()


def test_a_slot_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="HUB_CONNECTORS_SLOT"):
        ConnectorsSettings(slot=2, slots=2)


def test_urgent_lines_go_first_and_keep_their_order():
    parking: Parking[str, int] = Parking()
    parking.add("a", 1)
    parking.add("b", 2)
    parking.add("c", 3)
    parking.add("c", 4, urgent=True)
    assert parking.take(0.0, 2) == [("c", 3), ("a", 1)]
    parking.done("c")
    assert (parking.line("c"), parking.head("c"), parking.last("c")) == ((4,), Head.READY, 4)
    assert parking.take(0.0, 9) == [("c", 4), ("b", 2)]
    assert (parking.line("x"), parking.head("x"), parking.last("x")) == ((), None, None)


class Nothing:
    """Objects to which nobody has access yet."""

    async def find(self, *_):
        return None

    async def referred(self, hash_):
        return Stored(hash=hash_, size=3, path="mau")

    async def read(self, *_):
        yield b"mau"


OBJECT = "sha256:" + "0" * 64


def lent(references=frozenset()):
    connector = Connector(name="so-mau", adapter="mau", system="he-thong-a", config={})
    objects = cast("ObjectStore", Nothing())
    return lend(connector, objects, lambda: MONDAY, NetworkRules(), {}, references)


async def test_an_object_without_access_yet_is_tried_again_not_a_dead_letter():
    with pytest.raises(Retryable) as told:
        [piece async for piece in lent().fetch(OBJECT)]
    assert told.value.untouched


async def test_a_held_delivery_is_the_right_to_what_it_refers_to_until_it_is_settled():
    references = References()
    references.came({"objects": f"{OBJECT} sha256:{'1' * 64}"})
    references.came({"objects": OBJECT})
    references.came({"id": "khong-dinh-kem"})
    context = lent(references)
    references.went({"objects": f"{OBJECT} sha256:{'1' * 64}"})
    assert [piece async for piece in context.fetch(OBJECT)] == [b"mau"]
    for not_named in ("sha256:" + "1" * 64, "sha256:" + "2" * 64):
        with pytest.raises(Retryable):
            [piece async for piece in context.fetch(not_named)]
    references.went({"objects": OBJECT})
    with pytest.raises(Retryable):
        [piece async for piece in context.fetch(OBJECT)]
