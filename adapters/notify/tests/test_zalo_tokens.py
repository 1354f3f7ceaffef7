"""One token for all instances of a connector: each refresh token of Zalo is good once."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from hub_adapter_notify.zalo import App, Tokens
from lgsp_adapter import Fatal
from lgsp_adapter.state import State
from sandbox_notify import NotifySandbox

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


class Instances:
    """Instances of one connector, each with its own client and view of the file."""

    def __init__(self, peer, folder):
        self.peer, self.file, self.time = peer, folder / "s.db", NOON
        self._open = []

    async def one(self, seed="sandbox-refresh-0"):
        facts = self.peer.describe()["zalo"]
        app = App(
            url=f"{self.peer.url}/v4/oa/access_token",
            app_id=facts["app_id"],
            secret_key=facts["secret_key"],
            state=self.file,
            seed=seed,
        )
        state, client = State(self.file), httpx2.AsyncClient()
        await state.open()
        self._open.append((state, client))
        return Tokens(app, state, client, lambda: self.time)

    async def close(self):
        for state, client in self._open:
            await state.close()
            await client.aclose()


@pytest.fixture
async def instances(tmp_path):
    async with NotifySandbox(seed=1, clock=lambda: made.time) as peer:
        made = Instances(peer, tmp_path)
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
    instances.time += timedelta(hours=30)
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
