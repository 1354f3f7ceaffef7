"""edXML packets of the centre, as another member of the axis sends them: letters and statuses.

Text by hand: what the hub reads must not come from the code that reads it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape

_NAMESPACE: Final = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
_HEAD: Final = f'<?xml version="1.0" encoding="UTF-8"?>\n<edXML xmlns="{_NAMESPACE}">'
_DAY: Final = "%Y/%m/%d"
_MOMENT: Final = "%Y/%m/%d %H:%M:%S"

CENTRE: Final = "G99"
"""The invented ministry that the sandbox knows."""
CENTRE_OLD: Final = "000.00.00.G99"

WORDS: Final[Mapping[str, str]] = {
    "01": "Đã đến",
    "03": "Tiếp nhận, vào sổ văn bản đến",
    "06": "Hoàn thành xử lý",
}
"""The statuses that are given back, with their words."""


def document_id(number: str, day: datetime) -> str:
    """Return the DocumentId of a letter of the centre. `number`: `15/KN-MAU`."""
    return f"{CENTRE_OLD},{day:{_DAY}},{number}"


def letter(number: str, to: str, at: datetime) -> bytes:
    """Return a letter of the centre to one agency, without an attachment."""
    short, _, notation = number.partition("/")
    return _packet(
        f"<MessageHeader>{_from()}<To><OrganId>{to}</OrganId>"
        "<OrganName>Sở Thử nghiệm tỉnh Mẫu</OrganName></To>"
        f"<DocumentId>{escape(document_id(number, at))}</DocumentId>"
        f"<Code><CodeNumber>{short}</CodeNumber><CodeNotation>{escape(notation)}</CodeNotation></Code>"
        f"<PromulgationInfo><Place>Mẫu</Place><PromulgationDate>{at:{_DAY}}</PromulgationDate>"
        "</PromulgationInfo><DocumentType><Type>1</Type><TypeDetail>0</TypeDetail>"
        "<TypeName>Công văn</TypeName></DocumentType>"
        "<Subject>V/v thử nghiệm liên thông (mẫu)</Subject>"
        "<SignerInfo><Position>Vụ trưởng</Position><FullName>Người Ký Mẫu</FullName></SignerInfo>"
        "<OtherInfo><Priority>0</Priority><PageAmount>1</PageAmount></OtherInfo></MessageHeader>"
        f"<TraceHeaderList><TraceHeader><OrganId>{CENTRE_OLD}</OrganId>"
        f"<Timestamp>{at:{_MOMENT}}</Timestamp></TraceHeader><Bussiness>"
        "<BussinessDocType>0</BussinessDocType><BussinessDocReason>Văn bản mới</BussinessDocReason>"
        "<Paper>0</Paper></Bussiness></TraceHeaderList>"
    )


def status(letter_id: str, of: str, code: str, at: datetime) -> bytes:
    """Return what the centre says of a letter that it got from the agency `of`."""
    _, day, number = letter_id.split(",")
    return _packet(
        f"<MessageHeader>{_from()}<ResponseFor><OrganId>{of}</OrganId>"
        f"<Code>{escape(number)}</Code><PromulgationDate>{day}</PromulgationDate>"
        f"<DocumentId>{escape(letter_id)}</DocumentId></ResponseFor>"
        "<StaffInfo><Department>Văn thư</Department><Staff>Cán Bộ Mẫu</Staff></StaffInfo>"
        f"<StatusCode>{code}</StatusCode><Description>{WORDS[code]}</Description>"
        f"<Timestamp>{at:{_MOMENT}}</Timestamp></MessageHeader>"
    )


def _from() -> str:
    return (
        f"<From><OrganId>{CENTRE_OLD}</OrganId><OrganName>Bộ Mẫu</OrganName>"
        "<Email>vanthu@bo.mau.example</Email></From>"
    )


def _packet(header: str) -> bytes:
    inside = f"<edXMLEnvelope><edXMLHeader>{header}</edXMLHeader></edXMLEnvelope>"
    return f"{_HEAD}{inside}</edXML>".encode()
