"""Inboxes through the public HTTP interface: pull, long poll, stream, seek."""

import asyncio
import base64
import time
from datetime import UTC, datetime

import orjson
import pytest

from hub.io.kafka import inbox_hot
from tests import support
from tests.api_rig import fresh

pytestmark = pytest.mark.kafka


def id_of(message):
    return message.attributes["id"]


async def sent(sender, count=1, **changes):
    """Send messages, one after the other, and return their ids."""
    ids = []
    for _ in range(count):
        message = fresh(**changes)
        answer = await sender.send(message)
        assert answer.status_code == 202
        ids.append(id_of(message))
    return ids


async def test_pages_follow_each_other_without_gap_or_repetition_in_the_senders_order(hub):
    sender, receiver = await hub.login("sender"), await hub.login("receiver")
    after = await receiver.end()
    ids = await sent(sender, 12)
    await receiver.receive(ids, after)
    got: list[str] = []
    while len(got) < len(ids):
        page = await receiver.inbox(after=after, limit=5, wait=5)
        assert 0 < len(page["messages"]) <= 5
        got += [one["attributes"]["id"] for one in page["messages"]]
        after = page["next"]
    assert got == ids


async def test_each_messages_own_cursor_goes_on_right_behind_it(hub):
    sender, receiver = await hub.login("sender"), await hub.login("receiver")
    start = await receiver.end()
    first, second = await sent(sender, 2)
    got = await receiver.receive([first, second], start)
    page = await receiver.inbox(after=got[first]["cursor"], limit=1)
    assert [one["attributes"]["id"] for one in page["messages"]] == [second]


async def test_what_is_older_than_the_readers_memory_is_read_from_the_broker(hub):
    sender, receiver = await hub.login("sender"), await hub.login("receiver")
    start = await receiver.end()
    ids = await sent(sender, 5)
    await receiver.receive(ids, start)
    hot = hub.deps.inboxes._hot
    hot._memory = 0
    hot._evict()
    assert list(await receiver.receive(ids, start)) == ids


async def test_a_long_poll_ends_with_the_first_message_and_not_before(hub):
    sender, receiver = await hub.login("sender"), await hub.login("receiver")
    after = await receiver.end()
    waiting = asyncio.create_task(receiver.inbox(after=after, wait=30))
    done, _ = await asyncio.wait({waiting}, timeout=0.5)
    assert not done
    (id_,) = await sent(sender)
    page = await asyncio.wait_for(waiting, 20)
    assert [one["attributes"]["id"] for one in page["messages"]] == [id_]


async def test_an_empty_inbox_answers_empty_after_the_wait(hub):
    receiver = await hub.login("receiver")
    after = await receiver.end()
    begun = time.monotonic()
    page = await receiver.inbox(after=after, wait=1)
    assert page["messages"] == []
    assert time.monotonic() - begun >= 0.9


async def test_news_that_the_audit_did_not_announce_is_found_by_the_sweep(hub, monkeypatch):
    monkeypatch.setattr(inbox_hot.HotInboxes, "announce", lambda *_: None)
    hub.deps.tail._listeners.clear()
    sender, receiver = await hub.login("sender"), await hub.login("receiver")
    after = await receiver.end()
    waiting = asyncio.create_task(receiver.inbox(after=after, wait=30))
    await asyncio.sleep(0.3)
    (id_,) = await sent(sender)
    page = await asyncio.wait_for(waiting, 20)
    assert [one["attributes"]["id"] for one in page["messages"]] == [id_]


async def test_the_same_inbox_comes_as_raw_multipart(hub):
    sender, receiver = await hub.login("sender"), await hub.login("receiver")
    after = await receiver.end()
    (id_,) = await sent(sender, subject="Hồ sơ mẫu")
    await receiver.receive([id_], after)
    answer = await receiver.http.get(
        "/v1/inbox", params={"after": after}, headers={"accept": "multipart/mixed"}
    )
    assert answer.headers["content-type"].startswith("multipart/mixed; boundary=")
    boundary = answer.headers["content-type"].partition("boundary=")[2].encode()
    _, part, end = answer.content.split(b"--" + boundary)
    head, _, body = part.strip(b"\r\n").partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
    assert body == support.GOOD_BODY
    assert end == b"--\r\n"
    assert headers["ce-id"] == id_
    assert headers["ce-subject"] == "H%E1%BB%93%20s%C6%A1%20m%E1%BA%ABu"
    assert headers["hub-delivery-token"]
    again = await receiver.inbox(after=answer.headers["hub-next"])
    assert again["messages"] == []


