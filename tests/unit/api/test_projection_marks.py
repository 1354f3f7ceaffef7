"""An answer from an incomplete projection says so; messages are taken all the same."""

from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from hub.api import status
from hub.api.app import create_app
from hub.api.metrics import ApiMetrics
from hub.api.tokens import Caller
from hub.ports import MessageHistory, Unavailable


class Statuses:
    """Stands for the projection: whole, being rebuilt, or away."""

    def __init__(self, state):
        self.state = state

    async def rebuilding(self):
        if self.state == "away":
            raise Unavailable("SQL is away (test)")
        return self.state == "rebuilding"

    async def message(self, source, id_):
        if self.state == "away":
            raise Unavailable("SQL is away (test)")
        return MessageHistory(source=source, id=id_, state="admitted", recipients={}, steps=())


async def kafka_answers():
    return True


@pytest.fixture(params=["whole", "rebuilding", "away"])
def state(request):
    return request.param


@pytest.fixture
async def client(state):
    caller = Caller(system="mot-cua", key_id="k", expires=2.0**40)
    deps: Any = SimpleNamespace(
        admin=None,
        copies=None,
        log=None,
        metrics=ApiMetrics(),
        statuses=Statuses(state),
        rules=lambda: SimpleNamespace(ref=SimpleNamespace(version=1), systems={}),
        heartbeat_age=lambda: 1.0,
        ingress=SimpleNamespace(answers=kafka_answers),
        disk=SimpleNamespace(has_room=lambda: True),
        inboxes=SimpleNamespace(closing=False),
        tail=SimpleNamespace(events=lambda *_: []),
        tokens=SimpleNamespace(caller=lambda _: caller),
    )
    transport = httpx2.ASGITransport(create_app(deps))
    headers = {"authorization": "Bearer synthetic"}
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://hub", headers=headers
    ) as opened:
        yield opened


async def test_readiness_tells_it_and_does_not_depend_on_it(client, state):
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert answer.json()["projection"] == state


@pytest.mark.parametrize("source", ["mot-cua", "cua-nguoi-khac"])
async def test_a_status_tells_it_whether_the_message_is_found_or_not(client, state, source):
    answer = await client.get(f"/v1/messages/{source}/m1")
    if state == "away":
        assert answer.status_code == 503
        return
    assert answer.status_code == (200 if source == "mot-cua" else 404)
    assert answer.headers[status.PROJECTION_HEADER] == state
