"""The log's writer: a pure function of the records, whatever dies; and never a contradiction."""

import asyncio
import shutil
from itertools import count

import pytest
from lgsp_verify.log import (
    InclusionProof,
    inclusion_tiles,
    leaf_hash,
    parse_entry,
    prove_consistency,
    prove_inclusion,
    verify_consistency,
)
from lgsp_verify.log.prover import consistency_tiles

from hub.io.sql.log_heads import Promise, Step
from hub.ports import Refusing, Unavailable
from hub.recorder.log.main import rebuild
from tests.log_rig import HUB, LOG_KEY, LogRig, records

TOLD = records(1, 1_300, large_every=400)


@pytest.fixture
async def rig(tmp_path):
    made = await LogRig(tmp_path / "hub", TOLD).start()
    yield made
    await made.engine.dispose()


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """Give the files of a log that was written without any disturbance."""
    return asyncio.run(_undisturbed(tmp_path_factory.mktemp("expected")))


async def _undisturbed(folder):
    made = await LogRig(folder, TOLD).start()
    await made.write_all()
    await made.engine.dispose()
    return made.dump()


async def test_every_record_is_a_leaf_in_its_order_and_can_be_proven(rig):
    await rig.write_all()
    for shard in (0, 1):
        mine = [one for one in TOLD if one.partition == shard]
        head = await rig.files.head(shard)
        assert (head.size, head.next_offset) == (len(mine), mine[-1].offset + 1)
        for index in (0, 255, 256, 511, len(mine) - 1):
            found = await rig.files.find(shard, head, mine[index].offset)
            assert found is not None
            assert found[0] == index
            entry = parse_entry(found[1])
            assert (entry.offset, entry.at_ms) == (mine[index].offset, mine[index].at_ms)
            value = entry.value or await rig.files.large(shard, entry.sha256)
            assert entry.with_value(value).value == mine[index].value
            read = await rig.files.tiles(shard, head, inclusion_tiles(index, head.size))
            path = tuple(prove_inclusion(index, head.size, read))
            proof = InclusionProof(index, path, head.checkpoint)
            proof.verify(leaf_hash(found[1]), LOG_KEY.checkpoint_key(shard))


async def test_an_offset_that_is_no_record_is_no_leaf(rig):
    await rig.write_all()
    head = await rig.files.head(0)
    offsets = {one.offset for one in TOLD if one.partition == 0}
    gaps = [offset for offset in range(max(offsets) + 3) if offset not in offsets]
    assert len(gaps) > 100
    for offset in (*gaps[:3], *gaps[-3:]):
        assert await rig.files.find(0, head, offset) is None


async def test_it_signs_once_a_second_and_at_once_after_a_silence(rig):
    rig.feed.told = []
    writer = await rig.write_all()
    rig.feed.told = TOLD[:10]
    rig.now += 0.5
    await writer.step()
    first = (await rig.files.head(0)).size
    rig.feed.told = TOLD[:20]
    rig.now += 0.9
    await writer.step()
    assert (await rig.files.head(0)).size == first > 0
    rig.now += 0.2
    await writer.step()
    assert (await rig.files.head(0)).size > first


class Dying:
    """Raises at the call with one number, of all calls to what it stands before."""

    def __init__(self, inner, calls, fatal, methods):
        self._inner, self._calls, self._fatal, self._methods = inner, calls, fatal, methods

    def __getattr__(self, name):
        method = getattr(self._inner, name)
        if name not in self._methods:
            return method

        async def dying(*args, **options):
            number = next(self._calls)
            if number == self._fatal:
                raise Unavailable("before")
            done = await method(*args, **options)
            if number == self._fatal + 0.5:
                raise Unavailable("after")
            return done

        return dying


@pytest.mark.parametrize("fatal", [0, 0.5, 1, 1.5, 2, 2.5, 4, 4.5, 7.5, 9])
async def test_stopped_at_any_write_it_goes_on_to_the_same_bytes(rig, expected, fatal):
    calls = count()
    files = Dying(rig.files, calls, fatal, {"write", "write_heads"})
    heads = Dying(rig.heads, calls, fatal, {"advance"})
    with pytest.raises(Unavailable):
        await rig.write_all(files=files, heads=heads)
    await rig.write_all()
    assert rig.dump() == expected


