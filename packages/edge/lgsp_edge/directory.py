"""Keeps the hub's signed directory up to date: whose keys are whose, also while the line is cut."""

import asyncio
from typing import Final

from lgsp_client import HubDirectoryUnusable, KeptDirectory

from lgsp_edge.contact import Contact
from lgsp_edge.line import Away, Line
from lgsp_edge.status import Directory
from lgsp_edge.waiting import wait_for

FRESH_SECONDS: Final = 3_600.0
"""A key that is revoked is believed here for so long at most, while there is a line."""
AGAIN_SECONDS: Final = 300.0
"""After an answer that was no use: a hub without a seal, a directory that it did not sign."""


class DirectoryKeeper:
    """`run` until `stop`."""

    def __init__(self, kept: KeptDirectory, line: Line, contact: Contact) -> None:
        self.kept = kept
        self._line, self._contact = line, contact
        self._stopping = asyncio.Event()
        self.words: str | None = None
        """Why it is not brought up to date; None while all is well."""

    def stop(self) -> None:
        """Ask for nothing more."""
        self._stopping.set()

    async def run(self) -> None:
        """Keep it up to date until stopped."""
        while not self._stopping.is_set():
            seconds = await self._turn()
            await wait_for(self._stopping, seconds)

    def known(self) -> Directory:
        """Return what there is, for who watches."""
        try:
            statement = self.kept.copy.statement
        except HubDirectoryUnusable:
            return Directory()
        until = statement.good_until.timestamp()
        return Directory(version=statement.version, good_until=until)

    async def _turn(self) -> float:
        """Ask once; return the seconds before the next time."""
        if (wait := self._contact.wait()) > 0:
            return wait
        era = self._contact.era
        try:
            await self._line.directory(self.kept)
        except Away as away:
            self.words = str(away)
            if away.whole:
                self._contact.failed(era, str(away), away.after)
            return max(self._contact.wait(), 1.0) if away.whole else AGAIN_SECONDS
        except HubDirectoryUnusable as error:
            # What was kept stays, and is used as long as it is good.
            self.words = f"danh mục không nhận được / {error}"
            return AGAIN_SECONDS
        self._contact.answered()
        self.words = None
        return FRESH_SECONDS


def unusable(kept: KeptDirectory) -> str | None:
    """Return why nobody can be proven by it now; None: all is well. It may read the file."""
    try:
        kept.usable()
    except HubDirectoryUnusable as error:
        return f"danh mục không dùng được / {error}"
    return None
