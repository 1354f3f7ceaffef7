"""Schemas made plain for comparison: references written out, annotations gone, one form for all.

A plain schema is a bool or a dict without `$ref`, `$defs` and words for people. A conjunction is a
tuple of plain dicts that all hold: `allOf` is flattened, and what a condition lets follow is there.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

import jsonschema_rs
import orjson

Plain = bool | dict[str, Any]
Parts = tuple[dict[str, Any], ...]

NEVER: Final[dict[str, Any]] = {"enum": []}
"""The part that no value fits: what `false` becomes."""

_FOR_PEOPLE: Final = frozenset(
    [
        *("$schema", "$id", "$defs", "$comment", "title", "description", "default"),
        *("examples", "deprecated", "readOnly", "writeOnly"),
    ]
)
_ONE: Final = frozenset(
    [
        *("additionalProperties", "contains", "else", "if", "items", "not", "propertyNames"),
        *("then", "unevaluatedItems", "unevaluatedProperties"),
    ]
)
_LIST: Final = frozenset(["allOf", "anyOf", "oneOf", "prefixItems"])
_MAP: Final = frozenset(["dependentSchemas", "patternProperties", "properties"])
_APART: Final = (("anyOf",), ("oneOf",), ("not",), ("if", "then", "else"))
"""Rules that mean the same wherever they stand: each becomes a part of its own."""
_WHOLE: Final = frozenset(["unevaluatedItems", "unevaluatedProperties"])


def plain(document: dict[str, Any]) -> Plain:
    """Return a checked document (`lint.check_document`) as a plain schema.

    It ends: a checked document has no circle, and bounds what its references expand to.
    """
    return _plain(document, document.get("$defs", {}))


def _plain(schema: Any, definitions: dict[str, Any]) -> Plain:
    if isinstance(schema, bool):
        return schema
    found = {
        keyword: _inside(keyword, value, definitions)
        for keyword, value in schema.items()
        if keyword not in _FOR_PEOPLE and keyword != "$ref"
    }
    if "$ref" in schema:
        target = definitions[schema["$ref"].removeprefix("#/$defs/")]
        found["allOf"] = [*found.get("allOf", ()), _plain(target, definitions)]
    return found


def _inside(keyword: str, value: Any, definitions: dict[str, Any]) -> Any:
    if keyword in _ONE:
        return _plain(value, definitions)
    if keyword in _LIST:
        return [_plain(one, definitions) for one in value]
    if keyword in _MAP:
        return {name: _plain(one, definitions) for name, one in value.items()}
    return value


def same(schema: Any) -> bytes:
    """Return a text that is equal for equal plain schemas."""
    return orjson.dumps(schema, option=orjson.OPT_SORT_KEYS)


def parts_of(*schemas: Plain) -> Parts:
    """Return the conjunction of these schemas, with what follows from it by its own conditions."""
    found: dict[bytes, dict[str, Any]] = {}
    waiting: list[Plain] = list(schemas)
    while waiting:
        for part in _flat(waiting.pop()):
            found.setdefault(same(part), part)
        if not waiting:
            waiting = [one for one in _following(found.values()) if not _known(one, found)]
    return tuple(found.values())


def _flat(schema: Plain) -> Iterator[dict[str, Any]]:
    if isinstance(schema, bool):
        yield from () if schema else (NEVER,)
        return
    for one in schema.get("allOf", ()):
        yield from _flat(one)
    if not _WHOLE.isdisjoint(schema):
        # `unevaluated…` looks at everything that stands beside it: nothing may be taken away.
        yield schema
        return
    rest = dict(schema)
    rest.pop("allOf", None)
    for group in _APART:
        alone = {keyword: rest.pop(keyword) for keyword in group if keyword in rest}
        if alone:
            yield alone
    if rest:
        yield rest


def _known(schema: Plain, found: dict[bytes, dict[str, Any]]) -> bool:
    return all(same(part) in found for part in _flat(schema))


def _following(parts: Iterable[dict[str, Any]]) -> Iterator[Plain]:
    """Yield what conditions add whose premise is among the parts."""
    held = list(parts)
    texts = {same(part) for part in held}
    names = {name for part in held for name in part.get("required", ())}
    objects_only = any(part.get("type") == "object" for part in held)
    for part in held:
        if "if" in part:
            yield from _branch(part, texts)
        if objects_only:
            yield from _dependents(part, names)


def _branch(part: dict[str, Any], texts: set[bytes]) -> Iterator[Plain]:
    premise = part["if"]
    if premise is True or (premise is not False and all(same(p) in texts for p in _flat(premise))):
        yield part.get("then", True)
    elif premise is False or same({"not": premise}) in texts:
        yield part.get("else", True)


def _dependents(part: dict[str, Any], names: set[str]) -> Iterator[Plain]:
    for name, schema in part.get("dependentSchemas", {}).items():
        if name in names:
            yield schema
    for name, others in part.get("dependentRequired", {}).items():
        if name in names:
            yield {"required": others}


@lru_cache(maxsize=4096)
def _engine(text: bytes) -> Any:
    return jsonschema_rs.Draft202012Validator(
        orjson.loads(text),
        validate_formats=True,
        offline=True,
        pattern_options=jsonschema_rs.RegexOptions(),
    )


def fits(value: Any, parts: Iterable[Plain]) -> bool:
    """Tell whether a value fits all of these plain schemas, by the engine that runs them."""
    return all(bool(_engine(same(part)).is_valid(value)) for part in parts)


def matches(pattern: str, name: str) -> bool:
    """Tell whether a pattern of a schema is found in a name, in linear time."""
    return fits(name, [{"pattern": pattern}])
