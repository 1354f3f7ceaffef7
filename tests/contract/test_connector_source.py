"""Sources on a real broker: signed, admitted, durable with the position, then acknowledged."""

import asyncio
import itertools
from datetime import UTC, datetime

import pytest
from lgsp_adapter import Config, Draft, Kind, Record, Reject, Retryable, Signed, Source, Spec, Text

from hub.io.kafka import topics
from hub.io.kafka.connector_records import Action, Command
from tests import support
from tests.connector_rig import ConnectorRig, NoObjects, until
from tests.router_rig import PARTITIONS

pytestmark = pytest.mark.kafka

_numbers = itertools.count()


class Shelf:
    """What a source's other side holds; what it was told is done."""

    def __init__(self):
        self.records: list[Record] = []
        self.acked: list[str] = []
        self.opened: list[str | None] = []
        self.read_error: Exception | None = None
        self.ack_error: Exception | None = None


SHELVES: dict[str, Shelf] = {}


class ShelfConfig(Config):
    peer: str


class ShelfSource(Source[ShelfConfig]):
    spec = Spec(
        name="shelf",
        version="1.0.0",
        kind=Kind.SOURCE,
        config=ShelfConfig,
        title=Text(vi="Mẫu", en="Sample"),
        types=("*",),
    )

    async def check(self):
        raise NotImplementedError

    async def open(self, ctx, position):
        await super().open(ctx, position)
        self.shelf = SHELVES[self.config.peer]
        self.shelf.opened.append(position)
        self.next = 0 if position is None else int(position)

    async def read(self, limit):
        error, self.shelf.read_error = self.shelf.read_error, None
        if error is not None:
            raise error
        found = self.shelf.records[self.next : self.next + limit]
        self.next += len(found)
        return found

    async def ack(self, position):
        error, self.shelf.ack_error = self.shelf.ack_error, None
        if error is not None:
            raise error
        self.shelf.acked.append(position)


@pytest.fixture(scope="module")
def own_broker(empty_broker):
    asyncio.run(ConnectorRig(empty_broker.bootstrap).make_topics("receiver", "other"))
    return empty_broker


@pytest.fixture
def rig(own_broker, tmp_path):
    rig = ConnectorRig(own_broker.bootstrap)
    rig.cache = tmp_path
    rig.kinds["shelf"] = ShelfSource
    return rig


@pytest.fixture
def shelf(rig):
    """Give the shelf of a source connector of `sender`, of this test alone."""
    name = f"nguon-{next(_numbers)}"
    rig.name = name
    rig.add(name, "shelf", "sender")
    SHELVES[name] = Shelf()
    return SHELVES[name]


def draft(number, id_, **changes):
    message = {
        "id": id_,
        "type": support.DOSSIER,
        "body": support.GOOD_BODY,
        "subject": "000.00.01.H99-261122-0001",
        "recipients": (support.TO_RECEIVER,),
        "time": datetime.now(UTC),
        **changes,
    }
    return Record(position=str(number), message=Draft(**message), raw=b"<mau/>")


async def test_what_a_source_reads_is_signed_admitted_and_delivered_and_then_acknowledged(
    rig, shelf
):
    shelf.records = [draft(1, "s-1"), draft(2, "s-2")]
    async with rig.running(), rig.routing():
        await rig.until("s-1", "admitted")
        await rig.until("s-2", "admitted")
        await until(lambda: shelf.acked == ["1", "2"])
    assert (await rig.parked(rig.name)).position.read == "2"


async def test_a_source_goes_on_behind_what_is_durable(rig, shelf):
    shelf.records = [draft(1, "g-1"), draft(2, "g-2")]
    async with rig.running():
        await until(lambda: shelf.acked == ["1", "2"])
    shelf.records.append(draft(3, "g-3"))
    async with rig.running():
        await until(lambda: shelf.acked == ["1", "2", "3"])
    assert shelf.opened == [None, "2"]
    found = await rig.read(topics.INGRESS, lambda r: ids(r, "g-3"), partitions=PARTITIONS)
    assert [one for one in ids(found) if one.startswith("g-")] == ["g-1", "g-2", "g-3"]


def ids(records, *wanted):
    found = [dict(record.headers)["ce_id"].decode() for record in records]
    return found if not wanted else {*wanted} <= {*found}


async def test_an_error_of_the_other_side_loses_nothing_and_reads_on(rig, shelf):
    shelf.records = [draft(1, "e-1"), draft(2, "e-2")]
    shelf.read_error = Retryable("away")
    shelf.ack_error = Retryable("away too")
    async with rig.running():
        await until(lambda: shelf.acked == ["2"])
    assert shelf.opened == [None, None, "1"]


async def test_a_record_nobody_can_read_becomes_a_dead_letter_with_its_bytes(rig, shelf):
    broken = Reject("broken_form", "line 1", peer_code="P1")
    shelf.records = [Record(position="1", message=broken, raw=b"\x00 hong"), draft(2, "r-2")]
    async with rig.running() as fleet:
        await until(lambda: shelf.acked == ["1", "2"])
        await until(lambda: [r.dead_letters for r in fleet.reports()] == [1])
    (unread,) = (await rig.parked(rig.name)).unread.values()
    assert (unread.raw, unread.code, unread.peer_code) == (b"", "broken_form", "P1")
    whole = await rig.unread(rig.name, unread)
    assert whole.raw == b"\x00 hong"
    events = await rig.events(lambda found: of_connector(found, rig.name))
    (event,) = of_connector(events, rig.name)
    assert (event.event, event.id, event.reason) == ("dead_letter", "", "broken_form")


