"""Small builders for the OpenAPI document: parameters, answers, problems with examples."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from hub.api.problems import MEDIA_TYPE, Code, Problem

Json = dict[str, Any]

PROBLEM_SCHEMA: Final[Json] = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; the list is docs/reasons.md.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string", "description": "Names places, never values."},
        "place": {"type": "string", "description": "An attribute's name or a JSON Pointer."},
        "help": {
            "type": "object",
            "description": "For people, by language: what it means, who must act, what to do next.",
        },
    },
    "required": ["type", "title", "status", "code"],
}

_CODES: Final[Mapping[int, tuple[str, str]]] = {
    400: (Code.INVALID_REQUEST, "The request or the message does not have the documented form."),
    401: (Code.UNAUTHORIZED, "No valid access token."),
    403: ("peer_mismatch", "The caller may not do this for that source."),
    404: (Code.NOT_FOUND, "Nothing here that the caller may see."),
    408: (Code.BODY_TIMEOUT, "The body came too slowly."),
    409: ("id_reused", "The id was admitted with other content, or a part does not fit."),
    413: ("too_large", "The body is beyond its limit."),
    415: ("unsupported_content_type", "Not a media type of this path."),
    416: (Code.RANGE_NOT_SATISFIABLE, "The range lies outside the object."),
    422: ("unknown_object", "A parameter breaks its rule, or the message is refused at once."),
    429: (Code.TOO_MANY_REQUESTS, "This system has too much under way; see `Retry-After`."),
    503: (Code.UNAVAILABLE, "A store is away, the hub is overloaded, or its disk is full."),
}


def problems(*statuses: int) -> Json:
    """Return the documented problems of an operation, each with an example."""
    return {str(status): _problem(status) for status in statuses}


def _problem(status: int) -> Json:
    code, description = _CODES[status]
    answer: Json = {
        "description": description,
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": Problem(status, code).document(),
            }
        },
    }
    if status in {429, 503}:
        answer["headers"] = {
            "Retry-After": {
                "description": "Seconds.",
                "required": True,
                "schema": {"type": "string", "pattern": "^[0-9]+$"},
            }
        }
    return answer


def answer(description: str, example: Any, schema: Json | None = None) -> Json:
    """Return a documented JSON answer."""
    content = {"schema": schema or {"type": "object"}, "example": example}
    return {"description": description, "content": {"application/json": content}}


def raw(description: str, media_type: str, example: str) -> Json:
    """Return a documented answer that is not JSON."""
    content = {"schema": {"type": "string"}, "example": example}
    return {"description": description, "content": {media_type: content}}


def header(name: str, description: str, example: str, *, required: bool = True) -> Json:
    """Return a header parameter."""
    return _parameter("header", name, description, example, required=required)


def query(name: str, description: str, schema: Json, example: Any) -> Json:
    """Return a query parameter; all of them may be left out."""
    found = _parameter("query", name, description, example, required=False)
    return found | {"schema": schema}


def path(name: str, description: str, pattern: str, example: str) -> Json:
    """Return a path parameter."""
    found = _parameter("path", name, description, example, required=True)
    return found | {"schema": {"type": "string", "pattern": pattern}}


def _parameter(place: str, name: str, description: str, example: Any, *, required: bool) -> Json:
    return {
        "name": name,
        "in": place,
        "description": description,
        "required": required,
        "schema": {"type": "string"},
        "example": example,
    }


def operation(
    summary: str,
    responses: Sequence[tuple[int, Json]],
    problem_statuses: Sequence[int],
    *,
    tag: str,
    parameters: Sequence[Json] = (),
    body: Json | None = None,
    public: bool = False,
) -> Json:
    """Return one operation. A public one needs no token."""
    described: Json = {
        "summary": summary,
        "tags": [tag],
        "parameters": list(parameters),
        "responses": {str(status): found for status, found in responses}
        | problems(*problem_statuses),
    }
    if body is not None:
        described["requestBody"] = body
    if public:
        described["security"] = []
    return described
