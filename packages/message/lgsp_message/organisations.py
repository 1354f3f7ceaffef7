"""Organisations, the codes they are known by, and who has whose place. Pure.

The hub and who keeps the signed copy of its directory read them the same way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum, unique
from functools import lru_cache
from typing import Final

import msgspec

from lgsp_message.codes import respell

_VIET_NAM: Final = timezone(timedelta(hours=7))
"""Indochina time, without summer time: the law's days begin and end by it."""


@lru_cache(maxsize=16)  # The messages of one batch are decided at one moment.
def legal_day(at: datetime) -> date:
    """Return the day on which an aware moment falls in Viet Nam.

    A reorganisation takes effect at midnight there, which is 17:00 UTC of the day before.
    """
    return at.astimezone(_VIET_NAM).date()


@unique
class Via(StrEnum):
    """Why a message goes elsewhere than its address says by the letter."""

    RESPELT = "respelt"
    """The code was not written as the directory has it."""
    CODE_ENDED = "code_ended"
    """The code counts no more; its organisation is still there."""
    SUCCEEDED = "succeeded"
    """The organisation is no more; another has taken its place."""


# Without garbage collection: 111,339 of them, and none refers back to another.
class Organisation(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One agency. Its id never changes; its codes do."""

    id: str
    name: str
    level: str
    active: bool
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    """Last day on which it exists."""
    successors: tuple[str, ...] = ()
    """Ids of those that take its place once it is no more."""

    @property
    def last_day(self) -> date | None:
        """Return the day after which it is no more; None: no end is known."""
        return self.valid_to if self.active else date.min

    def active_on(self, day: date) -> bool:
        """Say whether it exists on `day`."""
        return self.active and _within(day, self.valid_from, self.valid_to)

    def ended_on(self, day: date) -> bool:
        """Say whether it is no more: one that is yet to come has no successors."""
        return not self.active or (self.valid_to is not None and self.valid_to < day)


class Tenure(msgspec.Struct, frozen=True, gc=False):
    """Days on which an organisation had a code that now another has."""

    organisation: str
    valid_from: date | None = None
    valid_to: date | None = None

    def valid_on(self, day: date) -> bool:
        """Say whether `day` is one of them."""
        return _within(day, self.valid_from, self.valid_to)


class Code(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One code of an organisation. Both national forms are live at once, with validity."""

    organisation: str
    valid_from: date | None = None
    valid_to: date | None = None
    """Last day on which the code may be used."""
    earlier: tuple[Tenure, ...] = ()
    """Who had it before: a merged province may keep the code of one of the old ones."""

    def valid_on(self, day: date) -> bool:
        """Say whether the code may be used on `day`."""
        return _within(day, self.valid_from, self.valid_to)

    def holder(self, day: date) -> str | None:
        """Return whom the code meant on `day`, or last before it; None: nobody yet."""
        if self.valid_from is None or self.valid_from <= day:
            return self.organisation
        for tenure in reversed(self.earlier):
            if tenure.valid_from is None or tenure.valid_from <= day:
                return tenure.organisation
        return None


class Way(msgspec.Struct, frozen=True):
    """Where a code leads on a day."""

    to: tuple[str, ...]
    """Ids of organisations: none, one, or several of which a person must choose."""
    via: tuple[Via, ...] = ()
    """Empty: it leads there by the letter."""
    of: str | None = None
    """Id of the organisation that the code means, whether it still exists or not."""


_NOWHERE: Final = Way(to=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisations:
    """All organisations and codes, as of one version."""

    organisations: Mapping[str, Organisation]
    codes: Mapping[str, Code]

    def resolve(self, code: str, day: date) -> Organisation | None:
        """Return the active organisation that `code` names on `day`, if there is one."""
        entry = self.codes.get(code)
        if entry is None or not entry.valid_on(day):
            return None
        organisation = self.organisations.get(entry.organisation)
        return organisation if organisation is not None and organisation.active_on(day) else None

    def way(self, code: str, day: date) -> Way:
        """Return where a message to `code` goes on `day`; a code is never forgotten."""
        if (organisation := self.resolve(code, day)) is not None:
            return Way(to=(organisation.id,), of=organisation.id)
        spelling = None if code in self.codes else respell(code)
        entry = self.codes.get(code if spelling is None else spelling.code)
        holder = None if entry is None else entry.holder(day)
        if entry is None or holder is None or holder not in self.organisations:
            return _NOWHERE
        respelt = () if spelling is None else (Via.RESPELT,)
        ended = () if entry.valid_on(day) or holder != entry.organisation else (Via.CODE_ENDED,)
        return self._from(holder, (*respelt, *ended), day)

    def heirs(self, id: str, day: date) -> tuple[str, ...]:
        """Return who is there on `day` in the place of an organisation: itself while it exists.

        Successors are followed as far as it takes: one that took another's place may itself be no
        more. In the order in which they are named, each once.
        """
        found: dict[str, None] = {}
        seen, waiting = {id}, [id]
        while waiting:
            known = self.organisations.get(waiting.pop(0))
            if known is None:
                continue
            if known.active_on(day):
                found[known.id] = None
            elif known.ended_on(day):
                fresh = [one for one in known.successors if one not in seen]
                seen.update(fresh)
                waiting = [*fresh, *waiting]
        return tuple(found)

    def is_active(self, id: str, day: date) -> bool:
        """Say whether there is an organisation `id` on `day`."""
        organisation = self.organisations.get(id)
        return organisation is not None and organisation.active_on(day)

    def _from(self, holder: str, via: tuple[Via, ...], day: date) -> Way:
        to = self.heirs(holder, day)
        if to == (holder,):
            return Way(to=to, via=via, of=holder)
        return Way(to=to, via=(*via, Via.SUCCEEDED), of=holder)


def _within(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)
