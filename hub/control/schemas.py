"""Schemas: published once, never changed; deprecated, retired, and never forgotten."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
import orjson

from hub.control import changes as ask
from hub.control.draft import Draft
from hub.control.refusals import ChangeRefused, Refusal
from hub.decision.rulebook import APPROVED, DEPRECATED, RETIRED, SchemaRecord
from hub.schemas.lint import UnsafeSchema
from hub.schemas.validate import compile_schema


def publish_schema(change: ask.PublishSchema, draft: Draft, place: str) -> None:
    """Publish a schema; publishing the same content again changes nothing.

    Raises:
        ChangeRefused: `UNSAFE_SCHEMA`, `ALREADY_PUBLISHED`.
    """
    known = draft.find(SchemaRecord, change.schema_name)
    if known is None:
        check_schema(change.schema_name, change.document, place)
        draft.put(change.schema_name, SchemaRecord(document=change.document), change.change)
    elif canonical(known.document) != canonical(change.document):
        detail = f"{change.schema_name} was published with other content"
        raise ChangeRefused(Refusal.ALREADY_PUBLISHED, detail, place)


def deprecate_schema(change: ask.DeprecateSchema, draft: Draft, place: str) -> None:
    """Advise against a published schema.

    Raises:
        ChangeRefused: `UNKNOWN_ENTITY`, `SCHEMA_STATE`: it is retired.
    """
    known = _known(change.schema_name, draft, place)
    if known.state == RETIRED:
        raise ChangeRefused(Refusal.SCHEMA_STATE, "it is retired, for ever", place)
    record = msgspec.structs.replace(known, state=DEPRECATED)
    draft.put(change.schema_name, record, change.change)


def retire_schema(change: ask.RetireSchema, draft: Draft, place: str) -> None:
    """Refuse what names a schema from now on.

    Raises:
        ChangeRefused: `UNKNOWN_ENTITY`, `SCHEMA_STATE`: it was not deprecated before.
    """
    known = _known(change.schema_name, draft, place)
    if known.state == APPROVED:
        detail = "deprecate it first, so that its senders learn of it before they are refused"
        raise ChangeRefused(Refusal.SCHEMA_STATE, detail, place)
    record = msgspec.structs.replace(known, state=RETIRED)
    draft.put(change.schema_name, record, change.change)


def _known(name: str, draft: Draft, place: str) -> SchemaRecord:
    known = draft.find(SchemaRecord, name)
    if known is None:
        raise ChangeRefused(Refusal.UNKNOWN_ENTITY, f"no published schema {name}", place)
    return known


SCHEMA_COMMANDS: Final[Mapping[type[Any], Callable[[Any, Draft, str], None]]] = {
    ask.PublishSchema: publish_schema,
    ask.DeprecateSchema: deprecate_schema,
    ask.RetireSchema: retire_schema,
}
"""What each change about schemas does to the draft."""


def check_schema(name: str, document: dict[str, Any], place: str) -> None:
    """Return if the hub is willing to run this document under this name.

    Raises:
        ChangeRefused: `UNSAFE_SCHEMA`.
    """
    # Here, because this import takes 2 s (jsonschema compiles the grammar of IRIs) and every
    # process that only looks at the rules would pay for it at its start.
    from jsonschema import Draft202012Validator  # noqa: PLC0415
    from jsonschema.exceptions import SchemaError  # noqa: PLC0415

    try:
        compiled = compile_schema(document)
        # A second opinion, by the reference implementation: both must read the same schema.
        Draft202012Validator.check_schema(document)
    except UnsafeSchema as error:
        raise ChangeRefused(Refusal.UNSAFE_SCHEMA, str(error), place) from error
    except SchemaError as error:
        where = "".join(f"/{part}" for part in error.absolute_path)
        raise ChangeRefused(Refusal.UNSAFE_SCHEMA, f"not a schema at {where}", place) from error
    expected = f"urn:hub:schema:{name}"
    if compiled.uri != expected:
        raise ChangeRefused(Refusal.UNSAFE_SCHEMA, f"$id is not {expected}", place)


def canonical(document: dict[str, Any]) -> bytes | None:
    """Return a text that is the same for the same document; None: it is not JSON."""
    # As text: to Python, 1, 1.0 and true are equal; to a schema they are not.
    try:
        return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return None
