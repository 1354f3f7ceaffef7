"""The key of the transparency log: the hub's own Ed25519 key under the names of the log."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from lgsp_verify.log import LogKey
from lgsp_verify.log import Signer as NoteSigner

from hub.signing.signer import Signer, SignerUnusable


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSigner:
    """Signs checkpoints and what the hub says about its log. May block, as its `Signer` does."""

    key: LogKey
    signer: Signer

    @classmethod
    def of(cls, hub: str, signer: Signer) -> "LogSigner":
        """Return the log's signer for the hub of this id.

        Raises:
            SignerUnusable: not an Ed25519 key, the one kind that every reader of notes knows.
        """
        if not isinstance(signer.public_key, Ed25519PublicKey):
            raise SignerUnusable("the log is signed with an Ed25519 key")
        public = signer.public_key.public_bytes_raw()
        return cls(key=LogKey(hub=hub, public=public), signer=signer)

    def of_shard(self, shard: int) -> NoteSigner:
        """Return who signs the checkpoints of one shard."""
        return NoteSigner(self.key.checkpoint_key(shard), self.signer.sign)

    def of_hub(self) -> NoteSigner:
        """Return who signs what the hub says about all shards, and about messages."""
        return NoteSigner(self.key.anchor_key(), self.signer.sign)
