"""What becomes of a key when its certificate was checked. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hub.control.key_changes import CompromiseKey, ResumeKey, RevokeKey, SuspendKey
from hub.decision.rulebook import KeyRecord, Suspension
from hub.signing.judgement import Judgement, Status

GRACE: Final = timedelta(hours=72)
"""How long a key goes on while its authority gives no answer: over a weekend, and no longer. The
answers are a day or a week old by then, and nobody could tell that the key was stolen."""

KeyChange = CompromiseKey | ResumeKey | RevokeKey | SuspendKey

_COMPROMISED: Final = "key_compromise"
_UNTRUSTED: Final = frozenset(
    {Status.UNTRUSTED, Status.WEAK, Status.WRONG_USE, Status.UNREADABLE, Status.NOT_YET_VALID}
)
_BY_CHECKS: Final = frozenset(
    {Suspension.ON_HOLD.value, Suspension.UNCHECKED.value, Suspension.UNTRUSTED.value}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOf:
    """A key, by name and as the rules have it."""

    system: str
    thumbprint: str
    record: KeyRecord


def change_after(
    key: KeyOf, found: Judgement, good_at: datetime, now: datetime, grace: timedelta = GRACE
) -> KeyChange | None:
    """Return what a check changes about its key; None: it stays as it is.

    `good_at`: when the last good answer was.
    """
    if key.record.revoked:
        return None
    name = {"system": key.system, "thumbprint": key.thumbprint}
    if found.status is Status.REVOKED:
        if found.revocation_reason == _COMPROMISED and found.revoked_at is not None:
            return CompromiseKey(**name, since=found.revoked_at)
        return RevokeKey(change="revoke_key", **name)
    if key.record.suspended == Suspension.REPORT:
        return None  # A person's report ends by a person's word.
    cause = _cause(found, good_at, now, grace)
    if cause is None:
        resumes = found.status is Status.GOOD and key.record.suspended in _BY_CHECKS
        return ResumeKey(**name) if resumes else None
    return None if key.record.suspended == cause else SuspendKey(**name, cause=cause)


def _cause(
    found: Judgement, good_at: datetime, now: datetime, grace: timedelta
) -> Suspension | None:
    if found.status is Status.ON_HOLD:
        return Suspension.ON_HOLD
    if found.status in _UNTRUSTED:
        return Suspension.UNTRUSTED
    if found.status is Status.UNKNOWN and now - good_at > grace:
        return Suspension.UNCHECKED
    # An expired certificate has ended its key already: the key's own validity is no longer.
    return None
