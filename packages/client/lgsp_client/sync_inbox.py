"""The synchronous inbox: statements go with the next `ack`, the next page, or the end."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from lgsp_client.arrived import Arrived
from lgsp_client.cursors import CursorStore
from lgsp_client.errors import HubError
from lgsp_client.inbox import ENDLESS, LAST_TRY, Delivery, InboxCore
from lgsp_client.plan import Backoff, Plan
from lgsp_client.receipts import Stage


class SyncInbox:
    """An open inbox. Iterate over it and acknowledge on one thread."""

    def __init__(
        self, run: Callable[[Plan[Any]], Any], core: InboxCore, cursors: CursorStore
    ) -> None:
        self._run, self._core, self._cursors = run, core, cursors
        self._saved = core.position = cursors.load()

    def __iter__(self) -> Iterator[Delivery[None]]:
        while True:
            self.flush()
            page = self._run(self._core.page())
            for arrived in self._core.hand_out(page):
                yield Delivery(arrived, self._ack)
            if self._core.ends(page):
                return

    def flush(self, backoff: Backoff = ENDLESS) -> None:
        """Hand in what was stated so far, then keep the cursor; see `Inbox.flush`."""
        self._run(self._core.flush(backoff))
        safe = self._core.safe
        if safe is not None and safe != self._saved:
            self._cursors.save(safe)
            self._saved = safe

    def close(self) -> None:
        """Hand in the rest."""
        self._core.close()
        self.flush(self._core.patience)

    def abandon(self) -> None:
        """Try once to hand in the rest: an error must not be hidden nor held up."""
        self._core.close()
        with suppress(HubError):
            self.flush(LAST_TRY)

    def _ack(self, arrived: Arrived, stage: Stage, reason: str | None) -> None:
        self._core.state(arrived, stage, reason)
        if self._core.due:
            self.flush()
