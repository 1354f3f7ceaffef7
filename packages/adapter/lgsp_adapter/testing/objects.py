"""An object store in memory: what a context lends as `fetch` and `store`."""

import hashlib
from collections.abc import AsyncIterator

from lgsp_adapter.errors import Reject

PIECE = 65_536


class MemoryObjects:
    """Keeps objects by hash. Give its two methods to a `Context`."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.media_types: dict[str, str] = {}

    def put(self, content: bytes, media_type: str = "application/octet-stream") -> str:
        """Have an object, and return its hash: for a test that begins with one."""
        hash_ = f"sha256:{hashlib.sha256(content).hexdigest()}"
        self.contents[hash_], self.media_types[hash_] = content, media_type
        return hash_

    async def fetch(self, hash_: str) -> AsyncIterator[bytes]:
        """Yield an object in pieces, as the real store does.

        Raises:
            Reject: `unknown_object`.
        """
        if hash_ not in self.contents:
            raise Reject("unknown_object", hash_)
        content = self.contents[hash_]
        for start in range(0, len(content), PIECE):
            yield content[start : start + PIECE]

    async def store(self, pieces: AsyncIterator[bytes], media_type: str) -> str:
        """Keep bytes whole or not at all: an iterator that fails leaves nothing."""
        return self.put(b"".join([piece async for piece in pieces]), media_type)
