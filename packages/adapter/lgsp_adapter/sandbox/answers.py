"""What peers' handlers share: a refusal that becomes an answer, and fields that must be there."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request


class Upset(Exception):
    """A handler refuses the call: the peer answers with this status and body."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.body = body


def required(values: Mapping[str, Any], *names: str) -> list[str]:
    """Return the names that are absent or empty in `values`, in their order."""
    return [name for name in names if values.get(name) in (None, "", [], {})]


async def json_object(request: Request) -> dict[str, Any]:
    """Return the body as a JSON object.

    Raises:
        Upset: 400, it is none.
    """
    try:
        value = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise Upset(400, {"error": "the body is not JSON"}) from error
    if not isinstance(value, dict):
        raise Upset(400, {"error": "the body is not a JSON object"})
    return value