def of_connector(events, name):
    return [event for event in events if event.detail.get("connector") == name]


async def test_a_refused_draft_is_kept_until_an_operator_drops_it(rig, shelf):
    shelf.records = [draft(1, "not a good id"), draft(2, "k-2", subject="Mật")]
    shelf.records.append(draft(3, "k-3"))
    async with rig.running():
        await until(lambda: shelf.acked == ["1", "2", "3"])
    unread = (await rig.parked(rig.name)).unread
    assert [one.code for one in unread.values()] == ["attribute_invalid"]
    (name,) = unread
    async with rig.running() as fleet:
        await until(lambda: [r.dead_letters for r in fleet.reports()] == [1])
        word = Command(
            id="w-1", connector=rig.name, action=Action.DROP, message=name, at=datetime.now(UTC)
        )
        await rig.say(word)
        await until(lambda: [r.dead_letters for r in fleet.reports()] == [0])
    assert not (await rig.parked(rig.name)).unread


async def test_a_refused_draft_is_taken_in_whole_after_a_restart_once_it_may(rig, shelf):
    id_ = f"w-{rig.name}"
    shelf.records = [draft(1, id_, objects=("sha256:" + "0" * 64,))]
    async with rig.running() as fleet:
        await until(lambda: [r.dead_letters for r in fleet.reports()] == [1])
    ((name, unread),) = (await rig.parked(rig.name)).unread.items()
    assert (unread.code, unread.body) == ("unknown_object", b"")
    word = Command(
        id="w-2", connector=rig.name, action=Action.RETRY, message=name, at=datetime.now(UTC)
    )
    await rig.say(word)
    rig.objects = AllObjects()
    async with rig.running(), rig.routing():
        await rig.until(id_, "admitted")
    assert not (await rig.parked(rig.name)).unread


class AllObjects(NoObjects):
    """Everybody may refer to everything."""

    async def held(self, _system, hashes):
        return frozenset(hashes)


async def test_what_the_other_side_has_signed_is_handed_in_as_it_is(rig, shelf):
    signed = support.signed(id="v-1", time=datetime.now(UTC).isoformat().replace("+00:00", "Z"))
    shelf.records = [
        Record(
            position="1",
            message=Signed(
                attributes=signed.attributes, body=signed.body, signature=signed.signature or ""
            ),
        )
    ]
    async with rig.running(), rig.routing():
        await rig.until("v-1", "admitted")
    (record,) = [
        one
        for one in await rig.read(topics.INGRESS, lambda r: ids(r, "v-1"), partitions=PARTITIONS)
        if dict(one.headers)["ce_id"] == b"v-1"
    ]
    assert dict(record.headers)["hub-signature"].decode() == signed.signature
    assert record.value == signed.body


async def test_without_a_registered_key_the_connector_fails_and_nothing_is_acknowledged(rig, shelf):
    rig.connectors[rig.name] = rig.connectors[rig.name].__class__(
        name=rig.name, adapter="shelf", system="unregistered", config={"peer": rig.name}
    )
    shelf.records = [draft(1, "n-1")]
    async with rig.running() as fleet:
        await until(lambda: [one.state for one in fleet.reports()] == ["failed"])
        (report,) = fleet.reports()
    assert "not registered" in report.en
    assert not shelf.acked


async def test_a_resnapshot_reads_from_the_beginning_and_nothing_is_delivered_twice(rig, shelf):
    at = datetime.now(UTC)
    shelf.records = [draft(number, f"lai-{rig.name}-{number}", time=at) for number in (1, 2)]
    ids = [one.message.id for one in shelf.records]
    async with rig.routing(), rig.running():
        for id_ in ids:
            await rig.until(id_, "admitted")
        await until(lambda: shelf.acked[-1:] == ["2"])
        again = Command(id="s-1", connector=rig.name, action=Action.RESNAPSHOT, at=support.NOW)
        await rig.say(again)
        await until(lambda: shelf.opened == [None, None])
        await until(lambda: shelf.acked.count("2") == 2)
        for id_ in ids:
            await rig.until(id_, "admitted", "duplicate")
    stored = await rig.parked(rig.name)
    assert (stored.position.read, stored.commands) == ("2", {})
    for id_ in ids:
        events = [event.event.value for event in await rig.until(id_, "duplicate")]
        assert events.count("admitted") == 1


@pytest.mark.usefixtures("shelf")
async def test_a_word_to_a_source_does_not_wait_until_its_peer_is_back(rig, monkeypatch):
    async def away(*_):
        raise Retryable("not there", untouched=True)

    monkeypatch.setattr(ShelfSource, "open", away)
    word = Command(id="s-2", connector=rig.name, action=Action.FLUSH, at=support.NOW)
    async with rig.running() as fleet:
        await until(lambda: [one.state for one in fleet.reports()] == ["waiting"])
        await rig.say(word)
        async with asyncio.timeout(30):
            # Its tombstone: it was carried out while the peer was away.
            while not await settled(rig, word.id):  # noqa: ASYNC110  (a record, not an event)
                await asyncio.sleep(0.05)


async def settled(rig, command):
    partition = topics.partition_of(rig.name, PARTITIONS)
    records = await rig.read(topics.RETRY, lambda found: found, PARTITIONS)
    return any(
        record.partition == partition and record.value is None
        for record in records
        if record.key.endswith(command.encode())
    )
