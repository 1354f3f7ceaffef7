"""Objects: sealed on the disk, brought before their message, going on where they broke."""

import asyncio
import hashlib

import pytest
from lgsp_adapter import Backpressure, Draft, Reject
from lgsp_edge import outbox
from lgsp_edge.line import Away
from lgsp_edge.objects import Objects
from lgsp_edge.sealed_files import FRAME_BYTES, SealedReader, SealedWriter
from lgsp_edge.sealing import SpoolKeys
from lgsp_edge.signing import Signer
from lgsp_edge.source import letter
from lgsp_edge.spool import Bounds

from tests import edge_rig as rig
from tests.support import GOOD_BODY

CONTENT = bytes(range(256)) * 1000
"""Four frames, the last one not full."""
LONG_ENOUGH = 64


async def pieces(content=CONTENT, size=10_000):
    for start in range(0, len(content), size):
        yield content[start : start + size]


def hash_of(content):
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@pytest.mark.parametrize("size", [0, 1, FRAME_BYTES, FRAME_BYTES + 1, 3 * FRAME_BYTES])
def test_a_sealed_file_gives_back_every_byte_from_every_place(tmp_path, size):
    keys, content = SpoolKeys.new(), (CONTENT * 2)[:size]
    writer = SealedWriter(tmp_path / "f", keys)
    writer.write(content)
    assert writer.finish() == hashlib.sha256(content).hexdigest()
    reader = SealedReader(tmp_path / "f", keys)
    for start in (0, size // 2, size):
        assert b"".join(reader.chunks(start, size - start)) == content[start:]
    # A byte or two may stand in any cipher text by chance.
    assert size < LONG_ENOUGH or content[:LONG_ENOUGH] not in (tmp_path / "f").read_bytes()


def test_a_sealed_file_cut_off_anywhere_goes_on_behind_its_last_whole_frame(tmp_path):
    keys = SpoolKeys.new()
    writer = SealedWriter(tmp_path / "f", keys)
    writer.write(CONTENT[: 2 * FRAME_BYTES + 5000])
    writer.close()
    whole = (tmp_path / "f").read_bytes()
    (tmp_path / "f").write_bytes(whole[:-100])
    again = SealedWriter(tmp_path / "f", keys)
    assert again.size in {FRAME_BYTES, 2 * FRAME_BYTES}
    again.begin(206)
    again.write(CONTENT[again.size :])
    assert again.finish() == hashlib.sha256(CONTENT).hexdigest()


def test_frames_of_two_files_cannot_be_exchanged(tmp_path):
    keys = SpoolKeys.new()
    for name in "ab":
        writer = SealedWriter(tmp_path / name, keys)
        writer.write(CONTENT)
        writer.finish()
    a, b = ((tmp_path / name).read_bytes() for name in "ab")
    (tmp_path / "a").write_bytes(a[:32] + b[32:])
    with pytest.raises(Exception, match="is not what was written"):
        list(SealedReader(tmp_path / "a", keys).frames())


async def test_an_object_goes_up_before_its_message_and_is_let_go_after_it(tmp_path):
    hub = rig.FileHub(tmp_path / "hub")
    with rig.spool_at(tmp_path / "edge") as spool:
        edge = rig.edge_of(spool, hub, rig.settings_of())
        hash_ = await edge.objects.store(pieces(), "application/pdf")
        assert hash_ == hash_of(CONTENT)
        draft = Draft(id="m-1", type=rig.DOSSIER, body=GOOD_BODY, objects=(hash_,))
        spool.do(lambda tx: outbox.put(tx, letter(Signer(rig.me(), rig.now), draft)))
        async with rig.at_work(edge):
            await rig.until(lambda: hub.admitted == ["m-1"])
            await rig.until(lambda: spool.do(lambda tx: tx.total("outgoing")[0]) == 0)
        assert hub.objects[hash_] == CONTENT
        await edge.objects.tidy()
        assert list((tmp_path / "edge" / "objects").iterdir()) == []


async def test_an_object_that_a_message_needs_is_not_tidied_away(tmp_path):
    now = [1_000_000_000.0]
    with rig.spool_at(tmp_path / "edge", clock=lambda: now[0]) as spool:
        objects = Objects(spool)
        hash_ = await objects.store(pieces(), "application/pdf")
        draft = Draft(id="m-1", type=rig.DOSSIER, body=GOOD_BODY, objects=(hash_,))
        spool.do(lambda tx: outbox.put(tx, letter(Signer(rig.me(), rig.now), draft)))
        now[0] += 20 * 86_400
        await objects.tidy()
        assert b"".join([piece async for piece in objects.fetch(hash_)]) == CONTENT


async def test_a_download_that_breaks_off_goes_on_in_another_process(tmp_path):
    hub, hash_ = rig.FileHub(tmp_path / "hub"), hash_of(CONTENT)
    asked = []

    async def breaking(name, goal):
        assert name == hash_
        asked.append(goal.size)
        goal.begin(206 if goal.size else 200)
        goal.write(CONTENT[goal.size : goal.size + 2 * FRAME_BYTES])
        if len(asked) == 1:
            raise Away("cut")

    hub.download = breaking
    with rig.spool_at(tmp_path / "edge") as spool, pytest.raises(Away):
        await Objects(spool).gather([hash_], hub)
    with rig.spool_at(tmp_path / "edge") as spool:
        await Objects(spool).gather([hash_], hub)
        got = [piece async for piece in Objects(spool).fetch(hash_)]
    assert asked == [0, 2 * FRAME_BYTES]
    assert b"".join(got) == CONTENT


async def test_wrong_bytes_are_never_given_to_a_sink(tmp_path):
    hub, hash_ = rig.FileHub(tmp_path / "hub"), hash_of(b"other")
    hub.objects[hash_] = CONTENT
    with rig.spool_at(tmp_path / "edge") as spool:
        objects = Objects(spool)
        with pytest.raises(Away):
            await objects.gather([hash_], hub)
        with pytest.raises(Reject):
            await anext(objects.fetch(hash_))


async def test_an_object_beyond_the_bound_is_put_off_and_leaves_nothing(tmp_path):
    with rig.spool_at(tmp_path / "edge", bounds=Bounds(objects=100_000)) as spool:
        with pytest.raises(Backpressure):
            await Objects(spool).store(pieces(), "application/pdf")
        assert list((tmp_path / "edge" / "objects").iterdir()) == []


async def test_what_a_crash_left_behind_is_deleted_after_a_day(tmp_path):
    now = [rig.now().timestamp()]
    with rig.spool_at(tmp_path / "edge", clock=lambda: now[0]) as spool:
        objects = Objects(spool)
        left = tmp_path / "edge" / "objects" / ".new-mau"
        left.write_bytes(b"mau")
        await objects.tidy()
        assert left.exists()
        now[0] += 2 * 86_400
        await objects.tidy()
        assert not left.exists()


async def test_small_messages_pass_while_files_go_up(tmp_path):
    hub, line_is_good = rig.FileHub(tmp_path / "hub"), asyncio.Event()
    upload = hub.upload

    async def slow(content, ticket):
        await line_is_good.wait()
        await upload(content, ticket)

    hub.upload = slow
    with rig.spool_at(tmp_path / "edge") as spool:
        edge = rig.edge_of(spool, hub, rig.settings_of(window=1))
        hash_ = await edge.objects.store(pieces(), "application/pdf")
        signer = Signer(rig.me(), rig.now)
        for number in range(6):
            files = (hash_,) if number < 3 else ()
            draft = Draft(id=f"m-{number}", type=rig.DOSSIER, body=GOOD_BODY, objects=files)
            spool.do(lambda tx, draft=draft: outbox.put(tx, letter(signer, draft)))
        async with rig.at_work(edge):
            await rig.until(lambda: len(hub.admitted) == 3)
            assert set(hub.admitted) == {"m-3", "m-4", "m-5"}
            line_is_good.set()
            await rig.until(lambda: len(hub.admitted) == 6)
