"""The check: fast to say yes, exact about the place, silent about the value."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.schemas.catalogue import load
from hub.schemas.lint import DIALECT
from hub.schemas.validate import MAX_RULE_CHARACTERS, Violation, compile_schema

SUBMITTED = compile_schema(load("urn:hub:schema:dossier.submitted:1.0").raw)
NOTICE = compile_schema(load("urn:hub:schema:citizen.notice:1.0").raw)


def of(**schema: Any):
    return compile_schema({"$schema": DIALECT, **schema})


def deep(levels: int) -> Any:
    value: Any = "Mẫu"
    for _ in range(levels):
        value = {"a": [value]}
    return value


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -1,
        2**53,
        1e308,
        10**400,
        "",
        "{}",
        [],
        [[]],
        {},
        {"": {}},
        deep(32),
        deep(400),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_value_that_is_no_dossier_is_a_violation_at_the_root(value):
    violation = SUBMITTED.check(value)
    assert violation is not None
    assert violation.pointer == ""


@pytest.mark.parametrize(
    "value", [b"bytes", {1: 2}, {"a": {1}}, {"\ud800": 1}, object(), float("nan")], ids=repr
)
def test_what_is_not_json_is_a_violation_not_an_exception(value):
    assert SUBMITTED.check(value) is not None
    assert SUBMITTED.violations(value, 5)


def test_a_last_line_break_does_not_slip_through():
    digits = of(type="string", pattern="^[0-9]+$")
    assert digits.check("123") is None
    assert digits.check("123\n") == Violation(keyword="pattern", pointer="", rule="^[0-9]+$")


def test_other_scripts_digits_are_not_digits():
    assert of(pattern=r"^\d+$").check("١٢٣") is not None


def test_extensions_take_anything_and_the_root_takes_nothing_unknown(example):
    body = example("dossier.submitted", "valid-minimal")
    assert SUBMITTED.check(body | {"extensions": deep(20)}) is None
    violation = SUBMITTED.check(body | {"Nguyễn Văn Mẫu": 1})
    assert violation == Violation(keyword="additionalProperties", pointer="")


def test_a_name_of_the_senders_own_does_not_reach_the_pointer(example):
    body = example("citizen.notice", "valid-full")
    body["template"]["parameters"] = {"Trần Thị Mẫu 000000000000": 7}
    violation = NOTICE.check(body)
    assert violation == Violation(keyword="type", pointer="/template/parameters/*", rule="string")


def test_two_names_of_the_senders_own_are_reported_once(example):
    body = example("citizen.notice", "valid-full")
    body["template"]["parameters"] = {"Trần Thị Mẫu": 7, "Lê Văn Mẫu": 8}
    assert NOTICE.violations(body, 50) == [NOTICE.check(body)]


def test_a_pointer_escapes_as_rfc_6901_says():
    schema = of(properties={"a/b": {"properties": {"c~d": {"type": "string"}}}})
    assert str(schema.check({"a/b": {"c~d": 1}})) == "type at /a~1b/c~0d: string"


def test_the_rule_is_the_schemas_own_word_and_bounded():
    schema = of(properties={"a": {"enum": ["x" * 50] * 1 + [f"y{n}" for n in range(200)]}})
    violation = schema.check({"a": "0000 bí mật"})
    assert violation is not None
    assert len(violation.rule) == MAX_RULE_CHARACTERS
    assert "bí mật" not in str(violation)


LISTS = of(anyOf=[{"items": {"type": "string"}}] * 5)


def test_a_large_body_is_refused_without_collecting_its_errors():
    violation = LISTS.check([0] * 125_000)
    assert violation == Violation(keyword="schema", pointer="", rule="too large to explain")
    assert LISTS.violations([0] * 125_000, 50) == [violation]
    assert LISTS.check([0] * 100) == Violation(keyword="anyOf", pointer="")
    assert LISTS.check(["0"] * 125_000) is None


def test_a_large_body_still_gets_the_place_of_its_first_error():
    receipt = compile_schema(load("urn:hub:schema:receipt:1.0").raw)
    body = {"stage": "delivered", "messages": [0] * 125_000}
    first = receipt.check(body)
    assert first is not None
    assert first.pointer.startswith("/messages")
    assert receipt.violations(body, 50) == [first]


def test_a_missing_field_is_named():
    assert str(SUBMITTED.check({})) == "required at the root: dossier_code"


def test_a_dry_run_lists_all_up_to_the_limit():
    assert len(SUBMITTED.violations({}, 50)) == 5
    assert len(SUBMITTED.violations({}, 2)) == 2
    assert SUBMITTED.violations({}, 50)[0] == SUBMITTED.check({})


SECRET = "Lý Bí Mật"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.just(SECRET),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([SECRET, "dossier_code", "applicant", "files", "extensions", "name"]),
            inner,
        )
    ),
)


@given(JSON)
def test_a_dry_run_begins_as_the_decision_and_repeats_no_word_of_the_sender(value):
    found = SUBMITTED.violations(value, 20)
    assert found[:1] == [SUBMITTED.check(value)]
    for violation in found:
        assert SECRET not in str(violation)


@given(
    st.from_regex(
        load("urn:hub:schema:dossier.step:1.0").document["properties"]["processed_at"]["pattern"]
    )
)
def test_a_time_that_passes_can_be_read(text):
    schema = of(**load("urn:hub:schema:dossier.step:1.0").document["properties"]["processed_at"])
    if schema.check(text) is None:
        assert datetime.fromisoformat(text).tzinfo is not None


def test_a_compiled_schema_does_not_follow_later_changes():
    document: dict[str, Any] = {"$schema": DIALECT, "type": "string"}
    compiled = compile_schema(document)
    document["type"] = "integer"
    assert compiled.check("Mẫu") is None
