"""The portal's server: login, one address for all services, files by link.

Codes: 0 is success; 3 and -3 were seen without a list. Here 3 is a fault of the data and -3 one of
the session. Clients judge by the message text, so that is kept: "đã tồn tại", "không tồn tại".
The services that list and mark submissions have no published names; see `NEW` and `MARK`.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

import orjson
from lgsp_adapter.sandbox import Sandbox, Upset, What
from lgsp_adapter.sandbox.answers import json_object
from lgsp_adapter.sandbox.mischief import ANY_SERVER
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox_dvcqg import samples
from sandbox_dvcqg.checks import dossier_problems, step_problems
from sandbox_dvcqg.sessions import Sessions

SUBMISSIONS: Final = "LayDanhSachHoSo"
"""Lists all dossiers submitted on the portal. The name is the sandbox's own."""
NEW: Final = "LayDanhSachHoSoMoi"
"""Lists those not marked yet, at most `SoLuong`. The name is assumed, as that of `MARK`."""
MARK: Final = "XacNhanDaNhanHoSo"
"""Marks as received, by MaHoSo and the TrangThaiHoSo that was read."""
STEPS_AT_ONCE: Final = 10
SUBMITTED_AT_ONCE: Final = 10_000
"""Most dossiers that one control call makes."""

OK: Final = 0
BAD_DATA: Final = 3
BAD_SESSION: Final = -3

Row = dict[str, Any]
Service = Callable[[Row], Row]


