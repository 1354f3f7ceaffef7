"""What pause, resume and end do to a right or a subscription of the draft. Pure."""

from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from hub.control.draft import Draft
from hub.control.refusals import ChangeRefused, Refusal
from hub.decision.subscriptions import ShareState


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one kind. Each changes the one that `change.id` names.

    Each raises `ChangeRefused`: there is none, or it has ended.
    """

    record: type[Any]
    word: str
    """What people call one."""

    def pause(self, change: Any, draft: Draft, place: str) -> None:
        """Let it do nothing until it is resumed."""
        self._set(change, draft, place, ShareState.PAUSED)

    def resume(self, change: Any, draft: Draft, place: str) -> None:
        """End a pause."""
        self._set(change, draft, place, ShareState.ACTIVE)

    def end(self, change: Any, draft: Draft, place: str) -> None:
        """End it for good; again changes nothing."""
        known = draft.find(self.record, change.id)
        if known is None or known.state is not ShareState.ENDED:
            self._set(change, draft, place, ShareState.ENDED)

    def _set(self, change: Any, draft: Draft, place: str, state: ShareState) -> None:
        known = draft.find(self.record, change.id)
        if known is None:
            raise ChangeRefused(Refusal.UNKNOWN_ENTITY, f"no {self.word} {change.id}", place)
        if known.state is ShareState.ENDED:
            raise ChangeRefused(Refusal.ENDED, f"the {self.word} has ended", place)
        draft.put(change.id, replace(known, state=state), change.change)
