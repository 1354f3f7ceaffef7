"""Which parts of a body are personal, as its schema declares, and the body without them. Pure.

A schema says `"x-personal": true` where a value is personal, whatever stands below it, and
`"x-personal": false` at its root where nothing is. The shipped versions were published before the
word existed and never change: `OF_SHIPPED` declares theirs.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

KEYWORD: Final = "x-personal"
MASK: Final = "•••"
"""Stands in place of a personal value. Its length says nothing."""

ANY: Final = "*"
"""In a path: every item, or every member that the schema does not name."""

Path = tuple[str, ...]

_PERSON: Final = ("name", "tech_id", "identity", "paper_number", "address", "email", "telephone")
_APPLICANT: Final = (*((("applicant", one)) for one in (*_PERSON, "fax", "other")),)
_FREE: Final = (("note",), ("extensions",))
"""Where anybody writes anything."""
_STAFF: Final = ("staff", "email", "mobile")
_LETTER: Final = (
    *(*((("business", "staff", one)) for one in _STAFF), ("business", "reason")),
    *(("original",), ("repairs",), ("extensions",)),
)
_STATUS: Final = (*((("staff", one)) for one in _STAFF), *_LETTER[-3:], ("description",))

OF_SHIPPED: Final[Mapping[str, tuple[Path, ...]]] = {
    "citizen.notice": (("recipient",), ("template", "parameters"), ("text",), ("extensions",)),
    "citizen.rating": (("extensions",),),
    "document.status": _STATUS,
    **{f"document.{kind}": _LETTER for kind in ("issued", "replaced", "updated", "withdrawn")},
    "dossier.deadline-changed": (*_FREE, ("reason",), ("apology",)),
    "dossier.fee-due": (*_FREE, ("payer_name",), ("account", "name")),
    "dossier.fee-paid": _FREE,
    "dossier.received": (*_FREE, ("refusal_reason",)),
    "dossier.result": (*_FREE, ("reason",), ("papers", ANY, "name")),
    "dossier.returned": (*_FREE, ("receiver_name",), ("return_info",)),
    "dossier.step": (*_FREE, ("content",)),
    "dossier.submitted": (
        *(*_FREE, *_APPLICANT, ("submitted_to",), ("summary",), ("form",), ("return_info",)),
        *(("files", ANY, "name"), ("other_files",)),
    ),
    "dossier.supplement-requested": (*_FREE, ("content",), ("received_by",), ("received_info",)),
    "dossier.transferred": (*_FREE, *_APPLICANT, ("task",), ("summary",), ("other_files",)),
    "dossier.withdrawn": (*_FREE, ("requested_by",), ("reason",)),
    "meeting.changed": (("participants", ANY, "name"), ("extensions",)),
    "meeting.conclusion": (("extensions",),),
    "meeting.invitation": (*_FREE, ("participants", ANY, "name"), ("agenda", ANY, "presenter")),
    "meeting.papers": _FREE,
    "petition.answered": (("answer",), ("extensions",)),
    "petition.assigned": (("task",), ("subject",), ("extensions",)),
    "petition.received": (
        *(("petitioner",), ("content",), ("subject",), ("place",), ("extensions",)),
    ),
    "population.answer": (("request", "token"), ("reason",), ("person",), ("extensions",)),
    "population.lookup": (("officer_code",), ("purpose",), ("person",), ("extensions",)),
    "receipt": (("messages", ANY, "token"), ("extensions",)),
    "record.changed": (("record",), ("record_id",), ("extensions",)),
    "withdrawal": (("reason",), ("extensions",)),
}

_NAME: Final = re.compile(r"urn:hub:schema:([^:]+):")


def personal_paths(uri: str, document: Any) -> frozenset[Path] | None:
    """Return where personal values stand in a body of this schema; None: it says nothing."""
    found = frozenset(_declared(document, (), document, frozenset()))
    if found or (isinstance(document, dict) and document.get(KEYWORD) is False):
        return found
    name = _NAME.match(uri)
    listed = None if name is None else OF_SHIPPED.get(name[1])
    return None if listed is None else frozenset(listed)


def masked(value: Any, paths: frozenset[Path] | None) -> Any:
    """Return a decoded body with `MASK` in place of what is personal.

    `paths`: None: nobody has said what is. Then every value is masked and only the names of members
    are shown: what is not declared is not let through (invariant 5).
    """
    if paths is None:
        return _structure(value)
    return _masked(value, paths)


def _masked(value: Any, paths: frozenset[Path]) -> Any:
    if () in paths:
        return MASK
    if isinstance(value, dict):
        return {name: _masked(one, _below(paths, name)) for name, one in value.items()}
    if isinstance(value, list):
        return [_masked(one, _below(paths, ANY)) for one in value]
    return value


def _below(paths: frozenset[Path], name: str) -> frozenset[Path]:
    return frozenset(path[1:] for path in paths if path and path[0] in (name, ANY))


def _structure(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _structure(one) for name, one in value.items()}
    return [_structure(one) for one in value] if isinstance(value, list) else MASK


def _declared(schema: Any, at: Path, root: Any, opened: frozenset[str]) -> Iterator[Path]:
    """Yield the paths below `schema` that are declared. A checked schema has no circles."""
    if not isinstance(schema, dict):
        return
    if schema.get(KEYWORD) is True:
        yield at
        return
    reference = str(schema.get("$ref", ""))
    if reference.startswith("#/$defs/") and reference not in opened:
        target = root.get("$defs", {}).get(reference.removeprefix("#/$defs/"))
        yield from _declared(target, at, root, opened | {reference})
    for name, part in _members(schema):
        yield from _declared(part, at if name is None else (*at, name), root, opened)


def _members(schema: dict[str, Any]) -> Iterator[tuple[str | None, Any]]:
    """Yield (name of the member, subschema); None: it is about the same value."""
    yield from schema.get("properties", {}).items()
    for keyword in ("items", "contains", "additionalProperties", "unevaluatedProperties"):
        yield ANY, schema.get(keyword)
    yield from ((ANY, part) for part in schema.get("prefixItems", ()))
    yield from ((ANY, part) for part in schema.get("patternProperties", {}).values())
    for keyword in ("allOf", "anyOf", "oneOf"):
        yield from ((None, part) for part in schema.get(keyword, ()))
    yield from ((None, schema.get(keyword)) for keyword in ("if", "then", "else"))
    yield from ((None, part) for part in schema.get("dependentSchemas", {}).values())
