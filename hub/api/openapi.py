"""The OpenAPI document: every route and every answer of it, each with an example.

Written by hand beside the code: the plain routes have no types to derive it from, and what counts
for a client is what the hub answers. A test holds it against the running hub.
"""

import asyncio
from threading import Lock
from typing import Final

import orjson
from fastapi import FastAPI, Request
from starlette.responses import Response

from hub.api.openapi_directory import DIRECTORY
from hub.api.openapi_inbox import INBOX
from hub.api.openapi_log import LOG
from hub.api.openapi_messages import MESSAGES
from hub.api.openapi_objects import OBJECTS
from hub.api.openapi_operation import OPERATION
from hub.api.openapi_parts import PROBLEM_SCHEMA, Json

_SECURITY: Final[Json] = {
    "token": {
        "type": "oauth2",
        "description": "Client credentials with `private_key_jwt`; send the token as Bearer.",
        "flows": {"clientCredentials": {"tokenUrl": "/oauth2/token", "scopes": {}}},
    },
    "administrator": {
        "type": "http",
        "scheme": "bearer",
        "description": "A person's token, as `hub admin token` makes it.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-hub",
        "description": "A person who is signed in (`hub-loopback` without TLS). POST, PUT and "
        "DELETE also need the headers `Origin` and `x-csrf-token`.",
    },
}

_OF_PEOPLE: Final[list[dict[str, list[str]]]] = [{"administrator": []}, {"session": []}]
_FOR_PEOPLE: Final = ("/ops", "/v1/admin")


def describe(app: FastAPI) -> None:
    """Give `app` the document. What other rooms mounted with types keeps its own description."""
    derived, making = app.openapi, Lock()

    def document() -> Json:
        with making:  # Two who ask at once: the second must not see it half made.
            if app.openapi_schema is None:
                app.openapi_schema = _merged(derived())
            return app.openapi_schema

    async def get_document(_: Request) -> Response:
        # Beside the loop: it is half a second of work, and messages do not wait for it.
        content = await asyncio.to_thread(lambda: orjson.dumps(document()))
        return Response(content, media_type="application/json")

    app.openapi = document  # type: ignore[method-assign]  # the way FastAPI documents
    app.add_route("/openapi.json", get_document, methods=["GET"], include_in_schema=False)


def _merged(found: Json) -> Json:
    found["info"]["description"] = "Signed messages between a province's information systems."
    for paths in (MESSAGES, INBOX, OBJECTS, LOG, DIRECTORY, OPERATION):
        for url, operations in paths.items():
            # A hub may serve no log, and sign no copy of its directory.
            if paths not in (LOG, DIRECTORY) or url in found["paths"]:
                found["paths"][url] = operations
    for url, operations in found["paths"].items():
        if url.startswith(_FOR_PEOPLE):
            for operation in operations.values():
                operation.setdefault("security", _OF_PEOPLE)
    components = found.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    components.setdefault("securitySchemes", {}).update(_SECURITY)
    found.setdefault("security", [{"token": []}])
    return found
