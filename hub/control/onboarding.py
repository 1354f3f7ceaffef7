"""Connect a system by itself: register, key, rights, sandbox, checklist, approval, production.

Where an application stands is not noted but found: in the rules, in the requests for a second
person, and in what the twin of the sandbox has shown. So it cannot say what is not so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from typing import Any, Final

import msgspec
from lgsp_message.attributes import SYSTEM_PREFIX
from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control import store
from hub.control.changes import ChangeSet
from hub.control.key_changes import RegisterKey
from hub.control.people.second_person import Asked, Decision
from hub.control.proposals import Proposals
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.service import Control
from hub.control.trail import note
from hub.decision.rulebook import SystemRecord
from hub.decision.sandbox import DRILLED, PREFIX, in_sandbox, twin_of
from hub.io.sql.conformance import Conformance, RefusedMessage, Shown
from hub.io.sql.control_tables import keys
from hub.io.sql.control_tables import onboardings as table
from hub.io.sql.engine import sql_errors

_REFUSED: Final = 10
"""Messages that the hub refused of a twin, as one standing shows them."""
_NOT_APPROVED: Final = frozenset({Decision.REFUSED, Decision.WITHDRAWN})


@unique
class Stage(StrEnum):
    """Where an application stands: what has been done last."""

    REGISTERED = "registered"
    KEYED = "keyed"
    CONFORMING = "conforming"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    IN_PRODUCTION = "in_production"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A system that shall be connected: what it will send, to whom, and what it takes."""

    system: str
    organisation: str
    name: str
    sends: tuple[str, ...]
    recipients: tuple[str, ...]
    takes: tuple[str, ...]
    asked_by: str
    asked_at: datetime
    proposal: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the checklist."""

    name: str
    done: bool
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An application, where it stands, and what is still to be shown."""

    application: Application
    stage: Stage
    checks: tuple[Check, ...]
    refused: tuple[RefusedMessage, ...]
    """What the hub refused of its twin, the newest first."""
    asked: Asked | None
    """The last request for production, and what was decided about it."""


