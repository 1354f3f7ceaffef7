"""What the world does to the API: broker away, SQL away, disk full, slow and vanishing clients."""

import asyncio

import pytest

from hub.ports import Unavailable
from tests.api_fixture import INBOXES
from tests.api_rig import ApiRig, fresh, headers_of
from tests.kafka_fixture import small_broker

pytestmark = pytest.mark.kafka


def id_of(message):
    return message.attributes["id"]


async def test_broker_away_is_503_and_not_ready_and_it_comes_back_by_itself(tmp_path):
    with small_broker(tmp_path / "broker") as broker:
        rig = ApiRig(broker.bootstrap, tmp_path)
        await rig.make_topics(*INBOXES)
        async with rig.serving():
            sender = await rig.login("sender")
            assert (await sender.send(fresh())).status_code == 202
            await broker.stop()
            message = fresh()
            for _ in range(3):
                answer = await sender.send(message)
                assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
                assert int(answer.headers["retry-after"]) > 0
            ready = await sender.http.get("/readyz")
            assert (ready.status_code, ready.json()["checks"]["kafka"]) == (503, False)
            assert (await sender.http.get("/healthz")).status_code == 200
            await broker.start()

            async def status():
                return (await sender.send(message)).status_code

            await rig.eventually(status, 202, seconds=60)
            assert (await sender.http.get("/readyz")).status_code == 200
            assert rig.deps is not None
            assert rig.deps.ingress.in_flight == 0


async def test_a_disk_that_is_nearly_full_refuses_early(hub):
    sender = await hub.login("sender")
    hub.deps.disk.least = 2**62
    for answer in (
        await sender.send(fresh()),
        await sender.http.post("/v1/objects", content=b"x"),
        await sender.http.get("/readyz"),
    ):
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0


async def test_sql_away_stops_no_message_and_no_inbox(hub, monkeypatch):
    async def away(*_):
        raise Unavailable("SQL did not answer")

    sender, receiver = await hub.login("sender"), await hub.login("receiver")
    for name in ("held", "find", "waiting_bytes"):
        monkeypatch.setattr(hub.deps.objects.__class__, name, away)
    message = fresh()
    assert (await sender.send(message)).status_code == 202
    await receiver.receive([id_of(message)])
    with_object = await sender.send(fresh(objects="sha256:" + "1" * 64))
    upload = await sender.http.post("/v1/objects", content=b"x")
    assert [with_object.status_code, upload.status_code] == [503, 503]


async def test_a_body_that_comes_too_slowly_is_given_up(hub, monkeypatch):
    monkeypatch.setattr("hub.api.bodies.BODY_SECONDS", 0.3)
    sender = await hub.login("sender")
    answer = await raw(hub, head(sender, fresh(), length=500) + b"{")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"body_timeout"' in answer


async def test_a_client_that_disconnects_in_mid_body_leaves_nothing(hub):
    sender = await hub.login("sender")
    message = fresh()
    _, writer = await asyncio.open_unix_connection(str(hub.socket))
    writer.write(head(sender, message, length=len(message.body)) + message.body[:-1])
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.close()

    async def under_way():
        return hub.deps.pressure._under_way["sender", 200]

    await hub.eventually(under_way, 0)
    after = fresh()
    answer = await sender.send(after, prefer="wait=20")
    assert answer.json()["state"] == "admitted"
    assert hub.deps.tail.events("sender", id_of(message)) == []


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/messages HTTP/1.1\r\nhost: hub\r\ncontent-length: -5\r\n\r\n",
        b"POST /v1/messages HTTP/1.1\r\nhost: hub\r\ncontent-length: 99999999999\r\n\r\n",
        (
            b"POST /oauth2/token HTTP/1.1\r\nhost: hub\r\ncontent-type: application/x-www-form-"
            b"urlencoded\r\ncontent-length: 4\r\n\r\n\xff\xfe=%"
        ),
        b"GET /v1/inbox HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer \xff\xfe\r\n\r\n",
        b"GET /v1/objects/%00 HTTP/1.1\r\nhost: hub\r\n\r\n",
        (
            b"POST /v1/messages HTTP/1.1\r\nhost: hub\r\ncontent-length: 3\r\n"
            b"transfer-encoding: chunked\r\n\r\nzzz"
        ),
    ],
)
async def test_any_bytes_are_answered_with_a_4xx(hub, request_bytes):
    answer = await raw(hub, request_bytes)
    assert answer.startswith(b"HTTP/1.1 4"), answer[:200]


async def test_a_broker_that_stands_still_stops_the_intake_at_its_bound(hub, monkeypatch):
    monkeypatch.setattr(hub.deps.ingress, "_limit", 0)
    sender = await hub.login("sender")
    answer = await sender.send(fresh())
    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert answer.headers["retry-after"] == "1"


async def test_an_idle_connection_is_kept_longer_than_clients_keep_theirs(hub):
    # httpx lets go after 5 s. Were the hub as quick, some requests would get no answer.
    reader, writer = await asyncio.open_unix_connection(str(hub.socket))
    try:
        for pause in (0, 6):
            await asyncio.sleep(pause)
            writer.write(b"GET /healthz HTTP/1.1\r\nhost: hub\r\n\r\n")
            told = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
            assert told.startswith(b"HTTP/1.1 200")
            length = told.lower().partition(b"content-length: ")[2].split()[0]
            await reader.readexactly(int(length))
    finally:
        writer.close()


def head(sender, message, length):
    """Return the head of a raw request that announces `length` bytes."""
    named = "".join(f"{name}: {value}\r\n" for name, value in headers_of(message).items())
    authorization = sender.http.headers["authorization"]
    return (
        f"POST /v1/messages HTTP/1.1\r\nhost: hub\r\nauthorization: {authorization}\r\n"
        f"{named}content-length: {length}\r\n\r\n"
    ).encode()


async def raw(hub, request):
    """Send bytes and return the beginning of the answer."""
    reader, writer = await asyncio.open_unix_connection(str(hub.socket))
    try:
        writer.write(request)
        return await asyncio.wait_for(reader.read(4096), 20)
    finally:
        writer.close()
