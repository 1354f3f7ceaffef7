"""`notify-sms`: brand-name SMS through Vinaphone or Viettel."""

from typing import Annotated, Literal

import httpx2
from lgsp_adapter import Check, Context, Fatal, Idempotence, Kind, Retryable, Secret, Spec, Text
from lgsp_adapter.outgoing import Connect, Reply, exchange, open_guarded
from pydantic import Field

from hub_adapter_notify.channel import Channel, ChannelConfig
from hub_adapter_notify.gateways import Account, Gateway, Viettel, Vinaphone
from hub_adapter_notify.notice import Message


class SmsConfig(ChannelConfig):
    """The contract with the operator."""

    gateway: Annotated[Literal["vinaphone", "viettel"], Text(vi="Nhà mạng", en="Gateway")]
    url: Annotated[str, Text(vi="Địa chỉ", en="Address"), Field(pattern="^https?://")]
    agent: Annotated[str, Text(vi="Mã đại lý", en="Agent")]
    """Vinaphone: AGENTID; Viettel: CPCode."""
    label: Annotated[str, Text(vi="Mã thương hiệu", en="Brand name")]
    """Vinaphone: LABELID; Viettel: ServiceID."""
    user: Annotated[str, Text(vi="Tài khoản", en="User")]
    password: Annotated[Secret, Text(vi="Mật khẩu", en="Password")]
    busy_codes: Annotated[frozenset[str], Text(vi="Mã báo bận", en="Codes of a busy gateway")] = (
        frozenset()
    )
    """Codes in the answer that mean: nothing was sent, later."""
    denied_codes: Annotated[
        frozenset[str], Text(vi="Mã sai tài khoản", en="Codes of wrong credentials")
    ] = frozenset()


class NotifySms(Channel[SmsConfig]):
    """Sends by SMS. An unknown outcome ends with an operator, never in a second SMS."""

    channel = "sms"
    contact = "telephone"
    spec = Spec(
        name="notify-sms",
        version="1.0.0",
        kind=Kind.SINK,
        config=SmsConfig,
        title=Text(vi="Nhắn tin SMS thương hiệu", en="Brand-name SMS"),
        types=("vn.gov.citizen.notice.v1",),
        idempotence=Idempotence.NEITHER,
    )

    def __init__(self, config: SmsConfig, connect: Connect = open_guarded) -> None:
        super().__init__(config)
        self._connect = connect
        self._client: httpx2.AsyncClient | None = None
        self._gateway: Gateway | None = None

    async def open(self, ctx: Context) -> None:
        await super().open(ctx)
        config = self.config
        account = Account(
            agent=config.agent,
            label=config.label,
            user=config.user,
            password=(await ctx.secret(config.password)).get_secret_value(),
            busy=config.busy_codes,
            denied=config.denied_codes,
        )
        kind = Vinaphone if config.gateway == "vinaphone" else Viettel
        self._gateway = kind(account)
        self._client = self._connect(ctx, config.seconds)

    async def close(self) -> None:
        await super().close()
        if self._client is not None:
            await self._client.aclose()

    async def check(self) -> Check:
        client, _ = self._opened()
        reply = await exchange(client, client.build_request("HEAD", self.config.url))
        ok = reply.status < 500  # noqa: PLR2004
        said = f"HTTP {reply.status}"
        return Check(ok=ok, vi=f"Nhà mạng trả lời {said}", en=f"The gateway answers {said}")

    async def send(self, ref: str, to: str, message: Message) -> None:
        client, gateway = self._opened()
        body, media_type = gateway.content(ref, to, message)
        headers = {"content-type": media_type, "soapaction": ""}
        request = client.build_request("POST", self.config.url, content=body, headers=headers)
        reply = await exchange(client, request)
        error = reply.error(self.ctx.now(), peer_code=_code(gateway, reply))
        if error is not None:
            raise error
        gateway.judge(reply)

    def _opened(self) -> tuple[httpx2.AsyncClient, Gateway]:
        if self._client is None or self._gateway is None:
            raise Fatal("not open")
        return self._client, self._gateway


def _code(gateway: Gateway, reply: Reply) -> str | None:
    try:
        return gateway.code(reply)
    except Retryable:
        return None
