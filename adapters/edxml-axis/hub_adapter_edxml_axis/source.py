"""Receiving: polls the axis, keeps packets, hands letters in, says `done` only when durable."""

from collections import OrderedDict, deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import httpx2
from lgsp_adapter import (
    AdapterError,
    Check,
    Context,
    Draft,
    Kind,
    Record,
    Reject,
    Retryable,
    Source,
    Spec,
    Text,
)
from lgsp_edxml.letters import Letter, usable_code
from lgsp_edxml.times import read_time

from hub_adapter_edxml_axis.calls import Calls, Listed, MessageType, Verdict
from hub_adapter_edxml_axis.codes import is_own, modern
from hub_adapter_edxml_axis.config import AxisInConfig
from hub_adapter_edxml_axis.connect import Connect, connect, open_calls
from hub_adapter_edxml_axis.intake import draft_of, keep, read_letter
from hub_adapter_edxml_axis.owed import Owed

TYPES: Final = tuple(
    f"vn.gov.document.{name}.v1"
    for name in ("issued", "withdrawn", "updated", "replaced", "status")
)
REMEMBERED: Final = 10_000
"""How many letters are remembered to know their second copy; two weeks of a merged province."""
_OLDEST: Final = timedelta(days=25)
"""The hub refuses what is older than its window of 30 days; a letter that waited longer gets the
time of its reading."""

_FAULTY: Final = ("packet_unreadable", "secret_marking")
"""What the axis is told `fail` for: the packet's own fault. What our settings may be to blame for
(no recipient here) stays with the axis, which would otherwise tell the sender."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One item of the axis, fetched."""

    row: Listed
    record: Record | None
    """None: a second copy of the letter that `first` names."""
    verdict: Verdict | None
    key: str = ""
    core: str = ""
    first: str = ""


