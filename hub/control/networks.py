"""Networks that a connector may call: one administrator asks, another approves (invariant 11)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control import store
from hub.control.connector_changes import SetNetworks
from hub.control.network_rules import NetworkRefused, NetworkRules
from hub.control.people.second_person import Asked, Decision, Kind, SecondPerson
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.service import Control
from hub.control.trail import note
from hub.io.sql.control_tables import connector_networks as table
from hub.io.sql.control_tables import connectors
from hub.io.sql.engine import sql_errors

MAX_NETWORKS: Final = 100
"""Of one connector: it speaks with one other side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedNetwork:
    """A network that somebody wants a connector to call."""

    connector: str
    cidr: str
    asked_by: str
    asked_at: datetime
    reason: str
    approved_by: str | None
    """None: it waits for a second person, and the connector may not call it yet."""
    approved_at: datetime | None


class Networks:
    """Asks, approvals and withdrawals. Every method raises `Unavailable` when SQL is away."""

    def __init__(self, control: Control, rules: NetworkRules, second: SecondPerson) -> None:
        self._control, self._rules, self._second = control, rules, second
        second.register(Kind.NETWORK, self._approved)

    async def of(self, connector: str) -> list[AskedNetwork]:
        """Return what was asked for a connector, approved or not.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`.
        """
        with sql_errors("reading networks"):
            async with self._control.engine.connect() as connection:
                await _expect(connection, connector)
                query = select(table).where(table.c.connector == connector).order_by(table.c.cidr)
                return [_asked(row) for row in await connection.execute(query)]

    async def ask(self, connector: str, cidr: str, *, actor: str, reason: str) -> AskedNetwork:
        """Ask for a network. Asked before: nothing changes, the first asker stays.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`, `NETWORK_REFUSED`.
        """
        cidr = self._checked(cidr)
        with sql_errors("asking for a network"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                await _expect(connection, connector)
                known = await _rows(connection, connector)
                if cidr not in known:
                    _refuse_too_many(known)
                    await self._insert(connection, connector, cidr, actor, reason)
                    known = await _rows(connection, connector)
        return known[cidr]

    async def approve(self, connector: str, cidr: str, *, actor: str, reason: str) -> AskedNetwork:
        """Approve what another person asked for: it becomes part of the rules. Safe to repeat.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`, `NETWORK_REFUSED`, `SECOND_PERSON`.
        """
        cidr = self._checked(cidr)
        with sql_errors("approving a network"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                known = await _rows(connection, connector)
                asked = _find(known, cidr)
                if asked.approved_by is None:
                    await self._decide(connection, asked, Decision.APPROVED, actor, reason)
                    known = await _rows(connection, connector)
        self._control.written.set()
        return known[cidr]

    async def withdraw(self, connector: str, cidr: str, *, actor: str, reason: str) -> None:
        """Take a network away, approved or not: less is always safe, so one person does it.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`.
        """
        with sql_errors("withdrawing a network"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                known = await _rows(connection, connector)
                asked = _find(known, cidr)
                await connection.execute(delete(table).where(_is(connector, cidr)))
                rest = tuple(one for one in _approved(known) if one != cidr)
                change = SetNetworks(change="withdraw_network", name=connector, networks=rest)
                if asked.approved_by is None:
                    at = self._control.clock()
                    await self._decide(connection, asked, Decision.REFUSED, actor, reason)
                    await note(connection, at, actor, reason, [_touched(connector, change.change)])
                else:
                    await self._control.write_in(connection, [change], reason, actor)
        self._control.written.set()

    def _checked(self, cidr: str) -> str:
        try:
            return self._rules.checked(cidr)
        except NetworkRefused as error:
            raise ChangeRefused(Refusal.NETWORK_REFUSED, str(error), "cidr") from error

    async def _insert(
        self, connection: AsyncConnection, connector: str, cidr: str, actor: str, reason: str
    ) -> None:
        at = self._control.clock()
        values = {"connector": connector, "cidr": cidr, "asked_by": actor, "asked_at": at}
        await connection.execute(insert(table).values(values | {"reason": reason}))
        await note(connection, at, actor, reason, [_touched(connector, "ask_network")])
        payload = {"connector": connector, "cidr": cidr}
        target = _target(connector, cidr)
        await self._second.ask_in(
            connection, Kind.NETWORK, target, payload, actor=actor, reason=reason
        )

    async def _decide(
        self,
        connection: AsyncConnection,
        asked: AskedNetwork,
        decision: Decision,
        actor: str,
        reason: str,
    ) -> None:
        target = _target(asked.connector, asked.cidr)
        for request in await self._second.waiting_in(connection, Kind.NETWORK, target):
            await self._second.decide_in(connection, request, decision, actor=actor, reason=reason)

    async def _approved(
        self, connection: AsyncConnection, request: Asked, actor: str, reason: str
    ) -> None:
        connector, cidr = request.payload["connector"], request.payload["cidr"]
        self._checked(cidr)  # again: the hub's own networks may have grown since
        known = await _rows(connection, connector)
        if cidr not in known:
            detail = "the connector is gone, or the network was withdrawn"
            raise ChangeRefused(Refusal.NO_LONGER_FITS, detail, "id")
        await self._approve(connection, known[cidr], actor, reason, known)

    async def _approve(
        self,
        connection: AsyncConnection,
        asked: AskedNetwork,
        actor: str,
        reason: str,
        known: dict[str, AskedNetwork],
    ) -> None:
        values = {"approved_by": actor, "approved_at": self._control.clock()}
        await connection.execute(
            update(table).where(_is(asked.connector, asked.cidr)).values(values)
        )
        networks = tuple(sorted({*_approved(known), asked.cidr}))
        change = SetNetworks(change="approve_network", name=asked.connector, networks=networks)
        await self._control.write_in(connection, [change], reason, actor)


async def _expect(connection: AsyncConnection, connector: str) -> None:
    query = select(connectors.c.id).where(connectors.c.id == connector)
    if (await connection.execute(query)).first() is None:
        raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "no such connector", "name")


async def _rows(connection: AsyncConnection, connector: str) -> dict[str, AskedNetwork]:
    rows = await connection.execute(select(table).where(table.c.connector == connector))
    return {row.cidr: _asked(row) for row in rows}


def _asked(row: Any) -> AskedNetwork:
    return AskedNetwork(**{name: getattr(row, name) for name in AskedNetwork.__slots__})


def _find(known: dict[str, AskedNetwork], cidr: str) -> AskedNetwork:
    if cidr not in known:
        raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "nobody asked for this network", "cidr")
    return known[cidr]


def _approved(known: dict[str, AskedNetwork]) -> list[str]:
    return sorted(cidr for cidr, one in known.items() if one.approved_by is not None)


def _refuse_too_many(known: dict[str, AskedNetwork]) -> None:
    if len(known) >= MAX_NETWORKS:
        detail = f"at most {MAX_NETWORKS} networks for one connector"
        raise ChangeRefused(Refusal.NETWORK_REFUSED, detail, "cidr")


def _is(connector: str, cidr: str) -> Any:
    return (table.c.connector == connector) & (table.c.cidr == cidr)


def _target(connector: str, cidr: str) -> str:
    return f"connector/{connector}/{cidr}"


def _touched(connector: str, action: str) -> tuple[str, str]:
    return f"connector/{connector}", action
