"""Writes a day's plan: numbers the messages, addresses them, keeps dossier codes apart."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from simulator.agencies import Agency, Role, System
from simulator.bodies import Body
from simulator.plan import Planned, moment
from simulator.province import Province
from simulator.seeds import OLD_CODE


@dataclass(slots=True, kw_only=True)
class Book:
    """The plan that grows. `chance` is the only source of chance, so a seed fixes everything."""

    province: Province
    day: date
    chance: random.Random
    first: int = 0
    """The daily number before the first one: another run of the same day begins higher."""
    messages: list[Planned] = field(default_factory=list)
    _codes: Counter[str] = field(default_factory=Counter)
    _owed: dict[str, float] = field(default_factory=dict)
    """For each stratum that is drawn from, the part of a yes that is owed."""

    def system(self, name: str) -> System:
        """Return a system by its name."""
        return next(one for one in self.province.systems if one.name == name)

    def one_of(self, *roles: Role) -> System:
        """Return some system with one of these roles."""
        return self.chance.choice(self.province.with_role(*roles))

    def agency(self, system: System) -> Agency:
        """Return the agency of a system."""
        return self.province.agency_of[system.name]

    def code(self, agency: Agency, prefix: str = "") -> str:
        """Return a new code: `<unit>-YYMMDD-<daily number>` (TT 01/2018/TT-VPCP, article 19)."""
        unit = f"{prefix}{agency.code}"
        self._codes[unit] += 1
        return f"{unit}-{self.day:%y%m%d}-{self.first + self._codes[unit]:04}"

    def happens(self, share: float) -> bool:
        """Say yes in this share of all cases."""
        return self.chance.random() < share

    def drawn(self, stratum: str, share: float) -> bool:
        """Say yes in this share of a stratum's cases: of n, n·share give or take one.

        Systematic sampling: where each stratum begins is chance, what follows is even. A short day
        shows the same shares as a long one, as near as whole matters can.
        """
        owed = self._owed.get(stratum)
        owed = (self.chance.random() if owed is None else owed) + share
        self._owed[stratum] = owed - 1 if owed >= 1 else owed
        return owed >= 1

    def elsewhere(self, stratum: str, share: float, *, yes: int, cases: int) -> None:
        """Let cases of a stratum that others decide about count among those of this day."""
        self._owed[stratum] = self.chance.random() + share * cases - yes


@dataclass(slots=True, kw_only=True)
class Case:
    """The messages of one matter, one after the other through the day."""

    book: Book
    subject: str
    at: float

    def now(self) -> datetime:
        """Return the time of day that the case has reached."""
        return moment(self.book.day, self.at)

    def send(
        self,
        by: System,
        type_: str,
        to: tuple[Agency, ...],
        body: Body,
        *,
        after: tuple[int, ...] = (),
        letter: bool = False,
        urgent: bool = False,
    ) -> int:
        """Plan a message to agencies; return its number. `after`: what it answers."""
        receivers = tuple(
            dict.fromkeys(name for one in to for name in _takers(self.book.province, one, type_))
        )
        # Both forms of code are in use at once, as on the national axis.
        addresses = tuple(f"urn:hub:org:{self._code(one)}" for one in to)
        return self._plan(
            by, type_, addresses, receivers, body, after=after, letter=letter, urgent=urgent
        )

    def send_group(self, by: System, type_: str, group: str, body: Body) -> int:
        """Plan a letter to all agencies of a group; return its number."""
        receivers = self.book.province.takers(group, type_)
        return self._plan(by, type_, (f"urn:hub:group:{group}",), receivers, body, letter=True)

    def _plan(
        self,
        by: System,
        type_: str,
        addresses: tuple[str, ...],
        receivers: tuple[str, ...],
        body: Body,
        *,
        after: tuple[int, ...] = (),
        letter: bool = False,
        urgent: bool = False,
    ) -> int:
        number = len(self.book.messages)
        self.book.messages.append(
            Planned(
                number=number,
                at=self.at,
                sender=by.name,
                type=type_,
                subject=self.subject,
                recipients=addresses,
                receivers=receivers,
                body=body,
                correlation=self.subject,
                after=after,
                letter=letter,
                urgent=urgent,
            )
        )
        self.at = min(1.0, self.at + self.book.chance.uniform(0.004, 0.03))
        return number

    def _code(self, agency: Agency) -> str:
        return agency.old_code if self.book.happens(OLD_CODE) else agency.code


def _takers(province: Province, agency: Agency, type_: str) -> tuple[str, ...]:
    return tuple(one.name for one in agency.systems if type_ in province.takes(one))
