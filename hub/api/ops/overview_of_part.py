"""The overview of who sees a part of the hub: his own organisations, or some types."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from hub.api.ops.dependencies import Ops
from hub.api.ops.overview_models import MinuteShown, Overview, Totals
from hub.api.ops.overview_parts import (
    SHOWN,
    connectors_shown,
    expiring_soon,
    oldest_shown,
    refusals_shown,
)
from hub.decision.rows import Outcome
from hub.decision.rules import Rules
from hub.decision.states import State
from hub.io.sql.message_filter import Viewer
from hub.io.sql.part_figures import Decided, Ended, PartFigures
from hub.io.sql.views_reading import Within


async def overview_of_part(
    ops: Ops,
    seen: tuple[Viewer, ...],
    mine: frozenset[str] | None,
    within: tuple[Within, ...] | None,
) -> Overview:
    """Ask what an overview tells of the messages that `seen` covers.

    `mine`: the organisations whose connectors he sees; `within`: whose keys. What is of the hub
    itself (lag, quarantine) is not told. It is not shared as the whole hub's is: each person's
    part is another.

    Raises:
        Unavailable: SQL does not answer.
    """
    figures, now = PartFigures(ops.engine, seen), ops.clock()
    decided, ended = await figures.decided(now - SHOWN), await figures.ended(now - SHOWN)
    open_ = await figures.open()
    return Overview(
        at=now,
        part=True,
        totals=_totals(decided, ended),
        minutes=_minutes(decided, ended),
        refusals=refusals_shown(_reasons(decided)),
        open=open_,
        oldest_undelivered=oldest_shown(await figures.oldest(), now),
        dead_letters=open_[State.DEAD_LETTER],
        connectors=await connectors_shown(ops, connectors_of(ops.rules(), mine)),
        quarantine=None,
        lag=None,
        expiring=await expiring_soon(ops, within),
        certificates=[],
    )


def connectors_of(rules: Rules, organisations: frozenset[str] | None) -> list[str]:
    """Return the connectors of these organisations' systems, by name."""
    systems = {
        name
        for name, one in rules.systems.items()
        if organisations is None or one.organisation in organisations
    }
    return sorted(name for name, one in rules.connectors.items() if one.system in systems)


def _totals(decided: Iterable[Decided], ended: Iterable[Ended]) -> Totals:
    outcomes: Counter[Outcome] = Counter()
    for one in decided:
        outcomes[one.outcome] += one.count
    admitted, refused = outcomes[Outcome.ADMITTED], outcomes[Outcome.REFUSED]
    return Totals(
        admitted=admitted,
        delivered=sum(one.count for one in ended if one.arrived),
        refused=refused,
        duplicate=None,
        statement=None,
        dead_letter=sum(one.count for one in ended if not one.arrived),
        success_rate=admitted / (admitted + refused) if admitted + refused else None,
    )


def _minutes(decided: Iterable[Decided], ended: Iterable[Ended]) -> list[MinuteShown]:
    found: dict[datetime, Counter[str]] = {}
    for one in decided:
        if one.outcome is not Outcome.HELD:
            found.setdefault(one.at, Counter())[one.outcome.value] += one.count
    for some in ended:
        if some.arrived:
            found.setdefault(some.at, Counter())["delivered"] += some.count
    names = ("admitted", "delivered", "refused")
    return [
        MinuteShown(at=at, **{name: counts[name] for name in names})
        for at, counts in sorted(found.items())
    ]


def _reasons(decided: Iterable[Decided]) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in decided:
        if one.outcome is Outcome.REFUSED:
            found[one.reason or ""] += one.count
    return found
