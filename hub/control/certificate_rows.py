"""Certificates in SQL: what each is, what was found when it was checked, and by which answers.

Everything here runs on a connection whose transaction the caller owns.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control.certified import Certified, Fetched
from hub.control.draft import Edit
from hub.io.sql import certificate_tables as tables
from hub.io.sql.upsert import insert_into, upsert_statement
from hub.signing.judgement import Status

RECHECK: Final = timedelta(hours=6)
"""Between two checks of a certificate: authorities publish once a day, some every few hours."""
RETRY: Final = timedelta(minutes=15)
"""After an authority did not answer."""


async def save_certified(connection: AsyncConnection, edits: Mapping[str, Edit]) -> None:
    """Keep the certificates of newly registered keys, with what their authorities said."""
    for key, edit in edits.items():
        if edit.certified is None:
            continue
        row = _row(key.removeprefix("key/"), edit.certified)
        statement = upsert_statement(connection.dialect.name, tables.certificates)
        await connection.execute(statement, [row])
        await save_check(connection, edit.certified)


async def save_check(connection: AsyncConnection, checked: Certified) -> None:
    """Keep what was found, with the answers it was found by: evidence needs those of then."""
    await _save_answers(connection, checked.answers)
    check = {
        "certificate": checked.certificate.digest,
        "at": checked.at,
        "status": checked.judgement.status.value,
        "answers": [one.answer.digest for one in checked.answers],
    }
    statement = insert_into(connection.dialect.name, tables.certificate_checks)
    await connection.execute(statement.on_conflict_do_nothing(), [check])


async def note_check(connection: AsyncConnection, checked: Certified, good_at: datetime) -> None:
    """Keep a check, and when the next is due. `good_at`: when the last good answer was."""
    await save_check(connection, checked)
    table, found = tables.certificates, checked.judgement
    values = {
        "status": found.status.value,
        "good_at": good_at,
        "checked_at": checked.at,
        "next_check_at": next_check(checked),
        "revoked_at": found.revoked_at,
        "revocation_reason": found.revocation_reason,
    }
    this = table.c.id == checked.certificate.digest
    await connection.execute(update(table).where(this).values(values))


def next_check(checked: Certified) -> datetime:
    """Return when to look again: soon where an authority did not answer."""
    return checked.at + (RETRY if checked.judgement.status is Status.UNKNOWN else RECHECK)


def pem_of(ders: Iterable[bytes]) -> str:
    """Return certificates as PEM text."""
    found = (x509.load_der_x509_certificate(der) for der in ders)
    return "".join(one.public_bytes(Encoding.PEM).decode("ascii") for one in found)


def _row(key: str, certified: Certified) -> dict[str, Any]:
    certificate, found = certified.certificate, certified.judgement
    return {
        "id": certificate.digest,
        "key": key,
        "system": key.partition("/")[0],
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "serial": certificate.serial,
        "code": min(certificate.codes),
        "since": certificate.since,
        "until": certificate.until,
        "authority": found.authority,
        "pem": pem_of(one.der for one in found.path),
        "status": found.status.value,
        "good_at": certified.at,
        "checked_at": certified.at,
        "next_check_at": next_check(certified),
        "revoked_at": None,
        "revocation_reason": None,
    }


async def _save_answers(connection: AsyncConnection, answers: Sequence[Fetched]) -> None:
    rows = {
        one.answer.digest: {
            "id": one.answer.digest,
            "kind": one.answer.kind.value,
            "url": one.url,
            "this_update": one.answer.this_update,
            "next_update": one.answer.next_update,
            "fetched_at": one.at,
            "der": one.answer.der,
        }
        for one in answers
    }
    if rows:
        statement = insert_into(connection.dialect.name, tables.revocation_answers)
        await connection.execute(statement.on_conflict_do_nothing(), list(rows.values()))
