"""What has reached a receiver. A gateway sends whatever it is given: it does not deduplicate."""

import hashlib
from collections import Counter
from typing import Any

import orjson
from lgsp_adapter.sandbox import Journal


class Box:
    """Counts messages by receiver; the journal holds digests, never a number or an address."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.by_receiver: Counter[str] = Counter()
        """Messages by the receiver's number or address, for tests in the same process."""

    def sent(self, channel: str, receiver: str, tracking: Any) -> None:
        """Note a message. `tracking` is what makes it the same message when it comes again."""
        self.by_receiver[receiver] += 1
        self._journal.effect(channel, f"{digest(receiver)}#{digest(tracking)}")

    def clear(self) -> None:
        """Forget all."""
        self.by_receiver.clear()


def digest(value: Any) -> str:
    """Return a short name of a value that does not tell the value."""
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]
