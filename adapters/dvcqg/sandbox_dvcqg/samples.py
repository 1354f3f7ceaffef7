"""Invented procedures, agencies, fields of work and a submission: what the portal hands out."""

from typing import Any, Final

PROCEDURES: Final[tuple[dict[str, Any], ...]] = (
    {
        "MaTTHC": "1.000001.000.00.00.H99",
        "TenTTHC": "Thủ tục Mẫu một",
        "MaLinhVuc": "LV-MAU-1",
        "TenLinhVuc": "Lĩnh vực Mẫu một",
    },
    {
        "MaTTHC": "1.000002.000.00.00.H99",
        "TenTTHC": "Thủ tục Mẫu hai",
        "MaLinhVuc": "LV-MAU-2",
        "TenLinhVuc": "Lĩnh vực Mẫu hai",
    },
)
AGENCIES: Final[tuple[dict[str, Any], ...]] = (
    {"MaDonVi": "000.00.00.H99", "TenDonVi": "UBND tỉnh Mẫu"},
    {"MaDonVi": "000.00.97.H99", "TenDonVi": "Sở Thử nghiệm tỉnh Mẫu"},
)
FIELDS: Final[tuple[dict[str, Any], ...]] = tuple(
    {"MaLinhVuc": each["MaLinhVuc"], "TenLinhVuc": each["TenLinhVuc"]} for each in PROCEDURES
)
QUESTIONS: Final[tuple[dict[str, Any], ...]] = (
    {"MaCauHoi": "CH-MAU-1", "NoiDung": "Câu hỏi Mẫu", "MaDonVi": "000.00.97.H99"},
)

FILE_NAME: Final = "Tờ khai Mẫu.pdf"


def submission(number: int, unit: str, url: str, now: str) -> dict[str, Any]:
    """Return a dossier that an invented citizen has submitted, its file by link."""
    code = f"{unit}-{now[2:8]}-{number:04d}"
    procedure = PROCEDURES[number % len(PROCEDURES)]
    return {
        "MaHoSo": code,
        **procedure,
        "KenhThucHien": "2",
        "TrichYeuHoSo": f"Hồ sơ Mẫu số {number}",
        "ChuHoSo": "Người Nộp Mẫu",
        "LoaiDoiTuong": "1",
        "MaDoiTuong": f"TECHID-MAU-{number}",
        "DinhDanhCHS": {"LoaiDinhDanh": "1", "SoDinhDanh": f"{number:012d}"},
        "Email": "nguoinop@mau.example",
        "SoDienThoai": "84000000000",
        "NgayNopHoSo": now,
        "TrangThaiHoSo": "1",
        "DonViXuLy": "Sở Thử nghiệm tỉnh Mẫu",
        "TaiLieuNop": [
            {
                "TepDinhKemId": f"{code}-1",
                "TenTepDinhKem": FILE_NAME,
                "IsDeleted": False,
                "MaThanhPhanHoSo": "TP-MAU-1",
                "DuongDanTaiTepTin": f"{url}/files/{code}-1",
            }
        ],
        "DanhSachLePhi": [],
        "DanhSachTepDinhKemKhac": [],
    }
