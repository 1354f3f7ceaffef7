"""What is personal is masked, and what nobody has declared is not shown."""

import pytest

from hub.schemas.catalogue import shipped
from hub.schemas.personal import MASK, OF_SHIPPED, masked, personal_paths
from hub.schemas.validate import compile_schema

URN = "urn:hub:schema:mau:1.0"
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": URN,
    "type": "object",
    "properties": {
        "code": {"type": "string"},
        "who": {"$ref": "#/$defs/person"},
        "others": {"type": "array", "items": {"$ref": "#/$defs/person"}},
    },
    "$defs": {"person": {"properties": {"name": {"type": "string", "x-personal": True}}}},
}
BODY = {"code": "H99-1", "who": {"name": "Nguyễn Mẫu"}, "others": [{"name": "B"}, {"n": 1}]}


def test_a_schema_declares_by_a_keyword_that_the_hub_runs():
    assert compile_schema(SCHEMA).check(BODY) is None
    shown = masked(BODY, personal_paths(URN, SCHEMA))
    assert shown == {"code": "H99-1", "who": {"name": MASK}, "others": [{"name": MASK}, {"n": 1}]}


def test_a_schema_that_says_nothing_shows_only_its_structure():
    silent = {**SCHEMA, "$defs": {"person": {}}}
    assert personal_paths(URN, silent) is None
    assert masked({"a": ["x", {"b": 1}], "c": None}, None) == {"a": [MASK, {"b": MASK}], "c": MASK}
    assert masked(BODY, personal_paths(URN, {**silent, "x-personal": False})) == BODY


@pytest.mark.parametrize("schema", shipped(), ids=lambda one: one.uri)
def test_every_shipped_schema_has_its_fields_declared(schema):
    paths = personal_paths(schema.uri, schema.document)
    assert paths
    for path in paths:
        known = schema.document["properties"]
        assert path[0] in known, f"{path} is no field of {schema.uri}"


def test_nothing_is_declared_that_is_not_shipped():
    assert OF_SHIPPED.keys() == {one.uri.split(":")[3] for one in shipped()}
