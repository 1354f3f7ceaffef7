"""The words of the tables in `hub_adapter_dvcqg.fields`."""

from dataclasses import dataclass
from enum import Enum, auto

Path = tuple[str, ...]


class Kind(Enum):
    """How a value is written on either side. The portal writes every value as text."""

    TEXT = auto()
    WHOLE = auto()
    FLAG = auto()
    """`1` and `0` at the portal, true and false here."""
    TIME = auto()
    """`yyyyMMddHHmmss` on Vietnam's clock at the portal, RFC 3339 with +07:00 here."""


@dataclass(frozen=True, slots=True)
class Field:
    """One value. An empty path is the item of a list itself."""

    portal: str
    path: Path
    kind: Kind = Kind.TEXT
    most: int | None = None
    """Longest text that the portal takes, in characters."""


@dataclass(frozen=True, slots=True)
class Group:
    """An inner object."""

    portal: str
    path: Path
    items: "tuple[Item, ...]"


@dataclass(frozen=True, slots=True)
class Many:
    """A list. An empty path: a list of one, made of the values of the body itself."""

    portal: str
    path: Path
    items: "tuple[Item, ...]"


Item = Field | Group | Many
