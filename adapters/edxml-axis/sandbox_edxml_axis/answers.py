"""The axis' common answer, and the parameters that several calls share.

The axis' own list of errors is not published. The codes here are words of the sandbox, so that
nobody takes them for the real ones; 0 is success, as published.
"""

from datetime import datetime
from typing import Any, Final

import orjson
from starlette.responses import JSONResponse, Response

from sandbox_edxml_axis.rewriting import VIETNAM
from sandbox_edxml_axis.signing import Call

TYPES: Final = ("edoc", "status")


class Refusal(Exception):
    """The axis answers FAIL."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


def stamp(at: datetime) -> str:
    """Return a time as the axis writes it."""
    return at.astimezone(VIETNAM).strftime("%Y/%m/%d %H:%M:%S")


def message_type(call: Call) -> str:
    """Return `edoc` or `status`.

    Raises:
        Refusal: the call names neither.
    """
    if call.parameters.get("servicetype") != "eDoc":
        raise Refusal("PARAMETER", "servicetype: not eDoc")
    type_ = call.parameters.get("messagetype", "")
    if type_ not in TYPES:
        raise Refusal("PARAMETER", "messagetype: not edoc or status")
    return type_


def receivers_of(call: Call) -> tuple[str, ...]:
    """Return the codes in `to`. Its form is not published: a list of codes, or of {"code"}.

    Raises:
        Refusal: it is neither.
    """
    if "to" not in call.parameters:
        return ()
    try:
        value = orjson.loads(call.parameters["to"])
    except orjson.JSONDecodeError as error:
        raise Refusal("PARAMETER", "to: not JSON") from error
    rows = value if isinstance(value, list) else [value]
    codes = [each.get("code") if isinstance(each, dict) else each for each in rows]
    if not codes or not all(isinstance(each, str) and each for each in codes):
        raise Refusal("PARAMETER", "to: not a list of codes")
    return tuple(str(each) for each in codes)


def success(**result: Any) -> Response:
    """Return the common answer with a call's result."""
    return JSONResponse({"status": "OK", "ErrorCode": "0", "ErrorDesc": "", **result})


def failure(code: str, text: str) -> Response:
    """Return the common answer to a call that failed; HTTP itself says 200."""
    return JSONResponse({"status": "FAIL", "ErrorCode": code, "ErrorDesc": text})
