"""Objects through the public HTTP interface: upload, parts, ranges, who may read."""

import asyncio
import hashlib
import os
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from hub.io.objects import delete_unreferenced
from hub.io.sql.objects_tables import object_access, stored_objects, uploads
from hub.io.uploads import delete_stale_uploads
from tests.api_rig import fresh
from tests.page_pdf import page_pdf

pytestmark = pytest.mark.kafka

CONTENT = b"%PDF-1.7 synthetic annex " * 4_000
NAME = "sha256:" + hashlib.sha256(CONTENT).hexdigest()


def files(hub):
    """Return the files in the object store."""
    root = hub.directory / "objects"
    return [path for path in root.rglob("*") if path.is_file()]


async def grant(hub, name, system):
    """Note an access as the recorder does for the recipients of an admitted message."""
    row = {"hash": name, "system": system, "how": "delivered", "granted_at": datetime.now(UTC)}
    async with hub.deps.objects._engine.begin() as connection:
        await connection.execute(insert(object_access).values(row))


async def test_an_object_is_named_by_its_hash_and_stored_once(hub):
    sender = await hub.login("sender")
    for _ in range(2):
        answer = await sender.http.post("/v1/objects", content=CONTENT)
        assert (answer.status_code, answer.json()) == (201, {"hash": NAME, "size": len(CONTENT)})
    assert len(files(hub)) == 1
    got = await sender.http.get(f"/v1/objects/{NAME}")
    assert (got.status_code, got.content) == (200, CONTENT)
    assert got.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-3", 0, 4), ("bytes=10-", 10, None), ("bytes=-5", -5, None)],
)
async def test_a_broken_download_goes_on_with_a_range(hub, asked, first, last):
    sender = await hub.login("sender")
    await sender.http.post("/v1/objects", content=CONTENT)
    got = await sender.http.get(f"/v1/objects/{NAME}", headers={"range": asked})
    assert (got.status_code, got.content) == (206, CONTENT[first:last])
    assert got.headers["content-range"].endswith(f"/{len(CONTENT)}")


async def test_a_range_outside_the_object_is_416_and_a_strange_one_gives_the_whole(hub):
    sender = await hub.login("sender")
    await sender.http.post("/v1/objects", content=CONTENT)
    outside = await sender.http.get(f"/v1/objects/{NAME}", headers={"range": "bytes=9999999-"})
    assert (outside.status_code, outside.headers["content-range"]) == (
        416,
        f"bytes */{len(CONTENT)}",
    )
    strange = await sender.http.get(f"/v1/objects/{NAME}", headers={"range": "lines=1-2"})
    assert (strange.status_code, strange.content) == (200, CONTENT)


async def test_nobody_else_reads_it_or_learns_that_it_is_there(hub, monkeypatch):
    monkeypatch.setattr("hub.api.objects.CATCH_UP_SECONDS", (0.01,))
    sender, other = await hub.login("sender"), await hub.login("other")
    await sender.http.post("/v1/objects", content=CONTENT)
    there = await other.http.get(f"/v1/objects/{NAME}")
    absent = await other.http.get("/v1/objects/sha256:" + "0" * 64)
    assert there.status_code == absent.status_code == 404
    assert there.json() == absent.json()
    refused = await other.send(fresh(source="urn:hub:system:other", objects=NAME))
    unknown = await other.send(fresh(source="urn:hub:system:other", objects="sha256:" + "0" * 64))
    assert refused.json() == unknown.json()
    assert refused.json()["code"] == "unknown_object"


async def test_a_recipient_that_asks_before_the_recorder_has_noted_it_gets_it(hub):
    sender, receiver = await hub.login("sender"), await hub.login("receiver")
    await sender.http.post("/v1/objects", content=CONTENT)
    asking = asyncio.create_task(receiver.http.get(f"/v1/objects/{NAME}"))
    await asyncio.sleep(0.15)
    await grant(hub, NAME, "receiver")
    got = await asking
    assert (got.status_code, got.content) == (200, CONTENT)


async def test_an_upload_in_parts_survives_a_broken_line(hub):
    sender = await hub.login("sender")
    begun = (await sender.http.post("/v1/objects/uploads", json={"size": len(CONTENT)})).json()
    url = begun["url"]
    first = await sender.http.patch(url, content=CONTENT[:50_000], headers={"upload-offset": "0"})
    assert first.json()["received"] == 50_000
    repeated = await sender.http.patch(url, content=CONTENT[:10], headers={"upload-offset": "0"})
    assert (repeated.status_code, repeated.headers["upload-offset"]) == (409, "50000")
    early = await sender.http.post(f"{url}:complete")
    assert (early.status_code, early.json()["received"]) == (409, 50_000)
    assert (await sender.http.get(url)).json()["received"] == 50_000
    await sender.http.patch(url, content=CONTENT[50_000:], headers={"upload-offset": "50000"})
    done = await sender.http.post(f"{url}:complete")
    assert (done.status_code, done.json()["hash"]) == (201, NAME)
    assert len(files(hub)) == 1
    assert (await sender.http.get(url)).status_code == 404


