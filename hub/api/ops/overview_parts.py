"""What the overview of the hub and that of a part have in common."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from hub.api.admin_connectors import SILENT, SILENT_AFTER
from hub.api.explained import explained
from hub.api.ops.dependencies import Ops
from hub.api.ops.overview_models import ConnectorCounts, Oldest, Refusals, Trouble
from hub.control.deadlines import expiring
from hub.decision.rows import DeliveryRow
from hub.io.sql.part_figures import Open
from hub.io.sql.views_reading import Within
from hub.io.sql.watch_queries import WatchQueries

SHOWN: Final = timedelta(hours=24)
SOON: Final = timedelta(days=30)
"""A key or certificate that ends within this time must be renewed: ordering one takes weeks."""
WELL: Final = "running"
"""A connector in this state needs nobody."""


def refusals_shown(counts: Counter[str]) -> list[Refusals]:
    """Return refusals by reason, the most frequent first."""
    return [
        Refusals(reason=reason, count=count, help=explained(reason).get("help"))
        for reason, count in counts.most_common()
    ]


def oldest_shown(found: DeliveryRow | Open | None, now: datetime) -> Oldest | None:
    """Return the open delivery that was admitted first, with its age."""
    if found is None:
        return None
    return Oldest(
        source=found.source,
        id=found.id,
        recipient=found.recipient,
        state=found.state,
        since=found.decided_at,
        seconds=max(0.0, (now - found.decided_at).total_seconds()),
    )


async def connectors_shown(ops: Ops, names: Sequence[str]) -> ConnectorCounts:
    """Return how these connectors are, and those that somebody must look at by name.

    Raises:
        Unavailable: SQL does not answer.
    """
    now, reported = ops.clock(), await ops.statuses.reported(names)
    counts: Counter[str] = Counter()
    trouble = []
    for name in names:
        told = reported.get(name)
        silent = told is None or now - told.at > SILENT_AFTER
        state = SILENT if told is None or silent else told.state
        counts[state] += 1
        if state != WELL:
            vi, en = (told.vi, told.en) if told is not None else ("", "")
            trouble.append(Trouble(name=name, state=state, vi=vi, en=en))
    return ConnectorCounts(states=dict(counts), trouble=trouble)


async def expiring_soon(ops: Ops, within: tuple[Within, ...] | None = None) -> int:
    """Return how much must be renewed soon: all of it, or of a part.

    Raises:
        Unavailable: SQL does not answer.
    """
    return len(await expiring(WatchQueries(ops.engine, within), ops.clock(), SOON))
