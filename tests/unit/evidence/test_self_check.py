"""A period is recomputed: what is as it was passes, and every kind of difference is listed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lgsp_verify.log import LogKey
from lgsp_verify.log.tiles import join_entries
from lgsp_verify.rules import hashes_of

from hub.evidence.self_check import Period, SelfCheck
from hub.io.kafka.log_feed import LogRecord
from hub.io.log_head import Head
from tests import bundle_rig as rig
from tests import support

PERIOD = Period(since=datetime(2020, 1, 1, tzinfo=UTC), until=datetime(2030, 1, 1, tzinfo=UTC))
SHARDS = rig.SHARD + 1


class Files:
    """The log of one shard, of fewer than 256 leaves."""

    def __init__(self, world):
        self.entries, self.signed = list(world.entries), world.head()

    async def head(self, shard):
        if shard != rig.SHARD:
            return None
        return Head(next_offset=0, checkpoint=self.signed.signed(rig.CHECKPOINTS), edge=())

    async def tile(self, _shard, _head, _tile):
        return join_entries(self.entries)


class NoAnchors:
    async def rows(self, _before, _limit):
        return []


class Audit:
    def __init__(self, world):
        self.records = []
        for entry in world.entries:
            line, _, value = entry.partition(b"\n")
            _, offset, at_ms = line.split()
            self.records.append(LogRecord(rig.SHARD, int(offset), int(at_ms), value))

    async def read(self, first, end):
        for record in self.records:
            if first.get(record.partition, 0) <= record.offset < end.get(record.partition, 0):
                yield record


class Ingress:
    def __init__(self, world):
        self.kept = dict(world.records)

    async def read(self, partition, first, end):
        for offset in range(first, end):
            if (partition, offset) in self.kept:
                found = self.kept[partition, offset]
                yield offset, list(found.headers), found.body


class Versions:
    def __init__(self):
        chain, self.values = rig.chain()
        self.hashes = hashes_of(chain)

    async def versions(self, _last):
        yield 1, self.hashes[1], self.values
        yield 2, self.hashes[2], {"right/9": None}


class Hub:
    """A world and its stores, each of which a test may spoil."""

    def __init__(self, key: LogKey = rig.LOG_KEY):
        self.world, _, _ = rig.delivered_world()
        self.world.take(support.stamped(b'{"state": 1}', id="msg-0002"))
        self.files, self.audit = Files(self.world), Audit(self.world)
        self.ingress, self.history, self.key = Ingress(self.world), Versions(), key

    async def check(self, period=PERIOD):
        stores: Any = (self.files, NoAnchors(), self.history)
        checking = SelfCheck(support.HUB, support.MACS, self.key, *stores)
        return await checking.run(SHARDS, period, self.audit, self.ingress)


@pytest.fixture
def hub():
    return Hub()


async def test_what_is_as_it_was_has_no_differences(hub):
    checked = await hub.check()
    assert checked.differences == []
    assert (checked.decisions, checked.versions, checked.gone) == (4, 2, 0)
    assert checked.leaves == checked.records == len(hub.world.entries)
    assert checked.checkpoints == 1


async def test_what_happened_before_is_known_and_not_decided_again(hub):
    # A day later: the repetition is a duplicate of what was admitted before the period.
    later = support.NOW + timedelta(days=1)
    hub.world.take(support.stamped(), at=later)
    hub.files, hub.audit, hub.ingress = Files(hub.world), Audit(hub.world), Ingress(hub.world)
    period = Period(since=later - timedelta(hours=1), until=later + timedelta(hours=1))
    checked = await hub.check(period)
    assert (checked.decisions, checked.differences) == (1, [])


async def test_bytes_that_are_gone_are_counted(hub):
    hub.ingress.kept.clear()
    checked = await hub.check()
    assert (checked.decisions, checked.gone, checked.differences) == (0, 4, [])


def _leaf(hub):
    hub.audit.records[2] = LogRecord(rig.SHARD, 4, 1_764_000_000_000, b"another")


def _record_not_logged(hub):
    hub.audit.records.append(LogRecord(rig.SHARD, 3, 1, b"{}"))


def _root(hub):
    hub.files.entries[0] = hub.files.entries[0].replace(b"refused", b"refusedd")


def _signature(hub):
    hub.key = LogKey(hub=support.HUB, public=rig.WITNESS.key.public)


def _decision(hub):
    last = hub.files.entries[-1]
    hub.files.entries[-1] = last.replace(b"schema_violation", b"not_permitted")


def _effect_left_out(hub):
    hub.files.entries = [one for one in hub.files.entries if b'"acknowledged"' not in one]


def _rules(hub):
    hub.history.hashes[2] = "00" * 32


def _bytes(hub):
    place = next(iter(hub.ingress.kept))
    found = hub.ingress.kept[place]
    hub.ingress.kept[place] = type(found)(
        headers=found.headers, body=found.body + b" ", written_at=found.written_at
    )


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (_leaf, "leaf"),
        (_record_not_logged, "leaf"),
        (_root, "checkpoint"),
        (_signature, "checkpoint"),
        (_decision, "decision"),
        (_effect_left_out, "decision"),
        (_rules, "rules"),
        (_bytes, "decision"),
    ],
)
async def test_a_difference_is_listed_with_its_place(hub, spoil, what):
    spoil(hub)
    checked = await hub.check()
    found = [one for one in checked.differences if one.what == what]
    assert found
    assert all(one.place and one.text for one in found)
