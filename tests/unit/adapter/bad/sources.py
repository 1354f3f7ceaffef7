"""Sources with one fault each: the promise that it breaks, and no other."""

import asyncio
import json
import logging
import unicodedata
import uuid
from dataclasses import replace
from typing import Any

from lgsp_adapter import Backpressure, Check, Idempotence, Kind, Record, Reject, Retryable
from pydantic import model_validator

from tests.unit.adapter.agency import AgencyConfig, GoodSource, Outbox


class SaysItIsASink(GoodSource):
    spec = replace(GoodSource.spec, kind=Kind.SINK, idempotence=Idempotence.IDEMPOTENT)


class PageOfAnOlderVersion(GoodSource):
    documented = replace(GoodSource.spec, version="0.9.0")


class FillsInWhatIsMissing(GoodSource):
    class Forgiving(AgencyConfig):
        @model_validator(mode="before")
        @classmethod
        def fill(cls, values: Any) -> Any:
            return {"url": "memory://guess", "token": "env:TOKEN", **values}

    spec = replace(GoodSource.spec, config=Forgiving)


class LogsTheToken(GoodSource):
    async def open(self, ctx, position):
        await super().open(ctx, position)
        logging.getLogger("bad").debug("token %s", self.token.get_secret_value())


class ChecksInEnglishOnly(GoodSource):
    async def check(self):
        found = await super().check()
        return replace(found, vi="") if found.ok else found


class AlwaysFine(GoodSource):
    async def check(self):
        return Check(ok=True, vi="Tốt", en="Fine")


class LeavesATask(GoodSource):
    async def open(self, ctx, position):
        await super().open(ctx, position)
        self.beat = asyncio.create_task(asyncio.sleep(3600))


class ClosesSlowly(GoodSource):
    async def close(self):
        await asyncio.sleep(3600)


class SwallowsCancellation(GoodSource):
    async def read(self, limit):
        try:
            return await super().read(limit)
        except asyncio.CancelledError:
            return []


class MixesUpAPage(GoodSource):
    async def read(self, limit):
        records = await super().read(limit)
        messages = reversed([record.message for record in records])
        return [replace(each, message=m) for each, m in zip(records, messages, strict=True)]


class ReadsOneMore(GoodSource):
    async def read(self, limit):
        return await super().read(limit + (limit % 2 == 0))


class SaysThereIsNothing(GoodSource):
    async def read(self, limit):
        try:
            return await super().read(limit)
        except Retryable:
            return []


class ForgetsRetryAfter(GoodSource):
    async def read(self, limit):
        try:
            return await super().read(limit)
        except Backpressure as error:
            raise Backpressure(error.detail) from error


class MovesBeforeItHas(GoodSource):
    async def read(self, limit):
        start, self.after = self.after, self.after + limit
        return [self.record(*row) for row in await self.fetch(start, limit)]


class ResumesByPages(GoodSource):
    async def open(self, ctx, position):
        await super().open(ctx, position)
        self.after -= self.after % 2


class SavesItsCursorAtClose(GoodSource):
    acked = False

    async def ack(self, position):  # noqa: ARG002
        self.acked = True

    async def close(self):
        if not self.acked:
            self.peer.confirmed = self.after


class ConfirmsAllItRead(GoodSource):
    async def ack(self, position):  # noqa: ARG002
        self.peer.confirmed = self.after


class NewIdEachTime(GoodSource):
    def draft(self, row):
        return replace(super().draft(row), id=str(uuid.uuid4()))


class SwallowsTheStore(GoodSource):
    store: list[Record]

    async def open(self, ctx, position):
        await super().open(ctx, position)
        self.store = []

    async def read(self, limit):
        if not self.store:
            self.store = await super().read(1_000_000)
        records, self.store = self.store[:limit], self.store[limit:]
        return records


class SkipsTheUnreadable(GoodSource):
    async def read(self, limit):
        records = await super().read(limit)
        return [record for record in records if not isinstance(record.message, Reject)]


class TidiesTexts(GoodSource):
    def draft(self, row):
        draft = super().draft(row)
        text = unicodedata.normalize("NFC", row["text"])
        return replace(draft, body=json.dumps({"text": text}).encode())


class SubjectAsTyped(GoodSource):
    def draft(self, row):
        return replace(super().draft(row), subject=row["subject"])


class CutsTexts(GoodSource):
    def draft(self, row):
        return super().draft({**row, "text": row["text"][:4096]})


BAD: dict[str, Any] = {
    "spec_is_valid": SaysItIsASink,
    "reference_is_current": PageOfAnOlderVersion,
    "each_missing_field_is_named": FillsInWhatIsMissing,
    "secrets_are_masked": LogsTheToken,
    "check_is_ok_with_a_message": ChecksInEnglishOnly,
    "no_task_is_left": LeavesATask,
    "close_is_soon_while_the_peer_hangs": ClosesSlowly,
    "a_call_ends_when_it_is_cancelled": SwallowsCancellation,
    "check_fails_with_a_message": AlwaysFine,
    "reads_everything_once_and_in_order": MixesUpAPage,
    "reads_no_more_than_it_is_asked_for": ReadsOneMore,
    "an_unavailable_peer_is_retryable": SaysThereIsNothing,
    "retry_after_is_passed_on": ForgetsRetryAfter,
    "a_cancelled_read_loses_nothing": MovesBeforeItHas,
    "resumes_after_a_stop_at_every_boundary": ResumesByPages,
    "what_is_not_acked_is_read_again": SavesItsCursorAtClose,
    "an_ack_covers_nothing_after_it": ConfirmsAllItRead,
    "read_again_it_is_the_same_message": NewIdEachTime,
    "what_is_taken_and_not_acked_is_bounded": SwallowsTheStore,
    "an_unreadable_record_is_isolated": SkipsTheUnreadable,
    "texts_arrive_as_they_are": TidiesTexts,
    "a_subject_is_nfc": SubjectAsTyped,
    "a_large_document_arrives_whole": CutsTexts,
}
PEER = Outbox
