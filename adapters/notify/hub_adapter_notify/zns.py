"""`notify-zns`: templates of Zalo Notification Service, by telephone number."""

from typing import Annotated

import httpx2
from lgsp_adapter import (
    Backpressure,
    Check,
    Context,
    Fatal,
    Idempotence,
    Kind,
    Reject,
    Retryable,
    Secret,
    Spec,
    Text,
)
from lgsp_adapter.http import as_code
from lgsp_adapter.outgoing import Connect, Reply, exchange, open_guarded
from pydantic import Field

from hub_adapter_notify.channel import Channel, ChannelConfig
from hub_adapter_notify.notice import Message
from hub_adapter_notify.zalo import App, Tokens


class ZnsConfig(ChannelConfig):
    """The official account and its application."""

    url: Annotated[str, Text(vi="Địa chỉ ZNS", en="Address"), Field(pattern="^https?://")] = (
        "https://business.openapi.zalo.me/message/template"
    )
    oauth_url: Annotated[
        str, Text(vi="Địa chỉ cấp mã truy cập", en="Token address"), Field(pattern="^https?://")
    ] = "https://oauth.zaloapp.com/v4/oa/access_token"
    app_id: Annotated[str, Text(vi="Mã ứng dụng", en="Application")]
    secret_key: Annotated[Secret, Text(vi="Khóa ứng dụng", en="Secret key")]
    refresh_token: Annotated[Secret, Text(vi="Mã làm mới ban đầu", en="First refresh token")]
    """Used once; the tokens that follow are kept in the state file. A new value behind the
    reference begins anew, without a restart."""
    token_errors: Annotated[
        frozenset[str], Text(vi="Mã lỗi mã truy cập", en="Errors of the access token")
    ] = frozenset({"-124", "-216"})
    busy_errors: Annotated[
        frozenset[str], Text(vi="Mã lỗi quá nhiều", en="Errors of too many calls")
    ] = frozenset({"-32"})


class NotifyZns(Channel[ZnsConfig]):
    """Sends by ZNS. Its `tracking_id` is for following up; nothing says that it deduplicates."""

    channel = "zalo"
    contact = "telephone"
    spec = Spec(
        name="notify-zns",
        version="1.0.0",
        kind=Kind.SINK,
        config=ZnsConfig,
        title=Text(vi="Nhắn tin Zalo ZNS", en="Zalo ZNS"),
        types=("vn.gov.citizen.notice.v1",),
        idempotence=Idempotence.NEITHER,
    )

    def __init__(self, config: ZnsConfig, connect: Connect = open_guarded) -> None:
        super().__init__(config)
        self._connect = connect
        self._client: httpx2.AsyncClient | None = None
        self._tokens: Tokens | None = None

    async def open(self, ctx: Context) -> None:
        await super().open(ctx)
        config = self.config
        app = App(
            url=config.oauth_url,
            app_id=config.app_id,
            state=config.state,
            secret_key=(await ctx.secret(config.secret_key)).get_secret_value(),
            seed=self._seed,
        )
        self._client = self._connect(ctx, config.seconds)
        self._tokens = Tokens(app, self.state, self._client, ctx.now)

    async def _seed(self) -> str:
        return (await self.ctx.secret(self.config.refresh_token)).get_secret_value()

    async def close(self) -> None:
        await super().close()
        if self._client is not None:
            await self._client.aclose()

    async def check(self) -> Check:
        client, tokens = self._opened()
        await tokens.access()
        reply = await exchange(client, client.build_request("HEAD", self.config.url))
        ok = reply.status < 500  # noqa: PLR2004
        said = f"HTTP {reply.status}"
        return Check(ok=ok, vi=f"Zalo trả lời {said}", en=f"Zalo answers {said}")

    async def send(self, ref: str, to: str, message: Message) -> None:
        client, tokens = self._opened()
        access = await self._access(tokens)
        content = {
            "phone": to,
            "template_id": message.gateway_id,
            "template_data": dict(message.parameters),
            "tracking_id": ref,
        }
        headers = {"access_token": access}
        request = client.build_request("POST", self.config.url, json=content, headers=headers)
        reply = await exchange(client, request)
        code = _code(reply)
        error = reply.error(self.ctx.now(), peer_code=code)
        if error is not None:
            raise error
        self._judge(tokens, code)

    async def _access(self, tokens: Tokens) -> str:
        try:
            return await tokens.access()
        except Retryable as error:
            # The message itself has not been touched: only the token's answer is missing.
            detail = f"no access token: {error.detail}"
            raise Retryable(
                detail, after=error.after, peer_code=error.peer_code, untouched=True
            ) from error

    def _judge(self, tokens: Tokens, code: str | None) -> None:
        if code == "0":
            return
        if code is None:
            raise Retryable("the answer has no error code")
        if code in self.config.token_errors:
            tokens.forget()
            raise Retryable("Zalo did not take the access token", peer_code=code, untouched=True)
        if code in self.config.busy_errors:
            raise Backpressure("Zalo wants fewer calls", peer_code=code)
        raise Reject("peer_refused", "Zalo refused the message", peer_code=code)

    def _opened(self) -> tuple[httpx2.AsyncClient, Tokens]:
        if self._client is None or self._tokens is None:
            raise Fatal("not open")
        return self._client, self._tokens


def _code(reply: Reply) -> str | None:
    try:
        return as_code(reply.json().get("error"))
    except Retryable:
        return None
