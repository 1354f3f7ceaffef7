"""Does everything that fits one JSON Schema fit another? Proved rule by rule, or told where not.

`Proof.gaps(given, wanted)` lists the rules of `wanted` that do not follow from `given`. An empty
list is a promise; a gap may be one that a cleverer proof would close (containment of JSON Schemas
is not decidable with reasonable work), so a doubt is a gap.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from hub.schemas.plain import Parts, Plain, fits, parts_of, same
from hub.schemas.shapes import (
    TYPES,
    allowed,
    closed_names,
    decimal,
    highest,
    item_of,
    lower_edge,
    lowest,
    named,
    property_of,
    required_of,
    types_of,
    upper_edge,
    values_of,
)

MOST_STEPS: Final = 20_000
"""Most comparisons of two schemas in one proof: alternatives multiply. The largest shipped schema
against itself with one new field takes 400."""


MOST_DEPTH: Final = 90
"""Most questions one inside the other; each takes seven frames of Python's thousand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A rule that does not follow: its keyword, and the place in a body as a pointer.

    `*` in a pointer: any further name, or any item.
    """

    keyword: str
    pointer: str
    rule: str = ""

    def __str__(self) -> str:
        text = f"{self.keyword} at {self.pointer or 'the root'}"
        return f"{text}: {self.rule}" if self.rule else text


TOO_COMPLEX: Final = "too_complex"
"""The keyword of a gap that stands for a proof which was given up."""


class _GivenUp(Exception):
    """The proof takes too many steps."""


@dataclass(slots=True)
class Proof:
    """One comparison of two documents; it ends after `MOST_STEPS`."""

    _steps: int = 0
    _open: set[tuple[bytes, bytes]] = field(default_factory=set)
    _proved: set[tuple[bytes, bytes]] = field(default_factory=set)

    def gaps(self, given: Plain, wanted: Plain) -> list[Gap]:
        """Return the rules of `wanted` that a value which fits `given` may break."""
        try:
            return list(dict.fromkeys(self._gaps(parts_of(given), wanted, "")))
        except _GivenUp:
            return [Gap(keyword=TOO_COMPLEX, pointer="")]

    def _gaps(self, given: Parts, wanted: Plain, at: str) -> list[Gap]:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise _GivenUp
        key = (same(given), same(wanted))
        if key in self._proved:
            return []
        if key in self._open or len(self._open) >= MOST_DEPTH:
            # What would follow only from itself does not.
            return [Gap(keyword=TOO_COMPLEX, pointer=at)]
        self._open.add(key)
        found = self._look(given, wanted, at)
        self._open.discard(key)
        if not found:
            self._proved.add(key)
        return found

    def _look(self, given: Parts, wanted: Plain, at: str) -> list[Gap]:
        if not types_of(given):
            return []  # Nothing fits what is given.
        listed = values_of(given)
        if listed is not None:
            return self._of_values(listed, wanted, at)
        held = {same(part) for part in given}
        missing = [part for part in parts_of(wanted) if same(part) not in held]
        return [gap for part in missing for gap in self._of_part(given, part, at)]

    def _of_part(self, given: Parts, part: dict[str, Any], at: str) -> list[Gap]:
        gaps = list(self._directly(given, part, at))
        return [] if gaps and self._by_cases(given, part) else gaps

    def _of_values(self, listed: list[Any], wanted: Plain, at: str) -> list[Gap]:
        parts = parts_of(wanted)
        for part in parts:
            if not all(fits(value, [part]) for value in listed):
                keyword = next((one for one in ("enum", "const") if one in part), None)
                return [Gap(keyword=keyword or next(iter(part)), pointer=at)]
        return []

    def _by_cases(self, given: Parts, wanted: Plain) -> bool:
        """Tell whether each alternative of what is given leads there by itself."""
        for part in given:
            for keyword in ("anyOf", "oneOf"):
                if set(part) == {keyword}:
                    rest = [other for other in given if other is not part]
                    cases = (parts_of(*rest, branch) for branch in part[keyword])
                    if all(self.follows(case, wanted) for case in cases):
                        return True
        types = types_of(given)
        kinds = types - {"integer"} if "number" in types else types
        return len(kinds) > 1 and all(
            self.follows(parts_of(*given, {"type": kind}), wanted) for kind in kinds
        )

    def _directly(self, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
        types = types_of(given)
        rules = {
            _RULES[keyword]: None
            for keyword in part
            if keyword in _RULES and _ABOUT.get(keyword, TYPES) & types
        }
        for rule in rules:  # Each once: `properties` and `additionalProperties` are one rule.
            yield from rule(self, given, part, at)

    def follows(self, given: Parts, wanted: Plain) -> bool:
        """Tell whether `wanted` holds wherever the parts do."""
        return not self._gaps(given, wanted, "")

    def apart(self, one: Parts, other: Plain) -> bool:
        """Tell whether no value fits both."""
        if any(same({"not": other}) == same(part) for part in one):
            return True
        return self.impossible(parts_of(*one, other))

    def impossible(self, both: Parts) -> bool:
        """Tell whether no value fits."""
        if not types_of(both) or values_of(both) == []:
            return True
        return types_of(both) == {"object"} and any(
            self._apart_at(both, name) for name in required_of(both)
        )

    def _apart_at(self, both: Parts, name: str) -> bool:
        schemas = [schema for part in both for schema in property_of(part, name)]
        parts = parts_of(*schemas)
        if not types_of(parts):
            return True
        listed = values_of(parts)
        return listed == []


_Rule = Callable[[Proof, Parts, dict[str, Any], str], Iterator[Gap]]


def _type(_: Proof, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    if more := types_of(given) - allowed(part["type"]):
        yield Gap(keyword="type", pointer=at, rule=", ".join(sorted(more)))


def _enum(_: Proof, __: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    # What is given cannot be listed, so it holds more than any list.
    keyword = "enum" if "enum" in part else "const"
    yield Gap(keyword=keyword, pointer=at)


def _at_least(keyword: str, otherwise: Callable[[Parts], int] | None = None) -> _Rule:
    def rule(_: Proof, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
        promised = [highest(given, keyword), otherwise(given) if otherwise else None]
        least = max((one for one in promised if one is not None), default=0)
        if least < part[keyword]:
            yield Gap(keyword=keyword, pointer=at, rule=str(part[keyword]))

    return rule


def _at_most(keyword: str, otherwise: Callable[[Parts], int | None] | None = None) -> _Rule:
    def rule(_: Proof, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
        promised = [lowest(given, keyword), otherwise(given) if otherwise else None]
        if not any(one is not None and one <= part[keyword] for one in promised):
            yield Gap(keyword=keyword, pointer=at, rule=str(part[keyword]))

    return rule


def _count_of_closed(given: Parts) -> int | None:
    names = closed_names(given)
    return None if names is None else len(names)


def _length_of_tuple(given: Parts) -> int | None:
    lengths = [len(one.get("prefixItems", ())) for one in given if one.get("items") is False]
    return min(lengths, default=None)


def _lower(keyword: str) -> _Rule:
    def rule(_: Proof, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
        wanted = lower_edge(({keyword: part[keyword]},))
        edge = lower_edge(given)
        assert wanted is not None  # noqa: S101  (it has just been made of one limit)
        if edge is None or (edge.at, edge.open) < (wanted.at, wanted.open):
            yield Gap(keyword=keyword, pointer=at, rule=str(part[keyword]))

    return rule


def _upper(keyword: str) -> _Rule:
    def rule(_: Proof, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
        wanted = upper_edge(({keyword: part[keyword]},))
        edge = upper_edge(given)
        assert wanted is not None  # noqa: S101  (it has just been made of one limit)
        if edge is None or (edge.at, not edge.open) > (wanted.at, not wanted.open):
            yield Gap(keyword=keyword, pointer=at, rule=str(part[keyword]))

    return rule


def _multiple(_: Proof, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    steps = [decimal(one["multipleOf"]) for one in given if "multipleOf" in one]
    if "number" not in types_of(given):
        steps.append(decimal(1))
    wanted = decimal(part["multipleOf"])
    if not any((step / wanted).denominator == 1 for step in steps):
        yield Gap(keyword="multipleOf", pointer=at, rule=str(part["multipleOf"]))


def _same_word(keyword: str) -> _Rule:
    def rule(_: Proof, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
        if not any(one.get(keyword) == part[keyword] for one in given):
            yield Gap(keyword=keyword, pointer=at)

    return rule


def _unique(_: Proof, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    most = lowest(given, "maxItems")
    unique = any(one.get("uniqueItems") is True for one in given)
    if part["uniqueItems"] and not unique and (most is None or most > 1):
        yield Gap(keyword="uniqueItems", pointer=at)


def _items(proof: Proof, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    most = lowest(given, "maxItems")
    ends = chain(given, [part])
    first = max(len(one.get("prefixItems", ())) for one in ends)
    for index in range(first + 1):
        if most is not None and index >= most:
            return
        items = parts_of(*(item_of(one, index) for one in given))
        where = "*" if index == first else str(index)
        yield from proof._gaps(items, item_of(part, index), f"{at}/{where}")  # noqa: SLF001


def _contains(proof: Proof, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    least, most = part.get("minContains", 1), part.get("maxContains")
    equal = [one for one in given if same(one.get("contains")) == same(part["contains"])]
    enough = least == 0 or any(one.get("minContains", 1) >= least for one in equal)
    if not enough and (highest(given, "minItems") or 0) >= least:
        items = parts_of(*(one.get("items", True) for one in given if "prefixItems" not in one))
        enough = proof.follows(items, part["contains"])
    few = most is None or any(one.get("maxContains", most + 1) <= most for one in equal)
    if not (enough and few):
        yield Gap(keyword="contains", pointer=at)


def _required(_: Proof, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    for name in part["required"]:
        if name not in required_of(given):
            yield Gap(keyword="required", pointer=at, rule=name)


def _properties(proof: Proof, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    """Compare each property by name, then the names that neither side spells out."""
    for name in sorted(named((*given, part))):
        parts = parts_of(*(one for held in given for one in property_of(held, name)))
        place = f"{at}/{name.replace('~', '~0').replace('/', '~1')}"
        for wanted in property_of(part, name):
            yield from _known_property(proof, parts, wanted, place)
    yield from _other_names(proof, given, part, f"{at}/*")


def _known_property(proof: Proof, parts: Parts, wanted: Plain, place: str) -> Iterator[Gap]:
    if wanted is False and types_of(parts):
        yield Gap(keyword="additionalProperties", pointer=place)
    else:
        yield from proof._gaps(parts, wanted, place)  # noqa: SLF001


def _other_names(proof: Proof, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
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


def _leads(proof: Proof, choices: list[Plain], wanted: Plain) -> bool:
    return all(proof.follows(parts_of(one), wanted) for one in choices)


def _names(proof: Proof, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    wanted = part["propertyNames"]
    closed = closed_names(given)
    if closed is not None and all(fits(name, [wanted]) for name in closed):
        return
    schemas = [one["propertyNames"] for one in given if "propertyNames" in one]
    if not proof.follows(parts_of({"type": "string"}, *schemas), wanted):
        yield Gap(keyword="propertyNames", pointer=at)


def _dependents(proof: Proof, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    for keyword in ("dependentRequired", "dependentSchemas"):
        for name, then in part.get(keyword, {}).items():
            wanted = {"required": then} if keyword == "dependentRequired" else then
            premise = {"type": "object", "required": [name]}
            parts = parts_of(*given, premise)
            if not proof.impossible(parts) and not proof.follows(parts, wanted):
                yield Gap(keyword=keyword, pointer=at, rule=name)


def _any(proof: Proof, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    if not any(proof.follows(given, branch) for branch in part["anyOf"]):
        yield Gap(keyword="anyOf", pointer=at)


def _one(proof: Proof, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    branches = part["oneOf"]
    for index, branch in enumerate(branches):
        others = branches[:index] + branches[index + 1 :]
        if proof.follows(given, branch) and all(proof.apart(given, other) for other in others):
            return
    yield Gap(keyword="oneOf", pointer=at)


def _not(proof: Proof, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    if not proof.apart(given, part["not"]):
        yield Gap(keyword="not", pointer=at)


def _condition(proof: Proof, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    premise = part["if"]
    met = parts_of(*given, premise)
    unmet = parts_of(*given, {"not": premise})
    then = proof.apart(given, premise) or proof.follows(met, part.get("then", True))
    otherwise = proof.follows(given, premise) or proof.follows(unmet, part.get("else", True))
    if not (then and otherwise):
        yield Gap(keyword="if", pointer=at)


def _undecided(keyword: str) -> _Rule:
    def rule(_: Proof, __: Parts, ___: dict[str, Any], at: str) -> Iterator[Gap]:
        # What it means depends on all that stands beside it; equal parts were taken out before.
        yield Gap(keyword=keyword, pointer=at)

    return rule


_STRING: Final = frozenset(["string"])
_NUMBER: Final = frozenset(["number", "integer"])
_ARRAY: Final = frozenset(["array"])
_OBJECT: Final = frozenset(["object"])

_ABOUT: Final = {
    **dict.fromkeys(("minLength", "maxLength", "pattern", "format"), _STRING),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _NUMBER),
    "multipleOf": _NUMBER,
    **dict.fromkeys(("items", "prefixItems", "contains", "minItems", "maxItems"), _ARRAY),
    **dict.fromkeys(("uniqueItems", "unevaluatedItems"), _ARRAY),
    **dict.fromkeys(("properties", "patternProperties", "additionalProperties"), _OBJECT),
    **dict.fromkeys(("required", "minProperties", "maxProperties", "propertyNames"), _OBJECT),
    **dict.fromkeys(("dependentRequired", "dependentSchemas", "unevaluatedProperties"), _OBJECT),
}
"""Keyword to the types that it says something about; one that is not listed is about all."""

_RULES: Final[Mapping[str, _Rule]] = {
    "type": _type,
    "enum": _enum,
    "const": _enum,
    "minLength": _at_least("minLength"),
    "maxLength": _at_most("maxLength"),
    "pattern": _same_word("pattern"),
    "format": _same_word("format"),
    "minimum": _lower("minimum"),
    "exclusiveMinimum": _lower("exclusiveMinimum"),
    "maximum": _upper("maximum"),
    "exclusiveMaximum": _upper("exclusiveMaximum"),
    "multipleOf": _multiple,
    "minItems": _at_least("minItems"),
    "maxItems": _at_most("maxItems", _length_of_tuple),
    "uniqueItems": _unique,
    "items": _items,
    "prefixItems": _items,
    "contains": _contains,
    "minProperties": _at_least("minProperties", lambda given: len(required_of(given))),
    "maxProperties": _at_most("maxProperties", _count_of_closed),
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
