"""`payment-in`: the platform calls back (ConfirmDvcPayment); the money becomes a message."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

from lgsp_adapter import (
    Answer,
    Check,
    Config,
    Context,
    Desk,
    Draft,
    Kind,
    Reject,
    Request,
    Secret,
    Service,
    Spec,
    Text,
)
from lgsp_adapter.state import State

from hub_adapter_payment.fee import VIET_NAM, dong
from hub_adapter_payment.mac import Key, is_authentic
from hub_adapter_payment.memory import DUE, PAID

TYPE: Final = "vn.gov.dossier.fee-paid.v1"
OK: Final = "00"
_PATHS: Final = ("/", "/ConfirmDvcPayment")
_PLATFORM_TIME: Final = "%Y%m%d%H%M%S"
_LONGEST: Final = 100
_ORG: Final = "urn:hub:org:"


class PaymentInConfig(Config):
    """How the platform proves that it is the platform, and what its codes mean."""

    state: Annotated[Path, Text(vi="Tệp trạng thái", en="State file")]
    """Shared with `payment-out`: what each reference was asked for."""
    secret: Annotated[Secret, Text(vi="Khóa bí mật", en="Secret")]
    bar_before_secret: Annotated[
        bool, Text(vi="Có dấu | trước khóa", en="A bar before the secret")
    ] = False
    """The published words, "the fields joined with | + secret", can be read either way."""
    callback_fields: Annotated[
        tuple[str, ...], Text(vi="Trường ký", en="Signed fields of the callback")
    ] = (
        *("LoaiBanTin", "MaLoi", "MaThamChieu", "SoTien", "MaGiaoDich", "MaNganHang"),
        "TrangThaiGD",
    )
    ok_codes: Annotated[frozenset[str], Text(vi="Mã thành công", en="MaLoi of success")] = (
        frozenset({"00", "0"})
    )
    paid_states: Annotated[
        frozenset[str], Text(vi="Trạng thái đã nộp", en="TrangThaiGD of money moved")
    ] = frozenset({"1", "00"})
    refund_kinds: Annotated[
        frozenset[str], Text(vi="Loại bản tin hoàn tiền", en="LoaiBanTin of a refund")
    ] = frozenset({"REFUND"})


class PaymentIn(Service[PaymentInConfig]):
    """One message for one MaGiaoDich, whatever the platform repeats."""

    spec = Spec(
        name="payment-in",
        version="1.0.0",
        kind=Kind.SERVICE,
        config=PaymentInConfig,
        title=Text(vi="Nhận kết quả thanh toán", en="Payments made"),
        types=(TYPE,),
    )

    def __init__(self, config: PaymentInConfig) -> None:
        super().__init__(config)
        self._state = State(config.state)
        self._key = Key(secret="")

    async def open(self, ctx: Context, desk: Desk) -> None:
        await super().open(ctx, desk)
        await self._state.open()
        secret = (await ctx.secret(self.config.secret)).get_secret_value()
        self._key = Key(secret=secret, bar_before=self.config.bar_before_secret)

    async def close(self) -> None:
        await self._state.close()

    async def check(self) -> Check:
        await self._state.identity()
        return Check(ok=True, vi="Sẵn sàng nhận kết quả thanh toán", en="Ready for callbacks")

    async def answer(self, request: Request) -> Answer:
        if request.path not in _PATHS:
            return _told(404, "96", "no such path")
        if request.method != "POST":
            return _told(405, "96", "POST")
        content = _object(request.body)
        if content is None:
            return _told(400, "96", "not a JSON object")
        if not is_authentic(content, self.config.callback_fields, self._key):
            return _told(401, "97", "MaXacThuc")
        try:
            return await self._taken(content)
        except Reject as error:
            if error.code not in _OWN:
                # What the hub says against it: the runtime finds the words.
                raise
            return _told(_OWN[error.code], "99", f"{error.code}: {error.detail}")

    async def _taken(self, content: Mapping[str, Any]) -> Answer:
        if not self._moved(content):
            # A try that failed moved no money: there is nothing to tell, and nothing to lose.
            self.ctx.log.info("a payment was not made (MaLoi or TrangThaiGD)")
            return _told(200, OK, "noted")
        transaction = _field(content, "MaGiaoDich")
        due = await self._state.get(DUE, _field(content, "MaThamChieu"))
        if due is None:
            raise Reject("reference_unknown", "MaThamChieu")
        known = json.loads(due)
        body = self._body(content, transaction, known)
        # Durable before the hand-in: a repetition gives the same bytes, its time included.
        kept = await self._state.claim(PAID, transaction, json.dumps(body, ensure_ascii=False))
        if _money(json.loads(kept)) != _money(body):
            raise Reject("transaction_reused", "MaGiaoDich")
        await self.desk.submit(_draft(transaction, kept, known))
        return _told(200, OK, "taken")

    def _moved(self, content: Mapping[str, Any]) -> bool:
        succeeded = str(content.get("MaLoi")) in self.config.ok_codes
        return succeeded and str(content.get("TrangThaiGD")) in self.config.paid_states

    def _body(
        self, content: Mapping[str, Any], transaction: str, known: Mapping[str, Any]
    ) -> dict[str, Any]:
        amount = dong(content.get("SoTien"), "SoTien")
        refund = str(content.get("LoaiBanTin")) in self.config.refund_kinds
        body = {
            "dossier_code": known["dossier_code"],
            "reference": _field(content, "MaThamChieu"),
            "kind": "refund" if refund else "payment",
            "transaction_id": transaction,
            "amount": amount,
            "currency": "VND",
            "paid_at": self._time(content).isoformat(timespec="seconds"),
            "method": "online",
            "agency": {"code": known["agency"]},
        }
        if bank := str(content.get("MaNganHang") or ""):
            body["bank_code"] = bank
        if amount != known["total"]:
            # The money has moved, so it is told as it moved; the receiver must see the difference.
            body["note"] = f"Số tiền khác số phải nộp ({known['total']}) / not the amount due"
        return body

    def _time(self, content: Mapping[str, Any]) -> datetime:
        """Return the platform's time where the call has one, else that of the first call."""
        try:
            moment = datetime.strptime(str(content.get("ThoiGianGD")), _PLATFORM_TIME)  # noqa: DTZ007  (next line)
        except ValueError:
            return self.ctx.now().astimezone(VIET_NAM)
        return moment.replace(tzinfo=VIET_NAM)


_OWN: Final = {
    "reference_unknown": 404,
    "transaction_reused": 409,
    "bad_amount": 400,
    "bad_field": 400,
}
"""What this adapter refuses by itself, as HTTP statuses."""


def _draft(transaction: str, body: str, known: Mapping[str, Any]) -> Draft:
    return Draft(
        id="pay-" + hashlib.sha256(transaction.encode()).hexdigest()[:48],
        type=TYPE,
        body=body.encode(),
        subject=unicodedata.normalize("NFC", known["dossier_code"]),
        # Whoever asked for the fee hears of it: a message to nobody would be refused.
        recipients=(_ORG + known["agency"],),
    )


def _money(body: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(body[name] for name in ("reference", "kind", "amount"))


def _field(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name)
    text = str(value) if isinstance(value, str | int) else ""
    if not 0 < len(text) <= _LONGEST:
        raise Reject("bad_field", name)
    return text


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _told(status: int, code: str, text: str) -> Answer:
    return Answer(status=status, body=json.dumps({"MaLoi": code, "MoTa": text}).encode())
