"""Ask another system over the bus and wait for its answer; answer what one was asked.

A request is an ordinary message with a deadline (`expirytime`). Its answer carries the request's id
as `correlationid` and, in the body's member `request`, the delivery token that came with it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from lgsp_message.attributes import SYSTEM_PREFIX
from lgsp_message.reason import Refused

from lgsp_client.arrived import Arrived, Parcel, prove_parcel, read_page
from lgsp_client.core import RECEIPT_WAIT_SECONDS, Core
from lgsp_client.keyring import Trust
from lgsp_client.outgoing import Options, Outgoing, precheck, rfc3339
from lgsp_client.plan import Plan
from lgsp_client.receipts import Item, Receipts

MAX_WAIT_SECONDS: Final = 25
"""Of one look into the inbox: below the hub's own limit of 30 s."""
_PAGE: Final = 100
_MARGIN: Final = timedelta(seconds=5)
"""How far the hub's clock may be ahead of ours when we note where our inbox ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, whom, and for how long it may wait."""

    type: str
    body: Any
    to: Collection[str]
    """Bare names of the systems that are asked."""
    within: timedelta
    several: bool = False
    """Whether to wait until the deadline for more answers than one of each system."""


def ask(core: Core, question: Question, verify: Trust) -> Plan[tuple[Arrived, ...]]:
    """Send a request, and return its proven answers: as many as came before the deadline.

    Only answers of the systems that were asked count, and they are acknowledged. All else in the
    inbox is left as it is.

    Raises:
        HubRefused: the hub refuses the request, as `officer_limit`.
        HubUnavailable: the hub does not answer.
    """
    world = core.session.world
    now = world.now()
    options: Options = {
        "recipients": [SYSTEM_PREFIX + one for one in question.to],
        "expirytime": now + question.within,
    }
    message = core.compose(question.type, question.body, options)
    precheck(message)
    until = world.ticks() + question.within.total_seconds()
    cursor: str | None = yield from core.seek(rfc3339(now - _MARGIN))
    yield from core.send(message, wait=RECEIPT_WAIT_SECONDS)
    found: dict[str, Arrived] = {}
    while not _complete(question, found) and (left := until - world.ticks()) > 0:
        wait = max(1, min(MAX_WAIT_SECONDS, int(left)))
        parcels, after = read_page((yield from core.page(cursor, wait, _PAGE, None)))
        cursor = after or cursor
        found |= {one.parcel.id: one for one in _answers(parcels, message, question, core, verify)}
    yield from _acknowledge(core, found.values())
    return tuple(found.values())


def _complete(question: Question, found: Mapping[str, Arrived]) -> bool:
    if question.several:
        return False
    return {one.attributes.source for one in found.values()} >= set(question.to)


def _answers(
    parcels: Collection[Parcel], asked: Outgoing, question: Question, core: Core, verify: Trust
) -> Iterator[Arrived]:
    for parcel in parcels:
        if parcel.attributes.get("correlationid") != asked.id or parcel.source not in question.to:
            continue
        try:
            yield prove_parcel(parcel, core.session.identity.hub, verify)
        except Refused:
            continue  # Somebody else's word is no answer: what was asked for may still come.


def _acknowledge(core: Core, answers: Collection[Arrived]) -> Plan[None]:
    receipts = Receipts(lambda body: core.compose("vn.hub.receipt.v1", body, {}))
    for one in answers:
        item = Item(
            source=one.attributes.source,
            id=one.attributes.id,
            token=one.parcel.token,
            cursor=one.parcel.cursor,
        )
        receipts.add("acknowledged", item)
    signed = [receipt.message for receipt in receipts.signed()]
    if signed:
        yield from core.acknowledge(signed)


def answer(core: Core, asked: Arrived, type_: str, body: Mapping[str, Any]) -> Outgoing:
    """Return the signed answer to a request that arrived; `body` without its member `request`.

    It expires with the request: after that nobody waits for it.
    """
    claim = asked.attributes
    source = SYSTEM_PREFIX + claim.source
    request = {"source": source, "id": claim.id, "token": asked.parcel.token}
    options: Options = {
        "recipients": [source],
        "correlationid": claim.id,
        "expirytime": claim.expirytime,
    }
    return core.compose(type_, {**body, "request": request}, options)


def is_late(asked: Arrived, now: datetime) -> bool:
    """Say whether nobody waits for the answer to a request any more."""
    until = asked.attributes.expirytime
    return until is not None and until <= now
