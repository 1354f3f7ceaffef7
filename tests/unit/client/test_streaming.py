"""The inbox as a stream of events: the same messages, and pages where it breaks."""

import pytest
from lgsp_client import HubClient, HubProtocolError, KeyRing
from lgsp_client.events import MAX_EVENT_BYTES, EventParser
from lgsp_client.inbox import PULL_SECONDS
from lgsp_message.keys import verifying_key

from tests.support import SENDER, key_of, signed
from tests.unit.client.fakes import problem

SENDERS = verifying_key(key_of(SENDER).public_key(), "ES256")
RING = KeyRing({SENDER: {SENDERS.thumbprint: SENDERS}})


@pytest.fixture
def read(client):
    """Stream with either client until `count` messages were acknowledged; return their ids."""

    async def streamed(count, each=lambda _: None):
        seen = []
        if isinstance(client, HubClient):
            async with client.receive(verify=RING, stream=True) as inbox:
                async for delivery in inbox:
                    seen.append(delivery.id)
                    await delivery.ack("processed")
                    each(len(seen))
                    if len(seen) == count:
                        break
            return seen
        with client.receive(verify=RING, stream=True) as inbox:
            for delivery in inbox:
                seen.append(delivery.id)
                delivery.ack("processed")
                each(len(seen))
                if len(seen) == count:
                    break
        return seen

    return streamed


def fill(hub, *ids):
    for id_ in ids:
        hub.deliver(signed(id=id_))


def paths(hub):
    return [one.url.path for one in hub.requests if one.method == "GET"]


async def test_what_the_stream_sends_is_proven_handed_out_and_acknowledged(read, hub):
    fill(hub, "m0", "m1", "m2")
    assert await read(3) == ["m0", "m1", "m2"]
    assert paths(hub) == ["/v1/inbox/stream"]
    assert [item["id"] for item in hub.receipts[0]["messages"]] == ["m0", "m1", "m2"]


async def test_a_broken_stream_goes_on_by_a_page_and_then_behind_the_last_message(read, hub):
    fill(hub, "m0")
    more = {1: ("m1",), 2: ("m2", "m3")}
    assert await read(4, lambda count: fill(hub, *more.get(count, ()))) == ["m0", "m1", "m2", "m3"]
    assert paths(hub) == ["/v1/inbox/stream", "/v1/inbox", "/v1/inbox/stream"]
    assert [
        one.headers.get("last-event-id") for one in hub.requests if "stream" in one.url.path
    ] == [
        None,
        "c000002",
    ]


async def test_where_no_stream_comes_through_pages_are_asked_for_and_it_is_tried_later(
    read, hub, clock
):
    hub.faults.append(problem(404, "not_found"))
    fill(hub, "m0")

    def then(count):
        if count < 3:
            fill(hub, f"m{count}")
        if count == 2:
            clock.seconds += PULL_SECONDS

    assert await read(3, then) == ["m0", "m1", "m2"]
    assert paths(hub) == ["/v1/inbox/stream", "/v1/inbox", "/v1/inbox", "/v1/inbox/stream"]


STREAM = (
    b": hub\n\nid: c1\nevent: message\ndata: {}\n\n: still here\n\n"
    b"id: c2\r\ndata: [1,\r\ndata: 2]\r\n\r\n"
)


@pytest.mark.parametrize("size", [1, 2, 7, len(STREAM)])
def test_events_are_the_same_wherever_the_stream_is_cut(size):
    parser = EventParser()
    cut = [STREAM[at : at + size] for at in range(0, len(STREAM), size)]
    events = [event for piece in cut for event in parser.feed(piece)]
    assert [(event.id, event.data) for event in events] == [("c1", b"{}"), ("c2", b"[1,\n2]")]


@pytest.mark.parametrize("line", [b"data: ", b"data: x\n", b"data:\n"])
def test_an_event_without_end_is_given_up(line):
    parser = EventParser()
    with pytest.raises(HubProtocolError):
        parser.feed(line * (MAX_EVENT_BYTES + 1))
