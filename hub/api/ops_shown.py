"""People as answers."""

from collections.abc import Iterable

from starlette.requests import HTTPConnection

from hub.api.ops_models import GrantAnswer
from hub.api.ops_session_models import MeAnswer
from hub.api.ops_user_models import UserAnswer
from hub.api.staff import staff_of
from hub.control.people.accounts import Account
from hub.control.people.rights import ROLE_NAMES, ROLES, Action, Grant, Person
from hub.control.people.sessions import IDLE, csrf_of


def grants_shown(grants: Iterable[Grant]) -> list[GrantAnswer]:
    """Return roles with their names."""
    return [
        GrantAnswer(
            role=one.role,
            organisation=one.organisation,
            types=None if one.types is None else sorted(one.types),
            vi=ROLE_NAMES[one.role][0],
            en=ROLE_NAMES[one.role][1],
        )
        for one in grants
    ]


def rights_shown(grants: Iterable[Grant]) -> list[Action]:
    """Return all rights of these roles."""
    return sorted({action for one in grants for action in ROLES[one.role]})


def user_shown(account: Account) -> UserAnswer:
    """Return an account as an answer, with what it may do in effect."""
    return UserAnswer(
        name=account.name,
        display=account.display,
        roles=grants_shown(account.grants),
        rights=[] if account.disabled_at else rights_shown(account.grants),
        has_password=account.has_password,
        must_change_password=account.must_change,
        provider=account.issuer,
        made_by=account.made_by,
        made_at=account.made_at,
        disabled_at=account.disabled_at,
    )


async def me_shown(connection: HTTPConnection, person: Person, secret: str = "") -> MeAnswer:
    """Return who asks. `secret`: of the session that has just begun."""
    staff = staff_of(connection)
    account = await staff.people.find(person.name)
    secret = secret or (staff.browser.secret(connection) if person.session else "")
    session = await staff.sessions.find(secret, active=False) if secret else None
    return MeAnswer(
        name=person.name,
        display=account.display if account else person.name,
        via=person.via.value,
        roles=grants_shown(person.grants),
        rights=rights_shown(person.grants),
        language=account.language if account else "vi",
        time_zone=account.time_zone if account else "Asia/Ho_Chi_Minh",
        csrf=csrf_of(secret) if secret else None,
        must_change_password=person.must_change_password,
        has_password=account is not None and account.has_password,
        read_only=(await staff.flags.read_only()).on,
        wall=person.wall,
        ends_at=session.ends_at if session else None,
        idle_seconds=int(IDLE.total_seconds()),
    )
