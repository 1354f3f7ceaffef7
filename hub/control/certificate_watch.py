"""Looks at certificates again and again, and lets the rules follow what their authorities say."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control import store
from hub.control.certificate_rows import note_check
from hub.control.certificate_states import GRACE, KeyChange, KeyOf, change_after
from hub.control.certified import Certified
from hub.control.compromises import reported_by_authority
from hub.control.key_changes import CompromiseKey
from hub.control.lease import Lease
from hub.control.seed import ACTOR
from hub.control.service import Control
from hub.decision.rulebook import KeyRecord
from hub.io.sql.certificate_tables import certificates as table
from hub.io.sql.control_tables import keys
from hub.io.sql.engine import sql_errors
from hub.ports import Unavailable
from hub.signing.certificates import read_chain
from hub.signing.judgement import Status

POLL_SECONDS: Final = 30.0
"""Between two looks for certificates whose check is due."""
RETRY_SECONDS: Final = 30.0
"""After SQL was away."""
AT_ONCE: Final = 20
"""Certificates of one turn: the lease is renewed between turns."""
_REASONS: Final = {
    "revoke_key": "Certificate revoked by its authority / Chứng thư bị cơ quan cấp thu hồi",
    "compromise_key": "Its authority says the key is compromised / Cơ quan cấp báo khóa bị lộ",
    "suspend_key": "Check of the certificate / Kiểm tra chứng thư: không được chấp nhận",
    "resume_key": "Check of the certificate / Kiểm tra chứng thư: tốt trở lại",
}
"""What stands in the trail; the state of the certificate says the rest."""

_log = structlog.get_logger()


class CertificateWatch:
    """Of several processes the one with the lease works; two at once would only ask twice."""

    def __init__(self, control: Control, lease: Lease, grace: timedelta = GRACE) -> None:
        self._control, self._lease, self._grace = control, lease, grace

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                pause = await self._pause()
                await asyncio.sleep(pause)
        finally:
            with suppress(Unavailable):
                await self._lease.release()

    async def turn(self) -> int:
        """Check the certificates that are due; return how many.

        Raises:
            Unavailable: SQL is away. What was checked is kept; the rest is still due.
        """
        if not await self._lease.take():
            return 0
        due = await self._due()
        for row in due:
            checked = await self._control.certifier.check(read_chain(row.pem))
            await self._keep(row, checked)
        return len(due)

    async def _pause(self) -> float:
        try:
            return 0.0 if await self.turn() == AT_ONCE else POLL_SECONDS
        except Unavailable as error:
            _log.warning("certificates_not_checked", cause=str(error))
            return RETRY_SECONDS

    async def _due(self) -> list[Any]:
        now = self._control.clock()
        query = (
            select(table)
            .join(keys, keys.c.id == table.c.key)
            # Only what a key of the rules stands on: not renewed, not revoked, not over.
            .where(
                table.c.next_check_at <= now,
                keys.c.certificate == table.c.id,
                keys.c.revoked.is_(False),
                table.c.until > now,
            )
            .order_by(table.c.next_check_at)
            .limit(AT_ONCE)
        )
        with sql_errors("reading certificates"):
            async with self._control.engine.connect() as connection:
                return list(await connection.execute(query))

    async def _keep(self, row: Any, checked: Certified) -> None:
        good = checked.judgement.status is Status.GOOD
        good_at = checked.at if good else row.good_at
        with sql_errors("keeping the check of a certificate"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                await note_check(connection, checked, good_at)
                key = await _key(connection, row)
                change = change_after(key, checked.judgement, good_at, checked.at, self._grace)
                if change is not None:
                    await self._apply(connection, change)
        if change is not None:
            self._control.written.set()
            _log.warning("certificate_changes_key", system=row.system, change=change.change)

    async def _apply(self, connection: AsyncConnection, change: KeyChange) -> None:
        reason = _REASONS[change.change]
        if isinstance(change, CompromiseKey):
            await reported_by_authority(self._control, connection, change, reason)
        else:
            await self._control.write_in(connection, [change], reason, ACTOR)


async def _key(connection: AsyncConnection, row: Any) -> KeyOf:
    id = f"key/{row.key}"
    record = (await store.load(connection, [id]))[id]
    if not isinstance(record, KeyRecord):
        raise TypeError("the row of a key is no key")
    system, _, thumbprint = row.key.partition("/")
    return KeyOf(system=system, thumbprint=thumbprint, record=record)
