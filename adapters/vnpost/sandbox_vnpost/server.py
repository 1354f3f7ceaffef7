"""The post office's server: a token, orders, tracking; `Status` "100" is success.

Published: the five calls, the order's fields, header access_token, Status "100". The answer's other
fields and the codes beside 100 are the sandbox's own. An order number that comes again makes a
second order, as nothing says that the post would notice: who must not double asks tracking first.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from lgsp_adapter.sandbox import Sandbox, Upset, What, required
from lgsp_adapter.sandbox.answers import json_object
from lgsp_adapter.sandbox.mischief import ANY_SERVER
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox_vnpost.orders import ENDED, Order, State

OK: Final = "100"
MISSING: Final = "101"
REFUSED: Final = "102"
NOT_FOUND: Final = "104"
BAD_TOKEN: Final = "105"  # noqa: S105  (a code)

CUSTOMER: Final = "KH-MAU-H99"
LIFETIME: Final = timedelta(hours=1)

Call = Callable[[dict[str, Any]], Response]


class PostSandbox(Sandbox):
    """The post office."""

    name: ClassVar[str] = "vnpost"
    can = ANY_SERVER | {What.DUPLICATE, What.REORDER}

    def __init__(
        self,
        *,
        username: str = "mau",
        password: str = "sandbox-password",  # noqa: S107  (of the sandbox)
        refuses_repeats: bool = False,
        token_fields: tuple[str, str] = ("UserName", "Password"),
        **base: Any,
    ) -> None:
        super().__init__(**base)
        self._account = (username, password)
        self._refuses_repeats = refuses_repeats
        self._token_fields = token_fields
        self._tokens: dict[str, datetime] = {}
        self.orders: list[Order] = []

    def routes(self) -> Sequence[BaseRoute]:
        calls: Mapping[str, Call] = {
            "OrderLGSPWithItemCode": self._order,
            "apiPostOrder": self._order,
            "apiCancelOrder": self._cancel,
        }
        return [
            Route("/apiGetToken", self._token, methods=["POST"]),
            Route("/apiGetOrderTracking", self._tracking, methods=["GET", "POST"]),
            *(Route(f"/{name}", self._known(do), methods=["POST"]) for name, do in calls.items()),
            Route("/_sandbox/advance", self._advance, methods=["POST"]),
        ]

    def forget(self) -> None:
        self._tokens.clear()
        self.orders.clear()

    def describe(self) -> dict[str, Any]:
        username, password = self._account
        user_field, password_field = self._token_fields
        account = {user_field: username, password_field: password, "CustomerCode": CUSTOMER}
        codes = {"unknown_codes": [NOT_FOUND], "token_errors": [BAD_TOKEN]}
        ends = {"delivered_codes": [State.DELIVERED], "ended_codes": [*ENDED - {State.DELIVERED}]}
        return super().describe() | account | codes | ends

    def advance(self, number: str, state: State) -> None:
        """Move a parcel on.

        Raises:
            KeyError: no such order.
        """
        self._find(number).events.append((state, self._stamp()))

    async def _token(self, request: Request) -> Response:
        asked = await json_object(request)
        if tuple(map(asked.get, self._token_fields)) != self._account:
            return _answer(BAD_TOKEN, "Sai tài khoản hoặc mật khẩu")
        token = f"{self.chance.getrandbits(128):032x}"
        self._tokens[token] = self.now() + LIFETIME
        return _answer(OK, "OK", access_token=token, expires_in=int(LIFETIME.total_seconds()))

    def _known(self, call: Call) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            self._enter(request)
            return call(await json_object(request))

        return answer

    def _enter(self, request: Request) -> None:
        until = self._tokens.get(request.headers.get("access_token", ""))
        if until is None or until <= self.now():
            body = {"Status": BAD_TOKEN, "Message": "Token không hợp lệ hoặc đã hết hạn"}
            raise Upset(401, body)

    def _order(self, asked: dict[str, Any]) -> Response:
        if missing := _missing(asked):
            return _answer(MISSING, "Thiếu: " + ", ".join(missing))
        number = str(asked["OrderNumber"])
        if asked["CustomerCode"] != CUSTOMER:
            return _answer(REFUSED, "CustomerCode không tồn tại")
        if not _amount(asked.get("CODAmount", 0)):
            return _answer(REFUSED, "CODAmount không phải số đồng nguyên")
        if self._refuses_repeats and any(each.number == number for each in self.orders):
            self.journal.repeat("order", number)
            return _answer(REFUSED, "OrderNumber đã tồn tại")
        self.journal.effect("order", number)
        order = Order(
            number=number,
            item=str(asked.get("ItemCode") or f"MAU{self.chance.getrandbits(32):010d}VN"),
            customer=CUSTOMER,
            cod=int(asked.get("CODAmount") or 0),
            events=[(State.ORDERED, self._stamp())],
        )
        self.orders.append(order)
        return _answer(OK, "OK", OrderNumber=number, ItemCode=order.item)

    def _cancel(self, asked: dict[str, Any]) -> Response:
        number = str(asked.get("OrderNumber", ""))
        try:
            order = self._find(number)
        except KeyError:
            return _answer(NOT_FOUND, "OrderNumber không tồn tại")
        if order.state is State.CANCELLED:
            self.journal.repeat("cancel", number)
        elif order.state in ENDED:
            return _answer(REFUSED, "Bưu gửi đã kết thúc")
        else:
            self.journal.effect("cancel", number)
            order.events.append((State.CANCELLED, self._stamp()))
        return _answer(OK, "OK")

    async def _tracking(self, request: Request) -> Response:
        self._enter(request)
        asked = dict(request.query_params)
        if request.method == "POST":
            asked |= await json_object(request)
        number = str(asked.get("OrderNumber", ""))
        rows = [row for each in self.orders if each.number == number for row in each.rows()]
        if not rows:
            return _answer(NOT_FOUND, "OrderNumber không tồn tại")
        return _answer(OK, "OK", Data=self.mischief.listed(request.url.path, rows))

    async def _advance(self, request: Request) -> Response:
        asked = await json_object(request)
        try:
            self.advance(str(asked.get("OrderNumber")), State(str(asked.get("StatusCode"))))
        except (KeyError, ValueError) as error:
            raise Upset(422, {"error": "unknown OrderNumber or StatusCode"}) from error
        return JSONResponse({"advanced": True})

    def _find(self, number: str) -> Order:
        for each in reversed(self.orders):
            if each.number == number:
                return each
        raise KeyError(number)

    def _stamp(self) -> str:
        return self.now().astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).strftime("%Y%m%d%H%M%S")


def _missing(asked: Mapping[str, Any]) -> list[str]:
    names = required(asked, "CustomerCode", "OrderNumber", "FlagConfig")
    for side in ("Sender", "Receiver"):
        if not any(name.startswith(side) and value for name, value in asked.items()):
            names.append(f"{side}*")
    return names


def _amount(value: object) -> bool:
    text = str(value)
    return text.isascii() and text.isdigit()


def _answer(status: str, message: str, **more: Any) -> Response:
    return JSONResponse({"Status": status, "Message": message, **more})
