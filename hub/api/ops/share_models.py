"""What `/ops/shares` answers."""

from datetime import datetime

from hub.api.ops_models import Answer
from hub.control.share_changes import ShareOrder
from hub.control.shares import ShareKind
from hub.decision.subscriptions import ShareState


class ConditionAnswer(Answer):
    """What one declared fact of the body must be."""

    fact: str
    one_of: list[str | int | bool]
    at_least: int | None
    at_most: int | None


class ShareAnswer(Answer):
    """A right to send, or a subscription."""

    kind: ShareKind
    id: str
    system: str
    organisation: str | None
    """Of the system."""
    types: list[str]
    state: ShareState
    owners: dict[str, str | None]
    """Type to the organisation that says who may have it; null: nobody owns it."""
    orders: list[ShareOrder]
    """What whoever asks this may do with it now."""
    recipients: list[str]
    """Of a right: to whom."""
    sources: list[str]
    """Of a subscription: from whom; none: from anybody."""
    areas: list[str]
    versions: list[str]
    conditions: list[ConditionAnswer]
    copies: bool
    since: datetime | None


class SharePage(Answer):
    """Shares, rights first; ask with `after=<next>` for more."""

    items: list[ShareAnswer]
    next: str | None


class DeedAnswer(Answer):
    """One step: `ask`, `approve`, `refuse`, `withdraw`, or the kind of the change that was made."""

    at: datetime
    what: str
    actor: str
    reason: str
    version: int | None
    """The version of the rules that it made."""


class BacklogAnswer(Answer):
    """How far a subscription is given what was sent before it."""

    since: datetime
    given: int
    """Orders to the router so far; it decides about each."""
    done_at: datetime | None


class QuotaAnswer(Answer):
    """What the sender may hand in within a minute, under all its rights together."""

    messages_per_minute: int
    bytes_per_minute: int
    urgent_per_minute: int


class WholeShare(ShareAnswer):
    """A share with all that was done to it, the oldest first."""

    history: list[DeedAnswer]
    backlog: BacklogAnswer | None
    quota: QuotaAnswer | None
    """null: it is a subscription, which sends nothing."""
