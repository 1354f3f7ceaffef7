"""A process that takes the text of first pages, and that may be killed at any moment.

It is started by `hub.io.page_pool`: a line of its input names a file, its answer is a length and as
many bytes of UTF-8. It holds no secret, writes no file, and the system bounds what it takes.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from pypdf import PageObject, PdfReader

from hub.io.confined import allow_cpu, bound_memory
from hub.io.page_answers import LENGTH, MAX_TEXT_BYTES

MAX_NOTES: Final = 200
"""Annotations whose text is looked at: a stamp may be one."""


def serve(paths: BinaryIO, answers: BinaryIO, seconds: int, memory_bytes: int) -> None:
    """Read one file after the other until the input ends: then the pool is gone."""
    bound_memory(memory_bytes)
    for line in paths:
        allow_cpu(seconds)
        text = first_page(line.decode().rstrip("\n")).encode(errors="replace")[:MAX_TEXT_BYTES]
        answers.write(len(text).to_bytes(LENGTH) + text)
        answers.flush()


def first_page(path: str) -> str:
    """Return what stands on the first page of a PDF, its notes and its title, line by line.

    Raises:
        Exception: whatever the parser meets; the pool takes the process's end for an answer.
    """
    with Path(path).open("rb") as file:
        reader = PdfReader(file, strict=False)
        page = reader.pages[0]
        title = reader.metadata.title if reader.metadata else None
        return "\n".join(["" if title is None else str(title), page.extract_text(), *_notes(page)])


def _notes(page: PageObject) -> Iterator[str]:
    annotations: Any = page.get("/Annots")
    found = annotations.get_object() if annotations is not None else []
    for one in list(found)[:MAX_NOTES]:
        text = one.get_object().get("/Contents")
        if isinstance(text, str):
            yield text


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[1]), int(sys.argv[2]))
