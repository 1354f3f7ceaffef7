"""MaXacThuc: SHA-256 hex of the fields joined with `|`, followed by the secret.

Published: the fields of INIT and of the callback in this order. Not published: whether a `|` stands
before the secret too, and which fields QUERY and the daily list hash; those are the sandbox's.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

INIT: Final = (
    "MaDoiTac",
    "MaThamChieu",
    "SoTien",
    "LoaiHinhThanhToan",
    "MaKenhThanhToan",
    "MaThietBi",
    "NgonNgu",
    "MaTienTe",
    "MaNganHang",
    "ThongTinGiaoDich",
    "ThoiGianGD",
    "Ip",
)
QUERY: Final = ("MaDoiTac", "MaThamChieu", "ThoiGianGD")
CALLBACK: Final = (
    "LoaiBanTin",
    "MaLoi",
    "MaThamChieu",
    "SoTien",
    "MaGiaoDich",
    "MaNganHang",
    "TrangThaiGD",
)
DAY: Final = ("MaDoiTac", "NgayDoiSoat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashing:
    """The secret that both sides hold."""

    secret: str = field(repr=False)
    bar_before_secret: bool = False

    def of(self, values: Mapping[str, Any], names: tuple[str, ...]) -> str:
        """Return MaXacThuc; an absent field counts as empty."""
        joined = "|".join(str(values.get(name, "")) for name in names)
        bar = "|" if self.bar_before_secret else ""
        return hashlib.sha256(f"{joined}{bar}{self.secret}".encode()).hexdigest()

    def fits(self, values: Mapping[str, Any], names: tuple[str, ...]) -> bool:
        """Return whether the values carry their own MaXacThuc."""
        given = str(values.get("MaXacThuc", ""))
        return hmac.compare_digest(given.encode(), self.of(values, names).encode())
