"""`file-drop-in`: complete files become messages; after the ack they lie in `done` or `error`."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeAlias

import asyncssh
from lgsp_adapter import Check, Context, Fatal, Kind, Record, Reject, Source, Spec, Text

from hub_adapter_file_drop.errors import tag
from hub_adapter_file_drop.folder import Entry, Folder, NameTaken
from hub_adapter_file_drop.local import LocalFolder
from hub_adapter_file_drop.ready import COMPANIONS, Readiness
from hub_adapter_file_drop.settings import FolderConfig, SourceConfig
from hub_adapter_file_drop.sftp import SftpFolder
from hub_adapter_file_drop.taking import Taken, Taking

OF_ONE_FILE: Final = frozenset({"EACCES", "EPERM", "ELOOP", str(asyncssh.FX_PERMISSION_DENIED)})
"""Codes that may concern one file; a refused login or another host key never does."""

MOST_OPEN: Final = 500
"""Files read and not acknowledged."""

MakeFolder: TypeAlias = Callable[[FolderConfig], Folder]


def make_folder(config: FolderConfig) -> Folder:
    """Return the folder of a configuration; nothing is connected yet."""
    if config.sftp is None:
        return LocalFolder(config.folder, config.busy_seconds)
    return SftpFolder(config.folder, config.busy_seconds, config.sftp)


class FileDropIn(Source[SourceConfig]):
    """What stands in the folder rules, not the position: a file is new until it is moved."""

    spec = Spec(
        name="file-drop-in",
        version="1.0.0",
        kind=Kind.SOURCE,
        config=SourceConfig,
        title=Text(vi="Đọc tệp trong thư mục", en="Read dropped files"),
        types=("*",),
    )

    def __init__(self, config: SourceConfig, *, folder: MakeFolder = make_folder) -> None:
        super().__init__(config)
        self._folder = folder(config)
        self._ready = Readiness(config)
        self._open: dict[str, Taken] = {}
        """By position, in order of reading."""

    async def open(self, ctx: Context, position: str | None) -> None:
        await super().open(ctx, position)
        await self._folder.open(ctx)

    async def check(self) -> Check:
        """List the folder; changes nothing. Says what will never be read."""
        left = self._ready.untouchable(await self._folder.entries())
        vi = f"Đọc được thư mục; {left} mục không bao giờ được đọc (liên kết, tên không an toàn)"
        en = f"The folder can be listed; {left} entries are never read (links, unsafe names)"
        return Check(ok=True, vi=vi, en=en)

    async def read(self, limit: int) -> list[Record]:
        listing = await self._folder.entries()
        names = {taken.entry.name for taken in self._open.values()}
        complete = self._ready.complete(listing, self.ctx.now())
        waiting = [entry for entry in complete if entry.name not in names]
        found = await self._take(waiting, min(limit, MOST_OPEN - len(self._open)))
        # Noted only here: what a cancelled read has taken is taken again by the next one.
        self._open.update((taken.record.position, taken) for taken in found)
        return [taken.record for taken in found]

    async def _take(self, entries: list[Entry], limit: int) -> list[Taken]:
        taking, found = Taking(self.config, self._folder, self.ctx), list[Taken]()
        for entry in entries:
            if len(found) >= limit:
                break
            if taken := await self._readable(taking, entry):
                found.append(taken)
        return found

    async def _readable(self, taking: Taking, entry: Entry) -> Taken | None:
        try:
            return await taking.take(entry)
        except Fatal as error:
            if error.peer_code not in OF_ONE_FILE:
                raise
            # The folder could be listed, so it is this file that may not be read: it stops only
            # itself (invariant 7). The operator sets its rights and puts it back.
            position = f"{tag(entry.name)}-{entry.size}-{entry.modified_ns}"
            detail = f"file {tag(entry.name)}"
            reject = Reject("file_not_readable", detail, peer_code=error.peer_code)
            return Taken(entry, Record(position=position, message=reject), None)

    async def ack(self, position: str) -> None:
        if position not in self._open:
            return
        for each in list(self._open):
            await self._settle(self._open[each])
            del self._open[each]
            if each == position:
                return

    async def _settle(self, taken: Taken) -> None:
        """Move a file that is durable in the hub. Invariant 1: not before."""
        sub = "error" if isinstance(taken.record.message, Reject) else "done"
        await self._folder.make(sub)
        name, version = taken.entry.name, taken.record.position.partition("-")[2]
        moved = {each: f"{sub}/{version[:16]}.{each}" for each in self._names(name)}
        # The companion goes first: left behind, it would call the next file of this name complete.
        for each in reversed(moved):
            await self._folder.move(each, moved[each])
        if not await self._is_what_was_read(taken, moved[name]):
            self.ctx.log.warning("file %s was replaced after it was read: read again", tag(name))
            for each, target in moved.items():
                await self._give_back(each, target)

    def _names(self, name: str) -> list[str]:
        companion = COMPANIONS.get(self.config.ready)
        return [name, name + companion] if companion else [name]

    async def _is_what_was_read(self, taken: Taken, path: str) -> bool:
        """Look at the moved file: a sender may have put another one in its place meanwhile."""
        found = await self._folder.stat(path)
        if found is None or (self._folder.exact_times and taken.entry.same_as(found)):
            return True
        if taken.sha256 is None:
            return taken.entry.same_as(found)
        digest = hashlib.sha256()
        async for piece in self._folder.read(path):
            digest.update(piece)
        return digest.hexdigest() == taken.sha256

    async def _give_back(self, name: str, path: str) -> None:
        if await self._folder.stat(path) is None:
            return
        try:
            await self._folder.give_back(path, name)
        except NameTaken:
            # A third one is there already. It keeps its name, this one gets another.
            with suppress(NameTaken):
                await self._folder.give_back(path, f"{tag(path)}-{name}")

    async def close(self) -> None:
        await self._folder.close()
