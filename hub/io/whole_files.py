"""Write a small file to a directory so that it is there whole, or as it was before."""

import contextlib
import os
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_file(root: Path, path: str, data: bytes) -> None:
    """Write a file by its path below `root`; return once it and its name survive a power cut.

    Raises:
        OSError: the disk refuses; what stood there stands there still.
    """
    place = root / path
    named_in = _make(place.parent)
    _replace(place, data)
    for folder in {place.parent, *named_in}:
        _sync(folder)


def _make(folder: Path) -> list[Path]:
    """Make a folder; return those that a new name was written into."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
    return [one.parent for one in missing]


def _replace(place: Path, data: bytes) -> None:
    # Its bytes are durable before its name is: a name never stands for half of a file.
    with NamedTemporaryFile(dir=place.parent, prefix=".writing-", delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(data)
            file.flush()
            os.fdatasync(file.fileno())
            temporary.replace(place)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
