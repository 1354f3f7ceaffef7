"""The router on a real broker: what is committed, what waits, what is held, who is fenced."""

import asyncio

import pytest
from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from msgspec.structs import replace

from hub.decision.events import Event
from hub.io.kafka import topics
from hub.io.kafka.admin import open_admin
from hub.io.kafka.quarantine import QuarantineBus
from hub.io.kafka.transaction import Output, TransactionalWriter
from hub.ports import Fenced, Refusing
from tests import support
from tests.router_rig import PARTITIONS, Rig, message

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def own_broker(empty_broker):
    """Topics have fixed names, so the router's tests begin on an empty broker."""
    asyncio.run(Rig(empty_broker.bootstrap, None).make_topics("receiver", "other"))
    return empty_broker


@pytest.fixture
def rig(own_broker, tmp_path):
    return Rig(own_broker.bootstrap, tmp_path)


def ids(records):
    return [dict(record.headers)["ce_id"].decode() for record in records]


async def has(rig, system, *wanted):
    """Return the inbox once the wanted ids are there."""
    records = await rig.read(topics.inbox(system), lambda found: {*wanted} <= {*ids(found)})
    return [record for record in records if dict(record.headers)["ce_id"].decode() in wanted]


async def test_a_signed_message_reaches_its_inbox_with_its_bytes_untouched(rig):
    sent = message("plain-1")
    async with rig.routing():
        await rig.admit(sent)
        (record,) = await has(rig, "receiver", "plain-1")
    headers = dict(record.headers)
    assert record.value == sent.body
    assert headers["hub-signature"].decode() == sent.signature
    assert headers["hub_audit_partition"].decode() == str(topics.partition_of("sender", PARTITIONS))
    assert record.key.decode() == sent.attributes["subject"]
    assert "hub_mac" not in headers
    (event,) = await rig.until("plain-1", Event.ADMITTED)
    assert event.detail["recipients"] == ["receiver"]


async def test_a_refusal_is_recorded_with_its_reason_and_delivers_nothing(rig):
    async with rig.routing():
        await rig.admit(replace(message("forged"), body=b"{}"), message("after-forged"))
        await has(rig, "receiver", "after-forged")
    (event,) = await rig.until("forged", Event.REFUSED)
    assert event.reason == "not_admitted"
    assert "forged" not in ids(await rig.inbox("receiver", 1))


async def test_the_same_message_again_is_delivered_once_and_other_content_is_refused(rig):
    sent = message("twice")
    other = message("twice", body=support.GOOD_BODY + b" ")
    async with rig.routing():
        await rig.admit(sent, sent, other)
        events = await rig.until("twice", Event.ADMITTED, Event.DUPLICATE, Event.REFUSED)
    assert [event.reason for event in events] == [None, None, "id_reused"]
    assert len(await has(rig, "receiver", "twice")) == 1


async def test_a_router_without_its_cache_still_knows_what_was_admitted(rig, tmp_path):
    sent = message("known")
    async with rig.routing(cache=tmp_path / "first"):
        await rig.admit(sent)
        await rig.until("known", Event.ADMITTED)
    async with rig.routing(cache=tmp_path / "second"):
        await rig.admit(sent)
        await rig.until("known", Event.DUPLICATE)
    assert len(await has(rig, "receiver", "known")) == 1


async def test_a_missing_inbox_waits_in_retry_while_the_others_get_theirs(rig):
    rig.follower.current = support.build_rules(
        {
            "system/late": {"organisation": "org-late"},
            "organisation/org-late": {"name": "Xã Mẫu", "level": "commune"},
            "code/H99.03": {"organisation": "org-late", "scheme": "qd20"},
            "endpoint/org-late/late": {"types": [support.DOSSIER]},
            "right/late": {
                "system": "sender",
                "types": [support.DOSSIER],
                "recipients": ["urn:hub:org:H99.03"],
            },
        }
    )
    to_both = f"{support.TO_RECEIVER} urn:hub:org:H99.03"
    async with rig.routing():
        await rig.admit(*(message(f"late-{n}", recipients=to_both) for n in range(3)))
        assert len(await has(rig, "receiver", "late-0", "late-1", "late-2")) == 3
        await rig.until("late-2", Event.RETRYING)
        made = topics.inbox_topic("late")
        await rig.create(NewTopic(made.name, 1, 1, topic_configs=made.config))
        records = await rig.inbox("late", 3)
        await rig.until("late-2", Event.RESUMED)
    assert ids(records) == ["late-0", "late-1", "late-2"]
    assert len(await has(rig, "receiver", "late-0", "late-1", "late-2")) == 3


