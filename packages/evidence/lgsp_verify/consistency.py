"""A consistency proof as a file: that one checkpoint's tree continues another's (RFC 9162).

lgsp-consistency/v1
old <size>
new <size>
<hash, base64>
…
"""

from dataclasses import dataclass
from typing import Final

from lgsp_verify.log import Malformed, TreeHead, verify_consistency
from lgsp_verify.log.b64 import b64
from lgsp_verify.log.checkpoints import MAX_PROOF_HASHES, parse_hash, parse_size

_FIRST: Final = "lgsp-consistency/v1"
_MAX_BYTES: Final = 8_192


@dataclass(frozen=True, slots=True)
class Consistency:
    """A proof between two sizes. Nothing is verified yet."""

    old: int
    new: int
    path: tuple[bytes, ...]

    def encode(self) -> bytes:
        """Return the file."""
        lines = (_FIRST, f"old {self.old}", f"new {self.new}", *map(b64, self.path))
        return "".join(f"{line}\n" for line in lines).encode()

    def verify(self, old: TreeHead, new: TreeHead) -> None:
        """Return if the proof leads from `old` to `new`.

        Raises:
            NotProven.
        """
        verify_consistency(old.size, new.size, self.path, old.root, new.root)


def read_consistency(data: bytes) -> Consistency:
    """Return the proof of a file.

    Raises:
        Malformed.
    """
    try:
        first, old, new, *path = data[:_MAX_BYTES].decode("ascii").split("\n")[:-1]
    except ValueError:
        raise Malformed("not a consistency proof") from None
    if first != _FIRST or not old.startswith("old ") or not new.startswith("new "):
        raise Malformed("not a consistency proof")
    if len(path) > MAX_PROOF_HASHES or len(data) > _MAX_BYTES:
        raise Malformed("a proof has at most 63 hashes")
    return Consistency(parse_size(old[4:]), parse_size(new[4:]), tuple(map(parse_hash, path)))
