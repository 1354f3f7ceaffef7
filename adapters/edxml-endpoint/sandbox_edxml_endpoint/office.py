"""The e-Office: sends letters, polls, fetches, confirms, sends statuses; one `turn` does all once.

It is a client; its own small server is for the controls only. Its clock is the given one plus what
`advance` adds, so that minutes of waiting take no time. Misbehaviour has paths below `/office`.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from lgsp_adapter.sandbox import Sandbox, Upset, What
from lgsp_adapter.sandbox.answers import json_object
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox_edxml_endpoint.answers import Outcome
from sandbox_edxml_endpoint.outbox import Outbox, Parcel
from sandbox_edxml_endpoint.packets import Facts, Unreadable, facts, status_packet
from sandbox_edxml_endpoint.wires import Account, BkavWire, LangSonWire, Wire

SEND: Final = "/office/send"
POLL: Final = "/office/poll"
_VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(slots=True)
class Turn:
    """What one turn did."""

    sent: int = 0
    waiting: int = 0
    refused: int = 0
    received: int = 0
    unreadable: int = 0


class EOffice(Sandbox):
    """An e-Office of one agency."""

    name: ClassVar[str] = "edxml-endpoint"
    can = frozenset(
        {
            What.DUPLICATE,
            What.REORDER,
            What.HALF_BODY,
            What.WRONG_SCHEMA,
            What.TIMEOUT_AFTER_SUCCESS,
        }
    )

    def __init__(
        self,
        *,
        account: Account | None = None,
        shape: str = "langson",
        own: str = "H99.98",
        title: str = "Sở Kiểm thử tỉnh Mẫu",
        statuses: Sequence[str] = ("01", "03"),
        **base: Any,
    ) -> None:
        super().__init__(**base)
        self._clock, self._ahead = self.now, timedelta()
        self.now = self._time
        self.own, self.title, self.statuses = own, title, tuple(statuses)
        self.outbox = Outbox()
        self.inbox: dict[str, bytes] = {}
        """Packets by the axis' id."""
        self.wire: Wire | None = None
        if account is not None:
            self.connect(account, shape)

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/_sandbox/connect", self._connect, methods=["POST"]),
            Route("/_sandbox/send", self._send, methods=["POST"]),
            Route("/_sandbox/turn", self._turn, methods=["POST"]),
            Route("/_sandbox/advance", self._advance, methods=["POST"]),
        ]

    def forget(self) -> None:
        self.outbox = Outbox()
        self.inbox.clear()
        self._ahead = timedelta()

    def connect(self, account: Account, shape: str = "langson") -> Wire:
        """Speak to this axis from now on.

        Raises:
            ValueError: the shape is neither `langson` nor `bkav`.
        """
        shapes: dict[str, Any] = {"langson": LangSonWire, "bkav": BkavWire}
        if shape not in shapes:
            raise ValueError("shape: langson or bkav")
        wire: Wire = shapes[shape](account, self._time)
        self.wire = wire
        return wire

    def advance(self, seconds: float) -> None:
        """Let time pass on the e-Office's clock."""
        self._ahead += timedelta(seconds=seconds)

    def write(self, packet: bytes, type_: str = "edoc") -> str:
        """Have a packet to send at the next turn; return its business key.

        Raises:
            Unreadable: an e-Office writes no such packet.
        """
        key = facts(packet).key
        self.outbox.waiting.append(Parcel(packet=packet, type=type_, key=key, due=self.now()))
        return key

    def answer(self, about: Facts, status: str) -> str:
        """Have a status about a letter to send."""
        at = self.now().astimezone(_VIETNAM).strftime("%Y/%m/%d %H:%M:%S")
        packet = status_packet(about, own=self.own, name=self.title, status=status, at=at)
        return self.write(packet, "status")

    async def turn(self) -> Turn:
        """Send what is due, then fetch, store, confirm and answer what waits.

        Raises:
            RuntimeError: it is connected to nothing.
        """
        if self.wire is None:
            raise RuntimeError("connect the e-Office first")
        before = len(self.outbox.sent), len(self.outbox.refused)
        done = Turn()
        await self._send_due(self.wire)
        for type_ in ("edoc", "status"):
            ids = await self.wire.pending(type_, self.now().astimezone(_VIETNAM))
            for id_ in self.mischief.listed(POLL, ids):
                await self._receive(self.wire, id_, done)
        done.sent = len(self.outbox.sent) - before[0]
        done.refused = len(self.outbox.refused) - before[1]
        done.waiting = len(self.outbox.waiting)
        return done

    async def _send_due(self, wire: Wire) -> None:
        for parcel in self.mischief.listed(SEND, self.outbox.due(self.now())):
            outcome = await wire.send(self._spoilt(parcel.packet), parcel.type)
            if outcome.ok:
                self.journal.effect("sent", parcel.key)
            if outcome.ok and self.mischief.take(SEND, What.TIMEOUT_AFTER_SUCCESS):
                outcome = Outcome(code="no_answer")  # It gave up before the answer came.
            self.outbox.settle(parcel, outcome, self.now())

    def _spoilt(self, packet: bytes) -> bytes:
        if self.mischief.take(SEND, What.HALF_BODY):
            return packet[: len(packet) // 2]
        if self.mischief.take(SEND, What.WRONG_SCHEMA):
            return b"<notAPacket/>"
        return packet

    async def _receive(self, wire: Wire, id_: str, done: Turn) -> None:
        packet = await wire.fetch(id_)
        if packet is None:
            return  # It stays in the list for the next turn.
        try:
            found = facts(packet)
        except Unreadable:
            done.unreadable += 1
            await wire.confirm(id_, "fail")
            return
        if id_ in self.inbox:
            self.journal.repeat("received", found.key)
        else:
            self.journal.effect("received", found.key)
            done.received += 1
            self.inbox[id_] = packet
            self._answers(found)
        await wire.confirm(id_, "done")

    def _answers(self, found: Facts) -> None:
        if not found.status:
            for status in self.statuses:
                self.answer(found, status)

    def _time(self) -> datetime:
        return self._clock() + self._ahead

    async def _connect(self, request: Request) -> Response:
        asked = await json_object(request)
        shape = str(asked.pop("shape", "langson"))
        try:
            self.connect(Account(**asked), shape)
        except (TypeError, ValueError) as error:
            raise Upset(422, {"error": "url, system, secret; shape langson or bkav"}) from error
        return JSONResponse({"connected": True})

    async def _send(self, request: Request) -> Response:
        try:
            key = self.write(await request.body(), request.query_params.get("messageType", "edoc"))
        except Unreadable as error:
            raise Upset(422, {"error": str(error)}) from error
        return JSONResponse({"key": key})

    async def _turn(self, _: Request) -> Response:
        if self.wire is None:
            raise Upset(409, {"error": "POST /_sandbox/connect first"})
        return JSONResponse(asdict(await self.turn()))

    async def _advance(self, request: Request) -> Response:
        self.advance(float((await json_object(request)).get("seconds", 0)))
        return JSONResponse({"now": self.now().isoformat()})
