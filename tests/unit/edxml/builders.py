"""Synthetic packets (mẫu): invented agencies of the province H99, invented people."""

import io
import zipfile
from dataclasses import replace

import pytest
from lgsp_edxml.errors import EdxmlError
from lgsp_edxml.model import (
    Attachment,
    Business,
    Code,
    Document,
    DocumentType,
    Hop,
    Issue,
    Organisation,
    Promulgation,
    Receiver,
    Replace,
    Replacement,
    Response,
    Signer,
    Staff,
    Status,
    Update,
    Withdraw,
)
from lgsp_edxml.reader import read_packet
from lgsp_edxml.writer import write_packet

PDF = b"%PDF-1.7\n% m\xe1\xba\xabu\n"
STAFF = Staff(department="Văn phòng mẫu", staff="Cán Bộ Mẫu", email="cb@mau.example", mobile="84")
SENDER = Organisation(
    code="000.00.31.H99",
    in_charge="UBND tỉnh Mẫu",
    name="Sở Mẫu Một",
    address="Số 0 đường Mẫu",
    email="vt@mau.example",
    telephone="0000 (mẫu)",
    fax="",
    website="mau.example",
)
ISSUE = Issue(reason="Gửi mới (mẫu)", paper=0)
BUSINESSES: dict[str, Business] = {
    "document.issued": ISSUE,
    "document.withdrawn": Withdraw(reason="Gửi nhầm (mẫu)", paper=1, staff=STAFF),
    "document.updated": Update(
        reason="Sửa nơi nhận (mẫu)",
        content_changed=False,
        receivers_changed=True,
        receivers=(Receiver(code="H99.32", type=0), Receiver(code="H99.33", type=1)),
        document_id="000.00.31.H99,2026/01/02,3/SMM-VP",
        staff=STAFF,
    ),
    "document.replaced": Replace(
        reason="Thay văn bản (mẫu)",
        replacements=(
            Replacement(document_id="000.00.31.H99,2026/01/02,3/SMM-VP", organ_codes=("H99.32",)),
        ),
        paper=0,
    ),
}
DOCUMENT = Document(
    from_=SENDER,
    to=(Organisation(code="H99.32", name="Sở Mẫu Hai"), Organisation(code="000.00.32.H99")),
    document_id="000.00.31.H99,2026/02/03,4/SMM-VPĐT",
    code=Code(number="4", notation="SMM-VPĐT"),
    promulgation=Promulgation(place="Mẫu", date="2026/02/03"),
    document_type=DocumentType(type="71", type_detail="0", type_name="Công văn"),
    subject="V/v thử <một> & hai (mẫu)",
    content="Nội dung mẫu",
    signer=Signer(competence="KT. GIÁM ĐỐC", position="Phó Giám đốc", full_name="Người Mẫu"),
    due_date="2026/03/04",
    priority=2,
    sphere_of_promulgation="Lĩnh vực mẫu",
    typer_notation="MAU",
    promulgation_amount=2,
    page_amount=1,
    direction=True,
    reply_fors=("1/MAU",),
    reference_codes=("2/MAU",),
    appendixes=("Phụ lục mẫu",),
    response_for=(
        Response(
            organ_code="H99.32", code="7/SMH", promulgation_date="2026/01/01", document_id="m"
        ),
    ),
    steering_type=2,
    response_for_task=("NV-MAU-1", "NV-MAU-2"),
    application_type="mẫu",
    to_places=("Như trên", "Lưu: mẫu"),
    trace=(Hop(code="000.00.31.H99", at="2026/02/03 08:00:00"), Hop(at="2026/02/03 08:00:05")),
    business=ISSUE,
    attachments=(
        Attachment(content_id="cid:1", name="Công văn mẫu.pdf", description="Mẫu", data=PDF),
        Attachment(content_id="cid:2", name="Bảng mẫu.txt", data="số liệu mẫu".encode()),
    ),
)
STATUS = Status(
    from_=Organisation(code="H99.32", name="Sở Mẫu Hai", in_charge="UBND tỉnh Mẫu"),
    response_for=Response(
        organ_code="000.00.31.H99",
        code="4/SMM-VPĐT",
        promulgation_date="2026/02/03",
        document_id=DOCUMENT.document_id,
    ),
    staff=STAFF,
    status_code="03",
    description="Đã vào sổ (mẫu)",
    at="2026/02/03 09:00:00",
)


def of_kind(kind):
    """Return the sample packet of one of the hub's types."""
    return STATUS if kind == "document.status" else replace(DOCUMENT, business=BUSINESSES[kind])


def with_file(name, data):
    """Return the sample document with this one attachment."""
    return replace(DOCUMENT, attachments=(Attachment(content_id="cid:1", name=name, data=data),))


def edited(packet, *changes):
    """Return the packet's official text with each (old, new) replaced everywhere."""
    text = write_packet(packet).decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text.encode()


def noted(data):
    """Return the reading and the codes of its notes."""
    reading = read_packet(data)
    return reading, {str(note.deviation) for note in reading.notes}


def fault_of(data):
    """Return code and place of the error that reading gives."""
    with pytest.raises(EdxmlError) as caught:
        read_packet(data)
    return str(caught.value.fault), caught.value.place


def zip_of(entries, method=zipfile.ZIP_DEFLATED):
    """Return a ZIP of (name, bytes) pairs; names may repeat."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()
