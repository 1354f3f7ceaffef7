"""A folder behind SFTP. The server proves itself by a key that is known beforehand."""

import asyncio
import posixpath
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, TypeVar

import asyncssh
from lgsp_adapter import Context, Fatal, Retryable, line

from hub_adapter_file_drop.errors import from_os, from_ssh
from hub_adapter_file_drop.folder import PIECE, Entry, NameTaken, temporary
from hub_adapter_file_drop.settings import Sftp

T = TypeVar("T")

GONE: Final = (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath)
KEEPALIVE_SECONDS: Final = 15
"""A line that is dead without a word is noticed after three of them."""


class SftpFolder:
    """Connects when it is first used, and again after the line broke."""

    exact_times = False

    def __init__(self, root: str, busy: float, config: Sftp) -> None:
        self._root, self._busy, self._config = root, busy, config
        self._networks: tuple[str, ...] = ()
        self._key: asyncssh.SSHKey | None = None
        self._connection: asyncssh.SSHClientConnection | None = None
        self._client: asyncssh.SFTPClient | None = None

    async def open(self, ctx: Context) -> None:
        self._networks = ctx.networks
        secret = await ctx.secret(self._config.key)
        try:
            self._key = asyncssh.import_private_key(secret.get_secret_value())
        except asyncssh.KeyImportError:
            self._key = None
        if self._key is None:
            # Without a cause: its text may quote the key.
            raise Fatal("sftp.key is no private key in OpenSSH or PEM form, or has a passphrase")

    async def close(self) -> None:
        connection, self._connection, self._client = self._connection, None, None
        if connection is not None:
            connection.abort()
            with suppress(asyncssh.Error, OSError):
                await connection.wait_closed()

    async def _sftp(self) -> asyncssh.SFTPClient:
        if self._client is not None and self._connection and not self._connection.is_closed():
            return self._client
        await self.close()
        async with asyncio.timeout(self._config.connect_seconds):
            self._connection = await self._connected()
            self._client = await self._connection.start_sftp_client(path_errors="surrogateescape")
        return self._client

    async def _connected(self) -> asyncssh.SSHClientConnection:
        config = self._config
        # Invariant 5: to an approved address, at every reconnect; the library would ask nobody.
        found = await line.connect(self._networks, config.host, config.port, config.connect_seconds)
        try:
            return await asyncssh.connect(
                config.host,
                config.port,
                sock=found,
                username=config.user,
                client_keys=[self._key] if self._key else [],
                # One key and no file of this machine's user: never "accept any".
                known_hosts=([asyncssh.import_public_key(config.host_key)], [], []),
                config=None,
                agent_path=None,
                keepalive_interval=KEEPALIVE_SECONDS,
            )
        except BaseException:
            # It was ours before it was the library's, which leaves it open where it fails early.
            found.close()
            raise

    async def _call(self, step: str, work: Callable[[asyncssh.SFTPClient], Awaitable[T]]) -> T:
        try:
            return await work(await self._sftp())
        except asyncssh.Error as error:
            told = from_ssh(error, step, self._busy)
        except TimeoutError:
            told = Retryable(f"{step}: no connection in time", untouched=True)
        except OSError as error:
            told = from_os(error, step, self._busy)
        raise told

    def _at(self, path: str) -> str:
        return posixpath.join(self._root, path)

    async def entries(self) -> list[Entry]:
        async def work(sftp: asyncssh.SFTPClient) -> list[Entry]:
            return [
                _entry(_text(each.filename), each.attrs) for each in await sftp.readdir(self._root)
            ]

        found = await self._call("list the folder", work)
        return [entry for entry in found if entry.name not in (".", "..")]

    async def stat(self, path: str) -> Entry | None:
        async def work(sftp: asyncssh.SFTPClient) -> Entry | None:
            try:
                return _entry(posixpath.basename(path), await sftp.lstat(self._at(path)))
            except GONE:
                return None

        return await self._call("look at a file", work)

    async def read(self, path: str) -> AsyncIterator[bytes]:
        async def work(sftp: asyncssh.SFTPClient) -> asyncssh.SFTPClientFile | None:
            try:
                return await sftp.open(self._at(path), "rb")
            except GONE:
                return None

        file = await self._call("open a file", work)
        if file is None:
            return
        try:
            while piece := await self._call("read a file", _reading(file)):
                yield piece
        finally:
            with suppress(asyncssh.Error, OSError):
                await file.close()

    async def make(self, sub: str) -> None:
        async def work(sftp: asyncssh.SFTPClient) -> None:
            if not await sftp.isdir(self._at(sub)):
                await sftp.mkdir(self._at(sub))

        await self._call("make a sub-folder", work)

    async def move(self, path: str, target: str) -> bool:
        async def work(sftp: asyncssh.SFTPClient) -> bool:
            try:
                await sftp.posix_rename(self._at(path), self._at(target))
            except GONE:
                return False
            except asyncssh.SFTPOpUnsupported:
                if await sftp.exists(self._at(target)):
                    await sftp.remove(self._at(target))
                await sftp.rename(self._at(path), self._at(target))
            return True

        return await self._call("move a file", work)

    async def give_back(self, path: str, target: str) -> None:
        async def work(sftp: asyncssh.SFTPClient) -> None:
            # SFTP's own rename refuses a name that is taken; the look before tells why.
            if await sftp.exists(self._at(target)):
                raise NameTaken
            await sftp.rename(self._at(path), self._at(target))

        await self._call("name a file", work)

    async def put(self, name: str, pieces: AsyncIterator[bytes]) -> None:
        part = temporary(name)
        file = await self._call("make a file", lambda sftp: sftp.open(self._at(part), "wb"))
        try:
            async for piece in pieces:
                await self._call("write a file", _writing(file, piece))
            await self._call("sync a file", lambda _sftp: _synced(file))
        finally:
            with suppress(asyncssh.Error, OSError):
                await file.close()
        await self.give_back(part, name)


def _writing(
    file: asyncssh.SFTPClientFile, piece: bytes
) -> Callable[[asyncssh.SFTPClient], Awaitable[int]]:
    return lambda _sftp: file.write(piece)


def _reading(
    file: asyncssh.SFTPClientFile,
) -> Callable[[asyncssh.SFTPClient], Awaitable[bytes]]:
    async def work(_sftp: asyncssh.SFTPClient) -> bytes:
        piece: Any = await file.read(PIECE)  # bytes, for it was opened so; its type cannot say it
        return bytes(piece)

    return work


async def _synced(file: asyncssh.SFTPClientFile) -> None:
    # An extension of OpenSSH; a server without it cannot promise more than its close.
    with suppress(asyncssh.SFTPOpUnsupported):
        await file.fsync()


def _text(name: bytes | str) -> str:
    return name if isinstance(name, str) else name.decode(errors="surrogateescape")


def _entry(name: str, attrs: asyncssh.SFTPAttrs) -> Entry:
    seconds = attrs.mtime or 0
    return Entry(
        name=name,
        size=attrs.size or 0,
        modified_ns=int(seconds) * 1_000_000_000 + (attrs.mtime_ns or 0),
        regular=attrs.type == asyncssh.FILEXFER_TYPE_REGULAR,
    )
