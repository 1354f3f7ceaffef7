"""Files too large for a message: hashed before they go up, proven when they come down."""

import hashlib
import mimetypes
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from lgsp_client.answers import ObjectRef
from lgsp_client.errors import HubProtocolError

CHUNK_BYTES: Final = 256 * 1024
"""Read and sent at once: memory stays small, however large the file."""
HASH_PREFIX: Final = "sha256:"
_PARTIAL: Final = 206
_UNKNOWN_TYPE: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFile:
    """A file that can be read again for each attempt, and its reference."""

    path: Path
    ref: ObjectRef

    def chunks(self, start: int = 0, size: int | None = None) -> Iterator[bytes]:
        """Read `size` bytes from `start`; by default the whole file."""
        left = self.ref.size - start if size is None else size
        with self.path.open("rb") as file:
            file.seek(start)
            while left > 0 and (piece := file.read(min(CHUNK_BYTES, left))):
                left -= len(piece)
                yield piece


@contextmanager
def local_file(
    content: Path | BinaryIO, name: str | None, media_type: str | None
) -> Iterator[LocalFile]:
    """Give a file that can be read more than once; a stream is copied to a temporary one.

    Raises:
        OSError: the file cannot be read.
    """
    if isinstance(content, Path):
        yield _described(content, name or content.name, media_type)
        return
    with tempfile.NamedTemporaryFile(prefix="hub-upload-") as copy:
        while piece := content.read(CHUNK_BYTES):
            copy.write(piece)
        copy.flush()
        yield _described(Path(copy.name), name or "object", media_type)


def _described(path: Path, name: str, media_type: str | None) -> LocalFile:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(CHUNK_BYTES):
            digest.update(piece)
        size = file.tell()
    guessed = media_type or mimetypes.guess_type(name)[0] or _UNKNOWN_TYPE
    ref = ObjectRef(hash=HASH_PREFIX + digest.hexdigest(), size=size, media_type=guessed, name=name)
    return LocalFile(path=path, ref=ref)


class PartFile:
    """Takes a download beside its goal, and moves it there only when the hash is right."""

    def __init__(self, hash_: str, goal: Path) -> None:
        self._hash, self._goal = hash_, goal
        self._part = goal.with_name(f".{goal.name}.part")
        self._file = self._part.open("wb")
        self._digest = hashlib.sha256()

    @property
    def size(self) -> int:
        """Bytes that have come so far."""
        return self._file.tell()

    def begin(self, status: int) -> None:
        """Start anew, unless the answer goes on where the last try ended."""
        if status != _PARTIAL:
            self._file.seek(0)
            self._file.truncate()
            self._digest = hashlib.sha256()

    def write(self, piece: bytes) -> None:
        """Take the next piece."""
        self._file.write(piece)
        self._digest.update(piece)

    def finish(self) -> Path:
        """Put the file in its place, durably.

        Raises:
            HubProtocolError: the bytes are not those that the hash names; nothing is left.
        """
        if HASH_PREFIX + self._digest.hexdigest() != self._hash:
            raise HubProtocolError("the downloaded bytes are not those of the hash")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._part.replace(self._goal)
        return self._goal

    def close(self) -> None:
        """Leave nothing behind of a download that did not finish."""
        self._file.close()
        self._part.unlink(missing_ok=True)
