"""Invented people. Their identity numbers begin with 999, which no province has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape

_SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One record."""

    number: str
    """SoDinhDanh, 12 digits."""
    old_number: str
    """SoCMND, 9 digits."""
    name: str
    birth: str
    """yyyyMMdd."""
    sex: str
    """1 nam, 2 nữ."""
    residence: str

    def fits(self, asked: Mapping[str, Any]) -> bool:
        """Return whether number, name and the day or year of birth all agree."""
        number = asked.get("SoDinhDanh") or asked.get("SoCMND")
        birth = str(asked.get("NgayThangNam") or asked.get("Nam") or "")
        return (
            number in (self.number, self.old_number)
            and str(asked.get("HoVaTen", "")).casefold() == self.name.casefold()
            and bool(birth)
            and self.birth.startswith(birth)
        )


PEOPLE: Final = (
    Person(
        number="999000000001",
        old_number="999000001",
        name="Nguyễn Văn Mẫu",
        birth="19900101",
        sex="1",
        residence="Số 1, đường Ví Dụ, xã Mẫu, tỉnh Mẫu",
    ),
    Person(
        number="999000000002",
        old_number="999000002",
        name="Trần Thị Mẫu & Con",
        birth="19850215",
        sex="2",
        residence="Số 2, đường Ví Dụ, xã Mẫu, tỉnh Mẫu",
    ),
)


def collection(people: tuple[Person, ...]) -> str:
    """Return the answer's `message`: a SOAP XML with CongdanCollection/CongDan."""
    rows = "".join(_row(each) for each in people)
    return (
        f'<soapenv:Envelope xmlns:soapenv="{_SOAP}"><soapenv:Body>'
        f"<CongdanCollection>{rows}</CongdanCollection>"
        "</soapenv:Body></soapenv:Envelope>"
    )


def _row(person: Person) -> str:
    """Return one CongDan. The names inside it are not published; they follow the question's."""
    fields = {
        "SoDinhDanh": person.number,
        "SoCMND": person.old_number,
        "HoVaTen": person.name,
        "NgayThangNamSinh": person.birth,
        "GioiTinh": person.sex,
        "QuocTich": "VN",
        "NoiThuongTru": person.residence,
    }
    inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
    return f"<CongDan>{inside}</CongDan>"
