"""What tests of the API's rooms share."""

import pytest
from sqlalchemy import create_engine

from tests.ops_rig import OpsRig


@pytest.fixture
async def rig(tmp_path):
    """Give the operators' API without any table: whoever asks SQL fails."""
    create_engine(f"sqlite:///{tmp_path}/hub.db").dispose()
    made = await OpsRig(f"sqlite:///{tmp_path}/hub.db").open()
    yield made
    await made.close()
