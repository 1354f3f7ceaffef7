"""Make the evidence about one message: gather, compose, seal."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from lgsp_verify.bundle.assemble import assemble
from lgsp_verify.bundle.compose import CertificatePart, EventPart, Parts, compose
from lgsp_verify.bundle.index import Claim
from lgsp_verify.consistency import Consistency
from lgsp_verify.log import TreeHead

from hub.control.rules_history import RulesHistory
from hub.decision.events import AuditEvent, Event
from hub.evidence.audience import Audience, names_everybody
from hub.evidence.messages import Seen, key_entity, message_part, receipt_parts
from hub.evidence.ports import Anchors, Certificates, Continuity, Proofs, Records, Seal
from hub.evidence.rules import RulesParts, with_rules
from hub.evidence.stamps import stamp_of
from hub.io.kafka.codec import decode_event
from hub.io.message_proofs import MessageProof, ProvenLeaf

_DECISIONS: Final = (Event.ADMITTED, Event.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for."""

    source: str
    id: str
    audience: Audience
    claim: Claim | None = None
    with_body: bool = True
    """Without it the bundle holds the hash of the body only."""
    since: int | None = None
    """The size of a checkpoint that somebody has kept: the bundle shows that the log grew on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where evidence comes from."""

    proofs: Proofs
    continuity: Continuity
    records: Records
    history: RulesHistory
    certificates: Certificates
    anchors: Anchors


class EvidenceMaker:
    """Makes bundles. Holds no state."""

    def __init__(
        self, hub: str, sources: Sources, seal: Seal, clock: Callable[[], datetime]
    ) -> None:
        self._hub, self._sources, self._seal, self._clock = hub, sources, seal, clock

    async def make(self, wanted: Wanted) -> bytes | None:
        """Return the bundle; None where the log knows nothing of the message (yet).

        Raises:
            Refusing: the log is damaged.
            Unavailable: a store does not answer, or log and projection are too far apart.
        """
        proof = await self._proof(wanted)
        if proof is None:
            return None
        parts = await self._parts(wanted, proof)
        # The key may be in a hardware module, and large bundles are hashed: not in the loop.
        return await asyncio.to_thread(self._sealed, parts)

    async def _proof(self, wanted: Wanted) -> MessageProof | None:
        """Return what is cosigned and stamped, unless more has happened since."""
        prove = self._sources.proofs.prove
        newest = await prove(wanted.source, wanted.id)
        # That something had not happened by a moment is said of the tree of now.
        if newest is None or (wanted.claim is not None and wanted.claim.not_by is not None):
            return newest
        anchored = await prove(wanted.source, wanted.id, anchored=True)
        whole = anchored is not None and len(anchored.leaves) == len(newest.leaves)
        return anchored if whole else newest

    def _sealed(self, parts: Parts) -> bytes:
        index, files = compose(parts)
        return assemble(index, files, self._seal.sealer, self._seal.certificates)

    async def _parts(self, wanted: Wanted, proof: MessageProof) -> Parts:
        seen = [_seen(leaf) for leaf in proof.leaves]
        decision = _decision(seen)
        message = await message_part(self._sources.records, decision, wanted.source, wanted.id)
        openly = names_everybody((message.attributes or {}).get("recipients"))
        shown = [one for one in seen if wanted.audience.sees(one.event, openly=openly)]
        receipts = await receipt_parts(self._sources.records, shown, wanted.audience)
        rules = await with_rules(self._sources.history, self._hub, decision, message, receipts)
        return Parts(
            hub=self._hub,
            source=wanted.source,
            id=wanted.id,
            made_at=self._clock().replace(microsecond=0),
            shard=proof.shard,
            checkpoint=proof.checkpoint.note.encode(),
            events=tuple(_event(leaf, shown) for leaf in proof.leaves),
            message=rules.message if wanted.with_body else replace(rules.message, body=None),
            schema=rules.schema,
            chain=rules.chain,
            receipts=rules.receipts,
            certificates=await self._certificates(rules, decision.at),
            stamp=await stamp_of(self._sources.anchors, self._sources.continuity, proof),
            absence=proof.statement.encode(),
            consistency=await self._continuity(wanted, proof.shard, proof.checkpoint.head),
            claim=wanted.claim,
        )

    async def _certificates(self, rules: RulesParts, at: datetime) -> tuple[CertificatePart, ...]:
        messages = (rules.message, *(receipt.message for receipt in rules.receipts))
        entities = (key_entity(part, self._hub) for part in messages)
        found = []
        for entity in dict.fromkeys(entity for entity in entities if entity is not None):
            _, system, thumbprint = entity.split("/")
            certificate = await self._sources.certificates.of(system, thumbprint, at)
            if certificate is not None:
                found.append(certificate)
        return tuple(found)

    async def _continuity(self, wanted: Wanted, shard: int, head: TreeHead) -> tuple[bytes, ...]:
        if wanted.since is None or not 0 < wanted.since < head.size:
            return ()
        path = await self._sources.continuity.consistency(shard, wanted.since, head.size)
        return () if path is None else (Consistency(wanted.since, head.size, tuple(path)).encode(),)


def _seen(leaf: ProvenLeaf) -> Seen:
    return Seen(leaf=leaf.proof.index, event=decode_event(leaf.value))


def _event(leaf: ProvenLeaf, shown: list[Seen]) -> EventPart:
    number, proof = leaf.proof.index, str(leaf.proof).encode()
    if all(one.leaf != number for one in shown):
        # Of what others got the log's proof stands on the hash alone.
        return EventPart(leaf=number, proof=proof, hash=leaf.hash)
    by_hash = not leaf.entry.endswith(leaf.value)
    return EventPart(
        leaf=number, proof=proof, entry=leaf.entry, value=leaf.value if by_hash else None
    )


def _decision(seen: list[Seen]) -> AuditEvent:
    """Return the admission, else the last refusal, else whatever came first."""
    for event in _DECISIONS:
        found = [one.event for one in seen if one.event.event is event]
        if found:
            return found[-1]
    return seen[0].event
