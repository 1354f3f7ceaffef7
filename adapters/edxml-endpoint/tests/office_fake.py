"""A fake e-office, in both shapes. Its texts travel in an attached file, so any text fits."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lgsp_adapter import Request
from lgsp_adapter.kit import secret_behind
from lgsp_adapter.kit.caller import Caller, Told
from lgsp_adapter.testing import delivery
from lgsp_edxml.mapping import to_body
from lgsp_edxml.model import (
    Attachment,
    Code,
    Document,
    DocumentType,
    Issue,
    Organisation,
    Promulgation,
    Signer,
)
from lgsp_edxml.reader import read_packet
from lgsp_edxml.writer import write_packet

CONFIG = {
    "system_id": "eoffice-mau",
    "secret_key": "test:van-phong",
    "organ_codes": ["H99.98", "000.00.98.H99"],
    "page": 100,
}
KEYS = {"x-systemid": "eoffice-mau", "x-secretkey": secret_behind("van-phong")}
MULTIPART = "multipart/form-data; boundary=ranh-gioi"


def document(number="15", text="Nội dung mẫu", **changes):
    values = {
        "from_": Organisation(code="H99.98", name="Sở Mẫu"),
        "to": (Organisation(code="H99.01"), Organisation(code="G12")),
        "document_id": f"H99.98,2026/03/10,{number}/SM-VPĐT",
        "code": Code(number="15", notation="SM-VPĐT"),
        "promulgation": Promulgation(place="Mẫu", date="2026/03/10"),
        "document_type": DocumentType(type="1", type_detail="0", type_name="Công văn"),
        "subject": "V/v thử nghiệm (mẫu)",
        "signer": Signer(full_name="Người Ký Mẫu"),
        "business": Issue(reason="Văn bản mới", paper=0),
        "attachments": (Attachment(content_id="cid:1", name="mau.txt", data=text.encode()),),
    }
    return Document(**{**values, **changes})


def form(packet, name="edocFile"):
    head = (
        f'--ranh-gioi\r\nContent-Disposition: form-data; name="messageType"\r\n\r\nedoc\r\n'
        f'--ranh-gioi\r\nContent-Disposition: form-data; name="{name}"; filename="vb.edxml"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return head.encode() + packet + b"\r\n--ranh-gioi--\r\n"


def call(method, target, body=b"", **headers):
    where = urlsplit(target)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(
        method=method,
        path=where.path,
        query=dict(parse_qsl(where.query)),
        headers={**KEYS, **given},
        body=body,
    )


def send(packet):
    return call("POST", "/v1/sendEdoc", form(packet), content_type=MULTIPART)


def told(answer):
    """Return the fields of an answer."""
    return json.loads(answer.body)


def waiting(objects, id_="g-1", text="Nội dung mẫu", packet=None):
    """Return a delivery as a sender with software of its own makes it."""
    packet = packet or document(number=id_, text=text)
    body = to_body(read_packet(write_packet(packet)))
    del body["original"]
    for file in packet.attachments:
        hash_ = objects.put(file.data)
        assert hash_ == f"sha256:{hashlib.sha256(file.data).hexdigest()}"
    made = delivery(id_, type_="vn.gov.document.issued.v1")
    return replace(made, body=json.dumps(body, ensure_ascii=False).encode())


class Office(Caller):
    """The shape below /v1."""

    config = CONFIG

    async def hand_in(self, ask, id_, text, subject):
        return await ask(send(write_packet(document(number=subject, text=text + id_))))

    async def fetch(self, ask):
        answer = await ask(call("GET", "/v1/syncReceivedEdocList?messageType=edoc"))
        if self.told(answer) is not Told.DONE:
            return answer, []
        found = []
        for row in told(answer)["data"]:
            packet = await self.packet(ask, row["docId"])
            found.append((row["docId"], text_of(packet)))
        return answer, found

    async def packet(self, ask, doc_id):
        answer = await ask(call("GET", f"/v1/getEdoc?docId={doc_id}"))
        return base64.b64decode(told(answer)["data"])

    async def confirm(self, ask, handle):
        body = json.dumps({"docid": handle, "status": "done"}).encode()
        return await ask(call("POST", "/v1/updateStatus", body))

    def as_stranger(self, request):
        return replace(request, headers={**request.headers, "x-secretkey": "sai"})

    def told(self, answer):
        if answer.content_type == "application/octet-stream":
            return Told.DONE
        code = told(answer)["ErrorCode"]
        return {"0": Told.DONE, "20": Told.AGAIN}.get(code, Told.REFUSED)


class Bkav(Office):
    """The shape below /EdocService."""

    async def hand_in(self, ask, id_, text, subject):
        packet = write_packet(document(number=subject, text=text + id_))
        return await ask(call("POST", "/EdocService/sendDocument", packet))

    async def fetch(self, ask):
        answer = await ask(call("GET", "/EdocService/getPendingDocIds"))
        if self.told(answer) is not Told.DONE:
            return answer, []
        ids = told(answer)["data"]
        return answer, [(doc_id, text_of(await self.packet(ask, doc_id))) for doc_id in ids]

    async def packet(self, ask, doc_id):
        return (await ask(call("GET", f"/EdocService/getDocument?docId={doc_id}"))).body

    async def confirm(self, ask, handle):
        return await ask(call("POST", f"/EdocService/confirmReceived?docId={handle}"))


def text_of(packet):
    return packet_in(packet).attachments[0].data.decode()


def packet_in(data) -> Any:
    """Return the packet in some bytes: a document or a status, as the test knows."""
    return read_packet(data).packet
