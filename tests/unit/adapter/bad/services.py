"""Services with one fault each: the promise that it breaks, and no other."""

import asyncio
import base64
import json
import unicodedata
import uuid
from dataclasses import replace
from typing import Any

from lgsp_adapter import Backpressure, Check, Done, Idempotence, Kind, Reject, Retryable
from pydantic import model_validator

from tests.unit.adapter.counter import (
    PAGE,
    Counter,
    CounterConfig,
    GoodService,
    background,
    said,
)


class SaysItIsASink(GoodService):
    spec = replace(GoodService.spec, kind=Kind.SINK, idempotence=Idempotence.IDEMPOTENT)


class PageOfAnOlderVersion(GoodService):
    documented = replace(GoodService.spec, version="0.9.0")


class FillsInWhatIsMissing(GoodService):
    class Forgiving(CounterConfig):
        @model_validator(mode="before")
        @classmethod
        def fill(cls, values: Any) -> Any:
            return {"office": "H99", "token": "env:TOKEN", **values}

    spec = replace(GoodService.spec, config=Forgiving)


class TellsStrangersTheToken(GoodService):
    async def answer(self, request):
        if not self.is_known(request):
            return said(401, error="expected", token=self.token.get_secret_value())
        return await super().answer(request)


class ChecksInEnglishOnly(GoodService):
    async def check(self):
        return Check(ok=True, vi="", en="Ready")


class LeavesATask(GoodService):
    async def open(self, ctx, desk):
        await super().open(ctx, desk)
        self.beat = asyncio.create_task(asyncio.sleep(3600))


class ClosesSlowly(GoodService):
    async def close(self):
        await asyncio.sleep(3600)


class SwallowsCancellation(GoodService):
    async def answer(self, request):
        try:
            return await super().answer(request)
        except asyncio.CancelledError:
            return said(503)


class TidiesWhatItGives(GoodService):
    async def give(self):
        answer = await super().give()
        return replace(answer, body=unicodedata.normalize("NFC", answer.body.decode()).encode())


class SettlesUpToTheConfirmed(GoodService):
    async def confirm(self, handle):
        page = await self.desk.waiting(PAGE)
        keys = [each.key for each in page]
        key = base64.urlsafe_b64decode(handle.encode()).decode()
        for earlier in keys[: keys.index(key)] if key in keys else ():
            await self.desk.settle(earlier, Done())
        return await super().confirm(handle)


class ForgetsAllBehindTheFirstPage(GoodService):
    given = 0

    async def give(self):
        answer = await super().give()
        items = json.loads(answer.body)["items"]
        self.given += len(items)
        return answer if self.given <= 2 * PAGE else said(200, items=[])


class ConfirmsInTheBackground(GoodService):
    async def confirm(self, handle):
        try:
            return await super().confirm(handle)
        except Retryable:
            return said(200)


class ConfirmsOnce(GoodService):
    confirmed: frozenset[str] = frozenset()

    async def confirm(self, handle):
        if handle in self.confirmed:
            return said(404, error="khong co")
        answer = await super().confirm(handle)
        if answer.status == 200:
            self.confirmed |= {handle}
        return answer


class LetsAnybodyFetch(GoodService):
    def is_known(self, request):
        return request.path != "/messages" or super().is_known(request)


class LosesEverySeventh(GoodService):
    desk: Any

    async def hand_in(self, request):
        lost = b'"i-6"' in request.body and self.desk.running.is_set()
        return said(200) if lost else await super().hand_in(request)


class KeepsTheCallInItself(GoodService):
    async def hand_in(self, request):
        self.row = self.draft(request.body)
        await asyncio.sleep(0)
        await self.desk.submit(self.row)
        return said(200)


class LetsAnybodyHandIn(GoodService):
    def is_known(self, request):
        return request.path == "/messages" or super().is_known(request)


class DoneBeforeItIsDurable(GoodService):
    desk: Any

    async def hand_in(self, request):
        draft = self.draft(request.body)
        if b'"i-1"' in request.body and not self.desk.running.is_set():
            await background(self.desk.submit(draft))
        else:
            await self.desk.submit(draft)
        return said(200)


class DoneThoughTheHubIsAway(GoodService):
    async def hand_in(self, request):
        try:
            return await super().hand_in(request)
        except Retryable as error:
            if not error.untouched:
                raise
            return said(200)


class BusyForEver(GoodService):
    async def hand_in(self, request):
        try:
            return await super().hand_in(request)
        except Reject as error:
            if error.code == "no_access_right":
                raise Retryable(error.detail) from error
            raise


class ForgetsRetryAfter(GoodService):
    async def hand_in(self, request):
        try:
            return await super().hand_in(request)
        except Backpressure as error:
            raise Backpressure(error.detail) from error


class NewIdEachTime(GoodService):
    def draft_of(self, id_, text, subject):
        return super().draft_of(f"{id_}-{uuid.uuid4()}", text, subject)


class TrustsItsCallers(GoodService):
    def draft(self, body):
        return self.draft_of(*(json.loads(body)[name] for name in ("id", "text", "subject")))


class TidiesTexts(GoodService):
    def draft_of(self, id_, text, subject):
        return super().draft_of(id_, unicodedata.normalize("NFC", text), subject)


class SubjectAsTyped(GoodService):
    def draft_of(self, id_, text, subject):
        return replace(super().draft_of(id_, text, subject), subject=subject)


class CutsTexts(GoodService):
    def draft_of(self, id_, text, subject):
        return super().draft_of(id_, text[:4096], subject)


BAD: dict[str, Any] = {
    "spec_is_valid": SaysItIsASink,
    "reference_is_current": PageOfAnOlderVersion,
    "each_missing_field_is_named": FillsInWhatIsMissing,
    "secrets_are_masked": TellsStrangersTheToken,
    "check_is_ok_with_a_message": ChecksInEnglishOnly,
    "no_task_is_left": LeavesATask,
    "close_is_soon_while_the_peer_hangs": ClosesSlowly,
    "a_call_ends_when_it_is_cancelled": SwallowsCancellation,
    "what_waits_is_given_out_as_it_is": TidiesWhatItGives,
    "what_waits_comes_again_until_it_is_settled": SettlesUpToTheConfirmed,
    "everything_that_waits_is_reached": ForgetsAllBehindTheFirstPage,
    "a_confirmation_is_done_only_when_it_is_durable": ConfirmsInTheBackground,
    "a_confirmation_may_be_repeated": ConfirmsOnce,
    "a_stranger_gets_and_settles_nothing": LetsAnybodyFetch,
    "what_is_handed_in_arrives": LosesEverySeventh,
    "calls_at_once_do_not_mix": KeepsTheCallInItself,
    "a_stranger_hands_in_nothing": LetsAnybodyHandIn,
    "done_is_said_only_after_it_is_durable": DoneBeforeItIsDurable,
    "an_unavailable_hub_means_try_again": DoneThoughTheHubIsAway,
    "a_refusal_of_the_hub_is_final": BusyForEver,
    "retry_after_is_passed_on": ForgetsRetryAfter,
    "a_repeated_hand_in_gives_one_message": NewIdEachTime,
    "garbage_is_refused": TrustsItsCallers,
    "texts_arrive_as_they_are": TidiesTexts,
    "a_subject_is_nfc": SubjectAsTyped,
    "a_large_document_arrives_whole": CutsTexts,
}
PEER = Counter