async def test_a_lost_store_is_written_anew_to_the_byte(rig, expected):
    await rig.write_all()
    shutil.rmtree(rig.home / "objects")
    await rig.write_all()
    assert rig.dump() == expected


async def test_a_rebuild_mends_damaged_files_and_leaves_the_rest_as_it_was(rig, expected):
    await rig.write_all()
    for name in ("0/head", "0/tile/entries/000", "1/tile/0/001"):
        (rig.home / "objects" / "log" / name).write_bytes(b"damaged")
    done = await rebuild(rig.parts())
    assert done.leaves == len(TOLD)
    assert rig.dump() == expected


async def test_a_damaged_head_stops_the_log_and_says_what_to_do(rig):
    await rig.write_all()
    (rig.home / "objects" / "log" / "0" / "head").write_bytes(b"{}\n")
    with pytest.raises(Refusing, match="hub rebuild log"):
        await rig.write_all()


async def test_other_records_under_signed_sizes_are_refused(rig):
    await rig.write_all()
    shutil.rmtree(rig.home / "objects")
    changed = TOLD[5].__class__(TOLD[5].partition, TOLD[5].offset, 1, TOLD[5].value)
    rig.feed.told = [*TOLD[:5], changed, *TOLD[6:]]
    with pytest.raises(Refusing, match=f"shard {changed.partition} differs"):
        await rig.write_all()
    signed = {path for path in rig.dump() if path.endswith("head")}
    assert f"{changed.partition}/head" not in signed


async def test_a_store_that_was_set_back_signs_nothing_before_it_has_caught_up(rig):
    rig.feed.told = TOLD[:700]
    await rig.write_all()
    shutil.copytree(rig.home / "objects", rig.home / "older")
    rig.feed.told = list(TOLD)
    await rig.write_all()
    newest = rig.dump()
    shutil.rmtree(rig.home / "objects")
    (rig.home / "older").rename(rig.home / "objects")
    older = (await rig.files.head(0)).size
    rig.feed.told = TOLD[:1_000]
    await rig.write_all()
    assert (await rig.files.head(0)).size == older
    rig.feed.told = list(TOLD)
    await rig.write_all()
    assert rig.dump() == newest


async def test_of_two_writers_one_signs_and_the_other_begins_again(rig):
    rig.feed.told = TOLD[:100]
    first, second = await rig.write_all(), await rig.write_all()
    rig.feed.told = list(TOLD)
    assert await rig.tick(first)
    rig.feed._positions = {0: 0, 1: 0}
    rig.now += 1
    second._take(TOLD[100:])
    assert not await second.publish()


async def test_each_checkpoint_continues_the_one_before(rig):
    heads = []
    for end in (3, 300, 301, 1_300):
        rig.feed.told = TOLD[:end]
        await rig.write_all()
        heads.append(await rig.files.head(0))
    last = heads[-1]
    for older in heads[:-1]:
        assert older.checkpoint.verify(LOG_KEY.checkpoint_key(0)).origin == f"{HUB}/log/0"
        tiles = consistency_tiles(older.size, last.size)
        path = prove_consistency(older.size, last.size, await rig.files.tiles(0, last, tiles))
        roots = older.checkpoint.head.root, last.checkpoint.head.root
        verify_consistency(older.size, last.size, path, *roots)


async def test_what_was_promised_is_never_taken_back(rig):
    await rig.write_all()
    promised = await rig.heads.load()
    size = promised[0].size
    for before, to in [(size, size - 1), (size - 1, size + 1), (None, size + 1)]:
        step = Step(shard=0, before=before, to=Promise(to, bytes(32)))
        assert not await rig.heads.advance([step])
    assert await rig.heads.load() == promised


async def test_the_log_can_be_read_while_it_grows(rig):
    rig.feed.told = TOLD[:1_000]
    await rig.write_all()
    old = await rig.files.head(0)
    rig.feed.told = list(TOLD)
    await rig.write_all()
    for piece in old.edge:
        assert await rig.files.tile(0, await rig.files.head(0), piece.tile) == piece.data
