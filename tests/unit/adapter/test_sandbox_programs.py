"""Each sandbox peer runs by itself, says where it is in one JSON line, and ends when told."""

import asyncio
import json
import sys

import httpx2
import pytest

PEERS = {
    "sandbox_edxml_axis": "edxml-axis",
    "sandbox_edxml_endpoint": "edxml-endpoint",
    "sandbox_dvcqg": "dvcqg",
    "sandbox_webhook": "webhook",
    "sandbox_notify": "notify",
    "sandbox_vnpost": "vnpost",
    "sandbox_payment": "payment",
    "sandbox_population": "population",
}


@pytest.mark.parametrize("module", PEERS)
async def test_a_peer_starts_says_where_it_is_misbehaves_and_ends(module):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, "--seed", "3", stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(90):
            assert process.stdout is not None
            said = json.loads(await process.stdout.readline())
            await steer(said["url"], PEERS[module])
            process.terminate()
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert (said["name"], said["seed"]) == (PEERS[module], 3)


async def steer(url, name):
    async with httpx2.AsyncClient(base_url=url, timeout=20) as http:
        assert (await http.get("/_sandbox")).json()["name"] == name
        assert (
            await http.post("/_sandbox/misbehave", json={"what": "half_body"})
        ).status_code == 200
        assert (await http.post("/_sandbox/reset")).json()["pending"] == []
        assert (await http.get("/_sandbox/journal")).json() == {"entries": [], "doubled": []}
