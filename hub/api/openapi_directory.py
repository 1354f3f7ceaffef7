"""What the document says about the signed copy of the directory."""

from typing import Final

from hub.api.openapi_parts import Json, answer, header, operation

_HEADERS: Final[Json] = {
    "hub-copy": {
        "description": "The hub's statement about the content: a JWS (docs/protocol.md).",
        "required": True,
        "schema": {"type": "string", "pattern": r"^[\w-]+\.[\w-]+\.[\w-]+$"},
    },
    "etag": {
        "description": "Of the content.",
        "required": True,
        "schema": {"type": "string", "pattern": '^W/"[0-9a-f]{64}"$'},
    },
}
_EXAMPLE: Final[Json] = {
    "codes": {"H99.01": {"organisation": "H99.01"}},
    "endpoints": {"H99.01": {"vn.gov.dossier.received.v1": "phuong-mau"}},
    "organisations": [{"id": "H99.01", "name": "Phường mẫu", "level": "commune", "active": True}],
    "systems": {"phuong-mau": {"organisation": "H99.01", "active": True, "keys": {}}},
    "v": 1,
}

DIRECTORY: Final[dict[str, Json]] = {
    "/v1/directory/copy": {
        "get": operation(
            "The signed copy of the directory: keys, endpoints, codes, organisations, systems",
            [
                (200, answer("The content.", _EXAMPLE) | {"headers": _HEADERS}),
                (304, {"description": "It is the same, for longer.", "headers": _HEADERS}),
            ],
            (401, 503),
            tag="directory",
            parameters=[
                header("if-none-match", "The `etag` of what one has.", 'W/"00…"', required=False)
            ],
        )
    }
}
