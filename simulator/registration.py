"""Register the province at a hub, as its administrator would: one change list over HTTP."""

import asyncio
import time
from pathlib import Path
from typing import Any, Final

import httpx2
from lgsp_client import HubClient, HubError, Identity

from simulator import keys
from simulator.province import Province, changes

CHANGE_SECONDS: Final = 60.0
"""Longest wait for the change list: the hub makes 64 inboxes on the broker for it."""
KNOWN_SECONDS: Final = 30.0
"""Longest wait until the hub's processes follow the new rules; they take milliseconds."""
_PAUSE_SECONDS: Final = 0.1


class RegistrationFailed(Exception):
    """The hub did not take the province. The text says what it answered."""


async def register(url: str, admin_token: str, province: Province, hub: str, home: Path) -> int:
    """Make the province known; return the version of the rules that knows it. Safe to repeat.

    Its keys are made in `home` where they are missing, and its key ring is written there.

    Raises:
        RegistrationFailed: the hub refuses it, or does not follow in time.
    """
    who = await asyncio.to_thread(keys.identities, province, hub, home)
    keys.write_key_ring(who, keys.ring_file(home))
    proven = {name: (one, keys.proof_of(one)) for name, one in who.items()}
    asked = {
        "reason": "Đăng ký tỉnh mẫu cho bản trình diễn / the demo's synthetic province",
        "changes": changes(province, proven),
    }
    headers = {"authorization": f"Bearer {admin_token}"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=CHANGE_SECONDS) as client:
        version = await _write(client, asked)
        await _published(client, version)
    await _known(url, who[province.systems[-1].name])
    return version


async def _write(client: httpx2.AsyncClient, asked: dict[str, Any]) -> int:
    answer = await client.post("/v1/admin/changes", json=asked)
    if answer.status_code != httpx2.codes.OK:
        raise RegistrationFailed(f"the hub answers {answer.status_code}: {answer.text[:500]}")
    return int(answer.json()["version"])


async def _published(client: httpx2.AsyncClient, version: int) -> None:
    end = time.monotonic() + KNOWN_SECONDS
    while True:
        head = (await client.get("/v1/admin/rules")).json()
        if head["version"] >= version and head["published"]:
            return
        if time.monotonic() > end:
            raise RegistrationFailed(f"the rules are not published: {head['problem']}")
        await asyncio.sleep(_PAUSE_SECONDS)


async def _known(url: str, who: Identity) -> None:
    """Return once the API gives a token to the system that was registered last."""
    end = time.monotonic() + KNOWN_SECONDS
    async with HubClient(url, who) as client:
        while True:
            try:
                await client.status(who.system, "dang-ky")
            except HubError as error:
                if getattr(error, "status", None) == httpx2.codes.NOT_FOUND:
                    return  # It knows us, and rightly not this message.
                if time.monotonic() > end:
                    raise RegistrationFailed(f"the hub does not know us yet: {error}") from error
            await asyncio.sleep(_PAUSE_SECONDS)
