"""The line: bounded, one outage is one outage, a proxy's page is not the hub's word."""

import asyncio

import httpx2
from lgsp_client import HubRefused
from lgsp_edge.bandwidth import PIECE_BYTES, Meter, MeteredTransport
from lgsp_edge.contact import Contact
from lgsp_edge.line import Away, _refusal_or_away


class Ticks:
    """A clock that a patched sleep moves."""

    def __init__(self, monkeypatch):
        self.now = 0.0
        monkeypatch.setattr("lgsp_edge.bandwidth.asyncio.sleep", self.sleep)

    async def sleep(self, seconds):
        self.now += seconds

    def __call__(self):
        return self.now


async def test_the_meter_lets_no_more_bytes_pass_than_it_may(monkeypatch):
    ticks = Ticks(monkeypatch)
    meter = Meter(1000.0, ticks)
    for _ in range(100):
        await meter.take(1000)
    assert meter.total == 100_000
    assert ticks.now >= (100_000 - PIECE_BYTES - 1000) / 1000


async def test_without_a_bound_nobody_waits(monkeypatch):
    ticks = Ticks(monkeypatch)
    meter = Meter(None, ticks)
    await meter.take(10**9)
    assert ticks.now == 0


async def test_bodies_both_ways_are_counted_and_arrive_unchanged():
    sent = bytes(range(256)) * 300

    class Echo(httpx2.AsyncBaseTransport, httpx2.AsyncByteStream):
        async def handle_async_request(self, request):
            self.got = [piece async for piece in request.stream]
            return httpx2.Response(200, stream=self)

        async def __aiter__(self):
            yield b"".join(self.got)

    meter = Meter(None)
    transport = MeteredTransport(Echo(), meter)
    async with httpx2.AsyncClient(transport=transport, base_url="http://hub.mau") as client:
        got = await client.post("/v1/objects", content=sent)
    assert got.content == sent
    assert meter.total >= 2 * len(sent)


async def test_a_large_body_lets_a_small_one_pass_in_between():
    order = []
    meter = Meter(None)

    async def large():
        for _ in range(3):
            await meter.take(PIECE_BYTES)
            order.append("large")
            await asyncio.sleep(0)

    async def small():
        await meter.take(100)
        order.append("small")

    await asyncio.gather(large(), small())
    assert order[-1] != "small"


def test_one_outage_counts_once_however_many_calls_it_ends():
    now = [100.0]
    contact = Contact(lambda: 1.0, ticks=lambda: now[0])
    era = contact.era
    for _ in range(16):
        contact.failed(era, "cut")
    assert contact.wait() == 1.0
    now[0] += 1.0
    contact.failed(contact.era, "cut")
    assert contact.wait() == 2.0


def test_pauses_grow_to_a_minute_and_end_with_the_first_answer():
    now = [100.0]
    contact = Contact(lambda: 1.0, ticks=lambda: now[0])
    for _ in range(20):
        contact.failed(contact.era, "cut")
    assert contact.wait() == 60.0
    contact.answered()
    assert (contact.wait(), contact.away, contact.trouble) == (0.0, False, None)


def test_the_hub_is_never_asked_before_its_retry_after():
    contact = Contact(lambda: 0.0, ticks=lambda: 100.0)
    contact.failed(contact.era, "busy", 45.0)
    assert contact.wait() >= 45.0


def test_a_firewalls_page_is_an_outage_and_no_refusal():
    page = _refusal_or_away(HubRefused("http_403", "Forbidden", "", 403))
    assert isinstance(page, Away)
    assert not page.whole
    refused = HubRefused("no_right", "", "", 200)
    assert _refusal_or_away(refused) is refused
