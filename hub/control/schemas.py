"""Schemas: published once, never changed."""

from typing import Any

import orjson

from hub.control import changes as ask
from hub.control.draft import Draft
from hub.control.refusals import ChangeRefused, Refusal
from hub.decision.rulebook import SchemaRecord
from hub.schemas.lint import UnsafeSchema
from hub.schemas.validate import compile_schema


def publish_schema(change: ask.PublishSchema, draft: Draft, place: str) -> None:
    """Publish a schema; publishing the same content again changes nothing.

    Raises:
        ChangeRefused: `UNSAFE_SCHEMA`, `ALREADY_PUBLISHED`.
    """
    known = draft.find(SchemaRecord, change.schema_name)
    if known is None:
        _check(change, place)
        draft.put(change.schema_name, SchemaRecord(document=change.document), change.change)
    elif _canonical(known.document) != _canonical(change.document):
        detail = f"{change.schema_name} was published with other content"
        raise ChangeRefused(Refusal.ALREADY_PUBLISHED, detail, place)


def _check(change: ask.PublishSchema, place: str) -> None:
    # Here, because this import takes 2 s (jsonschema compiles the grammar of IRIs) and every
    # process that only looks at the rules would pay for it at its start.
    from jsonschema import Draft202012Validator  # noqa: PLC0415
    from jsonschema.exceptions import SchemaError  # noqa: PLC0415

    try:
        compiled = compile_schema(change.document)
        # A second opinion, by the reference implementation: both must read the same schema.
        Draft202012Validator.check_schema(change.document)
    except UnsafeSchema as error:
        raise ChangeRefused(Refusal.UNSAFE_SCHEMA, str(error), place) from error
    except SchemaError as error:
        where = "".join(f"/{part}" for part in error.absolute_path)
        raise ChangeRefused(Refusal.UNSAFE_SCHEMA, f"not a schema at {where}", place) from error
    expected = f"urn:hub:schema:{change.schema_name}"
    if compiled.uri != expected:
        raise ChangeRefused(Refusal.UNSAFE_SCHEMA, f"$id is not {expected}", place)


def _canonical(document: dict[str, Any]) -> bytes | None:
    # As text: to Python, 1, 1.0 and true are equal; to a schema they are not.
    try:
        return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return None
