"""Where a receiver stands in its inbox, kept across restarts."""

from pathlib import Path
from typing import Protocol

import orjson

from lgsp_client.whole_file import write_whole


class CursorStore(Protocol):
    """Keeps one cursor. `save` returns once it would survive a crash."""

    def load(self) -> str | None:
        """Return the last saved cursor; None at the very beginning."""
        ...

    def save(self, cursor: str) -> None:
        """Keep `cursor` in place of the one before: wholly, or not at all."""
        ...


class MemoryCursor:
    """Forgets at the end of the process: the next one starts at the beginning of the inbox."""

    def __init__(self, cursor: str | None = None) -> None:
        self._cursor = cursor

    def load(self) -> str | None:
        return self._cursor

    def save(self, cursor: str) -> None:
        self._cursor = cursor


class FileCursor:
    """A cursor in a small JSON file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> str | None:
        """Return the saved cursor; None where there is no file.

        Raises:
            ValueError: the file is not one that `save` wrote.
        """
        try:
            value = orjson.loads(self._path.read_bytes())
        except FileNotFoundError:
            return None
        cursor = value.get("cursor") if isinstance(value, dict) else None
        if not isinstance(cursor, str):
            raise ValueError(f"{self._path} is no cursor file")  # noqa: TRY004  (a bad value, not a bad call)
        return cursor

    def save(self, cursor: str) -> None:
        write_whole(self._path, orjson.dumps({"cursor": cursor}))
