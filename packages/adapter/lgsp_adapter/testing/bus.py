"""The hub's side in memory: what is to be delivered, what was handed in, what happened."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum, unique

from lgsp_adapter.errors import AdapterError
from lgsp_adapter.policy.fingerprint import fingerprint
from lgsp_adapter.values import Delivery, Done, Draft, Record, Signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened: `attempted`, `delivered`, `retrying`, `dead_letter` and others."""

    at: float
    event: str
    key: str
    """The idempotency key of a delivery, the position of a record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """What needs an operator, with everything needed to try again."""

    at: float
    key: str
    item: Delivery | Record
    """Byte for byte as it was."""
    code: str
    peer_code: str | None
    detail: str
    attempts: int
    fingerprint: str


@unique
class Outcome(StrEnum):
    """What the hub says to a message that is handed in."""

    ADMITTED = "admitted"
    DUPLICATE = "duplicate"
    ID_REUSED = "id_reused"
    UNAVAILABLE = "unavailable"
    """Nothing is durable: it must be handed in again."""


@dataclass(slots=True, kw_only=True)
class Bus:
    """Survives its engines: give it to the next one, and that is a restart after a crash."""

    name: str = "adapter"
    inbox: dict[str, Delivery] = field(default_factory=dict)
    """Not settled yet, by idempotency key, in order of arrival."""
    attempted: set[str] = field(default_factory=set)
    """Calls that began and whose end is not known: durable before the call (design, section 6)."""
    delivered: dict[str, Done] = field(default_factory=dict)
    admitted: dict[str, Draft | Signed] = field(default_factory=dict)
    """Handed in by a source, by id, each once."""
    dead_letters: dict[str, DeadLetter] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    acked: str | None = None
    """The position a source has been acknowledged up to."""
    refuse: set[str] = field(default_factory=set)
    """Ids that the bus does not take until they are removed: an outage, made to order."""

    refuse_next: int = 0
    """How many messages from now on the bus does not take: an outage that passes."""

    @property
    def drafts(self) -> list[Draft]:
        """What was handed in to be signed here, in order; not what came signed."""
        return [each for each in self.admitted.values() if isinstance(each, Draft)]

    def put(self, deliveries: Iterable[Delivery]) -> None:
        """Give the sink something to do."""
        self.inbox.update((each.key, each) for each in deliveries)

    def note(self, at: float, event: str, key: str) -> None:
        """Record an event."""
        self.events.append(Event(at=at, event=event, key=key))

    def admit(self, message: Draft | Signed) -> Outcome:
        """Take a message as the hub would: the same id must have the same content (invariant 8)."""
        if self.refuse_next > 0 or message.id in self.refuse:
            self.refuse_next = max(0, self.refuse_next - 1)
            return Outcome.UNAVAILABLE
        known = self.admitted.setdefault(message.id, message)
        if known is message:
            return Outcome.ADMITTED
        return Outcome.DUPLICATE if known.body == message.body else Outcome.ID_REUSED

    def settle(self, at: float, key: str, event: str) -> None:
        """Take a delivery out of the inbox, with its outcome."""
        self.note(at, event, key)
        self.attempted.discard(key)
        del self.inbox[key]

    def resolve(self, at: float, key: str, *, again: bool) -> None:
        """Decide as the operator: deliver a dead letter again (from the next engine), or let go."""
        del self.dead_letters[key]
        self.attempted.discard(key)
        if again:
            self.note(at, "resumed", key)
        else:
            self.settle(at, key, "dropped")

    def bury(
        self, at: float, key: str, item: Delivery | Record, error: AdapterError, attempts: int
    ) -> None:
        """Make a dead letter of what an error stopped."""
        self.note(at, "dead_letter", key)
        self.dead_letters[key] = DeadLetter(
            at=at,
            key=key,
            item=item,
            code=error.code,
            peer_code=error.peer_code,
            detail=error.detail,
            attempts=attempts,
            fingerprint=fingerprint(self.name, error.code, error.peer_code, error.detail),
        )
