"""Many bodies of `hub.ingress` at once, from a real broker: also where time has taken some away."""

import pytest
from aiokafka import AIOKafkaProducer

from hub.io.kafka.admin import delete_records
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.ingress_scan import NEAR, IngressScan
from hub.io.kafka.topics import INGRESS
from tests.router_rig import Rig

pytestmark = pytest.mark.kafka

PARTITION = 2
COUNT = 3 * NEAR


@pytest.fixture
async def scan(empty_broker):
    connection = KafkaConnection(bootstrap=empty_broker.bootstrap)
    await Rig(empty_broker.bootstrap, None).make_topics()
    producer = AIOKafkaProducer(
        **connection.options(), transactional_id="quet-mau", acks="all", linger_ms=5
    )
    await producer.start()
    try:
        for part in range(2):
            # Each transaction leaves a mark, which takes an offset and has no body.
            async with producer.transaction():
                for number in range(COUNT // 2):
                    body = f"{part}-{number}".encode()
                    await producer.send(INGRESS, body, partition=PARTITION)
    finally:
        await producer.stop()
    scan = IngressScan(connection)
    yield scan, connection
    await scan.stop()


async def test_bodies_are_found_by_place_and_what_is_gone_is_left_out(scan):
    reader, connection = scan
    half, beyond = COUNT // 2, COUNT + 500
    wanted = [0, 1, half - 1, half, half + 1, COUNT, beyond]
    found = await reader.bodies([(PARTITION, offset) for offset in reversed(wanted)])
    kept = {0: b"0-0", 1: b"0-1", half - 1: b"0-%d" % (half - 1), half + 1: b"1-0"}
    kept[COUNT] = b"1-%d" % (half - 1)
    assert found == {(PARTITION, offset): body for offset, body in kept.items()}
    # As retention does after its 30 days.
    await delete_records(connection, INGRESS, PARTITION, half)
    found = await reader.bodies([(PARTITION, offset) for offset in wanted])
    assert {offset for _, offset in found} == {half + 1, COUNT}
    assert await reader.bodies([(PARTITION, 0), (0, 0)]) == {}
