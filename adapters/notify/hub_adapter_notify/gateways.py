"""The two shapes of SMS gateways: a request for one message, and what the answer means.

Vinaphone: JSON `RQST`/`RPLY`. Viettel: SOAP. Both do again what they are told again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol
from xml.sax.saxutils import escape

from lgsp_adapter import Backpressure, Fatal, Reject, Retryable
from lgsp_adapter.http import as_code
from lgsp_adapter.outgoing import Reply
from lgsp_adapter.xmltree import parse_xml

from hub_adapter_notify.notice import Message

_XML_REFUSES: Final = {*map(chr, range(32)), "\ufffe", "\uffff"} - {"\t", "\n", "\r"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The contract with the gateway, and how it says that it is busy or does not know us."""

    agent: str
    label: str
    user: str
    password: str = field(repr=False)
    busy: frozenset[str]
    denied: frozenset[str]


class Gateway(Protocol):
    """One shape."""

    def content(self, ref: str, to: str, message: Message) -> tuple[bytes, str]:
        """Return body and media type of the request.

        Raises:
            Reject: the text cannot be carried.
        """
        ...

    def judge(self, reply: Reply) -> None:
        """Return if the gateway took the message.

        Raises:
            Retryable, Backpressure, Reject, Fatal: it did not, with its own code.
        """
        ...

    def code(self, reply: Reply) -> str | None:
        """Return the gateway's own code, where the answer has one."""
        ...


@dataclass(frozen=True, slots=True)
class Vinaphone:
    """JSON `send_sms_list`: the text stands in the approved template, we give its parameters."""

    account: Account

    def content(self, ref: str, to: str, message: Message) -> tuple[bytes, str]:
        values = list(message.parameters.values())
        params = [{"NUM": str(n), "CONTENT": value} for n, value in enumerate(values, 1)]
        request = {
            "name": "send_sms_list",
            "REQID": ref,
            "AGENTID": self.account.agent,
            "LABELID": self.account.label,
            "TEMPLATEID": message.gateway_id,
            "PARAMS": params,
            "MOBILELIST": to,
            "SCHEDULETIME": "",
            "ISTELCOSUB": "0",
            "DATACODING": "0" if all(map(str.isascii, values)) else "8",
            "APIUSER": self.account.user,
            "APIPASS": self.account.password,
        }
        return json.dumps({"RQST": request}, ensure_ascii=False).encode(), "application/json"

    def judge(self, reply: Reply) -> None:
        _judge(self.account, self.code(reply), accepted="0")

    def code(self, reply: Reply) -> str | None:
        answer = reply.json().get("RPLY")
        return as_code(answer.get("ERROR")) if isinstance(answer, Mapping) else None


@dataclass(frozen=True, slots=True)
class Viettel:
    """SOAP `wsCpMt`: we give the whole text."""

    account: Account

    def content(self, ref: str, to: str, message: Message) -> tuple[bytes, str]:
        if any(char in _XML_REFUSES for char in message.text):
            raise Reject("bad_text", "a control character")
        fields = {
            "User": self.account.user,
            "Password": self.account.password,
            "CPCode": self.account.agent,
            "RequestID": ref,
            "UserID": to,
            "ReceiverID": to,
            "ServiceID": self.account.label,
            "CommandCode": message.gateway_id,
            "Content": message.text,
            "ContentType": "0" if message.text.isascii() else "1",
        }
        inner = "".join(
            f"<{name}>{escape(value, {chr(13): '&#13;'})}</{name}>"
            for name, value in fields.items()
        )
        envelope = (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
            ' xmlns:impl="http://impl.bulkSms.ws/"><soapenv:Body>'
            f"<impl:wsCpMt>{inner}</impl:wsCpMt></soapenv:Body></soapenv:Envelope>"
        )
        return envelope.encode(), "text/xml; charset=utf-8"

    def judge(self, reply: Reply) -> None:
        _judge(self.account, self.code(reply), accepted="1")

    def code(self, reply: Reply) -> str | None:
        try:
            root = parse_xml(reply.body)
        except Reject as error:
            # The call was made: an answer nobody can read says nothing of its outcome.
            raise Retryable(f"the answer: {error.code}", peer_code=str(reply.status)) from error
        found = root.find("result") or root.find("faultcode")
        return None if found is None else as_code(found.text)


def _judge(account: Account, code: str | None, accepted: str) -> None:
    if code == accepted:
        return
    if code is None:
        raise Retryable("the answer has no result")
    if code in account.busy:
        raise Backpressure("the gateway is busy", peer_code=code)
    if code in account.denied:
        raise Fatal("the gateway does not accept user or password", peer_code=code)
    raise Reject("peer_refused", "the gateway refused the message", peer_code=code)
