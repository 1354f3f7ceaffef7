"""`/v1/admin/reviews`: messages to organisations that were split, and who shall get them."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hub.answers import Choice
from hub.api.admin_documents import After, DecidedAnswer, Limit, next_after
from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.ops.trace_steps import party
from hub.api.ops_models import Answer
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, require
from hub.api.status import Id, Source
from hub.control.check_orders import NoLongerKept
from hub.control.choices_made import Standing, choices_made
from hub.control.fields import Reason, SystemNames
from hub.control.reviews import NothingToChoose
from hub.decision.choosing import Chosen, fits
from hub.decision.routing import taker
from hub.decision.rules import Rules
from hub.decision.states import State
from hub.directory.organisations import legal_day

router: Final = APIRouter(prefix="/v1/admin/reviews", tags=["admin"], route_class=AdminRoute)

TheOps = Annotated[Ops, Depends(ops_of)]
Urn = Annotated[str, StringConstraints(max_length=128, pattern=r"^urn:hub:[!-~]+$")]


class CandidateAnswer(BaseModel):
    """Who may be meant."""

    system: str
    organisation: str | None
    name: str | None
    takes: bool
    """False: it does not take this type any more, so it cannot be chosen now."""
    suggested: bool


class OpenAddressAnswer(BaseModel):
    """An address that may mean several organisations."""

    address: str
    candidates: list[CandidateAnswer]


class ReviewAnswer(BaseModel):
    """A message that waits for a choice, without its body."""

    source: str
    id: str
    type: str
    subject: str | None
    since: datetime
    until: datetime
    """When it is ended for the candidates if nobody has chosen."""
    addresses: list[OpenAddressAnswer]


class ReviewPage(BaseModel):
    """What waits by source and id; ask with `after=<next>` for more."""

    items: list[ReviewAnswer]
    next: str | None


class StandingAnswer(Answer):
    """Where the message stands for one recipient."""

    system: str
    organisation: str | None
    name: str | None
    chosen: bool
    state: State
    reason: str | None
    since: datetime


class ChoiceMadeAnswer(Answer):
    """What an operator chose, and what came of it."""

    entry: int
    source: str
    id: str
    type: str | None
    subject: str | None
    at: datetime
    by: str
    reason: str
    chosen: dict[str, list[str]]
    """For each open address the systems; none: nobody gets it."""
    waits: bool
    """True: it still waits for a choice: the order is on its way, or fitted no more."""
    recipients: list[StandingAnswer]


class ChoicesMadePage(Answer):
    """Choices, the newest first; ask with `before=<next>` for older ones."""

    items: list[ChoiceMadeAnswer]
    next: int | None


class ChoiceRequest(BaseModel):
    """Who gets it, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Reason
    choices: Annotated[dict[Urn, SystemNames], Field(min_length=1, max_length=200)]
    """For each open address the systems; none: nobody gets it. Others than the candidates may be
    chosen, if they take the type."""


@router.get("", responses=problems(), dependencies=[Depends(require(Action.VIEW_METADATA))])
async def waiting(ops: TheOps, after: After = "", limit: Limit = 100) -> ReviewPage:
    """Return what waits for a person to choose the recipient."""
    source, _, id_ = after.partition("/")
    found = await ops.reviews.waiting((source, id_), limit)
    items = [
        ReviewAnswer(
            **{name: getattr(one, name) for name in _PLAIN},
            addresses=[
                OpenAddressAnswer(
                    address=open_.address,
                    candidates=[
                        _candidate(ops, name, one.type, suggested=name in open_.suggested)
                        for name in open_.candidates
                    ],
                )
                for open_ in one.addresses
            ],
        )
        for one in found
    ]
    return ReviewPage(items=items, next=next_after(items, limit))


@router.get("/choices", responses=problems(), dependencies=[Depends(require(Action.VIEW_METADATA))])
async def made(
    ops: TheOps, before: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None, limit: Limit = 100
) -> ChoicesMadePage:
    """Return what was chosen, by whom and why, and where each recipient stands now."""
    found = await choices_made(ops.engine, before, limit)
    rules = ops.rules()
    items = [
        ChoiceMadeAnswer(
            **asdict(one) | {"recipients": [_standing(rules, who) for who in one.recipients]}
        )
        for one in found
    ]
    return ChoicesMadePage(items=items, next=items[-1].entry if len(items) == limit else None)


@router.post(
    "/{source}/{id}:choose",
    responses=problems(
        s400="The body is not JSON",
        s404="It waits for no choice, or its bytes are no longer kept",
        s409="A chosen system does not take this type or may not get it, or an address stays open",
        s413="The body is too large",
        s503="Kafka or SQL does not answer; repeating is safe",
    ),
)
async def choose(
    ops: TheOps,
    person: Annotated[Person, Depends(require(Action.RELEASE_HELD))],
    source: Source,
    id: Id,
    request: ChoiceRequest,
) -> DecidedAnswer:
    """Give what was sent to a split organisation to those that shall have it."""
    await _expect_fitting(ops, source, id, request)
    try:
        await ops.reviews.choose(
            source, id, request.choices, actor=person.name, reason=request.reason
        )
    except NothingToChoose as absent:
        raise Problem(404, Code.NOT_FOUND, "it waits for no choice") from absent
    except NoLongerKept as gone:
        raise Problem(404, Code.BODY_GONE) from gone
    return DecidedAnswer(source=source, id=id)


async def _expect_fitting(ops: Ops, source: str, id: str, request: ChoiceRequest) -> None:
    """Refuse at once what the router would find unfit a moment later."""
    found = await ops.reviews.one(source, id)
    if found is None:
        raise Problem(404, Code.NOT_FOUND, "it waits for no choice")
    chosen = [Chosen(address, systems) for address, systems in request.choices.items()]
    open_ = [Choice(one.address, one.candidates) for one in found.addresses]
    sent, day = (found.source, found.type), legal_day(ops.clock())
    if fits(chosen, open_, sent, ops.rules(), day) is None:
        detail = "answer each open address with systems that take the type and may get it"
        raise Problem(409, Code.CONFLICT, detail)


def _candidate(ops: Ops, name: str, type_: str, *, suggested: bool) -> CandidateAnswer:
    rules = ops.rules()
    whose = party(rules, name)
    id_ = whose.organisation
    return CandidateAnswer(
        system=name,
        organisation=id_,
        name=whose.name,
        takes=id_ is not None and taker(id_, type_, rules) == name,
        suggested=suggested,
    )


def _standing(rules: Rules, one: Standing) -> StandingAnswer:
    whose = party(rules, one.system)
    return StandingAnswer(**asdict(one), organisation=whose.organisation, name=whose.name)


_PLAIN: Final = ("source", "id", "type", "subject", "since", "until")
