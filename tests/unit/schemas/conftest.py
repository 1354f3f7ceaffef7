"""The oracle: the pure-Python `jsonschema`, which shares no code with the engine of run time."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator, ValidationError, validators
from referencing import Registry

import hub.schemas
from hub.schemas.catalogue import load

EXAMPLES = Path(hub.schemas.__file__).parent / "examples"

Oracle = Callable[[str, Any], set[tuple[str, str]]]


def _ecma_pattern(
    validator: Any, pattern: str, instance: Any, _schema: Any
) -> Iterator[ValidationError]:
    """Match as ECMA-262 says: Python's `$` would also match before a last line break."""
    anchored = re.sub(r"\$$", r"\\Z", pattern)
    if validator.is_type(instance, "string") and not re.search(anchored, instance):
        yield ValidationError(pattern)


_Oracle = validators.extend(Draft202012Validator, {"pattern": _ecma_pattern})


@cache
def _compiled(uri: str) -> Any:
    document = load(uri).document
    Draft202012Validator.check_schema(document)
    # An explicit empty registry: without it jsonschema fetches what a $ref names.
    return _Oracle(
        document, registry=Registry(), format_checker=Draft202012Validator.FORMAT_CHECKER
    )


@pytest.fixture(scope="session")
def oracle() -> Oracle:
    """Return a function of (schema URN, value) that gives each (keyword, pointer) broken."""

    def broken(uri: str, value: Any) -> set[tuple[str, str]]:
        return {
            (error.validator, "".join(f"/{part}" for part in error.absolute_path))
            for error in _compiled(uri).iter_errors(value)
        }

    return broken


@pytest.fixture(scope="session")
def example() -> Callable[[str, str], Any]:
    """Return a function of (schema name, file stem) that gives a fresh decoded example."""
    return lambda name, stem: orjson.loads((EXAMPLES / name / f"{stem}.json").read_bytes())
