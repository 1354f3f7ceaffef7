"""The time stamp that covers a proof, and how the trees of both belong together."""

from lgsp_verify.bundle.compose import StampPart
from lgsp_verify.consistency import Consistency
from lgsp_verify.log import TreeHead

from hub.evidence.ports import Anchors, Continuity
from hub.io.message_proofs import MessageProof


async def stamp_of(
    anchors: Anchors, continuity: Continuity, proof: MessageProof
) -> StampPart | None:
    """Return the stamp of the proof's own anchor, else of the newest; None: there is none yet.

    Raises:
        Refusing: the log is damaged.
        Unavailable: a store does not answer.
    """
    number = proof.anchor
    if number is None:
        newest = await anchors.newest_of(proof.shard)
        number = None if newest is None else newest.number
    stored = None if number is None else await anchors.get(number)
    if stored is None or stored.stamp is None or proof.shard not in stored.file.checkpoints:
        return None
    stamped = stored.file.checkpoints[proof.shard].head
    return StampPart(
        note=stored.file.note.encode(),
        token=stored.stamp,
        consistency=await _between(continuity, proof.shard, stamped, proof.checkpoint.head),
    )


async def _between(
    continuity: Continuity, shard: int, one: TreeHead, other: TreeHead
) -> bytes | None:
    old, new = sorted((one.size, other.size))
    if old == new:
        return None
    path = await continuity.consistency(shard, old, new)
    return None if path is None else Consistency(old, new, tuple(path)).encode()
