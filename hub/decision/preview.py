"""What other rules would have done with a message. Pure; nothing is remembered or written.

The hub's own decision, made twice: what differs is what the rules make different (invariant 3).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, Final

from lgsp_message.values import Received

from hub.answers import Answer
from hub.decision.events import Decision
from hub.decision.pipeline import Claimed, Examined, Verified, claim, examine, prove, settle
from hub.decision.rules import Rules
from hub.decision.statements import is_statement
from hub.decision.watching import CHOICES


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What becomes of a message under some rules."""

    outcome: str
    """`admitted` or `refused`."""
    reason: str | None
    place: str | None
    recipients: tuple[str, ...]
    """Systems, sorted."""
    candidates: tuple[str, ...]
    """Systems of which a person would choose, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A message that would have had another fate. Names and codes, nothing of its body."""

    source: str
    id: str
    type: str
    received_at: datetime
    now: Fate
    then: Fate


class _Nothing:
    """A memory in which nothing was ever admitted: each message is looked at for itself."""

    def get(self, source: str, key: str) -> Answer | None:  # noqa: ARG002  (the port's names)
        return None


_NOTHING: Final = _Nothing()


def difference(received: Received, rules: Rules, candidate: Rules) -> Difference | None:
    """Return how a message's fate differs under `candidate`; None: it does not.

    It is decided at the moment at which it was handed in. Statements about messages (receipts,
    withdrawals) are left out: no right and no route has a say in them.
    """
    stamp, claimed = received.stamp, received.attributes
    if stamp is None or is_statement(claimed.get("type", "")):
        return None
    at = stamp.received_at
    examined = examine(received, rules, at)
    now = _fate(settle(examined, rules, _NOTHING, at))
    then = _fate(
        settle(_examined_again(examined, received, candidate, at), candidate, _NOTHING, at)
    )
    if now == then:
        return None
    return Difference(
        source=claimed.get("source", "").rpartition(":")[2],
        id=claimed.get("id", ""),
        type=claimed.get("type", ""),
        received_at=at,
        now=now,
        then=then,
    )


def _examined_again(
    examined: Examined, received: Received, candidate: Rules, at: datetime
) -> Examined:
    """Prove the sender under other rules; what the same key has proven is proven."""
    claimed = claim(received, candidate, at)
    if (
        isinstance(examined, Verified)
        and isinstance(claimed, Claimed)
        and claimed.key.thumbprint == examined.message.key_id
    ):
        return Verified(
            received=received,
            stamp=claimed.stamp,
            sender=claimed.sender,
            message=examined.message,
        )
    return prove(claimed)


def _fate(decision: Decision) -> Fate:
    event = decision.entries[0].event
    told: Mapping[str, Any] = event.detail
    return Fate(
        outcome=event.event.value,
        reason=event.reason,
        place=event.place,
        recipients=tuple(sorted(told.get("recipients", ()))),
        candidates=tuple(sorted(chain.from_iterable(told.get(CHOICES, {}).values()))),
    )
