"""Read certificates of keys, the checks of each, and what authorities said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.io.sql.certificate_tables import certificate_checks, certificates, revocation_answers
from hub.io.sql.control_tables import keys
from hub.io.sql.engine import sql_errors

Row = dict[str, Any]

_c = certificates.c


@dataclass(frozen=True, slots=True, kw_only=True)
class InUse:
    """A certificate on which a key counts."""

    until: datetime
    status: str


_SHOWN = [column for column in certificates.columns if column.name != "pem"]


class CertificateQueries:
    """Every method raises `Unavailable` when SQL is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(
        self,
        after: str,
        limit: int,
        *,
        system: str | None = None,
        until: datetime | None = None,
        in_use: bool = True,
    ) -> list[Row]:
        """Return certificates by id; `until`: those that end before; `in_use`: of keys that count.

        A key counts on its newest certificate only, and not once it is revoked.
        """
        wanted: list[ColumnElement[bool]] = [_c.id > after]
        wanted += [] if system is None else [_c.system == system]
        wanted += [] if until is None else [_c.until < until]
        wanted += [keys.c.certificate == _c.id, keys.c.revoked.is_(False)] if in_use else []
        return await self._rows(_with_key().where(*wanted).order_by(_c.id).limit(limit))

    async def one(self, id: str) -> Row | None:
        """Return one certificate with its PEM, or None."""
        rows = await self._rows(_with_key().add_columns(_c.pem).where(_c.id == id))
        return rows[0] if rows else None

    async def of_key(self, thumbprint: str, at: datetime) -> Row | None:
        """Return the certificate on which a key counted at a moment, or None."""
        wanted = (keys.c.thumbprint == thumbprint, _c.since <= at, _c.until >= at)
        # A new certificate for the same key begins later than the one that it takes the place of.
        query = _with_key().where(*wanted).order_by(_c.since.desc()).limit(1)
        rows = await self._rows(query)
        return rows[0] if rows else None

    async def in_use(self) -> tuple[InUse, ...]:
        """Return the certificates on which keys count, as far as a forecast looks at them."""
        query = (
            select(_c.until, _c.status)
            .join(keys, and_(keys.c.id == _c.key, keys.c.certificate == _c.id))
            .where(keys.c.revoked.is_(False))
        )
        return tuple(InUse(**row) for row in await self._rows(query))

    async def checks(self, id: str, before: datetime | None, limit: int) -> list[Row]:
        """Return what was found when a certificate was checked, the newest first."""
        table = certificate_checks
        query = select(table.c.at, table.c.status, table.c.answers).where(table.c.certificate == id)
        if before is not None:
            query = query.where(table.c.at < before)
        return await self._rows(query.order_by(table.c.at.desc()).limit(limit))

    async def checks_around(self, id: str, at: datetime) -> list[Row]:
        """Return the last check up to a moment and the first one after it, those that there are.

        Evidence needs both: what was known then, and that what came to be known spoke of no
        earlier revocation.
        """
        table = certificate_checks
        query = select(table.c.at, table.c.status, table.c.answers).where(table.c.certificate == id)
        before = query.where(table.c.at <= at).order_by(table.c.at.desc()).limit(1)
        after = query.where(table.c.at > at).order_by(table.c.at).limit(1)
        return [*await self._rows(before), *await self._rows(after)]

    async def answers(self, ids: Sequence[str]) -> list[Row]:
        """Return CRLs and OCSP answers with their bytes, by the SHA-256 that checks name."""
        table = revocation_answers
        return await self._rows(select(table).where(table.c.id.in_(ids)).order_by(table.c.id))

    async def _rows(self, query: Select[Any]) -> list[Row]:
        with sql_errors("reading certificates"):
            async with self._engine.connect() as connection:
                return [dict(row) for row in (await connection.execute(query)).mappings()]


def _with_key() -> Select[Any]:
    k = keys.c
    return select(*_SHOWN, k.thumbprint, k.revoked, k.suspended, k.compromised_at).join(
        keys, k.id == _c.key
    )
