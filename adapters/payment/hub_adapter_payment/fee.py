"""From `dossier.fee-due` to INIT. Amounts are integers of đồng. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from lgsp_adapter import Delivery, Reject

VIET_NAM: Final = timezone(timedelta(hours=7))
_MOST_DONG: Final = 10**15


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """One sum to be paid."""

    key: str
    """The delivery's idempotency key."""
    reference: str
    dossier_code: str
    agency: str
    total: int
    requested_at: datetime
    procedure: str
    account: Mapping[str, Any] = field(repr=False)
    fees: tuple[Mapping[str, Any], ...] = field(repr=False)
    note: str = field(repr=False)

    @property
    def memory(self) -> str:
        """What the callback needs later: no person in it."""
        kept = {
            "key": self.key,
            "dossier_code": self.dossier_code,
            "agency": self.agency,
            "total": self.total,
        }
        return json.dumps(kept, sort_keys=True)


def read(delivery: Delivery) -> Fee:
    """Return what is to be paid.

    Raises:
        Reject: `not_a_fee`, or `amounts_disagree`: nobody is asked for a sum that is not the sum.
    """
    try:
        body = json.loads(delivery.body)
        fee = Fee(
            key=delivery.key,
            reference=body["reference"],
            dossier_code=body["dossier_code"],
            agency=body["agency"]["code"],
            total=dong(body["total"], "/total"),
            requested_at=datetime.fromisoformat(body["requested_at"]).astimezone(VIET_NAM),
            procedure=body.get("procedure", {}).get("code", ""),
            account=body.get("account", {}),
            fees=tuple(body["fees"]),
            note=body.get("note") or f"Nop phi, le phi ho so {body['dossier_code']}",
        )
        summed = sum(dong(each["amount"], "/fees") for each in fee.fees)
    except KeyError as error:
        raise Reject("not_a_fee", f"/{error.args[0]}") from None
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise Reject("not_a_fee", "/") from None
    if summed != fee.total:
        raise Reject("amounts_disagree", "/total is not the sum of /fees")
    return fee


def dong(value: Any, place: str) -> int:
    """Return an amount of đồng, given as an integer or as its digits.

    Raises:
        Reject: `bad_amount`: a fraction, an exponent or a sign is no amount of đồng.
    """
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 16:  # noqa: PLR2004
        value = int(value)
    # bool is an int in Python; a float would lose đồng above 2^53.
    if type(value) is not int or not 0 <= value <= _MOST_DONG:
        raise Reject("bad_amount", place)
    return value


def content(fee: Fee, partner: str, fixed: Mapping[str, str]) -> dict[str, Any]:
    """Return the body of INIT, without its code: the same for every attempt."""
    return {
        # Published for the callback; here it lets one address tell INIT from QUERY. Not signed.
        "LoaiBanTin": "INIT",
        "MaDoiTac": partner,
        "MaThamChieu": fee.reference,
        "SoTien": fee.total,
        "LoaiHinhThanhToan": "PAY",
        "MaKenhThanhToan": fixed["channel"],
        "MaThietBi": fixed["device"],
        "NgonNgu": "vi",
        "MaTienTe": "VND",
        "MaNganHang": str(fee.account.get("bank_code", "")),
        "ThongTinGiaoDich": fee.note,
        "ThoiGianGD": fee.requested_at.strftime("%Y%m%d%H%M%S"),
        "Ip": fixed["ip"],
        "ThongTinBienLai": {
            "MaTTHC": fee.procedure,
            # As the platform's guide has it: the service's code is the procedure's and ".01".
            "MaDVC": f"{fee.procedure}.01" if fee.procedure else "",
            "MaDonVi": fee.agency,
            "MaHoSo": fee.dossier_code,
            "TKThuHuong": str(fee.account.get("number", "")),
            "PhiLePhi": [_fee(each) for each in fee.fees],
            "DSKhoanNop": [_item(each) for each in fee.fees],
        },
    }


def _fee(each: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "LoaiPhiLePhi": str(each.get("kind", "")),
        "MaPhiLePhi": str(each.get("code", "")),
        "TenPhiLePhi": str(each.get("name", "")),
        "SoTien": each["amount"],
    }


def _item(each: Mapping[str, Any]) -> dict[str, Any]:
    return {"NoiDung": str(each.get("name", "")), "SoTien": each["amount"]}
