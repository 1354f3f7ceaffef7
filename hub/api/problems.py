"""Every answer that is not a success: RFC 9457 problems with a stable code."""

from collections.abc import Mapping
from enum import StrEnum, unique
from typing import Any, Final

import orjson
from lgsp_message.reason import Reason, Refused
from starlette.responses import Response

from hub.api.explained import explained
from hub.ports import Overloaded, Refusing, Unavailable

MEDIA_TYPE: Final = "application/problem+json"
TYPE_BASE: Final = "urn:hub:problem:"

RETRY_SECONDS: Final = {"overloaded": 1, "unavailable": 5, "storage_full": 60}
"""What `Retry-After` advises: a burst passes in a second, a broker starts in seconds, a full disk
needs a person."""


@unique
class Code(StrEnum):
    """Codes of the HTTP interface itself. What is wrong with a message is a `Reason`."""

    INVALID_REQUEST = "invalid_request"
    INVALID_MULTIPART = "invalid_multipart"
    INVALID_CURSOR = "invalid_cursor"
    BODY_INCOMPLETE = "body_incomplete"
    BODY_TIMEOUT = "body_timeout"
    UNAUTHORIZED = "unauthorized"
    INVALID_CLIENT = "invalid_client"
    FORBIDDEN = "forbidden"
    SIGN_IN_REFUSED = "sign_in_refused"
    NO_RIGHTS = "no_rights"
    CSRF_REFUSED = "csrf_refused"
    READ_ONLY = "read_only"
    WALL_ONLY = "wall_only"
    PASSWORD_CHANGE_NEEDED = "password_change_needed"  # noqa: S105  (a code)
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NOT_ACCEPTABLE = "not_acceptable"
    CONFLICT = "conflict"
    RANGE_NOT_SATISFIABLE = "range_not_satisfiable"
    TOO_MANY_REQUESTS = "too_many_requests"
    TOO_MANY = "too_many"
    BODY_GONE = "body_gone"
    NO_OWN_SYSTEM = "no_own_system"
    OVERLOADED = "overloaded"
    UNAVAILABLE = "unavailable"
    STORAGE_FULL = "storage_full"
    INTERNAL = "internal_error"


_TITLES: Final[Mapping[str, str]] = {
    "invalid_request": "The request does not have the documented form",
    "invalid_multipart": "The body is not the documented multipart/mixed",
    "invalid_cursor": "The cursor is not one of this inbox",
    "body_incomplete": "The body ended before its announced length",
    "body_timeout": "The body did not arrive in time",
    "unauthorized": "A valid access token is needed",
    "invalid_client": "The client assertion is not accepted",
    "forbidden": "Not allowed",
    "sign_in_refused": "The sign-in is not accepted",
    "no_rights": "Known, but without any right here",
    "csrf_refused": "The request does not come from the hub's own console",
    "read_only": "The hub is in read-only mode: nobody changes anything",
    "wall_only": "This session shows figures on a wall, and does nothing else",
    "password_change_needed": "Choose a password of your own first",
    "not_found": "Nothing here that you may see",
    "method_not_allowed": "Not a method of this resource",
    "not_acceptable": "No answer in a form that is accepted",
    "conflict": "It does not fit what is there",
    "range_not_satisfiable": "The range lies outside the object",
    "too_many": "More than can be answered at once",
    "body_gone": "The message's bytes are no longer kept",
    "too_many_requests": "Too much at once from this system",
    "overloaded": "Too much is under way; try again in a moment",
    "unavailable": "A store of the hub does not answer; nothing was acknowledged",
    "storage_full": "The hub's disk is nearly full; nothing was taken",
    "internal_error": "A fault of the hub",
}

_STATUS: Final[Mapping[Reason, int]] = {
    Reason.TOO_LARGE: 413,
    Reason.UNSUPPORTED_CONTENT_TYPE: 415,
    Reason.PEER_MISMATCH: 403,
    Reason.NOT_REPRESENTATIVE: 403,
    Reason.ID_REUSED: 409,
    Reason.SECRET_MARKING: 422,
    Reason.UNKNOWN_OBJECT: 422,
    Reason.UNKNOWN_MESSAGE: 404,
}
"""Status of a refusal that is answered at once; 400 for the others."""


class Problem(Exception):
    """Ends a request with a problem document. `detail` never repeats what the client sent."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        *,
        place: str = "",
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.place = status, code, detail, place
        self.headers, self.extra = dict(headers or {}), dict(extra or {})

    def document(self) -> dict[str, Any]:
        """Return the problem document."""
        document: dict[str, Any] = {
            "type": TYPE_BASE + self.code,
            "title": _TITLES.get(self.code, self.code.replace("_", " ").capitalize()),
            "status": self.status,
            "code": self.code,
        }
        if self.detail:
            document["detail"] = self.detail
        if self.place:
            document["place"] = self.place
        return document | explained(self.code) | self.extra

    def response(self) -> Response:
        """Return the HTTP answer."""
        return Response(
            orjson.dumps(self.document()),
            status_code=self.status,
            media_type=MEDIA_TYPE,
            headers=self.headers,
        )


def of_refusal(refusal: Refused) -> Problem:
    """Return the problem of a message that is refused at once."""
    status = _STATUS.get(refusal.reason, 400)
    # A body that is refused unread may still be on its way: the connection is not used again.
    headers = {"connection": "close"} if status == _STATUS[Reason.TOO_LARGE] else {}
    return Problem(
        status, refusal.reason.value, refusal.detail, place=refusal.place, headers=headers
    )


def of_unavailable(error: Unavailable | Refusing) -> Problem:
    """Return the problem of a store that does not answer, refuses, or of too much at once.

    What a store refuses for good is the operator's to mend; the client may try again after that.
    """
    code = Code.OVERLOADED if isinstance(error, Overloaded) else Code.UNAVAILABLE
    return busy(503, code, str(error))


def busy(status: int, code: Code, detail: str = "") -> Problem:
    """Return a problem that passes by itself, with `Retry-After`."""
    seconds = RETRY_SECONDS.get(code, 1)
    return Problem(status, code, detail, headers={"retry-after": str(seconds)})
