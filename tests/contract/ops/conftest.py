"""The operators' API over one SQL store of either kind; each test has a copy of a migrated one."""

import pytest

from tests.ops_rig import OpsRig


@pytest.fixture
async def rig(migrated_url):
    """Give the operators' API of the synthetic province; nothing is recorded yet."""
    made = await OpsRig(migrated_url).open()
    yield made
    await made.close()
