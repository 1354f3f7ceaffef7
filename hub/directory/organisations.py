"""Organisations, the codes they are known by, and groups of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

_VIET_NAM: Final = timezone(timedelta(hours=7))
"""Indochina time, without summer time: the law's days begin and end by it."""


@lru_cache(maxsize=16)  # The messages of one batch are decided at one moment.
def legal_day(at: datetime) -> date:
    """Return the day on which an aware moment falls in Viet Nam.

    A reorganisation takes effect at midnight there, which is 17:00 UTC of the day before.
    """
    return at.astimezone(_VIET_NAM).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """One agency. Its id never changes; its codes do."""

    id: str
    name: str
    level: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code of an organisation. Both national forms are live at once, with validity."""

    organisation: str
    valid_from: date | None = None
    valid_to: date | None = None
    """Last day on which the code may be used."""

    def valid_on(self, day: date) -> bool:
        """Say whether the code may be used on `day`."""
        after = self.valid_from is None or self.valid_from <= day
        return after and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """A snapshot of all organisations, codes and groups."""

    organisations: Mapping[str, Organisation]
    codes: Mapping[str, Code]
    groups: Mapping[str, tuple[str, ...]]
    """Group name to the ids of its members."""
    groups_of: Mapping[str, frozenset[str]]
    """Organisation id to the names of its groups."""

    def resolve(self, code: str, day: date) -> Organisation | None:
        """Return the active organisation that `code` names on `day`, if there is one."""
        entry = self.codes.get(code)
        if entry is None or not entry.valid_on(day):
            return None
        organisation = self.organisations.get(entry.organisation)
        return organisation if organisation is not None and organisation.active else None

    def is_active(self, id: str) -> bool:
        """Say whether there is an organisation `id` that is not closed."""
        organisation = self.organisations.get(id)
        return organisation is not None and organisation.active
