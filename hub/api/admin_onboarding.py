"""`/v1/admin/onboardings`: connect a system, step by step, without waiting for anybody but one."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request

from hub.api.admin_dependencies import control_of
from hub.api.admin_models import ReasonRequest, problems
from hub.api.admin_route import AdminRoute
from hub.api.deciding import request_shown
from hub.api.onboarding_models import (
    ApplicationPage,
    KeyRequest,
    OnboardingAnswer,
    OnboardingRequest,
    TestMessageAnswer,
    TestRequest,
    listed,
    sample,
    whole,
)
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.ops.route_models import SimulateAnswer, SimulateRequest
from hub.api.ops.routes import rehearsed
from hub.api.rights import Action, Person, denied, require
from hub.api.staff import Staff, staff_of
from hub.control.onboarding import Application
from hub.decision.sandbox import in_sandbox, twin_of

router: Final = APIRouter(prefix="/v1/admin/onboardings", tags=["admin"], route_class=AdminRoute)

System = Annotated[str, Path(pattern=r"^[a-z0-9-]{3,63}$")]
After = Annotated[str, Query(max_length=63, pattern=r"^[a-z0-9-]*$")]
# Where each stands is found, not noted: a longer page would keep SQL busy.
Limit = Annotated[int, Query(ge=1, le=100)]
TheStaff = Annotated[Staff, Depends(staff_of)]
Asker = Annotated[Person, Depends(require(Action.CHANGE_RULES, scoped=True))]
Keeper = Annotated[Person, Depends(require(Action.CHANGE_RULES, Action.MANAGE_KEYS, scoped=True))]

_ANSWERS: Final = {
    "s400": "The body is not JSON",
    "s404": "No such application",
    "s409": "It contradicts what is there, or something is still to be shown",
    "s413": "The body is too large",
}


@router.post("", responses=problems(s400="The body is not JSON", s409="It is registered", s413="…"))
async def register(
    request: Request, staff: TheStaff, asked: OnboardingRequest, person: Asker
) -> OnboardingAnswer:
    """Apply for a system. Its twin in the sandbox is there at once. Safe to repeat."""
    wanted = Application(
        system=asked.system,
        organisation=asked.organisation,
        name=asked.name,
        sends=asked.sends,
        recipients=asked.recipients,
        takes=asked.takes,
        asked_by=person.name,
        asked_at=staff.now(),
        proposal=None,
    )
    await _expect_own(request, person, wanted, Action.CHANGE_RULES)
    await staff.onboarding.register(wanted, actor=person.name, reason=asked.reason)
    return await _shown(request, asked.system, person)


@router.get("", responses=problems())
async def page(
    staff: TheStaff, person: Keeper, after: After = "", limit: Limit = 25
) -> ApplicationPage:
    """Return the applications that are this person's to see, by name."""
    found = await staff.onboarding.page(after, limit)
    mine = [one for one in found if _sees(person, one)]
    items = [listed(await staff.onboarding.standing(one)) for one in mine]
    return ApplicationPage(items=items, next=found[-1].system if len(found) == limit else None)


@router.post("/{system}:key", responses=problems(**_ANSWERS))
async def add_key(
    request: Request, staff: TheStaff, system: System, asked: KeyRequest, person: Keeper
) -> OnboardingAnswer:
    """Register a key of the twin; once approved, the key of the system itself.

    The system's own key is for who keeps the agency's keys: it decides who speaks for it.
    """
    application = await staff.onboarding.application(system)
    named = asked.key.system
    if named not in (system, twin_of(system)):
        raise await denied(request, person, Action.MANAGE_KEYS, place="key/system")
    right = Action.CHANGE_RULES if in_sandbox(named) else Action.MANAGE_KEYS
    await _expect_own(request, person, application, right)
    await staff.onboarding.add_key(asked.key, actor=person.name, reason=asked.reason)
    return await _shown(request, system, person)


@router.post("/{system}:submit", responses=problems(**_ANSWERS))
async def submit(
    request: Request, staff: TheStaff, system: System, asked: ReasonRequest, person: Asker
) -> OnboardingAnswer:
    """Ask for production, once the sandbox has seen everything. Another person approves."""
    application = await staff.onboarding.application(system)
    await _expect_own(request, person, application, Action.CHANGE_RULES)
    await staff.onboarding.submit(system, actor=person.name, reason=asked.reason)
    return await _shown(request, system, person)


@router.get("/{system}/sample", responses=problems(s404="No such application"))
async def test_message(
    request: Request,
    staff: TheStaff,
    system: System,
    person: Keeper,
    type: Annotated[str, Query(max_length=100, pattern=r"^[a-z0-9.-]+$")],
) -> TestMessageAnswer:
    """Return a message that the twin may send to itself, to begin with."""
    await _seen(request, staff, system, person)
    return sample(system, type)


@router.post(
    "/{system}:rehearse",
    responses=problems(s400="The body is not JSON", s404="…", s413="The body is too large"),
)
async def rehearse(
    *,
    request: Request,
    staff: TheStaff,
    ops: Annotated[Ops, Depends(ops_of)],
    system: System,
    asked: TestRequest,
    person: Annotated[
        Person, Depends(require(Action.CHANGE_RULES, Action.MANAGE_KEYS, scoped=True, writes=False))
    ],
) -> SimulateAnswer:
    """Return what would happen to a test message of the twin. Nothing is sent, nothing stored."""
    await _seen(request, staff, system, person)
    found = sample(system, asked.type)
    body = found.body if asked.body is None else asked.body
    message = SimulateRequest(
        source=found.source,
        type=found.type,
        recipients=(found.recipient,),
        subject=found.subject,
        body=body,
    )
    return await rehearsed(ops, message)


@router.get("/{system}", responses=problems(s404="No such application"))
async def one(
    request: Request, staff: TheStaff, system: System, person: Keeper
) -> OnboardingAnswer:
    """Return where an application stands, and what the sandbox has still to see."""
    await _seen(request, staff, system, person)
    return await _shown(request, system, person)


async def _seen(request: Request, staff: Staff, system: str, person: Person) -> None:
    if not _sees(person, await staff.onboarding.application(system)):
        raise await denied(request, person, Action.CHANGE_RULES)


async def _expect_own(
    request: Request, person: Person, application: Application, right: Action
) -> None:
    if not _holds(person, application, right):
        raise await denied(request, person, right)


def _sees(person: Person, application: Application) -> bool:
    rights = (Action.CHANGE_RULES, Action.MANAGE_KEYS)
    return any(_holds(person, application, right) for right in rights)


def _holds(person: Person, application: Application, right: Action) -> bool:
    scope, types = person.scope(right), (*application.sends, *application.takes)
    return scope.whole or all(scope.allows(application.organisation, type_) for type_ in types)


async def _shown(request: Request, system: str, person: Person) -> OnboardingAnswer:
    staff = staff_of(request)
    found = await staff.onboarding.find(system)
    asked = found.asked
    told = None if asked is None else await request_shown(staff, asked, person)
    return whole(found, told, control_of(request).hub)
