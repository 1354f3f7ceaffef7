"""The payment platform's server: INIT, QUERY, callbacks, the daily list.

Published: the fields of INIT, MaXacThuc, the callback's fields. Paths, the answers' fields, codes
beside "00" and the daily list's form are the sandbox's own. One reference is one payment: the same
INIT again gives the same answer, another INIT under it is refused.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from lgsp_adapter.sandbox import Sandbox, Upset, What, required
from lgsp_adapter.sandbox.answers import json_object
from lgsp_adapter.sandbox.mischief import ANY_SERVER
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox_payment import hashing
from sandbox_payment.callbacks import Callbacks
from sandbox_payment.ledger import FAILED, PAID, Ledger, Payment

OK: Final = "00"
BAD_FIELD: Final = "01"
BAD_HASH: Final = "02"
NOT_FOUND: Final = "03"
USED: Final = "04"

PARTNER: Final = "DT-MAU-H99"
_NEEDED: Final = (
    "MaDoiTac",
    "MaThamChieu",
    "SoTien",
    "LoaiHinhThanhToan",
    "MaTienTe",
    "ThoiGianGD",
    "ThongTinBienLai",
)


class PaymentSandbox(Sandbox):
    """The portal's payment platform."""

    name: ClassVar[str] = "payment"
    can = ANY_SERVER | {What.DUPLICATE, What.REORDER, What.BAD_SIGNATURE}

    def __init__(
        self,
        *,
        secret: str = "sandbox-payment-secret",  # noqa: S107  (of the sandbox)
        bar_before_secret: bool = False,
        callback_url: str | None = None,
        **base: Any,
    ) -> None:
        super().__init__(**base)
        self.hashing = hashing.Hashing(secret=secret, bar_before_secret=bar_before_secret)
        self.ledger = Ledger()
        self.callbacks = Callbacks(self.hashing, self.mischief)
        self.callbacks.target = callback_url

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/payment", self._any, methods=["POST"]),
            Route("/payment/init", self._call(self._init), methods=["POST"]),
            Route("/payment/query", self._call(self._query), methods=["POST"]),
            Route("/payment/reconciliation", self._call(self._day), methods=["POST"]),
            Route("/payment/reconciliation/{day}.csv", self._file),
            Route("/_sandbox/pay", self._pay, methods=["POST"]),
            Route("/_sandbox/callback", self._callback, methods=["POST"]),
            Route("/_sandbox/deliver", self._deliver, methods=["POST"]),
            Route("/_sandbox/misreport", self._misreport, methods=["POST"]),
        ]

    def forget(self) -> None:
        self.ledger.clear()
        self.callbacks.waiting.clear()

    def describe(self) -> dict[str, Any]:
        return super().describe() | {"MaDoiTac": PARTNER, "secret": self.hashing.secret}

    def pay(self, reference: str, *, success: bool = True) -> str:
        """Have the citizen pay, or fail to; return MaGiaoDich. `callbacks.deliver` tells of it.

        Raises:
            KeyError: no such payment is waiting.
        """
        payment = self.ledger.find(reference)
        if payment is None or payment.state == PAID:
            raise KeyError("no payment waits under this reference")
        payment.state = PAID if success else FAILED
        payment.transaction = f"GD-MAU-{self.chance.getrandbits(48):012x}"
        payment.at = self._stamp()
        self.journal.effect("paid" if success else "failed", reference)
        self.callbacks.add(payment)
        return payment.transaction

    def misreport(self, reference: str, amount: int | None = None) -> None:
        """List a payment with another amount, or leave it out of the list.

        Raises:
            KeyError: no such payment.
        """
        payment = self.ledger.find(reference)
        if payment is None:
            raise KeyError("no such payment")
        payment.listed_amount, payment.listed = amount, amount is not None

    @staticmethod
    def _call(do: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            return JSONResponse(do(await json_object(request)))

        return answer

    async def _any(self, request: Request) -> Response:
        asked = await json_object(request)
        calls = {"INIT": self._init, "QUERY": self._query}
        do = calls.get(str(asked.get("LoaiBanTin")))
        return JSONResponse(do(asked) if do else _answer(BAD_FIELD, "LoaiBanTin"))

    def _init(self, asked: dict[str, Any]) -> dict[str, Any]:
        if problem := _problem(asked):
            return _answer(BAD_FIELD, problem)
        if not self.hashing.fits(asked, hashing.INIT):
            return _answer(BAD_HASH, "MaXacThuc không đúng")
        reference = str(asked["MaThamChieu"])
        known = self.ledger.find(reference)
        if known is not None:
            return self._again(known, asked)
        self.journal.effect("init", reference)
        amount, bank = int(asked["SoTien"]), str(asked.get("MaNganHang", ""))
        payment = Payment(reference=reference, amount=amount, asked=asked, bank=bank)
        self.ledger.add(payment)
        return self._opened(reference)

    def _again(self, known: Payment, asked: dict[str, Any]) -> dict[str, Any]:
        if _business(known.asked) != _business(asked):
            return _answer(USED, "MaThamChieu đã dùng cho khoản khác")
        self.journal.repeat("init", known.reference)
        return self._opened(known.reference)

    def _opened(self, reference: str) -> dict[str, Any]:
        return _answer(OK, "OK", MaThamChieu=reference, UrlThanhToan=f"{self.url}/pay/{reference}")

    def _query(self, asked: dict[str, Any]) -> dict[str, Any]:
        if not self.hashing.fits(asked, hashing.QUERY):
            return _answer(BAD_HASH, "MaXacThuc không đúng")
        payment = self.ledger.find(str(asked.get("MaThamChieu")))
        if payment is None:
            return _answer(NOT_FOUND, "MaThamChieu không tồn tại")
        return _answer(OK, "OK", **payment.row())

    def _day(self, asked: dict[str, Any]) -> dict[str, Any]:
        if not self.hashing.fits(asked, hashing.DAY):
            return _answer(BAD_HASH, "MaXacThuc không đúng")
        rows = self.ledger.day(str(asked.get("NgayDoiSoat", "")))
        listed = self.mischief.listed("/payment/reconciliation", rows)
        return _answer(OK, "OK", DanhSach=listed)

    async def _file(self, request: Request) -> Response:
        asked = dict(request.query_params)
        day = asked["NgayDoiSoat"] = request.path_params["day"]
        if not self.hashing.fits(asked, hashing.DAY):
            raise Upset(403, _answer(BAD_HASH, "MaXacThuc không đúng"))
        sheet = io.StringIO()
        names = ["MaThamChieu", "MaGiaoDich", "SoTien", "MaNganHang", "TrangThaiGD", "ThoiGianGD"]
        writer = csv.DictWriter(sheet, names)
        writer.writeheader()
        writer.writerows(self.ledger.day(day))
        return Response(sheet.getvalue(), media_type="text/csv")

    async def _pay(self, request: Request) -> Response:
        asked = await json_object(request)
        try:
            success = bool(asked.get("success", True))
            transaction = self.pay(str(asked.get("MaThamChieu")), success=success)
        except KeyError as error:
            raise Upset(422, {"error": "no payment waits under this reference"}) from error
        return JSONResponse({"MaGiaoDich": transaction, "told": await self.callbacks.deliver()})

    async def _callback(self, request: Request) -> Response:
        self.callbacks.target = str((await json_object(request)).get("url", "")) or None
        return JSONResponse({"url": self.callbacks.target})

    async def _deliver(self, _: Request) -> Response:
        return JSONResponse({"told": await self.callbacks.deliver()})

    async def _misreport(self, request: Request) -> Response:
        asked = await json_object(request)
        try:
            self.misreport(str(asked.get("MaThamChieu")), asked.get("SoTien"))
        except KeyError as error:
            raise Upset(422, {"error": "no such payment"}) from error
        return JSONResponse({"misreported": True})

    def _stamp(self) -> str:
        return self.now().astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).strftime("%Y%m%d%H%M%S")


