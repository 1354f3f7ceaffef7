"""What a connector holds of its inbox, made durable step by step; how far it has come.

Every method that ends something commits first and changes memory after: a crash between the two
reads back what was committed.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from lgsp_adapter import AdapterError, Done, Idempotence, Spec
from msgspec.structs import replace

from hub.connectors.durable import Durable
from hub.connectors.items import MAX_TEXT, Item, failed, told
from hub.connectors.records import Records, delivery_of, entry_of, is_message
from hub.connectors.shelf import Shelf
from hub.connectors.window import Window
from hub.decision.events import Event
from hub.io.kafka.connector_records import Action, Command, Entry, EntryState, Position, entry_name
from hub.io.kafka.connector_store import Stored, entry_at
from hub.io.kafka.connector_writer import Placed
from hub.io.kafka.transaction import Output

_DROPPED: Final = "dropped"


class Holdings:
    """The deliveries of one connector, from its inbox to their outcome."""

    def __init__(
        self,
        records: Records,
        spec: Spec,
        durable: Durable,
        stored: Stored,
        *,
        now: Callable[[], datetime],
        shelf: Shelf,
        in_line: bool = True,
    ) -> None:
        """`in_line` False: the other side fetches, in order, and settles in its own."""
        self._in_line = in_line
        self._records, self._spec = records, spec
        self._writes, self._contents = durable.writes, durable.contents
        self._now, self._shelf = now, shelf
        position = stored.position or Position()
        self._plain = Window(position.offset, position.settled)
        self._urgent = Window(position.urgent_offset, position.urgent_settled)
        self._unsaved = False
        self.last_success_at: datetime | None = None
        self.delivered = self.failed = 0
        self._read_back(stored)

    def next(self, *, urgent: bool) -> int:
        """Return the offset to read from, in the inbox for urgent messages or the other one."""
        return self._window(urgent=urgent).read_to

    @property
    def waiting(self) -> int:
        """How many are held, without the dead letters."""
        return self._shelf.waiting

    @property
    def dead_letters(self) -> int:
        """How many wait for an operator."""
        return self._shelf.dead_letters

    @property
    def parked(self) -> int:
        """How many of them wait for a next try, or behind such a one."""
        return self._shelf.parked

    @property
    def has_memory(self) -> bool:
        """Whether the process may hold more for this connector."""
        return self._shelf.has_memory

    def oldest(self) -> datetime | None:
        """Return when the oldest one arrived that waits for no operator; None where none waits."""
        return self._shelf.oldest()

    def has_room(self, *, urgent: bool) -> bool:
        """Say whether more may be read, of the inbox for urgent messages or the other one."""
        return self._shelf.has_room(urgent=urgent) and self._window(urgent=urgent).has_room()

    def due(self) -> float | None:
        """Return when the next one that waits is due."""
        return self._shelf.due()

    def take(self, limit: int) -> list[Item]:
        """Return up to `limit` of different keys, urgent ones first. Each must come back."""
        return self._shelf.take(limit)

    def give_back(self, item: Item, seconds: float) -> None:
        """Take back one that was not tried; it is due again after some seconds."""
        self._shelf.retry(item, seconds)

    async def whole(self, items: Sequence[Item]) -> None:
        """Have the content of these at hand.

        Raises:
            Unavailable: it cannot be read now; nothing has changed.
            UnreadableState: it is not there any more.
        """
        wanted = {self._records.key(one.entry): one for one in items if one.place is not None}
        if not wanted:
            return
        places = {key: item.place for key, item in wanted.items()}
        found = await self._contents.read(self._records.partition, places)
        for key, item in wanted.items():
            self._shelf.fill(item, entry_at(key, found.get(key)))

    async def read(self, records: Sequence[Any], *, urgent: bool) -> None:
        """Take records in their order, of the inbox for urgent messages or the other one."""
        behind: list[Item] = []
        for raw in records:
            if self._window(urgent=urgent).reads(raw.offset):
                self._sort(entry_of(raw, self._records.partitions, urgent=urgent), behind)
        await self._park(behind)

    def _window(self, *, urgent: bool) -> Window:
        return self._urgent if urgent else self._plain

    def _settle(self, entry: Entry) -> None:
        self._window(urgent=entry.urgent).settle(entry.offset)

    async def attempted(self, items: Sequence[Item], settling: timedelta) -> None:
        """Make it durable that a call begins (invariant: never a second one by mistake).

        After a crash its end is looked for when `settling` has passed: the other side may be at
        work on it for so long.
        """
        now, outputs = self._now(), []
        for item in items:
            item.entry = replace(
                item.entry,
                state=EntryState.ATTEMPTED,
                tries=item.entry.tries + 1,
                due=now + settling,
            )
            outputs += [
                self._record(item),
                self._records.event(item.entry, Event.ATTEMPTED, now),
            ]
        self._move_out(items)
        await self._commit(*outputs)

    def tried(self, items: Sequence[Item]) -> None:
        """Count a call that may be repeated."""
        for item in items:
            item.entry = replace(item.entry, tries=item.entry.tries + 1)

    def not_counted(self, item: Item) -> None:
        """Take back the count of a call that was turned away before anything was done."""
        item.entry = replace(item.entry, tries=max(0, item.entry.tries - 1))

    async def done(self, taken: Sequence[tuple[Item, Done]]) -> None:
        """Record that the other side has these: in one step what one call has brought."""
        outputs = list[Output]()
        for item, done in taken:
            detail = {"attempts": item.entry.tries, "ref": (done.ref or "")[:MAX_TEXT]}
            outputs += self._outcome(item, Event.DELIVERED, detail=detail)
        await self._leave([item for item, _ in taken], outputs)
        self.last_success_at, self.delivered = self._now(), self.delivered + len(taken)

    async def expired(self, item: Item) -> None:
        """Record that it is of no use any more."""
        await self._leave([item], self._outcome(item, Event.EXPIRED))

    async def closed(self, item: Item) -> None:
        """Let go of one that was withdrawn or settled elsewhere: that is recorded already."""
        await self._leave([item], self._outcome(item, None))

    async def again(
        self,
        item: Item,
        error: AdapterError,
        seconds: float,
        due: datetime,
        *,
        open_end: bool = False,
        most: int | None = None,
    ) -> None:
        """Record that it is tried again, and park it so that the others may pass (invariant 7).

        `open_end`: the other side may have it all the same, and is asked before the next call.
        `most`: attempts in all before it becomes a dead letter; None: no end.
        """
        state = EntryState.ATTEMPTED if open_end else EntryState.RETRYING
        item.entry = failed(item, error, state, adapter=self._spec.name, now=self._now(), due=due)
        detail = {**told(item, error), "next_at": due.isoformat(), "most": most}
        event = self._records.event(item.entry, Event.RETRYING, self._now(), error.code, detail)
        await self._stop(item, event)
        self._shelf.retry(item, seconds)
        await self._park(self._shelf.followers(item))

    async def bury(self, item: Item, error: AdapterError, most: int | None = None) -> None:
        """Make it a dead letter; its successors wait behind it for the operator."""
        state, adapter = EntryState.DEAD_LETTER, self._spec.name
        item.entry = failed(item, error, state, adapter=adapter, now=self._now())
        detail = {
            **told(item, error),
            "adapter": self._spec.name,
            "fingerprint": item.entry.fingerprint,
            "first_at": item.entry.first_at and item.entry.first_at.isoformat(),
            "most": most,
        }
        event = self._records.event(item.entry, Event.DEAD_LETTER, self._now(), error.code, detail)
        await self._stop(item, event)
        self._shelf.stick(item)
        await self._park(self._shelf.followers(item))

    async def carry_out(self, command: Command) -> None:
        """Do what an operator wants of a dead letter; where there is none (any more), nothing."""
        if command.action is Action.FLUSH:
            self._shelf.hurry()
        item = self._shelf.stuck(entry_name(command.source, command.message))
        gone = self._records.carried_out(command)
        if item is None or command.action not in (Action.RETRY, Action.DROP):
            await self._commit(gone)
            return
        word = {"by": command.by, "reason": command.reason}
        if command.action is Action.DROP:
            await self._leave([item], [*self._outcome(item, Event.EXPIRED, _DROPPED, word), gone])
            return
        await self.whole([item])
        # Who can be asked is asked first: the attempts before may have reached it.
        asks = self._spec.idempotence is Idempotence.LOOK_UP
        state = EntryState.ATTEMPTED if asks else EntryState.RETRYING
        item.entry = replace(item.entry, state=state, tries=0, due=self._now())
        event = self._records.event(item.entry, Event.RESUMED, self._now(), None, word)
        await self._commit(self._record(item), event, gone)
        self._shelf.release(item)

    async def save(self) -> None:
        """Make the position durable where only others' records have moved it."""
        if self._unsaved:
            await self._commit()

    def stuck_keys(self) -> set[str]:
        """Return the order keys of the dead letters."""
        return self._shelf.stuck_keys()

    async def write(self, *outputs: Output) -> None:
        """Make records durable that concern no delivery, with where the inbox stands."""
        await self._commit(*outputs)

    def _read_back(self, stored: Stored) -> None:
        # Of one inbox by their offsets; of both together as they came.
        for entry in sorted(stored.entries.values(), key=lambda one: (one.arrived_at, one.offset)):
            item = self._item(entry, parked=True)
            item.place = stored.places.get(item.name)
            self._shelf.add(item)
        self._shelf.settle_in(self._now())

    def _sort(self, entry: Entry, behind: list[Item]) -> None:
        self._unsaved = True
        known = self._is_known(entry) if is_message(entry) else True
        # A second record of what is parked is the same message again (invariant 8).
        if known or not self._spec.takes(entry.attributes.get("type", "")):
            self._settle(entry)
            return
        item = self._item(entry, parked=False)
        if self._shelf.must_wait(item.key):
            # Invariant 7: it waits in its place, and the inbox goes on without it.
            behind.append(item)
            self._shelf.add_behind(item)
        else:
            self._shelf.add(item)

    def _is_known(self, entry: Entry) -> bool:
        return self._shelf.has_parked(entry_name(entry.source, entry.id))

    def _item(self, entry: Entry, *, parked: bool) -> Item:
        delivery = delivery_of(entry, self._records.system)
        key = delivery.order_key if self._in_line else entry_name(entry.source, entry.id)
        return Item(entry, delivery, parked, key)

    async def _park(self, items: Sequence[Item]) -> None:
        if items:
            self._move_out(items)
            self._lighten(items, await self._commit(*map(self._record, items)))

    async def _stop(self, item: Item, event: Output) -> None:
        """Commit a failure with everything that now waits behind it."""
        self.failed += 1
        stopped = [item, *self._shelf.followers(item)]
        self._move_out(stopped)
        self._lighten(stopped, await self._commit(*map(self._record, stopped), event))

    def _record(self, item: Item) -> Output:
        if item.place is not None:
            # Invariant 6: written without its content it would be lost.
            raise RuntimeError("a delivery without its content would have been written")
        return self._records.entry(item.entry)

    def _lighten(self, items: Sequence[Item], placed: Placed) -> None:
        for item in items:
            place = placed.get(self._records.key(item.entry))
            if place is not None:
                self._shelf.lighten(item, place)

    def _outcome(
        self,
        item: Item,
        event: Event | None,
        reason: str | None = None,
        detail: dict[str, Any] | None = None,
    ) -> list[Output]:
        outputs = []
        if event is not None:
            outputs.append(self._records.event(item.entry, event, self._now(), reason, detail))
        if item.parked:
            outputs.append(self._records.settled(item.entry))
        return outputs

    async def _leave(self, items: Sequence[Item], outputs: Sequence[Output]) -> None:
        # Invariant 1: they leave the inbox only with their outcomes.
        for item in items:
            self._settle(item.entry)
        await self._commit(*outputs)
        for item in items:
            self._shelf.forget(item)

    def _move_out(self, items: Sequence[Item]) -> None:
        """Note that these stand on `hub.retry` with the next commit: their offsets are settled."""
        for item in items:
            self._settle(item.entry)
            self._shelf.move_out(item)

    async def _commit(self, *outputs: Output) -> Placed:
        self._unsaved = False
        position = Position(
            offset=self._plain.offset,
            settled=self._plain.bits,
            urgent_offset=self._urgent.offset,
            urgent_settled=self._urgent.bits,
        )
        return await self._writes.commit(self._records.step(position, *outputs))
