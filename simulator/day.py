"""A working day of the province as a plan: the same seed, the same day."""

import random
from datetime import date
from typing import Final

from simulator.book import Book
from simulator.cases import KINDS
from simulator.faults import SHARE, plan_faults
from simulator.plan import Fault, Planned
from simulator.province import Province
from simulator.seeds import ONLINE, WEIGHTS

MIN_MESSAGES: Final = 40
"""A smaller day could not show every kind of bad traffic beside good traffic."""
PROVINCE_LEVEL: Final = "province"


def plan_day(
    province: Province, *, seed: int, count: int, day: date, from_outside: int = 0, first: int = 0
) -> tuple[Planned, ...]:
    """Return some `count` messages (a few more: matters are not cut off), in order of time.

    3 % of them are bad, and every kind of bad message is among them. `from_outside`: how many
    dossiers come beside them from the national portal, all online: they count among the province's.
    `first`: the daily number before the first one of each agency, so that two runs of one day do
    not speak of the same dossiers.

    Raises:
        ValueError: fewer than `MIN_MESSAGES` are asked for.
    """
    if count < MIN_MESSAGES:
        raise ValueError(f"a day has at least {MIN_MESSAGES} messages")
    chance = random.Random(seed)  # noqa: S311  (a plan that can be repeated, not a secret)
    book = Book(province=province, day=day, chance=chance, first=first)
    bad = max(len(Fault), round(count * SHARE))
    online = f"online/{PROVINCE_LEVEL}"
    book.elsewhere(online, ONLINE[PROVINCE_LEVEL], yes=from_outside, cases=from_outside)
    names, weights = zip(*WEIGHTS.items(), strict=True)
    while len(book.messages) < count - bad:
        KINDS[chance.choices(names, weights)[0]](book)
    plan_faults(book, bad)
    return tuple(sorted(book.messages, key=lambda one: (one.at, one.number)))
