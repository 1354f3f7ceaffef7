"""Make the connectors at a hub, as its two administrators would: one asks, the other approves."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import httpx2

from simulator.foreign.connectors import NETWORK, Connector, Folder, connectors
from simulator.foreign.peers import ADAPTERS, Peer, Peers
from simulator.registration import CHANGE_SECONDS, RegistrationFailed

SECOND: Final = "binh-mau"
"""The administrator who approves networks, by name."""
TEST_SECONDS: Final = 30.0
"""Longest wait until a connector reaches its peer."""
_PAUSE_SECONDS: Final = 0.3
_WHY: Final = "Kết nối hệ thống ngoài của tỉnh mẫu / the demo's foreign systems"


async def missing(url: str, admin_token: str) -> dict[Peer, list[str]]:
    """Return which adapters a peer would need that this hub has not, or cannot use.

    Raises:
        RegistrationFailed: the hub does not say.
    """
    async with _client(url, admin_token) as client:
        told = await _asked(client, "GET", "/v1/admin/adapters")
    usable = {one["name"] for one in told["items"] if one["problem"] is None}
    lacking = {
        peer: [name for name in names if name not in usable] for peer, names in ADAPTERS.items()
    }
    return {peer: names for peer, names in lacking.items() if names}


async def enlist(url: str, admin_token: str, peers: Peers, home: Path, folder: Folder) -> None:
    """Make the connectors, and have their network approved by a second person. Safe to repeat.

    Raises:
        RegistrationFailed: the hub refuses it; the text says what it answered.
    """
    made = connectors(peers, folder)
    async with _client(url, admin_token) as first:
        await _asked(first, "POST", "/v1/admin/changes", {"reason": _WHY, "changes": made})
        token = _token(home / "second-administrator.token")
        digest = hashlib.sha256(token.encode()).hexdigest()
        person = {"name": SECOND, "token_sha256": digest, "reason": _WHY}
        await _asked(first, "POST", "/v1/admin/administrators", person)
        async with _client(url, token) as second:
            await _approve(first, second, made)
        await asyncio.gather(*(_test(first, one["name"]) for one in made))


async def _approve(
    first: httpx2.AsyncClient, second: httpx2.AsyncClient, made: Sequence[Connector]
) -> None:
    wanted = {"cidr": NETWORK, "reason": _WHY}
    for connector in made:
        path = f"/v1/admin/connectors/{connector['name']}/networks"
        await _asked(first, "POST", path, wanted)
        await _asked(second, "POST", f"{path}:approve", wanted)


async def _test(client: httpx2.AsyncClient, name: str) -> None:
    """Let a connector look at its peer, until it works: it follows the rules a moment later."""
    end = time.monotonic() + TEST_SECONDS
    while True:
        path = f"/v1/admin/connectors/{name}:test"
        answer = await client.post(path, params={"wait": 5})
        told = answer.json() if answer.is_success else {}
        if told.get("ok"):
            return
        if time.monotonic() > end:
            words = told.get("en") or f"{answer.status_code}"
            raise RegistrationFailed(f"the connector {name} does not work: {words}")
        await asyncio.sleep(_PAUSE_SECONDS)


def _token(file: Path) -> str:
    """Return the second administrator's token, which stays in his file."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(32), encoding="ascii")
    return file.read_text(encoding="ascii")


def _client(url: str, token: str) -> httpx2.AsyncClient:
    headers = {"authorization": f"Bearer {token}"}
    return httpx2.AsyncClient(base_url=url, headers=headers, timeout=CHANGE_SECONDS)


async def _asked(
    client: httpx2.AsyncClient, method: str, path: str, body: Any = None
) -> dict[str, Any]:
    answer = await client.request(method, path, json=body)
    if answer.status_code != httpx2.codes.OK:
        raise RegistrationFailed(f"{path}: {answer.status_code}: {answer.text[:500]}")
    told: dict[str, Any] = answer.json()
    return told
