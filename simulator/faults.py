"""Bad traffic: which messages of the day are wrong. `simulator.forge` makes them so."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from simulator import bodies, roles
from simulator.agencies import Role
from simulator.book import Book
from simulator.plan import Fault, Planned, moment

SHARE: Final = 0.03
"""The part of the day's messages that is bad."""
_MARKING: Final = "MẬT"


def plan_faults(book: Book, count: int) -> None:
    """Add `count` bad messages to the plan, the kinds in turn: each is there if count ≥ 10."""
    good = tuple(one for one in book.messages if not one.letter)
    kinds = list(Fault)
    for number in range(count):
        fault = kinds[number % len(kinds)]
        book.messages.append(_spoilt(book, good, fault))


def _spoilt(book: Book, good: Sequence[Planned], fault: Fault) -> Planned:
    chosen = book.chance.choice(good)
    number = len(book.messages)
    if fault is Fault.NO_RIGHT:
        return _without_right(book, chosen, number)
    if fault in {Fault.REPEATED, Fault.REUSED_ID}:
        return _again(book.chance, chosen, number, fault)
    return replace(
        chosen,
        number=number,
        fault=fault,
        body=_body(chosen.body, fault),
        receivers=(),
        after=(),
    )


def _without_right(book: Book, chosen: Planned, number: int) -> Planned:
    """Return a result of a dossier from a system that only exchanges letters."""
    sender, portal = book.one_of(Role.OFFICE), book.one_of(Role.PORTAL)
    agency = book.agency(sender)
    body = bodies.result(f"KQ-{number}", bodies.LAND, agency, moment(book.day, chosen.at))
    return Planned(
        number=number,
        at=chosen.at,
        sender=sender.name,
        type=roles.RESULT,
        subject=f"KQ-{number}",
        recipients=(f"urn:hub:org:{book.agency(portal).code}",),
        receivers=(),
        body=body,
        fault=Fault.NO_RIGHT,
    )


def _again(chance: random.Random, chosen: Planned, number: int, fault: Fault) -> Planned:
    """Return the same message once more, with the same or with other content."""
    body = (
        chosen.body if fault is Fault.REPEATED else {**chosen.body, "note": "Nội dung khác (mẫu)"}
    )
    return replace(
        chosen,
        number=number,
        at=min(1.0, chosen.at + chance.uniform(0.005, 0.1)),
        fault=fault,
        body=body,
        receivers=(),
        after=(chosen.number,),
    )


def _body(body: dict[str, Any], fault: Fault) -> dict[str, Any]:
    if fault is Fault.SCHEMA:
        return {**body, "truong_la": "trường không có trong lược đồ (mẫu)"}
    if fault is Fault.SECRET:
        return {**body, "note": _MARKING}
    return body
