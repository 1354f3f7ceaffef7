"""An invented agency in memory, and adapters for it that keep every promise."""

import json
import unicodedata
from typing import Annotated

from lgsp_adapter import (
    Check,
    Config,
    Context,
    Done,
    Draft,
    Fatal,
    Idempotence,
    Kind,
    Record,
    Reject,
    Secret,
    Sink,
    Source,
    Spec,
    Text,
    http_error,
)
from lgsp_adapter.kit import Say, SinkPeer, SourcePeer, secret_behind

STATUS = {Say.OK: 200, Say.DOWN: 503, Say.LOST: 504, Say.SLOW_DOWN: 429, Say.REJECT: 422}
CONFIG = {"url": "memory://agency", "token": "test:token"}


class AgencyConfig(Config):
    """How to reach the invented agency."""

    url: Annotated[str, Text(vi="Địa chỉ", en="Address")]
    token: Annotated[Secret, Text(vi="Mã truy cập", en="Token")]


def told(status):
    if status == 200:
        return Check(ok=True, vi="Kết nối tốt", en="Reachable")
    return Check(ok=False, vi=f"Không kết nối được ({status})", en=f"Not reachable ({status})")


class Outbox(SourcePeer):
    """Keeps numbered records; forgets what was confirmed."""

    def __init__(self):
        super().__init__()
        self.rows, self.given, self.confirmed = [], 0, 0

    @property
    def config(self):
        return CONFIG

    @property
    def handed_out(self):
        return self.given

    def put(self, id_, text, subject):
        self.rows.append(json.dumps({"id": id_, "text": text, "subject": subject}).encode())

    def put_newer(self, id_, text, subject):
        row = {"id": id_, "text": text, "subject": subject, "truongMoi": 1}
        self.rows.append(json.dumps(row).encode())
        return True

    def put_unreadable(self):
        self.rows.append(b"<khong phai json>")

    async def ping(self):
        return STATUS[(await self.script.answer()).say]

    async def fetch(self, token, after, limit):
        answer = await self.script.answer()
        status = STATUS[answer.say] if token == secret_behind("token") else 401
        if status != 200:
            return status, answer.after and str(int(answer.after)), []
        start = max(after, self.confirmed)
        rows = list(enumerate(self.rows, 1))[start : start + limit]
        self.given += len(rows)
        return status, None, rows


class GoodSource(Source[AgencyConfig]):
    """Reads the outbox; a position is a row's number."""

    spec = Spec(
        name="agency-out",
        version="1.0.0",
        kind=Kind.SOURCE,
        config=AgencyConfig,
        title=Text(vi="Cơ quan mẫu", en="Sample agency"),
        types=("vn.gov.dossier.received.v1",),
    )

    def __init__(self, config, peer):
        super().__init__(config)
        self.peer = peer

    async def open(self, ctx: Context, position: str | None) -> None:
        await super().open(ctx, position)
        self.token = await ctx.secret(self.config.token)
        self.after = int(position or 0)

    async def check(self):
        return told(await self.peer.ping())

    async def read(self, limit: int) -> list[Record]:
        rows = await self.fetch(self.after, limit)
        self.after = rows[-1][0] if rows else self.after
        return [self.record(*row) for row in rows]

    async def fetch(self, after, limit):
        token = self.token.get_secret_value()
        status, retry_after, rows = await self.peer.fetch(token, after, limit)
        if error := http_error(status, retry_after, now=self.ctx.now()):
            raise error
        return rows

    def record(self, number, raw):
        try:
            row = json.loads(raw)
        except ValueError:
            return Record(position=str(number), message=Reject("not_json", "line 1"), raw=raw)
        return Record(position=str(number), message=self.draft(row), raw=raw)

    def draft(self, row):
        return Draft(
            id=row["id"],
            type="vn.gov.dossier.received.v1",
            body=json.dumps({"text": row["text"]}).encode(),
            subject=unicodedata.normalize("NFC", row["subject"]),
        )


class Intake(SinkPeer):
    """Takes deliveries; knows keys, and may ignore them."""

    knows_keys = True

    def __init__(self):
        super().__init__()
        self.effects, self.keys = [], set()

    @property
    def config(self):
        return CONFIG

    @property
    def taken(self):
        return self.effects

    async def ping(self):
        return STATUS[(await self.script.answer()).say]

    async def post(self, token, key, id_, body):
        answer = await self.script.answer(id_)
        if token != secret_behind("token"):
            return 401, None, None
        known = self.knows_keys and key in self.keys
        if answer.say in (Say.OK, Say.LOST) and not known:
            self.effects.append((id_, body))
            self.keys.add(key)
        return STATUS[answer.say], answer.after and str(int(answer.after)), answer.code

    async def has(self, key):
        await self.script.answer()
        return key in self.keys


class Forgetful(Intake):
    """Does again what it is told again."""

    knows_keys = False


def sink_spec(idempotence):
    return Spec(
        name="agency-in",
        version="1.0.0",
        kind=Kind.SINK,
        config=AgencyConfig,
        title=Text(vi="Cơ quan mẫu", en="Sample agency"),
        types=("vn.gov.dossier.*",),
        idempotence=idempotence,
    )


class GoodSink(Sink[AgencyConfig]):
    """Posts one by one with the idempotency key."""

    spec = sink_spec(Idempotence.IDEMPOTENT)

    def __init__(self, config, peer):
        super().__init__(config)
        self.peer = peer

    async def open(self, ctx: Context) -> None:
        await super().open(ctx)
        self.token = await ctx.secret(self.config.token)

    async def check(self):
        return told(await self.peer.ping())

    async def write(self, batch):
        return [await self.one(delivery) for delivery in batch]

    async def one(self, delivery):
        return self.result(*await self.post(delivery.key, delivery.id, delivery.body))

    async def post(self, key, id_, body):
        return await self.peer.post(self.token.get_secret_value(), key, id_, body)

    def result(self, status, retry_after, code):
        error = http_error(status, retry_after, now=self.ctx.now(), peer_code=code)
        if isinstance(error, Fatal):
            raise error
        return error or Done()


class LookUpSink(GoodSink):
    """For an agency that can be asked."""

    spec = sink_spec(Idempotence.LOOK_UP)

    async def find(self, key: str) -> Done | None:
        return Done() if await self.peer.has(key) else None


class OnceSink(GoodSink):
    """For an agency that can do neither: an SMS gateway."""

    spec = sink_spec(Idempotence.NEITHER)
