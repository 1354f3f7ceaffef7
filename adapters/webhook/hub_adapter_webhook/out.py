"""`webhook-out`: each delivery as one signed POST (Standard Webhooks 1.0.0)."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from typing import Annotated, Final

import httpx2
from lgsp_adapter import (
    AdapterError,
    Backpressure,
    Check,
    Config,
    Context,
    Delivery,
    Done,
    Fatal,
    Idempotence,
    Kind,
    Reject,
    Result,
    Secret,
    Sink,
    Spec,
    Text,
)
from lgsp_adapter.outgoing import (
    Connect,
    Reply,
    Template,
    all_at_once,
    exchange,
    open_guarded,
)
from lgsp_message.cloudevents import SIGNATURE_HEADER, http_headers
from pydantic import Field

from hub_adapter_webhook import signing

_REDIRECTS: Final = range(300, 400)
_GONE: Final = 410
_THROTTLED: Final = (429, 502, 504)
"""Standard Webhooks: the endpoint is overloaded; slow down. The id makes a repetition harmless."""


class WebhookOutConfig(Config):
    """Where to push, and with which keys."""

    url: Annotated[str, Text(vi="Địa chỉ nhận", en="Endpoint"), Field(pattern="^https?://")]
    secret: Annotated[Secret, Text(vi="Khóa ký", en="Signing key")]
    """`whsec_…` signs with HMAC-SHA256 (v1), `whsk_…` with Ed25519 (v1a)."""
    more_secrets: Annotated[
        tuple[Secret, ...], Text(vi="Khóa ký khác khi đổi khóa", en="More keys, during a rotation")
    ] = ()
    """Every call carries a signature with each key, so the recipient may change over at leisure."""
    document_url: Annotated[
        str | None, Text(vi="Địa chỉ tải nội dung", en="Where a large body is fetched")
    ] = None
    """The hub's object address with `{hash}` in it. Without it a large body is sent whole."""
    thin_above: Annotated[
        int, Text(vi="Ngưỡng gửi thông báo gọn", en="Thin notice above"), Field(ge=0)
    ] = 20_000
    """Bytes of the body."""
    seconds: Annotated[float, Text(vi="Thời hạn chờ", en="Time-out"), Field(gt=0, le=30)] = 20.0
    """Seconds for one call."""
    at_once: Annotated[int, Text(vi="Số lần gọi song song", en="Calls at once"), Field(ge=1)] = 10


class WebhookOut(Sink[WebhookOutConfig]):
    """Pushes the signed bytes untouched, in CloudEvents binary mode, under `webhook-id`."""

    spec = Spec(
        name="webhook-out",
        version="1.0.0",
        kind=Kind.SINK,
        config=WebhookOutConfig,
        title=Text(vi="Đẩy bản tin bằng webhook", en="Push by webhook"),
        types=("*",),
        idempotence=Idempotence.IDEMPOTENT,
    )

    def __init__(self, config: WebhookOutConfig, connect: Connect = open_guarded) -> None:
        super().__init__(config)
        self._connect = connect
        self._client: httpx2.AsyncClient | None = None
        self._call: Template | None = None
        self._signs: list[signing.Sign] = []
        self._slots = asyncio.Semaphore(config.at_once)

    async def open(self, ctx: Context) -> None:
        await super().open(ctx)
        references = (self.config.secret, *self.config.more_secrets)
        secrets = [(await ctx.secret(each)).get_secret_value() for each in references]
        self._signs = signing.signers(secrets)
        self._client = self._connect(ctx, self.config.seconds)
        self._call = Template(self._client, "POST", self.config.url)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def check(self) -> Check:
        reply = await self._send(self._http.build_request("HEAD", self.config.url))
        # Any other answer shows that somebody is there; many endpoints refuse HEAD with 405.
        ok = reply.status not in _REDIRECTS and reply.status != _GONE and reply.status < 500  # noqa: PLR2004
        said = f"HTTP {reply.status}"
        vi = f"Điểm nhận trả lời {said}" if ok else f"Điểm nhận không dùng được: {said}"
        return Check(ok=ok, vi=vi, en=f"The endpoint answers {said}")

    async def write(self, batch: Sequence[Delivery]) -> list[Result]:
        return await all_at_once(batch, self._push)

    @property
    def _http(self) -> httpx2.AsyncClient:
        if self._client is None:
            raise Fatal("not open")
        return self._client

    @property
    def _template(self) -> Template:
        if self._call is None:
            raise Fatal("not open")
        return self._call

    async def _push(self, delivery: Delivery) -> Result | Fatal:
        async with self._slots:
            body, thin = await self._content(delivery)
            headers = {**self._headers(delivery, body), **thin}
            return self._result(await self._send(self._template.request(headers, body)))

    async def _send(self, request: httpx2.Request) -> Reply:
        return await exchange(self._http, request)

    def _headers(self, delivery: Delivery, body: bytes) -> dict[str, str]:
        # Invariant 8: the same id for every attempt; the time is that of the attempt.
        id_, timestamp = webhook_id(delivery), int(self.ctx.now().timestamp())
        trace = {} if delivery.traceparent is None else {"traceparent": delivery.traceparent}
        return {
            **http_headers(delivery.attributes),
            **trace,
            SIGNATURE_HEADER: delivery.signature,
            "hub-delivery-token": delivery.token,
            "webhook-id": id_,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signing.header(self._signs, id_, timestamp, body),
        }

    async def _content(self, delivery: Delivery) -> tuple[bytes, dict[str, str]]:
        """Return what is sent: the signed bytes (invariant 4), or a notice that says where."""
        if self.config.document_url is None or len(delivery.body) <= self.config.thin_above:
            return delivery.body, {}
        hash_ = await self.ctx.keep(delivery.body, "application/json")
        url = self.config.document_url.replace("{hash}", hash_)
        return notice(delivery, hash_, url), {"ce-dataref": url}

    def _result(self, reply: Reply) -> Result | Fatal:
        code = _peer_code(reply)
        if reply.status == _GONE:
            return Fatal(
                "the recipient has closed this endpoint (410): ask it for a new one, then start"
                " the connector again",
                peer_code=code,
            )
        if reply.status in _REDIRECTS:
            # Never followed: a redirect could lead into networks that nobody approved.
            return Reject("redirected", f"HTTP {reply.status}", peer_code=code)
        error = reply.error(self.ctx.now(), code)
        if error is not None and reply.status in _THROTTLED:
            after = getattr(error, "after", None)
            return Backpressure(f"HTTP {reply.status}", after=after, peer_code=code)
        return error or Done(ref=f"HTTP {reply.status}")


def webhook_id(delivery: Delivery) -> str:
    """Return the id of all attempts of a delivery: ASCII, without the full stop that parts."""
    return "msg_" + hashlib.sha256(delivery.key.encode()).hexdigest()[:40]


def notice(delivery: Delivery, hash_: str, url: str) -> bytes:
    """Return the body of a thin notice: the same bytes for every attempt."""
    data = {"url": url, "hash": hash_, "size": len(delivery.body), "media_type": "application/json"}
    thin = {"type": delivery.type, "timestamp": delivery.attributes["time"], "data": data}
    return json.dumps(thin).encode()


def _peer_code(reply: Reply) -> str:
    """Return the code in the body of a refusal (RFC 9457 with `code`), else the status."""
    if "json" in reply.headers.get("content-type", ""):
        try:
            code = reply.json().get("code")
        except AdapterError:
            code = None
        if isinstance(code, str) and code.isascii() and code.isprintable():
            return code[:64]
    return str(reply.status)
