"""`vnpost-out`: a dossier's result is ordered to be carried home."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

from lgsp_adapter import (
    AdapterError,
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
from lgsp_adapter.outgoing import Connect, all_at_once, open_guarded
from lgsp_adapter.state import StateAndPeer
from pydantic import Field

from hub_adapter_vnpost import order
from hub_adapter_vnpost.session import Session, VnpostConfig, session_of

ORDERS = "vnpost-order"
"""The space of the state file with the orders that are on their way."""

CALLED = "vnpost-called"
"""When an order was asked for last, until an answer came."""


class VnpostOutConfig(VnpostConfig):
    """Who sends."""

    state: Annotated[Path, Text(vi="Tệp trạng thái", en="State file")]
    """Orders on their way; `vnpost-in` reads them from the same file."""
    sender_name: Annotated[str, Text(vi="Người gửi", en="Sender")]
    sender_tel: Annotated[str, Text(vi="Điện thoại người gửi", en="Its telephone")]
    sender_address: Annotated[str, Text(vi="Địa chỉ người gửi", en="Its address")]
    sender_province: Annotated[str, Text(vi="Tỉnh của người gửi", en="Its province")] = ""
    settle_seconds: Annotated[
        float,
        Text(vi="Thời gian chờ kết quả", en="How long an order may be under way"),
        Field(ge=0),
    ] = 60.0
    """After a call without an answer the post office may still be at work: for so long "no such
    order" is not believed. Ordered again too early, one result would travel twice."""


class VnpostOut(Sink[VnpostOutConfig]):
    """Orders by a number made of the delivery's key; asks by it whether an order is there."""

    spec = Spec(
        name="vnpost-out",
        version="1.0.0",
        kind=Kind.SINK,
        config=VnpostOutConfig,
        title=Text(vi="Trả kết quả qua bưu chính", en="Results by post"),
        types=("vn.gov.dossier.result.v1",),
        idempotence=Idempotence.LOOK_UP,
    )

    def __init__(self, config: VnpostOutConfig, connect: Connect = open_guarded) -> None:
        super().__init__(config)
        self._connect = connect
        self._held: StateAndPeer[Session] = StateAndPeer(config.state)
        self._state = self._held.state

    async def open(self, ctx: Context) -> None:
        await super().open(ctx)
        await self._held.open(lambda: session_of(self.config, ctx, self._connect))

    async def close(self) -> None:
        await self._held.close()

    async def check(self) -> Check:
        # An order that nobody makes: the answer shows token, customer and service at once.
        await self._held.peer.tracking("HUB-CHECK")
        return Check(ok=True, vi="Bưu điện trả lời", en="The post office answers")

    async def write(self, batch: Sequence[Delivery]) -> list[Result]:
        # Where one is fatal, the others of the batch are looked up when they come again.
        return await all_at_once(batch, self._order)

    async def find(self, key: str) -> Done | None:
        number = order.order_number(key)
        if await self._held.peer.tracking(number) is not None:
            return Done(ref=number)
        called = await self._state.get(CALLED, number)
        left = 0.0 if called is None else self._left(datetime.fromisoformat(called))
        if left > 0:
            raise Retryable("the post office may still be at work on the order", after=left)
        return None

    def _left(self, called: datetime) -> float:
        until = called + timedelta(seconds=self.config.settle_seconds)
        return (until - self.ctx.now()).total_seconds()

    async def _order(self, delivery: Delivery) -> Result:
        made = order.read(delivery)
        # Durable before the call: an order that exists there is also followed here.
        await self._state.claim(ORDERS, made.number, made.memory)
        config = self.config
        sender = {
            "Name": config.sender_name,
            "Tel": config.sender_tel,
            "Address": config.sender_address,
            "Province": config.sender_province,
        }
        content = order.content(made, config.customer_code, sender)
        await self._state.put(CALLED, made.number, self.ctx.now().isoformat())
        try:
            await self._held.peer.call("OrderLGSPWithItemCode", content)
        except (Retryable, Backpressure, Reject, Fatal) as error:
            if isinstance(error, Reject):
                await self._state.drop(ORDERS, made.number)
            if _is_over(error):
                await self._state.drop(CALLED, made.number)
            raise
        await self._state.drop(CALLED, made.number)
        return Done(ref=made.number)


def _is_over(error: AdapterError) -> bool:
    """Say whether the call has surely ended there: an answer came, or nothing was ever sent."""
    if isinstance(error, Retryable):
        return error.untouched or error.peer_code is not None
    return True
