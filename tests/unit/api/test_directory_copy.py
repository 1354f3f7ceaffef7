"""`GET /v1/directory/copy`: signed, for registered systems, and not sent twice."""

from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from lgsp_message.directory_copy import joined
from lgsp_message.directory_lookup import open_copy

from hub.api.app import create_app
from hub.api.directory_copies import Copies
from hub.api.metrics import ApiMetrics
from hub.api.tokens import Caller
from tests.copy_support import HUB_KEYS, seal
from tests.support import HUB, NOW, build_rules

URL = "/v1/directory/copy"
TOKEN = {"authorization": "Bearer synthetic"}


@pytest.fixture
async def http():
    rules = build_rules()
    caller = Caller(system="receiver", key_id="k", expires=2.0**40)
    deps: Any = SimpleNamespace(
        admin=None,
        log=None,
        metrics=ApiMetrics(),
        copies=Copies(lambda: rules, seal(), lambda: NOW),
        tokens=SimpleNamespace(caller=lambda _: caller),
    )
    transport = httpx2.ASGITransport(create_app(deps))
    async with httpx2.AsyncClient(transport=transport, base_url="http://hub") as opened:
        yield opened


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
async def test_what_comes_is_what_the_hub_signed_however_it_travels(http, encoding):
    got = await http.get(URL, headers=TOKEN | {"accept-encoding": encoding})
    assert (got.status_code, got.headers.get("content-encoding", "identity")) == (200, encoding)
    copy = open_copy(joined(got.headers["hub-copy"], got.content), HUB, HUB_KEYS)
    assert got.headers["etag"] == f'W/"{copy.statement.sha256}"'
    assert {"sender", "receiver"} <= copy.systems.keys()


async def test_what_is_known_is_not_sent_again_but_made_good_for_longer(http):
    first = await http.get(URL, headers=TOKEN)
    known = {"if-none-match": first.headers["etag"]}
    again = await http.get(URL, headers=TOKEN | known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["hub-copy"]
    other = await http.get(URL, headers=TOKEN | {"if-none-match": 'W/"00"'})
    assert other.status_code == 200


async def test_it_is_for_registered_systems(http):
    assert (await http.get(URL)).status_code == 401
