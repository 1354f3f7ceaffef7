"""kill -9 at every named point: nothing is lost, nothing is doubled, order holds."""

import asyncio
import signal
import sys

import pytest
from lgsp_edge.status import table

from tests import edge_rig as rig
from tests.edge_letters import letters
from tests.edge_process import ADAPTERS, POINTS, parts

COUNT = 6
NAMES = [f"m-{number}" for number in range(COUNT)]


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_a_point_and_started_again_nothing_is_lost_or_doubled(point, tmp_path):
    (tmp_path / "in.txt").write_text("".join(f"{name} ho-so so-mau\n" for name in NAMES))
    settings, hub = parts(tmp_path)
    hub.put(*letters(*(f"{name}:ho-so" for name in NAMES)))
    assert await _run_to_death(tmp_path, point) == -signal.SIGKILL
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, settings, adapters=ADAPTERS)):
            await rig.until(lambda: _is_done(hub))
            await rig.until(lambda: spool.do(table)["outgoing"]["messages"] == 0)
        assert spool.do(table)["dead_letters"] == 0
        assert spool.do(lambda tx: tx.total("incoming")) == (0, 0)
    assert [id_ for id_ in hub.admitted if id_ in NAMES] == NAMES
    # Repeated requests are the same message: same bytes, same signature.
    assert len({(each["id"], each["signature"]) for each in hub.sent}) == len(hub.admitted)
    assert rig.lines_of(tmp_path / "out" / "log") == [f"so-mau/{n}/phuong-mau" for n in NAMES]
    assert sorted(set(hub.receipts)) == [("acknowledged", name) for name in NAMES]


def _is_done(hub):
    return set(NAMES) <= set(hub.admitted) and len(set(hub.receipts)) == COUNT


async def _run_to_death(folder, point):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.edge_process", str(folder), point, "1")
    )
    try:
        async with asyncio.timeout(rig.WAIT_SECONDS):
            return await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
