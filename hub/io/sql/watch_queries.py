"""Read what alerts and deadlines look at."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import (
    and_,
    case,
    exists,
    func,
    or_,
    select,
)

from hub.indicators.cells import Measure
from hub.indicators.deadlines import DiskSample
from hub.indicators.matter import Kind
from hub.io.sql.alert_tables import disk_samples
from hub.io.sql.certificate_tables import certificates
from hub.io.sql.connector_tables import connector_status
from hub.io.sql.control_tables import connectors, keys, systems
from hub.io.sql.engine import sql_errors
from hub.io.sql.upsert import upsert_statement
from hub.io.sql.views_reading import (
    MAX_ROWS,
    Reading,
    Row,
    c,
    m,
    matters_with_organisation,
    organisation_columns,
)

QUOTA: Final = "daily_quota"
"""What adapters call it in their configuration."""
DISK_SAMPLES: Final = 30
"""Days that the forecast of the disk looks back."""


class WatchQueries(Reading):
    """What alerts and deadlines look at. Every method raises `Unavailable` when SQL is away."""

    async def due(self, until: datetime, limit: int = MAX_ROWS) -> list[Row]:
        """Return open matters whose limit has passed or comes before `until`, the nearest first."""
        query = (
            select(m.kind, m.key, m.procedure, m.due_at, m.moved, *organisation_columns())
            .select_from(matters_with_organisation())
            .where(m.closed_at.is_(None), m.due_at.is_not(None), m.due_at < until, self.seen(m.org))
            .order_by(m.due_at, m.kind, m.key)
        )
        return await self.rows(query, limit)

    async def refused_since(self, since: datetime) -> list[Row]:
        """Return how much was refused of each system since an hour."""
        query = (
            select(c.system, func.sum(c.n).label("n"))
            .outerjoin(systems, systems.c.id == c.system)
            .where(c.measure == Measure.REFUSED.value, c.hour >= since)
            .where(self.seen(systems.c.organisation, c.type))
            .group_by(c.system)
        )
        return await self.rows(query)

    async def whose(self) -> dict[str, str]:
        """Return the organisation of each system."""
        query = select(systems.c.id, systems.c.organisation)
        rows = await self.rows(query.where(self.seen(systems.c.organisation)))
        return {row["id"]: row["organisation"] for row in rows}

    async def keys(self, until: datetime) -> list[Row]:
        """Return the keys of active systems that expire before `until`, without a newer one.

        A system that has registered its next key already has nothing to do.
        """
        k, later = keys.c, keys.alias("later")
        renewed = exists().where(
            later.c.system == k.system,
            later.c.revoked.is_(False),
            or_(later.c.valid_to.is_(None), later.c.valid_to > k.valid_to),
        )
        query = (
            select(k.system, func.max(k.valid_to).label("due_at"), systems.c.organisation)
            .join(systems, systems.c.id == k.system)
            .where(
                systems.c.state == "active",
                k.revoked.is_(False),
                k.valid_to.is_not(None),
                k.valid_to < until,
                ~renewed,
                self.seen(systems.c.organisation),
            )
            .group_by(k.system, systems.c.organisation)
            .order_by(k.system)
        )
        return await self.rows(query)

    async def watched_keys(self, now: datetime) -> list[Row]:
        """Return the systems with keys that are suspended or stand on a certificate.

        `suspended`: 1 where one is; `good_at`: the longest ago that an authority said "good".
        """
        k, c = keys.c, certificates.c
        checked = and_(c.id == k.certificate, c.until > now)
        query = (
            select(
                k.system,
                systems.c.organisation,
                func.max(case((k.suspended.is_(None), 0), else_=1)).label("suspended"),
                func.min(c.good_at).label("good_at"),
            )
            .join(systems, systems.c.id == k.system)
            .outerjoin(certificates, checked)
            .where(
                systems.c.state == "active",
                k.revoked.is_(False),
                or_(k.suspended.is_not(None), c.id.is_not(None)),
                self.seen(systems.c.organisation),
            )
            .group_by(k.system, systems.c.organisation)
            .order_by(k.system)
        )
        return await self.rows(query)

    async def quotas(self, since: datetime) -> list[Row]:
        """Return the connectors with a daily quota, and how much went to each since a full hour.

        The quota stands in the connector's configuration (`daily_quota`), where its adapter has
        one. What was counted is what was addressed to its system: all of that it must send.
        """
        used = (
            select(c.system, func.sum(c.n).label("used"))
            .where(c.measure == Measure.ADDRESSED.value, c.hour >= since)
            .group_by(c.system)
            .subquery()
        )
        k = connectors.c
        query = (
            select(k.id.label("connector"), k.config, used.c.used, systems.c.organisation)
            .select_from(connectors)
            .join(used, used.c.system == k.system)
            .outerjoin(systems, systems.c.id == k.system)
            .where(k.wanted == "running", self.seen(systems.c.organisation))
            .order_by(k.id)
        )
        found = [{**row, "quota": row["config"].get(QUOTA)} for row in await self.rows(query)]
        return [row for row in found if isinstance(row["quota"], int) and row["quota"] > 0]

    async def disk(self) -> list[DiskSample]:
        """Return the last samples of the disk, one a day; none to who sees a part only."""
        if not self.whole:
            return []
        query = select(disk_samples.c.day, disk_samples.c.free).order_by(disk_samples.c.day.desc())
        return [DiskSample(**row) for row in await self.rows(query, DISK_SAMPLES)]

    async def sample_disk(self, day: date, free: int) -> None:
        """Keep how much room the disk has today."""
        with sql_errors("sampling the disk"):
            async with self.engine.begin() as connection:
                statement = upsert_statement(connection.dialect.name, disk_samples)
                await connection.execute(statement, [{"day": day, "free": free}])

    async def connectors(self) -> list[Row]:
        """Return the last word of each connector, None where it never had one, and what is wanted.

        One that never reported must not be forgotten: nobody runs it, perhaps.
        """
        s, k = connector_status.c, connectors.c
        query = (
            select(k.id.label("connector"), s.state, s.at, k.wanted, systems.c.organisation)
            .select_from(connectors)
            .outerjoin(connector_status, s.connector == k.id)
            .outerjoin(systems, systems.c.id == k.system)
            .where(self.seen(systems.c.organisation))
        )
        return await self.rows(query)

    async def undated(self, procedures: Sequence[str], limit: int = MAX_ROWS) -> list[Row]:
        """Return open dossiers of these procedures that nobody has promised a day for."""
        query = (
            select(m.key, m.procedure, m.opened_at, *organisation_columns())
            .select_from(matters_with_organisation())
            .where(
                m.kind == Kind.DOSSIER.value,
                m.closed_at.is_(None),
                m.due_at.is_(None),
                m.opened_at.is_not(None),
                m.procedure.in_(procedures),
                self.seen(m.org),
            )
            .order_by(m.opened_at, m.key)
        )
        return await self.rows(query, limit)
