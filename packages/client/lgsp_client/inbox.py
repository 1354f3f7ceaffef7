"""The receiving side without I/O: pages in, proven messages out, receipts back, where we stand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, TypedDict, TypeVar

from lgsp_message.attributes import Attributes
from lgsp_message.jsontext import parse_json
from lgsp_message.reason import Refused

from lgsp_client.answers import Outcome, Submitted
from lgsp_client.arrived import Arrived, Parcel, prove_parcel, read_page, read_parcel
from lgsp_client.core import Core
from lgsp_client.errors import HubError, HubUnavailable, HubUnverified
from lgsp_client.events import ServerEvent, read_event
from lgsp_client.keyring import Trust
from lgsp_client.outgoing import RECEIPT, Outgoing
from lgsp_client.plan import Ask, Backoff, Plan
from lgsp_client.progress import Progress
from lgsp_client.receipts import Item, Receipt, Receipts, Stage

R = TypeVar("R")

OnUnverified = Literal["raise", "reject"]
"""What to do with a message that cannot be proven: stop, or state `rejected` with the reason."""

ENDLESS: Final = Backoff(attempts=None)
"""A receiver outlives every outage of the hub."""

LAST_TRY: Final = Backoff(attempts=1)
LAST_TRY_SECONDS: Final = 5.0
"""How long a reader that ends by an error may be held up: what is not handed in comes again."""

WAIT_SECONDS: Final = 30
"""How long the hub holds a request for the next message: below most proxies' 60 seconds."""
PAGE_MESSAGES: Final = 100
"""Most messages in one page; at 256 KiB each they still fit into memory."""
FLUSH_SECONDS: Final = 1.0
"""Longest time that a statement waits for others to share a receipt."""

PULL_SECONDS: Final = 60.0
"""How long pages are asked for where a stream gave nothing: a proxy may hold it back."""

MAX_UNSETTLED: Final = 10_000
"""Most deliveries handed out and not yet acknowledged: a receiver that never answers is a fault."""


class ReceiveOptions(TypedDict, total=False):
    """What may be said about receiving; everything has a default."""

    on_unverified: OnUnverified
    """`raise` when left out."""
    wait: int
    """Seconds that the hub holds a request for the next message, at most 60."""
    limit: int
    """Most messages in one page."""
    flush_seconds: float
    """Longest time that a statement waits for others to share a receipt."""
    until_empty: bool
    """Stop at the end of the inbox in place of waiting for more."""
    stream: bool
    """Be sent the messages as events, over one connection; where that breaks, ask for pages."""


@dataclass(frozen=True, slots=True)
class Delivery(Generic[R]):
    """A message to work on. Nothing is told to the hub before `ack` is called."""

    arrived: Arrived
    _ack: Callable[[Arrived, Stage, str | None], R]

    @property
    def attributes(self) -> Attributes:
        """The signed attributes."""
        return self.arrived.attributes

    @property
    def source(self) -> str:
        """The sending system's bare name."""
        return self.attributes.source

    @property
    def id(self) -> str:
        """The message's id, unique per source. The same message may come again: compare."""
        return self.attributes.id

    @property
    def type(self) -> str:
        """The event type."""
        return self.attributes.type

    @property
    def body(self) -> bytes:
        """The exact bytes that the sender signed."""
        return self.arrived.parcel.body

    @property
    def token(self) -> str:
        """The delivery token, which receipts echo."""
        return self.arrived.parcel.token

    @property
    def cursor(self) -> str:
        """The position of this message in the inbox."""
        return self.arrived.parcel.cursor

    @property
    def proven(self) -> bool:
        """Whether the sender's signature was checked with a key that we trust."""
        return self.arrived.proven

    def json(self) -> Any:
        """Return the body's value.

        Raises:
            Refused: it is not strict JSON; a hub would not have delivered it.
        """
        return parse_json(self.body)

    def ack(self, stage: Stage, reason: str | None = None) -> R:
        """Say what became of it: `delivered`, `acknowledged`, `processed` or `rejected`.

        Only now may the position move past it. `reason` is a code of one's own, such as
        `wrong_agency`, never text about a person. Statements are signed and sent together.
        """
        return self._ack(self.arrived, stage, reason)


