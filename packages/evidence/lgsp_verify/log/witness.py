"""What a witness checks before it cosigns: C2SP `tlog-witness`, without the HTTP.

https://c2sp.org/tlog-witness. A witness remembers one tree of each log: the
largest it has cosigned.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from lgsp_verify.log.checkpoints import TreeHead, WitnessRequest
from lgsp_verify.log.entries import LogKey
from lgsp_verify.log.errors import LogError, NotProven
from lgsp_verify.log.merkle import EMPTY_ROOT, verify_consistency
from lgsp_verify.log.notes import VerifierKey, parse_verifier_key, verify_note

MAX_SHARDS: Final = 256
"""A hub has at most so many logs."""

BAD_REQUEST: Final = 400
UNKNOWN_KEY: Final = 403
UNKNOWN_LOG: Final = 404
CONFLICT: Final = 409
INCONSISTENT: Final = 422


class WitnessRefusal(Exception):
    """A witness does not cosign. `size`: how large it knows the log, where that is the reason."""

    def __init__(self, status: int, why: str, size: int | None = None) -> None:
        super().__init__(why)
        self.status, self.size = status, size


def keys_by_origin(lines: Iterable[str]) -> dict[str, VerifierKey]:
    """Return the keys of the logs that a witness knows, from lines of verifier keys.

    The key of a hub's anchors, `<hub>/log`, stands for all its shards; empty lines and those that
    begin with `#` are passed over.

    Raises:
        Malformed: a line is no verifier key.
    """
    found: dict[str, VerifierKey] = {}
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        key = parse_verifier_key(line)
        hub, is_hub, _ = key.name.rpartition("/log")
        if is_hub and key.name == f"{hub}/log":
            log = LogKey(hub=hub, public=key.public)
            shards = [log.checkpoint_key(shard) for shard in range(MAX_SHARDS)]
            found |= {one.name: one for one in shards}
        else:
            found[key.name] = key
    return found


def known_origin(request: WitnessRequest, keys: Mapping[str, VerifierKey]) -> str:
    """Return whose log it is, once its checkpoint's signature is verified.

    Raises:
        WitnessRefusal: 404: the log is unknown; 403: its key has not signed.
    """
    origin = request.checkpoint.head.origin
    if origin not in keys:
        raise WitnessRefusal(UNKNOWN_LOG, "this witness does not know the log")
    try:
        verify_note(request.checkpoint.note, [keys[origin]])
    except LogError:
        raise WitnessRefusal(UNKNOWN_KEY, "the log's key has not signed the checkpoint") from None
    return origin


def judge(request: WitnessRequest, known: TreeHead | None) -> TreeHead:
    """Return the tree to remember and to cosign. The caller has asked `known_origin`.

    `known`: the tree that was cosigned last. Reading it, this and writing the new one are one step.

    Raises:
        WitnessRefusal: 400, 409 or 422, as the protocol says.
    """
    new = request.checkpoint.head
    size, root = (0, EMPTY_ROOT) if known is None else (known.size, known.root)
    if request.old > new.size:
        raise WitnessRefusal(BAD_REQUEST, "the old size is larger than the checkpoint's")
    if request.old != size:
        raise WitnessRefusal(CONFLICT, "the old size is not the one cosigned last", size)
    if size == new.size and root != new.root:
        raise WitnessRefusal(CONFLICT, "another tree of this size was cosigned", size)
    try:
        verify_consistency(size, new.size, request.path, root, new.root)
    except NotProven as error:
        raise WitnessRefusal(INCONSISTENT, str(error)) from None
    return new
