"""One complete file becomes a record."""

import hashlib
import json
import mimetypes
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any, Final

from lgsp_adapter import Context, Draft, Record, Reject, Retryable

from hub_adapter_file_drop.errors import tag
from hub_adapter_file_drop.folder import Entry, Folder
from hub_adapter_file_drop.ready import COMPANIONS
from hub_adapter_file_drop.settings import SourceConfig
from hub_adapter_file_drop.template import fill

CHECKSUM_BYTES: Final = 4096
"""More than any line of sha256sum."""


class Moving(Exception):
    """The file changed or went away while it was read: it was not complete."""


@dataclass(slots=True)
class Taken:
    """A file that was read and is not acknowledged yet."""

    entry: Entry
    record: Record
    sha256: str | None
    """None where it was not read to its end."""


@dataclass(slots=True)
class Tally:
    """What passed by while a file was read."""

    digest: Any = field(default_factory=hashlib.sha256)
    size: int = 0
    too_large: bool = False


class Taking:
    """Reads files whole or not at all."""

    def __init__(self, config: SourceConfig, folder: Folder, ctx: Context) -> None:
        self._config, self._folder, self._ctx = config, folder, ctx

    async def take(self, entry: Entry) -> Taken | None:
        """Return the file's record; None where it is not complete or gone."""
        tally = Tally()
        raw = b""
        message: Draft | Reject
        try:
            if self._config.content == "body":
                raw = await self._whole(entry, tally)
                message = self._body(entry, raw, tally)
            else:
                message = await self._attachment(entry, tally)
            await self._same_as_its_checksum(entry, tally)
        except Reject as reject:
            message = reject
        except Moving:
            return None
        sha256 = None if tally.too_large else tally.digest.hexdigest()
        version = f"{entry.size}-{entry.modified_ns}" if sha256 is None else sha256[:16]
        position = f"{tag(entry.name)}-{version}"
        return Taken(entry, Record(position=position, message=message, raw=raw), sha256)

    async def _whole(self, entry: Entry, tally: Tally) -> bytes:
        return b"".join([piece async for piece in self._pieces(entry, tally)])

    async def _pieces(self, entry: Entry, tally: Tally) -> AsyncIterator[bytes]:
        """Yield the file; at its end it must be the same as it was before, and whole."""
        if entry.size > self._config.limit:
            tally.too_large = True
            raise Reject("file_too_large", f"file {tag(entry.name)}")
        async for piece in self._folder.read(entry.name):
            tally.size += len(piece)
            if tally.size > entry.size:
                raise Moving
            tally.digest.update(piece)
            yield piece
        if tally.size != entry.size or not entry.same_as(await self._folder.stat(entry.name)):
            raise Moving

    def _body(self, entry: Entry, raw: bytes, tally: Tally) -> Draft:
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError):
            raise Reject("not_json", f"file {tag(entry.name)}") from None
        subject = self._config.subject and pointed(value, self._config.subject)
        return self._draft(entry, raw, subject, tally)

    async def _attachment(self, entry: Entry, tally: Tally) -> Draft:
        media_type = self._config.media_type or _media_type(entry.name)
        hash_ = await self._ctx.store(self._pieces(entry, tally), media_type)
        if hash_ != f"sha256:{tally.digest.hexdigest()}":
            raise Retryable("the object that was kept is not the file")
        values = self._values(entry, tally, media_type)
        body = json.dumps(fill(self._config.template, values), ensure_ascii=False).encode()
        subject = self._config.subject and str(fill(self._config.subject, values))
        return self._draft(entry, body, subject, tally, objects=(hash_,))

    def _values(self, entry: Entry, tally: Tally, media_type: str) -> dict[str, Any]:
        path, sha256 = PurePosixPath(entry.name), tally.digest.hexdigest()
        name = unicodedata.normalize("NFC", entry.name)
        modified = datetime.fromtimestamp(entry.modified_ns / 1e9, UTC)
        values = {
            "name": name,
            "stem": unicodedata.normalize("NFC", path.stem),
            "suffix": path.suffix,
            "sha256": sha256,
            "size": entry.size,
            "modified": modified.isoformat(timespec="seconds"),
            "modified_ms": entry.modified_ns // 1_000_000,
            "media_type": media_type,
        }
        reference = {"hash": f"sha256:{sha256}", "size": entry.size}
        return {**values, "object": {**reference, "media_type": media_type, "name": name}}

    def _draft(
        self,
        entry: Entry,
        body: bytes,
        subject: str | None,
        tally: Tally,
        objects: tuple[str, ...] = (),
    ) -> Draft:
        # The same name with the same bytes is the same message; with others another one.
        identity = f"{tag(entry.name)}{tally.digest.hexdigest()}"
        return Draft(
            id=f"f-{hashlib.sha256(identity.encode()).hexdigest()[:40]}",
            type=self._config.type,
            body=body,
            subject=subject and unicodedata.normalize("NFC", subject),
            recipients=self._config.recipients,
            objects=objects,
        )

    async def _same_as_its_checksum(self, entry: Entry, tally: Tally) -> None:
        if self._config.ready != "sha256":
            return
        told = b""
        async for piece in self._folder.read(entry.name + COMPANIONS["sha256"]):
            told += piece
            if len(told) > CHECKSUM_BYTES:
                break
        found = told.split()[:1]
        if not found:
            raise Moving
        if found[0].lower() != tally.digest.hexdigest().encode():
            raise Reject("checksum_mismatch", f"file {tag(entry.name)}")


def pointed(value: Any, pointer: str) -> str | None:
    """Return the text or number at a JSON pointer (RFC 6901); None where there is none."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    plain = isinstance(value, (str, int)) and not isinstance(value, bool)
    return str(value) if plain else None


def _media_type(name: str) -> str:
    return mimetypes.guess_type(name, strict=True)[0] or "application/octet-stream"
