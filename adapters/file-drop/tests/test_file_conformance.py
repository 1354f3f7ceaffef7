"""The SDK's promises, on a real folder whose disk misbehaves when it is told to."""

import asyncio
import errno
import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
import yaml
from hub_adapter_file_drop import FileDropIn, FileDropOut
from hub_adapter_file_drop.errors import from_os
from hub_adapter_file_drop.local import LocalFolder
from hub_adapter_file_drop.sftp import SftpFolder
from lgsp_adapter import Context, Reject
from lgsp_adapter.kit import Say, SinkKit, SinkPeer, SourceKit, SourcePeer
from lgsp_adapter.kit.common import LOOPBACK
from sandbox_file_drop import SftpAgency

HERE = Path(__file__).parents[1]
CODES = {Say.DOWN: errno.EIO, Say.LOST: errno.EIO, Say.SLOW_DOWN: errno.ENOSPC}


class Asking:
    """Asks the script before it lists and before it writes."""

    peer: Any = None
    _busy: float

    async def ask(self, id_=None):
        answer = await self.peer.script.answer(id_)
        if answer.say is Say.REJECT:
            raise Reject("refused_by_folder", "name a file", peer_code=answer.code)
        return answer.say

    def obey(self, say):
        if say in CODES:
            raise from_os(OSError(CODES[say], "mau"), "a step", self._busy)

    async def entries(self):
        self.obey(await self.ask())
        return await super().entries()  # type: ignore[misc]  # beside it stands a folder

    async def read(self, path):
        self.peer.given += 1
        async for piece in super().read(path):  # type: ignore[misc]  # as above
            yield piece

    async def put(self, name, pieces):
        say = await self.ask(name.split("_")[1])
        if say is Say.LOST:
            await super().put(name, pieces)  # type: ignore[misc]  # as above
        self.obey(say)
        await super().put(name, pieces)  # type: ignore[misc]  # as above
        self.peer.order.append(name)


class Disk(Asking, LocalFolder):
    pass


class Server(Asking, SftpFolder):
    pass


class Dropped:
    """Serves the folder itself."""

    async def start(self):
        self.home = tempfile.TemporaryDirectory()
        self.path = Path(self.home.name)
        self.given, self.number, self.order = 0, 0, []

    async def stop(self):
        self.home.cleanup()

    @property
    def place(self):
        return {"folder": self.home.name, "busy_seconds": 7.0}

    def folder(self, config):
        made = Disk(config.folder, config.busy_seconds)
        made.peer = self
        return made


class Served(Dropped):
    """Serves the folder through SFTP, from a loop of its own: its tasks are not the adapter's."""

    async def start(self):
        await super().start()
        self.agency, self.runner = SftpAgency(self.path), ThreadPoolExecutor(1)
        self.loop = asyncio.new_event_loop()
        self.running = self.runner.submit(self.loop.run_forever)
        await self.there(self.agency.start())

    async def there(self, work):
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.loop))

    async def stop(self):
        await self.there(self.agency.stop())
        await self.there(self.rest())
        self.loop.call_soon_threadsafe(self.loop.stop)
        await asyncio.wrap_future(self.running)
        self.runner.shutdown()
        self.loop.close()
        await super().stop()

    async def rest(self):
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    @property
    def place(self):
        known = {"host": "127.0.0.1", "port": self.agency.port, "user": "mau"}
        sftp = {**known, "host_key": self.agency.host_key, "key": "test:key"}
        return {"folder": "/", "busy_seconds": 7.0, "sftp": sftp}

    def folder(self, config):
        made = Server(config.folder, config.busy_seconds, config.sftp)
        made.peer = self
        return made


class Outgoing(Dropped, SourcePeer):
    @property
    def config(self):
        message = {"content": "body", "type": "vn.gov.dossier.received.v1", "subject": "/subject"}
        return {**self.place, "ready": "rename", **message}

    @property
    def handed_out(self):
        return self.given

    def put(self, id_, text, subject):
        body = {"id": id_, "text": text, "subject": subject}
        self._drop(json.dumps(body, ensure_ascii=False))

    def put_unreadable(self):
        self._drop("<khong phai json>")

    def _drop(self, text):
        self.number += 1
        (self.path / f"{self.number:05}.json").write_text(text, encoding="utf-8")


class Incoming(Dropped, SinkPeer):
    @property
    def config(self):
        without = {"checksum": False, "attributes": False}
        return {**self.place, **without}

    @property
    def taken(self):
        files = {path.name: path.read_bytes() for path in self.path.iterdir()}
        known = [name for name in self.order if name in files]
        lost = [name for name in files if name not in known and not name.startswith(".")]
        return [(name.split("_")[1], files[name]) for name in known + lost]


class OutgoingServed(Served, Outgoing):
    pass


class IncomingServed(Served, Incoming):
    pass


class OverSftp:
    """Gives the adapter the private key of the account: the kit's own secrets are none."""

    server: Any = None
    adapter: Any

    @asynccontextmanager
    async def serving(self):
        async with super().serving() as peer:  # type: ignore[misc]  # beside it stands a kit
            self.server = peer
            yield peer

    def context(self):
        async def key(_name):
            return self.server.agency.private_key

        return Context(self.adapter.spec.name, resolvers={"test": key}, networks=LOOPBACK)


class TestSourceKeepsThePromises(SourceKit[Any]):
    adapter, reference = FileDropIn, HERE / "REFERENCE-in.md"

    def peer(self):
        return Outgoing()

    def make(self, peer):
        return FileDropIn(FileDropIn.config_of(peer.config), folder=peer.folder)


class TestSinkKeepsThePromises(SinkKit[Any]):
    adapter, reference = FileDropOut, HERE / "REFERENCE-out.md"

    def peer(self):
        return Incoming()

    def make(self, peer):
        return FileDropOut(FileDropOut.config_of(peer.config), folder=peer.folder)


class TestSourceOverSftpKeepsThePromises(OverSftp, TestSourceKeepsThePromises):
    def peer(self):
        return OutgoingServed()


class TestSinkOverSftpKeepsThePromises(OverSftp, TestSinkKeepsThePromises):
    def peer(self):
        return IncomingServed()


@pytest.mark.parametrize("adapter", [FileDropIn, FileDropOut])
def test_the_entry_point_has_the_name_of_the_spec(adapter):
    found = {each.name: each for each in entry_points(group="hub.adapters")}
    assert found[adapter.spec.name].load() is adapter


def test_the_readmes_sample_is_a_configuration():
    page = (HERE / "README.md").read_text(encoding="utf-8")
    sample = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])
    assert sample.pop("adapter") == FileDropIn.spec.name
    FileDropIn.config_of(sample)
