"""Write a file for its owner alone."""

import os
from pathlib import Path
from typing import Final

_PRIVATE: Final = 0o600


def write_new(path: Path, content: bytes) -> None:
    """Write a file that does not exist yet, for its owner from its first byte on, and flush it.

    Raises:
        FileExistsError: it exists already, and is left as it is.
        OSError: it cannot be written; nothing is left of it.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise
