"""A connector is deleted only when nothing waits in it: nobody would own that (invariant 6)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control.connector_changes import DeleteConnector
from hub.control.draft import Record
from hub.control.refusals import ChangeRefused, Refusal
from hub.decision.connector_record import ConnectorRecord
from hub.decision.connectors import Wanted
from hub.io.kafka.connector_leftovers import Held
from hub.io.sql.connector_tables import connector_status as reports
from hub.ports import Unavailable

SILENT_AFTER: Final = timedelta(minutes=1)
"""A connector reports every 5 seconds: a process that has not for so long runs nothing."""

_AT_REST: Final = frozenset({"stopped", "failed"})


class Holdings(Protocol):
    """Where it stands what connectors hold: `hub.io.kafka.connector_leftovers.Leftovers`."""

    async def of(self, connector: str) -> Held:
        """Return what a connector holds.

        Raises:
            Unavailable: it is not known.
        """
        ...


class UnknownHoldings:
    """Of a control plane without Kafka: it is never known, so no connector is deleted."""

    async def of(self, connector: str) -> Held:
        """Say that it is not known."""
        raise Unavailable(f"it is not known what {connector} holds: Kafka is not there")


async def expect_nothing_held(changes: Sequence[Any], holdings: Holdings) -> None:
    """Return if none of the connectors that shall be deleted holds anything.

    Raises:
        ChangeRefused: `CONNECTOR_HOLDS`.
        Unavailable: it is not known.
    """
    for index, change in enumerate(changes):
        if isinstance(change, DeleteConnector):
            _refuse_held(await holdings.of(change.name), f"changes/{index}")


async def expect_stopped(
    connection: AsyncConnection,
    changes: Sequence[Any],
    stored: Mapping[str, Record],
    now: datetime,
) -> None:
    """Return if all connectors that shall be deleted have stopped: they begin to hold nothing more.

    Raises:
        ChangeRefused: `CONNECTOR_NOT_STOPPED`.
    """
    for index, change in enumerate(changes):
        if isinstance(change, DeleteConnector):
            record = stored.get(f"connector/{change.name}")
            # A stop in the same change set is no stop yet: the connector has not heard of it.
            told = isinstance(record, ConnectorRecord) and record.wanted is not Wanted.STOPPED
            if told or await _is_at_work(connection, change.name, now):
                detail = "stop it first (`hub connector stop`), and wait until it is `stopped`"
                raise ChangeRefused(Refusal.CONNECTOR_NOT_STOPPED, detail, f"changes/{index}")


async def _is_at_work(connection: AsyncConnection, connector: str, now: datetime) -> bool:
    query = select(reports.c.state, reports.c.at).where(reports.c.connector == connector)
    row = (await connection.execute(query)).one_or_none()
    return row is not None and row.state not in _AT_REST and now - row.at < SILENT_AFTER


def _refuse_held(held: Held, place: str) -> None:
    if held.dead_letters or held.parked:
        detail = (
            f"it holds {held.dead_letters} dead letters and {held.parked} other deliveries: resume "
            "it, retry or drop the dead letters (`hub dead-letter list --connector`), let the "
            "others pass or expire, then stop and delete it"
        )
        raise ChangeRefused(Refusal.CONNECTOR_HOLDS, detail, place)
