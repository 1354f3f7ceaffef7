"""An adapter in a process of its own, in the shape of the contract."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from lgsp_adapter import (
    Answer,
    Check,
    Config,
    Context,
    Delivery,
    Desk,
    Done,
    Kind,
    Record,
    Request,
    Result,
    Retryable,
    Service,
    Sink,
    Source,
)

from hub.connectors.remote import Remote
from hub.connectors.wire_values import (
    Asked,
    Batch,
    Limit,
    Opened,
    Outcome,
    Read,
    Words,
    record_of,
    result_of,
)


class Lane:
    """One instance of the adapter in the process, opened anew in each of its lives."""

    def __init__(self, remote: Remote) -> None:
        self._remote, self.number, self._life = remote, remote.new_lane(), 0

    async def open(self, position: str | None = None) -> None:
        life = await self._remote.ready()
        await self._remote.ask("open", Opened(self.number, position), None)
        self._life = life

    async def opened(self) -> int:
        """Return the lane's number; the instance is opened anew where its process has died."""
        if self._life != await self._remote.ready():
            await self.open()
        return self.number

    async def check(self) -> Check:
        """Have it look at the other side."""
        found: Check = await self._remote.ask("check", Words(await self.opened()), Check)
        return found

    async def close(self) -> None:
        if self._life == self._remote.lives and self._life:
            await self._remote.ask("close", Words(self.number), None)


class RemoteSink(Sink[Config]):
    """A sink in another process."""

    def __init__(self, remote: Remote) -> None:
        super().__init__(Config())
        self._remote, self._lane = remote, Lane(remote)

    async def open(self, ctx: Context) -> None:  # noqa: ARG002  (the process has one of its own)
        await self._lane.open()

    async def check(self) -> Check:
        return await self._lane.check()

    async def write(self, batch: Sequence[Delivery]) -> list[Result]:
        try:
            lane = await self._lane.opened()
        except Retryable as error:
            # It was not even asked: nothing was done.
            raise Retryable(error.detail, after=error.after, untouched=True) from error
        asked = Batch(lane, list(batch))
        outcomes = await self._remote.ask("write", asked, list[Outcome])
        return [result_of(outcome) for outcome in outcomes]

    async def find(self, key: str) -> Done | None:
        asked = Words(await self._lane.opened(), key)
        found: Done | None = await self._remote.ask("find", asked, Done | None)
        return found

    async def close(self) -> None:
        await self._lane.close()


class RemoteSource(Source[Config]):
    """A source in another process. After a death it is opened anew at what is durable."""

    def __init__(self, remote: Remote) -> None:
        super().__init__(Config())
        self._remote, self._lane = remote, Lane(remote)

    async def open(self, ctx: Context, position: str | None) -> None:  # noqa: ARG002
        await self._lane.open(position)

    async def check(self) -> Check:
        return await self._lane.check()

    async def read(self, limit: int) -> list[Record]:
        reads = await self._remote.ask("read", Limit(self._lane.number, limit), list[Read])
        return [record_of(read) for read in reads]

    async def ack(self, position: str) -> None:
        await self._remote.ask("ack", Words(self._lane.number, position), None)

    async def close(self) -> None:
        await self._lane.close()


class RemoteService(Service[Config]):
    """A service in another process."""

    def __init__(self, remote: Remote) -> None:
        super().__init__(Config())
        self._remote, self._lane = remote, Lane(remote)

    async def open(self, ctx: Context, desk: Desk) -> None:  # noqa: ARG002
        self._remote.lent.desk = desk
        await self._lane.open()

    async def check(self) -> Check:
        return await self._lane.check()

    async def answer(self, request: Request) -> Answer:
        asked = Asked(await self._lane.opened(), request)
        answer: Answer = await self._remote.ask("answer", asked, Answer)
        return answer

    async def close(self) -> None:
        await self._lane.close()


REMOTE: Final[Mapping[Kind, Any]] = {
    Kind.SINK: RemoteSink,
    Kind.SOURCE: RemoteSource,
    Kind.SERVICE: RemoteService,
}
