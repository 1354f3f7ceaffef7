"""The JSON Schema Test Suite (2020-12) against the validator of bodies."""

import json
from collections import Counter

import pytest
from tests.vectors.take_json_schema_suite import SUITE

from hub.schemas.lint import UnsafeSchema
from hub.schemas.validate import compile_schema
from tests.vectors.suites import claimed

GROUPS = json.loads(SUITE.read_text(encoding="utf-8"))
ONLY_ANNOTATED = "is only an annotation by default"
"""The hub asserts formats: what the standard lets through unless asked, it refuses."""


def compiled(group):
    """Return the schema; None where the linter does not let it in."""
    try:
        return compile_schema(group["schema"])
    except UnsafeSchema:
        return None


def answer(schema, test):
    """Name what became of one test."""
    if schema is None:
        return "not ours"
    fits = schema.check(test["data"]) is None
    if fits == test["valid"]:
        return "accepted" if fits else "refused"
    stricter = test["valid"] and ONLY_ANNOTATED in test["description"]
    return "stricter" if stricter else f"WRONG: {test['description']}"


def test_the_suite_is_answered_as_the_page_says():
    found = Counter(
        answer(schema, test)
        for groups in GROUPS.values()
        for group in groups
        for schema in [compiled(group)]
        for test in group["tests"]
    )
    assert found == claimed("draft2020-12.json")


@pytest.mark.parametrize("name", ["additionalProperties", "required", "optional/format/date"])
def test_what_the_hubs_own_schemas_use_is_run_and_not_left_out(name):
    assert any(compiled(group) is not None for group in GROUPS[name])
