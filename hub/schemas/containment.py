"""Does everything that fits one JSON Schema fit another? Proved rule by rule, or told where not.

`Proof.gaps(given, wanted)` lists the rules of `wanted` that do not follow from `given`. An empty
list is a promise; a gap may be one that a cleverer proof would close (containment of JSON Schemas
is not decidable with reasonable work), so a doubt is a gap.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hub.schemas.gaps import Gap, Rule
from hub.schemas.plain import Parts, Plain, fits, parts_of, same
from hub.schemas.rules_of_structure import STRUCTURE_RULES
from hub.schemas.rules_of_values import VALUE_RULES
from hub.schemas.shapes import TYPES, property_of, required_of, types_of, values_of

MOST_STEPS: Final = 20_000
"""Most comparisons of two schemas in one proof: alternatives multiply. The largest shipped schema
against itself with one new field takes 400."""


MOST_DEPTH: Final = 90
"""Most questions one inside the other; each takes seven frames of Python's thousand."""


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
            return list(dict.fromkeys(self.gaps_at(parts_of(given), wanted, "")))
        except _GivenUp:
            return [Gap(keyword=TOO_COMPLEX, pointer="")]

    def gaps_at(self, given: Parts, wanted: Plain, at: str) -> list[Gap]:
        """Return the rules of `wanted` that do not follow, with their places below `at`."""
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
        return not self.gaps_at(given, wanted, "")

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

_RULES: Final[Mapping[str, Rule]] = {**VALUE_RULES, **STRUCTURE_RULES}
