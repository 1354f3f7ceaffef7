"""Calls to the payment platform, and what its `MaLoi` means."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

import httpx2
from lgsp_adapter import Backpressure, Config, Context, Fatal, Reject, Retryable, Secret, Text
from lgsp_adapter.http import as_code
from lgsp_adapter.outgoing import Connect, Reply, exchange
from pydantic import Field

from hub_adapter_payment.mac import Key, mac

Fields = tuple[str, ...]


class PlatformConfig(Config):
    """How to reach the platform, and the partner we are there."""

    url: Annotated[str, Text(vi="Địa chỉ nền tảng", en="Base address"), Field(pattern="^https?://")]
    partner: Annotated[str, Text(vi="Mã đối tác", en="Partner code")]
    """MaDoiTac."""
    secret: Annotated[Secret, Text(vi="Khóa bí mật", en="Secret")]
    """Enters every MaXacThuc as the last part."""
    bar_before_secret: Annotated[
        bool, Text(vi="Có dấu | trước khóa", en="A bar before the secret")
    ] = False
    """The published words, "the fields joined with | + secret", can be read either way."""
    ok_codes: Annotated[frozenset[str], Text(vi="Mã thành công", en="MaLoi of success")] = (
        frozenset({"00", "0"})
    )
    busy_codes: Annotated[frozenset[str], Text(vi="Mã báo bận", en="MaLoi of a busy platform")] = (
        frozenset()
    )
    denied_codes: Annotated[
        frozenset[str], Text(vi="Mã sai khóa, sai đối tác", en="MaLoi of a wrong secret or partner")
    ] = frozenset()
    """Then the connector stops: it is no fault of the message under way."""
    seconds: Annotated[float, Text(vi="Thời hạn chờ", en="Time-out"), Field(gt=0, le=25)] = 15.0
    """Seconds for one call."""


async def platform_of(config: PlatformConfig, ctx: Context, connect: Connect) -> "Platform":
    """Return the calls of the partner whose secret the configuration names.

    Raises:
        Fatal, Retryable: the secret is not there, or not now.
    """
    secret = (await ctx.secret(config.secret)).get_secret_value()
    return Platform(config, secret, connect(ctx, config.seconds), ctx.now)


class Platform:
    """One partner's calls."""

    def __init__(
        self,
        config: PlatformConfig,
        secret: str,
        client: httpx2.AsyncClient,
        now: Callable[[], datetime],
    ) -> None:
        self._config = config
        self._key = Key(secret=secret, bar_before=config.bar_before_secret)
        self._client, self._now = client, now

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def call(self, path: str, content: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
        """Make a call signed over `fields`; return the answer if its `MaLoi` says success.

        Raises:
            Retryable, Backpressure, Reject, Fatal: with the platform's own `MaLoi`.
        """
        signed = {**content, "MaXacThuc": mac(content, fields, self._key)}
        url = self._config.url.rstrip("/") + path
        reply = await exchange(self._client, self._client.build_request("POST", url, json=signed))
        error = reply.error(self._now(), _peer_code(reply))
        if error is not None:
            raise error
        answer = reply.json()
        code = _code(answer)
        if code is None:
            raise Retryable("the answer has no MaLoi")
        self._judge(code)
        return answer

    def _judge(self, code: str) -> None:
        if code in self._config.busy_codes:
            raise Backpressure("the platform wants fewer calls", peer_code=code)
        if code in self._config.denied_codes:
            raise Fatal("the platform does not accept partner or secret", peer_code=code)
        if code not in self._config.ok_codes:
            raise Reject("peer_refused", "the platform refused", peer_code=code)


def _code(answer: Mapping[str, Any]) -> str | None:
    return as_code(answer.get("MaLoi"))


def _peer_code(reply: Reply) -> str | None:
    """Return the platform's own `MaLoi` where a refusal by status has one."""
    try:
        return _code(reply.json())
    except Retryable:
        return None
