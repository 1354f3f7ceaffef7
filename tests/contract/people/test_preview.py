"""A change tried on the messages of the last day, before anybody makes it."""

from datetime import timedelta

import httpx2
import pytest

from hub.schemas.catalogue import load
from tests import support
from tests.admin_rig import OWNER, PastInMemory, admin_app
from tests.control_support import (
    RECEIVED,
    change_set,
    code,
    endpoint,
    proof,
    register,
    right,
    system,
)
from tests.people_rig import ORIGIN, WHY, problem

KEY = support.key_of("he-thong-a")
ELSEWHERE = [
    {"change": "delete_endpoint", "organisation": "xa-b", "system": "he-thong-b"},
    endpoint("xa-b", "he-thong-c"),
]


def message(id_, at):
    received = support.signed(
        key=KEY,
        source="urn:hub:system:he-thong-a",
        id=id_,
        recipients="urn:hub:org:H99.01",
        time=f"{at:%Y-%m-%dT%H:%M:%SZ}",
    )
    return support.stamp(received, at=at)


@pytest.fixture
async def world(control, clock):
    schema = {
        "change": "publish_schema",
        "schema_name": "dossier.received:1.0",
        "document": load(support.DOSSIER_SCHEMA).document,
    }
    taken = [system("he-thong-b", "xa-b"), system("he-thong-c", "xa-b")]
    await control.write(
        change_set(
            *taken,
            schema,
            code(organisation="xa-b"),
            endpoint("xa-b", "he-thong-b"),
            right(),
            register(KEY, proof=proof(KEY, at=clock.now)),
        ),
        actor="an",
    )
    past = PastInMemory()
    app = admin_app(control, past=past)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    clock.pass_by(hours=1)
    past.messages = [message(f"m-{n}", clock.now - timedelta(minutes=n)) for n in range(3)]
    async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN, headers=OWNER) as client:
        yield client, past


async def preview(client, *changes, **more):
    body = {"reason": WHY, "changes": list(changes)} | more
    return await client.post("/v1/admin/changes:preview", json=body)


async def test_it_tells_how_many_would_have_gone_elsewhere_and_writes_nothing(world):
    client, past = world
    past.messages.append(past.messages[0])  # sent again: the same answer, counted once
    head = (await client.get("/v1/admin/rules")).json()
    told = (await preview(client, *ELSEWHERE, examples=2)).json()
    assert (told["looked_at"], told["differing"], told["complete"]) == (3, 3, True)
    assert told["groups"] == [
        {
            "source": "he-thong-a",
            "type": RECEIVED,
            "now": "admitted he-thong-b",
            "then": "admitted he-thong-c",
            "count": 3,
        }
    ]
    assert [one["then"]["recipients"] for one in told["examples"]] == [["he-thong-c"]] * 2
    assert (await client.get("/v1/admin/rules")).json() == head


async def test_what_cannot_be_made_is_refused_as_it_would_be(world):
    problem(await preview(world[0], endpoint("xa-b", "he-thong-c")), 409, "endpoint_taken")


async def test_going_back_is_tried_like_any_other_change(world):
    client, _ = world
    change = {"change": "restore_rules", "version": 1}
    told = (await preview(client, change)).json()
    assert told["groups"][0]["then"] == "refused not_permitted"
