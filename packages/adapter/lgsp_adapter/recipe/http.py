"""REST poll and REST push."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from lgsp_adapter.config import Config
from lgsp_adapter.context import Context
from lgsp_adapter.contract import Sink, Source
from lgsp_adapter.errors import Backpressure, Fatal, Reject, Retryable
from lgsp_adapter.recipe.base import Cook
from lgsp_adapter.recipe.mapping import draft, parse
from lgsp_adapter.recipe.model import Ask
from lgsp_adapter.recipe.template import as_text, point
from lgsp_adapter.values import Check, Delivery, Done, Record, Result

_NOT_FOUND = 404
_OF_ONE = (Retryable, Backpressure, Reject)


class RestPoll(Cook, Source[Config]):
    """Reads pages of records behind a position."""

    async def open(self, ctx: Context, position: str | None) -> None:
        """Prepare. A position is `[after, skip]`: so many records behind `after` are done."""
        await super().open(ctx, position)
        self.after, self.skip = _position(position, self.recipe.response.start)
        await self.prepare()

    async def check(self) -> Check:
        """Make the check's request, or ask for one record."""
        values = {"position": self.after, "limit": 1}
        return await self.looked(self.recipe.check or self._page(), values)

    def _page(self) -> Ask:
        if self.recipe.request is None:
            raise Fatal("recipe: no request")
        return self.recipe.request

    async def read(self, limit: int) -> list[Record]:
        """Ask for the next page."""
        values = {"position": self.after, "limit": limit + self.skip}
        answer, fault = await self.ask(self._page(), values)
        if isinstance(fault, Reject):
            # Our question is refused, not a record: nothing can be buried, the operator must act.
            raise Fatal("the other side refuses the request", peer_code=fault.peer_code)
        if fault is not None:
            raise fault
        items = self._items(answer.content)[self.skip : self.skip + limit]
        return [self._record(item) for item in items]

    def _items(self, content: bytes) -> list[Any]:
        try:
            items = point(parse(content, "answer"), self.recipe.response.items)
        except Reject as error:
            # Half an answer, or the page of a proxy: the next one may be whole.
            raise Retryable(f"{error.code}: {error.detail}") from None
        if not isinstance(items, list):
            raise Retryable("response.items: not an array")
        return items

    def _record(self, item: Any) -> Record:
        raw = json.dumps(item, ensure_ascii=False).encode()
        try:
            self.after, self.skip = as_text(point(item, self.recipe.response.position)), 0
        except Reject:
            self.skip += 1
        position = json.dumps([self.after, self.skip], ensure_ascii=False)
        try:
            message: Any = draft(self.recipe, {"item": item, "config": self.plain}, raw)
        except Reject as error:
            message = error
        return Record(position=position, message=message, raw=raw)


def _position(position: str | None, start: str) -> tuple[str, int]:
    if position is None:
        return start, 0
    try:
        after, skip = json.loads(position)
        return str(after), int(skip)
    except (ValueError, TypeError):
        raise Fatal("the position is not one of this adapter; seek to the beginning") from None


class RestPush(Cook, Sink[Config]):
    """Makes one request for each delivery."""

    async def open(self, ctx: Context) -> None:
        """Prepare."""
        await super().open(ctx)
        await self.prepare()

    async def check(self) -> Check:
        """Make the check's request."""
        if self.recipe.check is None:
            raise Fatal("recipe: no check")
        return await self.looked(self.recipe.check, {})

    async def write(self, batch: Sequence[Delivery]) -> list[Result]:
        """Post all at a time: no two of them must stay in order."""
        results = await asyncio.gather(*map(self._one, batch), return_exceptions=True)
        return [_result(each) for each in results]

    async def _one(self, delivery: Delivery) -> Result:
        if self.recipe.request is None:
            raise Fatal("recipe: no request")
        _, fault = await self.ask(self.recipe.request, _values(delivery), delivery.body)
        if isinstance(fault, Fatal):
            raise fault
        return fault or Done()


class RestPushLookUp(RestPush):
    """For an other side that can be asked."""

    async def find(self, key: str) -> Done | None:
        """Ask: 2xx is yes, 404 is no."""
        if self.recipe.find is None:
            raise Fatal("recipe: no find")
        answer, fault = await self.ask(self.recipe.find.request, {"key": key})
        if answer.status_code == _NOT_FOUND:
            return None
        if fault is not None:
            raise fault
        return Done()


def _values(delivery: Delivery) -> dict[str, Any]:
    values: dict[str, Any] = {"message": dict(delivery.attributes), "key": delivery.key}
    try:
        return {**values, "body": parse(delivery.body, "body")}
    except Reject:
        # Then only templates that point into the body fail.
        return values


def _result(result: Result | BaseException) -> Result:
    # `Fatal` and a fault of ours concern more than this one.
    if isinstance(result, BaseException) and not isinstance(result, _OF_ONE):
        raise result
    return result
