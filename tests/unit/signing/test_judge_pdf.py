"""PDF signatures: what today's and yesterday's letters get, and what attacks get."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.signing.documents.judge import judge
from hub.signing.documents.question import NO_ANSWERS, RevocationAnswers, Trust
from hub.signing.verdicts import Grade, SenderMatch, SignerKind, VerdictReason, to_json
from simulator.pki import Kind, Use, agency_subject, derive_key
from tests.encrypted_pdf import encrypted_letter
from tests.signed_documents import AT, CITIZEN, LETTER, SOON, TAX, Setting

R = VerdictReason
NOW = Setting()


def only(verdict):
    """The one signature of a verdict, and its reasons without the document's."""
    (signature,) = verdict.signatures
    return signature


def reasons(document, **more):
    return set(only(NOW.verdict(document, **more)).reasons)


TODAY = LETTER.signed(NOW.cms()).data
"""As letters are signed today: PKCS#1, SHA-256, no time stamp, no signing-certificate-v2."""
MODERN = LETTER.signed(NOW.modern(), "ETSI.CAdES.detached").data
ALL_LEGACY = {R.NO_TIMESTAMP, R.LEGACY_PADDING, R.LEGACY_FORMAT}


def test_a_letter_as_today_is_valid_legacy_and_says_why():
    verdict = NOW.verdict(TODAY)
    assert verdict.grade is Grade.VALID_LEGACY
    one = only(verdict)
    assert set(one.reasons) == ALL_LEGACY
    assert (one.claimed_at, one.proven_at, one.covers) == (AT, None, "whole document")
    assert (one.form, one.algorithm) == ("adbe.pkcs7.detached", "rsassa_pkcs1v15-rsa2048-sha256")
    assert verdict.sender is SenderMatch.SAME
    assert one.organisation is not None
    assert one.organisation.value == TAX


def test_a_letter_by_the_rules_in_force_is_valid():
    verdict = NOW.verdict(MODERN)
    assert (verdict.grade, only(verdict).reasons) == (Grade.VALID, ())
    assert only(verdict).proven_at == AT


def test_three_signatures_one_after_another_are_all_judged():
    made = LETTER.signed(NOW.cms(NOW.person)).signed(NOW.cms(NOW.person)).signed(NOW.cms())
    verdict = NOW.verdict(made.data)
    assert verdict.grade is Grade.VALID_LEGACY
    assert [one.covers for one in verdict.signatures] == [
        "revision 2 of 4",
        "revision 3 of 4",
        "whole document",
    ]
    assert [one.signer_kind for one in verdict.signatures] == [
        SignerKind.PERSON,
        SignerKind.PERSON,
        SignerKind.ORGANISATION,
    ]


def test_a_letter_of_2017_with_sha1_is_judged_by_its_proven_time():
    then = Setting(datetime(2017, 6, 1, tzinfo=UTC))
    made = LETTER.signed(then.cms(digest="sha1", stamp=then.stamp())).data
    question = then.question(received_at=AT)
    one = only(judge(made, question).verdict)
    assert one.grade is Grade.VALID_LEGACY
    assert R.LEGACY_DIGEST in one.reasons
    bare = LETTER.signed(then.cms(digest="sha1")).data
    assert R.CERTIFICATE_EXPIRED in only(judge(bare, question).verdict).reasons


def test_a_crl_from_after_a_certificates_end_says_nothing_about_it():
    then = Setting(datetime(2017, 6, 1, tzinfo=UTC))
    made = LETTER.signed(then.cms(stamp=then.stamp())).data
    late = RevocationAnswers(crls=then.crls(at=AT - timedelta(hours=1)))
    judged = judge(made, then.question(received_at=AT, revocation=late))
    assert R.REVOCATION_UNKNOWN in only(judged.verdict).reasons


@pytest.mark.parametrize("how", [{"digest": "sha1"}, {"pss": True}])
def test_algorithms_are_graded_not_refused(how):
    found = reasons(LETTER.signed(NOW.cms(**how)).data)
    assert found == (
        ALL_LEGACY | {R.LEGACY_DIGEST} if "digest" in how else ALL_LEGACY - {R.LEGACY_PADDING}
    )


def test_a_short_key_is_legacy():
    short = NOW.pki.agency("Sở", uid=f"MST:{TAX}", key=derive_key(b"short", Kind.RSA1024))
    assert R.LEGACY_KEY in reasons(LETTER.signed(NOW.cms(short)).data)


def test_a_changed_byte_is_invalid():
    assert b"Van ban mau" in TODAY
    changed = TODAY.replace(b"Van ban mau", b"Van ban m8u")
    assert R.CONTENT_CHANGED in reasons(changed)
    assert NOW.verdict(changed).grade is Grade.INVALID


