"""A reorganisation in the middle of the day: two provinces become one, the district level goes.

As on 1/7/2025: the province that keeps its name keeps its code, the other's is closed; what a
district did goes to its communes, which get new codes. Some districts have one heir. Others are
split, and of a split one's post an operator says who gets it: in the demo, the first candidate.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from random import Random
from typing import Any, Final

from simulator import bodies, roles
from simulator.agencies import PROVINCE, Agency, Role, System
from simulator.book import Book, Case
from simulator.plan import Planned
from simulator.province import Province

HALF: Final = 0.5
"""When it happens, as a part of the working day."""
_MORNING: Final = 0.3
_AFTERNOON: Final = 0.6
_ORG: Final = "urn:hub:org:"
_GROUP: Final = "urn:hub:group:"

Change = dict[str, Any]


def _neighbour(id_: str, name: str, code: str, parent: str | None) -> Agency:
    office = System(
        name=id_.replace("mau-", "van-ban-", 1) + "-mau",
        title=f"Quản lý văn bản {name}",
        role=Role.OFFICE,
        agency=id_,
    )
    return Agency(id=id_, name=name, level="province", code=code, parent=parent, systems=(office,))


NEIGHBOURS: Final = (
    _neighbour("mau-ubnd-tinh-hai", "UBND tỉnh Mẫu Hai", "H98", None),
    _neighbour("mau-so-tai-chinh-hai", "Sở Tài chính tỉnh Mẫu Hai", "H98.03", "mau-ubnd-tinh-hai"),
)
"""The other province, which is merged into this one. Invented too: no province is called H98."""
_INTO: Final[Mapping[str, str]] = {
    "mau-ubnd-tinh-hai": PROVINCE,
    "mau-so-tai-chinh-hai": "mau-so-tai-chinh",
}


def with_neighbours(province: Province) -> Province:
    """Return the province of a day on which two become one. Its communes stay last."""
    return replace(province, agencies=(*NEIGHBOURS, *province.agencies))


@dataclass(frozen=True, kw_only=True)
class Reorganisation:
    """What changes at noon. Not slotted: the lookups below are made once and kept."""

    province: Province
    """With its neighbours, as it was in the morning."""

    @cached_property
    def successors(self) -> Mapping[str, tuple[Agency, ...]]:
        """Id of each agency that goes, to those that take its place."""
        by_id = {one.id: one for one in self.province.agencies}
        found: dict[str, tuple[Agency, ...]]
        found = {id: (by_id[into],) for id, into in _INTO.items()}
        for number, district in enumerate(self._of("district")):
            below = tuple(one for one in self._of("commune") if one.parent == district.id)
            found[district.id] = below if number % 2 else below[:1]
        return found

    def changes(self, today: date) -> list[Change]:
        """Return the change list that an administrator hands in: all of it, or nothing."""
        last_day = (today - timedelta(days=1)).isoformat()
        return [
            *(change for one in self._of("commune") for change in _moved(one, last_day)),
            *(
                _organisation(one)
                | {
                    "state": "merged",
                    "valid_to": last_day,
                    "successors": [heir.id for heir in self.successors[one.id]],
                }
                for one in self.province.agencies
                if one.id in self.successors
            ),
        ]

    def plan(self, usual: tuple[Planned, ...], day: date) -> tuple[Planned, ...]:
        """Return the day's plan with other receivers from noon on; addresses stay the old ones.

        Letters across noon, to and from each agency that goes, come on top: however small a day
        is, it shows them.
        """
        book = Book(province=self.province, day=day, chance=Random(0), messages=[*usual])  # noqa: S311
        for number, agency in enumerate(
            one for one in self.province.agencies if one.id in self.successors
        ):
            self._letters(book, number, agency)
        ordered = sorted(book.messages, key=lambda one: (one.at, one.number))
        return tuple(one if one.at < HALF else self._afternoon(one) for one in ordered)

    def _letters(self, book: Book, number: int, gone: Agency) -> None:
        """A letter each way in the morning, its status in the afternoon; then one more letter."""
        [office] = [one for one in gone.systems if one.role is Role.OFFICE]
        central = book.system("van-ban-ubnd-tinh-mau")
        for at, (by, to) in enumerate(((central, office), (office, central))):
            case, sent = _letter(book, f"{9_000 + 10 * number + at}/SX-MAU", by, to, _MORNING)
            case.at = _AFTERNOON
            _answer(case, f"{9_000 + 10 * number + at}/SX-MAU", by, to, sent)
        _letter(book, f"{9_002 + 10 * number}/SX-MAU", central, office, _AFTERNOON)

    def _afternoon(self, one: Planned) -> Planned:
        if one.fault is not None or not one.receivers:
            return one
        if one.recipients == (_GROUP + roles.DISTRICTS,):
            # There are no districts any more: who writes to all of them writes to the communes.
            receivers = self.province.takers(roles.COMMUNES, one.type)
            return replace(one, recipients=(_GROUP + roles.COMMUNES,), receivers=receivers)
        if not all(address.startswith(_ORG) for address in one.recipients):
            return one
        return replace(one, receivers=self._receivers(one))

    def _receivers(self, one: Planned) -> tuple[str, ...]:
        meant = [self._agency_of_code[address.removeprefix(_ORG)] for address in one.recipients]
        heirs = [self.successors.get(agency.id, (agency,)) for agency in meant]
        clear = [agency for found in heirs if len(found) == 1 for agency in found]
        taken = dict.fromkeys(name for agency in clear for name in self._takers(agency, one.type))
        chosen: dict[str, None] = {}
        for found in heirs:
            names = [name for agency in found for name in self._takers(agency, one.type)]
            left = [name for name in names if name not in taken]
            if len(found) > 1 and left:
                chosen[left[0]] = None
                taken |= dict.fromkeys(left)
        certain = [name for agency in clear for name in self._takers(agency, one.type)]
        return tuple(dict.fromkeys([*certain, *chosen]))

    def _takers(self, agency: Agency, type_: str) -> Iterator[str]:
        return (one.name for one in agency.systems if type_ in self.province.takes(one))

    @cached_property
    def _agency_of_code(self) -> Mapping[str, Agency]:
        codes = {one.code: one for one in self.province.agencies}
        return codes | {one.old_code: one for one in self.province.agencies}

    def _of(self, level: str) -> list[Agency]:
        return [one for one in self.province.agencies if one.level == level]


def late_statuses(plan: tuple[Planned, ...]) -> int:
    """Return how many statuses of the afternoon are about letters of the morning."""
    by_number = {one.number: one for one in plan}
    return sum(
        one.type == roles.STATUS
        and one.fault is None
        and one.at >= HALF
        and any(by_number[number].at < HALF for number in one.after)
        for one in plan
    )


def new_code(commune: Agency) -> str:
    """Return the code that a commune gets when there is no district above it any more."""
    return f"H99.{60 + int(commune.id.rpartition('-')[2])}"


def _letter(book: Book, number: str, by: System, to: System, at: float) -> tuple[Case, int]:
    sender, receiver = book.agency(by), book.agency(to)
    subject = bodies.document_id(number, sender, book.day)
    case = Case(book=book, subject=subject, at=at)
    body = bodies.letter(number, sender, (receiver,), book.day, False)  # noqa: FBT003  (it directs nobody)
    return case, case.send(by, roles.ISSUED, (receiver,), body, letter=True)


def _answer(case: Case, number: str, by: System, to: System, sent: int) -> None:
    sender, receiver = case.book.agency(by), case.book.agency(to)
    body = bodies.status(number, sender, receiver, case.now(), "03")
    case.send(to, roles.STATUS, (sender,), body, after=(sent,))


def _organisation(one: Agency) -> Change:
    parent = {"parent": one.parent} if one.parent else {}
    told = {"change": "put_organisation", "id": one.id, "name": one.name, "level": one.level}
    return told | parent


def _moved(commune: Agency, last_day: str) -> Iterator[Change]:
    yield _organisation(commune) | {"parent": PROVINCE}
    code = {"change": "put_code", "organisation": commune.id}
    yield code | {"code": new_code(commune), "scheme": "qd20"}
    yield code | {"code": commune.code, "scheme": "qd20", "valid_to": last_day}
    yield code | {"code": commune.old_code, "scheme": "qcvn102", "valid_to": last_day}
