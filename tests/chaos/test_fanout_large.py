"""The largest message that the hub takes, to every commune of a country: bounded disk and time."""

import asyncio
import shutil

import pytest

from tests.chaos.fanout import FanOutRig, deliver_to_all
from tests.chaos.flow import show
from tests.kafka_fixture import small_broker

pytestmark = [pytest.mark.kafka, pytest.mark.long, pytest.mark.timeout(1_500)]

COMMUNES = 3_300
BODY = 200_000
MOST_DISK = COMMUNES * (BODY + 40_000)
"""Bytes: each inbox holds the body once, and Kafka about 25 kB of its own in whole blocks."""

NEEDED_DISK = 3 * MOST_DISK
SECONDS = 600


def blocks(directory):
    """Return the bytes that a directory takes on disk; Kafka's indexes are sparse files."""
    return sum(path.stat().st_blocks * 512 for path in directory.rglob("*") if path.is_file())


def test_a_message_to_3300_systems_takes_its_own_size_on_disk_and_stops_nobody(tmp_path, capsys):
    free = shutil.disk_usage(tmp_path).free
    assert free > NEEDED_DISK, f"{free} bytes free: this test needs {NEEDED_DISK}"
    with small_broker(tmp_path / "broker") as running:
        rig = FanOutRig(running.bootstrap, tmp_path / "cache", COMMUNES)
        asyncio.run(rig.make_communes())
        before = blocks(tmp_path / "broker")
        figures = asyncio.run(deliver_to_all(rig, "toan-quoc", BODY, SECONDS))
        grown = blocks(tmp_path / "broker") - before
    shutil.rmtree(tmp_path / "broker")
    assert set(rig.reached("toan-quoc").values()) == {1}
    assert len(rig.reached("toan-quoc")) == COMMUNES
    with capsys.disabled():
        show("fan-out to 3,300 systems", figures | {"disk_mb": grown // 1_000_000})
    assert grown < MOST_DISK