def test_another_key_is_invalid():
    forged = replace(NOW.ec_seal, key=NOW.pki.agency("Khác").key)
    assert R.SIGNATURE_WRONG in reasons(LETTER.signed(NOW.cms(forged)).data)


def test_a_page_rewritten_after_the_signature_is_invalid():
    signed = LETTER.signed(NOW.cms())
    stream = b"<< /Length 2 >>\nstream\nBT\nendstream"
    assert R.CHANGED_AFTER_SIGNING in reasons(signed.updated({5: stream}).data)


def test_bytes_that_hang_on_behind_the_signature_are_a_change():
    assert R.CHANGED_AFTER_SIGNING in reasons(TODAY + b"<script>")
    assert reasons(TODAY + b"\r\n") == ALL_LEGACY


def test_a_byte_range_that_leaves_something_out_is_invalid():
    start = TODAY.index(b"/ByteRange [0 ") + len(b"/ByteRange [0 ")
    length = TODAY[start:].split()[0]
    less = b"%d" % (int(length) - 9)
    changed = TODAY.replace(b"/ByteRange [0 " + length, b"/ByteRange [0 " + less, 1)
    assert R.COVERAGE_INCOMPLETE in reasons(changed)


def test_a_revoked_certificate_counts_by_proven_time_never_by_the_signers_clock():
    since = AT - timedelta(minutes=30)
    revoked = RevocationAnswers(crls=NOW.crls({NOW.seal: since}))
    assert R.CERTIFICATE_REVOKED in reasons(TODAY, revocation=revoked)
    backdated = LETTER.signed(NOW.cms(at=AT - timedelta(minutes=40))).data
    found = NOW.verdict(backdated, revocation=revoked)
    assert R.REVOKED_NO_TIME_PROOF in only(found).reasons
    assert found.grade is Grade.INDETERMINATE
    early = NOW.stamp(AT - timedelta(minutes=40))
    proven = LETTER.signed(NOW.cms(at=AT - timedelta(minutes=40), stamp=early)).data
    assert NOW.verdict(proven, revocation=revoked).grade is Grade.VALID_LEGACY


def test_a_path_known_to_be_valid_earlier_is_not_taken_to_be_valid_after_its_revocation():
    since = AT - timedelta(minutes=20)
    revoked = RevocationAnswers(crls=NOW.crls({NOW.seal: since}, at=AT))
    early = AT - timedelta(minutes=30)
    proven = LETTER.signed(NOW.cms(at=early, stamp=NOW.stamp(early))).data
    assert NOW.verdict(proven, revocation=revoked).grade is Grade.VALID_LEGACY
    assert R.CERTIFICATE_REVOKED in reasons(TODAY, revocation=revoked)


def test_without_an_answer_it_is_unknown_and_the_judge_says_what_it_wants():
    judged = judge(TODAY, NOW.question(revocation=NO_ANSWERS))
    assert R.REVOCATION_UNKNOWN in only(judged.verdict).reasons
    assert judged.verdict.grade is Grade.INDETERMINATE
    assert NOW.seal.der in {one.certificate for one in judged.wanted}
    assert all(one.issuer != one.certificate for one in judged.wanted)


def test_an_untrusted_authority_proves_nothing():
    nobody = Trust(version="empty")
    assert R.NO_TRUSTED_PATH in reasons(TODAY, trust=nobody)


def test_a_certificate_for_another_use_does_not_sign():
    subject = agency_subject("Sở (Mẫu)", uid=f"MST:{TAX}")
    wrong = NOW.pki.government.issue(subject, since=AT - timedelta(hours=1), use=Use.ENCRYPTION)
    assert R.WRONG_KEY_USAGE in reasons(LETTER.signed(NOW.cms(wrong)).data)


def test_a_time_before_the_certificate_or_after_the_receipt_is_told():
    early = LETTER.signed(NOW.cms(at=AT - timedelta(days=30))).data
    assert R.CERTIFICATE_NOT_YET_VALID in reasons(early)
    late = LETTER.signed(NOW.cms(at=SOON + timedelta(days=1))).data
    assert R.TIME_AHEAD in reasons(late)


def test_a_time_stamp_of_another_signature_proves_nothing():
    def stamp(_):
        return NOW.pki.stamper.token(b"another", AT)

    found = reasons(LETTER.signed(NOW.cms(stamp=stamp)).data)
    assert {R.TIMESTAMP_INVALID, R.NO_TIMESTAMP} <= found


def test_a_document_time_stamp_proves_the_signatures_before_it():
    made = LETTER.signed(NOW.cms()).signed(NOW.stamp(), "ETSI.RFC3161").data
    signature, stamp = NOW.verdict(made).signatures
    assert signature.proven_at == stamp.proven_at == AT
    assert R.NO_TIMESTAMP not in signature.reasons
    assert stamp.grade is Grade.VALID


