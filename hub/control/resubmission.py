"""An operator's corrected copy of a message: a new one, under the name of the hub's own system.

The sender's signature is about the sender's bytes (invariant 4): it is never put on others. So the
copy has its own id and its own signer, names the first one by `correlationid`, and needs a right
of its own to be sent (invariant 5).
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from lgsp_client import uuid7
from lgsp_message.attributes import SYSTEM_PREFIX
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.control import store
from hub.control.trail import note
from hub.io.own_system import OwnSystem
from hub.io.sql.engine import sql_errors

RESUBMITTED: Final = "resubmit"
"""What the trail calls it."""

_KEPT: Final = ("specversion", "type", "dataschema", "datacontenttype", "subject", "objects")
_ALSO: Final = ("expirytime", "priority")


class Resubmission:
    """Sends corrected copies."""

    def __init__(self, engine: AsyncEngine, own: OwnSystem, clock: Callable[[], datetime]) -> None:
        self._engine, self._own, self._clock = engine, own, clock

    async def send(
        self,
        original: Mapping[str, str],
        body: bytes,
        recipients: tuple[str, ...],
        *,
        actor: str,
        reason: str,
    ) -> tuple[str, str]:
        """Send a copy with this body to these systems; return its source and id.

        Raises:
            NoOwnSystem, Refused, Unavailable: see `OwnSystem.hand_in`.
        """
        attributes = self._attributes(original, recipients)
        source = original["source"].removeprefix(SYSTEM_PREFIX)
        first, copy = f"message/{source}/{original['id']}", f"{self._own.name}/{attributes['id']}"
        with sql_errors("writing the trail"):
            async with self._engine.begin() as connection:
                await store.lock(connection)
                # Invariant 11: in the trail before it leaves. Where it is refused then, a name is
                # left without a deed, never a deed without a name. Bodies are not in the trail.
                values = {first: (None, {"copy": copy, "recipients": list(recipients)})}
                touched = [(first, RESUBMITTED)]
                await note(connection, self._clock(), actor, reason, touched, values=values)
        await self._own.hand_in(attributes, body)
        return self._own.name, attributes["id"]

    def _attributes(
        self, original: Mapping[str, str], recipients: tuple[str, ...]
    ) -> dict[str, str]:
        kept = {name: original[name] for name in (*_KEPT, *_ALSO) if name in original}
        return kept | {
            "id": uuid7(),
            "source": SYSTEM_PREFIX + self._own.name,
            "time": self._clock().astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "recipients": " ".join(SYSTEM_PREFIX + one for one in recipients),
            "correlationid": original["id"],
        }
