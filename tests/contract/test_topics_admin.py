"""What only the control plane and the janitor do to topics, on a real broker."""

import pytest
from aiokafka import AIOKafkaProducer
from confluent_kafka import Consumer
from confluent_kafka import TopicPartition as Place

from hub.io.kafka.admin import complete_inboxes, delete_records, ensure_topics, open_admin
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.topics import Topic, inbox_topics
from hub.ports import Refusing

pytestmark = pytest.mark.kafka


@pytest.fixture
def connection(broker):
    return KafkaConnection(bootstrap=broker)


async def test_topics_are_made_once_and_never_with_another_layout(connection):
    topic = Topic(name="hub.thu.bo-tri", partitions=2)
    for _ in range(2):
        await ensure_topics(connection, [topic])
    with pytest.raises(Refusing):
        await ensure_topics(connection, [Topic(name=topic.name, partitions=3)])


async def test_a_system_that_is_older_than_the_inbox_for_urgent_messages_gets_one(connection):
    plain, urgent = inbox_topics("cu-mau")
    await ensure_topics(connection, [plain])
    for _ in range(2):
        await complete_inboxes(connection)
    async with open_admin(connection) as admin:
        (told,) = await admin.describe_topics([urgent.name])
    assert len(told["partitions"]) == urgent.partitions


async def test_records_before_an_offset_are_deleted(connection):
    topic = Topic(name="hub.thu.xoa", partitions=1)
    await ensure_topics(connection, [topic])
    producer = AIOKafkaProducer(bootstrap_servers=connection.bootstrap)
    await producer.start()
    for number in range(3):
        await producer.send_and_wait(topic.name, str(number).encode())
    await producer.stop()
    for _ in range(2):
        await delete_records(connection, topic.name, 0, 2)
    consumer = Consumer({"bootstrap.servers": connection.bootstrap, "group.id": "check"})
    assert consumer.get_watermark_offsets(Place(topic.name, 0), timeout=10) == (2, 3)
    consumer.close()
