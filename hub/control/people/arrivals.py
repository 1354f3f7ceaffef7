"""Who comes from an identity provider: which roles his groups give, and which person he is."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import insert, select, update

from hub.control import store
from hub.control.people.accounts import Account, kept_grants
from hub.control.people.groups import ProviderGroups
from hub.control.people.people import RESERVED, People, new_row
from hub.control.people.rights import Grant, Groups
from hub.control.people.roles import FIRST_PERSONS, entity
from hub.control.service import Control
from hub.control.trail import Result, note
from hub.io.sql.engine import sql_errors
from hub.io.sql.people_tables import people as table

MAX_GROUPS: Final = 1_000
"""Of one token; more is not looked at."""

_NAME: Final = re.compile(r"[a-z][a-z0-9.-]{1,62}")
_MAX_BASE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody who may come in, with the roles that his groups give."""

    account: Account
    grants: tuple[Grant, ...]


def granted(groups: Groups, claim: object) -> tuple[Grant, ...]:
    """Return the roles for the groups in a token; a group that nobody set gives nothing."""
    names = [claim] if isinstance(claim, str) else claim
    if not isinstance(names, list):
        return ()
    found = (grant for name in names[:MAX_GROUPS] for grant in groups.get(str(name), ()))
    return tuple(dict.fromkeys(found))


class Arrivals:
    """Lets in whom an identity provider knows. `Unavailable` when SQL is away."""

    def __init__(
        self, control: Control, people: People, groups: ProviderGroups, claim: str
    ) -> None:
        self._control, self._people = control, people
        self._groups, self._claim = groups, claim

    async def admit(self, issuer: str, claims: Mapping[str, Any]) -> Arrival | None:
        """Return who this is; None without any right, which stands in the trail.

        Somebody new gets an account under a name that was nobody's before.
        """
        groups = await self._groups.mapping()
        grants, subject = granted(groups, claims.get(self._claim)), str(claims["sub"])
        account = await self._people.find_subject(issuer, subject)
        known = account is not None and account.disabled_at is None
        if account is not None and (not known or not (grants or account.grants)):
            await self._note(account.name, (), Result.DENIED)
            return None
        if account is None and grants:
            await self._make(issuer, subject, claims)
            account = await self._people.find_subject(issuer, subject)
        if account is None:
            return None
        await self._note(account.name, grants, Result.DONE)
        return Arrival(account=account, grants=grants)

    async def _make(self, issuer: str, subject: str, claims: Mapping[str, Any]) -> None:
        at = self._control.clock()
        with sql_errors("making an account"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                known = select(table.c.name).where(
                    table.c.issuer == issuer, table.c.subject == subject
                )
                if (await connection.execute(known)).first() is not None:
                    return  # he came twice at once
                name = name_from(claims, issuer, subject)
                taken = select(table.c.name).where(table.c.name == name)
                if (await connection.execute(taken)).first() is not None:
                    name = _other(name, issuer, subject)
                row = new_row(name, display_from(claims, name), (), made_by="hub", at=at)
                await connection.execute(
                    insert(table).values(row | {"issuer": issuer, "subject": subject})
                )
                await note(connection, at, name, "", [(entity(name), "add_user")])

    async def _note(self, name: str, grants: Sequence[Grant], result: Result) -> None:
        at, touched = self._control.clock(), [(entity(name), "sign_in_provider")]
        given = {"provider_grants": kept_grants(grants), "provider_at": at}
        with sql_errors("writing the trail"):
            async with self._control.engine.begin() as connection:
                await connection.execute(update(table).where(table.c.name == name).values(given))
                await note(connection, at, name, "", touched, result=result)


def name_from(claims: Mapping[str, Any], issuer: str, subject: str) -> str:
    """Return a name for the trail: what the provider calls him, never one that is kept back."""
    told = str(claims.get("preferred_username") or "").partition("@")[0]
    plain = unicodedata.normalize("NFKD", told.replace("đ", "d").replace("Đ", "d")).lower()
    base = re.sub(r"[^a-z0-9.-]", "", plain).lstrip("0123456789.-")[:_MAX_BASE]
    if _NAME.fullmatch(base) and base not in RESERVED | FIRST_PERSONS:
        return base
    return _other(base or "nguoi", issuer, subject)


def display_from(claims: Mapping[str, Any], name: str) -> str:
    """Return what people call him."""
    told = unicodedata.normalize("NFC", str(claims.get("name") or name)).strip()[:300]
    return told if told.isprintable() and told else name


def _other(base: str, issuer: str, subject: str) -> str:
    mark = hashlib.sha256(f"{issuer}\x00{subject}".encode()).hexdigest()[:10]
    return f"{base}-{mark}"
