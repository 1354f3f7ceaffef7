"""`/ops/session`, `/ops/me`, `/ops/password`: sign in, be somebody, sign out."""

from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from hub.api.admin_models import ReasonRequest, problems
from hub.api.admin_route import AdminRoute
from hub.api.ops.doubts import DOUBTED
from hub.api.ops_session_models import (
    MeAnswer,
    MethodsAnswer,
    PasswordRequest,
    ProfileRequest,
    SessionAnswer,
    SessionsAnswer,
    SignInRequest,
)
from hub.api.ops_shown import me_shown
from hub.api.problems import Code, Problem
from hub.api.rights import PUBLIC, Action, Person, Via, anyone, require, signed_in
from hub.api.staff import person_of, staff_of
from hub.control.people.sessions import WALL, digest_of
from hub.control.people.sign_in import Locked
from hub.control.refusals import ChangeRefused, Refusal

router: Final = APIRouter(
    prefix="/ops", tags=["people"], route_class=AdminRoute, dependencies=[DOUBTED]
)

Me = Annotated[Person, Depends(signed_in)]
Watching = Annotated[Person, Depends(require(Action.VIEW_STATISTICS, scoped=True))]

_SESSION: Final = {"s403": "It does not come from the console, or a password is to be chosen first"}
_BODY: Final = {"s400": "The body is not JSON", "s413": "The body is too large"}
_TRIES: Final = {
    "s429": "Too many wrong passwords: wait as `Retry-After` says",
    "s503": "SQL does not answer, or too many sign in at once",
}


@router.get("/sign-in", responses=problems(), dependencies=[Depends(anyone)], openapi_extra=PUBLIC)
async def methods(request: Request) -> MethodsAnswer:
    """Return how one can sign in here."""
    provider = request.app.state.provider
    return MethodsAnswer(provider=None if provider is None else provider.label)


@router.post(
    "/session",
    responses=problems(**_SESSION, **_BODY, **_TRIES, s401="The name or the password is wrong"),
    dependencies=[Depends(anyone)],
    openapi_extra=PUBLIC,
)
async def sign_in(request: Request, response: Response, asked: SignInRequest) -> MeAnswer:
    """Sign in by name and password. What was signed in before in this browser ends."""
    staff = staff_of(request)
    staff.browser.expect_own(request)  # or another site signs its victim in as somebody else
    try:
        name = await staff.sign_in.by_password(asked.name, asked.password.get_secret_value())
    except Locked as locked:
        raise _wait(locked) from locked
    account = None if name is None else await staff.people.find(name)
    if account is None:
        raise Problem(401, Code.SIGN_IN_REFUSED, "the name or the password is wrong")
    secret = await staff.sessions.open(account.name, instead_of=staff.browser.secret(request))
    staff.browser.keep(response, secret)
    person = person_of(account, account.grants, digest_of(secret))
    return await me_shown(request, person, secret)


@router.post("/session/wall", responses=problems(**_SESSION, **_BODY))
async def onto_a_wall(
    request: Request, response: Response, asked: ReasonRequest, person: Watching
) -> MeAnswer:
    """Turn this browser into a screen on a wall, for a week: it sees figures, and changes nothing.

    The present session ends: a screen that everybody can reach must not hold anybody's rights.
    """
    if person.session is None:
        raise Problem(403, Code.FORBIDDEN, "only a browser that is signed in can be one")
    staff = staff_of(request)
    present = staff.browser.secret(request)
    session = await staff.sessions.find(present)
    if session is None:
        raise Problem(401, Code.UNAUTHORIZED)
    # Invariant 11: before it is done.
    await staff.audit.record(person.name, "open_wall", f"user/{person.name}", reason=asked.reason)
    secret = await staff.sessions.open(person.name, session.grants, instead_of=present, wall=True)
    staff.browser.keep(response, secret, WALL)
    return await me_shown(request, replace(person, session=digest_of(secret), wall=True), secret)


@router.delete("/session", status_code=204, responses=problems(**_SESSION))
async def sign_out(
    request: Request,
    person: Me,
    everywhere: Annotated[bool, Query()] = False,  # noqa: FBT002  (a flag in the address)
) -> Response:
    """Sign out; with `everywhere=true` wherever this person is signed in."""
    staff = staff_of(request)
    if everywhere:
        await staff.sessions.close_all(person.name)
    elif person.session is not None:
        await staff.sessions.close(person.session)
    response = Response(status_code=204)
    staff.browser.forget(response)
    return response


@router.get("/me", responses=problems())
async def me(request: Request, person: Me) -> MeAnswer:
    """Return who asks, and what he may do."""
    return await me_shown(request, person)


@router.get("/sessions", responses=problems())
async def sessions(request: Request, person: Me) -> SessionsAnswer:
    """Return one's own sign-ins."""
    found = await staff_of(request).sessions.of(person.name)
    items = [
        SessionAnswer(
            made_at=one.made_at,
            seen_at=one.seen_at,
            ends_at=one.ends_at,
            this=one.digest == person.session,
            address=one.address,
            wall=one.wall,
        )
        for one in found
    ]
    return SessionsAnswer(items=items)


@router.post("/profile", responses=problems(**_SESSION, **_BODY, s404="He has no account"))
async def profile(request: Request, asked: ProfileRequest, person: Me) -> MeAnswer:
    """Keep the language and the time zone in which somebody reads."""
    people = staff_of(request).people
    if await people.find(person.name) is None:
        raise Problem(404, Code.NOT_FOUND, "a token without an account has no profile")
    await people.profile(person.name, asked.language, asked.time_zone)
    return await me_shown(request, person)


@router.post("/password", responses=problems(**_SESSION, **_BODY, **_TRIES))
async def password(
    request: Request, response: Response, asked: PasswordRequest, person: Me
) -> MeAnswer:
    """Choose a password. All sessions end, and a new one begins here."""
    if person.via is not Via.SESSION:
        raise Problem(403, Code.FORBIDDEN, "sign in with the present password first")
    staff = staff_of(request)
    try:
        right = await staff.sign_in.check(person.name, asked.present.get_secret_value())
    except Locked as locked:
        raise _wait(locked) from locked
    if not right:
        raise ChangeRefused(Refusal.PASSWORD_WRONG, "the present password is wrong", "present")
    await staff.people.choose_password(person.name, asked.new.get_secret_value())
    account = await staff.people.find(person.name)
    if account is None:
        raise Problem(401, Code.UNAUTHORIZED)
    secret = await staff.sessions.open(account.name)
    staff.browser.keep(response, secret)
    return await me_shown(request, person_of(account, person.grants, digest_of(secret)), secret)


def _wait(locked: Locked) -> Problem:
    headers = {"retry-after": str(locked.seconds)}
    detail = "too many wrong passwords; wait, or ask an administrator for a new first one"
    return Problem(429, Code.TOO_MANY_REQUESTS, detail, headers=headers)
