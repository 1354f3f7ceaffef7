"""Sending: bodies of `document.*` become packets, and after an unknown end the axis is asked."""

from collections.abc import Sequence
from typing import Final

import httpx2
from lgsp_adapter import (
    Backpressure,
    Check,
    Context,
    Delivery,
    Done,
    Fatal,
    Idempotence,
    Kind,
    Reject,
    Result,
    Retryable,
    Sink,
    Spec,
    Text,
)

from hub_adapter_edxml_axis.calls import Calls, MessageType
from hub_adapter_edxml_axis.codes import is_own
from hub_adapter_edxml_axis.config import AxisOutConfig
from hub_adapter_edxml_axis.connect import Connect, connect, open_calls
from hub_adapter_edxml_axis.looking import find_sent
from hub_adapter_edxml_axis.outgoing import Outgoing, make_packet
from hub_adapter_edxml_axis.source import TYPES

MAX_TO: Final = 200
"""Most codes in the header `to`: a header of 8 kB is the least that servers take."""


class AxisSink(Sink[AxisOutConfig]):
    """Letters and statuses to the national axis."""

    spec = Spec(
        name="edxml-axis-out",
        version="1.0.0",
        kind=Kind.SINK,
        config=AxisOutConfig,
        title=Text(
            vi="Gửi văn bản lên trục liên thông văn bản quốc gia",
            en="Documents to the national axis",
        ),
        types=TYPES,
        # sendEdoc makes a new document at every call; getSentEdocList shows what was sent.
        idempotence=Idempotence.LOOK_UP,
    )
    _calls: Calls
    _client: httpx2.AsyncClient | None = None

    def __init__(self, config: AxisOutConfig, connect: Connect = connect) -> None:
        super().__init__(config)
        self._connect = connect
        self._uncertain: set[str] = set()

    async def open(self, ctx: Context) -> None:
        await super().open(ctx)
        self._client = self._connect(ctx, self.config.timeout_seconds)
        self._calls = await open_calls(ctx, self.config, self._client)

    async def check(self) -> Check:
        await self._calls.sent(MessageType.DOCUMENT)
        return Check(ok=True, vi="Trục trả lời", en="the axis answers")

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def write(self, batch: Sequence[Delivery]) -> list[Result]:
        return [await self._one(delivery) for delivery in batch]

    async def find(self, key: str) -> Done | None:
        """Note that this delivery may have been sent: `write` looks before it sends it again.

        The axis' list does not show our key, only what the letter says, and a key says nothing of
        the letter. So None here is no promise; the look-up happens where the body is at hand.
        """
        self._uncertain.add(key)
        return None

    async def _one(self, delivery: Delivery) -> Result:
        is_uncertain = delivery.key in self._uncertain
        try:
            outgoing = await make_packet(delivery, self.ctx)
            found = await self._found(outgoing) if is_uncertain else None
            done = Done(ref=found or await self._send(outgoing) or None)
        except (Retryable, Backpressure, Reject) as error:
            return _still_uncertain(error) if is_uncertain else error
        self._uncertain.discard(delivery.key)
        return done

    async def _found(self, outgoing: Outgoing) -> str | None:
        decides = self.config.sent_list_decides
        return await find_sent(self._calls, outgoing, list_decides=decides)

    async def _send(self, outgoing: Outgoing) -> str:
        to = self._to(outgoing)
        try:
            return await self._calls.send(
                outgoing.packet, outgoing.message_type, outgoing.sender, to
            )
        except Reject as error:
            await self._blame(error, outgoing.message_type)
            raise

    async def _blame(self, refusal: Reject, kind: MessageType) -> None:
        """Find out whether a refusal is about the letter: the axis' codes are not published.

        Raises:
            Fatal: the axis refuses with the same code a call that has no letter. A wrong secret
                would else make a dead letter of each one.
        """
        try:
            await self._calls.sent(kind)
        except Retryable as error:
            code = refusal.peer_code
            if code is not None and error.peer_code == code:
                raise Fatal(
                    "every call is refused: check system id and secret", peer_code=code
                ) from error

    def _to(self, outgoing: Outgoing) -> list[str]:
        """Return the codes to deliver to; none where the packet's own are meant.

        Agencies of the province get the letter through the hub, so the axis must leave them out.
        """
        level1 = self.config.own_codes
        others = [code for code in outgoing.receivers if not is_own(code, level1)]
        if not others:
            raise Reject("no_receiver_outside", "/to: every code is of this province")
        if len(others) == len(outgoing.receivers):
            return []
        if len(others) > MAX_TO:
            raise Reject("too_many_recipients", f"/to: more than {MAX_TO} mixed codes")
        return others


def _still_uncertain(error: Retryable | Backpressure | Reject) -> Result:
    """Return the error without a word that nothing was done: an earlier attempt may have been."""
    if isinstance(error, Reject):
        return error
    return Retryable(error.detail, after=error.after, peer_code=error.peer_code)