class PortalSandbox(Sandbox):
    """The National Public Service Portal."""

    name: ClassVar[str] = "dvcqg"
    can = ANY_SERVER | {What.DUPLICATE, What.REORDER}

    def __init__(
        self,
        *,
        username: str = "mau",
        password: str = "sandbox-password",  # noqa: S107  (of the sandbox)
        dstcode: str = "VN:GOV:000.00.00.G22:vpcpdvcqg",
        recognises_steps: bool = True,
        **base: Any,
    ) -> None:
        super().__init__(**base)
        self.account = (username, password, dstcode)
        self.sessions = Sessions(*self.account, self.chance)
        self.dossiers: dict[str, Row] = {}
        self.steps: dict[str, list[Row]] = {}
        self.submissions: list[Row] = []
        self._received: set[tuple[str, str]] = set()
        """MaHoSo and TrangThaiHoSo of what was marked."""
        self._recognises_steps = recognises_steps
        self._files: dict[str, bytes] = {}

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/auth", self._login, methods=["POST"]),
            Route("/adapter", self._adapter, methods=["POST"]),
            Route("/api/SynsTTHCC/{service}", self._direct, methods=["POST"]),
            Route("/files/{id:path}", self._file),
            Route("/_sandbox/submit", self._submit, methods=["POST"]),
        ]

    def forget(self) -> None:
        self.sessions.end_all()
        self.dossiers.clear()
        self.steps.clear()
        self.submissions.clear()
        self._received.clear()
        self._files.clear()

    def describe(self) -> dict[str, Any]:
        username, password, dstcode = self.account
        account = {"username": username, "password": password, "dstcode": dstcode}
        where = {"auth_endpoint": f"{self.url}/auth", "adapter_url": f"{self.url}/adapter"}
        return super().describe() | account | where

    def submit(
        self, unit: str = "000.00.97.H99", content: bytes = b"%PDF-1.7 M\xe1\xba\xabu"
    ) -> Row:
        """Have a citizen submit a dossier with one file; return it."""
        number = len(self.submissions) + 1
        row = samples.submission(number, unit, self.url, self._stamp())
        self.submissions.append(row)
        self._files[row["TaiLieuNop"][0]["TepDinhKemId"]] = content
        return row

    async def _login(self, request: Request) -> Response:
        body = await json_object(request)
        given = (str(body.get("username")), str(body.get("password")))
        session = self.sessions.login((*given, request.headers.get("dstcode", "")), self.now())
        if session is None:
            return JSONResponse(_failed(BAD_SESSION, "Sai tài khoản, mật khẩu hoặc dstcode"))
        return JSONResponse({"error_code": OK, "message": "OK", "session": session})

    async def _adapter(self, request: Request) -> Response:
        body = await json_object(request)
        return JSONResponse(self._serve(str(body.get("service")), body, request.url.path))

    async def _direct(self, request: Request) -> Response:
        """The other published shape: the service in the path, its switches in the query."""
        body = await json_object(request)
        asked = request.query_params
        body["madonvi"] = asked.get("MaDinhDanhDV", "")
        body["isUpdating"] = asked.get("isUpdating", "") == "true"
        return JSONResponse(self._serve(request.path_params["service"], body, request.url.path))

    def _serve(self, service: str, body: Row, path: str) -> Row:
        if not self.sessions.holds(body.get("session"), self.now()):
            return _failed(BAD_SESSION, "Phiên làm việc không hợp lệ hoặc đã hết hạn")
        if not body.get("madonvi"):
            return _failed(BAD_DATA, "thiếu madonvi")
        if service in (found := self._lists(service, body)):
            return _done(self.mischief.listed(path, [*found[service]]))
        services: dict[str, Service] = {
            "DongBoHoSoMC": self._synchronise,
            "CapNhatTienDoHoSoMC": self._progress,
            "TraCuuHoSo": self._look_up,
            MARK: self._mark,
            "LayThuTuc": self._procedure,
        }
        if service not in services:
            return _failed(BAD_DATA, "Dịch vụ không tồn tại")
        return services[service](body)

    def _lists(self, service: str, body: Row) -> Mapping[str, Iterable[Row]]:
        return {
            "LayDanhSachTTHC": samples.PROCEDURES,
            "LayDanhMucCoQuan": samples.AGENCIES,
            "LayDanhMucLinhVuc": samples.FIELDS,
            "LayDanhSachHoiDap": samples.QUESTIONS,
            SUBMISSIONS: self.submissions,
            NEW: self._new(body) if service == NEW else (),
        }

    def _new(self, body: Row) -> list[Row]:
        asked = str((_rows(body) or [{}])[0].get("SoLuong", ""))
        most = int(asked) if asked.isascii() and asked.isdigit() else len(self.submissions)
        return [row for row in self.submissions if _version(row) not in self._received][:most]

    def _mark(self, body: Row) -> Row:
        known = {_version(row) for row in self.submissions}
        if any(_version(row) not in known for row in _rows(body)):
            return _failed(BAD_DATA, "Hồ sơ không tồn tại")
        for version in map(_version, _rows(body)):
            key = "#".join(version)
            if version in self._received:
                self.journal.repeat("mark", key)
            else:
                self.journal.effect("mark", key)
                self._received.add(version)
        return _done([])

    def _synchronise(self, body: Row) -> Row:
        update = body.get("isUpdating") in (True, "true")
        results = [self._one(each, update=update) for each in _rows(body)]
        bad = [each for each in results if each["error_code"] != OK]
        return (_failed(BAD_DATA, bad[0]["message"]) if bad else _done([])) | {"result": results}

    def _one(self, dossier: Row, *, update: bool) -> Row:
        code = str(dossier.get("MaHoSo", ""))
        if problems := list(dossier_problems(dossier)):
            return _of(code, BAD_DATA, "; ".join(problems))
        if update and code not in self.dossiers:
            return _of(code, BAD_DATA, "Hồ sơ không tồn tại")
        if not update and code in self.dossiers:
            self.journal.repeat("insert", code)
            return _of(code, BAD_DATA, "Hồ sơ đã tồn tại")
        self._note(code, dossier, update=update)
        self.dossiers[code] = dossier
        return _of(code, OK, "Đồng bộ thành công")

    def _note(self, code: str, dossier: Row, *, update: bool) -> None:
        if not update:
            self.journal.effect("insert", code)
        elif self.dossiers[code] == dossier:
            self.journal.repeat("update", f"{code}#{_digest(dossier)}")
        else:
            self.journal.effect("update", f"{code}#{_digest(dossier)}")

    def _progress(self, body: Row) -> Row:
        rows = _rows(body)
        if len(rows) > STEPS_AT_ONCE:
            return _failed(BAD_DATA, f"Quá {STEPS_AT_ONCE} bước xử lý trong một lần gửi")
        for each in rows:
            if problems := list(step_problems(each)):
                return _failed(BAD_DATA, "; ".join(problems))
            if str(each["MaHoSo"]) not in self.dossiers:
                return _failed(BAD_DATA, "Hồ sơ không tồn tại")
        for each in rows:
            self._step(str(each["MaHoSo"]), each)
        return _done([])

    def _step(self, code: str, step: Row) -> None:
        known = self.steps.setdefault(code, [])
        key = f"{code}#{_digest(step)}"
        if step in known and self._recognises_steps:
            self.journal.repeat("step", key)
        else:
            self.journal.effect("step", key)
            known.append(step)

    def _look_up(self, body: Row) -> Row:
        codes = [str(each.get("MaHoSo", "")) for each in _rows(body)] or [str(body.get("MaHoSo"))]
        found = [
            self.dossiers[code] | {"TienDo": self.steps.get(code, [])}
            for code in codes
            if code in self.dossiers
        ]
        return _done(found) if found else _failed(BAD_DATA, "Hồ sơ không tồn tại")

    def _procedure(self, body: Row) -> Row:
        rows = _rows(body) or [body]
        codes = {str(each.get("MaTTHC")) for each in rows}
        return _done([each for each in samples.PROCEDURES if each["MaTTHC"] in codes])

    async def _file(self, request: Request) -> Response:
        content = self._files.get(request.path_params["id"])
        if content is None:
            raise Upset(404, {"error_code": BAD_DATA, "message": "Tệp không tồn tại"})
        return Response(content, media_type="application/pdf")

    async def _submit(self, request: Request) -> Response:
        text = request.query_params.get("count", "1")
        if not (text.isascii() and text.isdigit()):
            raise Upset(422, {"error": "count: a number"})
        count = min(int(text), SUBMITTED_AT_ONCE)
        made = [self.submit()["MaHoSo"] for _ in range(count)]
        return JSONResponse({"MaHoSo": made})

    def _stamp(self) -> str:
        return self.now().astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).strftime("%Y%m%d%H%M%S")


def _rows(body: Row) -> list[Row]:
    rows = body.get("data") or []
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise Upset(400, _failed(BAD_DATA, "data không phải danh sách đối tượng"))
    return rows


def _version(row: Row) -> tuple[str, str]:
    """Return what a mark names: a dossier in a state, so that a later one is new again."""
    return str(row.get("MaHoSo", "")), str(row.get("TrangThaiHoSo", ""))


def _digest(row: Row) -> str:
    return hashlib.sha256(orjson.dumps(row, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def _of(code: str, error: int, message: str) -> Row:
    return {"MaHoSo": code, "error_code": error, "message": message}


def _done(result: list[Row]) -> Row:
    return {"error_code": OK, "message": "OK", "result": result}


def _failed(code: int, message: str) -> Row:
    return {"error_code": code, "message": message}
