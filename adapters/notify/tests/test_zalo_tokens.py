"""One token for all instances of a connector: each refresh token of Zalo is good once."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from hub_adapter_notify.zalo import NEEDS, App, Tokens
from lgsp_adapter import Fatal, Retryable
from lgsp_adapter.net import trusted
from lgsp_adapter.state import State
from lgsp_adapter.testing.peers import Now
from sandbox_notify import NotifySandbox

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


class Instances:
    """Instances of one connector, each with its own client and view of the file."""

    def __init__(self, peer, folder, now):
        self.peer, self.file, self.now = peer, folder / "s.db", now
        self._open = []

    async def one(self, seed="sandbox-refresh-0"):
        facts = self.peer.describe()["zalo"]
        self.seed = seed

        async def resolved():
            return self.seed

        app = App(
            url=f"{self.peer.url}/v4/oa/access_token",
            app_id=facts["app_id"],
            secret_key=facts["secret_key"],
            state=self.file,
            seed=resolved,
        )
        state, client = State(self.file), httpx2.AsyncClient(verify=trusted())
        await state.open()
        self._open.append((state, client))
        return Tokens(app, state, client, self.now)

    async def close(self):
        for state, client in self._open:
            await state.close()
            await client.aclose()


@pytest.fixture
async def instances(tmp_path):
    now = Now(NOON)
    async with NotifySandbox(seed=1, clock=now) as peer:
        made = Instances(peer, tmp_path, now)
        yield made
        await made.close()


async def test_instances_that_begin_at_once_do_not_spend_one_refresh_token_twice(instances):
    several = [await instances.one() for _ in range(8)]
    told = await asyncio.gather(*(each.access() for each in several))
    assert len(set(told)) == 1
    assert len(instances.peer.zalo._tokens) == 1


async def test_the_token_of_a_test_serves_the_connector(instances):
    first = await (await instances.one()).access()
    assert await (await instances.one()).access() == first


async def test_a_token_that_has_ended_is_renewed_by_one_for_all(instances):
    several = [await instances.one() for _ in range(4)]
    before = {await each.access() for each in several}
    instances.now.at += timedelta(hours=30)
    after = set(await asyncio.gather(*(each.access() for each in several)))
    assert len(before) == len(after) == 1
    assert before != after
    assert len(instances.peer.zalo._tokens) == 2


async def test_a_token_that_zalo_refuses_is_not_taken_from_the_file_again(instances):
    one = await instances.one()
    before = await one.access()
    one.forget()
    assert await one.access() != before


async def test_another_seed_begins_another_chain(instances):
    await (await instances.one()).access()
    with pytest.raises(Fatal):
        await (await instances.one("ma-khac")).access()


async def locked_out(instances):
    """Return tokens whose refresh token was spent by a call that nobody heard the answer of."""
    one = await instances.one()
    instances.peer.misbehave("timeout_after_success", path="/v4/oa/access_token", seconds=0.0)
    with pytest.raises(Retryable):
        await one.access()
    return one


async def test_a_lost_answer_is_told_as_such_with_the_way_out(instances):
    one = await locked_out(instances)
    with pytest.raises(Fatal) as stopped:
        await one.access()
    assert NEEDS in stopped.value.detail
    assert "was lost" in stopped.value.detail
    assert stopped.value.peer_code == "-14014"
    assert "sandbox-refresh" not in stopped.value.detail


async def test_a_wrong_refresh_token_is_not_told_as_a_lost_answer_however_often(instances):
    one = await instances.one("ma-sai")
    for _ in range(2):
        with pytest.raises(Fatal, match="Zalo refuses"):
            await one.access()


async def test_a_lost_answer_is_known_after_a_crash_too(instances):
    await locked_out(instances)
    with pytest.raises(Fatal, match="was lost"):
        await (await instances.one()).access()


async def test_a_new_refresh_token_behind_the_reference_counts_without_a_restart(instances):
    one = await locked_out(instances)
    with pytest.raises(Fatal):
        await one.access()
    instances.seed = instances.peer.zalo.issue()
    assert await one.access()
    instances.now.at += timedelta(hours=30)
    assert await one.access()


async def test_a_call_that_did_not_arrive_locks_nobody_out(instances):
    one = await instances.one()
    instances.peer.misbehave("error_500", path="/v4/oa/access_token")
    with pytest.raises(Retryable):
        await one.access()
    assert await one.access()


async def test_the_chain_of_an_earlier_version_goes_on(instances):
    one = await instances.one()
    before, app_id = await one.access(), instances.peer.describe()["zalo"]["app_id"]
    state = State(instances.file)
    await state.open()
    chain = json.loads(await state.get("zalo-refresh", app_id) or "")
    row = [chain["seed"], chain["refresh"], chain["access"], chain["until"]]
    await state.put("zalo-refresh", app_id, json.dumps(row))
    await state.close()
    assert await (await instances.one()).access() == before
    instances.now.at += timedelta(hours=30)
    assert await (await instances.one()).access() != before
