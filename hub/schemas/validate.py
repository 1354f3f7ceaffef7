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

from hub.schemas.lint import MAX_SCHEMA_BYTES, UnsafeSchema, check_document, property_names

MAX_RULE_CHARACTERS: Final = 120
"""Longest excerpt of a schema's rule in a violation; an enum may list hundreds of words."""

MAX_PATTERN_BYTES: Final = 1024 * 1024
"""Memory of one compiled pattern; `(a{1000}){1000}` would take far more and is refused."""

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

    def iter_errors(self, instance: Any, /) -> Iterator[jsonschema_rs.ValidationError]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledSchema:
    """A schema ready to run; safe to share between threads. Made by `compile_schema` only."""

    uri: str | None
    _engine: _Engine = field(repr=False)
    _names: frozenset[str] = field(repr=False)

    def check(self, value: Any) -> Violation | None:
        """Return the first broken rule, or None when the decoded body fits. Never raises."""
        try:
            if self._engine.is_valid(value):
                return None
        except (ValueError, RecursionError):  # Not JSON at all: bytes, a lone surrogate.
            return Violation(keyword="type", pointer="", rule="not JSON")
        return self.violations(value, 1)[0]

    def violations(self, value: Any, limit: int) -> list[Violation]:
        """Return up to `limit` broken rules, in the engine's order, each once, for a dry run."""
        try:
            found = [
                self._describe(error) for error in islice(self._engine.iter_errors(value), limit)
            ]
        except (ValueError, RecursionError):  # As in `check`.
            return [Violation(keyword="type", pointer="", rule="not JSON")]
        return list(dict.fromkeys(found))

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
    check_document(schema)
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
    return CompiledSchema(
        uri=schema.get("$id"), _engine=engine, _names=frozenset(property_names(schema))
    )


def _decode(document: bytes | dict[str, Any]) -> Any:
    try:
        raw = document if isinstance(document, bytes) else orjson.dumps(document)
        if len(raw) > MAX_SCHEMA_BYTES:
            raise UnsafeSchema(f"larger than {MAX_SCHEMA_BYTES} bytes", "")
        # A decoded copy: a caller that changes its dict later cannot change what was checked.
        return orjson.loads(raw)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError) as error:
        raise UnsafeSchema("not JSON", "") from error


def _words(words: Any) -> str:
    if words is None:
        return ""
    if isinstance(words, list):
        return ", ".join(map(str, words))[:MAX_RULE_CHARACTERS]
    return str(words)[:MAX_RULE_CHARACTERS]
