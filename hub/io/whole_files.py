"""Write many small files to a directory so that each is there whole, or as it was before."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_files(root: Path, files: Mapping[str, bytes]) -> None:
    """Write `files`, by path below `root`; return once they and their names survive a power cut.

    Raises:
        OSError: the disk refuses; what was not reached yet stands as it was.
    """
    folders = {root / Path(path).parent for path in files}
    touched = folders | {made for folder in folders for made in _make(folder)}
    for path, data in files.items():
        _replace(root / path, data)
    for folder in touched:
        with _opened(folder) as descriptor:
            os.fsync(descriptor)


def _make(folder: Path) -> list[Path]:
    """Make a folder; return the existing or new ones that a new name was written into."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
    return [one.parent for one in missing]


def _replace(path: Path, data: bytes) -> None:
    # Its bytes are durable before its name is: a name never stands for half of a file.
    with NamedTemporaryFile(dir=path.parent, prefix=".writing-", delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(data)
            file.flush()
            os.fdatasync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
