"""Who is who in the province of the demo. All invented: the level-1 codes H99 and G9x do not exist.

Four levels: ministries and the national portal, the province with its departments, districts,
communes. `Tiers.TWO` is the country since 1/7/2025: no districts, more communes.
"""

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final


@unique
class Tiers(StrEnum):
    """How many tiers local government has."""

    THREE = "three"
    TWO = "two"


@unique
class Role(StrEnum):
    """What a system does; `simulator.roles` says which types each takes and sends."""

    PORTAL = "portal"
    DESK = "desk"
    OFFICE = "office"
    COMMUNE = "commune"
    PARTNER = "partner"
    PAYMENT = "payment"
    POST = "post"
    NOTICES = "notices"
    DATA = "data"
    HOTLINE = "hotline"


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One information system of an agency."""

    name: str
    title: str
    role: Role
    agency: str
    """The agency's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """One agency, with its code in both national forms."""

    id: str
    name: str
    level: str
    """`central`, `province`, `district` or `commune`."""
    code: str
    """In the form of QĐ 20/2020: level 1 first."""
    parent: str | None
    systems: tuple[System, ...]

    @property
    def old_code(self) -> str:
        """Return the same code in the form of QCVN 102:2016: level 1 last, zeros in front."""
        parts = self.code.split(".")
        return ".".join([*("000", "00", "00")[: 4 - len(parts)], *reversed(parts)])


PROVINCE: Final = "mau-ubnd-tinh"
NATIONAL: Final = "mau-vpcp"
DATA_CENTRE: Final = "mau-so-khcn"

_DISTRICTS: Final = 5
_COMMUNES: Final = {Tiers.THREE: 18, Tiers.TWO: 28}
"""The same number of systems in both variants: a commune takes the place of half a district."""

_CENTRAL: Final = (
    (NATIONAL, "Văn phòng Chính phủ (mẫu)", "G99"),
    ("mau-bo-tu-phap", "Bộ Tư pháp (mẫu)", "G98"),
    ("mau-bo-cong-an", "Bộ Công an (mẫu)", "G97"),
    ("mau-bo-tai-chinh", "Bộ Tài chính (mẫu)", "G96"),
    ("mau-bhxh", "Bảo hiểm xã hội Việt Nam (mẫu)", "G95"),
)
_CENTRAL_SYSTEMS: Final = (
    ("dvcqg-mau", "Cổng Dịch vụ công quốc gia (mẫu)", Role.PORTAL, NATIONAL),
    ("truc-van-ban-mau", "Trục liên thông văn bản quốc gia (mẫu)", Role.OFFICE, NATIONAL),
    ("ho-tich-mau", "Hộ tịch điện tử (mẫu)", Role.PARTNER, "mau-bo-tu-phap"),
    ("dan-cu-mau", "Đăng ký cư trú (mẫu)", Role.PARTNER, "mau-bo-cong-an"),
    ("dkkd-mau", "Đăng ký doanh nghiệp quốc gia (mẫu)", Role.PARTNER, "mau-bo-tai-chinh"),
    ("bhxh-mau", "Giám định bảo hiểm y tế (mẫu)", Role.PARTNER, "mau-bhxh"),
)
_DEPARTMENTS: Final = (
    ("so-tu-phap", "Sở Tư pháp", "desk"),
    ("so-nnmt", "Sở Nông nghiệp và Môi trường", "desk"),
    ("so-tai-chinh", "Sở Tài chính", "desk"),
    ("so-xay-dung", "Sở Xây dựng", "desk"),
    ("so-y-te", "Sở Y tế", "desk"),
    ("so-cong-thuong", "Sở Công Thương", "desk"),
    ("so-khcn", "Sở Khoa học và Công nghệ", ""),
    ("so-noi-vu", "Sở Nội vụ", ""),
    ("so-gddt", "Sở Giáo dục và Đào tạo", ""),
    ("so-vhttdl", "Sở Văn hóa, Thể thao và Du lịch", ""),
    ("so-dttg", "Sở Dân tộc và Tôn giáo", ""),
    ("so-ngoai-vu", "Sở Ngoại vụ", ""),
    ("thanh-tra", "Thanh tra", ""),
)
DEPARTMENTS: Final = frozenset(f"mau-{id_}" for id_, _, _ in _DEPARTMENTS)
"""The ids of the specialised agencies under the province's people's committee."""
_OTHERS: Final = (
    ("mau-ttpvhcc", "Trung tâm Phục vụ hành chính công tỉnh Mẫu"),
    ("mau-cong-an-tinh", "Công an tỉnh Mẫu"),
    ("mau-buu-dien", "Bưu điện tỉnh Mẫu"),
    ("mau-ngan-hang", "Ngân hàng thanh toán Mẫu"),
)
_PROVINCE_SYSTEMS: Final = (
    ("van-ban-ubnd-tinh-mau", "Quản lý văn bản UBND tỉnh Mẫu", Role.OFFICE, PROVINCE),
    ("cong-dvc-tinh-mau", "Hệ thống giải quyết thủ tục tỉnh Mẫu", Role.PORTAL, PROVINCE),
    ("ioc-mau", "Trung tâm giám sát, điều hành tỉnh Mẫu", Role.DATA, PROVINCE),
    ("mot-cua-tinh-mau", "Một cửa điện tử tỉnh Mẫu", Role.DESK, "mau-ttpvhcc"),
    ("xuat-nhap-canh-mau", "Quản lý xuất nhập cảnh tỉnh Mẫu", Role.DESK, "mau-cong-an-tinh"),
    ("van-ban-cong-an-mau", "Quản lý văn bản Công an tỉnh Mẫu", Role.OFFICE, "mau-cong-an-tinh"),
    ("buu-dien-mau", "Bưu chính công ích (mẫu)", Role.POST, "mau-buu-dien"),
    ("thanh-toan-mau", "Nền tảng thanh toán (mẫu)", Role.PAYMENT, "mau-ngan-hang"),
    ("kho-du-lieu-mau", "Kho dữ liệu dùng chung tỉnh Mẫu", Role.DATA, DATA_CENTRE),
    ("tong-dai-1022-mau", "Tổng đài 1022 tỉnh Mẫu", Role.HOTLINE, DATA_CENTRE),
    ("thong-bao-mau", "Cổng tin nhắn SMS, Zalo tỉnh Mẫu", Role.NOTICES, DATA_CENTRE),
)


