"""What every service promises about what it gives out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import pytest

from lgsp_adapter.contract import Service
from lgsp_adapter.errors import Retryable
from lgsp_adapter.kit.caller import Caller, Told
from lgsp_adapter.kit.common import AdapterKit
from lgsp_adapter.kit.promise import promise
from lgsp_adapter.kit.texts import AWKWARD, LARGE
from lgsp_adapter.testing.deliveries import delivery
from lgsp_adapter.testing.rules import EngineRules
from lgsp_adapter.testing.service_engine import ServiceEngine
from lgsp_adapter.values import Answer, Delivery, Request

P = TypeVar("P", bound=Caller)

MANY: Final = 120
"""More than any page that a service should give out at once."""


class GivingKit(AdapterKit[Service[Any], P]):
    """Base of `ServiceKit`."""

    def delivery(self, id_: str, text: str) -> Delivery:
        """Return a delivery that the service can give out. Override it for other bodies."""
        return delivery(id_, text)

    def fail(self, peer: P) -> None:  # noqa: ARG002  (what fails is the hub)
        """The hub is away from now on."""
        self.desk.trouble = Retryable("mau")

    def hang(self, peer: P) -> None:  # noqa: ARG002  (what hangs is the hub)
        """The hub answers nothing from now on."""
        self.desk.running.clear()

    def engine(self, peer: P) -> ServiceEngine:
        """Return a runtime in memory for a service that this caller calls."""
        rules = EngineRules(timeout=self.patience)
        return ServiceEngine(
            self.make(peer), self.bus, desk=self.desk, rules=rules, ctx=self.context()
        )

    @asynccontextmanager
    async def giving(self, *texts: str) -> AsyncIterator[tuple[P, ServiceEngine]]:
        """Give a caller that fetches, and an open service for which these texts wait."""
        self.bus.put([self.delivery(f"g-{number}", text) for number, text in enumerate(texts)])
        async with self.serving() as peer:
            if not peer.fetches:
                pytest.skip("nothing is fetched")
            async with self.engine(peer) as engine:
                yield peer, engine

    async def fetch(self, peer: P, engine: ServiceEngine) -> list[tuple[str, str]]:
        """Fetch; the answer must be a good one."""
        answer, found = await peer.fetch(engine.answer)
        assert peer.told(answer) is Told.DONE, f"fetching: {answer.status}"
        return found

    @promise
    async def test_what_waits_is_given_out_as_it_is(self) -> None:
        """Everything that waits comes in order; awkward and large texts come whole."""
        texts = [*AWKWARD, LARGE]
        async with self.giving(*texts) as (peer, engine):
            found = await self.fetch(peer, engine)
        assert [text for _, text in found] == texts

    @promise
    async def test_what_waits_comes_again_until_it_is_settled(self) -> None:
        """Fetching settles nothing; a confirmation settles the one it names, and no other."""
        async with self.giving("một", "hai", "ba") as (peer, engine):
            await self.fetch(peer, engine)
            found = await self.fetch(peer, engine)
            assert [text for _, text in found] == ["một", "hai", "ba"], "it does not come again"
            told = peer.told(await peer.confirm(engine.answer, found[1][0]))
            left = [text for _, text in await self.fetch(peer, engine)]
        assert told is Told.DONE, f"the caller is told {told}"
        assert left == ["một", "ba"], f"{len(left)} are left"

    @promise
    async def test_everything_that_waits_is_reached(self) -> None:
        """However much waits: fetched and confirmed in rounds, each comes once, in order."""
        texts = [f"Hồ sơ mẫu số {number}" for number in range(MANY)]
        seen: list[str] = []
        async with self.giving(*texts) as (peer, engine):
            while found := await self.fetch(peer, engine):
                seen += [text for _, text in found]
                for handle, _ in found:
                    await peer.confirm(engine.answer, handle)
                assert len(seen) <= MANY, "what was confirmed comes again"
        assert seen == texts, f"{len(seen)} of {MANY} came"

    @promise
    async def test_a_confirmation_is_done_only_when_it_is_durable(self) -> None:
        """The hub cannot note it: the caller is told to confirm again, and then it is settled."""
        async with self.giving("một") as (peer, engine):
            ((handle, _),) = await self.fetch(peer, engine)
            self.desk.trouble = Retryable("mau")
            told = peer.told(await peer.confirm(engine.answer, handle))
            assert told is Told.AGAIN, f"the caller is told {told}"
            self.desk.trouble = None
            assert peer.told(await peer.confirm(engine.answer, handle)) is Told.DONE
        assert self.bus.delivered, "the confirmation is lost"

    @promise
    async def test_a_confirmation_may_be_repeated(self) -> None:
        """Its answer was lost: confirmed again, the caller is told "done"."""
        async with self.giving("một") as (peer, engine):
            ((handle, _),) = await self.fetch(peer, engine)
            told = [peer.told(await peer.confirm(engine.answer, handle)) for _ in range(2)]
        assert told == [Told.DONE, Told.DONE], told

    @promise
    async def test_a_stranger_gets_and_settles_nothing(self) -> None:
        """A caller without the right credentials sees no item and can settle none."""
        async with self.giving("một") as (peer, engine):
            ((handle, _),) = await self.fetch(peer, engine)

            async def ask(request: Request) -> Answer:
                return await engine.answer(peer.as_stranger(request))

            answer, found = await peer.fetch(ask)
            told = {peer.told(answer), peer.told(await peer.confirm(ask, handle))}
        assert not found, "a stranger was given an item"
        assert told == {Told.REFUSED}, "a stranger is not refused"
        assert not self.bus.delivered, "a stranger settled an item"
