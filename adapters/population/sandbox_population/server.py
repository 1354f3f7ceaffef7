"""The look-up: who asks, for what, about whom; every question is logged, none with its values.

Published: the question's fields and {error_code, message = SOAP XML}. The path, the codes beside 0
and the meaning of "purpose" (MaDVC, the service, with MaYeuCau, the request) are the sandbox's.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

import orjson
from lgsp_adapter.sandbox import Sandbox, required
from lgsp_adapter.sandbox.answers import json_object
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox_population.people import PEOPLE, Person, collection

OK: Final = 0
MISSING: Final = 1
NOT_ALLOWED: Final = 2
NOT_FOUND: Final = 3
MALFORMED: Final = 4

INTEGRATION: Final = "TH-MAU-H99"
OFFICERS: Final = frozenset({"CB-MAU-1", "CB-MAU-2"})
_NUMBERS: Final = {
    "SoDinhDanh": re.compile(r"\d{12}", re.ASCII),
    "SoCMND": re.compile(r"\d{9}", re.ASCII),
}


class PopulationSandbox(Sandbox):
    """The population database."""

    name: ClassVar[str] = "population"

    def __init__(
        self,
        *,
        people: Iterable[Person] = PEOPLE,
        officers: Iterable[str] = OFFICERS,
        **base: Any,
    ) -> None:
        super().__init__(**base)
        self.people = tuple(people)
        self.officers = frozenset(officers)
        self.log: list[dict[str, str]] = []
        """Each question: officer, service, request, result; nothing about the citizen."""

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/congdan/tracuu", self._look_up, methods=["POST"]),
            Route("/_sandbox/log", self._show_log),
        ]

    def forget(self) -> None:
        self.log.clear()

    def describe(self) -> dict[str, Any]:
        where = {"lookup": f"{self.url}/congdan/tracuu"}
        return (
            super().describe()
            | where
            | {
                "MaTichHop": INTEGRATION,
                "officers": sorted(self.officers),
            }
        )

    async def _look_up(self, request: Request) -> Response:
        asked = await json_object(request)
        code, message = self._judge(asked)
        self._note(asked, code)
        return JSONResponse({"error_code": code, "message": message})

    def _judge(self, asked: Mapping[str, Any]) -> tuple[int, str]:
        if missing := required(asked, "MaCanBo", "MaDVC", "MaYeuCau", "MaTichHop", "HoVaTen"):
            return MISSING, "Thiếu: " + ", ".join(missing)
        if asked["MaTichHop"] != INTEGRATION or asked["MaCanBo"] not in self.officers:
            return NOT_ALLOWED, "MaTichHop hoặc MaCanBo không được phép"
        if problem := _problem(asked):
            return MALFORMED, problem
        found = tuple(each for each in self.people if each.fits(asked))
        return (OK, collection(found)) if found else (NOT_FOUND, "Không tìm thấy công dân")

    def _note(self, asked: Mapping[str, Any], code: int) -> None:
        names = ("MaCanBo", "MaDVC", "MaYeuCau")
        entry = {name: str(asked.get(name) or "") for name in names}
        self.log.append(entry | {"error_code": str(code), "at": self.now().isoformat()})
        self.journal.effect("query", orjson.dumps([*entry.values()]).decode())

    async def _show_log(self, _: Request) -> Response:
        return JSONResponse(self.log)


def _problem(asked: Mapping[str, Any]) -> str | None:
    given = [name for name in _NUMBERS if asked.get(name)]
    if not given:
        return "Cần SoDinhDanh hoặc SoCMND"
    for name in given:
        if not _NUMBERS[name].fullmatch(str(asked[name])):
            return f"{name} không đủ chữ số"
    return None if asked.get("NgayThangNam") or asked.get("Nam") else "Cần NgayThangNam hoặc Nam"
