"""An edge connector for tests: small adapters over files, and a hub that is a file too."""

import asyncio
import json
import os
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lgsp_adapter import (
    Check,
    Config,
    Done,
    Draft,
    Idempotence,
    Kind,
    Record,
    Sink,
    Source,
    Spec,
    Text,
    load_config,
)
from lgsp_client import UNVERIFIED, HubRefused, Identity
from lgsp_client.arrived import Parcel
from lgsp_edge.bandwidth import Meter
from lgsp_edge.line import Away, HttpLine, Page
from lgsp_edge.runtime import Edge
from lgsp_edge.sealing import SpoolKeys
from lgsp_edge.settings import Settings
from lgsp_edge.spool import Spool

from tests.support import GOOD_BODY, key_of

DOSSIER = "vn.gov.dossier.received.v1"
SYSTEM = "phuong-mau"
WAIT_SECONDS = 60


class LinesConfig(Config):
    file: Path


class LinesSource(Source[LinesConfig]):
    """Each line is `id subject recipient`; what was acknowledged is written beside."""

    spec = Spec(
        name="lines",
        version="1.0.0",
        kind=Kind.SOURCE,
        config=LinesConfig,
        title=Text(vi="Dòng", en="Lines"),
        types=(DOSSIER,),
    )

    async def open(self, ctx, position):
        self.ctx, self.after = ctx, int(position or 0)

    async def check(self):
        return Check(ok=True, vi="Được", en="Fine")

    async def read(self, limit):
        lines = self.config.file.read_text().splitlines()
        found = list(enumerate(lines, 1))[self.after : self.after + limit]
        self.after += len(found)
        return [Record(position=str(number), message=self.draft(line)) for number, line in found]

    def draft(self, line):
        id_, subject, recipient = line.split()
        body = {**json.loads(GOOD_BODY), "dossier_code": subject}
        return Draft(
            id=id_,
            type=DOSSIER,
            subject=subject,
            body=json.dumps(body).encode(),
            recipients=(f"system:{recipient}",),
        )

    async def ack(self, position):
        append(self.config.file.with_suffix(".acked"), position)


class FolderConfig(Config):
    folder: Path


class FolderSink(Sink[FolderConfig]):
    """Appends each key to `log`; a delivery whose file exists already is the same one again."""

    spec = Spec(
        name="folder",
        version="1.0.0",
        kind=Kind.SINK,
        config=FolderConfig,
        title=Text(vi="Thư mục", en="Folder"),
        types=("*",),
        idempotence=Idempotence.IDEMPOTENT,
    )

    async def check(self):
        return Check(ok=True, vi="Được", en="Fine")

    async def write(self, batch):
        for each in batch:
            name = self.config.folder / each.key.replace("/", "_")
            if not name.exists():
                append(self.config.folder / "log", each.key)
                name.write_bytes(each.body)
        return [Done() for _ in batch]


ADAPTERS: dict[str, Any] = {"lines": LinesSource, "folder": FolderSink}


