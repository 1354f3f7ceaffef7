"""What the portal takes: the fields of the dossier and of the step, with their limits.

Which fields must be there is not published; only those without which a dossier has no identity or
state are asked for. Problems name fields, never values.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from lgsp_adapter.sandbox import required

STATES: Final = frozenset(range(11))
"""TrangThaiHoSo 1 to 10; 0 stands for "liên thông / other"."""

_DATES: Final = (
    "NgayNopHoSo",
    "NgayTiepNhan",
    "NgayHenTra",
    "NgayTra",
    "NgayKetThucXuLy",
    "NgayTuChoi",
)
_STEP_DATES: Final = ("ThoiDiemXuLy", "NgayBatDau", "NgayKetThucTheoQuyDinh")
_DIGITS: Final = {"1": 12, "2": 9}
"""LoaiDinhDanh: how many digits SoDinhDanh has."""
_LONGEST: Final = {"MaHoSo": 64, "TrichYeuHoSo": 1000, "NguoiXuLy": 50, "TenTepDinhKem": 4000}
_STAMP: Final = "%Y%m%d%H%M%S"
_STAMP_LENGTH: Final = 14


def dossier_problems(dossier: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a dossier."""
    yield from (f"thiếu {name}" for name in required(dossier, "MaHoSo", "MaTTHC", "TrangThaiHoSo"))
    yield from _common(dossier, _DATES)
    if str(dossier.get("LoaiDoiTuong", "1")) not in {"1", "2", "3", "4"}:
        yield "LoaiDoiTuong ngoài 1..4"
    identity = dossier.get("DinhDanhCHS") or {}
    if isinstance(identity, Mapping):
        yield from _identity(identity)
    else:
        yield "DinhDanhCHS không phải đối tượng"
    for name in ("TaiLieuNop", "DanhSachLePhi", "DanhSachHoSoBoSung", "DanhSachGiayToKetQua"):
        if not isinstance(dossier.get(name) or [], list):
            yield f"{name} không phải danh sách"


def step_problems(step: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a processing step."""
    names = ("MaHoSo", "NguoiXuLy", "ThoiDiemXuLy", "TrangThai")
    yield from (f"thiếu {name}" for name in required(step, *names))
    yield from _common(step, _STEP_DATES)


def _common(values: Mapping[str, Any], dates: tuple[str, ...]) -> Iterator[str]:
    for name, longest in _LONGEST.items():
        if len(str(values.get(name) or "")) > longest:
            yield f"{name} dài quá {longest}"
    for name in dates:
        if values.get(name) and not _stamp(values[name]):
            yield f"{name} không theo yyyyMMddHHmmss"
    for name in ("TrangThaiHoSo", "TrangThai"):
        if name in values and not _state(values[name]):
            yield f"{name} ngoài 0..10"


def _identity(identity: Mapping[str, Any]) -> Iterator[str]:
    kind, number = str(identity.get("LoaiDinhDanh", "")), str(identity.get("SoDinhDanh", ""))
    if kind in _DIGITS and not (number.isdigit() and len(number) == _DIGITS[kind]):
        yield f"SoDinhDanh không đủ {_DIGITS[kind]} chữ số"


def _state(value: Any) -> bool:
    text = str(value)
    return text.isascii() and text.isdigit() and int(text) in STATES


def _stamp(value: Any) -> bool:
    text = str(value)
    try:
        return len(text) == _STAMP_LENGTH and bool(datetime.strptime(text, _STAMP))  # noqa: DTZ007
    except ValueError:
        return False
