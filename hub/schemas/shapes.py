"""What a conjunction of plain schemas says about the values that fit it: the strongest bounds.

Every answer is safe: it may promise too little, never too much.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final

from hub.schemas.plain import Parts, Plain, fits, matches

TYPES: Final = frozenset(["null", "boolean", "integer", "number", "string", "array", "object"])
MOST_VALUES: Final = 2_000
"""Most values of an enum that are tried one by one; the longest shipped one has 60."""


def types_of(parts: Parts) -> frozenset[str]:
    """Return the types that a fitting value may have; `number` stands for what is no integer."""
    found = TYPES
    for part in parts:
        if "type" in part:
            found &= allowed(part["type"])
        if "const" in part or "enum" in part:
            found &= frozenset(_type_of(value) for value in _listed(part))
        if part.get("not") in (True, {}):
            found = frozenset()
    return found


def allowed(type_: str | list[str]) -> frozenset[str]:
    """Return the types that the keyword `type` lets through."""
    named = frozenset([type_] if isinstance(type_, str) else type_)
    return named | {"integer"} if "number" in named else named


def _type_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "integer" if value == int(value) else "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def _listed(part: dict[str, Any]) -> list[Any]:
    listed: list[Any] = part["enum"] if "enum" in part else [part["const"]]
    return listed


def values_of(parts: Parts) -> list[Any] | None:
    """Return every fitting value; None: there are more than can be listed."""
    for part in parts:
        if ("enum" in part or "const" in part) and len(_listed(part)) <= MOST_VALUES:
            return [value for value in _listed(part) if fits(value, parts)]
    if types_of(parts) <= {"null", "boolean"}:
        return [value for value in (None, True, False) if fits(value, parts)]
    return None


def highest(parts: Parts, keyword: str) -> Any:
    """Return the largest limit under a keyword as `minLength`, or None."""
    return max((part[keyword] for part in parts if keyword in part), default=None)


def lowest(parts: Parts, keyword: str) -> Any:
    """Return the smallest limit under a keyword as `maxLength`, or None."""
    return min((part[keyword] for part in parts if keyword in part), default=None)


@dataclass(frozen=True, slots=True)
class Edge:
    """One end of a range of numbers."""

    at: Fraction
    open: bool
    """The number itself does not belong to it."""


def lower_edge(parts: Parts) -> Edge | None:
    """Return where fitting numbers begin; for integers always the first one itself."""
    edges = [Edge(Fraction(part["minimum"]), open=False) for part in parts if "minimum" in part]
    edges += [
        Edge(Fraction(part["exclusiveMinimum"]), open=True)
        for part in parts
        if "exclusiveMinimum" in part
    ]
    edge = max(edges, key=lambda one: (one.at, one.open), default=None)
    if edge is None or "number" in types_of(parts):
        return edge
    first = floor(edge.at) + 1 if edge.open else ceil(edge.at)
    return Edge(Fraction(first), open=False)


def upper_edge(parts: Parts) -> Edge | None:
    """Return where fitting numbers end; for integers always the last one itself."""
    edges = [Edge(Fraction(part["maximum"]), open=False) for part in parts if "maximum" in part]
    edges += [
        Edge(Fraction(part["exclusiveMaximum"]), open=True)
        for part in parts
        if "exclusiveMaximum" in part
    ]
    edge = min(edges, key=lambda one: (one.at, not one.open), default=None)
    if edge is None or "number" in types_of(parts):
        return edge
    last = ceil(edge.at) - 1 if edge.open else floor(edge.at)
    return Edge(Fraction(last), open=False)


def required_of(parts: Parts) -> frozenset[str]:
    """Return the names that every fitting object has."""
    return frozenset(name for part in parts for name in part.get("required", ()))


def named(parts: Parts) -> frozenset[str]:
    """Return the names that are spelt out under `properties`."""
    return frozenset(name for part in parts for name in part.get("properties", ()))


def property_of(part: dict[str, Any], name: str) -> Iterator[Plain]:
    """Yield the schemas that one part has for the property with this name."""
    known = name in part.get("properties", ())
    if known:
        yield part["properties"][name]
    for pattern, schema in part.get("patternProperties", {}).items():
        if matches(pattern, name):
            known = True
            yield schema
    if not known:
        yield part.get("additionalProperties", True)


def closed_names(parts: Parts) -> frozenset[str] | None:
    """Return all names that a fitting object may have; None: there may be others."""
    for part in parts:
        if part.get("additionalProperties") is False and not part.get("patternProperties"):
            return frozenset(part.get("properties", ()))
    return None


def item_of(part: dict[str, Any], index: int) -> Plain:
    """Return the schema that one part has for the item at a place of an array."""
    prefix = part.get("prefixItems", ())
    found: Plain = prefix[index] if index < len(prefix) else part.get("items", True)
    return found


def decimal(number: int | float) -> Fraction:  # noqa: PYI041  (JSON has both)
    """Return a number as it is written: 0.1 is one tenth."""
    return Fraction(repr(number))
