"""Read all of `hub.audit` as bytes: what the transparency log is made of."""

from dataclasses import dataclass
from typing import Any, ClassVar

from aiokafka import TopicPartition

from hub.io.kafka.audit_reader import PartitionReader
from hub.ports import Refusing


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A committed record of `hub.audit`, whatever it holds."""

    partition: int
    offset: int
    at_ms: int
    value: bytes


class LogFeed(PartitionReader[LogRecord]):
    """The audit topic as bytes. Unlike the projection, a log never goes on behind a gap."""

    REMEDY: ClassVar = (
        "The log of a partition cannot begin anew under its name: bring the topic back from the "
        "cluster's mirror, or make a new hub"
    )

    @staticmethod
    def _value(record: Any) -> LogRecord:
        return LogRecord(record.partition, record.offset, record.timestamp, record.value or b"")

    def _missing(self, place: TopicPartition, count: int) -> None:
        # Invariant 10: every audit event is a leaf. What is gone can never become one.
        raise Refusing(
            f"{count} records of {place.topic}, partition {place.partition}, were deleted before "
            f"they were logged. {self.REMEDY}"
        )
