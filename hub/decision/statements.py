"""Messages about messages: receipts and withdrawals. They change what is recorded of another."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from lgsp_message.attributes import SYSTEM_PREFIX
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Message

from hub.answers import Answer
from hub.decision.events import Event
from hub.decision.rules import Rules
from hub.ports import Admitted
from hub.signing.macs import Delivered, read_delivery_token

RECEIPT: Final = "vn.hub.receipt.v1"
WITHDRAWAL: Final = "vn.hub.withdrawal.v1"
STATEMENTS: Final = frozenset({RECEIPT, WITHDRAWAL})


def is_statement(type_: str) -> bool:
    """Say whether messages of `type_` speak about other messages."""
    return type_ in STATEMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One effect of a receipt: the recipient says what became of a message."""

    event: Event
    source: str
    id: str
    delivered: Delivered
    reason: str | None

    @property
    def key(self) -> str:
        """Under which it is remembered: a receipt counts once per stage. Ids hold no spaces."""
        return f"{self.event} {self.source} {self.id}"


def read_receipt(
    message: Message, value: Any, admitted: Admitted, rules: Rules
) -> tuple[Stated, ...]:
    """Return what the receipt states and was not stated before.

    Raises:
        Refused: `BAD_DELIVERY_TOKEN`; the place is the item. One false item refuses them all.
    """
    recipient = message.attributes.source
    stated = {item.key: item for item in _items(recipient, value, rules)}
    return tuple(item for key, item in stated.items() if admitted.get(recipient, key) is None)


def _items(recipient: str, value: Any, rules: Rules) -> Iterator[Stated]:
    event = Event(value["stage"])
    for number, item in enumerate(value["messages"]):
        source, id_ = item["source"].removeprefix(SYSTEM_PREFIX), item["id"]
        try:
            delivered = read_delivery_token(
                rules.macs, item["token"], source=source, id=id_, recipient=recipient
            )
        except Refused as refusal:
            raise Refused(refusal.reason, refusal.detail, f"/messages/{number}/token") from None
        yield Stated(
            event=event, source=source, id=id_, delivered=delivered, reason=item.get("reason")
        )


def read_withdrawal(message: Message, value: Any, admitted: Admitted) -> Answer:
    """Return what is remembered of the message that its own sender withdraws.

    Raises:
        Refused: `UNKNOWN_MESSAGE` where this sender has no such message in the window, or where
            it is itself a statement.
    """
    answer = admitted.get(message.attributes.source, value["id"])
    if answer is None or answer.statement:
        raise Refused(Reason.UNKNOWN_MESSAGE, "no such message of this sender", "/id")
    return answer
