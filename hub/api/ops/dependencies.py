"""What the routes of operators need."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import HTTPConnection

from hub.decision.rules import Rules
from hub.io.kafka.ingress_record import Found
from hub.io.sql.projection_queries import ProjectionQueries
from hub.ports import Unavailable

PROJECTION_HEADER: Final = "hub-projection"


class Records(Protocol):
    """The records of `hub.ingress`, one by one."""

    async def read(self, partition: int, offset: int) -> Found | None:
        """Return one record; None: it is no longer kept.

        Raises:
            Unavailable: the broker does not answer.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ops:
    """What operators look at. One for the process."""

    engine: AsyncEngine
    rules: Callable[[], Rules]
    clock: Callable[[], datetime]
    records: Records


def ops_of(connection: HTTPConnection) -> Ops:
    """Return what this app serves operators with (`app.state.ops`)."""
    ops: Ops = connection.app.state.ops
    return ops


async def projection_mark(ops: Ops) -> dict[str, str]:
    """Return the header that says whether lists are whole. Ask before the list is read."""
    try:
        rebuilding = await ProjectionQueries(ops.engine).rebuilding()
    except Unavailable:
        return {PROJECTION_HEADER: "away"}
    return {PROJECTION_HEADER: "rebuilding" if rebuilding else "whole"}