class InboxCore:
    """What both clients' inboxes share: everything but waiting and files."""

    def __init__(self, core: Core, trust: Trust, options: ReceiveOptions) -> None:
        self._core, self._trust, self._options = core, trust, options
        self._receipts = Receipts(self._compose)
        self._progress = Progress()
        self._first_open: float | None = None
        self._closed = False
        self._stream_at = 0.0
        self.position: str | None = None
        """The cursor that the next page is asked after."""

    def page(self) -> Plan[list[Parcel]]:
        """Fetch the next page; waits for its first message.

        Raises:
            HubError: more than `MAX_UNSETTLED` deliveries were never acknowledged.
        """
        self._require_acks()
        wait = 0 if self._until_empty else self._options.get("wait", WAIT_SECONDS)
        limit = self._options.get("limit", PAGE_MESSAGES)
        fields = yield from self._core.page(self.position, wait, limit, ENDLESS)
        parcels, after = read_page(fields)
        self.position = after or self.position
        return parcels

    @property
    def streams(self) -> bool:
        """Say whether a stream should be opened now."""
        wanted = self._options.get("stream", False) and not self._until_empty
        return wanted and self._core.session.world.ticks() >= self._stream_at

    def stream(self) -> Plan[Ask]:
        """Return the request for the stream behind the position."""
        return (yield from self._core.stream(self.position))

    def streamed(self, events: list[ServerEvent]) -> list[Parcel]:
        """Take the events of a stream as a page; a heartbeat has none.

        Raises:
            HubError: as `page`.
        """
        self._require_acks()
        parcels = [read_parcel(read_event(event.data)) for event in events]
        if parcels:
            self.position = parcels[-1].cursor
        return parcels

    def stream_ended(self, *, heard: bool) -> None:
        """Note that a stream ended. One page is asked for in any case: it tells what is wrong."""
        if not heard:
            self._stream_at = self._core.session.world.ticks() + PULL_SECONDS

    def _require_acks(self) -> None:
        if len(self._progress) > MAX_UNSETTLED:
            raise HubError(f"{MAX_UNSETTLED} deliveries wait for `ack`: none is ever made?")

    def hand_out(self, parcels: list[Parcel]) -> Iterator[Arrived]:
        """Give the proven messages one by one.

        Raises:
            HubUnverified: one cannot be proven; those before it were handed out.
        """
        for parcel in parcels:
            arrived = self._proven(parcel)
            if arrived is not None:
                yield arrived
        if self.position is not None:
            self._progress.passed(self.position)

    def state(self, arrived: Arrived, stage: Stage, reason: str | None) -> None:
        """Note the caller's statement.

        Raises:
            HubError: the inbox is closed: nobody would hand it in.
        """
        if self._closed:
            raise HubError("the inbox is closed: acknowledge before it ends")
        self._state(arrived.parcel, stage, reason)

    def close(self) -> None:
        """Take no more statements."""
        self._closed = True

    def ends(self, page: list[Parcel]) -> bool:
        """Say whether the reading stops after this page."""
        return self._until_empty and not page

    @property
    def flush_seconds(self) -> float:
        """Longest time in seconds that a statement waits for others."""
        return self._options.get("flush_seconds", FLUSH_SECONDS)

    @property
    def patience(self) -> Backoff:
        """How long the end waits for a hub that is away."""
        return self._core.session.backoff

    @property
    def due(self) -> bool:
        """Say whether the statements should go now: enough of them, or old enough."""
        if self._first_open is None:
            return False
        waited = self._core.session.world.ticks() - self._first_open
        return self._receipts.full or waited >= self.flush_seconds

    def flush(self, backoff: Backoff | None = None) -> Plan[None]:
        """Hand in what was stated.

        Raises:
            HubRefused: the hub will never take one of the receipts; its messages stay unsettled
                and come again after a restart.
        """
        self._first_open = None
        while receipts := self._receipts.signed():
            told = [receipt.message for receipt in receipts]
            outcomes = yield from self._core.acknowledge(told, backoff)
            for receipt, outcome in zip(receipts, outcomes, strict=True):
                self._heard(receipt, outcome)
            for outcome in outcomes:
                if isinstance(outcome, HubError):
                    raise outcome

    def _heard(self, receipt: Receipt, outcome: Outcome) -> None:
        if isinstance(outcome, HubUnavailable):
            return  # It is handed in again, as it is.
        self._receipts.gone(receipt)
        if isinstance(outcome, Submitted):
            # Invariant 1: the position moves only after the hub has the statement, durably.
            for item in receipt.items:
                self._progress.settled(item.cursor)

    @property
    def safe(self) -> str | None:
        """The cursor to start from after a crash."""
        return self._progress.safe

    @property
    def _until_empty(self) -> bool:
        return self._options.get("until_empty", False)

    def _proven(self, parcel: Parcel) -> Arrived | None:
        try:
            arrived = prove_parcel(parcel, self._core.session.identity.hub, self._trust)
        except Refused as refusal:
            self._refuse(parcel, refusal)
            return None
        self._progress.handed_out(parcel.cursor)
        return arrived

    def _refuse(self, parcel: Parcel, refusal: Refused) -> None:
        if self._options.get("on_unverified", "raise") == "raise":
            raise HubUnverified(refusal.reason, parcel.source, parcel.id) from refusal
        self._progress.handed_out(parcel.cursor)
        self._state(parcel, "rejected", refusal.reason.value)

    def _state(self, parcel: Parcel, stage: Stage, reason: str | None) -> None:
        item = Item(
            source=parcel.source,
            id=parcel.id,
            token=parcel.token,
            cursor=parcel.cursor,
            reason=reason,
        )
        self._receipts.add(stage, item)
        if self._first_open is None:
            self._first_open = self._core.session.world.ticks()

    def _compose(self, body: dict[str, Any]) -> Outgoing:
        return self._core.compose(RECEIPT, body, {})
