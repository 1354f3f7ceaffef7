"""The calls of both shapes, over one desk.

`/v1/*` and `/api/lgspedoc/login`: as an e-office client calls one provincial LGSP.
`/EdocService/*`: as products call another provincial axis.
"""

import base64
import json
import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import Final

from lgsp_adapter import (
    AdapterError,
    Answer,
    Check,
    Context,
    Delivery,
    Desk,
    Done,
    Kind,
    Reject,
    Request,
    Service,
    Spec,
    Text,
)
from lgsp_edxml.times import ZONE, read_day
from lgsp_message.attributes import parse_time

from hub_adapter_edxml_endpoint.access import Access
from hub_adapter_edxml_endpoint.calls import parameters
from hub_adapter_edxml_endpoint.codes import Code, Refusal, failed, good, refused
from hub_adapter_edxml_endpoint.config import EndpointConfig
from hub_adapter_edxml_endpoint.intake import take_in
from hub_adapter_edxml_endpoint.multipart import NotMultipart, part
from hub_adapter_edxml_endpoint.outbox import Outbox, doc_id_of

LOGIN: Final = "/api/lgspedoc/login"
STATUS: Final = "vn.gov.document.status.v1"
_DOC_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_METHODS: Final = ("GET", "POST")

Handler = Callable[[Request, Mapping[str, str]], Awaitable[Answer]]


