"""What the runtime lends a service besides a context: where messages change hands."""

from collections.abc import Sequence
from typing import Protocol

from lgsp_adapter.errors import Retryable
from lgsp_adapter.values import Delivery, Draft, Result, Signed


class Desk(Protocol):
    """Takes in what the foreign system brings, and holds what waits for it."""

    async def submit(self, message: Draft | Signed) -> None:
        """Hand a message in; return once it is durable (invariant 1), also if it already was.

        Raises:
            Reject: admission refuses it, or its id was used for another content.
            Backpressure, Retryable: it is not durable; the foreign system must try again.
        """
        ...

    async def waiting(self, limit: int, after: str | None = None) -> Sequence[Delivery]:
        """Return deliveries that are not settled, in order, behind the one with key `after`.

        Fetching settles nothing: the same ones come again until `settle`.
        """
        ...

    async def settle(self, key: str, result: Result) -> bool:
        """Record the outcome of a delivery; return once durable. False: nothing waits by that key.

        Settling again with the same outcome is no error: the foreign system may repeat itself.
        """
        ...


class ClosedDesk:
    """A desk at which nothing changes hands: for an adapter that only looks at the other side."""

    async def submit(self, message: Draft | Signed) -> None:  # noqa: ARG002  (the desk's)
        """Take nothing in."""
        raise Retryable("the desk is closed", untouched=True)

    async def waiting(self, limit: int, after: str | None = None) -> Sequence[Delivery]:  # noqa: ARG002
        """Have nothing waiting."""
        return ()

    async def settle(self, key: str, result: Result) -> bool:  # noqa: ARG002  (the desk's)
        """Know of nothing that waits."""
        return False
