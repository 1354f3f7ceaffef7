"""What each change of subscriptions and type owners does to the draft. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from lgsp_message.attributes import SYSTEM_PREFIX
from lgsp_message.limits import DEDUPLICATION_WINDOW

from hub.control import subscription_changes as ask
from hub.control.draft import Draft, Edit
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.share_states import Steps
from hub.decision.exchange_record import ExchangeRecord
from hub.decision.facts import DECLARED
from hub.decision.rulebook import SystemRecord, TypeOwnerRecord
from hub.decision.subscriptions import ShareState, SubscriptionRecord

PUT: Final = "put_subscription"
"""The change that may ask for the past; a pause or its end does not ask anew."""
LONGEST_PAST: Final = DEDUPLICATION_WINDOW - timedelta(days=1)
"""How far back a subscription may begin: then what was admitted is about to leave `hub.ingress`,
and the router's memory with it. A day is left to give it in."""

_STEPS: Final = Steps(SubscriptionRecord, "subscription")


def _put(change: ask.PutSubscription, draft: Draft, place: str) -> None:
    known = draft.find(SubscriptionRecord, change.id)
    if known is not None:
        _expect_the_same(known, change, place)
    if change.since is not None and (known is None or known.since != change.since):
        _expect_kept(change.since, draft, place)
    _expect_declared(change, place)
    record = SubscriptionRecord(
        system=change.system,
        type=change.type,
        state=ShareState.ACTIVE if known is None else known.state,
        sources=change.sources,
        areas=change.areas,
        versions=change.versions,
        conditions=tuple(one.condition() for one in change.conditions),
        copies=change.copies,
        since=change.since,
    )
    draft.put(change.id, record, change.change)


def _expect_the_same(known: SubscriptionRecord, change: ask.PutSubscription, place: str) -> None:
    if known.state is ShareState.ENDED:
        raise ChangeRefused(Refusal.ENDED, "the subscription has ended; take another id", place)
    if (known.system, known.type) != (change.system, change.type):
        detail = "system and type of a subscription do not change; take another id"
        raise ChangeRefused(Refusal.SUBSCRIPTION_FIXED, detail, place)


def _expect_kept(since: datetime, draft: Draft, place: str) -> None:
    if not draft.now - LONGEST_PAST <= since <= draft.now:
        detail = f"since lies at most {LONGEST_PAST.days} days back: older messages are not kept"
        raise ChangeRefused(Refusal.PAST_GONE, detail, place)


def _expect_declared(change: ask.PutSubscription, place: str) -> None:
    declared = {fact.name for fact in DECLARED.get(change.type, ())}
    for number, one in enumerate(change.conditions):
        where = f"{place}/conditions/{number}"
        if one.fact not in declared:
            known = ", ".join(sorted(declared)) or "none"
            detail = f"no declared fact of {change.type}; it has: {known}"
            raise ChangeRefused(Refusal.UNKNOWN_FACT, detail, where)
        if bool(one.one_of) == one.is_range:
            detail = "either one_of, or at_least and at_most"
            raise ChangeRefused(Refusal.UNKNOWN_FACT, detail, where)


def _put_owner(change: ask.PutTypeOwner, draft: Draft, _place: str) -> None:
    draft.put(change.type, TypeOwnerRecord(organisation=change.organisation), change.change)


def _delete_owner(change: ask.DeleteTypeOwner, draft: Draft, _place: str) -> None:
    draft.remove(TypeOwnerRecord, change.type, change.change)


def _put_exchange(change: ask.PutExchange, draft: Draft, place: str) -> None:
    if change.answer == change.type:
        raise ChangeRefused(Refusal.NOT_ITSELF, "a request does not answer itself", place)
    record = ExchangeRecord(
        answer=change.answer,
        several=change.several,
        officer=change.officer,
        per_hour=change.per_hour,
    )
    draft.put(change.type, record, change.change)


def _delete_exchange(change: ask.DeleteExchange, draft: Draft, _place: str) -> None:
    draft.remove(ExchangeRecord, change.type, change.change)


def check_loops(draft: Draft, edits: Mapping[str, Edit]) -> None:
    """Return if no changed subscription asks for what its own system sends or hands in.

    Raises:
        ChangeRefused: `LOOPS`. The router gives nobody his own messages back anyway; who asks for
            them expects something that will not come.
    """
    for key, edit in edits.items():
        record = edit.record
        if isinstance(record, SubscriptionRecord):
            for source in record.sources:
                _expect_another(record.system, source, draft, key)


def _expect_another(subscriber: str, source: str, draft: Draft, key: str) -> None:
    if not source.startswith(SYSTEM_PREFIX):
        return
    name = source.removeprefix(SYSTEM_PREFIX)
    sender = draft.find(SystemRecord, name)
    if name == subscriber:
        raise ChangeRefused(Refusal.LOOPS, "its own messages would come back to it", key)
    if sender is not None and subscriber in sender.representatives:
        detail = f"what it hands in for {name} would come back to it"
        raise ChangeRefused(Refusal.LOOPS, detail, key)


SUBSCRIPTION_COMMANDS: Final[Mapping[type[Any], Callable[[Any, Draft, str], None]]] = {
    ask.PutSubscription: _put,
    ask.PauseSubscription: _STEPS.pause,
    ask.ResumeSubscription: _STEPS.resume,
    ask.EndSubscription: _STEPS.end,
    ask.PutTypeOwner: _put_owner,
    ask.DeleteTypeOwner: _delete_owner,
    ask.PutExchange: _put_exchange,
    ask.DeleteExchange: _delete_exchange,
}