def append(path, text):
    """Add a line that is on the disk when this returns."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, f"{text}\n".encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def lines_of(path):
    """Return what was appended."""
    return path.read_text().splitlines() if path.exists() else []


class FileHub:
    """A hub in a folder: it survives the process that speaks with it. One line per message."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.away = False
        self.refuse: dict[str, tuple[Any, ...]] = {}
        """Refusals by message id."""
        self.undecided: set[str] = set()
        """Ids that are durable and not decided."""
        self.objects: dict[str, bytes] = {}
        self.copy: Any = None
        """Statement and content of the directory."""
        self.send: Any = self._send
        """Tests put another in its place, as in that of the two below."""
        self.upload: Any = self._upload
        self.download: Any = self._download

    @property
    def sent(self):
        """Every request that arrived, repetitions too."""
        return [json.loads(line) for line in lines_of(self.folder / "sent")]

    @property
    def admitted(self):
        """Ids in order of their first decision."""
        return list(dict.fromkeys(each["id"] for each in self.sent if each["taken"]))

    @property
    def receipts(self):
        """(stage, id) of every statement."""
        found = [json.loads(each["body"]) for each in self.sent if "receipt" in each["type"]]
        return [(body["stage"], item["id"]) for body in found for item in body["messages"]]

    def put(self, *messages):
        """Have messages in the inbox: signed ones, as `Outgoing`."""
        for message in messages:
            parts = {"attributes": dict(message.attributes), "body": message.body.decode()}
            append(self.folder / "inbox", json.dumps({**parts, "signature": message.signature}))

    async def _send(self, message, wait):
        del wait
        await asyncio.sleep(0)
        if self.away:
            raise Away("the line is cut")
        refused = self.refuse.get(message.id)
        taken = refused is None and message.id not in self.undecided
        told = {
            "id": message.id,
            "type": message.attributes["type"],
            "subject": message.attributes.get("subject"),
            "time": message.attributes["time"],
            "signature": message.signature,
            "body": message.body.decode(),
            "taken": taken,
        }
        append(self.folder / "sent", json.dumps(told))
        if refused is not None:
            raise HubRefused(*refused)
        return taken

    async def page(self, after, wait, limit):
        if self.away:
            raise Away("the line is cut")
        start = int(after or 0)
        lines = lines_of(self.folder / "inbox")[start : start + limit]
        if not lines:
            await asyncio.sleep(min(wait, 0.05))
        parcels = [self._parcel(line, start + number) for number, line in enumerate(lines, 1)]
        return Page(parcels=tuple(parcels), cursor=str(start + len(lines)))

    @staticmethod
    def _parcel(line, number):
        value = json.loads(line)
        return Parcel(
            attributes=value["attributes"],
            body=value["body"].encode(),
            signature=value["signature"],
            token=f"token-{number}",
            address=f"urn:hub:system:{SYSTEM}",
            cursor=str(number),
            received_at="2026-11-28T00:00:00Z",
        )

    async def directory(self, kept):
        if self.away:
            raise Away("the line is cut")
        kept.take(*self.copy)

    async def _upload(self, content, ticket):
        del ticket
        if self.away:
            raise Away("the line is cut")
        self.objects[content.ref.hash] = b"".join(content.chunks())

    async def _download(self, hash_, goal):
        if self.away:
            raise Away("the line is cut")
        content = self.objects[hash_]
        goal.begin(206 if goal.size else 200)
        goal.write(content[goal.size :])


def spool_at(folder, **options):
    """Open the spool of an edge folder; its key is made when there is none."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    keys = folder / "spool.keys"
    if not keys.exists():
        SpoolKeys.new().save(keys, new=True)
    return Spool(folder, SpoolKeys.load(keys), **options)


def settings_of(*connectors, url="http://127.0.0.1:9", system=SYSTEM, hub="hub-test", **more):
    """Return settings; each connector is `name adapter {config} {more}`."""
    return load_config(
        Settings,
        {
            "hub": {"url": url, "id": hub, "system": system, "believe_the_hub": True},
            "line": {"poll": 1, **more},
            "connectors": list(connectors),
        },
    )


def source_of(file, **more):
    """Return the settings of a source."""
    return {"name": "nguon", "adapter": "lines", "config": {"file": str(file)}, **more}


def sink_of(folder, **more):
    """Return the settings of a sink."""
    Path(folder).mkdir(exist_ok=True)
    return {"name": "dich", "adapter": "folder", "config": {"folder": str(folder)}, **more}


def me():
    """Return who signs."""
    return Identity.of(key_of(SYSTEM), system=SYSTEM, hub="hub-test")


def edge_of(spool, line, settings, identity=None, meter=None, *, adapters=ADAPTERS, kept=None):
    """Build an edge connector over adapters of this module."""
    who = identity or me()
    find, meter = adapters.__getitem__, meter or Meter(None)
    secrets, trust = settings.secrets.resolvers(spool.folder), kept or UNVERIFIED
    edge = Edge(settings, who, lambda: trust, spool, line, meter, secrets=secrets, find=find)
    if kept is not None:
        edge.keep(kept)
    return edge


@asynccontextmanager
async def at_work(edge):
    """Run an edge connector for as long as the block."""
    task = asyncio.create_task(edge.run())
    try:
        yield edge
    finally:
        edge.stop()
        async with asyncio.timeout(WAIT_SECONDS):
            await task


async def until(holds, seconds=WAIT_SECONDS):
    """Return once `holds()` is true."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110  (another process may be watched)
            await asyncio.sleep(0.02)


@asynccontextmanager
async def http_line(url, identity, meter, **more):
    """Give a line to a real hub."""
    line = HttpLine(url, identity, meter, **more)
    try:
        yield line
    finally:
        await line.aclose()


def now():
    """Return the time, aware."""
    return datetime.now(UTC)
