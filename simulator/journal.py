"""What each system writes down by itself: the other side of the verdict's comparison.

`sent/<system>.jsonl`: a line before a message is handed in, a line for what the hub answered.
`received/<system>.jsonl`: a line for each message that came. `foreign/out.jsonl` and `in.jsonl`:
what must come to a foreign system, and from one. JSON lines, only ever appended.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO


class Journals:
    """All journals of one run, open for appending."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, TextIO] = {}

    def __enter__(self) -> Self:
        for name in ("sent", "received", "foreign"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file in self._open.values():
            file.flush()
            os.fsync(file.fileno())
            file.close()
        self._open.clear()

    def sent(self, system: str, line: Mapping[str, Any]) -> None:
        """Append to a sender's journal."""
        self._write(f"sent/{system}", line)

    def received(self, system: str, line: Mapping[str, Any]) -> None:
        """Append to a receiver's journal."""
        self._write(f"received/{system}", line)

    def foreign(self, way: str, line: Mapping[str, Any]) -> None:
        """Append to what is due with foreign systems; `way` is `out` or `in`."""
        self._write(f"foreign/{way}", line)

    def _write(self, name: str, line: Mapping[str, Any]) -> None:
        file = self._open.get(name)
        if file is None:
            path = self._folder / f"{name}.jsonl"
            # Line-buffered: what was handed in stands in the file before it is handed in.
            file = self._open[name] = path.open("a", encoding="utf-8", buffering=1)
        file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
