"""Check a decoded body against its schema, fast, offline, and without repeating what it holds.

The engine is jsonschema-rs with its linear-time regular expressions: no pattern can be made to
backtrack, no reference is fetched, and formats are asserted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Protocol

import jsonschema_rs
import orjson

from hub.schemas.lint import (
    MAX_SCHEMA_BYTES,
    Size,
    UnsafeSchema,
    check_document,
    property_names,
)

MAX_RULE_CHARACTERS: Final = 120
"""Longest excerpt of a schema's rule in a violation; an enum may list hundreds of words."""

MAX_PATTERN_BYTES: Final = 1024 * 1024
"""Memory of one compiled pattern; `(a{1000}){1000}` would take far more and is refused."""

MAX_EXPLAINED: Final = 200_000
"""Most pairs of (value in the body, subschema) for which all errors are collected. The engine
keeps every error in memory, about 1.2 kB each: five branches of lists and a list of 125,000 wrong
items took 9 s and 950 MB. Only saying no costs nothing of the kind."""

_NOT_JSON: Final = "not JSON"
_NOT_EXPLAINED: Final = "too large to explain"
_HIDDEN: Final = "*"
"""Stands for a property name that the schema does not know: it is the sender's own text."""

_RULES: Final = {
    "const": "expected_value",
    "enum": "options",
    "exclusiveMaximum": "limit",
    "exclusiveMinimum": "limit",
    "format": "format",
    "maxItems": "limit",
    "maxLength": "limit",
    "maxProperties": "limit",
    "maximum": "limit",
    "minItems": "limit",
    "minLength": "limit",
    "minProperties": "limit",
    "minimum": "limit",
    "multipleOf": "multiple_of",
    "pattern": "pattern",
    "required": "property",
    "type": "types",
}
"""Where each kind of error keeps the schema's own words. What is not listed may quote the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One broken rule: `keyword` at `pointer` (RFC 6901, into the body), never the value there.

    `rule` is the schema's own text: the missing name, the limit, the format; empty where the
    keyword says enough.
    """

    keyword: str
    pointer: str
    rule: str = ""

    def __str__(self) -> str:
        text = f"{self.keyword} at {self.pointer or 'the root'}"
        return f"{text}: {self.rule}" if self.rule else text


class _Engine(Protocol):
    def is_valid(self, instance: Any, /) -> bool: ...

    def validate(self, instance: Any, /) -> None: ...

    def iter_errors(self, instance: Any, /) -> Iterator[jsonschema_rs.ValidationError]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledSchema:
    """A schema ready to run; safe to share between threads. Made by `compile_schema` only."""

    uri: str | None
    _engine: _Engine = field(repr=False)
    _names: frozenset[str] = field(repr=False)
    _size: Size = field(repr=False)

    def check(self, value: Any) -> Violation | None:
        """Return the first broken rule, or None when the decoded body fits; raises for no body.

        A large body that fits no branch of an `anyOf` gets keyword `schema` and no place.
        """
        try:
            return None if self._engine.is_valid(value) else self._first(value)
        except (ValueError, RecursionError):  # Not JSON at all: bytes, a lone surrogate.
            return Violation(keyword="type", pointer="", rule=_NOT_JSON)

    def violations(self, value: Any, limit: int) -> list[Violation]:
        """Return up to `limit` broken rules in the engine's order, each once, for a dry run.

        Of a body beyond `MAX_EXPLAINED` only the first.
        """
        first = self.check(value)
        if first is None or first.rule == _NOT_JSON:
            return [] if first is None else [first]
        if _outgrows(value, self._size.total):
            return [first]
        errors = islice(self._engine.iter_errors(value), limit)
        return list(dict.fromkeys(self._describe(error) for error in errors))

    def _first(self, value: Any) -> Violation:
        if _outgrows(value, self._size.branching):
            return Violation(keyword="schema", pointer="", rule=_NOT_EXPLAINED)
        try:
            self._engine.validate(value)
        except jsonschema_rs.ValidationError as error:
            return self._describe(error)
        raise AssertionError("the engine disagrees with itself")

    def _describe(self, error: jsonschema_rs.ValidationError) -> Violation:
        # Invariant 9: neither the value nor a name of the sender's own goes into a refusal.
        keyword = error.kind.name
        pointer = "".join("/" + self._segment(part) for part in error.instance_path)
        words = error.kind.as_dict().get(_RULES[keyword]) if keyword in _RULES else None
        return Violation(keyword=keyword, pointer=pointer, rule=_words(words))

    def _segment(self, part: str | int) -> str:
        if isinstance(part, int):
            return str(part)
        return part.replace("~", "~0").replace("/", "~1") if part in self._names else _HIDDEN


def compile_schema(document: bytes | dict[str, Any]) -> CompiledSchema:
    """Compile a JSON Schema 2020-12 document, as bytes or decoded.

    Raises:
        UnsafeSchema: it is not such a schema, is too large, refers outside itself or in a circle,
            has a pattern that no linear engine can run, an unknown format or an unknown keyword.
    """
    schema = _decode(document)
    size = check_document(schema)
    try:
        engine = jsonschema_rs.Draft202012Validator(
            schema,
            validate_formats=True,
            ignore_unknown_formats=False,
            offline=True,
            mask=_HIDDEN,
            pattern_options=jsonschema_rs.RegexOptions(size_limit=MAX_PATTERN_BYTES),
        )
    except jsonschema_rs.ValidationError as error:
        place = "".join(f"/{part}" for part in error.instance_path)
        raise UnsafeSchema("not a schema that the engine can run", place) from error
    names = frozenset(property_names(schema))
    return CompiledSchema(uri=schema.get("$id"), _engine=engine, _names=names, _size=size)


def _decode(document: bytes | dict[str, Any]) -> Any:
    try:
        raw = document if isinstance(document, bytes) else orjson.dumps(document)
        if len(raw) > MAX_SCHEMA_BYTES:
            raise UnsafeSchema(f"larger than {MAX_SCHEMA_BYTES} bytes", "")
        # A decoded copy: orjson also takes what is no JSON (dates, tuples), and what was checked is
        # what is compiled, whatever the caller does to its dict.
        return orjson.loads(raw)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError) as error:
        raise UnsafeSchema("not JSON", "") from error


def _outgrows(value: Any, subschemas: int) -> bool:
    """Tell whether the values in a body times the subschemas exceed `MAX_EXPLAINED`."""
    waiting, seen = [value], 0
    while waiting and seen * subschemas <= MAX_EXPLAINED:
        inner = waiting.pop()
        seen += 1
        if isinstance(inner, dict):
            waiting.extend(inner.values())
        elif isinstance(inner, list):
            waiting.extend(inner)
    return seen * subschemas > MAX_EXPLAINED


def _words(words: Any) -> str:
    if words is None:
        return ""
    if isinstance(words, list):
        return ", ".join(map(str, words))[:MAX_RULE_CHARACTERS]
    return str(words)[:MAX_RULE_CHARACTERS]
