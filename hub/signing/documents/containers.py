"""ASiC-E containers (ETSI EN 319 162-1): a ZIP with documents, and signatures over their hashes."""

import io
import zipfile
from dataclasses import dataclass
from typing import Final

MIMETYPE: Final = "application/vnd.etsi.asic-e+zip"
META: Final = "META-INF/"
_MOST_FILES: Final = 200
_MOST_BYTES: Final = 128 * 1024 * 1024
"""Unpacked, all files together: twice the largest document that is judged."""
_MOST_RATIO: Final = 200
"""Unpacked to packed. Text packs to a tenth; what packs more was made to."""
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED: Final = 0x1
_ERRORS: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    KeyError,
    IndexError,
)


class NoContainer(Exception):
    """The ZIP is none that the hub reads."""


class TooMuch(NoContainer):
    """It would unpack to more than the hub reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """The files of a container."""

    files: dict[str, bytes]

    @property
    def documents(self) -> frozenset[str]:
        """The names of what may be signed: all but the mimetype and META-INF."""
        return frozenset(
            name for name in self.files if name != "mimetype" and not name.startswith(META)
        )


def open_container(data: bytes) -> Container:
    """Read all files of a ZIP.

    Raises:
        TooMuch: too many files or bytes, or packed too tight to be honest.
        NoContainer: damaged, encrypted, a name twice, or a name that leaves the container.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            _check(members)
            return Container(files={one.filename: _read(archive, one) for one in members})
    except _ERRORS as error:
        raise NoContainer("not a ZIP") from error


def _check(members: list[zipfile.ZipInfo]) -> None:
    packed = sum(one.compress_size for one in members)
    unpacked = sum(one.file_size for one in members)
    if len(members) > _MOST_FILES or unpacked > _MOST_BYTES:
        raise TooMuch("more than the hub unpacks")
    if unpacked > _MOST_RATIO * max(packed, 1024):
        raise TooMuch("packed too tight")
    names = [one.filename for one in members]
    if len(set(names)) != len(names):
        # Two files of one name: one reader checks the first, another one shows the second.
        raise NoContainer("a name twice")
    for one in members:
        if one.flag_bits & _ENCRYPTED or one.compress_type not in _METHODS:
            raise NoContainer("encrypted, or packed in another way")
        if one.filename.startswith("/") or ".." in one.filename.split("/"):
            raise NoContainer("a name that leaves the container")


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    # The size in the directory is a claim: no more than it says is unpacked.
    data = archive.read(member)
    if len(data) != member.file_size:
        raise NoContainer("a size that is not true")
    return data