async def test_a_cursor_of_another_system_or_from_nowhere_is_refused(hub):
    receiver, other = await hub.login("receiver"), await hub.login("other")
    theirs = await other.end()
    far = base64.urlsafe_b64encode(b"1 receiver 99999999 0").decode().rstrip("=")
    for cursor in (theirs, "nonsense", "x" * 300, far):
        answer = await receiver.http.get("/v1/inbox", params={"after": cursor})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


async def test_seek_finds_what_arrived_since_a_time_under_current_rights(hub):
    sender, receiver = await hub.login("sender"), await hub.login("receiver")
    start = await receiver.end()
    (before,) = await sent(sender)
    await receiver.receive([before], start)
    await asyncio.sleep(0.05)
    moment = datetime.now(UTC).isoformat()
    (after,) = await sent(sender)
    await receiver.receive([after], start)
    answer = await receiver.http.post("/v1/inbox:seek", json={"time": moment})
    cursor = answer.json()["cursor"]
    page = await receiver.inbox(after=cursor)
    assert [one["attributes"]["id"] for one in page["messages"]] == [after]
    # The type is for another system now: what was delivered may not be fetched once more.
    hub.follower.current = support.build_rules(
        support.changed("endpoint/org-receiver/receiver", types=["vn.gov.dossier.step.v1"])
    )
    assert (await receiver.inbox(after=cursor))["messages"] == []
    later = await receiver.http.post("/v1/inbox:seek", json={"time": "2199-01-01T00:00:00Z"})
    assert (await receiver.inbox(after=later.json()["cursor"]))["messages"] == []


async def events_of(answer, count):
    """Read server-sent events until there are `count`."""
    found = []
    fields = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            found.append(fields)
            if len(found) == count:
                return found
            fields = {}
    return found


async def test_a_stream_gives_each_message_and_goes_on_at_last_event_id(hub):
    sender, receiver = await hub.login("sender"), await hub.login("receiver")
    after = await receiver.end()
    first, second, third = await sent(sender, 3)
    async with receiver.http.stream("GET", "/v1/inbox/stream", params={"after": after}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        got = await asyncio.wait_for(events_of(answer, 2), 20)
    assert [orjson.loads(one["data"])["attributes"]["id"] for one in got] == [first, second]
    header = {"last-event-id": got[-1]["id"]}
    async with receiver.http.stream("GET", "/v1/inbox/stream", headers=header) as answer:
        (one,) = await asyncio.wait_for(events_of(answer, 1), 20)
    assert orjson.loads(one["data"])["attributes"]["id"] == third


async def test_an_idle_stream_says_that_it_lives(hub, monkeypatch):
    monkeypatch.setattr("hub.api.inbox.HEARTBEAT_SECONDS", 0.2)
    receiver = await hub.login("receiver")
    after = await receiver.end()
    async with receiver.http.stream("GET", "/v1/inbox/stream", params={"after": after}) as answer:
        comments = 0
        async for line in answer.aiter_lines():
            comments += line == ": still here"
            if comments == 2:
                break


async def test_when_the_api_stops_long_polls_and_streams_end_at_once(hub):
    receiver = await hub.login("receiver")
    after = await receiver.end()
    waiting = asyncio.create_task(receiver.inbox(after=after, wait=60))
    await asyncio.sleep(0.3)
    hub.deps.inboxes.release()
    page = await asyncio.wait_for(waiting, 5)
    assert page["messages"] == []
    ready = await receiver.http.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]["serving"]) == (503, False)


async def test_one_system_may_hold_twenty_polls_and_the_next_one_waits(hub):
    receiver = await hub.login("receiver")
    hub.deps.pressure._under_way["receiver", 20] = 20
    answer = await receiver.http.get("/v1/inbox")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
