"""The post office over HTTP: orders that double if sent twice, tracking that shows it."""

import json
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from lgsp_adapter.testing.peers import Now, http_to
from sandbox_vnpost import PostSandbox, State

ORDER = json.loads((Path(__file__).parent.parent / "fixtures" / "order.json").read_text())
NUMBER = ORDER["OrderNumber"]


@pytest.fixture
def now():
    return Now()


@pytest.fixture
async def post(now):
    async with PostSandbox(seed=1, clock=now) as sandbox:
        yield sandbox


@pytest.fixture
async def http(post):
    async with http_to(post.url) as client:
        account = {"UserName": "mau", "Password": "sandbox-password"}
        token = (await client.post("/apiGetToken", json=account)).json()["access_token"]
        client.headers["access_token"] = token
        yield client


async def call(http, name, body):
    return (await http.post(f"/{name}", json=body)).json()


async def tracked(http):
    return await call(http, "apiGetOrderTracking", {"OrderNumber": NUMBER})


@pytest.mark.parametrize("name", ["OrderLGSPWithItemCode", "apiPostOrder"])
async def test_an_order_is_taken_and_tracked_to_its_end(http, post, name):
    assert (await call(http, name, ORDER))["Status"] == "100"
    post.advance(NUMBER, State.COLLECTED)
    await http.post("/_sandbox/advance", json={"OrderNumber": NUMBER, "StatusCode": "4"})
    rows = (await tracked(http))["Data"]
    assert [row["StatusCode"] for row in rows] == ["1", "2", "4"]
    assert {row["ItemCode"] for row in rows} == {"MAU000000001VN"}


async def test_an_order_that_comes_twice_is_two_parcels(http, post):
    for _ in range(2):
        await call(http, "OrderLGSPWithItemCode", ORDER)
    assert post.journal.effects("order") == {NUMBER: 2}


async def test_a_post_office_that_notices_refuses_the_second():
    async with PostSandbox(refuses_repeats=True) as post:
        async with http_to(post.url) as http:
            account = {"UserName": "mau", "Password": "sandbox-password"}
            answer = await http.post("/apiGetToken", json=account)
            http.headers["access_token"] = answer.json()["access_token"]
            await call(http, "OrderLGSPWithItemCode", ORDER)
            again = await call(http, "OrderLGSPWithItemCode", ORDER)
        assert again["Status"] == "102"
        assert post.journal.effects("order") == {NUMBER: 1}


async def test_a_lost_answer_is_found_by_tracking(http, post):
    assert (await tracked(http))["Status"] == "104"
    post.misbehave("timeout_after_success", path="/OrderLGSP", seconds=0.01)
    with pytest.raises(httpx2.RemoteProtocolError):
        await call(http, "OrderLGSPWithItemCode", ORDER)
    assert (await tracked(http))["Status"] == "100"


@pytest.mark.parametrize(
    "change",
    [
        {"OrderNumber": ""},
        {"CustomerCode": "x"},
        {"CODAmount": "1.5"},
        {"FlagConfig": None},
        {"ReceiverName": "", "ReceiverAddress": "", "ReceiverTel": ""},
    ],
)
async def test_a_wrong_order_is_refused(http, post, change):
    answer = await call(http, "OrderLGSPWithItemCode", ORDER | change)
    assert answer["Status"] in {"101", "102"}
    assert post.orders == []


async def test_an_order_is_cancelled_once_and_not_after_delivery(http, post):
    await call(http, "OrderLGSPWithItemCode", ORDER)
    for _ in range(2):
        assert (await call(http, "apiCancelOrder", {"OrderNumber": NUMBER}))["Status"] == "100"
    assert post.journal.effects("cancel") == {NUMBER: 1}
    post.advance(NUMBER, State.DELIVERED)
    assert (await call(http, "apiCancelOrder", {"OrderNumber": NUMBER}))["Status"] == "102"


async def test_a_token_ends(http, now):
    now.at += timedelta(hours=2)
    answer = await http.post("/OrderLGSPWithItemCode", json=ORDER)
    assert (answer.status_code, answer.json()["Status"]) == (401, "105")


async def test_tracking_comes_in_another_order_on_command(http, post):
    await call(http, "OrderLGSPWithItemCode", ORDER)
    post.advance(NUMBER, State.DELIVERED)
    post.misbehave("reorder")
    rows = (await tracked(http))["Data"]
    assert [row["StatusCode"] for row in rows] == ["4", "1"]


async def test_the_journal_holds_nobodys_name(http, post):
    await call(http, "OrderLGSPWithItemCode", ORDER)
    assert "Người" not in json.dumps(post.journal.as_json(), ensure_ascii=False)
