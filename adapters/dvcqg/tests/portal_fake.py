"""A fake of the portal in memory, asked through `httpx2.MockTransport`. All people are invented."""

import json

import httpx2
from lgsp_adapter import Context
from lgsp_adapter.guard import AddressRefused
from lgsp_adapter.kit import Peer, Say, SinkPeer, SourcePeer, secret_behind

FILE = b"%PDF-1.7 m\xe1\xba\xabu"


async def secrets(name):
    return secret_behind(name)


class FakePortal(Peer):
    """Knows sessions, dossiers by MaHoSo, steps, new dossiers until they are marked, files."""

    def __init__(self, objects=None):
        super().__init__()
        self.objects = objects
        self.logins = 0
        self.sessions = set()
        self.dossiers = {}
        self.steps = []
        self.calls = []
        self.effects = []
        self.new = {}
        self.marked = []
        self.handed = 0
        self.files = {"https://kho.mau.example/to-khai.pdf": a_file}
        self.say = {}

    @property
    def config(self):
        return {
            "auth_endpoint": "https://dvc.mau.example/login",
            "adapter_url": "https://dvc.mau.example/adapter",
            "username": "tinh-mau",
            "password": "test:cong",
            "dstcode": "VN:H99",
            "madonvi": "000.00.00.H99",
        }

    def connect(self, ctx, timeout, longest):  # noqa: ARG002
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self.handle))

    def context(self, **more):
        return Context(
            "dvcqg",
            resolvers={"test": secrets},
            fetch=self.objects.fetch,
            store=self.objects.store,
            **more,
        )

    async def handle(self, request):
        if request.method == "GET":
            return self.file(request)
        body = json.loads(await request.aread())
        if request.url.path == "/login":
            return await self.login(request, body)
        said = await self.script.answer(self.id_of(body))
        scripted = {
            Say.DOWN: lambda: httpx2.Response(502),
            Say.SLOW_DOWN: lambda: httpx2.Response(
                429, headers={"retry-after": f"{said.after:.0f}"}
            ),
            Say.REJECT: lambda: httpx2.Response(200, json={"error_code": said.code}),
        }
        if said.say in scripted:
            return scripted[said.say]()
        if body["session"] not in self.sessions:
            return problem("-3", "Phiên làm việc đã hết hạn")
        assert body["madonvi"] == "000.00.00.H99"
        if body["service"] != "TraCuuHoSo":
            self.calls.append((body["service"], body["isUpdating"], len(body["data"])))
        answer = self.say.get(body["service"]) or getattr(self, body["service"])(**body)
        return httpx2.Response(502) if said.say is Say.LOST else answer

    async def login(self, request, body):
        if self.script.default.say is Say.DOWN:
            return httpx2.Response(502)
        assert request.headers["dstcode"] == "VN:H99"
        if body["password"] != secret_behind("cong"):
            return problem("3", "Sai mật khẩu của Nguyễn Văn Mẫu")
        self.logins += 1
        session = f"phien-{self.logins}"
        self.sessions.add(session)
        return httpx2.Response(200, json={"error_code": 0, "session": session})

    def file(self, request):
        assert "session" not in str(request.url)
        found = self.files.get(str(request.url), httpx2.Response(404))
        if isinstance(found, Exception):
            raise found
        return found() if callable(found) else found

    def id_of(self, body):
        return body["data"][0].get("MaHoSo")

    def DongBoHoSoMC(self, data, isUpdating, **_):  # noqa: N802, N803
        (record,) = data
        exists = record["MaHoSo"] in self.dossiers
        if exists and not isUpdating:
            return problem("-3", f"Hồ sơ {record['MaHoSo']} của Trần Thị Mẫu đã tồn tại")
        if isUpdating and not exists:
            return problem("3", "Hồ sơ không tồn tại")
        before = self.dossiers.get(record["MaHoSo"], {})
        self.dossiers[record["MaHoSo"]] = {**before, **record}
        if self.dossiers[record["MaHoSo"]] != before:
            self.effects.append(record)
        return good()

    def TraCuuHoSo(self, data, **_):  # noqa: N802
        found = self.dossiers.get(data[0]["MaHoSo"])
        return good(result=[found]) if found else problem("3", "Hồ sơ không tồn tại")

    def CapNhatTienDoHoSoMC(self, data, **_):  # noqa: N802
        assert len(data) <= 10
        if any(step["MaHoSo"] == "khong-co" for step in data):
            return problem("-3", "Hồ sơ không tồn tại")
        self.steps += data
        return good()

    def LayDanhSachHoSoMoi(self, data, **_):  # noqa: N802
        rows = list(self.new.values())[: int(data[0]["SoLuong"])]
        self.handed += len(rows)
        return good(result=rows)

    def XacNhanDaNhanHoSo(self, data, **_):  # noqa: N802
        (row,) = data
        self.marked.append(row["MaHoSo"])
        for key, known in list(self.new.items()):
            if (known["MaHoSo"], known["TrangThaiHoSo"]) == (row["MaHoSo"], row["TrangThaiHoSo"]):
                del self.new[key]
        return good()


def a_file():
    async def pieces():
        yield FILE[:5]
        yield FILE[5:]

    return httpx2.Response(200, content=pieces(), headers={"content-type": "application/pdf"})


def good(**fields):
    return httpx2.Response(200, json={"error_code": 0, "message": "Thành công", **fields})


def problem(code, message):
    return httpx2.Response(200, json={"error_code": code, "message": message})


def refused_address():
    return AddressRefused("not_approved")


def row(code="000.00.15.H99-260310-0001", **changes):
    """Return a dossier as the portal lists it."""
    values = {
        "MaHoSo": code,
        "MaTTHC": "1.000000.H99",
        "TenTTHC": "Đăng ký khai sinh (mẫu)",
        "ChuHoSo": "Trần Thị Mẫu",
        "LoaiDoiTuong": "1",
        "NgayNopHoSo": "20260310083000",
        "TrangThaiHoSo": "1",
        "DonViXuLy": "UBND xã Mẫu",
        "TrichYeuHoSo": "Trích yếu mẫu",
        "Email": "",
    }
    return {**values, **changes}


class FakeSource(FakePortal, SourcePeer):
    """For the kit."""

    def put(self, id_, text, subject):
        self.new[id_] = row(subject, TrichYeuHoSo=text)

    def put_unreadable(self):
        self.new["hong"] = {"MaHoSo": "hong", "TrangThaiHoSo": "1"}

    @property
    def handed_out(self):
        return self.handed


class FakeSink(FakePortal, SinkPeer):
    """For the kit: makes the signed body again of what it was given."""

    @property
    def taken(self):
        return [(each["MaHoSo"], encoded(each["MaHoSo"], text_of(each))) for each in self.effects]


PIECE = 4000


def submission(id_, text):
    """Return a body; a long text stands in the names of its files."""
    body = {
        "dossier_code": id_,
        "procedure": {"code": "1.000000.H99"},
        "applicant": {"name": "Trần Thị Mẫu", "kind": 1},
        "submitted_at": "2026-03-10T08:30:00+07:00",
        "agency": {"code": "H99.98.01"},
    }
    if len(text) <= 1000:
        return {**body, "summary": text}
    pieces = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
    return {**body, "files": [{"name": piece} for piece in pieces]}


def text_of(record):
    if "TrichYeuHoSo" in record:
        return record["TrichYeuHoSo"]
    return "".join(file["TenTepDinhKem"] for file in record["TaiLieuNop"])


def encoded(id_, text):
    return json.dumps(submission(id_, text), ensure_ascii=False).encode()