def _problem(asked: Mapping[str, Any]) -> str:
    if missing := required(asked, *_NEEDED):
        return "Thiếu: " + ", ".join(missing)
    amount = str(asked["SoTien"])
    if not (amount.isascii() and amount.isdigit() and int(amount) > 0):
        return "SoTien không phải số đồng nguyên dương"
    if asked["MaDoiTac"] != PARTNER:
        return "MaDoiTac không tồn tại"
    if asked["LoaiHinhThanhToan"] != "PAY" or asked["MaTienTe"] != "VND":
        return "LoaiHinhThanhToan hoặc MaTienTe"
    receipt = asked["ThongTinBienLai"]
    names = ("MaTTHC", "MaDVC", "MaDonVi", "MaHoSo")
    if not isinstance(receipt, Mapping) or (missing := required(receipt, *names)):
        return "ThongTinBienLai thiếu trường"
    return "" if receipt["MaDVC"] == f"{receipt['MaTTHC']}.01" else "MaDVC không phải MaTTHC.01"


def _business(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what a second try of the same payment may say otherwise."""
    return {k: v for k, v in asked.items() if k not in {"ThoiGianGD", "MaXacThuc", "Ip"}}


def _answer(code: str, text: str, **more: Any) -> dict[str, Any]:
    return {"MaLoi": code, "MoTaLoi": text, **more}
