"""A bundle proves what happened; whatever was changed in it is found and named."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from lgsp_verify.asice.container import read_container, write_container
from lgsp_verify.bundle.compose import CertificatePart
from lgsp_verify.bundle.index import Claim, IndexBroken, read_index
from lgsp_verify.consistency import Consistency
from lgsp_verify.findings import EXPLANATIONS, TITLES, Check, Finding, Status
from lgsp_verify.log import TreeHead, leaf_hash, root_of
from lgsp_verify.log.merkle import consistency_spans
from lgsp_verify.rules import Chain
from lgsp_verify.trust import Trust
from lgsp_verify.verify import verify_bundle

from simulator.pki import make_crl
from tests import bundle_rig as rig
from tests import support


@pytest.fixture(scope="module")
def delivered():
    return rig.delivered_world()


@pytest.fixture(scope="module")
def parts(delivered):
    world, received, receipts = delivered
    return rig.parts_of(world, received, receipts=receipts)


def found(data, **given):
    report = verify_bundle(data, rig.given(**given))
    return {result.finding for result in report.results}


def wrong(data, **given):
    """The findings that are not ok."""
    report = verify_bundle(data, rig.given(**given))
    return [result.finding for result in report.results if result.status is not Status.OK]


def test_a_delivered_message_is_proven_from_the_sender_to_the_receipts(parts):
    report = verify_bundle(rig.sealed(parts), rig.given())
    assert {result.check: result.status for result in report.results} == {
        check: Status.OK
        for check in Check
        if check not in {Check.CERTIFICATES, Check.CLAIM, Check.HISTORY, Check.DOCUMENT}
        and check not in {Check.EXPORT, Check.PERIOD, Check.LEAVES}
    }
    assert [step.event for step in report.steps] == ["admitted", "delivered", "acknowledged"]


def test_the_same_parts_make_the_same_bytes(parts):
    assert rig.sealed(parts) == rig.sealed(replace(parts))


def test_a_refusal_is_proven_with_its_reason():
    world = rig.World()
    received = support.stamped(b'{"state": 1}')
    world.take(received)
    report = verify_bundle(rig.sealed(rig.parts_of(world, received)), rig.given())
    assert report.verdict is Status.OK
    assert [(step.event, step.reason) for step in report.steps] == [("refused", "schema_violation")]


def test_a_bad_signature_confirms_the_refusal_that_it_caused():
    world = rig.World()
    good = support.signed()
    forged = support.stamp(msgspec.structs.replace(good, body=good.body.replace(b"2", b"3", 1)))
    world.take(forged)
    bundle = rig.sealed(rig.parts_of(world, forged))
    assert Finding.SIGNATURE_RIGHTLY_REFUSED in found(bundle)
    assert Finding.MESSAGE_UNBOUND in found(bundle)


def test_without_a_witness_equivocation_stays_open(delivered):
    world, received, receipts = delivered
    bundle = rig.sealed(rig.parts_of(world, received, receipts=receipts, witnessed=False))
    assert wrong(bundle) == [Finding.UNWITNESSED]
    assert EXPLANATIONS[Finding.UNWITNESSED].status is Status.INDETERMINATE


def _other_body(parts):
    message = replace(parts.message, body=parts.message.body.replace(b"Hai", b"Ba") + b" ")
    return replace(parts, message=message)


def _other_key(parts):
    stranger = msgspec.json.encode(support.key_record(support.key_of("stranger")))
    return replace(parts, message=replace(parts.message, key=stranger))


def _other_attributes(parts):
    told = {**parts.message.attributes, "subject": "H99-0002"}
    return replace(parts, message=replace(parts.message, attributes=told))


def _other_rules(parts):
    chain = parts.chain
    changed = dict.fromkeys(chain.steps[1].changes, "00" * 32)
    step = msgspec.structs.replace(chain.steps[1], changes=changed)
    return replace(parts, chain=Chain(previous=chain.previous, steps=[chain.steps[0], step]))


def _event_left_out(parts):
    return replace(parts, events=parts.events[:-1], receipts=parts.receipts[:-1])


def _entry_changed(parts):
    last = parts.events[-1]
    forged = replace(last, entry=last.entry.replace(b"acknowledged", b"processed"))
    return replace(parts, events=(*parts.events[:-1], forged))


def _receipt_by_another(parts):
    first = parts.receipts[0]
    forged = replace(first, message=replace(first.message, source="other"))
    return replace(parts, receipts=(forged, *parts.receipts[1:]))


def _receipt_not_kept(parts):
    return replace(parts, receipts=parts.receipts[:1])


def _absence_of_less(parts):
    absence = rig.stated(parts.source, parts.id, [], rig.World().head())
    return replace(parts, absence=absence.signed(rig.ANCHORS).encode())


def _absence_unsigned(parts):
    return replace(parts, absence=parts.absence[:-10] + b"AAAAAAAA=\n")


def _checkpoint_of_another_tree(parts):
    head = TreeHead(rig.CHECKPOINTS.key.name, 10, bytes(32))
    return replace(parts, checkpoint=head.signed(rig.CHECKPOINTS).note.encode())


def _another_shard(parts):
    return replace(parts, shard=parts.shard + 1)


def _cosignature_wrong(parts):
    text = parts.checkpoint.decode()
    at = text.rindex(" ") + 20
    return replace(parts, checkpoint=(text[:at] + "AA" + text[at + 2 :]).encode())


def _stamp_over_other_bytes(parts):
    return replace(parts, stamp=rig.stamp_part(rig.World().head(), data=b"other"))


def _stamp_of_another_tree(parts):
    head = TreeHead(rig.CHECKPOINTS.key.name, 10, bytes(32))
    return replace(parts, stamp=rig.stamp_part(head))


def _no_stamp(parts):
    return replace(parts, stamp=None)


WAYS = {
    "body": (_other_body, Finding.MESSAGE_DIFFERS),
    "body-signature": (_other_body, Finding.SIGNATURE_BROKEN),
    "key": (_other_key, Finding.KEY_NOT_REGISTERED),
    "key-signature": (_other_key, Finding.SIGNATURE_BROKEN),
    "attributes": (_other_attributes, Finding.MESSAGE_DIFFERS),
    "rules": (_other_rules, Finding.RULES_BROKEN),
    "event-left-out": (_event_left_out, Finding.ABSENCE_REFUTED),
    "entry": (_entry_changed, Finding.EVENT_NOT_LOGGED),
    "receipt-by-another": (_receipt_by_another, Finding.RECEIPT_BROKEN),
    "receipt-not-kept": (_receipt_not_kept, Finding.RECEIPT_NOT_KEPT),
    "absence-of-less": (_absence_of_less, Finding.ABSENCE_BROKEN),
    "absence-unsigned": (_absence_unsigned, Finding.ABSENCE_BROKEN),
    "checkpoint": (_checkpoint_of_another_tree, Finding.DECISION_MISSING),
    "shard": (_another_shard, Finding.CHECKPOINT_BROKEN),
    "stamp": (_stamp_over_other_bytes, Finding.TIMESTAMP_BROKEN),
    "stamp-of-another-tree": (_stamp_of_another_tree, Finding.TIMESTAMP_BROKEN),
    "no-stamp": (_no_stamp, Finding.TIMESTAMP_NOT_THERE),
    "cosignature": (_cosignature_wrong, Finding.WITNESS_BROKEN),
}


@pytest.mark.parametrize(("change", "finding"), WAYS.values(), ids=WAYS)
def test_what_the_hub_itself_could_change_and_seal_is_found_too(parts, change, finding):
    assert finding in wrong(rig.sealed(change(parts)))


def test_a_bundle_of_hashes_takes_the_document_from_whoever_has_it(parts):
    message = replace(parts.message, body=None)
    bundle = rig.sealed(replace(parts, message=message))
    assert Finding.MESSAGE_NOT_KEPT in wrong(bundle)
    assert Finding.SIGNATURE_WITHOUT_BODY in wrong(bundle)
    assert wrong(bundle, document=parts.message.body) == []
    with_document = found(bundle, document=parts.message.body)
    assert {Finding.MESSAGE_FITS, Finding.SIGNATURE_FITS, Finding.DOCUMENT_FITS} <= with_document
    assert Finding.DOCUMENT_DIFFERS in wrong(bundle, document=parts.message.body + b" ")


def test_who_is_not_trusted_proves_nothing(parts):
    nobody = Trust(logs=rig.trust().logs)
    assert Finding.TIMESTAMP_UNTRUSTED in found(rig.sealed(parts), trust=nobody)
    findings = found(rig.sealed(parts), trust=Trust())
    assert {Finding.SEAL_UNTRUSTED, Finding.LOG_UNTRUSTED, Finding.DECISION_MISSING} <= findings


def test_the_checkpoint_that_was_kept_is_continued_or_the_log_was_rewritten(delivered):
    world, received, _ = delivered
    hashes = [leaf_hash(entry) for entry in world.entries]
    old = TreeHead(rig.CHECKPOINTS.key.name, 7, root_of(hashes[:7]))
    spans = consistency_spans(7, len(hashes))
    proof = Consistency(7, len(hashes), tuple(root_of(hashes[a:b]) for a, b in spans))
    bundle = rig.sealed(rig.parts_of(world, received, consistency=(proof.encode(),)))

    kept = old.signed(rig.CHECKPOINTS).note.encode()
    assert Finding.HISTORY_CONSISTENT in found(bundle, checkpoint=kept)
    forked = replace(old, root=bytes(32)).signed(rig.CHECKPOINTS).note.encode()
    assert Finding.HISTORY_FORKED in found(bundle, checkpoint=forked)
    same = replace(world.head(), root=bytes(32)).signed(rig.CHECKPOINTS).note.encode()
    assert Finding.HISTORY_FORKED in found(bundle, checkpoint=same)
    other = TreeHead(old.origin, 6, bytes(32)).signed(rig.CHECKPOINTS).note.encode()
    assert Finding.HISTORY_UNPROVEN in found(bundle, checkpoint=other)
    assert Finding.CHECKPOINT_FILE_BROKEN in found(bundle, checkpoint=b"no checkpoint")


def test_a_stamp_before_the_last_events_says_so(delivered):
    world, received, receipts = delivered
    hashes = [leaf_hash(entry) for entry in world.entries]
    old = TreeHead(rig.CHECKPOINTS.key.name, 7, root_of(hashes[:7]))
    spans = consistency_spans(7, len(hashes))
    proof = Consistency(7, len(hashes), tuple(root_of(hashes[a:b]) for a, b in spans))
    stamp = rig.stamp_part(old, consistency=proof.encode())
    parts = rig.parts_of(world, received, receipts=receipts, stamp=stamp)
    assert wrong(rig.sealed(parts)) == [Finding.TIMESTAMP_EARLIER]


def test_a_recipient_sees_what_names_others_by_its_hash(parts):
    hidden = parts.events[0]
    shown = replace(hidden, entry=None, hash=leaf_hash(hidden.entry))
    bundle = rig.sealed(replace(parts, events=(shown, *parts.events[1:])))
    assert wrong(bundle) == [Finding.DECISION_WITHHELD]
    assert Finding.ABSENCE_STATED in found(bundle)
    forged = replace(shown, hash=bytes(32))
    bundle = rig.sealed(replace(parts, events=(forged, *parts.events[1:])))
    assert Finding.EVENT_NOT_LOGGED in found(bundle)


LATER, BEFORE = support.NOW + timedelta(minutes=1), support.NOW - timedelta(minutes=1)
CLAIMS = {
    "admitted": (Claim(stage="admitted"), Finding.CLAIM_PROVEN),
    "delivered": (Claim(stage="delivered", recipient="receiver"), Finding.CLAIM_PROVEN),
    "processed": (Claim(stage="processed", recipient="receiver"), Finding.CLAIM_REFUTED),
    "not-processed": (
        Claim(stage="processed", recipient="receiver", not_by=LATER),
        Finding.CLAIM_PROVEN,
    ),
    "not-delivered-yet": (
        Claim(stage="delivered", recipient="receiver", not_by=BEFORE),
        Finding.CLAIM_PROVEN,
    ),
    "delivered-by-then": (
        Claim(stage="delivered", recipient="receiver", not_by=LATER),
        Finding.CLAIM_REFUTED,
    ),
    "too-early": (
        Claim(stage="processed", recipient="receiver", not_by=rig.MADE_AT + timedelta(hours=1)),
        Finding.CLAIM_OPEN,
    ),
}


@pytest.mark.parametrize(("claim", "finding"), CLAIMS.values(), ids=CLAIMS)
def test_a_claim_is_proven_refuted_or_open(parts, claim, finding):
    assert finding in found(rig.sealed(replace(parts, claim=claim)))


def test_not_delivered_is_not_proven_without_the_hubs_word(parts):
    claim = Claim(stage="processed", recipient="receiver", not_by=LATER)
    assert Finding.CLAIM_OPEN in found(rig.sealed(replace(parts, claim=claim, absence=None)))


def _certified(**changes):
    holder = rig.pki().government.issue(
        rig.pki().agency("Sở").certificate.subject,
        since=support.NOW - timedelta(days=1),
        key=support.key_of("sender"),
    )
    chain = (holder.certificate, *holder.chain)
    told = CertificatePart(
        system="sender",
        thumbprint=support.key_name("sender", support.key_of("sender")).rpartition("/")[2],
        chain=b"".join(one.public_bytes(rig.PEM) for one in chain),
    )
    return holder, replace(told, **changes)


def _crls(**revoked):
    government, root = rig.pki().government, rig.pki().government_root
    return tuple(
        make_crl(one, at=support.NOW - timedelta(hours=1), revoked=revoked.get(name))
        for name, one in (("issuing", government), ("root", root))
    )


def test_a_certificate_is_judged_at_the_time_of_the_decision(parts):
    holder, told = _certified()
    serial = holder.certificate.serial_number
    revoked = {serial: support.NOW - timedelta(hours=2)}

    def judged(**changes):
        return found(rig.sealed(replace(parts, certificates=(replace(told, **changes),))))

    assert Finding.REVOCATION_UNKNOWN in judged()
    assert Finding.CERTIFICATE_VALID in judged(crls=_crls())
    assert Finding.CERTIFICATE_REVOKED in judged(crls=_crls(issuing=revoked))
    assert Finding.CERTIFICATE_BROKEN in judged(thumbprint="x" * 43)
    assert Finding.CERTIFICATE_BROKEN in judged(chain=b"no certificate")
    assert Finding.CERTIFICATE_BROKEN in judged(crls=(b"no list",))


def test_one_flipped_byte_in_any_file_is_found_and_named(parts):
    bundle = rig.sealed(parts)
    for name, content in read_container(bundle).files.items():
        at = bundle.index(name.encode() + content) + len(name) + len(content) // 2
        changed = bundle[:at] + bytes([bundle[at] ^ 1]) + bundle[at + 1 :]
        report = verify_bundle(changed, rig.given())
        assert report.verdict is Status.NOT_OK
        assert name in {one.place for one in report.results if one.status is Status.NOT_OK}


def test_one_changed_byte_is_found_even_when_the_container_is_written_anew(parts):
    # An attacker makes the checksums fit again: hashes and signatures are what holds.
    files = dict(read_container(rig.sealed(parts)).files)
    for name, content in files.items():
        at = len(content) // 2
        changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        bundle = write_container({**files, name: changed})
        report = verify_bundle(bundle, rig.given())
        assert report.verdict is Status.NOT_OK, name
        assert Finding.CONTAINER_WHOLE in {one.finding for one in report.results}


@pytest.mark.long
def test_a_flipped_byte_anywhere_in_a_bundle_is_found_and_never_a_traceback(parts):
    bundle = rig.sealed(parts)
    for at in range(0, len(bundle), 23):
        changed = bundle[:at] + bytes([bundle[at] ^ 1]) + bundle[at + 1 :]
        report = verify_bundle(changed, rig.given())
        bad = [one for one in report.results if one.status is Status.NOT_OK]
        assert bad, at
        assert all(one.place for one in bad if one.check is Check.CONTAINER), at


@pytest.mark.parametrize("data", [b"", b"{}", b"[" * 100_000, b'{"version": 2}', b"\xff"])
def test_an_index_of_another_form_is_said_to_be_one(data):
    with pytest.raises(IndexBroken):
        read_index(data)


def test_every_check_and_every_finding_has_its_words():
    assert set(EXPLANATIONS) == set(Finding)
    assert set(TITLES) == set(Check)
    for told in EXPLANATIONS.values():
        assert (told.actor is None) == (told.status is Status.OK)
        assert told.text.vi != told.text.en
