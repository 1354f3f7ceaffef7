"""What an e-Office reads of a packet, by local name, and the status that it writes back.

The standard library only: this reader shares nothing with the hub's own codec, so that the two
prove each other.
"""

from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

NAMESPACE: Final = "http://www.mic.gov.vn/TBT/QCVN_102_2016"

WORDS: Final = {
    "01": "Đã đến: phần mềm QLVB đã nhận nhưng văn thư chưa xử lý",
    "02": "Từ chối không tiếp nhận văn bản điện tử",
    "03": "Tiếp nhận, vào sổ văn bản đến",
    "04": "Lãnh đạo phân công xử lý",
    "05": "Đang xử lý văn bản đến",
    "06": "Hoàn thành xử lý",
    "13": "Văn thư yêu cầu lấy lại văn bản điện tử kèm lý do",
    "15": "Đồng ý yêu cầu cập nhật, lấy lại",
    "16": "Từ chối yêu cầu cập nhật, lấy lại",
}

_STATUS: Final = """<?xml version="1.0" encoding="UTF-8"?>
<edXML xmlns="{ns}">
 <edXML:edXMLEnvelope xmlns:edXML="{ns}">
  <edXML:edXMLHeader>
   <edXML:MessageHeader>
    <edXML:From>
     <edXML:OrganId>{own}</edXML:OrganId>
     <edXML:OrganName>{name}</edXML:OrganName>
    </edXML:From>
    <edXML:ResponseFor>
     <edXML:OrganId>{sender}</edXML:OrganId>
     <edXML:Code>{code}</edXML:Code>
     <edXML:PromulgationDate>{date}</edXML:PromulgationDate>
     <edXML:DocumentId>{document}</edXML:DocumentId>
    </edXML:ResponseFor>
    <edXML:StaffInfo>
     <edXML:Department>Văn thư</edXML:Department>
     <edXML:Staff>Cán Bộ Mẫu</edXML:Staff>
     <edXML:Mobile>84000000000</edXML:Mobile>
     <edXML:Email>canbo@mau.example</edXML:Email>
    </edXML:StaffInfo>
    <edXML:StatusCode>{status}</edXML:StatusCode>
    <edXML:Description>{words}</edXML:Description>
    <edXML:Timestamp>{at}</edXML:Timestamp>
   </edXML:MessageHeader>
  </edXML:edXMLHeader>
 </edXML:edXMLEnvelope>
</edXML>
"""


class Unreadable(Exception):
    """The e-Office cannot read the packet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A packet in a few words."""

    document: str
    sender: str
    code: str
    date: str
    status: str
    """Of a status packet; else empty."""
    business: str
    """BussinessDocType of a document."""

    @property
    def key(self) -> str:
        """The same for each copy of one message."""
        kind = f"status-{self.status}" if self.status else f"type-{self.business}"
        return f"{self.sender}|{self.document}|{kind}"


def facts(packet: bytes) -> Facts:
    """Read a packet.

    Raises:
        Unreadable: not well-formed, with a DOCTYPE, or without a header.
    """
    if b"<!DOCTYPE" in packet:
        raise Unreadable("a DOCTYPE")
    try:
        tree = ET.fromstring(packet)  # noqa: S314  (no DOCTYPE, no entities)
    except ET.ParseError as error:
        raise Unreadable("not well-formed XML") from error
    header = _find(tree, "MessageHeader")
    if header is None or not _text(header, "OrganId"):
        raise Unreadable("no MessageHeader")
    answered = _find(header, "ResponseFor") if _text(header, "StatusCode") else None
    about = header if answered is None else answered
    number = f"{_text(header, 'CodeNumber')}/{_text(header, 'CodeNotation')}"
    return Facts(
        document=_text(about, "DocumentId"),
        sender=_text(_find(header, "From"), "OrganId"),
        code=number if answered is None else _text(about, "Code"),
        date=_text(about, "PromulgationDate"),
        status=_text(header, "StatusCode"),
        business=_text(tree, "BussinessDocType") or "0",
    )


def status_packet(about: Facts, *, own: str, name: str, status: str, at: str) -> bytes:
    """Return a status about a letter, in the official form; `at` is yyyy/MM/dd HH:mm:ss."""
    values = {
        "own": own,
        "name": name,
        "sender": about.sender,
        "code": about.code,
        "date": about.date,
        "document": about.document,
        "status": status,
        "words": WORDS[status],
        "at": at,
    }
    return _STATUS.format(ns=NAMESPACE, **{k: escape(v) for k, v in values.items()}).encode()


def _find(tree: ET.Element | None, name: str) -> ET.Element | None:
    found = () if tree is None else tree.iter()
    return next((each for each in found if each.tag.rpartition("}")[2] == name), None)


def _text(tree: ET.Element | None, name: str) -> str:
    found = _find(tree, name)
    return "" if found is None else (found.text or "").strip()
