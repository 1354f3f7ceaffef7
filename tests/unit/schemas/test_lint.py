"""Schemas that the hub does not run, each with the rule that it breaks."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.schemas.lint import DIALECT, MAX_SCHEMA_BYTES, UnsafeSchema
from hub.schemas.validate import compile_schema


def of(**schema: Any) -> dict[str, Any]:
    return {"$schema": DIALECT, **schema}


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    for _ in range(levels):
        schema = {"items": schema}
    return schema


def bomb(levels: int) -> dict[str, Any]:
    defs: dict[str, Any] = {"d0": {"type": "string"}}
    for level in range(1, levels):
        defs[f"d{level}"] = {"allOf": [{"$ref": f"#/$defs/d{level - 1}"}] * 2}
    return {"$defs": defs, "$ref": f"#/$defs/d{levels - 1}"}


def chain(length: int) -> dict[str, Any]:
    links = {f"d{n}": {"$ref": f"#/$defs/d{n + 1}"} for n in range(length)}
    return {"$defs": {**links, f"d{length}": {}}, "$ref": "#/$defs/d0"}


UNSAFE: dict[str, Any] = {
    "a chain of references": of(**chain(33)),
    "references ten thousand deep": of(**chain(6_000)),
    "not JSON": b"{",
    "twice nothing": b"",
    "a list": b"[]",
    "true": b"true",
    "no dialect": {"type": "string"},
    "another dialect": {"$schema": "http://json-schema.org/draft-07/schema#"},
    "a dialect elsewhere": {"$schema": "https://evil.example/meta"},
    "an id elsewhere": of(**{"$id": "https://evil.example/x"}),
    "an id inside": of(properties={"a": {"$id": "urn:hub:schema:x:1.0"}}),
    "http reference": of(**{"$ref": "https://evil.example/x"}),
    "file reference": of(items={"$ref": "file:///etc/passwd"}),
    "reference to another schema": of(**{"$ref": "urn:hub:schema:receipt:1.0"}),
    "reference to nothing": of(**{"$ref": "#/$defs/none"}),
    "reference to a property": of(properties={"a": {}, "b": {"$ref": "#/properties/a"}}),
    "reference to itself": of(**{"$ref": "#"}),
    "reference that is no text": of(**{"$ref": 7}),
    "dynamic reference": of(**{"$dynamicRef": "#x"}),
    "anchor": of(**{"$anchor": "x"}),
    "circle of one": of(**{"$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}}),
    "circle of two": of(
        **{"$defs": {"a": {"not": {"$ref": "#/$defs/b"}}, "b": {"not": {"$ref": "#/$defs/a"}}}}
    ),
    "references that double": of(**bomb(30)),
    "defs that are no object": of(**{"$defs": []}),
    "defs inside": of(items={"$defs": {}}),
    "look-ahead": of(pattern="^(?=a).*$"),
    "look-behind": of(pattern="(?<!a)b"),
    "back-reference": of(pattern=r"^(a)\1$"),
    "pattern of a property name": of(patternProperties={r"(a)\1": {}}),
    "pattern that takes all memory": of(pattern="^((a{1000}){1000}){100}$"),
    "no pattern": of(pattern="("),
    "unknown format": of(format="so-dinh-danh"),
    "misspelt keyword": of(properties={"a": {"maxlength": 3}}),
    "keyword of another dialect": of(definitions={}),
    "wrong type": of(type="strin"),
    "wrong limit": of(maxLength=-1),
    "wrong required": of(required="a"),
    "subschema that is a number": of(items=7),
    "too deep": of(**nested(70)),
    "too large": of(description="x" * MAX_SCHEMA_BYTES),
    "value that is no JSON": of(const=object()),
    "bytes nested beyond the parser": b'{"not":' * 5000 + b"{}" + b"}" * 5000,
}


@pytest.mark.parametrize("name", UNSAFE)
def test_an_unsafe_schema_is_refused_before_it_runs(name):
    with pytest.raises(UnsafeSchema):
        compile_schema(UNSAFE[name])


@pytest.mark.parametrize(
    "schema",
    [
        of(),
        of(**nested(30)),
        of(**bomb(8)),
        of(properties={"$ref": {"type": "string"}, "maxlength": {"const": {"$ref": "x"}}}),
        of(enum=[{"$id": "x"}], examples=[{"unknown": 1}], default={"$ref": "y"}),
        of(**{"$defs": {"a": {}}, "allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}]}),
        of(**{"if": {"required": ["a"]}, "then": True, "else": False}),
        of(unevaluatedProperties=False, dependentSchemas={"a": {"required": ["b"]}}),
    ],
)
def test_a_safe_schema_is_compiled(schema):
    assert compile_schema(orjson.dumps(schema)).uri is None


def test_a_pattern_made_to_explode_ends_at_once():
    assert compile_schema(of(pattern="^(a+)+$")).check("a" * 100_000 + "!") is not None


def test_the_refusal_names_the_place():
    with pytest.raises(UnsafeSchema, match="maxlength at /properties/a") as refusal:
        compile_schema(UNSAFE["misspelt keyword"])
    assert refusal.value.place == "/properties/a"


KEYWORDS = ["$ref", "$defs", "items", "allOf", "properties", "pattern", "type", "enum", "not", "if"]
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("#/$defs/a"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*KEYWORDS, "a"]), inner, max_size=4)
    ),
)


@given(st.dictionaries(st.sampled_from(KEYWORDS), ANY, max_size=5), ANY)
def test_any_document_is_compiled_or_refused(document, value):
    try:
        compiled = compile_schema({"$schema": DIALECT, **document})
    except UnsafeSchema:
        return
    compiled.check(value)


@given(st.binary(max_size=200))
def test_any_bytes_are_compiled_or_refused(raw):
    with pytest.raises(UnsafeSchema):
        compile_schema(raw)
