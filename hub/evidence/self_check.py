"""Recompute a period: every leaf, every checkpoint, every decision (`hub audit verify`).

What is compared comes from different places: leaves from the object store with records of
`hub.audit`, roots with signed checkpoints, decisions with the bytes of `hub.ingress` under the
rules of that version, and those with the hash that the decision names.
"""

from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final, Protocol

from lgsp_message.limits import DEDUPLICATION_WINDOW
from lgsp_verify.log import (
    TILE_WIDTH,
    LogEntry,
    LogError,
    LogKey,
    encode_entry,
    leaf_hash,
    parse_entry,
    split_entries,
    tile_at,
)
from lgsp_verify.log.merkle import Frontier
from lgsp_verify.rules import FIRST

from hub.control.rules_history import RulesHistory
from hub.decision.events import AuditEvent, IngressRef, RulesRef
from hub.decision.rulebook import Rulebook, version_hash
from hub.decision.rules import Rules
from hub.evidence.deciding import Deciding
from hub.evidence.memory import Memory
from hub.evidence.recompute import comes_from_a_record, left_undecided
from hub.io.anchor_reading import AnchorReading
from hub.io.kafka.codec import decode_event
from hub.io.kafka.log_feed import LogRecord
from hub.io.log_files import LogFiles
from hub.io.log_head import Head
from hub.ports import Refusing
from hub.signing.macs import MacKeys

MARGIN: Final = timedelta(minutes=1)
"""A clock that is set back leaves records of other periods between those of this one."""
_ANCHORS_AT_ONCE: Final = 500

_Leaves = dict[int, bytes]
"""Of the period, in one shard: offset of the record to the SHA-256 of its leaf's entry."""


class AuditRecords(Protocol):
    """`hub.audit` as bytes, from positions on."""

    def read(self, first: dict[int, int], end: dict[int, int]) -> AsyncIterator[LogRecord]:
        """Yield the committed records that are still kept, by partition in [first, end)."""
        ...


class IngressRange(Protocol):
    """`hub.ingress`, many records at once."""

    def read(
        self, partition: int, first: int, end: int
    ) -> AsyncIterator[tuple[int, list[tuple[str, bytes]], bytes]]:
        """Yield offset, headers and value of the records in [first, end) that are still kept."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something that is not as it should be."""

    what: str
    """`leaf`, `checkpoint`, `rules` or `decision`."""
    place: str
    text: str


