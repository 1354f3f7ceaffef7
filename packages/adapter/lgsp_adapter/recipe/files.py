"""File drop: each file of a folder is one message; what is acknowledged goes to `done`."""

import asyncio
import hashlib
import os
from itertools import chain, count
from pathlib import Path
from typing import Any, Final, TypeAlias

from lgsp_adapter.config import Config
from lgsp_adapter.context import Context
from lgsp_adapter.contract import Source
from lgsp_adapter.errors import Fatal, Reject, Retryable
from lgsp_adapter.recipe.base import Cook
from lgsp_adapter.recipe.mapping import draft, parse
from lgsp_adapter.values import Check, Record

DONE: Final = "done"
LONGEST: Final = 4 * 1024 * 1024
"""Bytes of one file. The body that is made of it must keep the hub's limit of 256 KiB."""


_State: TypeAlias = tuple[int, int, int]
"""Inode, time of change, size: what tells a file from the next one of its name."""


class FileDrop(Cook, Source[Config]):
    """Reads files by name. Who drops one writes it under another name and renames it: no half file.

    A position needs no memory: what is acknowledged is no longer in the folder.
    """

    async def open(self, ctx: Context, position: str | None) -> None:
        """Prepare."""
        await super().open(ctx, position)
        self.taken: dict[str, _State] = {}
        await self.prepare()
        names = [name for name, each in self.recipe.config.items() if each.type == "folder"]
        if len(names) != 1:
            raise Fatal("recipe: file-drop needs one field of type folder")
        self.folder: Path = getattr(self.config, names[0])

    async def check(self) -> Check:
        """Look whether the folder is there."""
        ok = await asyncio.to_thread(self.folder.is_dir)
        vi, en = ("Có thư mục", "The folder is there") if ok else ("Không có thư mục", "No folder")
        return Check(ok=ok, vi=vi, en=en)

    async def read(self, limit: int) -> list[Record]:
        """Read the next files that were not read yet."""
        try:
            found = await asyncio.to_thread(self._found, set(self.taken), limit)
        except OSError as error:
            raise Retryable(f"folder: {type(error).__name__}") from None
        self.taken |= {record.position: state for record, state in found}
        return [record for record, _ in found]

    def _found(self, seen: set[str], limit: int) -> list[tuple[Record, _State]]:
        # An absent folder globs as an empty one: a lost mount must not look like "nothing to do".
        if not self.folder.is_dir():
            raise NotADirectoryError
        found = sorted(self.folder.glob(self.recipe.pattern))
        files = [each for each in found if each.name not in seen and _is_whole(each)]
        return [self._record(each) for each in files[:limit]]

    def _record(self, file: Path) -> tuple[Record, _State]:
        with file.open("rb") as opened:
            state = _state(os.fstat(opened.fileno()))
            raw = opened.read(LONGEST + 1)
        try:
            message: Any = self._message(file, raw)
        except Reject as error:
            message = error
        return Record(position=file.name, message=message, raw=raw), state

    def _message(self, file: Path, raw: bytes) -> Any:
        if len(raw) > LONGEST:
            raise Reject("too_large", "file")
        facts = {"name": file.name, "sha256": hashlib.sha256(raw).hexdigest()}
        values = {"item": parse(raw, "file"), "file": facts, "config": self.plain}
        return draft(self.recipe, values, raw)

    async def ack(self, position: str) -> None:
        """Move everything up to that file to `done`: the hub has it (invariant 1)."""
        names = list(self.taken)
        durable = names[: names.index(position) + 1] if position in self.taken else []
        for name in durable:
            await asyncio.to_thread(self._move, self.folder / name, self.taken[name])
            del self.taken[name]

    def _move(self, file: Path, state: _State) -> None:
        done = self.folder / DONE
        done.mkdir(exist_ok=True)
        # A file that came by the same name since then was not read: it stays, and is read next.
        if file.exists() and _state(file.stat()) == state:
            file.replace(_free(done / file.name))


def _state(facts: os.stat_result) -> _State:
    return facts.st_ino, facts.st_mtime_ns, facts.st_size


def _free(file: Path) -> Path:
    """Return a name that nothing has: the same name may be dropped every day."""
    names = (file.with_stem(f"{file.stem}~{number}") for number in count(1))
    return next(each for each in chain([file], names) if not each.exists())


def _is_whole(file: Path) -> bool:
    return file.is_file() and not file.name.startswith(".") and file.suffix not in (".part", ".tmp")
