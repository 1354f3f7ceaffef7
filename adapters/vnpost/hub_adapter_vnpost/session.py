"""Calls to the post office: token, the answer's `Status`, and what it means."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final

import httpx2
from lgsp_adapter import Backpressure, Config, Context, Fatal, Reject, Retryable, Secret, Text
from lgsp_adapter.http import as_code
from lgsp_adapter.outgoing import Connect, Reply, exchange
from pydantic import Field

OK: Final = "100"
"""`Status` of an answer that says yes."""
_TOKEN_NAMES: Final = ("token", "accesstoken", "access_token")


class VnpostConfig(Config):
    """How to reach the post office, and the customer we are there."""

    url: Annotated[str, Text(vi="Địa chỉ dịch vụ", en="Base address"), Field(pattern="^https?://")]
    """Without the call's name: `apiGetToken`, `OrderLGSPWithItemCode`, `apiGetOrderTracking`."""
    customer_code: Annotated[str, Text(vi="Mã khách hàng", en="Customer code")]
    user: Annotated[str, Text(vi="Tài khoản", en="User")]
    password: Annotated[Secret, Text(vi="Mật khẩu", en="Password")]
    login_fields: Annotated[
        tuple[str, str], Text(vi="Trường tài khoản, mật khẩu", en="Fields of user and password")
    ] = ("UserName", "Password")
    """Of `apiGetToken`; they are not published, and spelt here as the order's are."""
    token_errors: Annotated[
        frozenset[str], Text(vi="Mã lỗi mã truy cập", en="Status of a token that ended")
    ] = frozenset({"401"})
    unknown_codes: Annotated[
        frozenset[str], Text(vi="Mã không có đơn hàng", en="Status of an unknown order")
    ] = frozenset({"404"})
    busy_codes: Annotated[frozenset[str], Text(vi="Mã báo bận", en="Status of a busy service")] = (
        frozenset({"429"})
    )
    seconds: Annotated[float, Text(vi="Thời hạn chờ", en="Time-out"), Field(gt=0, le=25)] = 15.0
    """Seconds for one call."""


async def session_of(config: VnpostConfig, ctx: Context, connect: Connect) -> "Session":
    """Return the calls of the customer whose password the configuration names.

    Raises:
        Fatal, Retryable: the password is not there, or not now.
    """
    password = (await ctx.secret(config.password)).get_secret_value()
    return Session(config, password, connect(ctx, config.seconds), ctx.now)


class Session:
    """One customer's calls. The token is fetched when it is needed, by one call at a time."""

    def __init__(
        self,
        config: VnpostConfig,
        password: str,
        client: httpx2.AsyncClient,
        now: Callable[[], datetime],
    ) -> None:
        self._config, self._password = config, password
        self._client, self._now = client, now
        self._lock = asyncio.Lock()
        self._token: str | None = None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def call(self, name: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Make a call; return the answer if its `Status` is 100.

        Raises:
            Retryable, Backpressure, Reject, Fatal: with the post office's own `Status`.
        """
        token, new = await self._access()
        try:
            answer = await self._post(name, content, {"access_token": token})
        except Fatal as error:
            # HTTP 401. One that was just given and is refused is the operator's matter.
            if new:
                raise
            raise self._ended(token, error.peer_code) from error
        status = _status(answer)
        if status in self._config.token_errors:
            raise self._ended(token, status)
        if status in self._config.busy_codes:
            raise Backpressure("the post office wants fewer calls", peer_code=status)
        if status is None:
            raise Retryable("the answer has no Status")
        if status != OK:
            raise Reject("peer_refused", f"{name}: refused", peer_code=status)
        return answer

    async def tracking(self, order: str) -> dict[str, Any] | None:
        """Return what the post office knows of an order; None if it knows no such order."""
        try:
            content = {"CustomerCode": self._config.customer_code, "OrderNumber": order}
            return await self.call("apiGetOrderTracking", content)
        except Reject as error:
            if error.peer_code in self._config.unknown_codes:
                return None
            raise

    async def _access(self) -> tuple[str, bool]:
        """Return the token, and whether it was fetched for this call."""
        async with self._lock:
            if self._token is not None:
                return self._token, False
            self._token = await self._login()
            return self._token, True

    def _ended(self, token: str, code: str | None) -> Retryable:
        # Of calls at once each is told so; only the first may forget, the others' is new already.
        if self._token == token:
            self._token = None
        return Retryable("the token has ended", peer_code=code, untouched=True)

    async def _login(self) -> str:
        user, word = self._config.login_fields
        content = {
            "CustomerCode": self._config.customer_code,
            user: self._config.user,
            word: self._password,
        }
        try:
            answer = await self._post("apiGetToken", content, {})
        except Retryable as error:
            # The order itself has not been touched.
            raise Retryable(
                f"no token: {error.detail}",
                after=error.after,
                peer_code=error.peer_code,
                untouched=True,
            ) from error
        token, status = _token(answer), _status(answer)
        if token is not None:
            return token
        if status is None:
            # Nobody said no: the shape is another, as of a page that stands in front of it.
            raise Retryable("no token: the answer has no Status", untouched=True)
        if status in self._config.busy_codes:
            raise Backpressure("the post office wants fewer calls", peer_code=status)
        raise Fatal("the post office gives no token", peer_code=status)

    async def _post(
        self, name: str, content: Mapping[str, Any], headers: Mapping[str, str]
    ) -> dict[str, Any]:
        url = f"{self._config.url.rstrip('/')}/{name}"
        request = self._client.build_request("POST", url, json=content, headers=dict(headers))
        reply = await exchange(self._client, request)
        error = reply.error(self._now(), _peer_code(reply))
        if error is not None:
            raise error
        return reply.json()


def _status(answer: Mapping[str, Any]) -> str | None:
    return as_code(answer.get("Status"))


def _peer_code(reply: Reply) -> str | None:
    """Return the post office's own `Status` where a refusal has one."""
    try:
        return _status(reply.json())
    except Retryable:
        return None


def _token(answer: Mapping[str, Any]) -> str | None:
    inner = answer.get("Data")
    places = [answer, inner] if isinstance(inner, dict) else [answer]
    for place in places:
        for name, value in place.items():
            if name.lower() in _TOKEN_NAMES and isinstance(value, str) and value:
                return value
    return inner if isinstance(inner, str) and inner else None
