"""`vnpost-in`: follows the orders that `vnpost-out` made, and tells what happens to them.

Events are first written to the state file in the order in which they are seen; a position is a
place in it. So the post office may be asked in any order and as often as wanted.
"""

import json
from pathlib import Path
from typing import Annotated, Any, Final

from lgsp_adapter import Check, Context, Kind, Record, Reject, Source, Spec, Text
from lgsp_adapter.outgoing import Connect, open_guarded
from lgsp_adapter.state import StateAndPeer
from pydantic import Field

from hub_adapter_vnpost import tracking
from hub_adapter_vnpost.out import ORDERS
from hub_adapter_vnpost.session import Session, VnpostConfig, session_of
from hub_adapter_vnpost.tracking import Event, Shape

_EVENTS: Final = "vnpost-event"
_PAGE: Final = 500


class VnpostInConfig(VnpostConfig):
    """How tracking events are spelt."""

    state: Annotated[Path, Text(vi="Tệp trạng thái", en="State file")]
    """The file of `vnpost-out`."""
    orders_at_once: Annotated[
        int, Text(vi="Số đơn hỏi mỗi lần", en="Orders asked for in one read"), Field(ge=1, le=50)
    ] = 20
    events_field: Annotated[str, Text(vi="Trường sự kiện", en="Field of the events")] = "Data"
    code_field: Annotated[str, Text(vi="Trường mã", en="Field of the code")] = "StatusCode"
    text_field: Annotated[str, Text(vi="Trường mô tả", en="Field of the text")] = "StatusName"
    time_field: Annotated[str, Text(vi="Trường thời gian", en="Field of the time")] = "StatusTime"
    time_format: Annotated[str, Text(vi="Dạng thời gian", en="Form of the time")] = "%Y%m%d%H%M%S"
    """As `strptime` takes it; empty: ISO 8601. Without a zone it is Viet Nam's. Not published: the
    default is the form of the other national systems."""
    delivered_codes: Annotated[
        frozenset[str], Text(vi="Mã đã phát", en="Codes of delivery"), Field(min_length=1)
    ]
    ended_codes: Annotated[
        frozenset[str], Text(vi="Mã kết thúc khác", en="Codes of another end")
    ] = frozenset()
    """Returned to the sender, cancelled: told as a step, and no longer followed."""


class VnpostIn(Source[VnpostInConfig]):
    """Delivered becomes `dossier.returned`; every other event a `dossier.step` in state 9."""

    spec = Spec(
        name="vnpost-in",
        version="1.0.0",
        kind=Kind.SOURCE,
        config=VnpostInConfig,
        title=Text(vi="Theo dõi bưu gửi", en="Tracking of parcels"),
        types=(tracking.STEP, tracking.RETURNED),
    )

    def __init__(self, config: VnpostInConfig, connect: Connect = open_guarded) -> None:
        super().__init__(config)
        self._connect = connect
        self._held: StateAndPeer[Session] = StateAndPeer(config.state)
        self._state = self._held.state
        self._identity = ""
        self._place = 0
        self._asked = 0
        self._acked = 0
        self._shape = Shape(
            events=config.events_field,
            code=config.code_field,
            text=config.text_field,
            time=config.time_field,
            format=config.time_format,
            delivered=config.delivered_codes,
            ended=config.ended_codes,
        )

    async def open(self, ctx: Context, position: str | None) -> None:
        await super().open(ctx, position)
        await self._held.open(lambda: session_of(self.config, ctx, self._connect))
        self._identity = await self._state.identity()
        self._place = self._seq(position)
        # A crash between the hub's commit and `ack`: what `ack` would have done.
        await self._forget(self._place)

    async def close(self) -> None:
        await self._held.close()

    async def check(self) -> Check:
        await self._held.peer.tracking("HUB-CHECK")
        return Check(ok=True, vi="Bưu điện trả lời", en="The post office answers")

    async def read(self, limit: int) -> list[Record]:
        rows = await self._state.after(_EVENTS, self._place, limit)
        if not rows:
            await self._ask()
            rows = await self._state.after(_EVENTS, self._place, limit)
        records = [self._record(seq, value) for seq, _, value in rows]
        # Only now, and without waiting in between: a cancelled read has moved nothing.
        self._place = rows[-1][0] if rows else self._place
        return records

    async def ack(self, position: str) -> None:
        await self._forget(self._seq(position))

    async def _ask(self) -> None:
        """Ask for the next orders in turn, and write down what is new."""
        orders = await self._state.after(ORDERS, self._asked, self.config.orders_at_once)
        if not orders:
            self._asked = 0
            orders = await self._state.after(ORDERS, 0, self.config.orders_at_once)
        for seq, number, memory in orders:
            for event in tracking.events(number, await self._answer(number), self._shape):
                row = json.dumps({"order": number, "raw": event.raw, "memory": memory})
                await self._state.claim(_EVENTS, event.key, row)
            self._asked = seq

    async def _answer(self, number: str) -> dict[str, Any]:
        try:
            return await self._held.peer.tracking(number) or {}
        except Reject as error:
            # Of one order: it is told once, as an event nobody can read, and hides no other.
            return {self.config.events_field: [{"Status": error.peer_code}]}

    def _record(self, seq: int, value: str) -> Record:
        row = json.loads(value)
        event = Event(order=row["order"], raw=row["raw"])
        message = tracking.draft(event, json.loads(row["memory"]), self._shape)
        return Record(position=f"{self._identity}:{seq}", message=message, raw=event.raw.encode())

    async def _forget(self, place: int) -> None:
        """Stop following orders whose last event is durable in the hub (invariant 1)."""
        while rows := await self._state.after(_EVENTS, self._acked, _PAGE):
            for seq, _, value in rows:
                if seq > place:
                    return
                row = json.loads(value)
                if tracking.is_last(Event(order=row["order"], raw=row["raw"]), self._shape):
                    await self._state.drop(ORDERS, row["order"])
                    await self._state.sweep(_EVENTS, f"{row['order']}/", seq)
                self._acked = seq

    def _seq(self, position: str | None) -> int:
        identity, _, seq = (position or "").rpartition(":")
        # Another file: its places mean nothing here. All is told again, under the same ids.
        return int(seq) if identity == self._identity and seq.isdigit() else 0
