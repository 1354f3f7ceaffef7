"""What the drills share: their seed, which is printed, so that a failure can be repeated."""

import logging
import os

import pytest


@pytest.fixture(scope="session")
def seed():
    """Give the seed of every random moment: `CHAOS_SEED`, else always the same."""
    return int(os.environ.get("CHAOS_SEED", "1"))


@pytest.fixture(autouse=True)
def _quiet_clients():
    # Each broken connection is told by the client; a drill breaks them on purpose.
    logger = logging.getLogger("lgsp_client")
    before = logger.level
    logger.setLevel(logging.ERROR)
    yield
    logger.setLevel(before)
