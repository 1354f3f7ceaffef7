"""The people's side of the control plane, put together, and who asks by what a request carries."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from starlette.requests import HTTPConnection

from hub.api.admin_tokens import AdminTokens
from hub.api.browser import BACKGROUND_HEADER, EVENT_STREAM, Browser
from hub.control.administrators import Administrators
from hub.control.compromises import Compromises
from hub.control.onboarding import Onboarding
from hub.control.people.accounts import Account
from hub.control.people.audit import Audit
from hub.control.people.flags import Flags
from hub.control.people.groups import ProviderGroups
from hub.control.people.passwords import Passwords
from hub.control.people.people import People
from hub.control.people.rights import Grant, Groups, Person, Role, Via
from hub.control.people.roles import FIRST_PERSONS, Roles
from hub.control.people.second_person import SecondPerson
from hub.control.people.sessions import Sessions
from hub.control.people.sign_in import SignIn
from hub.control.proposals import Proposals
from hub.control.schema_versions import SchemaVersions
from hub.control.service import Control
from hub.control.shares import Shares

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Everything about people that the API needs."""

    people: People
    roles: Roles
    sign_in: SignIn
    sessions: Sessions
    second: SecondPerson
    audit: Audit
    flags: Flags
    administrators: Administrators
    groups: ProviderGroups
    compromises: Compromises
    schemas: SchemaVersions
    proposals: Proposals
    onboarding: Onboarding
    shares: Shares
    now: Callable[[], datetime]
    browser: Browser = field(default_factory=Browser)

    @classmethod
    def of(
        cls,
        control: Control,
        *,
        browser: Browser | None = None,
        passwords: Passwords | None = None,
        read_only: bool = False,
        first: frozenset[str] = FIRST_PERSONS,
        groups: Groups | None = None,
        four_eyes_on_schemas: bool = False,
    ) -> Self:
        """Put it together over one control plane.

        `first`: who holds a token that needs no SQL. `groups`: what the settings say of the groups
        of the identity provider. `four_eyes_on_schemas`: nothing is published by one person alone.
        """
        passwords = passwords or Passwords()
        second = SecondPerson(control)
        roles = Roles(control, second, first)
        proposals = Proposals(control, second)
        return cls(
            people=People(control, passwords, roles),
            roles=roles,
            sign_in=SignIn(control, passwords),
            sessions=Sessions(control),
            second=second,
            audit=Audit(control),
            flags=Flags(control, fixed=read_only),
            administrators=Administrators(control, roles, second),
            groups=ProviderGroups(control, second, roles, groups),
            compromises=Compromises(control, second),
            schemas=SchemaVersions(control, second, four_eyes=four_eyes_on_schemas),
            proposals=proposals,
            onboarding=Onboarding(control, proposals),
            shares=Shares(control, proposals),
            now=control.clock,
            browser=browser or Browser(),
        )


def staff_of(connection: HTTPConnection) -> Staff:
    """Return the people's side of this app (`app.state.staff`)."""
    staff: Staff = connection.app.state.staff
    return staff


async def identify(connection: HTTPConnection) -> Person | None:
    """Return who asks, by his token or his session; None for a stranger.

    Raises:
        Problem: 403: it is a session's, but does not come from the console.
        Unavailable: SQL is away, and it is not the first administrator's token.
    """
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme:
        # A token is never sent by a browser on its own: it needs no proof of where it comes from.
        return await holder(connection, token.strip()) if scheme.lower() == "bearer" else None
    return await _signed_in(connection)


async def holder(connection: HTTPConnection, token: str) -> Person | None:
    """Return whose token this is; None: nobody's.

    Raises:
        Unavailable: SQL is away, and it is not the first administrator's token.
    """
    tokens: AdminTokens = connection.app.state.admin_tokens
    name = await tokens.actor(token)
    return None if name is None else await standing(connection, name)


async def standing(connection: HTTPConnection, name: str) -> Person | None:
    """Return what somebody may do without being signed in; None: he is not let in any more.

    Roles from groups of the identity provider are not among it: they end with a session.

    Raises:
        Unavailable: SQL is away, and it is not the first administrator.
    """
    tokens: AdminTokens = connection.app.state.admin_tokens
    if tokens.is_first(name):
        return Person(name=name, via=Via.TOKEN, grants=(Grant(role=Role.ADMINISTRATOR),))
    account = await staff_of(connection).people.find(name)
    if account is None or account.disabled_at is not None:
        return None
    return Person(name=name, via=Via.TOKEN, grants=account.grants)


async def _signed_in(connection: HTTPConnection) -> Person | None:
    staff = staff_of(connection)
    secret = staff.browser.secret(connection)
    if not secret:
        return None
    # A stream of events goes on by itself too, and a browser sends no header of ours with it.
    stream = EVENT_STREAM in connection.headers.get("accept", "")
    active = BACKGROUND_HEADER not in connection.headers and not stream
    session = await staff.sessions.find(secret, active=active)
    if session is None:
        return None
    if connection.scope["method"] not in _SAFE:
        staff.browser.expect_token(connection, secret)
    account = await staff.people.find(session.name)
    if account is None or account.disabled_at is not None:
        return None
    groups = await staff.people.within(session.grants)
    return person_of(account, (*account.grants, *groups), session.digest, wall=session.wall)


def person_of(
    account: Account, grants: tuple[Grant, ...], session: str, *, wall: bool = False
) -> Person:
    """Return who is signed in."""
    return Person(
        name=account.name,
        via=Via.SESSION,
        grants=grants,
        session=session,
        wall=wall,
        must_change_password=account.must_change and account.has_password,
    )
