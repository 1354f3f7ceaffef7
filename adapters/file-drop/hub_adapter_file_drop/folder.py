"""A folder as both adapters see it: one flat level and the sub-folders `done` and `error`."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final, Protocol

from lgsp_adapter import Context

PIECE: Final = 256 * 1024
"""Bytes read or written at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a folder."""

    name: str
    size: int
    modified_ns: int
    """Nanoseconds since 1970; an SFTP server of version 3 gives whole seconds."""
    regular: bool
    """False for folders, links, devices: none of them is ever opened."""
    inode: int = 0
    """Tells a file from one that was renamed over it; 0 where nobody says."""

    def same_as(self, other: "Entry | None") -> bool:
        """Say whether it is the same file, with the same size and time of change."""
        if other is None:
            return False
        mine = (self.size, self.modified_ns, self.inode)
        return mine == (other.size, other.modified_ns, other.inode)


class NameTaken(Exception):
    """There is a file of this name; it was not replaced."""


class Folder(Protocol):
    """Each method raises the contract's errors; a missing file is no error."""

    exact_times: bool
    """Whether every change shows in size or time; otherwise only the hash tells."""

    async def open(self, ctx: Context) -> None:
        """Get ready; secrets are resolved here."""
        ...

    async def entries(self) -> list[Entry]:
        """Return what stands in the folder itself."""
        ...

    async def stat(self, path: str) -> Entry | None:
        """Return one entry without following a link; None where there is none."""
        ...

    def read(self, path: str) -> AsyncIterator[bytes]:
        """Yield a regular file's bytes; nothing at all where it is gone."""
        ...

    async def make(self, sub: str) -> None:
        """Make a sub-folder where it is missing."""
        ...

    async def move(self, path: str, target: str) -> bool:
        """Rename, replacing the target. False where the file is gone."""
        ...

    async def give_back(self, path: str, target: str) -> None:
        """Rename without replacing.

        Raises:
            NameTaken: the target is there.
        """
        ...

    async def put(self, name: str, pieces: AsyncIterator[bytes]) -> None:
        """Write a file so that it appears under its name only whole and durable.

        Raises:
            NameTaken: the name is there.
        """
        ...

    async def close(self) -> None:
        """Let go of everything."""
        ...


def temporary(name: str) -> str:
    """Return the name under which a file is written before it is complete."""
    return f".{name}.part"
