"""A real SFTP server on the loopback, over a folder; misbehaves when it is told to."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh


@dataclass(slots=True)
class Faults:
    """What goes wrong from now on."""

    cut_after_reads: int | None = None
    """Break the line at this read of a file; counted down."""
    cut_after_writes: int | None = None
    disk_full: bool = False
    deny: bool = False
    """Refuse to open files."""
    without_posix_rename: bool = False


class SftpAgency:
    """One account, one key; `folder` is what it shows."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.faults = folder, Faults()
        self.user_key = asyncssh.generate_private_key("ssh-ed25519")
        self.server_key = asyncssh.generate_private_key("ssh-ed25519")
        self._server: asyncssh.SSHAcceptor | None = None
        self.logins = 0

    @property
    def port(self) -> int:
        """The port of the running server."""
        if self._server is None:
            raise RuntimeError("not started")
        return self._server.get_port()

    @property
    def host_key(self) -> str:
        """Its public key in one line."""
        return self.server_key.export_public_key("openssh").decode().strip()

    @property
    def private_key(self) -> str:
        """The private key of the account: synthetic, made for this run."""
        return self.user_key.export_private_key("openssh").decode()

    async def start(self, port: int = 0) -> None:
        """Listen on the loopback."""
        self._server = await asyncssh.listen(
            "127.0.0.1",
            port,
            server_host_keys=[self.server_key],
            server_factory=lambda: _Login(self),
            sftp_factory=lambda channel: _Files(channel, self),
            allow_scp=False,
        )

    async def stop(self) -> None:
        """End; open connections break."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None


class _Login(asyncssh.SSHServer):
    def __init__(self, agency: SftpAgency) -> None:
        self._agency = agency

    def begin_auth(self, username: str) -> bool:  # noqa: ARG002  (there is one account)
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        known = self._agency.user_key.convert_to_public()
        self._agency.logins += 1
        return username == "mau" and key == known


class _Files(asyncssh.SFTPServer):
    def __init__(self, channel: Any, agency: SftpAgency) -> None:
        super().__init__(channel, chroot=str(agency.folder).encode())
        self._agency = agency

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        if self._agency.faults.deny:
            raise asyncssh.SFTPPermissionDenied("denied")
        return super().open(path, pflags, attrs)

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        faults = self._agency.faults
        if faults.cut_after_reads is not None:
            faults.cut_after_reads -= 1
            if faults.cut_after_reads < 0:
                faults.cut_after_reads = None
                self.channel.get_connection().abort()
        found: bytes = super().read(file_obj, offset, size)  # type: ignore[assignment]
        return found

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        faults = self._agency.faults
        if faults.disk_full:
            raise asyncssh.SFTPNoSpaceOnFilesystem("full")
        if faults.cut_after_writes is not None:
            faults.cut_after_writes -= 1
            if faults.cut_after_writes < 0:
                faults.cut_after_writes = None
                self.channel.get_connection().abort()
        written: int = super().write(file_obj, offset, data)  # type: ignore[assignment]
        return written

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        if self._agency.faults.without_posix_rename:
            raise asyncssh.SFTPOpUnsupported("unsupported")
        super().posix_rename(oldpath, newpath)
