"""What each change does to the draft. Pure; every refusal leaves the tables as they were.

Whether what a change names exists is not asked here but once, of the finished draft
(`hub.control.checks`), so that the order within a change set does not matter. Only what alters a
system or a key that is there (suspend, retire, register a key, revoke) comes after what makes it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from hub.control import changes as ask
from hub.control.connectors import CONNECTOR_COMMANDS
from hub.control.conversion_changes import CONVERSION_COMMANDS
from hub.control.draft import ACTIVE, RETIRED, SUSPENDED, Draft
from hub.control.keys import KEY_COMMANDS
from hub.control.organisations import ORGANISATION_COMMANDS
from hub.control.quota_changes import QUOTA_COMMANDS
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.restore import RestoreRules, restore
from hub.control.rights import RIGHT_COMMANDS
from hub.control.schemas import SCHEMA_COMMANDS
from hub.control.subscriptions import SUBSCRIPTION_COMMANDS
from hub.decision.rulebook import (
    DocumentPolicyRecord,
    EndpointRecord,
    SystemRecord,
)


def apply(change: Any, draft: Draft, place: str) -> None:
    """Lay one change over the draft. `place` names it in a refusal.

    Raises:
        ChangeRefused: any of `Refusal`.
    """
    _COMMANDS[type(change)](change, draft, place)


def _put_system(change: ask.PutSystem, draft: Draft, place: str) -> None:
    if change.system in change.representatives:
        raise ChangeRefused(Refusal.NOT_ITSELF, "a system represents itself anyway", place)
    known = draft.find(SystemRecord, change.system)
    if known is not None:
        _refuse_retired(known, place)
    record = SystemRecord(
        organisation=change.organisation,
        name=change.name,
        state=ACTIVE if known is None else known.state,
        representatives=change.representatives,
        represents=change.represents,
        kafka_in=change.kafka_in,
    )
    draft.put(change.system, record, change.change)


def _suspend_system(change: ask.SuspendSystem, draft: Draft, place: str) -> None:
    _set_state(change, draft, place, SUSPENDED)


def _resume_system(change: ask.ResumeSystem, draft: Draft, place: str) -> None:
    _set_state(change, draft, place, ACTIVE)


def _delete_system(change: ask.DeleteSystem, draft: Draft, place: str) -> None:
    # The record stays, inactive: a name given out twice would hand over an inbox and a history.
    known = draft.find(SystemRecord, change.system)
    if known is None or known.state != RETIRED:
        _set_state(change, draft, place, RETIRED)


def _set_state(
    change: ask.SuspendSystem | ask.ResumeSystem | ask.DeleteSystem,
    draft: Draft,
    place: str,
    state: str,
) -> None:
    known = draft.find(SystemRecord, change.system)
    if known is None:
        raise ChangeRefused(Refusal.UNKNOWN_ENTITY, f"no system {change.system}", place)
    _refuse_retired(known, place)
    draft.put(change.system, msgspec.structs.replace(known, state=state), change.change)


def _refuse_retired(known: SystemRecord, place: str) -> None:
    if known.state == RETIRED:
        raise ChangeRefused(Refusal.RETIRED, "the system was retired for good", place)


def _put_endpoint(change: ask.PutEndpoint, draft: Draft, _place: str) -> None:
    id = f"{change.organisation}/{change.system}"
    draft.put(id, EndpointRecord(types=change.types), change.change)


def _delete_endpoint(change: ask.DeleteEndpoint, draft: Draft, _place: str) -> None:
    draft.remove(EndpointRecord, f"{change.organisation}/{change.system}", change.change)


def _put_document_policy(change: ask.PutDocumentPolicy, draft: Draft, _place: str) -> None:
    draft.put(change.type, DocumentPolicyRecord(policy=change.policy), change.change)


_COMMANDS: Final[Mapping[type[Any], Callable[[Any, Draft, str], None]]] = {
    ask.PutSystem: _put_system,
    ask.SuspendSystem: _suspend_system,
    ask.ResumeSystem: _resume_system,
    ask.DeleteSystem: _delete_system,
    ask.PutEndpoint: _put_endpoint,
    ask.DeleteEndpoint: _delete_endpoint,
    ask.PutDocumentPolicy: _put_document_policy,
    **RIGHT_COMMANDS,
    **SCHEMA_COMMANDS,
    **CONVERSION_COMMANDS,
    **CONNECTOR_COMMANDS,
    **KEY_COMMANDS,
    **SUBSCRIPTION_COMMANDS,
    **QUOTA_COMMANDS,
    RestoreRules: restore,
    **ORGANISATION_COMMANDS,
}