class EdxmlEndpoint(Service[EndpointConfig]):
    """One e-office system of an agency."""

    spec = Spec(
        name="edxml-endpoint",
        version="1.0.0",
        kind=Kind.SERVICE,
        config=EndpointConfig,
        title=Text(
            vi="Điểm kết nối cho phần mềm quản lý văn bản",
            en="Endpoint for e-office software that speaks to a provincial axis",
        ),
        types=tuple(
            f"vn.gov.document.{name}.v1"
            for name in ("issued", "withdrawn", "updated", "replaced", "status")
        ),
    )
    _access: Access
    _outbox: Outbox

    async def open(self, ctx: Context, desk: Desk) -> None:
        await super().open(ctx, desk)
        life = timedelta(minutes=self.config.token_minutes)
        secret = await ctx.secret(self.config.secret_key)
        self._access = Access(self.config.system_id, secret, token_life=life)
        self._outbox = Outbox(desk, ctx)
        self._handlers: dict[str, Handler] = {
            "/v1/sendEdoc": self._send_form,
            "/v1/syncReceivedEdocList": self._list,
            "/v1/getEdoc": self._get_json,
            "/v1/updateStatus": self._update,
            "/EdocService/sendDocument": self._send_bytes,
            "/EdocService/getPendingDocIds": self._pending,
            "/EdocService/getDocument": self._get_bytes,
            "/EdocService/confirmReceived": self._confirm,
            "/EdocService/getOrganizations": self._organisations,
            "/EdocService/checkExistDocument": self._exists,
        }

    async def check(self) -> Check:
        waiting = len(await self.desk.waiting(self.config.page))
        return Check(
            ok=True,
            vi=f"Sẵn sàng; {waiting} văn bản đang chờ phần mềm nhận",
            en=f"ready; {waiting} documents wait for the software",
        )

    async def answer(self, request: Request) -> Answer:
        """Answer in the e-office's own words, whatever happened."""
        try:
            return await self._routed(request)
        except Refusal as refusal:
            return refused(refusal)
        except AdapterError as error:
            # Code 20 with status 503 is the one that clients call again after.
            return failed(error)

    async def _routed(self, request: Request) -> Answer:
        path = request.path.rstrip("/")
        if path == LOGIN:
            return self._login(request)
        if not self._is_known(request):
            raise Refusal(Code.WRONG_CREDENTIALS)
        handler = self._handlers.get(path)
        if handler is None or request.method not in _METHODS:
            raise Refusal(Code.PROCESSING, "no such call", status=404)
        return await handler(request, parameters(request))

    def _is_known(self, request: Request) -> bool:
        by_token = self._access.knows_token(request.headers, self.ctx.now())
        by_headers = self._access.knows_headers(request.headers)
        return by_token or (by_headers and not self.config.token_required)

    def _login(self, request: Request) -> Answer:
        given = parameters(request)
        by_body = self._access.knows(given.get("systemid", ""), given.get("secretkey", ""))
        if not (by_body or self._access.knows_headers(request.headers)):
            raise Refusal(Code.WRONG_CREDENTIALS)
        token = self._access.token(self.ctx.now())
        seconds = self.config.token_minutes * 60
        return good(token=token, token_type="Bearer", expires_in=seconds)  # noqa: S106  (a scheme)

    async def _send_form(self, request: Request, _: Mapping[str, str]) -> Answer:
        content_type = request.headers.get("content-type", "")
        try:
            packet = part(content_type, request.body, "edocFile")
        except NotMultipart as error:
            raise Refusal(Code.INVALID_FILE, str(error)) from error
        return await self._sent(packet)

    async def _send_bytes(self, request: Request, _: Mapping[str, str]) -> Answer:
        return await self._sent(request.body)

    async def _sent(self, packet: bytes) -> Answer:
        if not packet:
            raise Refusal(Code.INVALID_FILE, "no bytes")
        draft = await take_in(packet, self.config.organ_codes, self.ctx)
        # Invariant 1: "0" is said only after the message is durable.
        await self.desk.submit(draft)
        return good(DocId=draft.id)

    async def _list(self, _: Request, given: Mapping[str, str]) -> Answer:
        kind = given.get("messagetype", "")
        first, last = _day(given, "fromdate"), _day(given, "todate")
        if not self.config.strict_dates:
            # A letter may come here days after it was written, and an office may be closed for
            # longer than the window that it asks for: what waits is listed until it is settled.
            first = None

        def wanted(delivery: Delivery) -> bool:
            day = _day_of(delivery)
            in_time = (first is None or first <= day) and (last is None or day <= last)
            return in_time and kind in ("", _message_type(delivery))

        found = await self._outbox.listed(self.config.page, wanted)
        return good(data=[_row(delivery) for delivery in found])

    async def _pending(self, _: Request, __: Mapping[str, str]) -> Answer:
        found = await self._outbox.listed(self.config.page, lambda _: True)
        return good(data=[doc_id_of(delivery) for delivery in found])

    async def _get_json(self, _: Request, given: Mapping[str, str]) -> Answer:
        packet = await self._packet(given)
        return good(data=base64.b64encode(packet).decode())

    async def _get_bytes(self, _: Request, given: Mapping[str, str]) -> Answer:
        return Answer(body=await self._packet(given), content_type="application/octet-stream")

    async def _packet(self, given: Mapping[str, str]) -> bytes:
        delivery = await self._outbox.get(_doc_id(given))
        if delivery is None:
            raise Refusal(Code.INVALID_FILE, "docId: nothing waits by this name")
        return await self._outbox.packet(delivery)

    async def _update(self, _: Request, given: Mapping[str, str]) -> Answer:
        return await self._settled(given, given.get("status", ""))

    async def _confirm(self, _: Request, given: Mapping[str, str]) -> Answer:
        # Whether it takes a status is not published; "received" that says `fail` is a failure.
        return await self._settled(given, given.get("status", "done"))

    async def _settled(self, given: Mapping[str, str], status: str) -> Answer:
        doc_id, status = _doc_id(given), status.lower()
        if status == "done":
            await self._outbox.settle(doc_id, Done())
        elif status == "fail":
            await self._outbox.settle(doc_id, Reject("peer_failed", "the e-office says: fail"))
        elif status != "processing":
            raise Refusal(Code.PROCESSING, "status: processing, done or fail")
        return good()

    async def _organisations(self, _: Request, __: Mapping[str, str]) -> Answer:
        return good(
            data=[{"code": each.code, "name": each.name} for each in self.config.organisations]
        )

    async def _exists(self, _: Request, given: Mapping[str, str]) -> Answer:
        document = given.get("documentid")
        if document is None:
            return good(data=await self._outbox.get(_doc_id(given)) is not None)
        name = unicodedata.normalize("NFC", document)

        def wanted(delivery: Delivery) -> bool:
            return delivery.subject == name and delivery.type != STATUS

        return good(data=bool(await self._outbox.listed(1, wanted)))


def _doc_id(given: Mapping[str, str]) -> str:
    doc_id = given.get("docid", "").lower()
    if not _DOC_ID.fullmatch(doc_id):
        raise Refusal(Code.INVALID_FILE, "docId: missing, or none of ours")
    return doc_id


def _day(given: Mapping[str, str], name: str) -> date | None:
    text = given.get(name, "")
    day = read_day(text)
    if text and day is None:
        raise Refusal(Code.PROCESSING, f"{name}: YYYY/MM/DD")
    return day


def _day_of(delivery: Delivery) -> date:
    return parse_time(delivery.attributes["time"], "time").astimezone(ZONE).date()


def _message_type(delivery: Delivery) -> str:
    return "status" if delivery.type == STATUS else "edoc"


def _row(delivery: Delivery) -> dict[str, str]:
    at = parse_time(delivery.attributes["time"], "time").astimezone(ZONE)
    return {
        "docId": doc_id_of(delivery),
        "serviceType": "eDoc",
        "messageType": _message_type(delivery),
        "created_time": f"{at:%Y/%m/%d %H:%M:%S}",
        "from": _sender(delivery),
        "status": "initial",
    }


def _sender(delivery: Delivery) -> str:
    """Return the sending agency's code; the list must not fail for a body that is none."""
    try:
        return str(json.loads(delivery.body)["from"]["code"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
