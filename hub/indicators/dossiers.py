"""Dossiers, and the tasks of other agencies in them, each from its own facts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hub.indicators.matter import MAX_KEY, TASK_MARK, Kind, Matter, Told, promise


def dossier(key: str, told: Sequence[Told]) -> Matter:
    """Return the dossier that these facts make."""
    matter = Matter(kind=Kind.DOSSIER, key=key, org=_owner(told))
    for one in told:
        matter.procedure = matter.procedure or one.data.get("procedure")
        if (step := _DOSSIER.get(one.what)) is not None:
            step(matter, one)
    return matter


def _owner(told: Sequence[Told]) -> str | None:
    """Return who handles the dossier: who took it, or to whom it was handed in."""
    for what in ("dossier.received", "dossier.submitted"):
        for one in told:
            if one.what == what and one.data.get("org"):
                return str(one.data["org"])
    return None


def _submitted(matter: Matter, one: Told) -> None:
    matter.online = one.data.get("online", matter.online)
    matter.opened_at = matter.opened_at or one.at("submitted_at")


def _received(matter: Matter, one: Told) -> None:
    if one.data.get("state") == _NOT_RECEIVED:
        matter.closed_at, matter.outcome = one.at("refused_at"), "not_received"
        return
    matter.opened_at = matter.opened_at or one.at("received_at")
    promise(matter, one.moment("promised_at"))


_NOT_RECEIVED: Final = 3
"""TrangThaiHoSo of the national portal: not received."""


def _supplement(matter: Matter, one: Told) -> None:
    # Waiting for the applicant's papers is not the agency's time.
    promise(matter, one.moment("promised_after"))


def _deadline(matter: Matter, one: Told) -> None:
    after = one.moment("promised_after")
    if one.data.get("at_fault") is False:
        promise(matter, after)
        return
    matter.first_due_at = matter.first_due_at or one.moment("promised_before")
    matter.due_at, matter.moved = after or matter.due_at, True


def _result(matter: Matter, one: Told) -> None:
    # A partner's result ends its task, not the dossier.
    if matter.org is None or one.data.get("org") == matter.org:
        matter.closed_at, matter.outcome = one.at("finished_at"), one.data.get("outcome")


def _returned(matter: Matter, one: Told) -> None:
    matter.returned_at = one.at("returned_at")


def _withdrawn(matter: Matter, one: Told) -> None:
    matter.closed_at, matter.outcome = one.at("withdrawn_at"), "withdrawn"


_DOSSIER: Final[Mapping[str, Callable[[Matter, Told], None]]] = {
    "dossier.submitted": _submitted,
    "dossier.received": _received,
    "dossier.supplement-requested": _supplement,
    "dossier.deadline-changed": _deadline,
    "dossier.result": _result,
    "dossier.returned": _returned,
    "dossier.withdrawn": _withdrawn,
}


def tasks(key: str, told: Sequence[Told]) -> list[Matter]:
    """Return what other agencies were asked to do in it."""
    made: dict[str, Matter] = {}
    for one in told:
        org = one.data.get("org")
        if not isinstance(org, str):
            continue
        if one.what == "dossier.transferred":
            task = made.setdefault(
                org, Matter(kind=Kind.TASK, key=f"{key}{TASK_MARK}{org}"[:MAX_KEY], org=org)
            )
            task.opened_at = task.opened_at or one.at("transferred_at")
            promise(task, one.moment("due_at"))
        elif one.what == "dossier.result" and org in made:
            task = made[org]
            task.closed_at, task.outcome = one.at("finished_at"), one.data.get("outcome")
    return list(made.values())
