"""What each change of access rights does to the draft. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec.structs import replace

from hub.control import right_changes as ask
from hub.control.draft import Draft
from hub.control.refusals import ChangeRefused, Refusal
from hub.decision.rulebook import RightRecord
from hub.decision.subscriptions import ShareState


def _put(change: ask.PutRight, draft: Draft, place: str) -> None:
    known = draft.find(RightRecord, change.id)
    if known is not None and known.state is ShareState.ENDED:
        raise ChangeRefused(Refusal.ENDED, "the right has ended; take another id", place)
    if known is not None and known.system != change.system:
        # Else whoever asks for his own system could overwrite what another has.
        detail = "the system of a right does not change; take another id"
        raise ChangeRefused(Refusal.SUBSCRIPTION_FIXED, detail, place)
    record = RightRecord(
        system=change.system,
        types=change.types,
        recipients=change.recipients,
        state=ShareState.ACTIVE if known is None else known.state,
    )
    draft.put(change.id, record, change.change)


def _pause(change: ask.PauseRight, draft: Draft, place: str) -> None:
    _set_state(change, draft, place, ShareState.PAUSED)


def _resume(change: ask.ResumeRight, draft: Draft, place: str) -> None:
    _set_state(change, draft, place, ShareState.ACTIVE)


def _end(change: ask.EndRight, draft: Draft, place: str) -> None:
    known = draft.find(RightRecord, change.id)
    if known is None or known.state is not ShareState.ENDED:
        _set_state(change, draft, place, ShareState.ENDED)


def _set_state(
    change: ask.PauseRight | ask.ResumeRight | ask.EndRight,
    draft: Draft,
    place: str,
    state: ShareState,
) -> None:
    known = draft.find(RightRecord, change.id)
    if known is None:
        raise ChangeRefused(Refusal.UNKNOWN_ENTITY, f"no right {change.id}", place)
    if known.state is ShareState.ENDED:
        raise ChangeRefused(Refusal.ENDED, "the right has ended", place)
    draft.put(change.id, replace(known, state=state), change.change)


def _delete(change: ask.DeleteRight, draft: Draft, _place: str) -> None:
    draft.remove(RightRecord, change.id, change.change)


RIGHT_COMMANDS: Final[Mapping[type[Any], Callable[[Any, Draft, str], None]]] = {
    ask.PutRight: _put,
    ask.PauseRight: _pause,
    ask.ResumeRight: _resume,
    ask.EndRight: _end,
    ask.DeleteRight: _delete,
}
