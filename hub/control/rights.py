"""What each change of access rights does to the draft. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from hub.control import right_changes as ask
from hub.control.draft import Draft
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.share_states import Steps
from hub.decision.rulebook import RightRecord
from hub.decision.subscriptions import ShareState

_STEPS: Final = Steps(RightRecord, "right")


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


def _delete(change: ask.DeleteRight, draft: Draft, _place: str) -> None:
    draft.remove(RightRecord, change.id, change.change)


RIGHT_COMMANDS: Final[Mapping[type[Any], Callable[[Any, Draft, str], None]]] = {
    ask.PutRight: _put,
    ask.PauseRight: _STEPS.pause,
    ask.ResumeRight: _STEPS.resume,
    ask.EndRight: _STEPS.end,
    ask.DeleteRight: _delete,
}
