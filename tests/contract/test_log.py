"""The log on a real broker: what was committed, in its order, without a gap; twice to the byte."""

import shutil
from hashlib import sha256

import pytest
from lgsp_verify.log import LogEntry, parse_entry, split_entries
from lgsp_verify.log.tiles import tile_at

from hub.io.kafka.admin import delete_records
from hub.io.kafka.log_feed import LogFeed
from hub.ports import Refusing
from hub.recorder.log.main import rebuild
from hub.recorder.log.writer import LogWriter
from tests.log_rig import LogRig
from tests.recorder_rig import PARTITIONS, RecorderRig, story

pytestmark = pytest.mark.kafka


@pytest.fixture
async def audit(broker, tmp_path):
    made = RecorderRig(broker, tmp_path)
    await made.make_topic()
    return made


@pytest.fixture
async def rig(audit, tmp_path):
    made = await LogRig(tmp_path / "log", partitions=PARTITIONS).start()
    made.feed = LogFeed(audit.connection, PARTITIONS, topic=audit.topic, batch_records=200)
    yield made
    await made.feed.close()
    await made.engine.dispose()


async def write_to_the_end(rig, audit):
    writer = LogWriter(rig.parts(), lambda: rig.now)
    await writer.open()
    while writer.leaves < len(audit.written):
        await rig.tick(writer)
    await rig.tick(writer)
    return writer


async def entries(rig, shard):
    head = await rig.files.head(shard)
    found: list[LogEntry] = []
    for number in range(0 if head is None else -(-head.size // 256)):
        bundle = await rig.files.tile(shard, head, tile_at(None, number, head.size))
        found += map(parse_entry, split_entries(bundle))
    return found


async def test_leaves_are_the_committed_records_and_a_rebuild_makes_the_same_bytes(rig, audit):
    await audit.write(story(1, 300))
    await audit.write(story(2, 100), abort=True)
    await audit.write_raw([(0, b"not an event"), (0, b"x" * 70_000), (0, b"")])
    await audit.write(story(3, 300))
    await write_to_the_end(rig, audit)
    for shard in range(PARTITIONS):
        found = [(one.offset, one.sha256) for one in await entries(rig, shard)]
        committed = [(o, sha256(v).digest()) for p, o, _, v in audit.written if p == shard]
        assert found == committed
        assert not found or shard == 0 or found[-1][0] > len(found)  # Offsets have gaps.
    before = rig.dump()
    shutil.rmtree(rig.home / "objects")
    assert (await rebuild(rig.parts())).leaves == len(audit.written)
    assert rig.dump() == before


async def test_records_that_were_deleted_before_they_were_logged_stop_the_log(rig, audit):
    await audit.write(story(4, 50))
    partition = audit.written[0][0]
    await delete_records(audit.connection, audit.topic, partition, 2)
    with pytest.raises(Refusing, match="deleted before they were logged"):
        await write_to_the_end(rig, audit)
