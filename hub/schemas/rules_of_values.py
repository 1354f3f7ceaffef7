"""Rules of containment about one value by itself: types, lists, numbers, texts, counts."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from hub.schemas.gaps import Gap, Prover, Rule
from hub.schemas.plain import Parts
from hub.schemas.shapes import (
    allowed,
    closed_names,
    decimal,
    highest,
    lower_edge,
    lowest,
    required_of,
    types_of,
    upper_edge,
)


def _type(_: Prover, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    if more := types_of(given) - allowed(part["type"]):
        yield Gap(keyword="type", pointer=at, rule=", ".join(sorted(more)))


def _enum(_: Prover, __: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    # What is given cannot be listed, so it holds more than any list.
    keyword = "enum" if "enum" in part else "const"
    yield Gap(keyword=keyword, pointer=at)


def _at_least(keyword: str, otherwise: Callable[[Parts], int] | None = None) -> Rule:
    def rule(_: Prover, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
        promised = [highest(given, keyword), otherwise(given) if otherwise else None]
        least = max((one for one in promised if one is not None), default=0)
        if least < part[keyword]:
            yield Gap(keyword=keyword, pointer=at, rule=str(part[keyword]))

    return rule


def _at_most(keyword: str, otherwise: Callable[[Parts], int | None] | None = None) -> Rule:
    def rule(_: Prover, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
        promised = [lowest(given, keyword), otherwise(given) if otherwise else None]
        if not any(one is not None and one <= part[keyword] for one in promised):
            yield Gap(keyword=keyword, pointer=at, rule=str(part[keyword]))

    return rule


def _count_of_closed(given: Parts) -> int | None:
    names = closed_names(given)
    return None if names is None else len(names)


def _length_of_tuple(given: Parts) -> int | None:
    lengths = [len(one.get("prefixItems", ())) for one in given if one.get("items") is False]
    return min(lengths, default=None)


def _lower(keyword: str) -> Rule:
    def rule(_: Prover, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
        wanted = lower_edge(({keyword: part[keyword]},))
        edge = lower_edge(given)
        assert wanted is not None  # noqa: S101  (it has just been made of one limit)
        if edge is None or (edge.at, edge.open) < (wanted.at, wanted.open):
            yield Gap(keyword=keyword, pointer=at, rule=str(part[keyword]))

    return rule


def _upper(keyword: str) -> Rule:
    def rule(_: Prover, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
        wanted = upper_edge(({keyword: part[keyword]},))
        edge = upper_edge(given)
        assert wanted is not None  # noqa: S101  (it has just been made of one limit)
        if edge is None or (edge.at, not edge.open) > (wanted.at, not wanted.open):
            yield Gap(keyword=keyword, pointer=at, rule=str(part[keyword]))

    return rule


def _multiple(_: Prover, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    steps = [decimal(one["multipleOf"]) for one in given if "multipleOf" in one]
    if "number" not in types_of(given):
        steps.append(decimal(1))
    wanted = decimal(part["multipleOf"])
    if not any((step / wanted).denominator == 1 for step in steps):
        yield Gap(keyword="multipleOf", pointer=at, rule=str(part["multipleOf"]))


def _same_word(keyword: str) -> Rule:
    def rule(_: Prover, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
        if not any(one.get(keyword) == part[keyword] for one in given):
            yield Gap(keyword=keyword, pointer=at)

    return rule


def _unique(_: Prover, given: Parts, part: dict[str, Any], at: str) -> Iterator[Gap]:
    most = lowest(given, "maxItems")
    unique = any(one.get("uniqueItems") is True for one in given)
    if part["uniqueItems"] and not unique and (most is None or most > 1):
        yield Gap(keyword="uniqueItems", pointer=at)


VALUE_RULES: Final[Mapping[str, Rule]] = {
    "type": _type,
    "enum": _enum,
    "const": _enum,
    "minLength": _at_least("minLength"),
    "maxLength": _at_most("maxLength"),
    "pattern": _same_word("pattern"),
    "format": _same_word("format"),
    "minimum": _lower("minimum"),
    "exclusiveMinimum": _lower("exclusiveMinimum"),
    "maximum": _upper("maximum"),
    "exclusiveMaximum": _upper("exclusiveMaximum"),
    "multipleOf": _multiple,
    "minItems": _at_least("minItems"),
    "maxItems": _at_most("maxItems", _length_of_tuple),
    "uniqueItems": _unique,
    "minProperties": _at_least("minProperties", lambda given: len(required_of(given))),
    "maxProperties": _at_most("maxProperties", _count_of_closed),
}
"""Keyword to its rule."""
