"""Files too large for a row: sealed in frames, read from any place, continued after a crash.

A file is a head (the key's id, a random name) and frames of 64 KiB of content, each sealed for its
number in this file. That the whole is right is shown by the object's hash, not by the frames.
"""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from lgsp_edge.errors import SpoolDamaged
from lgsp_edge.sealing import NONCE_BYTES, TAG_BYTES, Sealed, SpoolKeys

FRAME_BYTES: Final = 65_536
_SEALED_BYTES: Final = NONCE_BYTES + FRAME_BYTES + TAG_BYTES
_WHOLE: Final = 200
_PARTIAL: Final = 206
_KEY_ID_BYTES: Final = 16
_NAME_BYTES: Final = 16
_HEAD_BYTES: Final = _KEY_ID_BYTES + _NAME_BYTES


class SealedWriter:
    """Writes a sealed file; one that was begun before goes on behind its last whole frame."""

    def __init__(self, path: Path, keys: SpoolKeys) -> None:
        self._path, self._keys = path, keys
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        self._digest = hashlib.sha256()
        self._rest = bytearray()
        self._frames = 0
        self._name = ""
        if not self._resumed():
            self.begin(_WHOLE)

    @property
    def size(self) -> int:
        """Bytes of content so far."""
        return self._frames * FRAME_BYTES + len(self._rest)

    def begin(self, status: int) -> None:
        """Start anew, unless the answer (206) goes on where the last try ended."""
        if status == _PARTIAL:
            return
        self._file.seek(0)
        self._file.truncate()
        self._digest, self._rest, self._frames = hashlib.sha256(), bytearray(), 0
        self._name = secrets.token_hex(_NAME_BYTES // 2)
        self._file.write(self._keys.current.encode().ljust(_KEY_ID_BYTES))
        self._file.write(self._name.encode())

    def write(self, piece: bytes) -> None:
        """Take the next piece."""
        self._digest.update(piece)
        self._rest += piece
        while len(self._rest) >= FRAME_BYTES:
            self._frame(bytes(self._rest[:FRAME_BYTES]))
            del self._rest[:FRAME_BYTES]
            self._frames += 1

    def finish(self) -> str:
        """Write the last frame, flush to the disk; return the SHA-256 of the content, in hex."""
        if self._rest:
            self._frame(bytes(self._rest))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return self._digest.hexdigest()

    def close(self) -> None:
        """Leave what there is, for the next try."""
        self._file.close()

    def _frame(self, content: bytes) -> None:
        self._file.write(self._keys.seal(content, f"object:{self._name}:{self._frames}").data)

    def _resumed(self) -> bool:
        reader = SealedReader(self._path, self._keys)
        if not reader.begun or reader.key_id != self._keys.current:
            return False
        self._name = reader.name
        # The first frame that is not whole, cut off by a crash or a power cut, ends what is there.
        with suppress(SpoolDamaged):
            for content in reader.frames():
                if len(content) < FRAME_BYTES:
                    break
                self._digest.update(content)
                self._frames += 1
        self._file.seek(_HEAD_BYTES + self._frames * _SEALED_BYTES)
        self._file.truncate()
        return True


class SealedReader:
    """Reads a sealed file."""

    def __init__(self, path: Path, keys: SpoolKeys) -> None:
        self._path, self._keys = path, keys
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        self.begun = len(head) == _HEAD_BYTES
        self.key_id = head[:_KEY_ID_BYTES].decode("ascii", "replace").strip()
        self.name = head[_KEY_ID_BYTES:].decode("ascii", "replace")

    def frames(self, first: int = 0) -> Iterator[bytes]:
        """Give the content from frame `first` on.

        Raises:
            SpoolDamaged: a frame is not what was written.
        """
        with self._path.open("rb") as file:
            file.seek(_HEAD_BYTES + first * _SEALED_BYTES)
            number = first
            while data := file.read(_SEALED_BYTES):
                yield self._opened(data, number)
                number += 1

    def chunks(self, start: int, size: int) -> Iterator[bytes]:
        """Give `size` bytes from `start`."""
        first, skip = divmod(start, FRAME_BYTES)
        for content in self.frames(first):
            piece = content[skip : skip + size]
            skip, size = 0, size - len(piece)
            if piece:
                yield piece
            if size <= 0:
                return

    def _opened(self, data: bytes, number: int) -> bytes:
        sealed = Sealed(key_id=self.key_id, data=data)
        return self._keys.open(sealed, f"object:{self.name}:{number}")
