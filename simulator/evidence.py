"""The verdict's own reading of Kafka: what stands in the topics, read_committed, decoded anew.

Plain `json` and a header reader of its own: a fault in the hub's codec cannot hide itself here.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self
from uuid import uuid4

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

from simulator.books import Key

INGRESS: Final = "hub.ingress"
AUDIT: Final = "hub.audit"
INBOX: Final = "hub.inbox."
URGENT: Final = ".urgent"
SYSTEM: Final = "urn:hub:system:"

DECISIONS: Final = frozenset({"admitted", "refused", "duplicate"})
STAGES: Final = frozenset({"delivered", "acknowledged"})
DEAD_LETTER: Final = "dead_letter"
REFUSED: Final = "refused"

_BATCH: Final = 2_000
_POLL_SECONDS: Final = 0.5
RECIPIENT_CHOSEN: Final = "recipient_chosen"
"""Reason of `resumed`: a person has said who gets what was sent to a split organisation."""
_METADATA_SECONDS: Final = 15.0

Headers = Sequence[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision of the router, from `hub.audit`."""

    event: str
    reason: str | None
    body_sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A message as it stands in an inbox."""

    body_sha256: str
    content_sha256: str
    at: float
    """The broker's LogAppendTime: seconds since 1970."""


@dataclass(slots=True, kw_only=True)
class Evidence:
    """What the topics hold of one run."""

    run: str
    served: frozenset[str] = frozenset()
    """Systems of connectors, which give the messages that they bring ids of their own."""
    begun: float = 0.0
    """What a connector brought before is of another run."""
    ingress: Counter[tuple[Key, str]] = field(default_factory=Counter)
    """(message, SHA-256 of the body) to how often it was written."""
    decisions: defaultdict[Key, list[Decided]] = field(default_factory=lambda: defaultdict(list))
    stages: Counter[tuple[str, str, Key]] = field(default_factory=Counter)
    """(stage, recipient, message) to how often it was recorded."""
    inboxes: defaultdict[tuple[str, Key], list[Copy]] = field(
        default_factory=lambda: defaultdict(list)
    )
    dead_letters: dict[tuple[str, Key], str] = field(default_factory=dict)
    """(recipient, message) to the reason why a connector could not deliver it."""
    brought: defaultdict[tuple[str, str, str, str], list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """(source, type, subject, recipient) to the ids of what connectors have brought."""

    noted: Counter[str] = field(default_factory=Counter)
    """What a reorganisation leaves behind: messages rerouted, deliveries that a person chose."""
    carried: dict[Key, tuple[str, str]] = field(default_factory=dict)
    """Messages of connectors that the hub took from them, to their type and subject."""
    turned_down: dict[Key, str] = field(default_factory=dict)
    """Of those: what the router refused, and why."""
    unread: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """System of a connector to the reasons why something that it read did not become a message."""

    def add(self, topic: str, headers: Headers, value: bytes, at_ms: int) -> None:
        """Note one record, unless it belongs to another run."""
        if topic == AUDIT:
            event = json.loads(value)
            if event["source"] in self.served and at_ms / 1000 >= self.begun:
                self._audit_of_served(event)
            self._audit(event)
            return
        attributes = attributes_of(headers)
        key = (attributes.get("source", "").removeprefix(SYSTEM), attributes.get("id", ""))
        if key[0] in self.served and at_ms / 1000 >= self.begun:
            self._of_served(topic, key, (attributes["type"], attributes["subject"]))
        if not self._is_ours(key):
            return
        digest = hashlib.sha256(value)
        if topic == INGRESS:
            self.ingress[key, digest.hexdigest()] += 1
        else:
            copy = Copy(
                body_sha256=digest.hexdigest(),
                content_sha256=content_hash(digest.digest(), attributes),
                at=at_ms / 1000,
            )
            self.inboxes[_owner(topic), key].append(copy)

    def _of_served(self, topic: str, key: Key, what: tuple[str, str]) -> None:
        if topic == INGRESS:
            self.carried[key] = what
        else:
            self.brought[key[0], *what, _owner(topic)].append(key[1])

    def _audit_of_served(self, event: dict[str, Any]) -> None:
        source, id_, kind = event["source"], event["id"], event["event"]
        if kind == REFUSED and "ingress" in event:
            self.turned_down[source, id_] = event["reason"]
        elif kind == REFUSED or (kind == DEAD_LETTER and not id_):
            # Admission's word, or the runtime's: it never stood in hub.ingress.
            self.unread[source].append(event["reason"])

    def _audit(self, event: dict[str, Any]) -> None:
        key, kind = (event["source"], event["id"]), event["event"]
        if not self._is_ours(key):
            return
        # Without a place in hub.ingress it is admission's note of what it did not take.
        if kind in DECISIONS and "ingress" in event:
            decided = Decided(
                event=kind, reason=event.get("reason"), body_sha256=event.get("body_sha256")
            )
            self.decisions[key].append(decided)
            self.noted["rerouted"] += "rerouted" in event.get("detail", {})
        elif event.get("reason") == RECIPIENT_CHOSEN:
            self.noted[RECIPIENT_CHOSEN] += 1
        elif kind in STAGES:
            self.stages[kind, event["recipient"], key] += 1
        elif kind == DEAD_LETTER:
            self.dead_letters[event["recipient"], key] = event["reason"]

    def _is_ours(self, key: Key) -> bool:
        return key[1].rpartition("-")[0] == self.run


def attributes_of(headers: Headers) -> dict[str, str]:
    """Return the CloudEvents attributes of Kafka headers (Kafka binding, section 3.2.3)."""
    found = {
        name.removeprefix("ce_"): (value or b"").decode()
        for name, value in headers
        if name.startswith("ce_") and name != "ce_traceparent"
    }
    kind = [(value or b"").decode() for name, value in headers if name == "content-type"]
    return found | ({"datacontenttype": kind[0]} if kind else {})


def content_hash(body_hash: bytes, attributes: dict[str, str]) -> str:
    """Return what makes two messages the same: SHA-256 over body hash and sorted attributes."""
    text = json.dumps(attributes, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(body_hash + text.encode()).hexdigest()


class Reader:
    """Reads ingress, audit and every inbox from their beginning, and goes on where it was."""

    def __init__(self, bootstrap: str, evidence: Evidence) -> None:
        self._evidence = evidence
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": f"verdict-{uuid4()}",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._consumer.close()

    def read_all(self) -> None:
        """Read each partition to its end.

        Raises:
            KafkaException: the broker does not answer.
        """
        places = self._places()
        self._consumer.assign(places)
        unfinished = {(place.topic, place.partition) for place in places}
        while unfinished:
            ended, _ = self._poll()
            unfinished -= ended

    def read_on(self) -> None:
        """Read what has come since, until nothing comes for half a second.

        Raises:
            KafkaException: the broker does not answer.
        """
        while self._poll()[1]:
            pass

    def _places(self) -> list[TopicPartition]:
        topics = self._consumer.list_topics(timeout=_METADATA_SECONDS).topics
        return [
            TopicPartition(name, number, OFFSET_BEGINNING)
            for name, topic in topics.items()
            if name in {INGRESS, AUDIT} or name.startswith(INBOX)
            for number in topic.partitions
        ]

    def _poll(self) -> tuple[set[tuple[str, int]], int]:
        """Take what there is; return the partitions that are at their end, and how many came."""
        ended: set[tuple[str, int]] = set()
        taken = 0
        for record in self._consumer.consume(_BATCH, _POLL_SECONDS):
            error = record.error()
            if error is None:
                self._take(record)
                taken += 1
            elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001  (its public name)
                ended.add((record.topic() or "", record.partition() or 0))
            else:
                raise KafkaException(error)
        return ended, taken

    def _take(self, record: Any) -> None:
        headers: Iterable[tuple[str, bytes | None]] = record.headers() or ()
        _, at_ms = record.timestamp()
        self._evidence.add(record.topic(), tuple(headers), record.value() or b"", at_ms)


def _owner(topic: str) -> str:
    """Return the system whose inbox this is; what is urgent stands in a topic of its own."""
    return topic.removeprefix(INBOX).removesuffix(URGENT)