class Onboarding:
    """Every method raises `Unavailable` when SQL is away."""

    def __init__(self, control: Control, proposals: Proposals) -> None:
        self._control, self._proposals = control, proposals
        self._conformance = Conformance(control.engine)

    async def register(self, wanted: Application, *, actor: str, reason: str) -> Standing:
        """Keep an application, and make the system's twin in the sandbox. Safe to repeat.

        Raises:
            ChangeRefused: `NAME_TAKEN`, or the twin cannot be made.
        """
        if in_sandbox(wanted.system):
            raise ChangeRefused(Refusal.NAME_TAKEN, "the prefix is the sandbox's", "system")
        with sql_errors("registering a system"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                await self._keep(connection, wanted, actor, reason)
                twin = _changes(_twin_of(wanted), reason)
                await self._control.write_in(connection, twin, reason, actor)
        self._control.written.set()
        return await self.find(wanted.system)

    async def find(self, system: str) -> Standing:
        """Return where an application stands.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`.
        """
        return await self.standing(await self.application(system))

    async def standing(self, application: Application) -> Standing:
        """Return where this application stands."""
        twin = twin_of(application.system)
        checks = _checks(application, await self._conformance.of(twin, DRILLED))
        asked = await self._asked(application)
        return Standing(
            application=application,
            stage=await self._stage(application, checks, asked),
            checks=checks,
            refused=await self._conformance.refused(twin, _REFUSED),
            asked=asked,
        )

    async def application(self, system: str) -> Application:
        """Return an application alone.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`.
        """
        query = select(table).where(table.c.system == system)
        with sql_errors("reading an application"):
            async with self._control.engine.connect() as connection:
                row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise ChangeRefused(Refusal.UNKNOWN_ENTITY, f"no application for {system}", "system")
        return _application(row)

    async def page(self, after: str, limit: int) -> list[Application]:
        """Return applications by the system's name."""
        query = select(table).where(table.c.system > after).order_by(table.c.system).limit(limit)
        with sql_errors("reading applications"):
            async with self._control.engine.connect() as connection:
                return [_application(row) for row in await connection.execute(query)]

    async def add_key(self, key: RegisterKey, *, actor: str, reason: str) -> Standing:
        """Register a key of the twin, or of the system once it is approved.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`, `KEY_TAKEN`, `BAD_PROOF`, …
        """
        system = key.system.removeprefix(PREFIX)
        await self.application(system)
        await self._control.write(ChangeSet(reason=reason, changes=(key,)), actor=actor)
        return await self.find(system)

    async def submit(self, system: str, *, actor: str, reason: str) -> Asked:
        """Ask for production. What is missing on the checklist is told.

        Raises:
            ChangeRefused: `NOT_CONFORMING`, or the rules cannot be made.
        """
        standing = await self.find(system)
        missing = [check.name for check in standing.checks if not check.done]
        if missing:
            detail = f"not shown yet in the sandbox: {', '.join(missing)}"
            raise ChangeRefused(Refusal.NOT_CONFORMING, detail, "system")
        request = ChangeSet.model_validate(
            {"reason": reason, "changes": _production(standing.application)}
        )
        asked = await self._proposals.ask(request, actor=actor)
        statement = update(table).where(table.c.system == system).values(proposal=asked.id)
        with sql_errors("noting what was asked for"):
            async with self._control.engine.begin() as connection:
                await connection.execute(statement)
        return asked

    async def _keep(
        self, connection: AsyncConnection, wanted: Application, actor: str, reason: str
    ) -> None:
        query = select(table).where(table.c.system == wanted.system)
        row = (await connection.execute(query)).one_or_none()
        found = await store.load(connection, [f"system/{wanted.system}"])
        if row is not None and _wish(_application(row)) == _wish(wanted):
            return
        if row is not None or found:
            detail = "the system is registered, or somebody has applied for it"
            raise ChangeRefused(Refusal.NAME_TAKEN, detail, "system")
        at = self._control.clock()
        fields = msgspec.to_builtins(_wish(wanted))
        await connection.execute(
            insert(table).values(**fields, asked_by=actor, asked_at=at, proposal=None)
        )
        # Invariant 11: who applied, when and why.
        touched = [(f"onboarding/{wanted.system}", "register_system")]
        await note(connection, at, actor, reason, touched)

    async def _asked(self, application: Application) -> Asked | None:
        if application.proposal is None:
            return None
        return await self._proposals.second.find(application.proposal)

    async def _stage(
        self, application: Application, checks: Sequence[Check], asked: Asked | None
    ) -> Stage:
        system = application.system
        with sql_errors("reading where an application stands"):
            async with self._control.engine.connect() as connection:
                if isinstance(
                    (await store.load(connection, [f"system/{system}"])).get(f"system/{system}"),
                    SystemRecord,
                ):
                    keyed = await _has_key(connection, system)
                    return Stage.IN_PRODUCTION if keyed else Stage.APPROVED
                if asked is not None and asked.decision not in _NOT_APPROVED:
                    return Stage.SUBMITTED
                if not await _has_key(connection, twin_of(system)):
                    return Stage.REGISTERED
        return Stage.CONFORMING if all(check.done for check in checks) else Stage.KEYED


async def _has_key(connection: AsyncConnection, system: str) -> bool:
    query = select(keys.c.id).where(keys.c.system == system, keys.c.revoked.is_(False)).limit(1)
    return (await connection.execute(query)).one_or_none() is not None


def _checks(application: Application, shown: Shown) -> tuple[Check, ...]:
    """Return the checklist: what every client must be able to do, before it may."""
    sent = {f"valid {type_}": int(type_ in shown.types) for type_ in application.sends}
    counted = {
        **sent,
        "invalid": shown.invalid,
        "mended after invalid": shown.mended,
        "duplicate": shown.duplicates,
        "out of order": shown.out_of_order,
        "large": shown.large,
        "retry after 503": shown.retried,
        "acknowledged": shown.acknowledged,
    }
    return tuple(Check(name=name, done=seen > 0, seen=seen) for name, seen in counted.items())


def _twin_of(wanted: Application) -> list[dict[str, Any]]:
    """Return the sandbox's rules for a system: it sends what it will send, to itself."""
    twin = twin_of(wanted.system)
    types = sorted({*wanted.sends, *wanted.takes})
    owner = {"id": twin, "name": f"Thử nghiệm: {wanted.name}"[:300], "level": "commune"}
    return [
        {"change": "put_organisation", **owner},
        {"change": "put_system", "system": twin, "organisation": twin, "name": owner["name"]},
        {"change": "put_endpoint", "organisation": twin, "system": twin, "types": types},
        {
            "change": "put_right",
            "id": twin,
            "system": twin,
            "types": types,
            "recipients": [SYSTEM_PREFIX + twin],
        },
    ]


def _production(wanted: Application) -> list[dict[str, Any]]:
    """Return what approval makes: the system, what it may send, and what it takes."""
    named = {"organisation": wanted.organisation, "system": wanted.system}
    changes: list[dict[str, Any]] = [{"change": "put_system", **named, "name": wanted.name}]
    if wanted.takes:
        changes.append({"change": "put_endpoint", **named, "types": list(wanted.takes)})
    if wanted.sends:
        changes.append(
            {
                "change": "put_right",
                "id": f"onboarding-{wanted.system}",
                "system": wanted.system,
                "types": list(wanted.sends),
                "recipients": list(wanted.recipients),
            }
        )
    return changes


def _changes(changes: list[dict[str, Any]], reason: str) -> Sequence[Any]:
    return ChangeSet.model_validate({"reason": reason, "changes": changes}).changes


_WISHED: Final = ("system", "organisation", "name", "sends", "recipients", "takes")


def _wish(application: Application) -> Mapping[str, Any]:
    return {name: getattr(application, name) for name in _WISHED}


def _application(row: Row[Any]) -> Application:
    return Application(
        system=row.system,
        organisation=row.organisation,
        name=row.name,
        sends=tuple(row.sends),
        recipients=tuple(row.recipients),
        takes=tuple(row.takes),
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        proposal=row.proposal,
    )
