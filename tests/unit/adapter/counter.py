"""An invented agency that speaks first, and a service for it that keeps every promise."""

import asyncio
import base64
import hmac
import json
import unicodedata
from dataclasses import replace
from typing import Annotated

from lgsp_adapter import (
    Answer,
    Check,
    Config,
    Context,
    Desk,
    Done,
    Draft,
    Kind,
    Reject,
    Request,
    Secret,
    Service,
    Spec,
    Text,
)
from lgsp_adapter.kit import Caller, secret_behind
from lgsp_adapter.kit.texts import strings

PAGE = 50


class CounterConfig(Config):
    """Who may call."""

    office: Annotated[str, Text(vi="Cơ quan", en="Office")]
    token: Annotated[Secret, Text(vi="Mã truy cập", en="Token")]


def said(status, **values):
    return Answer(status=status, body=json.dumps(values, ensure_ascii=False).encode())


def handle_of(key):
    return base64.urlsafe_b64encode(key.encode()).decode()


class GoodService(Service[CounterConfig]):
    """POST /messages, GET /waiting, POST /confirmed/HANDLE."""

    spec = Spec(
        name="counter",
        version="1.0.0",
        kind=Kind.SERVICE,
        config=CounterConfig,
        title=Text(vi="Quầy mẫu", en="Sample counter"),
        types=("vn.gov.dossier.received.v1",),
    )

    async def open(self, ctx: Context, desk: Desk) -> None:
        await super().open(ctx, desk)
        self.token = await ctx.secret(self.config.token)

    async def check(self):
        return Check(ok=True, vi="Sẵn sàng nhận", en="Ready to answer")

    def is_known(self, request):
        given = request.headers.get("authorization", "").encode()
        return hmac.compare_digest(given, b"Bearer " + self.token.get_secret_value().encode())

    async def answer(self, request):
        if not self.is_known(request):
            return said(401, error="khong ro ben goi")
        if (request.method, request.path) == ("POST", "/messages"):
            return await self.hand_in(request)
        if (request.method, request.path) == ("GET", "/waiting"):
            return await self.give()
        if request.method == "POST" and request.path.startswith("/confirmed/"):
            return await self.confirm(request.path.removeprefix("/confirmed/"))
        return said(404, error="khong co duong dan")

    async def hand_in(self, request):
        draft = self.draft(request.body)
        await self.desk.submit(draft)
        return said(200, id=draft.id)

    def draft(self, body):
        try:
            row = json.loads(body)
            return self.draft_of(row["id"], row["text"], row["subject"])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Reject("not_a_message", "body") from None

    def draft_of(self, id_, text, subject):
        return Draft(
            id=id_,
            type="vn.gov.dossier.received.v1",
            body=json.dumps({"text": text}).encode(),
            subject=unicodedata.normalize("NFC", subject),
        )

    async def give(self):
        found = await self.desk.waiting(PAGE)
        items = [{"handle": handle_of(each.key), "body": each.body.decode()} for each in found]
        return said(200, items=items)

    async def confirm(self, handle):
        try:
            key = base64.urlsafe_b64decode(handle.encode()).decode()
        except ValueError:
            return said(404, error="khong co")
        known = await self.desk.settle(key, Done())
        return said(200) if known else said(404, error="khong co")


class Counter(Caller):
    """The agency's software, as far as the kit needs it."""

    @property
    def config(self):
        return {"office": "H99", "token": "test:token"}

    def request(self, method, path, **values):
        headers = {"authorization": f"Bearer {secret_behind('token')}"}
        body = json.dumps(values, ensure_ascii=False).encode() if values else b""
        return Request(method=method, path=path, query={}, headers=headers, body=body)

    async def hand_in(self, ask, id_, text, subject):
        return await ask(self.request("POST", "/messages", id=id_, text=text, subject=subject))

    async def fetch(self, ask):
        answer = await ask(self.request("GET", "/waiting"))
        items = json.loads(answer.body).get("items", [])
        return answer, [(each["handle"], *strings(each["body"].encode())) for each in items]

    async def confirm(self, ask, handle):
        return await ask(self.request("POST", f"/confirmed/{handle}"))

    def as_stranger(self, request):
        return replace(request, headers={"authorization": "Bearer doan-mau"})


async def background(work):
    """Do it some time, and tell nobody how it went."""
    task = asyncio.ensure_future(work)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    await asyncio.sleep(0)
