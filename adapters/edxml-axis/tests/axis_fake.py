"""A fake of the axis' interface in memory, asked through `httpx2.MockTransport`."""

import base64
import email
import email.policy
import hashlib
import hmac
import json

import httpx2
from axis_letters import document, packet_in
from lgsp_adapter import Context
from lgsp_adapter.kit import Peer, Say, SinkPeer, SourcePeer, secret_behind
from lgsp_adapter.testing import MemoryObjects
from lgsp_edxml.mapping import to_body
from lgsp_edxml.model import Attachment, Document
from lgsp_edxml.reader import read_packet
from lgsp_edxml.writer import write_packet

SECRET = secret_behind("khoa")


async def secrets(name):
    return secret_behind(name)


class FakeAxis(Peer):
    """Checks each signature; keeps received and sent packets; lists until done or fail."""

    def __init__(self, objects=None):
        super().__init__()
        self.objects = objects or MemoryObjects()
        self.waiting = {}
        """docId: (messagetype, packet, to)."""
        self.sent = []
        """(docId, from, to, messagetype, packet)."""
        self.told = []
        self.handed = 0
        self.refuse_get = set()
        self.hide_notation = False
        self.never_refused = set()
        """Calls that a scripted refusal does not mean: it is about the letter."""
        self.halves = 0
        """How many packets are cut in half before one comes whole."""

    @property
    def config(self):
        return {
            "url": "https://truc.mau.example/xroad",
            "system_id": "sys-mau",
            "secret": "test:khoa",
        }

    def connect(self, ctx, timeout):  # noqa: ARG002
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self.handle))

    def context(self, now=None):
        more = {} if now is None else {"now": now}
        return Context(
            "axis",
            resolvers={"test": secrets},
            fetch=self.objects.fetch,
            store=self.objects.store,
            **more,
        )

    def put(self, doc_id, data, kind="edoc", to="", created="2026-03-10 08:02:00"):
        self.waiting[doc_id] = (kind, data, to, created)

    async def handle(self, request):
        name = request.url.path.rpartition("/")[2]
        headers = checked_headers(request)
        content = await request.aread()
        id_ = self.id_of(name, headers, content)
        said = await self.script.answer(id_)
        if said.say is Say.DOWN:
            return httpx2.Response(503)
        if said.say is Say.SLOW_DOWN:
            return httpx2.Response(429, headers={"retry-after": str(int(said.after or 0))})
        if said.say is Say.REJECT and name not in self.never_refused:
            return answer(status="FAIL", ErrorCode=said.code, ErrorDesc="Người Ký Mẫu bị từ chối")
        made = getattr(self, name)(headers, content)
        return httpx2.Response(503) if said.say is Say.LOST else made

    def id_of(self, name, headers, content):  # noqa: ARG002
        return headers.get("docId") or headers.get("docid")

    def getReceivedEdocList(self, headers, content):  # noqa: N802, ARG002
        assert headers["servicetype"] == "eDoc"
        rows = [
            {"docId": doc_id, "created_time": created, "from": "G12", "to": to, "status": "initial"}
            for doc_id, (kind, _, to, created) in self.waiting.items()
            if kind == headers["messagetype"]
        ]
        return answer(data=rows)

    def getEdoc(self, headers, content):  # noqa: N802, ARG002
        doc_id = headers["docId"]
        if doc_id in self.refuse_get:
            return answer(status="FAIL", ErrorCode="404", ErrorDesc="không có")
        self.handed += doc_id in self.waiting
        sent = {each[0]: each[4] for each in self.sent}
        data = self.waiting[doc_id][1] if doc_id in self.waiting else sent[doc_id]
        if self.halves:
            self.halves -= 1
            data = data[: len(data) // 2]
        return answer(data=base64.b64encode(data).decode())

    def updateStatus(self, headers, content):  # noqa: N802, ARG002
        self.told.append((headers["docid"], headers["status"]))
        if headers["docid"] not in self.waiting:
            return answer(status="FAIL", ErrorCode="9", ErrorDesc="không có")
        if headers["status"] in ("done", "fail"):
            del self.waiting[headers["docid"]]
        return answer()

    def sendEdoc(self, headers, content):  # noqa: N802
        data = part(content, "file_doc")
        assert headers["hash-file"] == hashlib.sha256(data).hexdigest()
        doc_id = f"{len(self.sent):024x}"
        to = json.loads(headers.get("to", "[]"))
        self.sent.append((doc_id, headers["from"], to, headers["messagetype"], data))
        return answer(DocId=doc_id)

    def getSentEdocList(self, headers, content):  # noqa: N802, ARG002
        return answer(
            data=[
                self.sent_row(doc_id, sender, data)
                for doc_id, sender, _, kind, data in self.sent
                if kind == headers["messagetype"]
            ]
        )

    def sent_row(self, doc_id, sender, data):
        found = packet_in(data)
        row = {"senderDocId": doc_id, "fromCode": sender, "sendStatus": "done"}
        if isinstance(found, Document):
            notation = f"{found.code.number}/{found.code.notation}"
            row |= {"title": found.subject, "notation": None if self.hide_notation else notation}
        return row

    def getAgenciesListQD20(self, headers, content):  # noqa: N802, ARG002
        assert headers["level"] == "1"
        rows = [
            {"code": "H99", "id": 7, "mail": "", "name": "Tỉnh Mẫu", "code102": "000.00.00.H99"},
            {"code": "H98", "id": 8, "name": "Tỉnh Thử"},
        ]
        return answer(data=rows)

    def getSynchronizeUnit(self, headers, content):  # noqa: N802, ARG002
        row = {"code": "000.00.02.H99", "id": "9", "name": "Sở Mẫu", "pid": "7", "version": 3}
        return answer(data=[{**row, "deleted": "true", "modifyDate": "x", "isAgency": False}])


def answer(**fields):
    return httpx2.Response(200, json={"status": "OK", "ErrorCode": "0", "ErrorDesc": "", **fields})


def checked_headers(request):
    """Return the parameters of a call, after checking the signature as the axis would."""
    head = request.headers
    assert head["user-agent"] == "JAVASDKAgent/1.0.0 XRoad/VPCP"
    assert head["xroadvnpt-version"] == "3.0.201608"
    text = head["xroadvnpt-sign-header"]
    wanted = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    assert head["xroadvnpt-hash-header"] == wanted
    signed = json.loads(text)
    assert head["xroadvnpt-sign-header-key"] == ";".join(signed)
    assert {head[name] for name in signed} == set(signed.values())
    return {name.removeprefix("XroadVnpt-"): value for name, value in signed.items()}


def part(content, name):
    """Return one part of a multipart body, read by another parser than the adapter's writer."""
    boundary = content.partition(b"\r\n")[0].removeprefix(b"--")
    head = b"Content-Type: multipart/form-data; boundary=" + boundary + b"\r\n\r\n"
    parsed = email.message_from_bytes(head + content, policy=email.policy.HTTP)
    (found,) = [
        each
        for each in parsed.iter_parts()
        if each.get_param("name", header="content-disposition") == name
    ]
    return found.get_payload(decode=True)


class FakeSource(FakeAxis, SourcePeer):
    """For the kit: a record is a letter whose subject is the text; a long text is a file."""

    def put(self, id_, text, subject):  # type: ignore[override]  # the kit calls this one
        letter = document(number=subject, subject=text) if len(text) < 1000 else long_letter(text)
        self.waiting[id_] = ("edoc", write_packet(letter), "", "2026-03-10 08:02:00")

    def put_unreadable(self):
        self.waiting["hong"] = ("edoc", b"<khong-phai/>", "", "")

    @property
    def handed_out(self):
        return self.handed


class FakeSink(FakeAxis, SinkPeer):
    """For the kit: says which deliveries' letters were taken."""

    def __init__(self, objects=None):
        super().__init__(objects)
        self.never_refused = {"getSentEdocList"}

    def id_of(self, name, headers, content):
        if name != "sendEdoc":
            return super().id_of(name, headers, content)
        return id_of_letter(packet_in(part(content, "file_doc")))

    @property
    def taken(self):
        packets = [read_packet(each[4]) for each in self.sent]
        return [(id_of_letter(each.packet), body_of(each)) for each in packets]


def id_of_letter(letter):
    return letter.document_id.rpartition(",")[2].removesuffix("/BM-VPĐT")


def body_of(reading):
    """Return what the sender signed: the body without what only a reader can know."""
    body = to_body(reading)
    del body["original"]
    for file in body.get("attachments", ()):
        del file["transported_sha256"], file["content_type"]
    return json.dumps(body, ensure_ascii=False).encode()


def long_letter(text):
    file = Attachment(content_id="cid:1", name="dai.txt", data=text.encode())
    return document(number="dai", attachments=(file,))
