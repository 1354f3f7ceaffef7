"""What all channels share: consent, once only, quiet hours, quota; then one message goes out."""

import asyncio
import hashlib
from abc import abstractmethod
from collections.abc import Sequence
from datetime import time
from pathlib import Path
from typing import Annotated, ClassVar, Final, TypeVar

from lgsp_adapter import (
    Backpressure,
    Config,
    Context,
    Delivery,
    Done,
    Fatal,
    Reject,
    Result,
    Retryable,
    Sink,
    Text,
)
from lgsp_adapter.state import State
from pydantic import Field

from hub_adapter_notify import hours, notice
from hub_adapter_notify.notice import Message, Notice, Template

_CREDENTIALS_SECONDS: Final = 300.0


class ChannelConfig(Config):
    """The rules of one channel."""

    state: Annotated[Path, Text(vi="Tệp trạng thái", en="State file")]
    """What was sent, and how much of the quota is used. Channels that share a file never tell one
    notice twice."""
    templates: Annotated[dict[str, Template], Text(vi="Mẫu tin đã duyệt", en="Templates")]
    """By the id that notices name."""
    free_text: Annotated[
        Template | None, Text(vi="Mẫu cho tin không theo mẫu", en="Template of free text")
    ] = None
    """With the one parameter `text`. Without it a notice must name a template."""
    longest_text: Annotated[int, Text(vi="Độ dài tối đa", en="Longest text"), Field(ge=1)] = 2000
    """Characters."""
    daily_quota: Annotated[
        int | None, Text(vi="Hạn mức mỗi ngày", en="Quota per day"), Field(ge=1)
    ] = None
    quiet_from: Annotated[time, Text(vi="Giờ yên tĩnh từ", en="Quiet from")] = time(21)
    quiet_to: Annotated[time, Text(vi="Giờ yên tĩnh đến", en="Quiet to")] = time(7)
    """Viet Nam time. Equal times: no quiet hours."""
    urgent_at_night: Annotated[
        bool, Text(vi="Tin khẩn được gửi ban đêm", en="Urgent messages may go at night")
    ] = False
    seconds: Annotated[float, Text(vi="Thời hạn chờ", en="Time-out"), Field(gt=0, le=25)] = 15.0
    """Seconds for one call: below the runtime's own, so that one slow call leaves the outcomes of
    the others of its batch known."""


C = TypeVar("C", bound=ChannelConfig)


class Channel(Sink[C]):
    """Base of the three sinks. A gateway does again what it is told again, so each is `neither`."""

    channel: ClassVar[str]
    """As a notice names it."""
    contact: ClassVar[str]
    """The field of the recipient that it needs."""

    def __init__(self, config: C) -> None:
        super().__init__(config)
        self.state = State(config.state)

    async def open(self, ctx: Context) -> None:
        await super().open(ctx)
        await self.state.open()

    async def close(self) -> None:
        await self.state.close()

    @abstractmethod
    async def send(self, ref: str, to: str, message: Message) -> None:
        """Send one message under our reference; return once the gateway has it.

        Raises:
            Retryable, Backpressure, Reject, Fatal: as the contract says. `untouched` is a promise
                here: without it the notice is never sent again by itself.
        """

    async def write(self, batch: Sequence[Delivery]) -> list[Result]:
        # At once: one after the other, a slow gateway would use up the time of the whole batch,
        # and what had gone out by then would count as unknown.
        return list(await asyncio.gather(*(self._one(delivery) for delivery in batch)))

    async def _one(self, delivery: Delivery) -> Result:
        try:
            told = notice.read(delivery)
            self._may_go(told, urgent=delivery.attributes.get("priority") == "urgent")
            to = notice.contact(told, self.contact)
            message = notice.compose(
                told, self.config.templates, self.config.free_text, self.config.longest_text
            )
            return await self._once(delivery, told, to, message)
        except (Retryable, Backpressure, Reject) as error:
            return error
        except Fatal as error:
            # Raised, it would leave the outcome of the others of this batch unknown. Nothing was
            # sent: all wait, the log says who must act, and no notice is lost.
            self.ctx.log.critical("the gateway refuses this connector: %s", error)
            return Backpressure(error.detail, after=_CREDENTIALS_SECONDS, peer_code=error.peer_code)

    def _may_go(self, told: Notice, *, urgent: bool) -> None:
        now = self.ctx.now()
        if not told.consented:
            raise Reject("no_consent", "/consent/given")
        if self.channel not in told.channels:
            # The citizen agreed to these channels, and to no other.
            raise Reject("no_consent", f"/channels: not {self.channel}")
        if told.expires_at is not None and now >= told.expires_at:
            raise Reject("expired", "/expires_at")
        wait = 0.0 if told.send_after is None else (told.send_after - now).total_seconds()
        if not (urgent and self.config.urgent_at_night):
            quiet = hours.quiet_seconds(now, self.config.quiet_from, self.config.quiet_to)
            wait = max(wait, quiet)
        if wait > 0:
            # Not back-pressure: that would hold the urgent ones too.
            raise Retryable("not at this hour", after=wait, untouched=True)

    async def _once(self, delivery: Delivery, told: Notice, to: str, message: Message) -> Result:
        event = _hashed(told.agency, told.code)
        # Durable before the call: whatever happens then, another message about this event is late.
        holder = await self.state.claim("notice", event, delivery.key)
        if holder != delivery.key:
            raise Reject("already_sent", "/notice_code")
        await self._paid(event, delivery.key)
        ref = _hashed(delivery.key)[:32]
        try:
            await self.send(ref, to, message)
        except (Retryable, Backpressure, Reject, Fatal) as error:
            if not isinstance(error, Retryable) or error.untouched:
                # Surely not sent: another channel may tell it, and it used nothing up.
                await self.state.drop("notice", event, delivery.key)
                await self.state.count(self._quota, hours.day(self.ctx.now()), -1)
            raise
        return Done(ref=ref)

    async def _paid(self, event: str, key: str) -> None:
        """Take one of the day's quota.

        Raises:
            Backpressure: none is left; until the next day has begun and the quiet hours are over.
        """
        now, limit = self.ctx.now(), self.config.daily_quota
        if not await self.state.count(self._quota, hours.day(now), 1, limit):
            await self.state.drop("notice", event, key)
            after = hours.seconds_until(now, self.config.quiet_to)
            raise Backpressure("the quota of the day is used up", after=after)

    @property
    def _quota(self) -> str:
        return f"quota-{self.channel}"


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
