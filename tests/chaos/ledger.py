"""What stands in Kafka and SQL, read by other libraries than the hub's own.

Kafka by confluent-kafka with `read_committed`, SQL by sqlite3, read only.
"""

import json
import sqlite3
import time
from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

INBOX = "hub.inbox."
TOPICS = ("hub.ingress", "hub.audit")
POLL_SECONDS = 5.0
"""Longest silence of the broker while records are still to come."""

Key = tuple[str, str, str]
"""Source system, id, and hash of the body."""


class BrokerSilent(Exception):
    """The broker does not answer: read again later."""


@dataclass(frozen=True, slots=True)
class Event:
    """One record of `hub.audit`."""

    partition: int
    offset: int
    fields: dict[str, Any]

    @property
    def name(self):
        return self.fields["event"]

    @property
    def message(self):
        return (self.fields.get("source", ""), self.fields.get("id", ""))

    @property
    def place(self):
        """The record of `hub.ingress` that it decides, or None."""
        told = self.fields.get("ingress")
        return None if told is None else (told["partition"], told["offset"])


class Ledger:
    """All committed records so far. `read` goes on where the last one ended."""

    def __init__(self, bootstrap):
        self._bootstrap = bootstrap
        self._offsets: dict[tuple[str, int], int] = {}
        self.ingress: dict[tuple[int, int], Key] = {}
        self.events: list[Event] = []
        self.inboxes: dict[str, list[Key]] = defaultdict(list)
        """The messages of each inbox, in its order."""
        self.arrivals: list[float] = []
        """When each of them was written: seconds since 1970, by the broker's clock."""
        self.held_back: list[str] = []
        """Partitions in which committed readers could not reach the end."""

    def read(self):
        """Read all that is committed now.

        Raises:
            BrokerSilent: what was read stays; go on later.
        """
        consumer = Consumer(
            {
                "bootstrap.servers": self._bootstrap,
                "group.id": "chaos-ledger",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                "enable.partition.eof": True,
                "logger": _Silent(),
            }
        )
        try:
            self._read(consumer)
        except KafkaException as error:
            raise BrokerSilent(str(error)) from error
        finally:
            consumer.close()

    def forget(self, system):
        """Note that an inbox was deleted: made again, it begins anew. What was read stays."""
        for topic in (INBOX + system, f"{INBOX}{system}.urgent"):
            self._offsets.pop((topic, 0), None)

    def _read(self, consumer):
        places = [place for name in self._names(consumer) for place in name]
        for place in places:
            place.offset = self._offsets.setdefault((place.topic, place.partition), 0)
        consumer.assign(places)
        left = {(place.topic, place.partition) for place in places}
        heard = time.monotonic()
        while left:
            # It waits for so many records or so long: short, because the ends come one by one.
            for record in consumer.consume(1_000, timeout=0.1):
                heard = time.monotonic()
                self._take(record, left)
            if time.monotonic() - heard > POLL_SECONDS:
                raise BrokerSilent(f"{len(left)} partitions not read to their ends")
        self.held_back = [
            f"{place.topic}-{place.partition}"
            for place, position in zip(places, consumer.position(places), strict=True)
            if self._high(consumer, place) > max(position.offset, place.offset)
        ]

    @staticmethod
    def _names(consumer):
        found = consumer.list_topics(timeout=POLL_SECONDS).topics
        for name, topic in found.items():
            if name in TOPICS or name.startswith(INBOX):
                yield [TopicPartition(name, number) for number in topic.partitions]

    @staticmethod
    def _high(consumer, place):
        return consumer.get_watermark_offsets(place, timeout=POLL_SECONDS, cached=True)[1]

    def _take(self, record, left):
        place = (record.topic(), record.partition())
        error = record.error()
        if error is not None:
            if error.code() != KafkaError._PARTITION_EOF:
                raise KafkaException(error)
            left.discard(place)
            return
        self._offsets[place] = record.offset() + 1
        topic, number = place
        if topic == "hub.audit":
            fields = json.loads(record.value())
            self.events.append(Event(number, record.offset(), fields))
        elif topic == "hub.ingress":
            self.ingress[number, record.offset()] = _key(record)
        else:
            self.inboxes[topic.removeprefix(INBOX).removesuffix(".urgent")].append(_key(record))
            self.arrivals.append(record.timestamp()[1] / 1000)


class _Silent:
    """librdkafka tells of each broken connection; a drill breaks them on purpose."""

    def log(self, *_):
        """Take a line of the log."""


def _key(record):
    headers = dict(record.headers() or ())
    source = headers["ce_source"].decode().rpartition(":")[2]
    return (source, headers["ce_id"].decode(), sha256(record.value()).hexdigest())


class Projection:
    """The search projection as it stands in SQLite."""

    def __init__(self, database):
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30) as connection:
            ask = connection.execute
            self.positions = dict(ask("select partition, next_offset from projection_positions"))
            self.steps = set(ask('select partition, "offset", source, id, event from steps'))
            self.messages = {
                (source, id_): outcome
                for source, id_, outcome in ask("select source, id, outcome from messages")
            }
            self.deliveries = {
                (source, id_, recipient): state
                for source, id_, recipient, state in ask(
                    "select source, id, recipient, state from deliveries"
                )
            }
        connection.close()

    def has_reached(self, events):
        """Say whether everything up to the last of these events is recorded."""
        last: dict[int, int] = {}
        for event in events:
            last[event.partition] = max(event.offset, last.get(event.partition, -1))
        return all(self.positions.get(number, 0) > offset for number, offset in last.items())
