"""The words of the tables in `lgsp_edxml.fields`: fields, inner records, lists, groups."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any


class Kind(Enum):
    """How a text is read and written."""

    TEXT = auto()
    ORGAN = auto()  # An agency's code.
    DAY = auto()
    TIME = auto()
    WHOLE = auto()  # A whole number from 0.
    FLAG = auto()  # true, false
    BIT = auto()  # 1, 0
    STATUS = auto()
    CONSTANT = auto()  # Fixed by the value's class; written, not read.


@dataclass(frozen=True, slots=True)
class Field:
    """One text. `most` is its longest length in characters, or its largest number."""

    element: str
    attr: str
    most: int
    kind: Kind = Kind.TEXT
    required: bool = False
    default: Any = None
    """What a missing element is read as; it is noted then."""


@dataclass(frozen=True, slots=True)
class One:
    """One inner record."""

    element: str
    attr: str
    record: "Record"
    required: bool = False
    default: Any = None
    """What a missing element is read as; it is noted then."""


@dataclass(frozen=True, slots=True)
class Many:
    """A list of records or texts (`of` a Field or a Record), inside `wrapper` unless empty."""

    wrapper: str
    element: str
    attr: str
    of: "Record | Field"
    most: int
    least: int = 0

    @property
    def outer(self) -> str:
        """The name of the element that stands in the record."""
        return self.wrapper or self.element


@dataclass(frozen=True, slots=True)
class Group:
    """An element whose fields belong to the value around it."""

    element: str
    items: "tuple[Item, ...]"
    required: bool = False


Item = Field | One | Many | Group


@dataclass(frozen=True, slots=True)
class Record:
    """The items of a value of class `make`; `orders` are others that occur and need no note."""

    make: Any
    items: tuple[Item, ...]
    orders: tuple[tuple[str, ...], ...] = ()
    any_order: bool = False


def leaves(items: tuple[Item, ...]) -> Iterator[Field | One | Many]:
    """Yield the items that carry an attribute, those of groups included."""
    for item in items:
        if isinstance(item, Group):
            yield from leaves(item.items)
        else:
            yield item


def name_of(item: Item) -> str:
    """Return the name of the element that `item` stands in."""
    return item.outer if isinstance(item, Many) else item.element
