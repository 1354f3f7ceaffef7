"""The steps of a right or a subscription that is in the rules: pause, resume, end."""

from collections.abc import Mapping
from enum import StrEnum, unique
from typing import Any, Final

from hub.control.changes import ChangeSet
from hub.decision.subscriptions import ShareState


@unique
class ShareOrder(StrEnum):
    """What may be done with one."""

    PAUSE = "pause"
    RESUME = "resume"
    END = "end"

    @property
    def begins(self) -> frozenset[ShareState]:
        """The states in which it does something."""
        return _BEGINS[self]


_BEGINS: Final[Mapping[ShareOrder, frozenset[ShareState]]] = {
    ShareOrder.PAUSE: frozenset({ShareState.ACTIVE}),
    ShareOrder.RESUME: frozenset({ShareState.PAUSED}),
    ShareOrder.END: frozenset({ShareState.ACTIVE, ShareState.PAUSED}),
}


def change_set(kind: str, id: str, order: ShareOrder, reason: str) -> ChangeSet:
    """Return the change of the rules that an order is."""
    change: dict[str, Any] = {"change": f"{order}_{kind}", "id": id}
    return ChangeSet.model_validate({"reason": reason, "changes": [change]})
