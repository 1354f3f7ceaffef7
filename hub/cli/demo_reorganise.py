"""The reorganisation of `hub demo --reorganise`: an administrator changes, an operator chooses."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from hub.cli.admin_api import AdminApi
from hub.cli.demo_hub import DemoHub
from hub.cli.errors import CommandFailed
from hub.directory.organisations import legal_day
from simulator.plan import VIET_NAM
from simulator.reorganisation import Reorganisation

_LOOK_SECONDS: Final = 0.3
_LAST_LOOKS: Final = 20
_REASON: Final = "Sắp xếp đơn vị hành chính (mẫu) / reorganisation of the demo"


@dataclass(slots=True)
class Operator:
    """An operator who answers each manual review with its first candidate."""

    api: AdminApi
    chosen: set[tuple[str, str]] = field(default_factory=set)
    left: int = 0
    """How many reviews wait at the end."""
    trouble: str = ""

    def look(self) -> None:
        """Answer what waits now."""
        items = self.api.read("reviews")["items"]
        self.left = len(items)
        for one in items:
            choices = {
                open_["address"]: [open_["candidates"][0]["system"]] for open_ in one["addresses"]
            }
            path = f"reviews/{one['source']}/{one['id']}:choose"
            self.api.do(path, {"reason": _REASON, "choices": choices})
            self.chosen.add((one["source"], one["id"]))


def reorganise(hub: DemoHub, plan: Reorganisation) -> None:
    """Hand in the change list, as an administrator does.

    Raises:
        CommandFailed: the hub does not take it.
    """
    api = AdminApi(hub.url, hub.home.admin_token())
    try:
        api.write(_REASON, plan.changes(legal_day(datetime.now(VIET_NAM))))
    finally:
        api.close()


@contextmanager
def operator(hub: DemoHub) -> Iterator[Operator]:
    """Let an operator work beside the day; when it has ended he looks until nothing waits."""
    person = Operator(AdminApi(hub.url, hub.home.admin_token()))
    ended = threading.Event()
    at_work = threading.Thread(target=_work, args=(person, ended), daemon=True)
    at_work.start()
    try:
        yield person
    finally:
        ended.set()
        at_work.join()
        person.api.close()


def _work(person: Operator, ended: threading.Event) -> None:
    looks = _LAST_LOOKS
    while looks:
        try:
            person.look()
        except CommandFailed as failure:
            # What was decided a moment ago is gone from the list at the next look.
            person.trouble = str(failure)
        if ended.is_set():
            looks = looks - 1 if person.left else 0
        ended.wait(_LOOK_SECONDS)


def told_of(verdict: dict[str, Any], last: dict[str, Any], person: Operator) -> dict[str, Any]:
    """Return what the reorganisation has shown; `good`: all of it, and nothing waits."""
    noted: dict[str, int] = verdict.get("reorganisation", {})
    told = {
        "rerouted": noted.get("rerouted", 0),
        "manual_review": len(person.chosen),
        "chosen": noted.get("recipient_chosen", 0),
        "waiting": person.left,
        "statuses_to_old_letters": last.get("late_statuses", 0),
    }
    shown = all(told[name] for name in told if name != "waiting")
    return told | {"good": shown and not person.left}
