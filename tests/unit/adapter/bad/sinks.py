"""Sinks with one fault each: the promise that it breaks, and no other."""

import asyncio
import json
import unicodedata
import uuid
from dataclasses import replace
from typing import Any

from lgsp_adapter import Backpressure, Check, Done, Reject, Retryable
from pydantic import model_validator

from tests.unit.adapter.agency import AgencyConfig, GoodSink, Intake


class HasAFindItDoesNotDeclare(GoodSink):
    async def find(self, key):  # noqa: ARG002
        return None


class PageOfAnOlderVersion(GoodSink):
    documented = replace(GoodSink.spec, version="0.9.0")


class FillsInWhatIsMissing(GoodSink):
    class Forgiving(AgencyConfig):
        @model_validator(mode="before")
        @classmethod
        def fill(cls, values: Any) -> Any:
            return {"url": "memory://guess", "token": "env:TOKEN", **values}

    spec = replace(GoodSink.spec, config=Forgiving)


class TellsTheTokenInItsErrors(GoodSink):
    async def one(self, delivery):
        result = await super().one(delivery)
        if isinstance(result, Retryable):
            raise Retryable(f"with {self.token.get_secret_value()}")
        return result


class ChecksInVietnameseOnly(GoodSink):
    async def check(self):
        found = await super().check()
        return replace(found, en="") if found.ok else found


class AlwaysFine(GoodSink):
    async def check(self):
        return Check(ok=True, vi="Tốt", en="Fine")


class LeavesATask(GoodSink):
    async def open(self, ctx):
        await super().open(ctx)
        self.beat = asyncio.create_task(asyncio.sleep(3600))


class ClosesSlowly(GoodSink):
    async def close(self):
        await asyncio.sleep(3600)


class SwallowsCancellation(GoodSink):
    async def write(self, batch):
        try:
            return await super().write(batch)
        except asyncio.CancelledError:
            return [Retryable()] * len(batch)


class EncodesSmallOnesAnew(GoodSink):
    async def post(self, key, id_, body):
        small = len(body) < 1024
        return await super().post(
            key, id_, json.dumps(json.loads(body)).encode() if small else body
        )


class DoneAnyway(GoodSink):
    async def one(self, delivery):
        result = await super().one(delivery)
        return Done() if isinstance(result, Retryable) else result


class RejectsTheBatch(GoodSink):
    async def write(self, batch):
        results = await super().write(batch)
        for result in results:
            if isinstance(result, Reject):
                return [result] * len(batch)
        return results


class OwnCodesOnly(GoodSink):
    async def one(self, delivery):
        result = await super().one(delivery)
        return Reject("refused") if isinstance(result, Reject) else result


class ForgetsRetryAfter(GoodSink):
    async def one(self, delivery):
        result = await super().one(delivery)
        return Backpressure() if isinstance(result, Backpressure) else result


class RetriesByItself(GoodSink):
    async def one(self, delivery):
        for _ in range(3):
            result = await super().one(delivery)
            if not isinstance(result, Retryable):
                break
        return result


class NewKeyEachTime(GoodSink):
    async def post(self, key, id_, body):  # noqa: ARG002
        return await super().post(str(uuid.uuid4()), id_, body)


class TidiesTexts(GoodSink):
    async def post(self, key, id_, body):
        return await super().post(key, id_, unicodedata.normalize("NFC", body.decode()).encode())


class CutsBodies(GoodSink):
    async def post(self, key, id_, body):
        return await super().post(key, id_, body[:65536])


BAD: dict[str, Any] = {
    "spec_is_valid": HasAFindItDoesNotDeclare,
    "reference_is_current": PageOfAnOlderVersion,
    "each_missing_field_is_named": FillsInWhatIsMissing,
    "secrets_are_masked": TellsTheTokenInItsErrors,
    "check_is_ok_with_a_message": ChecksInVietnameseOnly,
    "no_task_is_left": LeavesATask,
    "close_is_soon_while_the_peer_hangs": ClosesSlowly,
    "a_call_ends_when_it_is_cancelled": SwallowsCancellation,
    "check_fails_with_a_message": AlwaysFine,
    "writes_the_signed_bytes_in_order": EncodesSmallOnesAnew,
    "done_means_that_the_peer_has_it": DoneAnyway,
    "a_rejected_one_is_isolated": RejectsTheBatch,
    "the_code_of_the_peer_is_kept": OwnCodesOnly,
    "retry_after_is_honoured": ForgetsRetryAfter,
    "the_circuit_opens_and_closes": RetriesByItself,
    "a_lost_answer_does_nothing_twice": NewKeyEachTime,
    "texts_arrive_as_they_are": TidiesTexts,
    "a_large_document_arrives_whole": CutsBodies,
}
PEER = Intake
