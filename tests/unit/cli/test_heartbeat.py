"""The dead-man switch: somebody outside is called while all is well, and not a moment longer."""

import asyncio
import contextlib
import json

import httpx2
import pytest

from hub.cli.beats import keep_beating
from hub.cli.heartbeat import WHOLE, calling_outside
from hub.cli.home import Home, Identity, create
from hub.cli.supervisor import Status, Supervisor
from tests.unit.cli.test_supervisor import QUICK, nothing, unit, until

SECONDS = 20
URL = "https://nhip.mau.example/hub"


class Watcher:
    """Stands for who is called."""

    def __init__(self, status=200):
        self.heard, self.status = [], status

    def _answer(self, request):
        self.heard.append((str(request.url), json.loads(request.content)))
        if self.status is None:
            raise httpx2.ConnectError("mẫu")
        return httpx2.Response(self.status)

    @contextlib.asynccontextmanager
    async def called(self, is_well):
        """Let it be called, some hundred times as often as in life."""
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer)) as client:
            quick = {"every_seconds": 0.005, "look_seconds": 0.005}
            beats = keep_beating(client, URL, {"hub": "mau", "process": WHOLE}, is_well, **quick)
            task = asyncio.create_task(beats)
            yield task
            task.cancel()


async def test_the_call_stays_away_while_something_is_not_well_and_comes_back():
    watcher, well, looked = Watcher(), [False], [0]

    def is_well():
        looked[0] += 1
        return well[0]

    async with watcher.called(is_well):
        for now, heard in ((False, 0), (True, 2), (False, None), (True, 2)):
            before, well[0] = len(watcher.heard), now
            start = looked[0]
            await until(lambda start=start: looked[0] >= start + 4)
            # One call may have been under way when it changed.
            more = len(watcher.heard) - before
            assert more <= 1 if heard is None else more >= heard if heard else more == 0
    url, body = watcher.heard[0]
    assert (url, body["hub"], body["process"]) == (URL, "mau", "hub")


@pytest.mark.parametrize("status", [500, None])
async def test_a_watcher_that_is_away_is_called_again(status):
    watcher = Watcher(status)
    async with watcher.called(lambda: True) as task:
        await until(lambda: len(watcher.heard) >= 3)
        assert not task.done()


@pytest.mark.parametrize(
    ("url", "process", "calls"),
    [
        (None, WHOLE, False),
        (URL, WHOLE, True),
        (URL, "router", False),
        (f"{URL}-{{process}}", "router", True),
    ],
)
async def test_one_address_for_all_is_called_for_the_whole_only(monkeypatch, url, process, calls):
    made = []

    async def kept(_client, address, about, _is_well):
        made.append((address, about["process"]))

    monkeypatch.setattr("hub.cli.beats.keep_beating", kept)
    async with calling_outside(url, "mau", process, lambda: True):
        await asyncio.sleep(0)
    expected = [((url or "").replace("{process}", process), process)] if calls else []
    assert made == expected


async def test_a_hub_of_which_one_process_died_is_not_well(tmp_path):
    home = Home(root=tmp_path)
    create(home, Identity(hub="lgsp-thu", partitions=3))
    dying = unit(home, "router", "raise SystemExit(1)")
    hub = Supervisor(
        "mau",
        broker=None,
        processes=[unit(home, "api"), dying],
        prepare=nothing,
        patience=QUICK,
    )
    stop, seen = asyncio.Event(), list[Status]()
    running = asyncio.create_task(hub.run(stop, seen.append))
    async with asyncio.timeout(SECONDS):
        await until(lambda: any(one.state == "gave up" for one in hub.status().rows))
        await until(lambda: any(one.state == "ready" for one in hub.status().rows))
        assert not hub.status().ready
        stop.set()
        await running
    assert not any(one.ready for one in seen)
