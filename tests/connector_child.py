"""`hub.connectors.child` with adapters of the tests: they crash, leak and hang on command."""

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from lgsp_adapter import (
    Answer,
    Check,
    Config,
    Done,
    Draft,
    Idempotence,
    Kind,
    Record,
    Secret,
    Service,
    Sink,
    Source,
    Spec,
    Text,
)
from lgsp_adapter.trace import carried

TITLE = Text(vi="Mẫu", en="Sample")


class FileConfig(Config):
    peer: str
    file: str
    """Each delivery that is taken: a line with its key."""
    mood: str = "well"
    password: Secret | None = None


def fail(mood):
    """End the process, or let go of everything and stand still, where its mood says so."""
    if mood == "crash":
        os._exit(7)
    if mood == "mute":
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        os.kill(os.getpid(), signal.SIGSTOP)


class FileSink(Sink[FileConfig]):
    """Its other side is a file; its mood says how its code behaves."""

    spec = Spec(
        name="file",
        version="1.0.0",
        kind=Kind.SINK,
        config=FileConfig,
        title=TITLE,
        types=("vn.gov.*",),
        idempotence=Idempotence.IDEMPOTENT,
    )

    async def open(self, ctx):
        await super().open(ctx)
        self.hoard = []
        if self.config.password is not None:
            self.password = (await ctx.secret(self.config.password)).get_secret_value()
        if self.config.mood == "steal":
            await ctx.secret(Secret("env:CONNECTOR_KHAC"))

    def take(self, batch):
        with Path(self.config.file).open("a") as file:
            file.writelines(delivery.key + "\n" for delivery in batch)

    async def check(self):
        return Check(ok=True, vi="Tốt", en=f"Well, {len(os.environ.get('HUB_SQL_URL', ''))}")

    async def write(self, batch):
        fail(self.config.mood)
        if self.config.mood == "leak":
            self.hoard.append(bytearray(400 * 1024 * 1024))
            await asyncio.sleep(60)
        if self.config.mood == "hang":
            await asyncio.sleep(3600)
        self.take(batch)
        if self.config.mood == "level":
            return [Done(ref=logging.getLevelName(self.ctx.log.level)) for _ in batch]
        if self.config.mood == "trace":
            return [Done(ref=carried()) for _ in batch]
        if self.config.mood == "secret":
            in_sight = self.password in os.environ.values()
            return [Done(ref=f"{len(self.password)} {in_sight}") for _ in batch]
        if self.config.mood == "objects":
            pieces = [piece async for piece in self.ctx.fetch("sha256:mau")]

            async def again():
                for piece in pieces:
                    yield piece

            return [Done(ref=await self.ctx.store(again(), "text/plain"))]
        return [Done(ref="mau") for _ in batch]


class OneSource(Source[FileConfig]):
    """Has one message."""

    spec = Spec(
        name="one", version="1.0.0", kind=Kind.SOURCE, config=FileConfig, title=TITLE, types=("*",)
    )

    async def open(self, ctx, position):
        await super().open(ctx, position)
        self.left = [] if position else ["1"]

    async def check(self):
        return Check(ok=True, vi="Tốt", en="Well")

    async def read(self, limit):
        found, self.left = self.left[:limit], self.left[limit:]
        body = await asyncio.to_thread(Path(self.config.file).read_bytes) if found else b""
        return [
            Record(
                position=position,
                message=Draft(
                    id=f"one-{self.config.peer}",
                    type="vn.gov.dossier.received.v1",
                    body=body,
                    recipients=("urn:hub:org:H99.01",),
                ),
            )
            for position in found
        ]


class EchoService(Service[FileConfig]):
    """POST hands in; GET fetches; DELETE settles."""

    spec = Spec(
        name="echo",
        version="1.0.0",
        kind=Kind.SERVICE,
        config=FileConfig,
        title=TITLE,
        types=("vn.gov.*",),
    )

    async def check(self):
        return Check(ok=True, vi="Tốt", en="Well")

    async def answer(self, request):
        if request.method == "POST":
            await self.desk.submit(
                Draft(
                    id=request.query["id"],
                    type="vn.gov.dossier.received.v1",
                    body=request.body,
                    subject=request.query.get("subject"),
                    recipients=("urn:hub:org:H99.01",),
                )
            )
            return Answer(status=201, body=request.path.encode(), content_type="text/plain")
        if request.method == "GET":
            found = await self.desk.waiting(10, request.query.get("after"))
            return Answer(body="\n".join(one.key for one in found).encode())
        there = await self.desk.settle(request.query["key"], Done())
        return Answer(status=204 if there else 404)


ADAPTERS = {"file": FileSink, "one": OneSource, "echo": EchoService}


class Point:
    """An entry point of an adapter that no package has."""

    def __init__(self, name):
        self.name = name

    def load(self):
        if os.environ.get("ADAPTER_IMPORT") == "segfault":
            os.abort()
        return ADAPTERS[self.name]


if __name__ == "__main__":
    from hub.connectors import adapters, child

    points = [Point(name) for name in ADAPTERS]
    vars(adapters)["entry_points"] = lambda group: group and points
    child.main(int(sys.argv[1]), int(sys.argv[2]))
