"""How much one person sends anew alone: redirected dead letters and corrected copies.

The one takes an agency's letter to where its sender did not address it, the other puts the hub's
own name under what somebody else wrote. One now and then is an operator's work; many in a day
change what agencies get, and are looked at by two (invariant 11).
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.io.sql.control_tables import trail, trail_entities

REDIRECTED: Final = "redirect_dead_letter"
RESUBMITTED: Final = "resubmit"
"""What the trail calls them."""

WINDOW: Final = timedelta(hours=24)


async def needs_another(
    connection: AsyncConnection, actor: str, deliveries: int, now: datetime, alone: int
) -> bool:
    """Say whether so many more deliveries need a second person.

    The caller holds the lock: of two orders at once the second counts the first. What somebody
    approved for others counts as his too: the trail has it under his name.
    """
    entities = trail_entities
    one_of_these = exists().where(
        entities.c.entry == trail.c.id, entities.c.action.in_((REDIRECTED, RESUBMITTED))
    )
    query = select(func.coalesce(func.sum(trail.c.changes), 0)).where(
        trail.c.actor == actor, trail.c.at > now - WINDOW, one_of_these
    )
    sent: int = (await connection.execute(query)).scalar_one()
    return sent + deliveries > alone
