"""SMS brandname: Vinaphone's JSON (`RQST`) and Viettel's SOAP.

Known of Vinaphone: RQST{AGENTID, LABELID, TEMPLATEID, PARAMS, MOBILELIST…}. Known of Viettel: User,
CPCode, RequestID, ServiceID, CommandCode, ContentType. The answers and the other names (name,
RPLY; Password, UserID, ReceiverID, Content, result) are from memory of their guides. Error codes
but for success are the sandbox's own.
"""

import re
from typing import Any, Final
from xml.etree import ElementTree as ET

from lgsp_adapter.sandbox import required
from lgsp_adapter.sandbox.answers import json_object
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox_notify.box import Box

AGENT: Final = "AGENT-MAU"
USER: Final = "mau"
PASSWORD: Final = "sandbox-password"  # noqa: S105  (of the sandbox)
CP_CODE: Final = "CP-MAU"
TEMPLATES: Final = frozenset({"TPL-MAU-1", "TPL-MAU-2"})
"""Approved beforehand; another one is refused."""
_MOBILE: Final = re.compile(r"84\d{9,10}", re.ASCII)
_ENVELOPE: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>'
    '<ns2:wsCpMtResponse xmlns:ns2="http://impl.bulkSms.ws/"><return>'
    "<message>{message}</message><result>{result}</result>"
    "</return></ns2:wsCpMtResponse></S:Body></S:Envelope>"
)


class Sms:
    """Both gateways."""

    def __init__(self, box: Box) -> None:
        self._box = box

    def routes(self) -> list[Route]:
        """Return their calls."""
        return [
            Route("/vinaphone", self._vinaphone, methods=["POST"]),
            Route("/viettel", self._viettel, methods=["POST"]),
        ]

    async def _vinaphone(self, request: Request) -> Response:
        body = await json_object(request)
        asked = body.get("RQST")
        if not isinstance(asked, dict):
            return _reply({}, "1", "RQST is missing")
        names = ("AGENTID", "LABELID", "TEMPLATEID", "MOBILELIST")
        # A template without parameters has an empty list of them.
        listed = [] if isinstance(asked.get("PARAMS"), list) else ["PARAMS"]
        if missing := required(asked, *names) + listed:
            return _reply(asked, "1", "missing: " + ", ".join(missing))
        if asked["AGENTID"] != AGENT:
            return _reply(asked, "2", "AGENTID is unknown")
        if asked["TEMPLATEID"] not in TEMPLATES:
            return _reply(asked, "3", "TEMPLATEID is not approved")
        numbers = str(asked["MOBILELIST"]).split(",")
        if not all(_MOBILE.fullmatch(each) for each in numbers):
            return _reply(asked, "4", "MOBILELIST: not 84 and digits")
        for each in numbers:
            self._box.sent("sms-vinaphone", each, [asked["TEMPLATEID"], asked["PARAMS"]])
        return _reply(asked, "0", "success")

    async def _viettel(self, request: Request) -> Response:
        fields = _soap(await request.body())
        names = ("User", "CPCode", "RequestID", "ServiceID", "CommandCode", "ContentType")
        receiver = fields.get("ReceiverID") or fields.get("UserID", "")
        if missing := required(fields, *names):
            return _soap_answer(0, "missing: " + ", ".join(missing))
        account = fields["User"], fields.get("Password"), fields["CPCode"]
        if account != (USER, PASSWORD, CP_CODE):
            return _soap_answer(0, "User, Password or CPCode is wrong")
        if not _MOBILE.fullmatch(receiver):
            return _soap_answer(0, "ReceiverID: not 84 and digits")
        self._box.sent("sms-viettel", receiver, fields.get("Content", ""))
        return _soap_answer(1, "Insert MT_QUEUE: OK")


def _reply(asked: dict[str, Any], code: str, text: str) -> Response:
    name = asked.get("name", "send_sms_list")
    return JSONResponse({"RPLY": {"name": name, "ERROR": code, "ERROR_DESC": text}})


def _soap(body: bytes) -> dict[str, str]:
    """Return all leaves by local name; nothing where it is no XML, or has a DOCTYPE."""
    if b"<!DOCTYPE" in body:
        return {}
    try:
        tree = ET.fromstring(body)  # noqa: S314  (no DOCTYPE, no entities)
    except ET.ParseError:
        return {}
    leaves = (each for each in tree.iter() if len(each) == 0)
    return {each.tag.rpartition("}")[2]: (each.text or "").strip() for each in leaves}


def _soap_answer(result: int, message: str) -> Response:
    text = _ENVELOPE.format(result=result, message=message)
    return Response(text, media_type="text/xml")
