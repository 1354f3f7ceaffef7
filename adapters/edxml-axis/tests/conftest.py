"""What the tests that meet the axis share."""

import pytest
from axis_rig import NOW
from lgsp_adapter.testing.peers import Now
from sandbox_edxml_axis import AxisSandbox


@pytest.fixture
def clock():
    return Now(NOW)


@pytest.fixture(params=[False, True], ids=["list-decides", "hands-back"])
def hands_back(request):
    return request.param


@pytest.fixture
async def axis(clock):
    async with AxisSandbox(seed=1, clock=clock) as sandbox:
        yield sandbox
