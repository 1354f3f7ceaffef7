"""What the document says about tokens and messages."""

from typing import Final

from hub.api.openapi_parts import Json, answer, header, operation, path

_ID: Final = "0195a0c0-0000-7000-8000-000000000001"
_NAMES: Final[Json] = {
    "source": "mot-cua-mau",
    "id": _ID,
    "status_url": f"/v1/messages/mot-cua-mau/{_ID}",
}
_ATTRIBUTES: Final = (
    ("ce-specversion", "CloudEvents version.", "1.0"),
    ("ce-id", "Unique per source.", _ID),
    ("ce-source", "The sending system.", "urn:hub:system:mot-cua-mau"),
    ("ce-type", "The event type.", "vn.gov.dossier.received.v1"),
    ("ce-time", "RFC 3339.", "2026-11-22T09:30:00+07:00"),
    ("ce-dataschema", "The schema that the body fits.", "urn:hub:schema:dossier.received:1.0"),
    ("hub-signature", "Detached JWS (RFC 7797) over header and body.", "eyJ0eXAi..MEUCIQ"),
)
_OPTIONAL: Final = (
    ("ce-subject", "Business key, percent-encoded.", "000.00.01.H99-261122-0001"),
    ("ce-recipients", "URNs, separated by spaces, percent-encoded.", "urn:hub:org:H99.01"),
    ("ce-onbehalf", "The organisation that the source speaks for.", "urn:hub:org:H99"),
    ("ce-objects", "Hashes of the objects it refers to.", "sha256:" + "0" * 64),
    ("ce-expirytime", "RFC 3339; not delivered later.", "2026-11-23T09:30:00+07:00"),
    ("ce-priority", "`normal` or `urgent`.", "normal"),
    ("ce-correlationid", "Ties messages together.", "cd-01"),
    ("traceparent", "W3C trace context; the only unsigned one.", f"00-{'a' * 32}-{'b' * 16}-01"),
)
MESSAGE_HEADERS: Final = [
    *(header(*one) for one in _ATTRIBUTES),
    *(header(*one, required=False) for one in _OPTIONAL),
]
PREFER: Final = header(
    "Prefer", "`wait=N`, at most 60 seconds: answer with the decision.", "wait=10", required=False
)
_EXAMPLE_BODY: Final = {"dossier_code": "000.00.01.H99-261122-0001", "state": 2}
MESSAGE_BODY: Final[Json] = {
    "required": True,
    "description": "The exact bytes that were signed; or a batch of up to 50 raw messages.",
    "content": {
        "application/json": {"schema": {}, "example": _EXAMPLE_BODY},
        "multipart/mixed": {
            "schema": {"type": "string"},
            "example": "--b\r\nce-id: 1\r\n…\r\n\r\n{…}\r\n--b--\r\n",
        },
    },
}
STATEMENT_BODY: Final[Json] = {
    "required": True,
    "description": "The exact bytes of the signed statement.",
    "content": {"application/json": {"schema": {}, "example": {"id": _ID, "reason": "Gửi nhầm"}}},
}
ACCEPTED: Final = answer("Durable; it will be decided.", _NAMES)
DECIDED: Final = answer(
    "The decision that was waited for, or the state of a known repetition.",
    _NAMES | {"state": "admitted", "recipients": ["ubnd-phuong-mau"]},
)
SUBMIT_PROBLEMS: Final = (400, 401, 403, 408, 409, 413, 415, 422, 429, 503)
SOURCE: Final = path("source", "The sending system.", "^[a-z0-9-]{3,63}$", "mot-cua-mau")
ID: Final = path("id", "The message's id.", "^[A-Za-z0-9._~-]{1,64}$", _ID)

_TOKEN_FORM: Final[Json] = {
    "required": True,
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "properties": {
                    "grant_type": {"type": "string", "const": "client_credentials"},
                    "client_assertion_type": {
                        "type": "string",
                        "const": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                    },
                    "client_assertion": {"type": "string", "minLength": 1, "maxLength": 4096},
                },
                "required": ["grant_type", "client_assertion_type", "client_assertion"],
            },
            "example": {
                "grant_type": "client_credentials",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": "eyJ0eXAi.eyJpc3Mi.MEUCIQ",
            },
        }
    },
}
_BATCH: Final = answer(
    "Of a batch: one outcome for each message, in order.",
    [{"index": 0, "status": 202, **_NAMES}],
    {"type": "array", "items": {"type": "object"}},
)
_CHECKED: Final = answer(
    "All that the hub would refuse.",
    {
        "ok": False,
        "errors": [{"reason": "schema_violation", "place": "/state", "detail": "type: integer"}],
    },
)
_STATUS: Final = answer(
    "Where it stands for each recipient, and every step.",
    {
        "source": "mot-cua-mau",
        "id": _ID,
        "state": "admitted",
        "recipients": [{"system": "ubnd-phuong-mau", "state": "pending"}],
        "steps": [{"event": "admitted", "at": "2026-11-22T02:30:00+00:00", "detail": {}}],
    },
) | {
    "headers": {
        "Hub-Projection": {
            "description": "`whole`; `rebuilding` or `away`: older steps may be missing.",
            "required": True,
            "schema": {"type": "string", "enum": ["whole", "rebuilding", "away"]},
        }
    }
}

MESSAGES: Final[dict[str, Json]] = {
    "/oauth2/token": {
        "post": operation(
            "Exchange a client assertion for an access token of five minutes",
            [
                (
                    200,
                    answer(
                        "The token.",
                        {"access_token": "eyJ…", "token_type": "Bearer", "expires_in": 300},
                    ),
                )
            ],
            (400, 401, 408, 413, 415),
            tag="token",
            body=_TOKEN_FORM,
            public=True,
        )
    },
    "/v1/messages": {
        "post": operation(
            "Hand in a signed message, or a batch",
            [(202, ACCEPTED), (200, DECIDED), (207, _BATCH)],
            SUBMIT_PROBLEMS,
            tag="messages",
            parameters=[*MESSAGE_HEADERS, PREFER],
            body=MESSAGE_BODY,
        )
    },
    "/v1/messages:check": {
        "post": operation(
            "Say everything that is wrong with a message, and keep nothing",
            [(200, _CHECKED)],
            (400, 401, 408, 413, 415, 429, 503),
            tag="messages",
            parameters=MESSAGE_HEADERS,
            body=MESSAGE_BODY,
        )
    },
    "/v1/messages/{source}/{id}": {
        "get": operation(
            "Where a message stands, for its sender and its recipients",
            [(200, _STATUS)],
            (401, 404, 422, 503),
            tag="messages",
            parameters=[SOURCE, ID],
        )
    },
    "/v1/messages/{source}/{id}:withdraw": {
        "post": operation(
            "Withdraw a message: takes the signed withdrawal, of type vn.hub.withdrawal.v1",
            [(202, ACCEPTED), (200, DECIDED)],
            SUBMIT_PROBLEMS,
            tag="messages",
            parameters=[SOURCE, ID, *MESSAGE_HEADERS, PREFER],
            body=STATEMENT_BODY,
        )
    },
}
