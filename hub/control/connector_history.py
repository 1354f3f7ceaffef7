"""How a connector was configured before, who changed it, and the way back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, select

from hub.control.changes import ChangeSet
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.service import Control, Written
from hub.decision.connector_record import ConnectorRecord
from hub.io.sql import control_tables as tables
from hub.io.sql.engine import sql_errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A connector as one version of the rules had it."""

    version: int
    at: datetime
    published_at: datetime | None
    """When it stood in `hub.rules`; None: it is on its way."""
    actor: str | None
    action: str | None
    reason: str | None
    value: Mapping[str, Any] | None
    """As the rules have it, secrets as references; None: it was removed."""


class ConnectorHistory:
    """Reads from the outbox, which keeps every version's change set; writes as everybody does."""

    def __init__(self, control: Control) -> None:
        self._control = control

    async def page(self, name: str, before: int | None, limit: int) -> list[Past]:
        """Return how a connector was, the newest first.

        Raises:
            Unavailable: SQL is away.
        """
        o, v, t, touched = (
            tables.outbox,
            tables.rules_versions,
            tables.trail,
            tables.trail_entities,
        )
        about = and_(touched.c.entry == t.c.id, touched.c.entity == o.c.entity)
        query = (
            select(o.c.version, o.c.value, v.c.at, v.c.published_at)
            .add_columns(t.c.actor, t.c.reason, touched.c.action)
            .join(v, v.c.version == o.c.version)
            .outerjoin(t, t.c.version == o.c.version)
            .outerjoin(touched, about)
            .where(o.c.entity == f"connector/{name}")
            .order_by(o.c.version.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(o.c.version < before)
        with sql_errors("reading a connector's history"):
            async with self._control.engine.connect() as connection:
                return [_past(row) for row in await connection.execute(query)]

    async def back(self, name: str, version: int, *, actor: str, reason: str) -> Written:
        """Let a connector be configured again as it was: a new version, by the one door.

        Whether it runs, and what it may call, stay as they are: neither was its configuration.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`, or why it cannot be so any more.
            Unavailable: SQL is away; repeating is safe.
        """
        found = await self.page(name, version + 1, 1)
        if not found or found[0].version != version or found[0].value is None:
            raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "it was not so in this version", "version")
        change = _change(name, msgspec.convert(found[0].value, ConnectorRecord))
        wanted = ChangeSet.model_validate({"reason": reason, "changes": [change]})
        return await self._control.write(wanted, actor=actor)


def _past(row: Any) -> Past:
    value = None if row.value is None else msgspec.json.decode(row.value)
    names = ("version", "at", "published_at", "actor", "action", "reason")
    return Past(value=value, **{name: getattr(row, name) for name in names})


def _change(name: str, record: ConnectorRecord) -> dict[str, Any]:
    """Return the change that asks for what a record has: times go in to the minute."""
    windows = [
        {"weekdays": list(one.weekdays), "start": f"{one.start:%H:%M}", "end": f"{one.end:%H:%M}"}
        for one in record.windows
    ]
    return {
        "change": "put_connector",
        "name": name,
        "adapter": record.adapter,
        "system": record.system,
        "config": record.config,
        "isolation": record.isolation.value,
        "limits": msgspec.to_builtins(record.limits),
        "windows": windows,
    }
