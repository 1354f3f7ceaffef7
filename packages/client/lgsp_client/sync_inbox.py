"""The synchronous inbox: statements go with the next `ack`, the next page, or the end."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from typing import Any

from lgsp_client.arrived import Arrived, Parcel
from lgsp_client.cursors import CursorStore
from lgsp_client.errors import HubError, HubUnauthorised, HubUnavailable
from lgsp_client.events import EventParser
from lgsp_client.inbox import ENDLESS, LAST_TRY, Delivery, InboxCore
from lgsp_client.plan import Ask, Backoff, Plan
from lgsp_client.receipts import Stage


class SyncInbox:
    """An open inbox. Iterate over it and acknowledge on one thread."""

    def __init__(
        self,
        run: Callable[[Plan[Any]], Any],
        pieces: Callable[[Ask], Generator[bytes, None, None]],
        core: InboxCore,
        cursors: CursorStore,
    ) -> None:
        self._run, self._pieces, self._core, self._cursors = run, pieces, core, cursors
        self._stream: Generator[list[Parcel], None, None] | None = None
        self._saved = core.position = cursors.load()

    def __iter__(self) -> Iterator[Delivery[None]]:
        while True:
            self.flush()
            page = self._next()
            for arrived in self._core.hand_out(page):
                yield Delivery(arrived, self._ack)
            if self._core.ends(page):
                return

    def _next(self) -> list[Parcel]:
        """Return what the stream sends next, or a page; see `Inbox`."""
        if self._stream is None and self._core.streams:
            self._stream = self._events()
        if self._stream is not None:
            try:
                return next(self._stream)
            except StopIteration:
                self._stream = None
        page: list[Parcel] = self._run(self._core.page())
        return page

    def _events(self) -> Generator[list[Parcel], None, None]:
        parser, heard = EventParser(), False
        # Without a token there is no stream: the page that is asked for then says why.
        with (
            suppress(HubUnavailable, HubUnauthorised),
            closing(self._pieces(self._run(self._core.stream()))) as pieces,
        ):
            for piece in pieces:
                heard = True
                yield self._core.streamed(parser.feed(piece))
        self._core.stream_ended(heard=heard)

    def _stop(self) -> None:
        self._core.close()
        if self._stream is not None:
            self._stream.close()

    def flush(self, backoff: Backoff = ENDLESS) -> None:
        """Hand in what was stated so far, then keep the cursor; see `Inbox.flush`."""
        self._run(self._core.flush(backoff))
        safe = self._core.safe
        if safe is not None and safe != self._saved:
            self._cursors.save(safe)
            self._saved = safe

    def close(self) -> None:
        """Hand in the rest."""
        self._stop()
        self.flush(self._core.patience)

    def abandon(self) -> None:
        """Try once to hand in the rest: an error must not be hidden nor held up."""
        self._stop()
        with suppress(HubError):
            self.flush(LAST_TRY)

    def _ack(self, arrived: Arrived, stage: Stage, reason: str | None) -> None:
        self._core.state(arrived, stage, reason)
        if self._core.due:
            self.flush()
