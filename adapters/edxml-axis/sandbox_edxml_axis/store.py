"""Parcels on the axis: each stays listed for its receiver until the receiver says done or fail."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

ENDED: Final = frozenset({"done", "fail"})
STATUSES: Final = frozenset({"processing"}) | ENDED

_WORDS: Final = {
    "initial": "Mới",
    "processing": "Đang xử lý",
    "done": "Đã nhận",
    "fail": "Nhận lỗi",
}


@dataclass(slots=True, kw_only=True)
class Parcel:
    """One packet for one receiver code."""

    id: str
    sent_id: str
    """The id that the sender got."""
    system: str
    sending_system: str
    sender: str
    receiver: str
    type: str
    packet: bytes
    title: str
    notation: str
    created: str
    updated: str
    status: str = "initial"

    def received_row(self) -> dict[str, Any]:
        """Return what getReceivedEdocList says of it."""
        return {
            "docId": self.id,
            "serviceType": "eDoc",
            "messageType": self.type,
            "created_time": self.created,
            "updated_time": self.updated,
            "from": self.sender,
            "to": self.receiver,
            "status": self.status,
            "status_desc": _WORDS[self.status],
        }

    def sent_row(self) -> dict[str, Any]:
        """Return what getSentEdocList says of it."""
        return {
            "senderDocId": self.sent_id,
            "receiverDocId": self.id,
            "fromCode": self.sender,
            "toCode": self.receiver,
            "sendStatus": "done",
            "sendStatusDesc": "Đã gửi",
            "receiveStatus": self.status,
            "receiveStatusDesc": _WORDS[self.status],
            "title": self.title,
            "notation": self.notation,
            "messageType": self.type,
            "sentTime": self.created,
            "receivedTime": "" if self.status == "initial" else self.updated,
        }


class Parcels:
    """All parcels in the order in which they were sent."""

    def __init__(self) -> None:
        self._all: dict[str, Parcel] = {}

    def add(self, parcel: Parcel) -> None:
        """Keep a parcel."""
        self._all[parcel.id] = parcel

    def get(self, id_: str, system: str) -> Parcel | None:
        """Return a parcel, to nobody but its receiver."""
        found = self._all.get(id_)
        return found if found is not None and found.system == system else None

    def sent_by(self, sent_id: str, system: str) -> Parcel | None:
        """Return a parcel of one sending, to nobody but its sender."""
        own = (each for each in self._all.values() if each.sending_system == system)
        return next((each for each in own if each.sent_id == sent_id), None)

    def waiting(self, system: str, type_: str) -> list[Parcel]:
        """Return what a system has not ended yet."""
        return [
            each
            for each in self._all.values()
            if each.system == system and each.type == type_ and each.status not in ENDED
        ]

    def sent(self, system: str, type_: str, sent_id: str) -> Iterator[Parcel]:
        """Yield what a system has sent, of one sending if it is named."""
        for each in self._all.values():
            own = each.sending_system == system and each.type == type_
            if own and (not sent_id or sent_id in (each.sent_id, each.id)):
                yield each

    def clear(self) -> None:
        """Drop all."""
        self._all.clear()
