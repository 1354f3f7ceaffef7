"""Every example is judged alike by the engine of run time and by the oracle."""

from functools import cache
from pathlib import Path

import orjson
import pytest

import hub.schemas
from hub.schemas.catalogue import load
from hub.schemas.event_types import SHIPPED
from hub.schemas.validate import CompiledSchema, compile_schema

EXAMPLES = Path(hub.schemas.__file__).parent / "examples"
NAMES = [shipped.schema for shipped in SHIPPED]


def files(name: str, kind: str) -> list[Path]:
    return sorted((EXAMPLES / name).glob(f"{kind}-*.json"))


VALID = [file for name in NAMES for file in files(name, "valid")]
INVALID = [file for name in NAMES for file in files(name, "invalid")]


def label(file: Path) -> str:
    return f"{file.parent.name}/{file.stem}"


def uri(file: Path) -> str:
    return f"urn:hub:schema:{file.parent.name}:1.0"


@cache
def compiled(name: str) -> CompiledSchema:
    return compile_schema(load(name).raw)


@pytest.mark.parametrize("file", VALID, ids=label)
def test_a_valid_example_passes_both_engines(file, oracle):
    value = orjson.loads(file.read_bytes())
    assert compiled(uri(file)).check(value) is None
    assert compiled(uri(file)).violations(value, 10) == []
    assert oracle(uri(file), value) == set()


@pytest.mark.parametrize("file", INVALID, ids=label)
def test_an_invalid_example_fails_at_its_declared_place_in_both_engines(file, oracle):
    value = orjson.loads(file.read_bytes())
    expected = orjson.loads((file.parent / "expected.json").read_bytes())[file.name]
    first = compiled(uri(file)).check(value)
    assert first is not None
    assert (first.keyword, first.pointer) == (expected["keyword"], expected["pointer"])
    found = compiled(uri(file)).violations(value, 50)
    # Nothing else is broken, so the example shows one mistake (a day can break pattern and format).
    assert {violation.pointer for violation in found} == {expected["pointer"]}
    keywords = {keyword for keyword, _ in oracle(uri(file), value)}
    assert keywords == {violation.keyword for violation in found}
    if "*" not in expected["pointer"]:
        assert {place for _, place in oracle(uri(file), value)} == {expected["pointer"]}


@pytest.mark.parametrize("name", NAMES)
def test_every_schema_has_two_valid_and_three_invalid_examples(name):
    assert len(files(name, "valid")) >= 2
    assert len(files(name, "invalid")) >= 3
    expected = orjson.loads((EXAMPLES / name / "expected.json").read_bytes())
    assert sorted(expected) == [file.name for file in files(name, "invalid")]


@pytest.mark.parametrize("name", NAMES)
def test_the_full_example_shows_every_field_or_another_example_does(name):
    shown: set[str] = set()
    for file in files(name, "valid"):
        shown |= set(orjson.loads(file.read_bytes()))
    missing = set(load(f"urn:hub:schema:{name}:1.0").document["properties"]) - shown
    # Fields that exclude or replace another one have no place in one plausible example.
    assert missing <= {"due_date_text", "refused_at", "reason"}


def test_the_examples_are_plainly_synthetic():
    for file in VALID:
        text = file.read_text(encoding="utf-8").casefold()
        assert any(mark in text for mark in ("mẫu", "mau", "h99")), file