async def test_an_upload_belongs_to_its_system_and_holds_no_more_than_announced(hub):
    sender, other = await hub.login("sender"), await hub.login("other")
    url = (await sender.http.post("/v1/objects/uploads", json={"size": 10})).json()["url"]
    headers = {"upload-offset": "0"}
    assert (await other.http.patch(url, content=b"x", headers=headers)).status_code == 404
    more = await sender.http.patch(url, content=b"x" * 11, headers=headers)
    assert (more.status_code, more.json()["code"]) == (413, "too_large")
    assert files(hub) == []
    assert (await sender.http.delete(url)).status_code == 204


async def test_too_large_an_object_is_refused_and_leaves_nothing(hub, monkeypatch):
    monkeypatch.setattr("hub.api.objects.MAX_OBJECT_BYTES", 1_000)
    sender = await hub.login("sender")

    async def chunked():
        for _ in range(100):
            yield b"x" * 100

    announced = await sender.http.post("/v1/objects", content=b"x" * 1_001)
    streamed = await sender.http.post("/v1/objects", content=chunked())
    for answer in (announced, streamed):
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert files(hub) == []


async def test_a_client_that_disconnects_in_mid_upload_leaves_nothing(hub):
    sender = await hub.login("sender")
    _, writer = await asyncio.open_unix_connection(str(hub.socket))
    head = (
        "POST /v1/objects HTTP/1.1\r\nhost: hub\r\ncontent-length: 30000000\r\n"
        f"authorization: {sender.http.headers['authorization']}\r\n\r\n"
    )
    writer.write(head.encode() + os.urandom(12_000_000))
    await writer.drain()
    await asyncio.sleep(0.3)
    writer.close()

    async def under_way():
        return hub.deps.pressure._under_way["sender", 8]

    await hub.eventually(under_way, 0)
    assert files(hub) == []


async def test_unreferenced_objects_and_stale_uploads_go_after_a_day_referenced_ones_stay(hub):
    sender = await hub.login("sender")
    kept = (await sender.http.post("/v1/objects", content=b"referred to")).json()["hash"]
    gone = (await sender.http.post("/v1/objects", content=b"forgotten")).json()["hash"]
    url = (await sender.http.post("/v1/objects/uploads", json={"size": 4})).json()["url"]
    await sender.http.patch(url, content=b"ab", headers={"upload-offset": "0"})
    await grant(hub, kept, "receiver")
    engine, store = hub.deps.objects._engine, hub.deps.objects._store
    now = datetime.now(UTC)
    assert await delete_unreferenced(engine, store, now) == 0
    long_ago = now - timedelta(hours=25)
    async with engine.begin() as connection:
        await connection.execute(update(stored_objects).values(touched_at=long_ago))
        await connection.execute(update(uploads).values(started_at=long_ago))
    assert await delete_unreferenced(engine, store, now) == 1
    assert await delete_stale_uploads(engine, store, now + timedelta(days=2)) == 1
    assert (await sender.http.head(f"/v1/objects/{kept}")).status_code == 200
    assert (await sender.http.head(f"/v1/objects/{gone}")).status_code == 404
    assert len(files(hub)) == 1


async def test_a_reference_keeps_an_object_from_the_janitor(hub):
    sender = await hub.login("sender")
    name = (await sender.http.post("/v1/objects", content=b"referred to just now")).json()["hash"]
    engine, store = hub.deps.objects._engine, hub.deps.objects._store
    async with engine.begin() as connection:
        long_ago = datetime.now(UTC) - timedelta(hours=25)
        await connection.execute(update(stored_objects).values(touched_at=long_ago))
    assert (await sender.send(fresh(objects=name))).status_code == 202
    assert await delete_unreferenced(engine, store, datetime.now(UTC)) == 0
    async with engine.connect() as connection:
        assert len((await connection.execute(select(stored_objects))).all()) == 1


async def test_of_a_marked_document_only_the_fact_and_the_hash_remain(hub):
    sender = await hub.login("sender")
    secret = page_pdf("Số: 12/KH-UBND", "TỐI MẬT")
    answer = await sender.http.post("/v1/objects", content=secret)
    assert (answer.status_code, answer.json()["code"]) == (422, "secret_marking")
    begun = (await sender.http.post("/v1/objects/uploads", json={"size": len(secret)})).json()
    await sender.http.patch(begun["url"], content=secret, headers={"upload-offset": "0"})
    answer = await sender.http.post(f"{begun['url']}:complete")
    assert (answer.status_code, answer.json()["code"]) == (422, "secret_marking")
    assert (await sender.http.get(begun["url"])).status_code == 404
    assert files(hub) == []
    event = (await hub.until("", "refused"))[0]
    assert event.detail == {"object": "sha256:" + hashlib.sha256(secret).hexdigest()}
    assert (event.source, event.reason, event.place) == ("sender", "secret_marking", "objects")
    assert (await sender.http.post("/v1/objects", content=page_pdf("Bảo mật"))).status_code == 201
