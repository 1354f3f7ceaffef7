"""Runs a service against the bus: what the HTTP front of the real runtime does with its calls."""

from types import TracebackType
from typing import Any, Self

from lgsp_adapter.calls import call, end
from lgsp_adapter.context import Context
from lgsp_adapter.contract import Service
from lgsp_adapter.errors import AdapterError
from lgsp_adapter.http import error_answer
from lgsp_adapter.testing.bus import Bus
from lgsp_adapter.testing.desk import MemoryDesk
from lgsp_adapter.testing.rules import EngineRules
from lgsp_adapter.values import Answer, Request


class ServiceEngine:
    """`async with ServiceEngine(service, bus) as engine: await engine.answer(request)`."""

    def __init__(
        self,
        service: Service[Any],
        bus: Bus,
        *,
        desk: MemoryDesk | None = None,
        rules: EngineRules | None = None,
        ctx: Context | None = None,
    ) -> None:
        self._service = service
        self._rules = rules or EngineRules()
        self._ctx = ctx or Context(service.spec.name)
        self.desk = desk or MemoryDesk(bus)

    async def __aenter__(self) -> Self:
        try:
            await call(self._service.open(self._ctx, self.desk), self._rules.timeout)
        except BaseException:
            # The contract: `close` comes last, also after an `open` that failed.
            await end(self._service, self._rules.timeout)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await end(self._service, self._rules.timeout)

    async def answer(self, request: Request) -> Answer:
        """Return the service's answer, or the one that an error of the contract stands for."""
        try:
            return await call(self._service.answer(request), self._rules.timeout)
        except AdapterError as error:
            return error_answer(error, mask=self._ctx.mask)
