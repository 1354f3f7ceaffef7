"""What an adapter in a process of its own is lent: its own secrets alone, and the trace."""

import asyncio
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lgsp_adapter import Context, Done, Fatal, Retryable
from lgsp_adapter.testing.deliveries import delivery

from hub.cli import environment
from hub.connectors.logs import Logs
from hub.connectors.remote import MAX_DEATHS, Remote
from hub.connectors.remote_adapters import RemoteSink
from hub.connectors.secrets import resolvers
from hub.decision.connectors import Connector, Isolation
from hub.ports import Unavailable
from tests.connector_rig import CHILD, until

VALUE = "mat-khau-mau-rat-dai"
PREFIX = "CONNECTOR_"


class AwayVault:
    async def read(self, _reference):
        raise Unavailable("the store of secrets answers 503")


@pytest.fixture
def sink(tmp_path, monkeypatch):
    """Return a way to a sink in a process, by its mood and the reference that it is given."""
    monkeypatch.setenv("CONNECTOR_MAU", VALUE)
    monkeypatch.setenv("CONNECTOR_KHAC", "cua-bo-ket-noi-khac")

    def made(mood, password):
        config = {
            "peer": "mau",
            "file": str(tmp_path / "f"),
            "mood": mood,
            **({} if password is None else {"password": password}),
        }
        connector = Connector(
            name="so-mau",
            adapter="file",
            system="he-thong-a",
            config=config,
            isolation=Isolation.PROCESS,
        )
        found = resolvers(os.environ, PREFIX, tmp_path, AwayVault())
        ctx = Context("so-mau", resolvers=found)
        return Remote(connector, ctx, CHILD, environment.environ_of_adapters(PREFIX)), ctx

    return made


def open_files():
    return sorted(file.name for file in Path("/proc/self/fd").iterdir())


async def opened(remote, ctx):
    await remote.spec()
    sink = RemoteSink(remote)
    await sink.open(ctx)
    return sink


async def test_a_process_gets_its_secret_from_the_runtime_and_finds_none_in_its_environment(sink):
    remote, ctx = sink("secret", "env:CONNECTOR_MAU")
    try:
        told = await (await opened(remote, ctx)).write([delivery("o-1")])
    finally:
        await remote.close()
    assert told == [Done(ref=f"{len(VALUE)} False")]
    # What the runtime logs and reports of it is masked, too.
    assert ctx.mask(f"x {VALUE}") == "x ***"


async def test_a_process_is_not_given_another_connectors_secret(sink):
    remote, ctx = sink("steal", None)
    try:
        with pytest.raises(Fatal, match="its configuration does not name"):
            await opened(remote, ctx)
    finally:
        await remote.close()


async def test_a_store_that_is_away_is_waited_for_in_a_process_too(sink):
    remote, ctx = sink("secret", "vault:secret/mau#token")
    try:
        with pytest.raises(Retryable, match="503"):
            await opened(remote, ctx)
    finally:
        await remote.close()


async def test_a_call_in_a_process_continues_the_trace_of_its_delivery(sink):
    remote, ctx = sink("trace", None)
    trace = f"00-{'ab' * 16}-{'cd' * 8}-01"
    try:
        opened_sink = await opened(remote, ctx)
        told = await opened_sink.write([replace(delivery("o-1"), traceparent=trace)])
        assert await opened_sink.write([delivery("o-2")]) == [Done(ref=None)]
    finally:
        await remote.close()
    assert told == [Done(ref=trace)]


async def test_an_adapters_log_level_is_changed_in_its_process(sink):
    remote, ctx = sink("level", None)
    logs = Logs(ctx, remote, lambda: datetime.now(UTC))
    try:
        opened_sink = await opened(remote, ctx)
        logs.set("DEBUG 2999-01-01T00:00:00+00:00")
        async with asyncio.timeout(30):
            told = None
            while told != [Done(ref="DEBUG")]:
                told = await opened_sink.write([delivery("o-1")])
    finally:
        logs.close()
        await remote.close()


async def test_a_death_counts_however_soon_the_next_life_is_asked_for(sink, monkeypatch):
    remote, ctx = sink("crash", None)
    monkeypatch.setattr("hub.connectors.remote.FIRST_PAUSE", 0.0)
    wait = asyncio.subprocess.Process.wait

    async def late(process):
        status = await wait(process)
        await asyncio.sleep(0.1)
        return status

    monkeypatch.setattr(asyncio.subprocess.Process, "wait", late)
    try:
        dying = await opened(remote, ctx)
        for _ in range(MAX_DEATHS):
            with pytest.raises(Retryable, match="in the middle of a call"):
                await dying.write([delivery("o-1")])
        with pytest.raises(Fatal, match=f"died {MAX_DEATHS} times"):
            await dying.write([delivery("o-1")])
    finally:
        await remote.close()


async def test_a_process_that_lets_go_of_its_wire_is_ended(sink, monkeypatch):
    remote, ctx = sink("mute", None)
    monkeypatch.setattr("hub.connectors.remote.EXIT_SECONDS", 0.1)
    try:
        mute = await opened(remote, ctx)
        with pytest.raises(Retryable, match="in the middle of a call"):
            await mute.write([delivery("o-1")])
        first = remote.pid
        with pytest.raises(Retryable, match="in the middle of a call"):
            await mute.write([delivery("o-1")])
        assert remote.lives == 2
        with pytest.raises(ProcessLookupError):
            os.kill(first, 0)
    finally:
        await remote.close()


async def test_a_start_that_was_given_up_is_begun_anew(sink, monkeypatch):
    remote, ctx = sink("well", None)
    monkeypatch.setattr(remote, "_command", (sys.executable, "-c", "import time; time.sleep(60)"))
    try:
        asked = asyncio.create_task(remote.spec())
        await until(lambda: remote.lives)
        half = remote.pid
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        with pytest.raises(ProcessLookupError):
            os.kill(half, 0)
        monkeypatch.setattr(remote, "_command", CHILD)
        # What is asked next is answered by a process that knows its adapter.
        assert (await remote.spec()).name == "file"
        assert remote.lives == 2
        assert await (await opened(remote, ctx)).write([delivery("o-1")]) == [Done(ref="mau")]
    finally:
        await remote.close()


async def test_a_process_that_could_not_be_made_leaves_no_socket_open(sink, monkeypatch):
    remote, _ = sink("well", None)
    monkeypatch.setattr(remote, "_command", ("/khong-co",))
    before = open_files()
    with pytest.raises(FileNotFoundError):
        await remote.spec()
    assert open_files() == before
