"""The key of the transparency log: the hub's own Ed25519 key under the names of the log."""

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from lgsp_verify.log import LogKey
from lgsp_verify.log import Signer as NoteSigner

from hub.signing.signer import Signer, SignerUnusable


def log_key(hub: str, signer: Signer) -> LogKey:
    """Return the public side of the log's key.

    Raises:
        SignerUnusable: not an Ed25519 key, the one kind that every reader of notes knows.
    """
    if not isinstance(signer.public_key, Ed25519PublicKey):
        raise SignerUnusable("the log is signed with an Ed25519 key")
    return LogKey(hub=hub, public=signer.public_key.public_bytes_raw())


def checkpoint_signer(hub: str, signer: Signer) -> Callable[[int], NoteSigner]:
    """Return who signs the checkpoints of each shard.

    Raises:
        SignerUnusable: see `log_key`.
    """
    key = log_key(hub, signer)
    return lambda shard: NoteSigner(key.checkpoint_key(shard), signer.sign)


def anchor_signer(hub: str, signer: Signer) -> NoteSigner:
    """Return who signs what the hub says about all shards.

    Raises:
        SignerUnusable: see `log_key`.
    """
    return NoteSigner(log_key(hub, signer).anchor_key(), signer.sign)
