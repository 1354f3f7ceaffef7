"""The sandbox peers of `hub demo`: one process each, and the connectors that speak to them."""

import asyncio
import contextlib
import importlib.util
import json
import os
import selectors
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from hub.cli.demo_hub import DemoHub
from hub.cli.demo_show import Show
from hub.cli.errors import CommandFailed
from hub.io.embedded.process import GUARD
from simulator.foreign.cast import served
from simulator.foreign.connectors import CALLBACK, Folder
from simulator.foreign.control import Controls
from simulator.foreign.enlist import enlist, missing
from simulator.foreign.peers import MODULES, TITLES, Peer, Peers
from simulator.registration import RegistrationFailed

START_SECONDS: Final = 60.0
"""Longest start of all peers; on an idle machine two seconds."""
STOP_SECONDS: Final = 5.0
_PRIVATE: Final = 0o600

Processes = Mapping[Peer, subprocess.Popen[str]]


@contextmanager
def started(seed: int, show: Show) -> Iterator[Processes]:
    """Give the processes of all peers that are installed; end them afterwards.

    They start while the hub does: nobody waits for them.
    """
    lacking = [peer for peer in Peer if importlib.util.find_spec(MODULES[peer]) is None]
    for peer in lacking:
        _say_without(show, peer, f"{MODULES[peer]}")
    with contextlib.ExitStack() as stack:
        yield {
            peer: stack.enter_context(_process(peer, seed)) for peer in Peer if peer not in lacking
        }


def join(hub: DemoHub, running: Processes, misbehave: float, show: Show) -> Peers | None:
    """Return the peers that take part, once they listen; None where there is none.

    Raises:
        CommandFailed: a peer does not start, or the hub does not say what is installed.
    """
    try:
        lacking = asyncio.run(missing(hub.url, hub.home.admin_token()))
    except RegistrationFailed as failure:
        raise CommandFailed(str(failure)) from failure
    for peer in (one for one in running if one in lacking):
        _say_without(show, peer, ", ".join(lacking[peer]))
    facts = {
        peer: _described(peer, process) for peer, process in running.items() if peer not in lacking
    }
    return Peers(facts=facts, misbehave=misbehave, counter=hub.counter) if facts else None


def connect(hub: DemoHub, peers: Peers) -> Path:
    """Make the connectors at the hub; return the file that tells the simulator of the peers.

    Raises:
        CommandFailed: the hub refuses them.
    """
    # New at each start: what older connectors remember is of peers that are gone.
    name = f"mau-{time.time_ns()}"
    folder = Folder(
        hub.home.root / "connector-state" / name, secrets=hub.home.connector_secrets / name
    )
    _lend_keys(hub, served(peers.facts))
    try:
        asyncio.run(_enlisted(hub, peers, folder))
    except RegistrationFailed as failure:
        raise CommandFailed(str(failure)) from failure
    file = hub.simulator / "peers.json"
    peers.save(file)
    return file


async def _enlisted(hub: DemoHub, peers: Peers, folder: Folder) -> None:
    await enlist(hub.url, hub.home.admin_token(), peers, hub.simulator, folder)
    if Peer.PAYMENT in peers.facts:
        async with Controls(peers) as controls:
            url = {"url": peers.counter + CALLBACK}
            await controls.order(Peer.PAYMENT, "callback", url)


def _lend_keys(hub: DemoHub, systems: frozenset[str]) -> None:
    """Give the connectors the keys that their systems have, as their operators would."""
    folder = hub.home.connector_keys
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for system in systems:
        name = f"{system}.pem"
        (folder / name).touch(mode=_PRIVATE)
        shutil.copyfile(hub.simulator / "keys" / name, folder / name)


@contextmanager
def _process(peer: Peer, seed: int) -> Iterator[subprocess.Popen[str]]:
    # The guard: if this process is killed, the kernel ends the peer with it.
    guard = [sys.executable, "-I", "-S", str(GUARD), str(os.getpid())]
    command = [sys.executable, "-P", "-m", MODULES[peer], "--port", "0", "--seed", str(seed)]
    process = subprocess.Popen(  # noqa: S603  (our own module, no shell)
        [*guard, *command], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _described(peer: Peer, process: subprocess.Popen[str]) -> dict[str, Any]:
    """Return the line that a peer prints once it listens."""
    assert process.stdout is not None  # noqa: S101  (it was opened with a pipe)
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        line = process.stdout.readline() if ready.select(START_SECONDS) else ""
    try:
        facts: dict[str, Any] = json.loads(line)
    except ValueError:
        raise CommandFailed(f"the sandbox peer {MODULES[peer]} does not start") from None
    return facts


def _say_without(show: Show, peer: Peer, what: str) -> None:
    show.say(
        f"không có {TITLES[peer]}: chưa cài {what}\n"
        f"           going on without it: {what} is not installed"
    )
