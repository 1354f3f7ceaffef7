"""Evidence is gathered from log, records and old rules, and tells nobody more than he may know."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from lgsp_verify.asice.container import read_container
from lgsp_verify.bundle.index import Claim, read_index
from lgsp_verify.findings import Finding, Status
from lgsp_verify.log import leaf_hash, parse_checkpoint, parse_note, root_of
from lgsp_verify.log.merkle import consistency_spans
from lgsp_verify.rules import hashes_of
from lgsp_verify.verify import verify_bundle
from sqlalchemy import insert

from hub.control.rules_history import RulesHistory
from hub.evidence.audience import EVERYBODYS, Audience
from hub.evidence.certificates import KeptCertificates
from hub.evidence.make import EvidenceMaker, Sources, Wanted
from hub.evidence.ports import Seal
from hub.io.anchor_files import AnchorFile
from hub.io.anchor_reading import AnchoredCheckpoint, StoredAnchor
from hub.io.message_proofs import MessageProof, ProvenLeaf
from hub.io.sql import control_tables as tables
from hub.io.sql.engine import open_engine
from tests import bundle_rig as rig
from tests import support
from tests.admin_rig import RecordsInMemory


class LogInMemory:
    """Implements `Proofs`, `Continuity` and `Anchors` of `hub.evidence.ports` over a world."""

    def __init__(self, world):
        self.world, self.stamped = world, world.head()

    async def prove(self, source, id, *, anchored=False):
        leaves = [leaf for leaf, about in enumerate(self.world.about) if about == (source, id)]
        if not leaves:
            return None
        proven = tuple(self._leaf(leaf) for leaf in leaves)
        head = self.world.head()
        word = rig.stated(source, id, [one.hash for one in proven], head)
        note = head.signed(rig.CHECKPOINTS).note
        if anchored:
            note = note.signed_also([rig.WITNESS.cosignature(note.text, 1_800_000_000)])
        return MessageProof(
            shard=rig.SHARD,
            checkpoint=parse_checkpoint(note.encode()),
            anchor=1 if anchored else None,
            leaves=proven,
            statement=word.signed(rig.ANCHORS),
        )

    async def newest_of(self, _shard):
        return AnchoredCheckpoint(number=1, checkpoint=self.stamped.signed(rig.CHECKPOINTS))

    async def get(self, _number):
        part = rig.stamp_part(self.stamped)
        file = AnchorFile(
            note=parse_note(part.note),
            checkpoints={rig.SHARD: self.stamped.signed(rig.CHECKPOINTS)},
        )
        row: Any = None  # Nothing of a bundle stands in the index.
        return StoredAnchor(row=row, file=file, stamp=part.token, renewals=())

    def _leaf(self, leaf):
        entry = self.world.entries[leaf]
        value = entry.partition(b"\n")[2]
        return ProvenLeaf(entry=entry, value=value, proof=self.world.proof(leaf))

    async def consistency(self, _shard, old, new):
        hashes = [leaf_hash(entry) for entry in self.world.entries]
        return [root_of(hashes[a:b]) for a, b in consistency_spans(old, new)]


@pytest.fixture
async def history(migrated_sqlite):
    """The two versions of the test world's rules, as the control plane keeps them."""
    engine = open_engine(migrated_sqlite)
    chain, values = rig.chain()
    hashes = {0: chain.previous, **hashes_of(chain)}
    async with engine.begin() as connection:
        for step in chain.steps:
            row = {
                "version": step.version,
                "hash": hashes[step.version],
                "previous": hashes[step.version - 1],
                "at": support.NOW,
                "changes": len(step.changes),
            }
            await connection.execute(insert(tables.rules_versions).values(row))
            told = values if step.version == 1 else {"right/9": None}
            rows = [
                {"version": step.version, "entity": name, "value": value}
                for name, value in told.items()
            ]
            await connection.execute(insert(tables.outbox), rows)
    yield RulesHistory(engine), KeptCertificates(engine)
    await engine.dispose()


@pytest.fixture
def make(history):
    holder = rig.container_holder()
    seal = Seal(sealer=rig.ContainerKey(), certificates=(holder.der, *holder.chain_der))

    async def made(world, audience=EVERYBODYS, source="sender", id="msg-0001", **wanted):
        log = LogInMemory(world)
        sources = Sources(
            proofs=log,
            continuity=log,
            records=RecordsInMemory(found=world.records),
            history=history[0],
            certificates=history[1],
            anchors=log,
        )
        maker = EvidenceMaker(support.HUB, sources, seal, lambda: rig.MADE_AT)
        return await maker.make(Wanted(source=source, id=id, audience=audience, **wanted))

    return made


