"""The calls of the axis' client interface, as functions over one HTTP client."""

import binascii
import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from hashlib import sha256
from typing import Any, Final

import httpx2
from lgsp_adapter import Fatal, Reject, Retryable, http_error
from lgsp_adapter.net import http_fault
from pydantic import SecretStr

from hub_adapter_edxml_axis.config import AxisConfig
from hub_adapter_edxml_axis.signing import sign

SERVICE_TYPE: Final = "eDoc"
Files = dict[str, tuple[str, bytes, str]]


@unique
class MessageType(StrEnum):
    """What a packet is to the axis."""

    DOCUMENT = "edoc"
    STATUS = "status"


@unique
class Verdict(StrEnum):
    """What the axis is told of an item; until `done` or `fail` it lists the item again."""

    PROCESSING = "processing"
    DONE = "done"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One row of getReceivedEdocList. `doc_id` is the axis' own, not the letter's DocumentId."""

    doc_id: str
    message_type: MessageType
    created: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One row of getSentEdocList. An empty text is what the axis left out."""

    sender_doc_id: str
    from_code: str
    to_code: str
    title: str
    notation: str
    sent_time: str
    """As the axis writes it; its form is not documented."""


class Calls:
    """Calls the axis. One wrong answer becomes one of the SDK's errors; nothing is retried."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        config: AxisConfig,
        *,
        secret: SecretStr,
        now: Callable[[], datetime],
    ) -> None:
        self._client, self._url = client, config.url.rstrip("/")
        self._system_id = config.system_id
        self._retry_codes, self._stop_codes = config.retry_codes, config.stop_codes
        self._secret, self._now = secret, now

    async def received(self, kind: MessageType) -> list[Listed]:
        """List what waits for us and is neither `done` nor `fail`."""
        rows = await self.rows("getReceivedEdocList", _service(kind))
        return [
            Listed(
                doc_id=_text(row, "docId"),
                message_type=kind,
                created=_text(row, "created_time"),
                to=_text(row, "to"),
            )
            for row in rows
            if _text(row, "docId")
        ]

    async def sent(self, kind: MessageType) -> list[Sent]:
        """List what we have sent."""
        rows = await self.rows("getSentEdocList", _service(kind))
        return [
            Sent(
                sender_doc_id=_text(row, "senderDocId"),
                from_code=_text(row, "fromCode"),
                to_code=_text(row, "toCode"),
                title=_text(row, "title"),
                notation=_text(row, "notation"),
                sent_time=_text(row, "sentTime"),
            )
            for row in rows
        ]

    async def packet(self, doc_id: str) -> bytes:
        """Fetch one packet.

        Raises:
            Reject: `axis_refused`; `axis_answer` where what came is no base64.
        """
        answer = await self.call("getEdoc", {"docId": doc_id})
        data = "".join(_text(answer, "data").split())
        if not data:
            raise Reject("axis_answer", "getEdoc: no data")
        try:
            return b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            raise Reject("axis_answer", "getEdoc: data is not base64") from None

    async def send(self, packet: bytes, kind: MessageType, sender: str, to: list[str]) -> str:
        """Send one packet; return the axis' id of it. An empty `to` leaves it to the packet."""
        parameters = {"from": sender, **_service(kind)}
        if to:
            parameters["to"] = json.dumps(to, separators=(",", ":"))
        digest = sha256(packet).hexdigest()
        parameters["hash-file"] = digest
        files = {"file_doc": (f"{digest[:32]}.edxml", packet, "application/xml")}
        answer = await self.call("sendEdoc", parameters, files)
        return _text(answer, "DocId") or _text(answer, "docId")

    async def tell(self, doc_id: str, verdict: Verdict) -> None:
        """Tell the axis what became of an item."""
        await self.call("updateStatus", {"docid": doc_id, "status": str(verdict)})

    async def rows(self, name: str, parameters: Mapping[str, str]) -> list[dict[str, Any]]:
        """Make a call that answers with a list.

        Raises:
            Retryable: also where the axis refuses: a list is no message that could be at fault.
        """
        try:
            answer = await self.call(name, parameters)
        except Reject as error:
            raise Retryable(f"{name}: refused", peer_code=error.peer_code) from error
        data = answer.get("data") or []
        if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
            raise Retryable(f"{name}: data is no list of objects")
        return data

    async def call(
        self, name: str, parameters: Mapping[str, str], files: Files | None = None
    ) -> dict[str, Any]:
        """Make one call; return the answer's object.

        Raises:
            Retryable, Backpressure, Fatal: the axis could not be reached or used, or its answer
                says neither that the call was done nor that it was not.
            Reject: `axis_refused`, with the axis' code. Its description may quote the letter, so
                it is not kept.
        """
        headers = sign(
            parameters,
            system_id=self._system_id,
            secret=self._secret.get_secret_value(),
            now=self._now(),
        )
        try:
            response = await self._client.post(f"{self._url}/{name}", headers=headers, files=files)
        except httpx2.HTTPError as error:
            raise http_fault(error) from error
        return self._answer(name, response)

    def _answer(self, name: str, response: httpx2.Response) -> dict[str, Any]:
        answer = _object(response)
        code = _code(answer)
        retry_after = response.headers.get("retry-after")
        error = http_error(response.status_code, retry_after, now=self._now(), peer_code=code)
        if error is not None:
            raise error
        if answer is None:
            raise Retryable(f"{name}: the answer is no JSON object")
        if code in self._retry_codes:
            raise Retryable(f"{name}: {code}", peer_code=code)
        return self._judged(name, answer, code)

    def _judged(self, name: str, answer: dict[str, Any], code: str | None) -> dict[str, Any]:
        status = _text(answer, "status").upper()
        if code in self._stop_codes:
            raise Fatal(f"{name}: check system id, secret and clock", peer_code=code)
        if status == "FAIL" or code not in (None, "0"):
            raise Reject("axis_refused", name, peer_code=code)
        if code is None and status != "OK":
            # Taken for success, a list in an odd shape would say that nothing was sent.
            raise Retryable(f"{name}: the answer is none of the axis'")
        return answer


def _service(kind: MessageType) -> dict[str, str]:
    return {"servicetype": SERVICE_TYPE, "messagetype": str(kind)}


def _object(response: httpx2.Response) -> dict[str, Any] | None:
    try:
        answer = response.json()
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _code(answer: Mapping[str, Any] | None) -> str | None:
    return _text(answer or {}, "ErrorCode") or None


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value)
