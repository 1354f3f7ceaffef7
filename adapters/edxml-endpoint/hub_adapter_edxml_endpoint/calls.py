"""The parameters of a call: e-offices put them in the address, a form or a JSON object."""

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

from lgsp_adapter import Request

_MAX_SMALL_BODY = 65_536
"""Bytes of a body that holds parameters only."""


def parameters(request: Request) -> Mapping[str, str]:
    """Return the parameters by lower-case name; the address counts before the body."""
    found = {**_of_body(request), **request.query}
    return {name.lower(): value for name, value in found.items()}


def _of_body(request: Request) -> dict[str, str]:
    content_type = request.headers.get("content-type", "").lower()
    if len(request.body) > _MAX_SMALL_BODY:
        return {}
    if "x-www-form-urlencoded" in content_type:
        return dict(parse_qsl(request.body.decode("utf-8", "replace")))
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(body, dict):
        return {}
    return {name: str(value) for name, value in body.items() if isinstance(value, (str, int))}
