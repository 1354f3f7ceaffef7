"""How the log stands is told from what is there, never from what is hoped for."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from hub.api.log_standing import Stamping, Witnessing, standing
from hub.io.anchor_files import AnchorFiles
from hub.io.anchor_reading import AnchorReading
from hub.io.log_reading import LogReading
from hub.io.sql.log_anchors import AnchorRow, AnchorTable
from hub.ports import Refusing
from tests.log_rig import LOG_KEY, LogRig, records
from tests.support import NOW

MINUTE = timedelta(minutes=1)
SHARDS = 2


class World:
    """A log of a hundred leaves, anchors as a test makes them, and the time."""

    def __init__(self, rig):
        self.table = AnchorTable(rig.engine)
        self.reading = LogReading(rig.files, LOG_KEY, SHARDS)
        anchors = AnchorReading(self.table, AnchorFiles(rig.store))
        self.desk: Any = SimpleNamespace(reading=self.reading, anchors=anchors)
        self.now = NOW

    async def anchor(self, number, *, stamped=False, cosigned=0):
        """Make an anchor, so many minutes after the first one."""
        row = AnchorRow(
            number=number,
            at=NOW + number * MINUTE,
            sizes={0: 10, 1: 20 + number},
            content=None,
            cosigned=cosigned,
            stamped_at=None,
            stamp_until=None,
            renewal=None,
        )
        assert await self.table.claim(row)
        if stamped:
            await self.table.stamped(number, row.at, NOW + timedelta(days=700))

    async def stands(self, before=2**53, limit=20):
        return await standing(self.desk, self.now, before, limit)


@pytest.fixture
async def world(tmp_path):
    rig = await LogRig(tmp_path / "hub", records(1, 100)).start()
    await rig.write_all()
    yield World(rig)
    await rig.engine.dispose()


async def test_without_an_anchor_nothing_is_stamped_or_witnessed(world):
    found = await world.stands()
    assert (found.leaves, found.newest, found.anchors) == (100, None, [])
    assert (found.stamping, found.witnessing) == (Stamping.NEVER, Witnessing.NONE)
    assert [one.anchored for one in found.shards] == [0, 0]
    assert all(one.root for one in found.shards)


async def test_an_authority_counts_as_away_once_an_anchor_has_waited_for_some_rounds(world):
    await world.anchor(0, stamped=True)
    await world.anchor(1)
    world.now = NOW + 2 * MINUTE
    assert (await world.stands()).stamping is Stamping.CURRENT
    world.now = NOW + 5 * MINUTE
    found = await world.stands()
    assert (found.stamping, found.unstamped) == (Stamping.BEHIND, 1)
    assert found.waits_since == NOW + MINUTE
    assert found.stamped is not None
    assert found.stamped.number == 0


async def test_a_quiet_hub_whose_last_anchor_is_stamped_is_not_behind(world):
    await world.anchor(0)
    await world.anchor(1, stamped=True)
    world.now = NOW + timedelta(hours=1)
    found = await world.stands()
    # The newest stamp vouches for what was logged before it, also where an older one is missing.
    assert (found.stamping, found.waits_since, found.unstamped) == (Stamping.CURRENT, None, 1)


@pytest.mark.parametrize(
    ("cosigned", "told"),
    [(0, Witnessing.NONE), (1, Witnessing.PARTLY), (2, Witnessing.WHOLE)],
)
async def test_witnessed_is_what_somebody_else_has_cosigned(world, cosigned, told):
    await world.anchor(0, cosigned=cosigned)
    assert (await world.stands()).witnessing is told


async def test_anchors_come_in_pages(world):
    for number in range(3):
        await world.anchor(number)
    first = await world.stands(limit=2)
    assert ([one.number for one in first.anchors], first.next) == ([2, 1], 1)
    assert [one.anchored for one in first.shards] == [10, 22]
    rest = await world.stands(before=1, limit=2)
    assert ([one.number for one in rest.anchors], rest.next) == ([0], None)


async def test_a_damaged_shard_is_told_and_the_others_are_shown(world, monkeypatch):
    head = world.reading.head

    async def damaged(shard, **options):
        if shard == 0:
            raise Refusing("hỏng (mẫu)")
        return await head(shard, **options)

    monkeypatch.setattr(world.reading, "head", damaged, raising=False)
    found = await world.stands()
    assert [(one.damaged, one.root is None) for one in found.shards] == [
        (True, True),
        (False, False),
    ]
