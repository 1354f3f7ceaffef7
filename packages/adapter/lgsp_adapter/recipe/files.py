"""File drop: each file of a folder is one message; what is acknowledged goes to `done`."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any, Final

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


class FileDrop(Cook, Source[Config]):
    """Reads files by name. Who drops one writes it under another name and renames it: no half file.

    A position needs no memory: what is acknowledged is no longer in the folder.
    """

    async def open(self, ctx: Context, position: str | None) -> None:
        """Prepare."""
        await super().open(ctx, position)
        self.read_names: list[str] = []
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
        seen = set(self.read_names)
        try:
            records = await asyncio.to_thread(self._records, seen, limit)
        except OSError as error:
            raise Retryable(f"folder: {type(error).__name__}") from None
        self.read_names += [record.position for record in records]
        return records

    def _records(self, seen: set[str], limit: int) -> list[Record]:
        # An absent folder globs as an empty one: a lost mount must not look like "nothing to do".
        if not self.folder.is_dir():
            raise NotADirectoryError
        found = sorted(self.folder.glob(self.recipe.pattern))
        files = [each for each in found if each.name not in seen and _is_whole(each)]
        return [self._record(each) for each in files[:limit]]

    def _record(self, file: Path) -> Record:
        with file.open("rb") as opened:
            raw = opened.read(LONGEST + 1)
        try:
            message: Any = self._message(file, raw)
        except Reject as error:
            message = error
        return Record(position=file.name, message=message, raw=raw)

    def _message(self, file: Path, raw: bytes) -> Any:
        if len(raw) > LONGEST:
            raise Reject("too_large", "file")
        facts = {"name": file.name, "sha256": hashlib.sha256(raw).hexdigest()}
        values = {"item": parse(raw, "file"), "file": facts, "config": self.plain}
        return draft(self.recipe, values, raw)

    async def ack(self, position: str) -> None:
        """Move everything up to that file to `done`: the hub has it (invariant 1)."""
        if position in self.read_names:
            count = self.read_names.index(position) + 1
            await asyncio.to_thread(self._move, self.read_names[:count])
            self.read_names = self.read_names[count:]

    def _move(self, names: list[str]) -> None:
        done = self.folder / DONE
        done.mkdir(exist_ok=True)
        for name in names:
            if (self.folder / name).exists():
                (self.folder / name).replace(done / name)


def _is_whole(file: Path) -> bool:
    return file.is_file() and not file.name.startswith(".") and file.suffix not in (".part", ".tmp")