@dataclass(slots=True, kw_only=True)
class Checked:
    """What was looked at, and what differs."""

    leaves: int = 0
    records: int = 0
    """Of `hub.audit`, compared with their leaves."""
    checkpoints: int = 0
    versions: int = 0
    decisions: int = 0
    orders: int = 0
    """Commands of the hub to itself, followed again."""
    gone: int = 0
    """Decisions whose record of `hub.ingress` is no longer kept."""
    differences: list[Difference] = field(default_factory=list)

    def add(self, what: str, place: str, text: str) -> None:
        """Note a difference."""
        self.differences.append(Difference(what=what, place=place, text=text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Of decisions: [since, until)."""

    since: datetime
    until: datetime

    def holds(self, at: datetime, margin: timedelta = timedelta()) -> bool:
        """Say whether a moment lies in it."""
        return self.since - margin <= at < self.until + margin


class SelfCheck:
    """Checks a hub's own word."""

    def __init__(
        self,
        hub: str,
        macs: MacKeys,
        key: LogKey,
        files: LogFiles,
        anchors: AnchorReading,
        history: RulesHistory,
    ) -> None:
        self._hub, self._macs, self._key = hub, macs, key
        self._files, self._anchors, self._history = files, anchors, history
        self._effects: dict[IngressRef, list[AuditEvent]] = defaultdict(list)
        self._aside: set[IngressRef] = set()
        self._memory = Memory()

    async def run(
        self, shards: int, period: Period, audit: AuditRecords, ingress: IngressRange
    ) -> Checked:
        """Check everything of the period, and the whole log before it.

        Raises:
            Refusing: the log is damaged.
            Unavailable: a store does not answer.
        """
        checked, seen = Checked(), {}
        roots = await self._anchored(shards)
        for shard in range(shards):
            seen[shard] = await self._walk(shard, period, roots[shard], checked)
        await self._compare(seen, audit, checked)
        rules = await self._rules(checked)
        for shard in range(shards):
            await self._decide(shard, rules, ingress, checked)
        return checked

    async def _anchored(self, shards: int) -> dict[int, dict[int, bytes]]:
        """Return the roots that the hub signed, by shard and size."""
        found: dict[int, dict[int, bytes]] = {shard: {} for shard in range(shards)}
        before = 2**62
        while rows := await self._anchors.rows(before, _ANCHORS_AT_ONCE):
            for row in rows:
                stored = await self._anchors.get(row.number)
                for shard, checkpoint in {} if stored is None else stored.file.checkpoints.items():
                    found.setdefault(shard, {})[checkpoint.head.size] = checkpoint.head.root
            before = rows[-1].number
        return found

    async def _walk(
        self, shard: int, period: Period, roots: dict[int, bytes], checked: Checked
    ) -> _Leaves:
        """Walk a shard's log from its first leaf on, and hold its roots against what was signed."""
        head, tree = await self._files.head(shard), Frontier()
        leaves: _Leaves = {}
        if head is None:
            return leaves
        self._check_signature(shard, head, checked)
        expected = {**roots, head.size: head.checkpoint.head.root}
        async for entry in self._entries(shard, head):
            tree.append(leaf_hash(entry))
            checked.leaves += 1
            if tree.size in expected:
                checked.checkpoints += 1
                if tree.root() != expected[tree.size]:
                    checked.add("checkpoint", f"log {shard}, size {tree.size}", "another root")
            await self._note(shard, entry, period, leaves)
        return leaves

    def _check_signature(self, shard: int, head: Head, checked: Checked) -> None:
        try:
            head.checkpoint.verify(self._key.checkpoint_key(shard))
        except LogError as error:
            checked.add("checkpoint", f"log {shard}, size {head.size}", str(error))

    async def _entries(self, shard: int, head: Head) -> AsyncIterator[bytes]:
        for number in range(-(-head.size // TILE_WIDTH)):
            tile = tile_at(None, number, head.size)
            data = await self._files.tile(shard, head, tile)
            if data is None:
                raise Refusing(f"{tile.path} of the log's shard {shard} is missing")
            for entry in split_entries(data):
                yield entry

    async def _note(self, shard: int, entry: bytes, period: Period, leaves: _Leaves) -> None:
        logged = await self._whole(shard, parse_entry(entry))
        written = datetime.fromtimestamp(logged.at_ms / 1000, UTC)
        if period.holds(written):
            leaves[logged.offset] = sha256(entry).digest()
        try:
            event = decode_event(logged.value or b"")
        except (ValueError, RecursionError):
            return  # An unreadable record is a leaf like any other.
        self._take(event, period)

    def _take(self, event: AuditEvent, period: Period) -> None:
        if event.ingress is None or not (comes_from_a_record(event) or left_undecided(event)):
            return
        if period.holds(event.at):
            self._effects[event.ingress].append(event)
        elif period.holds(event.at, MARGIN):
            self._aside.add(event.ingress)
        if period.since - DEDUPLICATION_WINDOW <= event.at < period.since:
            self._memory.learn(event)

    async def _whole(self, shard: int, logged: LogEntry) -> LogEntry:
        if logged.value is not None:
            return logged
        return logged.with_value(await self._files.large(shard, logged.sha256) or b"")

    async def _compare(
        self, seen: dict[int, _Leaves], audit: AuditRecords, checked: Checked
    ) -> None:
        """Compare the leaves of the period with the records that they were made of."""
        within = {shard: leaves for shard, leaves in seen.items() if leaves}
        first = {shard: min(leaves) for shard, leaves in within.items()}
        end = {shard: max(leaves) + 1 for shard, leaves in within.items()}
        async for record in audit.read(first, end):
            checked.records += 1
            made = encode_entry(record.offset, record.at_ms, record.value)
            leaf = within[record.partition].get(record.offset)
            place = f"hub.audit {record.partition}@{record.offset}"
            if leaf is None:
                checked.add("leaf", place, "the record is not in the log")
            elif leaf != sha256(made).digest():
                checked.add("leaf", place, "the leaf was made of other bytes")

    async def _rules(self, checked: Checked) -> dict[int, Rules]:
        """Return the rules of every version that decided, each held against its hash."""
        named = {
            event.rules.version
            for told in self._effects.values()
            for event in told
            if event.rules is not None
        }
        found: dict[int, Rules] = {}
        book, previous = Rulebook(self._hub, self._macs), FIRST
        if not named:
            return found
        found[0] = book.snapshot(RulesRef(version=0, hash=previous))
        async for number, hash_, changes in self._history.versions(max(named)):
            checked.versions += 1
            if (previous := version_hash(previous, changes.items())) != hash_:
                checked.add("rules", f"version {number}", "the change sets lead to another hash")
            for entity, value in changes.items():
                book.apply(entity, value)
            if number in named:
                found[number] = book.snapshot(RulesRef(version=number, hash=previous))
        return found

    async def _decide(
        self, shard: int, rules: dict[int, Rules], ingress: IngressRange, checked: Checked
    ) -> None:
        """Decide every record of the period again, in the order in which it was decided."""
        deciding = Deciding(shard, rules, self._effects, self._memory)
        if deciding.span is None:
            return
        async for offset, headers, value in ingress.read(shard, *deciding.span):
            checked.gone += deciding.gone(offset)
            if IngressRef(partition=shard, offset=offset) in self._aside:
                continue
            for text in deciding.take(offset, headers, value):
                checked.add("decision", f"hub.ingress {shard}@{offset}", text)
        checked.gone += deciding.gone()
        checked.decisions += deciding.decisions
        checked.orders += deciding.orders
