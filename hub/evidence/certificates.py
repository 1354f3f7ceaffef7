"""Certificates of systems' keys as the control plane keeps them, with the answers of that time."""

from dataclasses import dataclass
from datetime import datetime

from lgsp_verify.bundle.compose import CertificatePart
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.io.sql.certificate_tables import certificate_checks, certificates, revocation_answers
from hub.io.sql.control_tables import keys
from hub.io.sql.engine import sql_errors


@dataclass(frozen=True, slots=True)
class _Answers:
    crls: tuple[bytes, ...]
    ocsps: tuple[bytes, ...]


class KeptCertificates:
    """Reads them. Rows are never deleted: evidence of old messages needs them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of(self, system: str, thumbprint: str, at: datetime) -> CertificatePart | None:
        """Return a key's certificate and what was known of it at `at`; None: it has none.

        Raises:
            Unavailable: SQL does not answer.
        """
        query = select(certificates.c.id, certificates.c.pem)
        query = query.join(keys, keys.c.id == certificates.c.key)
        query = query.where(keys.c.system == system, keys.c.thumbprint == thumbprint)
        with sql_errors("reading a certificate"):
            async with self._engine.connect() as connection:
                row = (await connection.execute(query.limit(1))).one_or_none()
                if row is None:
                    return None
                answers = await _answers(connection, row.id, at)
        return CertificatePart(
            system=system,
            thumbprint=thumbprint,
            chain=row.pem.encode(),
            crls=answers.crls,
            ocsps=answers.ocsps,
        )


async def _answers(connection: AsyncConnection, certificate: str, at: datetime) -> _Answers:
    """Return the answers of the last check before `at`: what the hub knew when it decided."""
    table = certificate_checks
    query = select(table.c.answers).where(table.c.certificate == certificate, table.c.at <= at)
    row = (await connection.execute(query.order_by(table.c.at.desc()).limit(1))).one_or_none()
    named = [] if row is None else list(row.answers)
    found = select(revocation_answers.c.kind, revocation_answers.c.der)
    found = found.where(revocation_answers.c.id.in_(named)).order_by(revocation_answers.c.id)
    kept = (await connection.execute(found)).all()
    return _Answers(
        crls=tuple(one.der for one in kept if one.kind == "crl"),
        ocsps=tuple(one.der for one in kept if one.kind == "ocsp"),
    )