def bad(bundle, **given):
    report = verify_bundle(bundle, replace(rig.given(), **given))
    return [one.finding for one in report.results if one.status is not Status.OK]


def files(bundle):
    return read_container(bundle).files


def await_free(call, *arguments, **options):
    """Call what runs an event loop of its own, from a test that has one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call, *arguments, **options).result()


async def test_what_was_gathered_proves_everything(make):
    world, _, _ = rig.delivered_world()
    bundle = await make(world)
    assert await_free(bad, bundle) == []
    told = read_index(files(bundle)["index.json"])
    assert len(told.receipts) == 2
    assert await make(world, id="unknown") is None


async def test_bytes_that_kafka_no_longer_keeps_leave_the_hash_and_the_proof(make):
    world, received, _ = rig.delivered_world()
    world.records.clear()
    bundle = await make(world)
    expected = {Finding.MESSAGE_NOT_KEPT, Finding.SIGNATURE_NOT_KEPT, Finding.RECEIPT_NOT_KEPT}
    assert set(await_free(bad, bundle)) == expected
    assert Finding.DOCUMENT_DIFFERS not in await_free(bad, bundle, document=received.body)


async def test_who_may_not_see_bodies_gets_the_hash(make):
    world, _, _ = rig.delivered_world()
    assert "message/body.json" not in files(await make(world, with_body=False))
    assert "message/body.json" in files(await make(world))


async def test_a_checkpoint_that_was_kept_is_continued(make):
    world, _, _ = rig.delivered_world()
    bundle = await make(world, since=7)
    assert "log/consistency/1.txt" in files(bundle)
    assert "log/consistency/1.txt" not in files(await make(world, since=10**6))


async def test_a_claim_is_carried(make):
    world, _, _ = rig.delivered_world()
    claim = Claim(stage="acknowledged", recipient="receiver")
    bundle = await make(world, claim=claim)
    assert await_free(bad, bundle) == []
    assert read_index(files(bundle)["index.json"]).claim == claim


async def test_a_sender_that_never_was_registered_is_proven_by_all_versions(make):
    world = rig.World()
    stranger = support.stamped(source="urn:hub:system:nobody")
    world.take(stranger)
    bundle = await make(world, source="nobody")
    findings = await_free(bad, bundle)
    assert findings == [Finding.MESSAGE_UNBOUND, Finding.SIGNATURE_WITHOUT_KEY]


def _to_two(recipients):
    world = rig.World()
    received = support.stamped(recipients=recipients)
    first, *_ = world.take(received).deliveries
    items = [(received.attributes["id"], first)]
    world.take(support.receipt("delivered", *items, recipient=first.system))
    return world, first.system


@pytest.mark.parametrize(
    ("recipients", "shown"),
    [
        (f"{support.TO_RECEIVER} {support.TO_OTHER}", True),
        (support.TO_GROUP, False),
    ],
    ids=["all-named-by-the-message", "by-a-group"],
)
async def test_a_recipient_learns_of_others_only_what_the_message_says(make, recipients, shown):
    world, taker = _to_two(recipients)
    other = "other" if taker == "receiver" else "receiver"
    bundle = await make(world, Audience(system=other, sends=False))
    told = read_index(files(bundle)["index.json"])
    assert [event.entry is not None for event in told.events] == [shown, False]
    assert told.receipts == ()
    assert taker.encode() not in b"".join(files(bundle).values()) or shown
    expected = [] if shown else [Finding.DECISION_WITHHELD]
    assert [one for one in await_free(bad, bundle) if one is not Finding.RECEIPT_NOT_KEPT] == (
        expected
    )


async def test_a_receipt_that_names_others_messages_is_kept_from_a_sender(make):
    world = rig.World()
    received = support.stamped()
    (delivery,) = world.take(received).deliveries
    mixed = support.receipt("delivered", ("msg-0001", delivery))
    body = mixed.body.replace(b"urn:hub:system:sender", b"urn:hub:system:other")
    place = world.take(mixed).received.place
    assert place is not None
    kept = world.records[place.partition, place.offset]
    world.records[place.partition, place.offset] = replace(kept, body=body)
    assert "receipts/1/body.json" not in files(await make(world, Audience(system="sender")))
    assert "receipts/1/body.json" in files(await make(world))
