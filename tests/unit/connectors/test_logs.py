"""The level of an adapter's log, for a while."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest
from lgsp_adapter import Context

from hub.connectors.logs import Logs


def now():
    return datetime.now(UTC)


def until(seconds):
    return (now() + timedelta(seconds=seconds)).isoformat()


@pytest.fixture
def ctx():
    return Context("so-mau")


async def test_a_level_ends_by_itself(ctx):
    logs = Logs(ctx, None, now)
    logs.set(f"DEBUG {until(0.05)}")
    assert ctx.log.getEffectiveLevel() == logging.DEBUG
    async with asyncio.timeout(30):
        while ctx.log.level != logging.NOTSET:  # noqa: ASYNC110  (a level, not an event)
            await asyncio.sleep(0.01)


async def test_a_later_word_replaces_the_earlier_one_and_its_end(ctx):
    logs = Logs(ctx, None, now)
    logs.set(f"DEBUG {until(0.02)}")
    logs.set(f"ERROR {until(60)}")
    await asyncio.sleep(0.05)
    assert ctx.log.level == logging.ERROR
    logs.close()


@pytest.mark.parametrize(
    "argument", ["", "DEBUG", "DEBUG gio", "LOUD 2999-01-01T00:00:00+00:00", "DEBUG 2999-01-01"]
)
async def test_what_cannot_be_read_or_is_over_changes_nothing(ctx, argument):
    for told in (argument, f"DEBUG {until(-1)}"):
        Logs(ctx, None, now).set(told)
    assert ctx.log.level == logging.NOTSET
