"""What the document says about objects."""

from typing import Final

from hub.api.openapi_parts import Json, answer, header, operation, path, raw
from hub.io.objects import MAX_OBJECT_BYTES

_HASH_TEXT: Final = "sha256:" + "0" * 64
_HASH: Final = path("hash", "The object's name.", "^sha256:[0-9a-f]{64}$", _HASH_TEXT)
_UPLOAD_ID: Final = "5f0b6f0e-0000-4000-8000-000000000000"
_UPLOAD: Final[Json] = {
    "name": "upload_id",
    "in": "path",
    "required": True,
    "description": "The upload.",
    "schema": {"type": "string", "format": "uuid"},
    "example": _UPLOAD_ID,
}
_OBJECT: Final = "application/octet-stream"
_BYTES: Final[Json] = {
    "required": True,
    "content": {_OBJECT: {"schema": {"type": "string", "format": "binary"}, "example": "%PDF-1.7"}},
}
_CREATED: Final = answer("Stored.", {"hash": _HASH_TEXT, "size": 8})
_PROGRESS: Final = answer(
    "What has arrived.",
    {
        "id": _UPLOAD_ID,
        "url": f"/v1/objects/uploads/{_UPLOAD_ID}",
        "size": 20_000_000,
        "received": 12_000_000,
    },
)
_EMPTY: Final[Json] = {"description": "Done."}
_SIZE: Final[Json] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {
                    "size": {"type": "integer", "minimum": 0, "maximum": MAX_OBJECT_BYTES}
                },
                "required": ["size"],
            },
            "example": {"size": 20_000_000},
        }
    },
}
_OFFSET: Final[Json] = header("Upload-Offset", "Where this part begins.", "0") | {
    "schema": {"type": "integer", "minimum": 0, "maximum": MAX_OBJECT_BYTES}
}

OBJECTS: Final[dict[str, Json]] = {
    "/v1/objects": {
        "post": operation(
            "Store an object of at most 100 MiB",
            [(201, _CREATED)],
            (400, 401, 408, 413, 415, 429, 503),
            tag="objects",
            body=_BYTES,
        )
    },
    "/v1/objects/{hash}": {
        "get": operation(
            "Read an object: its owner, and the recipients of a message that refers to it",
            [
                (200, raw("The bytes.", _OBJECT, "%PDF-1.7")),
                (206, raw("The range.", _OBJECT, "%PDF")),
            ],
            (401, 404, 416, 422, 429, 503),
            tag="objects",
            parameters=[_HASH, header("Range", "One range.", "bytes=0-3", required=False)],
        ),
        "head": operation(
            "Say whether the caller may read an object, and its size",
            [(200, {"description": "It may."})],
            (401, 404, 422, 503),
            tag="objects",
            parameters=[_HASH],
        ),
    },
    "/v1/objects/uploads": {
        "post": operation(
            "Begin an upload in parts",
            [(201, _PROGRESS)],
            (400, 401, 422, 429, 503),
            tag="objects",
            body=_SIZE,
        )
    },
    "/v1/objects/uploads/{upload_id}": {
        "get": operation(
            "Say how much has arrived",
            [(200, _PROGRESS)],
            (401, 404, 422, 503),
            tag="objects",
            parameters=[_UPLOAD],
        ),
        "patch": operation(
            "Add a part of at most 16 MiB",
            [(200, _PROGRESS)],
            (400, 401, 404, 408, 409, 413, 415, 422, 429, 503),
            tag="objects",
            parameters=[_UPLOAD, _OFFSET],
            body=_BYTES,
        ),
        "delete": operation(
            "Give up an upload",
            [(204, _EMPTY)],
            (401, 404, 422, 503),
            tag="objects",
            parameters=[_UPLOAD],
        ),
    },
    "/v1/objects/uploads/{upload_id}:complete": {
        "post": operation(
            "Make one object of the parts",
            [(201, _CREATED)],
            (401, 404, 409, 422, 429, 503),
            tag="objects",
            parameters=[_UPLOAD],
        )
    },
}
