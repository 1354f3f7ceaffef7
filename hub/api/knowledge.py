"""What is known of a message: the audit tail for what is new, the projection for the rest."""

from collections.abc import Iterable, Mapping

import structlog

from hub.answers import Answer
from hub.api.deps import Deps
from hub.decision.events import Event
from hub.decision.histories import history
from hub.ports import MessageHistory, Unavailable

_log = structlog.get_logger()


async def known(deps: Deps, source: str, id: str) -> MessageHistory | None:
    """Return the history of a message, from whichever store knows more of it.

    With SQL away it is what the audit tail remembers.

    Raises:
        Unavailable: SQL is away and the tail does not know the message.
    """
    recent = history(deps.tail.events(source, id))
    if deps.statuses is None:
        return recent
    try:
        recorded = await deps.statuses.message(source, id)
    except Unavailable:
        if recent is None:
            raise
        _log.warning("status without the projection")
        return recent
    if recorded is None or (recent is not None and len(recent.steps) > len(recorded.steps)):
        return recent
    return recorded


async def projection_state(deps: Deps) -> str:
    """Return `whole`, `rebuilding` (lists and states are incomplete) or `away`."""
    try:
        rebuilding = deps.statuses is not None and await deps.statuses.rebuilding()
    except Unavailable:
        return "away"
    return "rebuilding" if rebuilding else "whole"


class Prefetched:
    """The port `hub.ports.Admitted`, for a dry run: what was looked up beforehand."""

    def __init__(self, answers: Mapping[tuple[str, str], Answer]) -> None:
        self._answers = answers

    def get(self, source: str, key: str) -> Answer | None:
        """Return what is known; a receipt that was counted before is not an error."""
        return self._answers.get((source, key))


async def prefetch(deps: Deps, source: str, ids: Iterable[str]) -> Prefetched:
    """Look up the messages of `source`; raises `Unavailable`."""
    answers: dict[tuple[str, str], Answer] = {}
    for id_ in ids:
        found = await known(deps, source, id_)
        answer = None if found is None else _answer(found)
        if answer is not None:
            answers[source, id_] = answer
    return Prefetched(answers)


def _answer(found: MessageHistory) -> Answer | None:
    for step in found.steps:
        if step.event == Event.ADMITTED.value:
            return Answer(
                content_hash=bytes.fromhex(step.detail.get("content_sha256", "")),
                decided_at=step.at.timestamp(),
                recipients=tuple(found.recipients),
                withdrawn=found.state == Event.WITHDRAWN.value,
            )
    return None
