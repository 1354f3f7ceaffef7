"""What a change of the rules would have done to the messages of the last hours."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from lgsp_message.values import Place, Received

from hub.control import store
from hub.control.draft import Edit
from hub.control.service import Control
from hub.decision.events import RulesRef
from hub.decision.preview import Difference, difference
from hub.decision.rulebook import Rulebook
from hub.decision.rules import Rules
from hub.decision.states import MANUAL_REVIEW_REASON
from hub.io.kafka.codec import read_ingress
from hub.io.kafka.past import ReadsThePast
from hub.io.kafka.router_records import COMMAND
from hub.io.sql.engine import sql_errors
from hub.signing.macs import MacKeys

MAX_MESSAGES: Final = 50_000
"""Most messages decided anew for one preview: some 25 s of one core on a small machine."""
SLICE: Final = 100
"""Messages decided before the process that also admits messages gets its turn: some 50 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Messages of one sender and type with the same difference."""

    source: str
    type: str
    now: str
    """In one line: outcome, reason of a refusal, recipients, and of whom a person chooses."""
    then: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """What would have been different."""

    version: int
    """The rules that were compared with: the newest."""
    changed: int
    """How many entities would differ."""
    since: datetime
    looked_at: int
    complete: bool
    """False: there were more messages than a preview looks at."""
    differing: int
    groups: tuple[Group, ...]
    """The largest first."""
    examples: tuple[Difference, ...]


class Preview:
    """Decides again what stands in `hub.ingress`. One at a time: it costs a core."""

    def __init__(
        self,
        control: Control,
        past: ReadsThePast,
        macs: MacKeys,
        clock: Callable[[], datetime],
        most: int = MAX_MESSAGES,
    ) -> None:
        self._control, self._past, self._macs = control, past, macs
        self._clock, self._most = clock, most
        self._one = asyncio.Lock()

    async def of(self, changes: Sequence[Any], within: timedelta, examples: int) -> Previewed:
        """Return what these changes would have done. Writes nothing.

        Raises:
            ChangeRefused: the changes cannot be made.
            Unavailable: Kafka or SQL does not answer.
        """
        async with self._one:
            rules, candidate, changed = await self._rules(changes)
            since = self._clock() - within
            counted = _Counted(examples)
            complete = await self._compare(rules, candidate, since, counted)
            return counted.told(rules, changed, since, complete=complete)

    async def _rules(self, changes: Sequence[Any]) -> tuple[Rules, Rules, int]:
        with sql_errors("reading the rules"):
            async with self._control.engine.connect() as connection:
                version = await store.newest(connection)
                entities = await store.load_all(connection)
                edits = await self._control.edits(connection, changes)
        rules, candidate = await asyncio.to_thread(self._snapshots, entities, edits, version)
        return rules, candidate, len(edits)

    def _snapshots(
        self, entities: dict[str, Any], edits: Mapping[str, Edit], version: int
    ) -> tuple[Rules, Rules]:
        book, ref = Rulebook(self._control.hub, self._macs), RulesRef(version=version, hash="")
        for key, record in entities.items():
            book.apply(key, msgspec.json.encode(record))
        rules = book.snapshot(ref)
        for key, edit in edits.items():
            book.apply(key, None if edit.record is None else msgspec.json.encode(edit.record))
        return rules, book.snapshot(ref)

    async def _compare(
        self, rules: Rules, candidate: Rules, since: datetime, counted: "_Counted"
    ) -> bool:
        part: list[Received] = []
        async for received in self._messages(since):
            if counted.looked_at + len(part) >= self._most:
                await asyncio.to_thread(counted.take, part, rules, candidate)
                return False
            part.append(received)
            if len(part) == SLICE:
                await asyncio.to_thread(counted.take, part, rules, candidate)
                part = []
        await asyncio.to_thread(counted.take, part, rules, candidate)
        return True

    async def _messages(self, since: datetime) -> AsyncIterator[Received]:
        for partition, (first, end) in sorted((await self._past.spans(since)).items()):
            async for offset, headers, body in self._past.read(partition, first, end):
                named = dict(headers)
                if COMMAND not in named:
                    place = Place(partition=partition, offset=offset)
                    yield read_ingress(headers, named, body, place)


class _Counted:
    """The differences of one preview."""

    def __init__(self, examples: int) -> None:
        self._most, self._examples = examples, list[Difference]()
        self._seen: set[tuple[str, str]] = set()
        self._groups: Counter[tuple[str, str, str, str]] = Counter()
        self.looked_at = 0

    def take(self, part: Sequence[Received], rules: Rules, candidate: Rules) -> None:
        for received in part:
            name = received.attributes.get("source", ""), received.attributes.get("id", "")
            if name in self._seen:
                continue  # Sent again: it gets the answer of the first time.
            self._seen.add(name)
            self.looked_at += 1
            found = difference(received, rules, candidate)
            if found is not None:
                self._add(found)

    def _add(self, found: Difference) -> None:
        self._groups[found.source, found.type, _line(found.now), _line(found.then)] += 1
        if len(self._examples) < self._most:
            self._examples.append(found)

    def told(self, rules: Rules, changed: int, since: datetime, *, complete: bool) -> Previewed:
        groups = tuple(
            Group(source=source, type=type_, now=now, then=then, count=count)
            for (source, type_, now, then), count in self._groups.most_common(_MAX_GROUPS)
        )
        return Previewed(
            version=rules.ref.version,
            changed=changed,
            since=since,
            looked_at=self.looked_at,
            complete=complete,
            differing=self._groups.total(),
            groups=groups,
            examples=tuple(self._examples),
        )


_MAX_GROUPS: Final = 200


def _line(fate: Any) -> str:
    open_ = f"{MANUAL_REVIEW_REASON}: {', '.join(fate.candidates)}" if fate.candidates else ""
    told = (fate.outcome, fate.reason, ", ".join(fate.recipients), open_)
    return " ".join(filter(None, told))