class AxisSource(Source[AxisInConfig]):
    """Letters and statuses of the national axis."""

    spec = Spec(
        name="edxml-axis-in",
        version="1.0.0",
        kind=Kind.SOURCE,
        config=AxisInConfig,
        title=Text(
            vi="Nhận văn bản từ trục liên thông văn bản quốc gia",
            en="Documents from the national axis",
        ),
        types=TYPES,
    )
    _calls: Calls
    _client: httpx2.AsyncClient | None = None

    def __init__(self, config: AxisInConfig, connect: Connect = connect) -> None:
        super().__init__(config)
        self._connect = connect
        self._rows: deque[Listed] = deque()
        self._seen: OrderedDict[str, tuple[str, str]] = OrderedDict()
        """Letters by key: their content's hash and the position they were handed in with."""
        self._owed = Owed()

    async def open(self, ctx: Context, position: str | None) -> None:
        await super().open(ctx, position)
        self._client = self._connect(ctx, self.config.timeout_seconds)
        self._calls = await open_calls(ctx, self.config, self._client)
        # The hub has everything up to here, but the word to the axis may have been lost.
        self._owed = Owed.after(position)

    async def check(self) -> Check:
        found = len(await self._calls.received(MessageType.DOCUMENT))
        return Check(
            ok=True,
            vi=f"Trục trả lời; {found} văn bản đang chờ nhận",
            en=f"the axis answers; {found} documents are waiting",
        )

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def read(self, limit: int) -> list[Record]:
        await self._owed.pay(self._calls, self.ctx.log)
        if not self._rows:
            self._rows = deque(await self._listed())
        try:
            items = await self._items(limit)
        except Retryable:
            # One item that the axis cannot give now must not hold up all others (invariant 7).
            self._rows.rotate(-1)
            raise
        # Nothing is awaited from here: a cancelled read has taken nothing.
        for item in items:
            self._rows.popleft()
            self._note(item)
        return [item.record for item in items if item.record is not None]

    async def ack(self, position: str) -> None:
        # Invariant 1: `done` leaves only here, after the hub has the letter for good.
        self._owed.durable(position)
        await self._owed.pay(self._calls, self.ctx.log)

    async def _listed(self) -> list[Listed]:
        rows = [row for kind in MessageType for row in await self._calls.received(kind)]
        known = {row.doc_id: row for row in rows if not self._owed.knows(row.doc_id)}
        return list(known.values())

    async def _items(self, limit: int) -> list[_Item]:
        """Fetch until there are `limit` records. A fault of the world ends it; the first raises."""
        items: list[_Item] = []
        fresh: dict[str, tuple[str, str]] = {}
        for row in list(self._rows):
            if sum(item.record is not None for item in items) == limit:
                break
            try:
                item = await self._item(row, fresh)
            except AdapterError:
                if not items:
                    raise
                break
            if item.record is not None and item.key:
                fresh[item.key] = (item.core, item.record.position)
            items.append(item)
        return items

    async def _item(self, row: Listed, fresh: dict[str, tuple[str, str]]) -> _Item:
        try:
            packet = await self._calls.packet(row.doc_id)
        except Reject as error:
            # The axis is told nothing: it still has the letter, and a reopening asks again.
            return _refused(row, error, None, b"")
        try:
            letter = await read_letter(packet)
            recipients = self._recipients(letter, row)
            key = letter.key(tuple(map(self._agency, recipients)))
            onbehalf = letter.sender if self.config.speak_for_sender else None
            draft = draft_of(letter, recipients, key, onbehalf)
        except Reject as error:
            return await self._faulty(row, error, packet)
        core, first = (fresh.get(key) or self._seen.get(key)) or ("", "")
        if core == letter.core:
            return _Item(row=row, record=None, verdict=Verdict.DONE, first=first)
        try:
            draft = replace(await keep(self.ctx, packet, letter, draft), time=self._time(row))
        except Reject as error:
            # The hub's store does not want it: no fault that a sender must hear of.
            return _refused(row, error, None, packet)
        record = Record(position=_position(row, Verdict.DONE), message=draft, raw=packet)
        return _Item(row=row, record=record, verdict=Verdict.DONE, key=key, core=letter.core)

    async def _faulty(self, row: Listed, error: Reject, packet: bytes) -> _Item:
        """Return the dead letter of a packet, once it is sure that the packet is at fault."""
        is_unreadable = error.code == "packet_unreadable"
        if is_unreadable and await self._calls.packet(row.doc_id) != packet:
            # Half a file is the way's fault: `fail` would make the sender's letter lost.
            raise Retryable("getEdoc: two answers for one packet differ") from error
        # Invariant 9: a marked packet is not kept, not even as a dead letter.
        raw = b"" if error.code == "secret_marking" else packet
        return _refused(row, error, Verdict.FAIL if error.code in _FAULTY else None, raw)

    def _agency(self, code: str) -> str:
        """Return one code for all spellings of an agency, as far as they are known here."""
        return modern(self.config.aliases.get(code, code))

    def _recipients(self, letter: Letter, row: Listed) -> tuple[str, ...]:
        level1 = self.config.own_codes
        if not level1:
            return letter.receivers
        own = [code for code in letter.receivers if is_own(code, level1)]
        copy = usable_code(row.to) or ""
        # A copy for a code that the letter does not name: another spelling, or one more receiver.
        if is_own(copy, level1) and self._agency(copy) not in map(self._agency, own):
            own.append(copy)
        return tuple(own)

    def _time(self, row: Listed) -> datetime | None:
        """Return when the axis got it: the same at every reading, so that a repeat is one."""
        created, now = read_time(row.created[:19]), self.ctx.now()
        return created if created is not None and now - _OLDEST < created <= now else None

    def _note(self, item: _Item) -> None:
        if item.record is None:
            self.ctx.log.info("a second copy of a letter: %s", item.row.doc_id)
            self._owed.copy(item.row.doc_id, item.first)
            return
        self._owed.read(item.record.position, item.row.doc_id, item.verdict)
        if item.key and isinstance(item.record.message, Draft):
            self._seen[item.key] = (item.core, item.record.position)
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)


def _refused(row: Listed, error: Reject, verdict: Verdict | None, raw: bytes) -> _Item:
    record = Record(position=_position(row, verdict), message=error, raw=raw)
    return _Item(row=row, record=record, verdict=verdict)


def _position(row: Listed, verdict: Verdict | None) -> str:
    return f"{verdict or 'keep'}:{row.doc_id}"
