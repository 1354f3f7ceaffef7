"""Rules of containment about what is inside: items, properties, alternatives, conditions."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

from hub.schemas.gaps import Gap, Prover, Rule
from hub.schemas.plain import Parts, Plain, fits, parts_of, same
from hub.schemas.shapes import (
    closed_names,
    highest,
    item_of,
    lowest,
    named,
    property_of,
    required_of,
    types_of,
)


def _items(proof: Prover, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    most = lowest(given, "maxItems")
    ends = chain(given, [part])
    first = max(len(one.get("prefixItems", ())) for one in ends)
    for index in range(first + 1):
        if most is not None and index >= most:
            return
        items = parts_of(*(item_of(one, index) for one in given))
        where = "*" if index == first else str(index)
        yield from proof.gaps_at(items, item_of(part, index), f"{at}/{where}")


def _contains(proof: Prover, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    least, most = part.get("minContains", 1), part.get("maxContains")
    equal = [one for one in given if same(one.get("contains")) == same(part["contains"])]
    enough = least == 0 or any(one.get("minContains", 1) >= least for one in equal)
    if not enough and (highest(given, "minItems") or 0) >= least:
        items = parts_of(*(one.get("items", True) for one in given if "prefixItems" not in one))
        enough = proof.follows(items, part["contains"])
    few = most is None or any(one.get("maxContains", most + 1) <= most for one in equal)
    if not (enough and few):
        yield Gap(keyword="contains", pointer=at)


def _required(_: Prover, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    for name in part["required"]:
        if name not in required_of(given):
            yield Gap(keyword="required", pointer=at, rule=name)


def _properties(proof: Prover, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    """Compare each property by name, then the names that neither side spells out."""
    for name in sorted(named((*given, part))):
        parts = parts_of(*(one for held in given for one in property_of(held, name)))
        place = f"{at}/{name.replace('~', '~0').replace('/', '~1')}"
        for wanted in property_of(part, name):
            yield from _known_property(proof, parts, wanted, place)
    yield from _other_names(proof, given, part, f"{at}/*")


def _known_property(proof: Prover, parts: Parts, wanted: Plain, place: str) -> Iterator[Gap]:
    if wanted is False and types_of(parts):
        yield Gap(keyword="additionalProperties", pointer=place)
    else:
        yield from proof.gaps_at(parts, wanted, place)


def _other_names(proof: Prover, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    patterns = part.get("patternProperties", {})
    for pattern, schema in patterns.items():
        if not any(_leads(proof, _choices(one, pattern), schema) for one in given):
            yield Gap(keyword="patternProperties", pointer=at)
    rest = part.get("additionalProperties", True)
    unmatched = [_unmatched(one, patterns) for one in given]
    if rest is not True and not any(_leads(proof, one, rest) for one in unmatched):
        yield Gap(keyword="additionalProperties", pointer=at)


def _choices(held: dict[str, Any], pattern: str) -> list[Plain]:
    """Return schemas of which one holds for each unspelt name that matches the pattern."""
    known = held.get("patternProperties", {})
    if pattern in known:
        return [known[pattern]]
    return [held.get("additionalProperties", True), *known.values()]


def _unmatched(held: dict[str, Any], patterns: Mapping[str, Any]) -> list[Plain]:
    """Return schemas of which one holds for each unspelt name that matches none of the patterns."""
    known = held.get("patternProperties", {})
    others = [schema for pattern, schema in known.items() if pattern not in patterns]
    return [held.get("additionalProperties", True), *others]


def _leads(proof: Prover, choices: list[Plain], wanted: Plain) -> bool:
    return all(proof.follows(parts_of(one), wanted) for one in choices)


def _names(proof: Prover, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    wanted = part["propertyNames"]
    closed = closed_names(given)
    if closed is not None and all(fits(name, [wanted]) for name in closed):
        return
    schemas = [one["propertyNames"] for one in given if "propertyNames" in one]
    if not proof.follows(parts_of({"type": "string"}, *schemas), wanted):
        yield Gap(keyword="propertyNames", pointer=at)


def _dependents(proof: Prover, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    for keyword in ("dependentRequired", "dependentSchemas"):
        for name, then in part.get(keyword, {}).items():
            wanted = {"required": then} if keyword == "dependentRequired" else then
            premise = {"type": "object", "required": [name]}
            parts = parts_of(*given, premise)
            if not proof.impossible(parts) and not proof.follows(parts, wanted):
                yield Gap(keyword=keyword, pointer=at, rule=name)


def _any(proof: Prover, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    if not any(proof.follows(given, branch) for branch in part["anyOf"]):
        yield Gap(keyword="anyOf", pointer=at)


def _one(proof: Prover, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    branches = part["oneOf"]
    for index, branch in enumerate(branches):
        others = branches[:index] + branches[index + 1 :]
        if proof.follows(given, branch) and all(proof.apart(given, other) for other in others):
            return
    yield Gap(keyword="oneOf", pointer=at)


def _not(proof: Prover, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    if not proof.apart(given, part["not"]):
        yield Gap(keyword="not", pointer=at)


def _condition(proof: Prover, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    premise = part["if"]
    met = parts_of(*given, premise)
    unmet = parts_of(*given, {"not": premise})
    then = proof.apart(given, premise) or proof.follows(met, part.get("then", True))
    otherwise = proof.follows(given, premise) or proof.follows(unmet, part.get("else", True))
    if not (then and otherwise):
        yield Gap(keyword="if", pointer=at)


def _undecided(keyword: str) -> Rule:
    def rule(_: Prover, __: Parts, ___: dict[str, Any], at: str) -> Iterator[Gap]:
        # What it means depends on all that stands beside it; equal parts were taken out before.
        yield Gap(keyword=keyword, pointer=at)

    return rule


STRUCTURE_RULES: Final[Mapping[str, Rule]] = {
    "items": _items,
    "prefixItems": _items,
    "contains": _contains,
    "required": _required,
    "properties": _properties,
    "patternProperties": _properties,
    "additionalProperties": _properties,
    "propertyNames": _names,
    "dependentRequired": _dependents,
    "dependentSchemas": _dependents,
    "anyOf": _any,
    "oneOf": _one,
    "not": _not,
    "if": _condition,
    "unevaluatedItems": _undecided("unevaluatedItems"),
    "unevaluatedProperties": _undecided("unevaluatedProperties"),
}
"""Keyword to its rule."""
