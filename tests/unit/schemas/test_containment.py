"""A promise of compatibility is kept: bodies made from the old schema fit the new one.

The second engine (the pure-Python `jsonschema`) judges, so a mistake shared with the engine of run
time would show. Bodies come from the schemas' own words and near misses, not from a solver: a
solver knows only what it was taught.
"""

import copy
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from hub.schemas.compatibility import Level, Version, breaks
from hub.schemas.lint import DIALECT

NAMES = ("a", "b", "xa")
WORDS = [None, True, False, 0, 1, 2, 3, 5, 1.5, "", "a", "b", "abc", "2026-11-28"]
FEW = [None, True, 0, 1.5, 3, "", "abc"]
BODIES: list[Any] = [
    *WORDS,
    *([], {}, [[1]], [{"a": 1}], {"a": {"b": "a"}}, {"xa": [1, 1]}, {"b": {"a": None}}),
    *([one] for one in WORDS),
    *([one, other] for one in FEW for other in FEW),
    *({name: one} for name in NAMES for one in WORDS),
    *({"a": one, "b": other} for one in FEW for other in FEW),
    *({"b": one, "xa": other} for one in FEW for other in FEW),
    *({"a": one, "b": "a", "xa": other} for one in FEW for other in FEW),
]
"""What bodies are tried: every kind, and each word of the schemas in each place near the top."""
SCALARS: st.SearchStrategy[Any] = st.sampled_from(WORDS)
SMALL = st.integers(0, 3)
RULES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.sampled_from(["string", "integer", "number", "array", "object", "boolean"]).map(
        lambda one: {"type": one}
    ),
    st.just({"type": ["string", "null"]}),
    st.lists(SCALARS, min_size=1, max_size=3, unique_by=repr).map(lambda some: {"enum": some}),
    SCALARS.map(lambda one: {"const": one}),
    st.tuples(
        st.sampled_from(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]), SMALL
    ).map(lambda pair: dict([pair])),
    st.tuples(
        st.sampled_from(
            [
                *("minLength", "maxLength", "minItems", "maxItems"),
                *("minProperties", "maxProperties"),
            ]
        ),
        SMALL,
    ).map(lambda pair: dict([pair])),
    st.sampled_from([{"multipleOf": 2}, {"multipleOf": 0.5}, {"uniqueItems": True}]),
    st.sampled_from([{"pattern": "^a"}, {"pattern": "b"}, {"format": "date"}]),
    st.lists(st.sampled_from(NAMES), max_size=2, unique=True).map(lambda some: {"required": some}),
    st.just({"dependentRequired": {"a": ["b"]}}),
)


def _with(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, min_size=1, max_size=2)
    fields = st.dictionaries(st.sampled_from(NAMES), inner, max_size=2)
    more = st.one_of(
        fields.map(lambda one: {"type": "object", "properties": one}),
        st.tuples(fields, st.booleans() | inner).map(
            lambda pair: {"properties": pair[0], "additionalProperties": pair[1]}
        ),
        inner.map(lambda one: {"patternProperties": {"^x": one}}),
        inner.map(lambda one: {"propertyNames": one}),
        inner.map(lambda one: {"dependentSchemas": {"a": one}}),
        inner.map(lambda one: {"items": one}),
        st.tuples(some, st.booleans() | inner).map(
            lambda pair: {"prefixItems": pair[0], "items": pair[1]}
        ),
        st.tuples(inner, SMALL).map(lambda pair: {"contains": pair[0], "minContains": pair[1]}),
        st.tuples(st.sampled_from(["anyOf", "oneOf", "allOf"]), some).map(
            lambda pair: {pair[0]: pair[1]}
        ),
        inner.map(lambda one: {"not": one}),
        st.tuples(inner, inner, inner).map(
            lambda three: {"if": three[0], "then": three[1], "else": three[2]}
        ),
        fields.map(lambda one: {"properties": one, "unevaluatedProperties": False}),
    )
    return st.lists(more | RULES, min_size=1, max_size=3).map(_together)


def _together(some: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in some:
        found |= one
    return found


SCHEMAS = st.recursive(RULES, _with, max_leaves=5)


@st.composite
def changed(draw: st.DrawFn, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with some rules added, dropped, or put under an alternative."""
    new = copy.deepcopy(schema)
    for _ in range(draw(st.integers(1, 2))):
        how = draw(st.integers(0, 4))
        if how == 0 and new:
            new.pop(draw(st.sampled_from(sorted(new))))
        elif how == 1:
            new = {"anyOf": [new, draw(SCHEMAS)]}
        elif how == 2:
            new = {"allOf": [new, draw(RULES)]}
        elif how == 3 and isinstance(new.get("properties"), dict):
            new["properties"][draw(st.sampled_from(NAMES))] = draw(SCHEMAS)
        else:
            new |= draw(SCHEMAS)
    return new


PAIRS = SCHEMAS.flatmap(
    lambda old: st.tuples(st.just(old), changed(old) | st.tuples(SCHEMAS).map(lambda one: one[0]))
)


def proved(old: dict[str, Any], new: dict[str, Any]) -> bool:
    versions = [Version(name="1.0", document={"$schema": DIALECT, **old})]
    return not breaks(Level.BACKWARD, {"$schema": DIALECT, **new}, versions)


@settings(max_examples=60)
@given(PAIRS)
def test_what_is_proved_compatible_takes_every_old_body(
    pair: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    old, new = pair
    assume(proved(old, new))
    one = Draft202012Validator(old, format_checker=FormatChecker())
    other = Draft202012Validator(new, format_checker=FormatChecker())
    for body in BODIES:
        assert not one.is_valid(body) or other.is_valid(body)


@settings(max_examples=50)
@given(SCHEMAS)
def test_a_schema_follows_itself(schema: dict[str, Any]) -> None:
    assert proved(schema, copy.deepcopy(schema))
