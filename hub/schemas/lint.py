"""Which JSON Schema documents the hub is willing to run.

A schema is data that an agency registers; running it must not fetch anything, must end soon on
every body, and must mean what it says (a misspelt keyword would be no check at all).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from hub.schemas.event_types import parse_schema

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
"""The only dialect; `$schema` must say so."""

MAX_SCHEMA_BYTES: Final = 256 * 1024
"""Largest schema in bytes: the limit of a message's body, since schemas travel on `hub.rules`."""

MAX_SCHEMA_DEPTH: Final = 64
"""Deepest nesting of a schema document, as for bodies."""

MAX_EXPANDED: Final = 1_000
"""Most subschemas after every `$ref` is written out. The largest shipped schema has 126; 900 on
each of 125,000 list items take 1.2 s. Thirty levels of two references each would be 2^30."""

MAX_REFERENCES: Final = 32
"""Most references one behind the other: each reader follows them by recursion, and six thousand
definitions of which each names the next fit into the bytes. Shipped schemas have two."""

_LOCAL_REF: Final = re.compile(r"#/\$defs/([A-Za-z0-9_.-]{1,100})", re.ASCII)

_ONE: Final = frozenset(
    [
        "additionalProperties",
        "contains",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    ]
)
_LIST: Final = frozenset(["allOf", "anyOf", "oneOf", "prefixItems"])
_MAP: Final = frozenset(["dependentSchemas", "patternProperties", "properties"])
_PLAIN: Final = frozenset(
    [
        "$comment",
        "const",
        "default",
        "dependentRequired",
        "deprecated",
        "description",
        "enum",
        "examples",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "maxContains",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minContains",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "pattern",
        "readOnly",
        "required",
        "title",
        "type",
        "uniqueItems",
        "writeOnly",
        "x-personal",
    ]
)
_ROOT_ONLY: Final = frozenset(("$defs", "$id", "$schema"))
_KNOWN: Final = _ONE | _LIST | _MAP | _PLAIN | {"$ref"}


class UnsafeSchema(ValueError):
    """The hub will not run this schema. The message names the rule and the place, as a pointer."""

    def __init__(self, rule: str, place: str) -> None:
        super().__init__(f"{rule} at {place or 'the root'}")
        self.rule = rule
        self.place = place


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many subschemas a schema has after every `$ref` is written out."""

    total: int
    branching: int
    """Those inside `anyOf` and `oneOf`: all their errors are kept when no branch fits."""


def check_document(document: Any) -> Size:
    """Return the size of a decoded document that is safe to compile and to run as a schema.

    Raises:
        UnsafeSchema: it is not an object of dialect 2020-12, nests too deep, has an unknown
            keyword, refers to anything but its own `$defs`, refers in a circle, over more than
            `MAX_REFERENCES` steps, or expands to more than `MAX_EXPANDED` subschemas.
    """
    _check_depth(document)
    if not isinstance(document, dict):
        raise UnsafeSchema("not an object", "")
    if document.get("$schema") != DIALECT:
        raise UnsafeSchema(f"$schema is not {DIALECT}", "/$schema")
    if "$id" in document and parse_schema(str(document["$id"])) is None:
        raise UnsafeSchema("$id is not urn:hub:schema:<name>:<major>.<minor>", "/$id")
    definitions = document.get("$defs", {})
    if not isinstance(definitions, dict):
        raise UnsafeSchema("not an object", "/$defs")
    return _Expansion(definitions).of_root(document)


def property_names(schema: Any) -> Iterator[str]:
    """Yield every name that a checked schema itself gives to a property."""
    if not isinstance(schema, dict):
        return
    yield from schema.get("properties", ())
    for part in schema.get("$defs", {}).values():
        yield from property_names(part)
    for _, part in _parts(schema):
        yield from property_names(part)


def _check_depth(document: Any) -> None:
    level = [document]
    for _ in range(MAX_SCHEMA_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise UnsafeSchema(f"nested deeper than {MAX_SCHEMA_DEPTH}", "")


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _parts(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each direct subschema with its place under `schema`, `$defs` left out."""
    for keyword, value in schema.items():
        if keyword in _ONE:
            yield f"/{keyword}", value
        elif keyword in _LIST and isinstance(value, list):
            yield from ((f"/{keyword}/{index}", part) for index, part in enumerate(value))
        elif keyword in _MAP and isinstance(value, dict):
            yield from ((f"/{keyword}/{name}", part) for name, part in value.items())


class _Expansion:
    """Counts the subschemas of a document after every reference is written out."""

    def __init__(self, definitions: dict[str, Any]) -> None:
        self._definitions = definitions
        self._sizes: dict[str, Size] = {}
        self._open: set[str] = set()

    def of_root(self, document: dict[str, Any]) -> Size:
        """Count the document, and look at each definition, used or not."""
        for name in self._definitions:
            self._target(f"#/$defs/{name}", f"/$defs/{name}")
        root = {key: value for key, value in document.items() if key not in _ROOT_ONLY}
        return self._size(root, "")

    def _size(self, schema: Any, place: str) -> Size:
        if isinstance(schema, bool):
            return Size(total=1, branching=0)
        if not isinstance(schema, dict):
            raise UnsafeSchema("not a schema", place)
        if unknown := sorted(set(schema) - _KNOWN):
            raise UnsafeSchema(f"unknown or forbidden keyword {unknown[0][:40]}", place)
        total, branching = 1, 0
        for part, is_branch in self._sizes_inside(schema, place):
            total += part.total
            branching += part.total if is_branch else part.branching
        if total > MAX_EXPANDED:
            raise UnsafeSchema(f"expands to more than {MAX_EXPANDED} subschemas", place)
        return Size(total=total, branching=branching)

    def _sizes_inside(self, schema: dict[str, Any], place: str) -> Iterator[tuple[Size, bool]]:
        for under, part in _parts(schema):
            yield self._size(part, place + under), under.startswith(("/anyOf/", "/oneOf/"))
        if "$ref" in schema:
            yield self._target(schema["$ref"], place), False

    def _target(self, reference: Any, place: str) -> Size:
        match = _LOCAL_REF.fullmatch(str(reference))
        if match is None or match[1] not in self._definitions:
            raise UnsafeSchema("$ref to something outside this document's $defs", place)
        name = match[1]
        if name in self._open:
            raise UnsafeSchema("$ref goes round in a circle", place)
        if len(self._open) >= MAX_REFERENCES:
            raise UnsafeSchema(f"more than {MAX_REFERENCES} $ref one behind the other", place)
        if name not in self._sizes:
            self._open.add(name)
            self._sizes[name] = self._size(self._definitions[name], f"/$defs/{name}")
            self._open.discard(name)
        return self._sizes[name]
