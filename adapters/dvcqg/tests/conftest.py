"""What the tests that meet the portal share."""

import pytest
from dvcqg_rig import NOW
from lgsp_adapter.testing.peers import Now
from sandbox_dvcqg import PortalSandbox


@pytest.fixture
def clock():
    return Now(NOW)


@pytest.fixture
async def portal(clock):
    async with PortalSandbox(seed=1, clock=clock) as sandbox:
        yield sandbox
