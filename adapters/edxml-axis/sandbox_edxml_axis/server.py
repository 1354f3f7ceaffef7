"""The axis' server: signed calls in, `{"status", "ErrorCode", "ErrorDesc", …}` out."""

import base64
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, ClassVar, Final

from lgsp_adapter.sandbox import Sandbox, Upset, What
from lgsp_adapter.sandbox.mischief import ANY_SERVER
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from sandbox_edxml_axis.answers import (
    Refusal,
    failure,
    message_type,
    receivers_of,
    stamp,
    success,
)
from sandbox_edxml_axis.directory import Agency, Directory, sample
from sandbox_edxml_axis.listing import agency_row, agency_row_20, registered, unit_row
from sandbox_edxml_axis.packets import Address, BadPacket, address, parse
from sandbox_edxml_axis.rewriting import rewrite
from sandbox_edxml_axis.signing import BadCall, Call, System, verify
from sandbox_edxml_axis.store import STATUSES, Parcel, Parcels

SYSTEMS: Final = tuple(
    System(id=f"mau.{name}", secret=f"sandbox-secret-{name}") for name in ("g99", "h99", "h98")
)
"""The members of a sandbox that is not told others: the centre and two provinces."""

Answer = Callable[[Call, Request], Awaitable[Response]]


class AxisSandbox(Sandbox):
    """The national document axis, for several member systems."""

    name: ClassVar[str] = "edxml-axis"
    can = ANY_SERVER | {What.DUPLICATE, What.REORDER}

    def __init__(
        self,
        *,
        systems: Iterable[System] = SYSTEMS,
        agencies: Iterable[Agency] | None = None,
        hands_back: bool = False,
        **base: Any,
    ) -> None:
        super().__init__(**base)
        self._hands_back = hands_back
        self.systems = {each.id: each for each in systems}
        self._agencies = tuple(sample() if agencies is None else agencies)
        self.directory = Directory(self._agencies)
        self.parcels = Parcels()

    def routes(self) -> Sequence[BaseRoute]:
        calls: dict[str, Answer] = {
            "getReceivedEdocList": self._received,
            "getSentEdocList": self._sent,
            "sendEdoc": self._send,
            "getEdoc": self._get,
            "updateStatus": self._update,
            "getAgenciesList": self._agencies_list,
            "getAgenciesListQD20": self._agencies_list_20,
            "getSynchronizeUnit": self._units,
            "registerAgency": self._register,
            "deleteAgency": self._delete,
        }
        reads: dict[str, Answer] = {
            "downloadEdoc": self._download,
            "countReceiveEdoc": self._count_edoc,
            "countReceiveStatus": self._count_status,
        }
        return [
            *(Route(f"/{name}", self._signed(do), methods=["POST"]) for name, do in calls.items()),
            *(Route(f"/{name}", self._signed(do), methods=["GET"]) for name, do in reads.items()),
            Route("/_sandbox/put", self._put, methods=["POST"]),
        ]

    def forget(self) -> None:
        self.directory = Directory(self._agencies)
        self.parcels.clear()

    def describe(self) -> dict[str, Any]:
        members = [{"systemid": each.id, "secret": each.secret} for each in self.systems.values()]
        return super().describe() | {"systems": members}

    def put(
        self, packet: bytes, *, sender: str, to: Sequence[str], type_: str, raw: bool = False
    ) -> list[str]:
        """Have a packet from another member; return its ids, one for each receiver.

        Args:
            packet: the packet's bytes.
            sender: the sending agency's code.
            to: the receivers' codes.
            type_: `edoc` or `status`.
            raw: carry the bytes as they are; the real axis never does.
        """
        carried = packet if raw else rewrite(packet, self.chance, self.now())
        named = Address(key="", sender=sender, receivers=tuple(to), title="", notation="")
        source = self.directory.find(sender)
        return self._carry(named, carried, type_, source.system if source else "")[1]

    def _signed(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def call(request: Request) -> Response:
            try:
                return await answer(verify(request.headers, self.systems), request)
            except BadCall as error:
                return failure("SIGNATURE", str(error))
            except Refusal as error:
                return failure(error.code, error.text)
            except BadPacket as error:
                return failure("PACKET", str(error))

        return call

    async def _received(self, call: Call, request: Request) -> Response:
        parcels = self.parcels.waiting(call.system.id, message_type(call))
        rows = [each.received_row() for each in parcels]
        return success(data=self.mischief.listed(request.url.path, rows))

    async def _sent(self, call: Call, request: Request) -> Response:
        sent_id = call.parameters.get("docid", "")
        rows = [
            p.sent_row() for p in self.parcels.sent(call.system.id, message_type(call), sent_id)
        ]
        return success(data=self.mischief.listed(request.url.path, rows))

    async def _send(self, call: Call, request: Request) -> Response:
        type_, sender = message_type(call), self._own(call, "from")
        async with request.form(max_files=1, max_fields=10) as form:
            part = form.get("file_doc")
            if not isinstance(part, UploadFile):
                raise Refusal("FILE", "no part file_doc")
            packet = await part.read()
        found = address(parse(packet))
        receivers = receivers_of(call) or found.receivers
        if missing := [each for each in receivers if self.directory.find(each) is None]:
            raise Refusal("RECEIVER", f"unknown receivers: {len(missing)}")
        named = Address(
            key=found.key,
            sender=sender,
            receivers=receivers,
            title=found.title,
            notation=found.notation,
        )
        carried = rewrite(packet, self.chance, self.now())
        self.journal.effect(type_, found.key, receivers=len(receivers))
        sent_id, _ = self._carry(named, carried, type_, call.system.id)
        return success(DocId=sent_id)

    async def _get(self, call: Call, _: Request) -> Response:
        return success(data=base64.b64encode(self._readable(call).packet).decode())

    async def _download(self, call: Call, _: Request) -> Response:
        packet = self._parcel(call).packet
        pieces = (packet[at : at + 65_536] for at in range(0, len(packet), 65_536))
        return StreamingResponse(pieces, media_type="application/octet-stream")

    async def _update(self, call: Call, _: Request) -> Response:
        parcel, status = self._parcel(call), call.parameters.get("status", "")
        if status not in STATUSES:
            raise Refusal("STATUS", "not processing, done or fail")
        if parcel.status == status:
            self.journal.repeat("updateStatus", f"{parcel.id}:{status}")
        else:
            self.journal.effect("updateStatus", f"{parcel.id}:{status}")
            parcel.status, parcel.updated = status, self._stamp()
        return success()

    async def _count_edoc(self, call: Call, _: Request) -> Response:
        return success(count=len(self.parcels.waiting(call.system.id, "edoc")))

    async def _count_status(self, call: Call, _: Request) -> Response:
        return success(count=len(self.parcels.waiting(call.system.id, "status")))

    async def _agencies_list(self, _: Call, request: Request) -> Response:
        rows = [agency_row(each) for each in self.directory if not each.deleted]
        return success(data=self.mischief.listed(request.url.path, rows))

    async def _agencies_list_20(self, call: Call, request: Request) -> Response:
        level = call.parameters.get("level", "")
        rows = [
            agency_row_20(each)
            for each in self.directory
            if not each.deleted and level in ("", each.level)
        ]
        return success(data=self.mischief.listed(request.url.path, rows))

    async def _units(self, _: Call, request: Request) -> Response:
        return success(
            data=self.mischief.listed(request.url.path, [*map(unit_row, self.directory)])
        )

    async def _register(self, call: Call, _: Request) -> Response:
        parent = self.directory.find(self._own(call, "pcode"))
        code = call.parameters.get("code", "")
        if parent is None or not code or not call.parameters.get("name"):
            raise Refusal("AGENCY", "pcode, code and name are needed")
        if self.directory.knows(code):
            raise Refusal("AGENCY", "the code is given already")
        self.directory.put(registered(call.parameters, parent, self._stamp()))
        self.journal.effect("registerAgency", code)
        return success()

    async def _delete(self, call: Call, _: Request) -> Response:
        code = self._own(call, "agencycode")
        found = self.directory.find(code)
        if found is not None:
            self.directory.delete(found.code, self._stamp())
            self.journal.effect("deleteAgency", found.code)
        return success()

    async def _put(self, request: Request) -> Response:
        asked = request.query_params
        try:
            ids = self.put(
                await request.body(),
                sender=asked.get("from", "G99"),
                to=asked.getlist("to"),
                type_=asked.get("messagetype", "edoc"),
                raw="raw" in asked,
            )
        except BadPacket as error:
            raise Upset(422, {"error": str(error)}) from error
        return JSONResponse({"docIds": ids})

    def _carry(
        self, found: Address, packet: bytes, type_: str, system: str
    ) -> tuple[str, list[str]]:
        sent_id, stamp = self._id(), self._stamp()
        ids = []
        for receiver in found.receivers:
            agency = self.directory.find(receiver)
            parcel = Parcel(
                id=self._id(),
                sent_id=sent_id,
                system=agency.system if agency else "",
                sending_system=system,
                sender=found.sender,
                receiver=receiver,
                type=type_,
                packet=packet,
                title=found.title,
                notation=found.notation,
                created=stamp,
                updated=stamp,
            )
            self.parcels.add(parcel)
            ids.append(parcel.id)
        return sent_id, ids

    def _readable(self, call: Call) -> Parcel:
        """Return a parcel for its receiver and, if so built, by `senderDocId` for its sender."""
        named, system = call.parameters.get("docid", ""), call.system.id
        sent = self.parcels.sent_by(named, system) if self._hands_back else None
        return sent or self._parcel(call)

    def _parcel(self, call: Call) -> Parcel:
        found = self.parcels.get(call.parameters.get("docid", ""), call.system.id)
        if found is None:
            raise Refusal("DOCUMENT", "no such document for this system")
        return found

    def _own(self, call: Call, name: str) -> str:
        code = call.parameters.get(name, "")
        agency = self.directory.find(code)
        if agency is None or agency.system != call.system.id:
            raise Refusal("AGENCY", f"{name}: not an agency of this system")
        return code

    def _id(self) -> str:
        return f"{self.chance.getrandbits(96):024x}"

    def _stamp(self) -> str:
        return stamp(self.now())
