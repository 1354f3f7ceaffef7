"""Synthetic letters (mẫu) of the province H99."""

import unicodedata
from dataclasses import replace
from typing import Any

from lgsp_edxml.model import (
    Attachment,
    Code,
    Document,
    DocumentType,
    Hop,
    Issue,
    Organisation,
    Promulgation,
    Response,
    Signer,
    Status,
)
from lgsp_edxml.reader import read_packet
from lgsp_edxml.writer import write_packet

PDF = b"%PDF-1.7\n% m\xe1\xba\xabu\n"


def document(number="15", subject="V/v thử nghiệm (mẫu)", **changes):
    values = {
        "from_": Organisation(code="G12", name="Bộ Mẫu"),
        "to": (Organisation(code="H99.98", name="Sở Kiểm thử"), Organisation(code="H98.01")),
        "document_id": f"G12,2026/03/10,{number}/BM-VPĐT",
        "code": Code(number="15", notation="BM-VPĐT"),
        "promulgation": Promulgation(place="Mẫu", date="2026/03/10"),
        "document_type": DocumentType(type="1", type_detail="0", type_name="Công văn"),
        "subject": subject,
        "signer": Signer(full_name="Người Ký Mẫu"),
        "business": Issue(reason="Văn bản mới", paper=0),
        "trace": (Hop(code="G12", at="2026/03/10 08:00:00"),),
        "attachments": (Attachment(content_id="cid:1", name="mau.pdf", data=PDF),),
    }
    return Document(**{**values, **changes})


def status(code="03", document_id="G12,2026/03/10,15/BM-VPĐT", organ="H99.98"):
    return Status(
        from_=Organisation(code="G12", name="Bộ Mẫu"),
        response_for=Response(
            organ_code=organ,
            code="15/BM-VPĐT",
            promulgation_date="2026/03/10",
            document_id=document_id,
        ),
        status_code=code,
        at="2026/03/10 09:15:30",
        description="Tiếp nhận (mẫu)",
    )


def packet(**changes):
    return write_packet(document(**changes))


def by_another_way(letter, axis_code="001.00.20.TT2"):
    """Return the letter as the axis writes it anew: another hop, other bytes."""
    return write_packet(
        replace(letter, trace=(*letter.trace, Hop(code=axis_code, at="2026/03/10 08:01:00")))
    )


def nfd(text):
    return unicodedata.normalize("NFD", text)


def packet_in(data) -> Any:
    """Return the packet in some bytes: a document or a status, as the test knows."""
    return read_packet(data).packet
