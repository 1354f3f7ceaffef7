"""The error codes of the provincial axis that e-offices know, and answers with them.

Codes: guide v2.2 section 4 of the LGSP that published them. The shape of the object is that of the
national axis' common answer, which the same clients read (an inference).
"""

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum, unique
from typing import Any, Final

from lgsp_adapter import AdapterError, Answer, Reject
from lgsp_message.reason import Reason


@unique
class Code(StrEnum):
    """What an e-office is told. It calls again after 20 only.

    The guide also has 23, receiver locked: a closed agency has a successor here, or a person.
    """

    OK = "0"
    INVALID_FILE = "10"
    WRONG_CREDENTIALS = "15"
    UNKNOWN_RECEIVER = "18"
    UNKNOWN_SENDER = "19"
    SYSTEM = "20"
    PROCESSING = "21"
    NOT_EDXML = "22"


_WORDS: Final = {
    Code.INVALID_FILE: "Tệp không hợp lệ / invalid file",
    Code.WRONG_CREDENTIALS: "Sai SystemId hoặc SecretKey / wrong SystemId or SecretKey",
    Code.UNKNOWN_RECEIVER: "Đơn vị nhận không tồn tại / the receiver does not exist",
    Code.UNKNOWN_SENDER: "Đơn vị gửi chưa đăng ký / the sender is not registered",
    Code.SYSTEM: "Hệ thống tạm thời không phục vụ, hãy gửi lại / not available, call again",
    Code.PROCESSING: "Lỗi xử lý tệp / the file cannot be processed",
    Code.NOT_EDXML: "Sai định dạng edXML / wrong edXML format",
}
_STATUS: Final = {Code.WRONG_CREDENTIALS: 401, Code.SYSTEM: 503}
"""Others are 200: older clients read the code only from an answer with that status."""

_OF_THE_HUB: Final[Mapping[str, Code]] = {
    Reason.NO_RECIPIENT: Code.UNKNOWN_RECEIVER,
    Reason.UNKNOWN_RECIPIENT: Code.UNKNOWN_RECEIVER,
    Reason.NO_ENDPOINT: Code.UNKNOWN_RECEIVER,
    Reason.SECRET_MARKING: Code.INVALID_FILE,
    Reason.NOT_REPRESENTATIVE: Code.UNKNOWN_SENDER,
    Reason.UNKNOWN_SYSTEM: Code.UNKNOWN_SENDER,
    Reason.SYSTEM_INACTIVE: Code.UNKNOWN_SENDER,
}
"""All other reasons are 21."""


class Refusal(Exception):
    """The call is refused. `detail` names a code and a place, no value."""

    def __init__(self, code: Code, detail: str = "", *, status: int | None = None) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail, self.status = code, detail, status


def good(**fields: Any) -> Answer:
    """Return the answer of a call that was done."""
    return _answer(200, {"status": "OK", "ErrorCode": Code.OK, "ErrorDesc": "", **fields})


def refused(refusal: Refusal) -> Answer:
    """Return the answer of a refused call."""
    status = refusal.status or _STATUS.get(refusal.code, 200)
    return _bad(status, refusal.code, refusal.detail)


def failed(error: AdapterError) -> Answer:
    """Return what the hub's own error means to an e-office."""
    if isinstance(error, Reject):
        code = _OF_THE_HUB.get(error.code, Code.PROCESSING)
        return _bad(_STATUS.get(code, 200), code, str(error))
    after = getattr(error, "after", None)
    headers = {} if after is None else {"retry-after": str(math.ceil(after))}
    return replace(_bad(503, Code.SYSTEM, ""), headers=headers)


def _bad(status: int, code: Code, detail: str) -> Answer:
    words = f"{_WORDS[code]} ({detail})" if detail else _WORDS[code]
    return _answer(status, {"status": "FAIL", "ErrorCode": code, "ErrorDesc": words})


def _answer(status: int, fields: dict[str, Any]) -> Answer:
    return Answer(status=status, body=json.dumps(fields, ensure_ascii=False).encode())