def agencies(tiers: Tiers) -> tuple[Agency, ...]:
    """Return all agencies of the variant, with their systems."""
    owned: dict[str, list[System]] = {}
    for name, title, role, agency in (*_CENTRAL_SYSTEMS, *_PROVINCE_SYSTEMS):
        owned.setdefault(agency, []).append(
            System(name=name, title=title, role=role, agency=agency)
        )
    districts = _districts() if tiers is Tiers.THREE else ()
    return (
        *(_central(id, name, code, owned) for id, name, code in _CENTRAL),
        *_province(owned),
        *districts,
        *_communes(_COMMUNES[tiers], districts),
    )


def _central(id_: str, name: str, code: str, owned: dict[str, list[System]]) -> Agency:
    systems = tuple(owned.get(id_, ()))
    return Agency(id=id_, name=name, level="central", code=code, parent=None, systems=systems)


def _province(owned: dict[str, list[System]]) -> tuple[Agency, ...]:
    named = [
        *(
            (f"mau-{id_}", f"{name} tỉnh Mẫu", _department(id_, name, desk))
            for id_, name, desk in _DEPARTMENTS
        ),
        *((id_, name, ()) for id_, name in _OTHERS),
    ]
    below = (
        Agency(
            id=id_,
            name=name,
            level="province",
            code=f"H99.{number:02}",
            parent=PROVINCE,
            systems=(*systems, *owned.get(id_, ())),
        )
        for number, (id_, name, systems) in enumerate(named, start=1)
    )
    head = Agency(
        id=PROVINCE,
        name="UBND tỉnh Mẫu",
        level="province",
        code="H99",
        parent=None,
        systems=tuple(owned[PROVINCE]),
    )
    return (head, *below)


def _department(id_: str, name: str, desk: str) -> tuple[System, ...]:
    agency = f"mau-{id_}"
    office = System(
        name=f"van-ban-{id_}-mau",
        title=f"Quản lý văn bản {name} tỉnh Mẫu",
        role=Role.OFFICE,
        agency=agency,
    )
    title = f"Một cửa điện tử {name} tỉnh Mẫu"
    one_stop = System(name=f"mot-cua-{id_}-mau", title=title, role=Role.DESK, agency=agency)
    return (office, one_stop) if desk else (office,)


def _districts() -> tuple[Agency, ...]:
    return tuple(_district(number) for number in range(1, _DISTRICTS + 1))


def _district(number: int) -> Agency:
    id_, name = f"mau-huyen-{number:02}", f"UBND huyện Mẫu {number:02}"
    systems = (
        System(
            name=f"van-ban-huyen-{number:02}-mau",
            title=f"Quản lý văn bản {name}",
            role=Role.OFFICE,
            agency=id_,
        ),
        System(
            name=f"mot-cua-huyen-{number:02}-mau",
            title=f"Một cửa điện tử {name}",
            role=Role.DESK,
            agency=id_,
        ),
    )
    code = f"H99.{40 + number}"
    return Agency(id=id_, name=name, level="district", code=code, parent=PROVINCE, systems=systems)


def _communes(count: int, districts: tuple[Agency, ...]) -> tuple[Agency, ...]:
    return tuple(_commune(number, districts) for number in range(1, count + 1))


def _commune(number: int, districts: tuple[Agency, ...]) -> Agency:
    id_, name = f"mau-xa-{number:02}", f"UBND xã Mẫu {number:02}"
    above = districts[number % len(districts)] if districts else None
    system = System(
        name=f"xa-{number:02}-mau",
        title=f"Một cửa và văn bản {name}",
        role=Role.COMMUNE,
        agency=id_,
    )
    return Agency(
        id=id_,
        name=name,
        level="commune",
        code=f"{above.code}.{number:02}" if above else f"H99.{60 + number}",
        parent=above.id if above else PROVINCE,
        systems=(system,),
    )