def test_answers_inside_the_document_count():
    made = LETTER.signed(NOW.cms()).with_validation_data(NOW.seal.chain_der, NOW.crls())
    assert reasons(made.data, revocation=NO_ANSWERS) == ALL_LEGACY


def test_another_organisations_seal_is_told_and_a_comparison_that_cannot_be_made_is_not():
    other = NOW.verdict(TODAY, sender_codes=frozenset({"020199999999"}))
    assert other.sender is SenderMatch.DIFFERS
    assert R.SENDER_DIFFERS in other.reasons
    agency = NOW.verdict(TODAY, sender_codes=frozenset({"000.00.01.H99"}))
    assert (agency.sender, agency.reasons) == (SenderMatch.UNKNOWN, ())


def test_an_agency_code_in_the_seal_is_compared_as_well():
    seal = NOW.pki.agency("Sở", uid="MDD:H99.01")
    made = LETTER.signed(NOW.cms(seal)).data
    assert NOW.verdict(made, sender_codes=frozenset({"H99.01"})).sender is SenderMatch.SAME


def test_what_cannot_be_judged_is_told_not_dropped():
    unknown = LETTER.signed(NOW.cms(), "adbe.x509.rsa_sha1").data
    assert reasons(unknown) == {R.UNSUPPORTED_SIGNATURE}
    assert reasons(LETTER.signed(lambda _: b"no CMS").data) == {R.MALFORMED_SIGNATURE}
    assert NOW.verdict(LETTER.data).reasons == (R.NOT_SIGNED,)
    assert NOW.verdict(b"%PDF-1.7 nothing").reasons == (R.MALFORMED_DOCUMENT,)
    assert NOW.verdict(b"PK").reasons == (R.UNSUPPORTED_FORMAT,)


def test_a_form_that_signs_the_documents_sha1_is_legacy_and_holds_it_to_that_document():
    made = LETTER.signed(NOW.sha1_held(), "adbe.pkcs7.sha1")
    one = only(NOW.verdict(made.data))
    assert one.grade is Grade.VALID_LEGACY
    assert {R.LEGACY_DIGEST, R.LEGACY_FORMAT} <= set(one.reasons)
    assert R.CONTENT_CHANGED in reasons(made.data.replace(b"Van ban mau", b"Van ban m8u"))
    # Nothing held: the signature is over another thing than this form says.
    assert reasons(LETTER.signed(NOW.cms(), "adbe.pkcs7.sha1").data) == {R.MALFORMED_SIGNATURE}
    longer = made.updated({5: b"<< /Length 2 >>\nstream\nBT\nendstream"}).data
    assert R.CHANGED_AFTER_SIGNING in reasons(longer)


def test_what_is_encrypted_for_nobody_is_judged_and_behind_a_password_it_is_told():
    everybody = encrypted_letter(["Van ban mau"])
    assert b"Van ban mau" not in everybody.data
    signed = everybody.signed(NOW.cms())
    assert NOW.verdict(signed.data).grade is Grade.VALID_LEGACY
    assert NOW.verdict(signed.signed(NOW.cms(NOW.person)).data).grade is Grade.VALID_LEGACY
    changed = signed.data.replace(b"/MediaBox [0 0 595 842]", b"/MediaBox [0 0 595 841]", 1)
    assert R.CONTENT_CHANGED in reasons(changed)
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 5 0 R >>"
    assert R.CHANGED_AFTER_SIGNING in reasons(signed.updated({3: page}).data)
    hidden = encrypted_letter(["Van ban mau"], "mau").signed(NOW.cms()).data
    assert NOW.verdict(hidden).reasons == (R.ENCRYPTED_DOCUMENT,)


def test_no_citizens_number_is_in_any_output(caplog, capsys):
    """Invariant 9: neither in verdicts nor in what the libraries log, also when they complain."""
    caplog.set_level(0)
    numbers = PERSONAL_WAYS
    for uid in numbers:
        person = NOW.pki.person(f"Nguyễn Văn {CITIZEN}", uid=uid)
        for more in ({}, {"revocation": NO_ANSWERS}, {"trust": Trust(version="empty")}):
            verdict = NOW.verdict(LETTER.signed(NOW.cms(person)).data, **more)
            said = to_json(verdict).decode() + repr(verdict)
            assert "Nguy" not in said
            assert CITIZEN not in said.replace(" ", "")
            assert only(verdict).signer_kind is SignerKind.PERSON
            assert only(verdict).organisation is None
            json.loads(to_json(verdict))
    captured = capsys.readouterr()
    told = caplog.text + captured.out + captured.err
    assert CITIZEN not in told
    assert "Nguy" not in told


PERSONAL_WAYS = (f"CCCD:{CITIZEN}", f"MST:{CITIZEN}", f"CMND:{CITIZEN[:9]}")
