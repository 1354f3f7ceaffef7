"""Fields become typed columns. Pure."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from hub_adapter_warehouse.settings import ColumnType

BIGGEST: Final = 2**63


@dataclass(frozen=True, slots=True)
class Typed:
    """The columns of a record. The record itself is kept whole beside them: nothing is lost."""

    values: Mapping[str, Any] = field(repr=False)
    """By column; None where the field is missing or does not fit."""
    wrong: tuple[str, ...]
    """Names of fields that did not fit."""


def typed(record: Mapping[str, Any], columns: Mapping[str, ColumnType]) -> Typed:
    """Return the columns of a record. A field that changed its type in the source stops nothing."""
    values: dict[str, Any] = dict.fromkeys(columns)
    wrong = []
    for name, kind in columns.items():
        value = record.get(name)
        if value is None:
            continue
        try:
            values[name] = _CASTS[kind](value)
        except (TypeError, ValueError, ArithmeticError):
            wrong.append(name)
    return Typed(values, tuple(wrong))


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text.encode()  # A lone surrogate raises ValueError.
    if "\0" in text:
        raise ValueError
    return text


def _bigint(value: Any) -> int:
    number = int(value) if isinstance(value, str) else value
    if not isinstance(number, int) or isinstance(number, bool) or not -BIGGEST <= number < BIGGEST:
        raise ValueError
    return number


def _numeric(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise TypeError
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError
    return number


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _date(value: Any) -> date:
    return date.fromisoformat(value)


def _timestamptz(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError
    return moment


_CASTS: Final[Mapping[ColumnType, Callable[[Any], Any]]] = {
    "text": _text,
    "bigint": _bigint,
    "numeric": _numeric,
    "boolean": _boolean,
    "date": _date,
    "timestamptz": _timestamptz,
}
