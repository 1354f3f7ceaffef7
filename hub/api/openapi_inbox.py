"""What the document says about inboxes."""

from typing import Final

from hub.api.openapi_messages import (
    ACCEPTED,
    DECIDED,
    MESSAGE_HEADERS,
    PREFER,
    SUBMIT_PROBLEMS,
)
from hub.api.openapi_parts import Json, answer, header, operation, query, raw

_CURSOR: Final = "MSB1Ym5kLW1hdSA3IDA"
_AFTER: Final = query("after", "`next` or a `cursor`, as it came.", {"type": "string"}, _CURSOR)
_MESSAGE: Final[Json] = {
    "attributes": {"id": "1", "source": "urn:hub:system:mot-cua-mau"},
    "signature": "eyJ0eXAi..MEUCIQ",
    "data_base64": "e30=",
    "token": "k1.5.AAAA.BBBB",
    "address": "urn:hub:org:H99.01",
    "cursor": _CURSOR,
    "received_at": "2026-11-22T02:30:00.000+00:00",
}
_PAGE_SCHEMA: Final[Json] = {
    "type": "object",
    "properties": {
        "messages": {"type": "array", "items": {"type": "object"}},
        "next": {"type": "string"},
    },
    "required": ["messages", "next"],
}
_PAGE: Final = answer(
    "Messages, oldest first, and the cursor to go on from. With `Accept: multipart/mixed` raw "
    "parts, and the cursor in `hub-next`.",
    {"messages": [_MESSAGE], "next": _CURSOR},
    _PAGE_SCHEMA,
)
_PAGE["content"]["multipart/mixed"] = {
    "schema": {"type": "string"},
    "example": "--b\r\nce-id: 1\r\nhub-cursor: …\r\n\r\n{…}\r\n--b--\r\n",
}
_RECEIPT: Final[Json] = {
    "required": True,
    "description": "The exact bytes of a signed vn.hub.receipt.v1.",
    "content": {
        "application/json": {
            "schema": {},
            "example": {
                "stage": "acknowledged",
                "messages": [
                    {"source": "urn:hub:system:mot-cua-mau", "id": "1", "token": "k1.5.AA.BB"}
                ],
            },
        }
    },
}
_SEEK: Final[Json] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {"time": {"type": "string", "format": "date-time"}},
                "required": ["time"],
            },
            "example": {"time": "2026-11-22T09:00:00+07:00"},
        }
    },
}

INBOX: Final[dict[str, Json]] = {
    "/v1/inbox": {
        "get": operation(
            "Read one's own inbox; wait for the first message if there is none",
            [(200, _PAGE)],
            (400, 401, 422, 429, 503),
            tag="inbox",
            parameters=[
                _AFTER,
                query("wait", "Seconds.", {"type": "integer", "minimum": 0, "maximum": 60}, 0),
                query(
                    "limit",
                    "Most messages.",
                    {"type": "integer", "minimum": 1, "maximum": 500},
                    100,
                ),
                query(
                    "read_as",
                    "A schema version that the reader understands; repeatable, JSON answers only.",
                    {"type": "string"},
                    "dossier.step:1.0",
                ),
                header(
                    "Accept",
                    "`application/json` or `multipart/mixed`.",
                    "application/json",
                    required=False,
                ),
            ],
        )
    },
    "/v1/inbox/ack": {
        "post": operation(
            "Settle deliveries: takes a signed receipt, of type vn.hub.receipt.v1",
            [(202, ACCEPTED), (200, DECIDED)],
            SUBMIT_PROBLEMS,
            tag="inbox",
            parameters=[*MESSAGE_HEADERS, PREFER],
            body=_RECEIPT,
        )
    },
    "/v1/inbox/stream": {
        "get": operation(
            "Read one's own inbox as server-sent events",
            [
                (
                    200,
                    raw(
                        "One event for each message; its id is the cursor.",
                        "text/event-stream",
                        "id: MSB1\nevent: message\ndata: {…}\n\n",
                    ),
                )
            ],
            (400, 401, 429, 503),
            tag="inbox",
            parameters=[
                _AFTER,
                header("Last-Event-ID", "Where a broken stream goes on.", _CURSOR, required=False),
            ],
        )
    },
    "/v1/inbox:seek": {
        "post": operation(
            "Find the cursor of a moment",
            [
                (
                    200,
                    answer(
                        "Read on from here; under current rights, without withdrawn messages.",
                        {"cursor": _CURSOR},
                    ),
                )
            ],
            (400, 401, 422, 503),
            tag="inbox",
            body=_SEEK,
        )
    },
}
