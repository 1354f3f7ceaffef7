"""What every service promises about what is handed in. The rest: `lgsp_adapter.kit.giving`."""

import asyncio
import contextlib
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest

from lgsp_adapter.contract import Service
from lgsp_adapter.errors import Backpressure, Reject, Retryable
from lgsp_adapter.kit.caller import Caller, Told
from lgsp_adapter.kit.garbage import SPOILERS, Spoiler
from lgsp_adapter.kit.giving import GivingKit
from lgsp_adapter.kit.promise import promise
from lgsp_adapter.kit.texts import AWKWARD, LARGE, NFC, NFD, strings
from lgsp_adapter.testing.service_engine import ServiceEngine
from lgsp_adapter.values import Answer, Draft, Request, Signed

P = TypeVar("P", bound=Caller)

WAIT_SECONDS = 7.0
COUNT = 8
SHORT = 0.05
"""Real seconds in which a call surely reaches a desk in memory."""


class ServiceKit(GivingKit[P]):
    """Subclass it as `Test…`: give `adapter`, `reference`, `peer`, and `make` where needed."""

    def texts_of(self, message: Draft | Signed) -> set[str]:
        """Return the texts of a message that was handed in. Override it for bodies of other kinds.

        The default knows JSON.
        """
        return strings(message.body)

    def spoilers(self) -> tuple[Spoiler, ...]:
        """Return what makes garbage of a call. Leave out what the protocol has no word against."""
        return SPOILERS

    @asynccontextmanager
    async def taking(self) -> AsyncIterator[tuple[P, ServiceEngine]]:
        """Give a caller that hands in, and an open service."""
        async with self.serving() as peer:
            if not peer.hands_in:
                pytest.skip("nothing is handed in")
            async with self.engine(peer) as engine:
                yield peer, engine

    async def hand_in(
        self, peer: P, engine: ServiceEngine, text: str = NFC, *, id_: str = "i-1"
    ) -> Told:
        """Hand one in; return what the caller makes of the answer."""
        return peer.told(await peer.hand_in(engine.answer, id_, text, "H99-1"))

    @promise
    async def test_what_is_handed_in_arrives(self) -> None:
        """Each hand-in gives one message that holds its text, and the caller is told so."""
        texts = [f"Hồ sơ mẫu số {number}" for number in range(COUNT)]
        async with self.taking() as (peer, engine):
            told = [
                await self.hand_in(peer, engine, text, id_=f"i-{number}")
                for number, text in enumerate(texts)
            ]
        assert set(told) == {Told.DONE}, told
        self.assert_arrived(texts)

    @promise
    async def test_calls_at_once_do_not_mix(self) -> None:
        """Several calls under way at a time, the hub being slow: each text under its own id."""
        texts = [f"Hồ sơ mẫu số {number}" for number in range(COUNT)]
        async with self.taking() as (peer, engine):
            self.desk.running.clear()
            calls = [
                asyncio.create_task(self.hand_in(peer, engine, text, id_=f"i-{number}"))
                for number, text in enumerate(texts)
            ]
            await asyncio.sleep(SHORT)
            self.desk.running.set()
            told = await asyncio.gather(*calls)
        assert set(told) == {Told.DONE}, told
        self.assert_arrived(texts)

    @promise
    async def test_a_stranger_hands_in_nothing(self) -> None:
        """A caller without the right credentials is refused, and nothing is handed in."""
        async with self.taking() as (peer, engine):

            async def ask(request: Request) -> Answer:
                return await engine.answer(peer.as_stranger(request))

            told = peer.told(await peer.hand_in(ask, "i-1", NFC, "H99-1"))
        assert told is Told.REFUSED, f"a stranger is told {told}"
        assert not self.bus.admitted, "a stranger's message was handed in"

    @promise
    async def test_done_is_said_only_after_it_is_durable(self) -> None:
        """While the hub has not taken it, nobody is told "done" (invariant 1)."""
        async with self.taking() as (peer, engine):
            self.desk.running.clear()
            handing = asyncio.create_task(self.hand_in(peer, engine))
            await asyncio.wait([handing], timeout=SHORT)
            early = handing.done() and handing.result() is Told.DONE
            handing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await handing
        assert not early, "done was said before the message was durable"

    @promise
    async def test_an_unavailable_hub_means_try_again(self) -> None:
        """The hub cannot take it: the caller is told to try again, and then it arrives."""
        async with self.taking() as (peer, engine):
            for trouble in (Retryable("mau", untouched=True), Backpressure("mau")):
                self.desk.trouble = trouble
                told = await self.hand_in(peer, engine)
                assert told is Told.AGAIN, f"{type(trouble).__name__}: the caller is told {told}"
            self.desk.trouble = None
            assert await self.hand_in(peer, engine) is Told.DONE
        self.assert_arrived([NFC])

    @promise
    async def test_a_refusal_of_the_hub_is_final(self) -> None:
        """What the hub refuses is not tried again without end: the caller is told so."""
        async with self.taking() as (peer, engine):
            self.desk.trouble = Reject("no_access_right", "type")
            told = await self.hand_in(peer, engine)
        assert told is Told.REFUSED, f"the caller is told {told}"

    @promise
    async def test_retry_after_is_passed_on(self) -> None:
        """The seconds that a busy hub names reach the caller as `Retry-After`."""
        async with self.taking() as (peer, engine):
            self.desk.trouble = Backpressure("mau", after=WAIT_SECONDS)
            answer = await peer.hand_in(engine.answer, "i-1", NFC, "H99-1")
        found = {name.lower(): value for name, value in answer.headers.items()}
        assert found.get("retry-after") == str(int(WAIT_SECONDS)), "no Retry-After"

    @promise
    async def test_a_repeated_hand_in_gives_one_message(self) -> None:
        """Handed in again after a lost answer, it is the same message, and that is said."""
        async with self.taking() as (peer, engine):
            self.desk.lost = True
            told = [await self.hand_in(peer, engine) for _ in range(3)]
        assert Told.REFUSED not in told, "a repetition is refused"
        assert told[-1] is Told.DONE, "a repetition is never done"
        assert len(self.bus.admitted) == 1, f"{len(self.bus.admitted)} messages of one hand-in"

    @promise
    async def test_garbage_is_refused(self) -> None:
        """Spoilt calls end in a refusal: no exception, no message, and no "try again"."""
        async with self.taking() as (peer, engine):
            for spoiler in self.spoilers():
                told = await self._spoilt(peer, engine, spoiler)
                assert told is Told.REFUSED, f"{spoiler.__name__}: the caller is told {told}"
        assert not self.bus.admitted, "garbage was handed in"

    async def _spoilt(self, peer: P, engine: ServiceEngine, spoiler: Spoiler) -> Told:
        answers: list[Answer] = []

        async def ask(request: Request) -> Answer:
            answers.append(await engine.answer(spoiler(request)))
            return answers[-1]

        # The fake may not understand a refusal of its own call: the last answer decides.
        with contextlib.suppress(Exception):
            answers.append(await peer.hand_in(ask, "i-1", NFC, "H99-1"))
        return peer.told(answers[-1])

    @promise
    async def test_texts_arrive_as_they_are(self) -> None:
        """NFC, NFD and awkward characters arrive code point by code point."""
        async with self.taking() as (peer, engine):
            for number, text in enumerate(AWKWARD):
                await self.hand_in(peer, engine, text, id_=f"t-{number}")
        self.assert_arrived(list(AWKWARD))

    @promise
    async def test_a_subject_is_nfc(self) -> None:
        """A business key typed in NFD is handed in as NFC: the same dossier has one key."""
        async with self.taking() as (peer, engine):
            await peer.hand_in(engine.answer, "s-1", "Hồ sơ mẫu", NFD)
        subjects = [getattr(each, "subject", None) or NFC for each in self.bus.admitted.values()]
        assert all(unicodedata.is_normalized("NFC", each) for each in subjects), "not NFC"

    @promise
    async def test_a_large_document_arrives_whole(self) -> None:
        """About 200 kB arrive whole."""
        async with self.taking() as (peer, engine):
            await self.hand_in(peer, engine, LARGE)
        self.assert_arrived([LARGE])

    def assert_arrived(self, texts: list[str]) -> None:
        """Fail unless the hub has exactly one message for each text."""
        found = [self.texts_of(message) for message in self.bus.admitted.values()]
        assert len(found) == len(texts), f"{len(found)} messages, not {len(texts)}"
        missing = [text for text in texts if not any(text in each for each in found)]
        assert not missing, f"{len(missing)} of {len(texts)} texts are missing"

    async def work(self, adapter: Service[Any], peer: P) -> str:
        """Let the caller hand in, or fetch, and a stranger try the same."""

        async def strange(request: Request) -> Answer:
            return await adapter.answer(peer.as_stranger(request))

        answers = []
        for ask in (adapter.answer, strange):
            if peer.hands_in:
                answers.append(await peer.hand_in(ask, "w-1", NFC, "H99-1"))
            else:
                answers.append((await peer.fetch(ask))[0])
        return "".join(f"{answer} {answer.headers} {answer.body!r}" for answer in answers)
