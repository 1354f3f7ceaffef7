"""Which objects the deliveries in a connector's hands refer to."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

_ATTRIBUTE: Final = "objects"


class References:
    """Counts by hash. A hash is in it while a held delivery names it.

    Only the router writes inboxes, so the message is admitted and decided, and its sender had the
    object: the delivery itself is the right to read it, also where the recorder has not noted it
    yet.
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def __contains__(self, hash_: object) -> bool:
        return hash_ in self._counts

    def came(self, attributes: Mapping[str, str]) -> None:
        """Note a delivery that is held from now on."""
        self._counts.update(_named(attributes))

    def went(self, attributes: Mapping[str, str]) -> None:
        """Note that one is settled: it gives no right any more."""
        for hash_ in _named(attributes):
            self._counts[hash_] -= 1
            if self._counts[hash_] <= 0:
                del self._counts[hash_]


def _named(attributes: Mapping[str, str]) -> list[str]:
    return attributes.get(_ATTRIBUTE, "").split()
