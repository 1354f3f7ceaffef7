"""Read the inboxes from outside the hub: with confluent-kafka, committed records only."""

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Final, Self

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    KafkaException,
    TopicPartition,
)

from hub.io.kafka.topics import INGRESS, ROUTER_GROUP, Topic, inbox

SILENT_SECONDS: Final = 60.0
"""Longest silence while all inboxes are counted."""
_MOST: Final = 500
_ANSWER_SECONDS: Final = 60.0
_TRY_SECONDS: Final = 10.0
_LOOK_SECONDS: Final = 0.1


class InboxWatch:
    """Notes when each message became readable. A thread reads; use it as `with`."""

    def __init__(self, bootstrap: str, systems: Iterable[str]) -> None:
        self.readable: dict[bytes, float] = {}
        """Message id to `time.monotonic()`; complete only for what was written after the start."""
        self._consumer = _consumer(bootstrap, "hub-bench-watch")
        self._places = [TopicPartition(inbox(system), 0) for system in systems]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, name="inboxes")

    def __enter__(self) -> Self:
        for place in self._places:
            # Asked for now: "at the end" would be looked up while the first messages arrive.
            place.offset = _end_of(self._consumer, place)
        self._consumer.assign(self._places)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._consumer.close()

    def await_all(self, ids: Collection[bytes], seconds: float) -> None:
        """Return once all these messages are readable.

        Raises:
            RuntimeError: some are not after `seconds`.
        """
        end = time.monotonic() + seconds
        while missing := sum(id_ not in self.readable for id_ in ids):
            if time.monotonic() > end or not self._thread.is_alive():
                raise RuntimeError(f"{missing} of {len(ids)} messages are in no inbox")
            time.sleep(_LOOK_SECONDS)

    def _read(self) -> None:
        while not self._stop.is_set():
            record = self._consumer.poll(_LOOK_SECONDS)
            if record is not None:
                now = time.monotonic()
                _raise_for(record)
                self.readable[_id(record)] = now


def count_inboxes(bootstrap: str, systems: Sequence[str]) -> Counter[bytes]:
    """Return how often each message id stands in all inboxes together.

    Raises:
        RuntimeError: Kafka goes silent before the end.
    """
    consumer = _consumer(bootstrap, "hub-bench-count", **{"enable.partition.eof": True})
    consumer.assign([TopicPartition(inbox(name), 0, OFFSET_BEGINNING) for name in systems])
    counts: Counter[bytes] = Counter()
    ended: set[str] = set()
    heard = time.monotonic()
    with contextlib.closing(consumer):
        while len(ended) < len(systems):
            # It waits the whole time for so many records: a short time, or the end takes long.
            records = consumer.consume(_MOST, _LOOK_SECONDS)
            heard = time.monotonic() if records else heard
            if time.monotonic() - heard > SILENT_SECONDS:
                raise RuntimeError("Kafka does not hand out the inboxes")
            ended |= _count(records, counts)
    return counts


def await_leaders(bootstrap: str, topics: Iterable[Topic]) -> None:
    """Return once every partition of these topics answers.

    Raises:
        RuntimeError: one does not.
    """
    with contextlib.closing(_consumer(bootstrap, "hub-bench-look")) as consumer:
        for topic in topics:
            for number in range(topic.partitions):
                _end_of(consumer, TopicPartition(topic.name, number))


class Routed:
    """How far the router has come."""

    def __init__(self, bootstrap: str, partitions: int) -> None:
        self._consumer = _consumer(bootstrap, ROUTER_GROUP)
        self._places = [TopicPartition(INGRESS, number) for number in range(partitions)]

    def position(self) -> int:
        """Return the sum of the positions that the router has committed."""
        committed = _patiently(lambda: self._consumer.committed(self._places, timeout=_TRY_SECONDS))
        return sum(max(0, place.offset) for place in committed)

    def end(self) -> int:
        """Return the sum of the ends of `hub.ingress`."""
        return sum(_end_of(self._consumer, place) for place in self._places)

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()


def _end_of(consumer: Any, place: TopicPartition) -> int:
    """Return where a partition ends."""

    def ask() -> Any:
        # The client remembers that a partition was unknown: asked for, its topic is looked up anew.
        consumer.list_topics(place.topic, timeout=_TRY_SECONDS)
        return consumer.get_watermark_offsets(place, timeout=_TRY_SECONDS)

    return int(_patiently(ask)[1])


def _patiently(ask: Callable[[], Any]) -> Any:
    """Ask again until it is answered: a new partition has no leader at first."""
    end = time.monotonic() + _ANSWER_SECONDS
    while True:
        try:
            return ask()
        except KafkaException as error:
            if time.monotonic() > end:
                raise RuntimeError(f"Kafka does not answer: {error}") from error
        time.sleep(_LOOK_SECONDS)


def _consumer(bootstrap: str, group: str, **more: Any) -> Any:
    return Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            # Only what ends the program: the broker is taken away while clients still stand.
            "log_level": 0,
            **more,
        }
    )


def _count(records: Iterable[Any], counts: Counter[bytes]) -> set[str]:
    """Count the records' ids; return the topics that have ended."""
    ended = set()
    for record in records:
        if record.error() and record.error().code() == KafkaError._PARTITION_EOF:  # noqa: SLF001  (its public name)
            ended.add(record.topic())
        else:
            _raise_for(record)
            counts[_id(record)] += 1
    return ended


def _id(record: Any) -> bytes:
    return bytes(next(value for name, value in record.headers() if name == "ce_id"))


def _raise_for(record: Any) -> None:
    if record.error() is not None:
        raise RuntimeError(f"reading the inboxes: {record.error().name()}")