async def _limit(rig, topic, size):
    config = {"max.message.bytes": str(size)}
    async with open_admin(rig.connection) as admin:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, config)])


async def test_a_delivery_refused_for_good_is_held_and_does_not_poison_the_next(rig):
    limit = {"max.message.bytes": "500"}
    await rig.create(NewTopic(topics.inbox("small"), 1, 1, topic_configs=limit))
    rig.follower.current = support.build_rules(
        {
            "system/small": {"organisation": "org-small"},
            "organisation/org-small": {"name": "Xã Mẫu", "level": "commune"},
            "code/H99.04": {"organisation": "org-small", "scheme": "qd20"},
            "endpoint/org-small/small": {"types": [support.DOSSIER]},
            "right/small": {
                "system": "sender",
                "types": [support.DOSSIER],
                "recipients": ["urn:hub:org:H99.04"],
            },
        }
    )
    fine = [message(f"fine-{n}", subject=f"fine-{n}") for n in range(6)]
    to_both = f"{support.TO_RECEIVER} urn:hub:org:H99.04"
    large = message("large", subject="poison", recipients=to_both)
    behind = message("behind", subject="poison")
    async with rig.routing():
        await rig.admit(*fine[:3], large, behind, *fine[3:])
        await has(rig, "receiver", *(f"fine-{n}" for n in range(6)))
        events = await rig.until("large", Event.HELD)
        assert [event.reason for event in events] == ["refused_by_broker"]
        (waits,) = await rig.until("behind", Event.HELD)
        assert waits.reason == "waits_behind"
        assert not {"large", "behind"} & {*ids(await rig.inbox("receiver", 6))}

        bus = QuarantineBus(rig.connection, support.MACS)
        held = await bus.held()
        assert [item.id for item in held] == ["large", "behind"]
        await _limit(rig, topics.inbox("small"), 1_000_000)
        why = {"by": "an", "reason": "Đã sửa lỗi (mẫu)"}
        released = await bus.release(held[0], support.NOW, **why)
        assert [item.id for item in released] == ["large", "behind"]
        order = await has(rig, "receiver", "large", "behind")
        assert ids(order) == ["large", "behind"]
        await rig.inbox("small", 1)
        for id_ in ("large", "behind"):
            (resumed,) = [
                one for one in await rig.until(id_, Event.RESUMED) if one.event is Event.RESUMED
            ]
            assert resumed.detail == why
    assert await bus.held() == []
    assert await bus.release(held[0], support.NOW, **why) == []


async def test_a_transaction_with_a_refused_send_writes_nothing(rig):
    await rig.create(NewTopic("tiny", 1, 1, topic_configs={"max.message.bytes": "500"}))
    await rig.create(NewTopic("roomy", 1, 1))
    writer = TransactionalWriter(rig.connection, "test-refused")
    await writer.open()
    good = Output(topic="roomy", partition=0, key=None, value=b"1")
    with pytest.raises(Refusing):
        await writer.write(
            [good, Output(topic="tiny", partition=0, key=None, value=b"x" * 5_000)], {}, "test"
        )
    await writer.open()
    await writer.write([replace(good, value=b"2")], {}, "test")
    await writer.discard()
    records = await rig.read("roomy", lambda found: len(found) >= 1)
    assert [record.value for record in records] == [b"2"]


async def _working(rig, router, name):
    await rig.admit(message(name))
    await rig.until(name, Event.ADMITTED)
    assert not router.done()


async def _until_fenced(rig, old, name):
    """Send until the old router meets its fence: an idle one has nothing to notice it by."""
    sent: list[str] = []
    while not old.done():
        sent.append(f"{name}-{len(sent)}")
        await rig.admit(message(sent[-1]))
        await rig.until(sent[-1], Event.ADMITTED)
    return sent


async def _fenced(rig, old, name):
    sent = await _until_fenced(rig, old, name)
    # Decided by the one or the other, but each exactly once.
    assert ids(await has(rig, "receiver", *sent)) == sent
    return old.exception()


async def test_a_second_router_of_the_same_share_fences_the_first(rig, tmp_path):
    old = rig.start(cache=tmp_path / "a")
    await _working(rig, old, "fence-first")
    async with rig.routing(cache=tmp_path / "b"):
        assert (await _fenced(rig, old, "fence")).split(Fenced)[0] is not None


async def test_a_new_layout_fences_the_old_one(rig, tmp_path):
    old = rig.start(cache=tmp_path / "whole")
    await _working(rig, old, "layout-first")
    async with rig.routing(0, 2), rig.routing(1, 2):
        assert (await _fenced(rig, old, "layout")).split(Fenced)[0] is not None
