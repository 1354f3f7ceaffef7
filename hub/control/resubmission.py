"""An operator's corrected copy of a message: a new one, under the name of the hub's own system.

The sender's signature is about the sender's bytes (invariant 4): it is never put on others. So the
copy has its own id and its own signer, names the first one by `correlationid`, and needs a right
of its own to be sent (invariant 5). The same text for the same systems is the same copy: ordered
twice, it is one message. To many systems, or beyond a number in a day, another person says yes.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final, Protocol

import msgspec
from lgsp_client import uuid7
from lgsp_message.attributes import SYSTEM_PREFIX
from lgsp_message.reason import Refused
from lgsp_message.values import Place, Received
from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control import store
from hub.control.corrections import RESUBMITTED, needs_another
from hub.control.people.second_person import Asked, Kind, SecondPerson
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.service import Control
from hub.control.settings import CORRECTIONS_ALONE
from hub.control.trail import Values, note
from hub.io.own_system import NoOwnSystem
from hub.io.sql.desk_tables import copies as table
from hub.io.sql.engine import sql_errors

_KEPT: Final = ("specversion", "type", "dataschema", "datacontenttype", "subject", "objects")
_ALSO: Final = ("expirytime", "priority")


class SignsCopies(Protocol):
    """The hub's own system: `hub.io.own_system.OwnSystem`."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    async def admitted(self, attributes: Mapping[str, str], body: bytes) -> Received:
        """Return a message, signed and admitted; see `OwnSystem`."""
        ...

    async def hand_in(self, admitted: Received) -> Place:
        """Hand in what was admitted."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A corrected copy as it was ordered."""

    digest: str
    source: str
    id: str
    """Of the message that it corrects."""
    own: str
    copy: str
    attributes: Mapping[str, str]
    body: bytes | None
    """None: it was sent; its bytes are where those of every message are."""

    @property
    def recipients(self) -> list[str]:
        """Return the systems that it is for."""
        return [one.removeprefix(SYSTEM_PREFIX) for one in self.attributes["recipients"].split()]


