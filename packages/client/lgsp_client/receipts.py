"""Statements about deliveries, collected into few signed receipts."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from lgsp_message.attributes import SYSTEM_PREFIX
from lgsp_message.limits import MAX_RECEIPT_ITEMS

from lgsp_client.outgoing import Outgoing

Stage = Literal["delivered", "acknowledged", "processed", "rejected"]
_REASON: Final = re.compile(r"(?=.{1,200}\Z)[a-z0-9]+(?:[._-][a-z0-9]+)*")
STAGES: Final[tuple[Stage, ...]] = get_args(Stage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One statement about one message."""

    source: str
    id: str
    token: str
    cursor: str
    reason: str | None = None

    def to_json(self) -> dict[str, str]:
        """Return the item of a receipt's body."""
        told = {} if self.reason is None else {"reason": self.reason}
        return {"source": SYSTEM_PREFIX + self.source, "id": self.id, "token": self.token, **told}


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A signed receipt and what it states. Kept until the hub has it: it is sent as it is."""

    message: Outgoing
    items: tuple[Item, ...]


class Receipts:
    """What was stated and not yet handed in."""

    def __init__(self, compose: Callable[[dict[str, Any]], Outgoing]) -> None:
        self._compose = compose
        self._open: dict[tuple[Stage, str], list[Item]] = {}
        self._signed: list[Receipt] = []

    def __len__(self) -> int:
        signed = sum(len(receipt.items) for receipt in self._signed)
        return signed + sum(map(len, self._open.values()))

    def add(self, stage: Stage, item: Item) -> None:
        """Note a statement.

        Raises:
            ValueError: there is no such stage, or the reason is no code: one such item would make
                the hub refuse the whole receipt.
        """
        if stage not in STAGES:
            raise ValueError(f"a stage is one of {', '.join(STAGES)}")
        if item.reason is not None and not _REASON.fullmatch(item.reason):
            raise ValueError("a reason is a code such as wrong_agency, never a sentence")
        # A receipt names messages of one source: so it can be shown to that sender as evidence,
        # who learns nothing of what others send.
        self._open.setdefault((stage, item.source), []).append(item)

    @property
    def full(self) -> bool:
        """Whether as many statements wait as one receipt may hold."""
        return sum(map(len, self._open.values())) >= MAX_RECEIPT_ITEMS

    def signed(self) -> tuple[Receipt, ...]:
        """Return the next receipts to hand in; the same ones until they are `gone`."""
        if not self._signed:
            self._signed = [
                self._sign(stage, items[start : start + MAX_RECEIPT_ITEMS])
                for (stage, _), items in self._open.items()
                for start in range(0, len(items), MAX_RECEIPT_ITEMS)
            ]
            self._open = {}
        return tuple(self._signed)

    def gone(self, receipt: Receipt) -> None:
        """Forget a receipt that the hub has, or will never take."""
        self._signed.remove(receipt)

    def _sign(self, stage: Stage, items: list[Item]) -> Receipt:
        body = {"stage": stage, "messages": [item.to_json() for item in items]}
        return Receipt(message=self._compose(body), items=tuple(items))
