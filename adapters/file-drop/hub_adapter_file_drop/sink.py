"""`file-drop-out`: each delivery becomes a file whose name is its idempotency key."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence

from lgsp_adapter import (
    Backpressure,
    Check,
    Context,
    Delivery,
    Done,
    Idempotence,
    Kind,
    Reject,
    Result,
    Retryable,
    Sink,
    Spec,
    Text,
)

from hub_adapter_file_drop.folder import PIECE, NameTaken
from hub_adapter_file_drop.settings import SinkConfig
from hub_adapter_file_drop.source import MakeFolder, make_folder


class FileDropOut(Sink[SinkConfig]):
    """Idempotent by the name: one that is there with the same bytes is left as it is."""

    spec = Spec(
        name="file-drop-out",
        version="1.0.0",
        kind=Kind.SINK,
        config=SinkConfig,
        title=Text(vi="Ghi tệp vào thư mục", en="Drop files"),
        types=("*",),
        idempotence=Idempotence.IDEMPOTENT,
    )

    def __init__(self, config: SinkConfig, *, folder: MakeFolder = make_folder) -> None:
        super().__init__(config)
        self._folder = folder(config)

    async def open(self, ctx: Context) -> None:
        await super().open(ctx)
        await self._folder.open(ctx)

    async def check(self) -> Check:
        """List the folder; changes nothing."""
        await self._folder.entries()
        return Check(
            ok=True,
            vi="Thấy thư mục; quyền ghi chưa được thử",
            en="The folder can be listed; the right to write is not tried",
        )

    async def write(self, batch: Sequence[Delivery]) -> list[Result]:
        return [await self._one(each) for each in batch]

    async def _one(self, delivery: Delivery) -> Result:
        try:
            await self._files(delivery)
        except NameTaken:
            return Retryable("a file of this name came up meanwhile", untouched=True)
        except (Retryable, Backpressure, Reject) as error:
            return error
        return Done()

    async def _files(self, delivery: Delivery) -> None:
        """Write what belongs to a delivery; the file itself only once the rest is there."""
        name = file_name(delivery)
        if self.config.objects:
            for hash_ in delivery.objects:
                part = f"{name}.{hash_.partition(':')[2][:16]}.object"
                await self._put(part, hash_.partition(":")[2], _fetched(self.ctx, hash_))
        # The token may be another one at the next attempt: what is there is good enough.
        if self.config.attributes and await self._folder.stat(f"{name}.meta") is None:
            await self._folder.put(f"{name}.meta", _pieces(_meta(delivery)))
        sha256 = await self._put_bytes(name, delivery.body)
        if self.config.checksum:
            await self._put_bytes(f"{name}.sha256", f"{sha256}  {name}\n".encode())

    async def _put_bytes(self, name: str, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        await self._put(name, sha256, lambda: _pieces(content))
        return sha256

    async def _put(
        self, name: str, sha256: str, pieces: Callable[[], AsyncIterator[bytes]]
    ) -> None:
        if await self._folder.stat(name) is None:
            await self._folder.put(name, pieces())
        # Never replaced: what is there may be half read by the receiver, or another message's.
        elif await self._hash_of(name) != sha256:
            raise Reject("name_taken", "a file of this name has other bytes")

    async def _hash_of(self, name: str) -> str:
        digest = hashlib.sha256()
        async for piece in self._folder.read(name):
            digest.update(piece)
        return digest.hexdigest()

    async def close(self) -> None:
        await self._folder.close()


def file_name(delivery: Delivery) -> str:
    """Return the file's name: no part of a key has an underscore, so no two keys share one."""
    return delivery.key.replace("/", "_") + ".json"


def _meta(delivery: Delivery) -> bytes:
    meta = {
        "attributes": dict(delivery.attributes),
        "hub-signature": delivery.signature,
        "hub-token": delivery.token,
        "address": delivery.address,
    }
    return json.dumps(meta, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


def _fetched(ctx: Context, hash_: str) -> Callable[[], AsyncIterator[bytes]]:
    return lambda: ctx.fetch(hash_)


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), PIECE):
        yield content[start : start + PIECE]
