"""From records to messages and from answers to errors, as a recipe says."""

import json
from collections.abc import Mapping
from typing import Any

from lgsp_adapter.errors import Backpressure, Fatal, Reject, Retryable
from lgsp_adapter.http import http_error, parse_retry_after
from lgsp_adapter.recipe.model import ErrorRow, Message, Recipe
from lgsp_adapter.recipe.template import as_nfc, as_text, fill, point
from lgsp_adapter.values import Draft

Outcome = Retryable | Backpressure | Reject | Fatal | None
RAW = "raw"


def parse(raw: bytes, place: str) -> Any:
    """Read JSON.

    Raises:
        Reject: `not_json`.
    """
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise Reject("not_json", place) from None


def draft(recipe: Recipe, values: Mapping[str, Any], raw: bytes) -> Draft:
    """Make a message of a record.

    Raises:
        Reject: a field of the record is missing, or is not what a message needs.
    """
    message = recipe.message
    if message is None:
        raise Fatal("recipe: no message")
    id_, subject = as_text(fill(message.id, values)), _subject(message, values)
    if not id_:
        raise Reject("missing", "message.id")
    return Draft(
        id=id_,
        type=as_text(fill(message.type, values)) if message.type else recipe.types[0],
        body=raw if message.body == RAW else _bytes(fill(message.body, values)),
        subject=subject,
        recipients=tuple(as_text(fill(each, values)) for each in message.recipients),
    )


def _subject(message: Message, values: Mapping[str, Any]) -> str | None:
    # The same dossier has one business key, however it was typed.
    return as_nfc(fill(message.subject, values)) or None if message.subject else None


def _bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def outcome(
    recipe: Recipe, status: int, headers: Mapping[str, str], body: bytes, now: Any
) -> Outcome:
    """Return what an answer means: the recipe's table first, else the status (RFC 9110)."""
    code = _peer_code(recipe, body)
    after = headers.get("retry-after")
    for row in recipe.errors:
        if row.status in (None, status) and row.code in (None, code):
            return _as(row, status, parse_retry_after(after, now), code or str(status))
    return http_error(status, after, now=now, peer_code=code)


def _as(row: ErrorRow, status: int, after: float | None, code: str) -> Outcome:
    detail = f"HTTP {status}"
    if row.becomes == "retryable":
        return Retryable(detail, after=after, peer_code=code, untouched=row.untouched)
    if row.becomes == "backpressure":
        return Backpressure(detail, after=after, peer_code=code)
    if row.becomes == "reject":
        return Reject("peer_refused", detail, peer_code=code)
    return Fatal(detail, peer_code=code) if row.becomes == "fatal" else None


def _peer_code(recipe: Recipe, body: bytes) -> str | None:
    if recipe.error_code is None:
        return None
    try:
        return as_text(point(parse(body, "answer"), recipe.error_code)) or None
    except Reject:
        return None
