"""The one table of the portal: its states, and its fields against those of the hub's schemas.

Names, lengths and states are those of the dossier synchronisation as provinces call it. A path
names the field of the body. What stands in a body and in no table has no place at the portal:
`applicant.address`, `officer.code`, `case_code`, `extensions` and the like.
"""

from dataclasses import dataclass
from typing import Final

from hub_adapter_dvcqg.shapes import Field, Group, Item, Kind, Many

CODE: Final = Field("MaHoSo", ("dossier_code",), most=64)
STATE: Final = Field("TrangThaiHoSo", ("state",), Kind.WHOLE)
NOTE: Final = Field("GhiChu", ("note",))
AGENCY: Final = Field("DonViXuLy", ("agency_text",))
"""The portal has one text for an agency; `agency.py` makes code and name of it."""

PROCEDURE: Final = (
    Field("MaTTHC", ("procedure", "code")),
    Field("TenTTHC", ("procedure", "name")),
    Field("MaLinhVuc", ("procedure", "field_code")),
    Field("TenLinhVuc", ("procedure", "field_name")),
)
IDENTITY: Final = (
    CODE,
    *PROCEDURE,
    Field("KenhThucHien", ("channel",)),
    Field("TrichYeuHoSo", ("summary",), most=1000),
)
APPLICANT: Final = (
    Field("ChuHoSo", ("applicant", "name")),
    Field("SoGiayToChuHoSo", ("applicant", "paper_number")),
    Field("LoaiDoiTuong", ("applicant", "kind"), Kind.WHOLE),
    Field("MaDoiTuong", ("applicant", "tech_id")),
    Group(
        "DinhDanhCHS",
        ("applicant", "identity"),
        (Field("LoaiDinhDanh", ("kind",), Kind.WHOLE), Field("SoDinhDanh", ("number",))),
    ),
    Field("Email", ("applicant", "email")),
    Field("Fax", ("applicant", "fax")),
    Field("SoDienThoai", ("applicant", "telephone")),
    Field("ThongTinKhac", ("applicant", "other")),
)
SUBMITTED_AT: Final = Field("NgayNopHoSo", ("submitted_at",), Kind.TIME)
RECEIVED_AT: Final = Field("NgayTiepNhan", ("received_at",), Kind.TIME)
PROMISED_AT: Final = Field("NgayHenTra", ("promised_at",), Kind.TIME)
REFUSED_AT: Final = Field("NgayTuChoi", ("refused_at",), Kind.TIME)
FINISHED_AT: Final = Field("NgayKetThucXuLy", ("finished_at",), Kind.TIME)
RETURNED_AT: Final = Field("NgayTra", ("returned_at",), Kind.TIME)
RETURN_INFO: Final = Field("ThongTinTra", ("return_info",))
PLACE: Final = (
    AGENCY,
    Field("HinhThuc", ("form",)),
    RETURN_INFO,
    NOTE,
    Field("NoiNopHoSo", ("submitted_to",)),
)
FLAGS: Final = (
    Field("HoSoCoThanhPhanSoHoa", ("has_digitised_parts",), Kind.FLAG),
    Field("TaiKhoanDuocXacThucVoiVNeID", ("vneid_verified",), Kind.FLAG),
    Field("DuocThanhToanTrucTuyen", ("online_payment",), Kind.FLAG),
    Many("DSKetNoiCSDL", ("databases",), (Field("MaCSDL", ()),)),
)
FILE: Final = (
    Field("TepDinhKemId", ("file_id",)),
    Field("TenTepDinhKem", ("name",), most=4000),
    Field("IsDeleted", ("deleted",), Kind.FLAG),
    Field("MaThanhPhanHoSo", ("component_code",)),
    Field("DuongDanTaiTepTin", ("link",)),
    Field("DuocSoHoa", ("digitised",), Kind.FLAG),
    Field("DuocTaiSuDung", ("reused",), Kind.FLAG),
    Field("DuocLayTuKhoDMQG", ("from_national_store",), Kind.FLAG),
    Field("MaKetQuaThayThe", ("replaced_result_code",)),
)
FILES: Final = Many("TaiLieuNop", ("files",), FILE)
OTHER_FILES: Final = Many("DanhSachTepDinhKemKhac", ("other_files",), FILE)
FEE: Final = (
    Field("TenPhiLePhi", ("name",)),
    Field("MaPhiLePhi", ("code",)),
    Field("HinhThucThu", ("collection",)),
    Field("Gia", ("amount",), Kind.WHOLE),
    Field("LoaiPhiLePhi", ("kind",)),
)
FEES: Final = Many("DanhSachLePhi", ("fees",), FEE)
SUPPLEMENT: Final = Many(
    "DanhSachHoSoBoSung",
    (),
    (
        Field("HoSoBoSungId", ("supplement_id",)),
        Field("NguoiYeuCauBoSung", ("requested_by", "name")),
        Field("NoiDungBoSung", ("content",)),
        Field("NgayBoSung", ("requested_at",), Kind.TIME),
        Field("NguoiTiepNhanBoSung", ("received_by", "name")),
        Field("ThongTinTiepNhan", ("received_info",)),
        Field("NgayTiepNhanBoSung", ("received_at",), Kind.TIME),
        Field("TrangThaiBoSung", ("status",)),
        Many("DanhSachGiayToBoSung", ("papers",), FILE),
        Many("DanhSachLePhiBoSung", ("fees",), FEE),
        Field("NgayHenTraTruoc", ("promised_before",), Kind.TIME),
        Field("NgayHenTraMoi", ("promised_after",), Kind.TIME),
    ),
)
PAPERS: Final = Many(
    "DanhSachGiayToKetQua",
    ("papers",),
    (
        Field("TenGiayTo", ("name",)),
        Field("MaThanhPhanHoSo", ("component_code",)),
        Field("GiayToId", ("paper_id",)),
        Field("DuongDanTepTinKetQua", ("link",)),
        Field("MaGiayToKetQua", ("result_code",)),
    ),
)
OFFICER: Final = Field("NguoiXuLy", ("officer", "name"), most=50)
STEP: Final = (
    CODE,
    OFFICER,
    Field("ChucDanh", ("officer", "title")),
    Field("ThoiDiemXuLy", ("processed_at",), Kind.TIME),
    Field("PhongBanXuLy", ("officer", "department")),
    Field("NoiDungXuLy", ("content",)),
    Field("TrangThai", ("state",), Kind.WHOLE),
    Field("NgayBatDau", ("started_at",), Kind.TIME),
    Field("NgayKetThucTheoQuyDinh", ("due_at",), Kind.TIME),
)
SUBMISSION: Final[tuple[Item, ...]] = (
    *(*IDENTITY, *APPLICANT, SUBMITTED_AT, *PLACE, *FLAGS),
    *(FILES, OTHER_FILES, FEES),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One value of TrangThaiHoSo."""

    vi: str
    sent_by: tuple[str, ...]
    """Schemas whose events put a dossier into this state at the portal."""
    read_as: str
    """Schema of what is made of a dossier that the portal hands over in this state."""
    follows: tuple[int, ...]
    """States that may follow, inferred from the meanings: an odd order is never refused."""


_STEP: Final = "dossier.step"
STATES: Final = {
    1: State(
        vi="Mới đăng ký",
        sent_by=("dossier.submitted", _STEP),
        read_as="dossier.submitted",
        follows=(2, 3, 7),
    ),
    2: State(
        vi="Được tiếp nhận",
        sent_by=("dossier.received", _STEP),
        read_as=_STEP,
        follows=(4, 5, 6, 7, 8),
    ),
    3: State(
        vi="Không được tiếp nhận",
        sent_by=("dossier.received", _STEP),
        read_as=_STEP,
        follows=(),
    ),
    4: State(
        vi="Đang xử lý",
        sent_by=(_STEP, "dossier.transferred", "dossier.fee-paid"),
        read_as=_STEP,
        follows=(5, 6, 8, 9),
    ),
    5: State(
        vi="Yêu cầu bổ sung giấy tờ",
        sent_by=("dossier.supplement-requested", _STEP),
        read_as=_STEP,
        follows=(4, 7, 8),
    ),
    6: State(
        vi="Yêu cầu thực hiện nghĩa vụ tài chính",
        sent_by=("dossier.fee-due", _STEP),
        read_as=_STEP,
        follows=(4, 8),
    ),
    7: State(
        vi="Công dân yêu cầu rút",
        sent_by=("dossier.withdrawn", _STEP),
        read_as="dossier.withdrawn",
        follows=(),
    ),
    8: State(vi="Dừng xử lý", sent_by=("dossier.result", _STEP), read_as=_STEP, follows=()),
    9: State(vi="Đã xử lý xong", sent_by=("dossier.result", _STEP), read_as=_STEP, follows=(10,)),
    10: State(vi="Đã trả kết quả", sent_by=("dossier.returned", _STEP), read_as=_STEP, follows=()),
}
OTHER_STATE: Final = 0
"""`liên thông / other`: occurs beside the ten."""
