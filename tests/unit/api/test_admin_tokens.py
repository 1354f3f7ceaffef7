"""Which token is whose: the first without SQL, the others from SQL, seldom asked."""

import asyncio

import pytest

from hub.api.admin_tokens import FRESH_SECONDS, AdminTokens, digest
from hub.ports import Unavailable


class Kept:
    """Administrators in memory; counts how often it is asked."""

    def __init__(self):
        self.digests = {"binh": digest("ma-cua-binh")}
        self.asked, self.away = 0, False

    async def __call__(self):
        self.asked += 1
        await asyncio.sleep(0)
        if self.away:
            raise Unavailable("SQL does not answer")
        return dict(self.digests)


@pytest.fixture
def kept():
    return Kept()


@pytest.fixture
def now():
    return [0.0]


@pytest.fixture
def tokens(kept, now):
    return AdminTokens({"admin": digest("ma-dau-tien")}, kept, lambda: now[0])


async def test_each_token_has_a_name_of_its_own(tokens):
    assert await tokens.actor("ma-dau-tien") == "admin"
    assert await tokens.actor("ma-cua-binh") == "binh"
    for stranger in ("", "ma-cua-binh ", "\udcff", digest("ma-cua-binh").hex()):
        assert await tokens.actor(stranger) is None


async def test_the_first_administrator_needs_no_sql(tokens, kept):
    kept.away = True
    assert await tokens.actor("ma-dau-tien") == "admin"
    with pytest.raises(Unavailable):
        await tokens.actor("ma-cua-binh")


async def test_strangers_who_guess_do_not_make_sql_work(tokens, kept):
    await asyncio.gather(*(tokens.actor(f"doan-{number}") for number in range(50)))
    assert kept.asked == 1


async def test_a_revoked_token_is_a_strangers_within_seconds(tokens, kept, now):
    assert await tokens.actor("ma-cua-binh") == "binh"
    kept.digests.clear()
    now[0] = FRESH_SECONDS
    assert await tokens.actor("ma-cua-binh") is None
