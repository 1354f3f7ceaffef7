"""How many bytes partitions take on the brokers' disks. aiokafka 0.14 has no call for it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from aiokafka import TopicPartition
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Int16, Int32, Int64, Schema, String

_KEY: Final = 35
"""DescribeLogDirs in the Kafka protocol guide."""


class _Answer(Response):  # type: ignore[misc]
    API_KEY = _KEY
    API_VERSION = 1
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "results",
            Array(
                ("error_code", Int16),
                ("log_dir", String("utf-8")),
                (
                    "topics",
                    Array(
                        ("name", String("utf-8")),
                        (
                            "partitions",
                            Array(
                                ("partition", Int32),
                                ("size", Int64),
                                ("lag", Int64),
                                ("future", Boolean),
                            ),
                        ),
                    ),
                ),
            ),
        ),
    )


class _Question(RequestStruct):  # type: ignore[misc]
    API_KEY = _KEY
    API_VERSION = 1
    RESPONSE_TYPE = _Answer
    SCHEMA = Schema(
        ("topics", Array(("topic", String("utf-8")), ("partitions", Array(Int32)))),
    )


class _DescribeLogDirs(Request[_Question]):  # type: ignore[misc]
    API_KEY = _KEY

    def build(self, request_struct_class: type[_Question]) -> _Question:
        return request_struct_class(None)  # null: all partitions that the broker holds


async def sizes(admin: Any) -> Mapping[TopicPartition, int]:
    """Return the bytes of each partition, of all its replicas together."""
    told = await admin.describe_cluster()
    found: Counter[TopicPartition] = Counter()
    for broker in told["brokers"]:
        # The client's own way to ask one broker: it connects first where it has not yet.
        answer = await admin._send_request_to_node(broker["node_id"], _DescribeLogDirs())  # noqa: SLF001
        for error, _directory, topics in answer.results:
            for topic, partitions in topics if not error else ():
                for number, size, _lag, _future in partitions:
                    found[TopicPartition(topic, number)] += size
    return found