class Resubmission:
    """Sends corrected copies. Every method raises `Unavailable` when a store is away.

    `alone`: deliveries that one person sends anew in a day before a second one is asked.
    """

    def __init__(
        self,
        control: Control,
        second: SecondPerson,
        own: SignsCopies,
        *,
        alone: int = CORRECTIONS_ALONE,
    ) -> None:
        self._control, self._second, self._own, self._alone = control, second, own, alone
        second.register(Kind.COPY, self._approved, self._returned)

    async def send(
        self,
        original: Mapping[str, str],
        body: bytes,
        recipients: Sequence[str],
        *,
        actor: str,
        reason: str,
    ) -> Copy | Asked:
        """Send a copy with this body to these systems, or ask a second person. Safe to repeat.

        Raises:
            NoOwnSystem, Refused: see `OwnSystem.admitted`. Nothing is kept then.
        """
        wanted = self._wanted(original, body, recipients)
        known = await self.find(wanted.digest)
        asked = known or wanted
        # Invariant 9: what may not be stored is found before anything is kept, here too.
        admitted = await self._own.admitted(asked.attributes, body)
        with sql_errors("writing the trail"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                kept = await _find(connection, wanted.digest)
                if kept is not None and kept.copy != asked.copy:
                    raise ChangeRefused(Refusal.NO_LONGER_FITS, "somebody was first", "id")
                if await self._waits(connection, kept, asked, actor):
                    return await self._ask(connection, asked, body, actor, reason)
                # Invariant 11: in the trail before it leaves. Where it is refused then, a name is
                # left without a deed, never a deed without a name. Bodies are not in the trail.
                await self._keep(connection, kept, asked)
                await self._note(connection, asked, actor, reason, again=kept is not None)
        await self._own.hand_in(admitted)
        return asked

    async def find(self, digest: str) -> Copy | None:
        """Return what was ordered under a digest, or None."""
        with sql_errors("reading a corrected copy"):
            async with self._control.engine.connect() as connection:
                return await _find(connection, digest)

    async def _waits(
        self, connection: AsyncConnection, kept: Copy | None, asked: Copy, actor: str
    ) -> bool:
        if kept is not None:
            return kept.body is not None
        number = len(asked.recipients)
        return await needs_another(connection, actor, number, self._control.clock(), self._alone)

    async def _ask(
        self, connection: AsyncConnection, asked: Copy, body: bytes, actor: str, reason: str
    ) -> Asked:
        if await _find(connection, asked.digest) is None:
            await connection.execute(insert(table).values(self._row(asked) | {"body": body}))
        payload = {
            "source": asked.source,
            "id": asked.id,
            "digest": asked.digest,
            "copy": f"{asked.own}/{asked.copy}",
            "recipients": asked.recipients,
        }
        return await self._second.ask_in(
            connection, Kind.COPY, _entity(asked), payload, actor=actor, reason=reason
        )

    async def _approved(
        self, connection: AsyncConnection, request: Asked, actor: str, _reason: str
    ) -> None:
        copy = await _find(connection, request.payload["digest"])
        if copy is None or copy.body is None:
            detail = "its text is no longer kept: correct the message anew"
            raise ChangeRefused(Refusal.NO_LONGER_FITS, detail, "id")
        try:
            admitted = await self._own.admitted(copy.attributes, copy.body)
        except (NoOwnSystem, Refused) as error:
            raise ChangeRefused(Refusal.NO_LONGER_FITS, str(error), "id") from error
        sent = update(table).where(table.c.digest == copy.digest).values(body=None)
        await connection.execute(sent)
        await self._note(connection, copy, actor, request.reason)
        # Before the commit: where the process dies here the request still waits, and approving it
        # again hands in the same message, which the router knows (invariant 8).
        await self._own.hand_in(admitted)

    async def _returned(
        self, connection: AsyncConnection, request: Asked, _actor: str, _reason: str
    ) -> None:
        digest = request.payload["digest"]
        await connection.execute(delete(table).where(table.c.digest == digest))

    async def _keep(self, connection: AsyncConnection, kept: Copy | None, asked: Copy) -> None:
        if kept is None:
            await connection.execute(insert(table).values(self._row(asked)))

    async def _note(
        self,
        connection: AsyncConnection,
        copy: Copy,
        actor: str,
        reason: str,
        *,
        again: bool = False,
    ) -> None:
        made = {"copy": f"{copy.own}/{copy.copy}", "recipients": copy.recipients}
        values: Values = {_entity(copy): (None, made)}
        touched = [(_entity(copy), RESUBMITTED)]
        count = 0 if again else len(copy.recipients)
        at = self._control.clock()
        await note(connection, at, actor, reason, touched, count=count, values=values)

    def _row(self, copy: Copy) -> dict[str, Any]:
        names = ("digest", "source", "id", "own", "copy", "body")
        told = {name: getattr(copy, name) for name in names}
        return told | {"attributes": dict(copy.attributes), "at": self._control.clock()}

    def _wanted(self, original: Mapping[str, str], body: bytes, recipients: Sequence[str]) -> Copy:
        attributes = self._attributes(original, recipients)
        source, id = original["source"].removeprefix(SYSTEM_PREFIX), original["id"]
        body_hash = hashlib.sha256(body).hexdigest()
        order = [self._own.name, source, id, body_hash, *sorted(set(recipients))]
        return Copy(
            digest=hashlib.sha256(msgspec.json.encode(order)).hexdigest(),
            source=source,
            id=id,
            own=self._own.name,
            copy=attributes["id"],
            attributes=attributes,
            body=None,
        )

    def _attributes(self, original: Mapping[str, str], recipients: Sequence[str]) -> dict[str, str]:
        kept = {name: original[name] for name in (*_KEPT, *_ALSO) if name in original}
        return kept | {
            "id": uuid7(),
            "source": SYSTEM_PREFIX + self._own.name,
            "time": self._control.clock().astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "recipients": " ".join(SYSTEM_PREFIX + one for one in dict.fromkeys(recipients)),
            "correlationid": original["id"],
        }


def _entity(copy: Copy) -> str:
    return f"message/{copy.source}/{copy.id}"


async def _find(connection: AsyncConnection, digest: str) -> Copy | None:
    row = (await connection.execute(select(table).where(table.c.digest == digest))).one_or_none()
    return None if row is None else _copy(row)


def _copy(row: Row[Any]) -> Copy:
    return Copy(**{name: getattr(row, name) for name in Copy.__slots__})
