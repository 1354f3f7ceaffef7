"""Objects over SQLite and PostgreSQL, with their bytes in a directory."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from hub.io.object_bytes import ObjectBytes
from hub.io.objects import Objects, ObjectTooLarge, delete_unreferenced
from hub.io.sql.engine import open_engine
from hub.io.sql.objects_tables import object_access, stored_objects
from hub.io.uploads import OffsetDiffers, Uploads, delete_stale_uploads
from hub.ports import Unavailable

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


async def pieces(*content):
    for piece in content:
        yield piece


async def whole(found):
    return b"".join([piece async for piece in found])


class Store:
    """Objects and uploads over one database and one directory, at a time that a test sets."""

    def __init__(self, engine, root):
        self.engine, self.root, self.now = engine, root, NOW
        self.bytes = ObjectBytes(root.as_uri())
        self.objects = Objects(engine, self.bytes, lambda: self.now)
        self.uploads = Uploads(engine, self.bytes, self.objects, lambda: self.now)

    def files(self):
        return [path for path in self.root.rglob("*") if path.is_file()]

    async def deliver(self, name, system):
        row = {"hash": name, "system": system, "how": "delivered", "granted_at": self.now}
        async with self.engine.begin() as connection:
            await connection.execute(insert(object_access).values(row))


@pytest.fixture
async def store(migrated_url, tmp_path):
    engine = open_engine(migrated_url)
    yield Store(engine, tmp_path / "objects")
    await engine.dispose()


async def test_what_was_put_is_read_by_its_owner_and_by_nobody_else(store):
    stored = await store.objects.put("sender", pieces(b"abc", b"", b"def"))
    assert stored.hash == "sha256:" + hashlib.sha256(b"abcdef").hexdigest()
    found = await store.objects.find("sender", stored.hash)
    assert await whole(store.objects.read(found, 0, found.size)) == b"abcdef"
    assert await whole(store.objects.read(found, 2, 4)) == b"cd"
    assert await store.objects.find("other", stored.hash) is None
    assert await store.objects.held("other", [stored.hash]) == frozenset()
    assert await store.objects.held("sender", [stored.hash, "sha256:x"]) == {stored.hash}


async def test_two_that_put_the_same_bytes_at_once_share_one_copy(store):
    both = await asyncio.gather(
        *(store.objects.put(system, pieces(b"same")) for system in ("sender", "other"))
    )
    assert both[0].hash == both[1].hash
    assert len(store.files()) == 1
    for system in ("sender", "other"):
        found = await store.objects.find(system, both[0].hash)
        assert await whole(store.objects.read(found, 0, 4)) == b"same"


async def test_a_source_that_breaks_leaves_nothing_and_raises_its_own_error(store):
    class BrokenLine(Exception):
        pass

    async def breaking():
        yield b"x" * 7_000_000
        raise BrokenLine

    with pytest.raises(BrokenLine):
        await store.objects.put("sender", breaking())
    assert store.files() == []


async def test_more_than_the_limit_leaves_nothing(store, monkeypatch):
    monkeypatch.setattr("hub.io.objects.MAX_OBJECT_BYTES", 5)
    with pytest.raises(ObjectTooLarge):
        await store.objects.put("sender", pieces(b"abc", b"def"))
    assert store.files() == []


async def test_without_sql_nothing_is_stored(store, monkeypatch):
    async def away(*_):
        raise Unavailable("SQL did not answer")

    monkeypatch.setattr(store.objects, "_register", away)
    with pytest.raises(Unavailable):
        await store.objects.put("sender", pieces(b"abc"))
    assert store.files() == []


async def test_forgetting_deletes_what_is_nobodys_and_keeps_what_others_have(store):
    shared = await store.objects.put("sender", pieces(b"shared"))
    own = await store.objects.put("sender", pieces(b"own"))
    await store.deliver(shared.hash, "receiver")
    await store.objects.forget("sender", [shared.hash, own.hash])
    assert await store.objects.find("sender", shared.hash) is None
    assert await store.objects.find("receiver", shared.hash) is not None
    assert len(store.files()) == 1


async def test_the_janitor_takes_what_waited_a_day_and_leaves_what_is_referred_to(store):
    kept = await store.objects.put("sender", pieces(b"delivered"))
    touched = await store.objects.put("sender", pieces(b"touched"))
    await store.objects.put("sender", pieces(b"forgotten"))
    await store.deliver(kept.hash, "receiver")
    store.now = NOW + timedelta(hours=23)
    await store.objects.held("sender", [touched.hash])
    assert await delete_unreferenced(store.engine, store.bytes, NOW + timedelta(hours=25)) == 1
    async with store.engine.connect() as connection:
        left = set((await connection.execute(select(stored_objects.c.hash))).scalars())
    assert left == {kept.hash, touched.hash}
    assert await store.objects.waiting_bytes("sender") == len(b"touched")


async def test_the_janitor_takes_bytes_that_no_row_names_once_they_are_old(store):
    await store.bytes.write("objects/orphan", pieces(b"upload that died"))
    assert await delete_unreferenced(store.engine, store.bytes, datetime.now(UTC)) == 0
    tomorrow = datetime.now(UTC) + timedelta(hours=25)
    assert await delete_unreferenced(store.engine, store.bytes, tomorrow) == 1
    assert store.files() == []


async def test_parts_make_one_object_in_their_order(store):
    upload = await store.uploads.begin("sender", 6)
    upload = await store.uploads.append(upload, 0, pieces(b"abcd"))
    with pytest.raises(OffsetDiffers) as differs:
        await store.uploads.append(upload, 0, pieces(b"abcd"))
    assert differs.value.received == 4
    with pytest.raises(OffsetDiffers):
        await store.uploads.complete("sender", upload)
    upload = await store.uploads.append(upload, 4, pieces(b"ef"))
    stored = await store.uploads.complete("sender", upload)
    assert await whole(store.objects.read(stored, 0, 6)) == b"abcdef"
    assert await store.uploads.find("sender", upload.id) is None
    assert len(store.files()) == 1


async def test_of_two_that_send_the_same_part_at_once_one_counts(store):
    upload = await store.uploads.begin("sender", 4)
    done = await asyncio.gather(
        *(store.uploads.append(upload, 0, pieces(part)) for part in (b"aaaa", b"bbbb")),
        return_exceptions=True,
    )
    assert sorted(isinstance(one, OffsetDiffers) for one in done) == [False, True]
    (upload,) = [one for one in done if not isinstance(one, OffsetDiffers)]
    stored = await store.uploads.complete("sender", upload)
    assert await whole(store.objects.read(stored, 0, 4)) in {b"aaaa", b"bbbb"}


async def test_an_upload_that_is_not_completed_goes_after_a_day(store):
    upload = await store.uploads.begin("sender", 4)
    await store.uploads.append(upload, 0, pieces(b"ab"))
    assert await delete_stale_uploads(store.engine, store.bytes, NOW) == 0
    later = datetime.now(UTC) + timedelta(days=2)
    assert await delete_stale_uploads(store.engine, store.bytes, later) == 1
    assert store.files() == []
    assert await store.uploads.find("sender", upload.id) is None
