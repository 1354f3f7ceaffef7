"""Orders at the post office, and the way of each parcel."""

from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Any, Final


@unique
class State(StrEnum):
    """Where a parcel is. The post's own list is not published; the codes are the sandbox's."""

    ORDERED = "1"
    COLLECTED = "2"
    ON_THE_WAY = "3"
    DELIVERED = "4"
    NOT_DELIVERED = "5"
    RETURNED = "6"
    CANCELLED = "7"


WORDS: Final = {
    State.ORDERED: "Đã tiếp nhận yêu cầu",
    State.COLLECTED: "Đã lấy bưu gửi",
    State.ON_THE_WAY: "Đang vận chuyển",
    State.DELIVERED: "Phát thành công",
    State.NOT_DELIVERED: "Phát không thành công",
    State.RETURNED: "Đã chuyển hoàn",
    State.CANCELLED: "Đã hủy",
}
ENDED: Final = frozenset({State.DELIVERED, State.RETURNED, State.CANCELLED})


@dataclass(slots=True, kw_only=True)
class Order:
    """One parcel. Names and addresses of the request are not kept."""

    number: str
    item: str
    customer: str
    cod: int
    events: list[tuple[State, str]] = field(default_factory=list)

    @property
    def state(self) -> State:
        """Where it is now."""
        return self.events[-1][0]

    def rows(self) -> list[dict[str, Any]]:
        """Return the tracking rows, oldest first."""
        return [
            {
                "OrderNumber": self.number,
                "ItemCode": self.item,
                "StatusCode": state.value,
                "StatusName": WORDS[state],
                "StatusTime": at,
            }
            for state, at in self.events
        ]
