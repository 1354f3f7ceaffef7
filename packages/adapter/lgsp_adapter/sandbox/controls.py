"""The controls of a peer over HTTP, below `/_sandbox`: what the tests and the demo steer it by."""

from dataclasses import asdict
from typing import Any, ClassVar, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lgsp_adapter.sandbox.answers import Upset, json_object
from lgsp_adapter.sandbox.journal import Journal
from lgsp_adapter.sandbox.mischief import Mischief, What
from lgsp_adapter.sandbox.spoiler import CONTROL


class Controlled(Protocol):
    """What is steered."""

    name: ClassVar[str]
    journal: Journal
    mischief: Mischief

    def misbehave(self, what: What | str, **how: Any) -> None:
        """Go wrong from now on."""
        ...

    def reset(self) -> None:
        """Become as new."""
        ...


class Controls:
    """The routes."""

    def __init__(self, sandbox: Controlled) -> None:
        self._sandbox = sandbox

    def routes(self) -> list[Route]:
        """Return them."""
        return [
            Route(CONTROL, self._describe),
            Route(f"{CONTROL}/misbehave", self._misbehave, methods=["POST"]),
            Route(f"{CONTROL}/bad-day", self._bad_day, methods=["POST"]),
            Route(f"{CONTROL}/journal", self._journal),
            Route(f"{CONTROL}/reset", self._reset, methods=["POST"]),
        ]

    async def _describe(self, _: Request) -> Response:
        mischief = self._sandbox.mischief
        pending = [asdict(each) for each in mischief.pending]
        facts = {"name": self._sandbox.name, "can": sorted(mischief.can), "pending": pending}
        return JSONResponse(facts)

    async def _misbehave(self, request: Request) -> Response:
        how = await json_object(request)
        try:
            self._sandbox.misbehave(how.pop("what", ""), **how)
        except (ValueError, TypeError) as error:
            raise Upset(422, {"error": str(error)}) from error
        return await self._describe(request)

    async def _bad_day(self, request: Request) -> Response:
        how = await json_object(request)
        try:
            self._sandbox.mischief.bad_day(**how)
        except (ValueError, TypeError) as error:
            raise Upset(422, {"error": str(error)}) from error
        return await self._describe(request)

    async def _journal(self, _: Request) -> Response:
        return JSONResponse(self._sandbox.journal.as_json())

    async def _reset(self, request: Request) -> Response:
        self._sandbox.reset()
        return await self._describe(request)
