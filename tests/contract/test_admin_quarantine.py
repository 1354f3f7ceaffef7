"""Held messages over the admin API: who released them and why is known before it is done."""

import httpx2
import pytest

from hub.control.service import Control
from hub.io.sql.engine import open_engine
from hub.ports import Unavailable
from tests.admin_rig import OWNER, HeldInMemory, admin_app, quarantined
from tests.control_support import HUB, SampleAdapters

PATH = "/v1/admin/quarantine"
WHY = "Đã sửa lỗi của trục (mẫu)"
SHOWN = {"offset", "source", "id", "subject", "reason", "at", "partition"}


@pytest.fixture
async def control(migrated_url):
    engine = open_engine(migrated_url)
    yield Control(engine, HUB, adapters=SampleAdapters())
    await engine.dispose()


@pytest.fixture
def holding():
    alone = quarantined(5, subject="")
    return HeldInMemory([quarantined(3), alone, quarantined(7), quarantined(8, source="khac")])


@pytest.fixture
async def client(control, holding):
    transport = httpx2.ASGITransport(app=admin_app(control, holding), raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://hub", headers=OWNER
    ) as client:
        yield client


async def release(client, offset, **request):
    return await client.post(f"{PATH}/{offset}:release", json={"reason": WHY} | request)


async def trail(client, **query):
    return (await client.get("/v1/admin/trail", params=query)).json()["items"]


def refused(answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return True


async def test_what_is_held_is_listed_without_its_body(client):
    page = (await client.get(PATH)).json()
    assert [item["offset"] for item in page["items"]] == [3, 5, 7, 8]
    assert all(item.keys() == SHOWN for item in page["items"])
    assert page["next"] is None


async def test_the_list_comes_in_pages(client):
    page = (await client.get(PATH, params={"limit": 3})).json()
    assert page["next"] == 7
    rest = (await client.get(PATH, params={"limit": 3, "after": 7})).json()
    assert ([item["offset"] for item in rest["items"]], rest["next"]) == ([8], None)


async def test_a_release_names_who_and_why_in_the_trail_and_in_the_audit(client, holding):
    answer = await release(client, 3)
    assert answer.status_code == 200, answer.text
    assert [item["id"] for item in answer.json()["released"]] == ["msg-3", "msg-7"]
    assert holding.why == [("an", WHY)]
    (entry,) = await trail(client)
    assert (entry["actor"], entry["reason"], entry["version"]) == ("an", WHY, None)
    touched = await client.get(f"/v1/admin/trail/{entry['id']}/entities")
    assert touched.json()["items"] == [
        {"entity": "quarantine/3", "action": "release_quarantine"},
        {"entity": "quarantine/7", "action": "release_quarantine"},
    ]
    assert await trail(client, entity="quarantine/7") == [entry]


@pytest.mark.parametrize("offset", [3, 7])
async def test_a_repeated_release_does_nothing_and_says_so(client, holding, offset):
    await release(client, 3)
    again = await release(client, offset)
    assert (again.status_code, again.json()) == (200, {"released": []})
    assert len(holding.why) == len(await trail(client)) == 1


async def test_a_release_that_failed_stands_in_the_trail_once_however_often_it_is_repeated(
    client, holding, monkeypatch
):
    async def away(*_, **__):
        raise Unavailable("no broker (synthetic)")

    with monkeypatch.context() as patched:
        patched.setattr(holding, "release", away)
        for _ in range(2):
            assert refused(await release(client, 5), 503, "unavailable")
    assert len(await trail(client)) == 1
    assert (await release(client, 5)).status_code == 200
    assert len(await trail(client)) == 1


async def test_another_reason_is_another_line_of_the_trail(client, holding, monkeypatch):
    async def away(*_, **__):
        raise Unavailable("no broker (synthetic)")

    with monkeypatch.context() as patched:
        patched.setattr(holding, "release", away)
        await release(client, 5)
    await release(client, 5, reason="Lý do khác (mẫu)")
    assert [entry["reason"] for entry in await trail(client)] == ["Lý do khác (mẫu)", WHY]


async def test_nothing_is_released_while_sql_is_away(client, holding, control, monkeypatch):
    def away(*_):
        raise OSError("no route")

    monkeypatch.setattr(type(control.engine), "begin", away)
    assert refused(await release(client, 3), 503, "unavailable")
    assert holding.why == []


async def test_where_nothing_is_held_nothing_is_released(client, holding):
    assert refused(await release(client, 4), 404, "not_found")
    assert holding.why == await trail(client) == []


@pytest.mark.parametrize(
    "request_", [{}, {"reason": ""}, {"reason": "x" * 501}, {"reason": "a\nb c"}, {"la": "lùng"}]
)
async def test_without_a_usable_reason_nothing_is_released(client, holding, request_):
    whole = request_ if "la" not in request_ else {"reason": WHY} | request_
    answer = await client.post(f"{PATH}/3:release", json=whole)
    assert refused(answer, 422, "invalid_request")
    assert holding.why == []


@pytest.mark.parametrize("headers", [{"authorization": ""}, {"authorization": "Bearer sai"}])
async def test_without_the_token_nothing_is_seen_or_released(client, holding, headers):
    assert refused(await client.get(PATH, headers=headers), 401, "unauthorized")
    answer = await client.post(f"{PATH}/3:release", json={"reason": WHY}, headers=headers)
    assert refused(answer, 401, "unauthorized")
    assert holding.why == []


@pytest.mark.parametrize("offset", ["-1", "x", str(2**60), "3:release"])
async def test_an_offset_that_is_none_is_refused(client, offset):
    assert refused(await release(client, offset), 422, "invalid_request")
