"""A recipient that understands another version gets a reading beside the body, or why not."""

import dataclasses

import orjson
import pytest

from hub.api.problems import Problem
from hub.api.readings import Asked
from hub.schemas.conversion import Conversion, Rename
from hub.schemas.lint import DIALECT
from hub.schemas.validate import compile_schema
from tests.support import build_rules

OLD, NEW = "urn:hub:schema:mau:1.0", "urn:hub:schema:mau:1.1"
BODY = orjson.dumps({"ten_moi": "Mẫu"})


def rules_with(*steps, declared=True):
    schema = {"type": "object", "properties": {"ten": {"type": "string"}}, "required": ["ten"]}
    compiled = compile_schema({"$schema": DIALECT, "$id": OLD, **schema})
    conversion = Conversion(source=NEW, target=OLD, steps=steps)
    found = {(NEW, OLD): conversion} if declared else {}
    return dataclasses.replace(build_rules(), schemas={OLD: compiled}, conversions=found)


def reading(rules, dataschema=NEW, names=("mau:1.0",)):
    return Asked.of(names, rules).reading({"dataschema": dataschema}, BODY)


def test_a_declared_conversion_is_given_where_it_fits_the_version_asked_for():
    rules = rules_with(Rename(at="/ten_moi", to="/ten"))
    assert reading(rules) == {"read_as": {"dataschema": OLD, "data": {"ten": "Mẫu"}}}


def test_a_reading_that_does_not_fit_is_not_given_and_says_where_without_values():
    told = reading(rules_with())
    assert told == {"read_as": {"dataschema": OLD, "problem": "required at the root: ten"}}


def test_without_a_conversion_the_recipient_is_told_so():
    told = reading(rules_with(declared=False))
    assert told == {"read_as": {"dataschema": OLD, "problem": "no_conversion"}}


def test_who_asks_for_nothing_or_for_the_messages_own_version_gets_the_message_alone():
    rules = rules_with()
    assert reading(rules, names=()) == {}
    assert reading(rules, dataschema=OLD) == {}
    assert reading(rules, names=("khac:1.0",)) == {}


@pytest.mark.parametrize("names", [("mau",), ("mau:1.0", "mau:1.1"), ("mau:1.0",) * 51])
def test_what_is_no_question_is_refused(names):
    with pytest.raises(Problem) as refused:
        Asked.of(names, rules_with())
    assert refused.value.status == 422
