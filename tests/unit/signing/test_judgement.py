from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.signing.certificates import Certificate, CertificateUnreadable
from hub.signing.judgement import (
    AnswerKind,
    AnswerUnreadable,
    Status,
    judge,
    read_answer,
)
from hub.signing.trust import NOBODY, Trust, TrustedAuthority, Usage
from simulator.pki import Kind, SamplePki, Use, agency_subject, make_crl, make_ocsp

AT = datetime(2026, 11, 20, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PKI = SamplePki(AT, url="http://ca.mau.vn")
SEAL = PKI.agency("Sở Mẫu", uid="MST:0100000001")
CHAIN = tuple(map(Certificate.of, (SEAL.der, *SEAL.chain_der)))
RESPONDER = PKI.government.issue(agency_subject("OCSP (Mẫu)"), since=AT - DAY, use=Use.OCSP)


def trusting(root=PKI.government_root, **changes):
    fields = {
        "name": "cong-vu-mau",
        "title": "Mẫu",
        "usage": frozenset({Usage.SYSTEMS}),
        "since": AT - 300 * DAY,
        "until": AT + 300 * DAY,
        "root": root.holder.der,
    }
    return Trust(version="1", authorities=(TrustedAuthority(**fields | changes),))


TRUST = trusting()
TO_BE_SIGNED = SEAL.certificate.tbs_certificate_bytes


def crl(authority=PKI.government, at=AT - HOUR, **options):
    return read_answer(AnswerKind.CRL, make_crl(authority, at=at, **options))


def ocsp(authority=PKI.government, certificate=SEAL.certificate, at=AT - HOUR, **options):
    return read_answer(AnswerKind.OCSP, make_ocsp(authority, certificate, at=at, **options))


REVOKED = {SEAL.certificate.serial_number: AT - DAY}
SAID_OF_IT = {
    "a fresh CRL": ([crl()], Status.GOOD),
    "a fresh OCSP answer": ([ocsp()], Status.GOOD),
    "an appointed responder": ([ocsp(responder=RESPONDER)], Status.GOOD),
    "nothing": ([], Status.UNKNOWN),
    "a CRL that has run out": ([crl(at=AT - 3 * DAY)], Status.UNKNOWN),
    "an OCSP answer that has run out": ([ocsp(at=AT - 3 * DAY)], Status.UNKNOWN),
    "another authority's CRL": ([crl(PKI.public)], Status.UNKNOWN),
    "a responder nobody appointed": ([ocsp(responder=SEAL)], Status.UNKNOWN),
    "another authority's OCSP answer": ([ocsp(PKI.public)], Status.UNKNOWN),
    "an answer about another": (
        [ocsp(certificate=PKI.agency("Khác").certificate)],
        Status.UNKNOWN,
    ),
    "that it is not known": ([ocsp(unknown=True)], Status.UNKNOWN),
    "that it is revoked": ([crl(revoked=REVOKED)], Status.REVOKED),
    "that it is revoked, by OCSP": ([ocsp(revoked_since=AT - DAY)], Status.REVOKED),
    "good first, then revoked": ([ocsp(), crl(revoked=REVOKED)], Status.REVOKED),
    "revoked first, then good": ([ocsp(revoked_since=AT - DAY), crl()], Status.REVOKED),
    "a hold": (
        [crl(revoked=REVOKED, reason=x509.ReasonFlags.certificate_hold)],
        Status.ON_HOLD,
    ),
}


@pytest.mark.parametrize("said", SAID_OF_IT)
def test_what_the_authority_says_decides(said):
    answers, status = SAID_OF_IT[said]

    judged = judge(CHAIN, TRUST, Usage.SYSTEMS, AT, answers)

    assert judged.status is status
    assert judged.authority == "cong-vu-mau"
    assert judged.path == CHAIN


def test_a_revocation_says_since_when_and_why():
    judged = judge(CHAIN, TRUST, Usage.SYSTEMS, AT, [crl(revoked=REVOKED)])

    assert judged.revoked_at == AT - DAY
    assert judged.revocation_reason == "key_compromise"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (lambda root, _: [crl(root)], Status.GOOD),
        (lambda *_: [], Status.UNKNOWN),
        (lambda root, serial: [crl(root, revoked={serial: AT - DAY})], Status.REVOKED),
    ],
)
def test_an_authority_in_between_that_was_revoked_takes_all_below_with_it(said, status):
    root = replace(PKI.government_root, crl_url="http://ca.mau.vn/root.crl")
    middle = root.subordinate(agency_subject("CA giữa (Mẫu)"), since=AT - 99 * DAY)
    holder = middle.issue(agency_subject("Sở Mẫu"), since=AT - HOUR)
    chain = tuple(map(Certificate.of, (holder.der, *holder.chain_der)))
    answers = [crl(middle), *said(root, middle.certificate.serial_number)]

    assert judge(chain, TRUST, Usage.SYSTEMS, AT, answers).status is status


def test_an_authority_that_says_no_place_of_its_crl_is_found_in_the_crls_at_hand():
    middle = PKI.government_root.subordinate(agency_subject("CA giữa (Mẫu)"), since=AT - 99 * DAY)
    holder = middle.issue(agency_subject("Sở Mẫu"), since=AT - HOUR)
    chain = tuple(map(Certificate.of, (holder.der, *holder.chain_der)))
    assert not chain[1].crl_urls
    listed = {middle.certificate.serial_number: AT - DAY}

    silent = judge(chain, TRUST, Usage.SYSTEMS, AT, [crl(middle)])
    told = crl(PKI.government_root, revoked=listed)
    revoked = judge(chain, TRUST, Usage.SYSTEMS, AT, [crl(middle), told])

    assert silent.status is Status.GOOD
    assert revoked.status is Status.REVOKED
    assert revoked.revoked_at == AT - DAY
    assert revoked.revocation_reason == "ca_compromise"


@pytest.mark.parametrize(
    "trust",
    [
        NOBODY,
        trusting(root=PKI.public_root),
        trusting(usage=frozenset({Usage.DOCUMENTS})),
        trusting(until=AT),
        trusting(since=AT + HOUR),
    ],
)
def test_without_an_authority_that_counts_now_it_is_not_trusted(trust):
    assert judge(CHAIN, trust, Usage.SYSTEMS, AT, [crl()]).status is Status.UNTRUSTED


def test_intermediates_of_the_trust_file_fill_a_chain():
    trust = trusting(intermediates=(PKI.government.holder.der,))

    assert judge(CHAIN[:1], TRUST, Usage.SYSTEMS, AT, None).status is Status.UNTRUSTED
    assert judge(CHAIN[:1], trust, Usage.SYSTEMS, AT, None).status is Status.GOOD


@pytest.mark.parametrize(
    ("issued", "status"),
    [
        ({"since": AT - 9 * DAY, "until": AT - DAY}, Status.EXPIRED),
        ({"since": AT + DAY}, Status.NOT_YET_VALID),
        ({"since": AT - DAY, "use": Use.ENCRYPTION}, Status.WRONG_USE),
        ({"since": AT - DAY, "kind": Kind.RSA1024}, Status.WEAK),
    ],
)
def test_a_certificate_that_does_not_fit_is_told_why(issued, status):
    holder = PKI.government.issue(agency_subject("Sở Mẫu"), **issued)
    chain = tuple(map(Certificate.of, (holder.der, *holder.chain_der)))

    assert judge(chain, TRUST, Usage.SYSTEMS, AT, None).status is status


def _mutated(der):
    def flipped(change):
        place, bits = change
        changed = bytearray(der)
        changed[place % len(der)] ^= bits
        return bytes(changed)

    return st.tuples(st.integers(0, len(der) - 1), st.integers(1, 255)).map(flipped) | st.integers(
        0, len(der)
    ).map(lambda length: der[:length])


@settings(max_examples=150)
@given(_mutated(SEAL.der))
def test_any_bytes_are_a_certificate_or_a_refusal(der):
    try:
        certificate = Certificate.of(der)
    except CertificateUnreadable:
        return
    judged = judge((certificate, *CHAIN[1:]), TRUST, Usage.SYSTEMS, AT, [crl()])
    # Nothing vouches for how the signature itself is written; for all else it does.
    same = x509.load_der_x509_certificate(der).tbs_certificate_bytes == TO_BE_SIGNED
    assert same or judged.status is not Status.GOOD


@settings(max_examples=60)
@given(
    st.sampled_from(
        [
            (AnswerKind.CRL, crl(revoked=REVOKED).der),
            (AnswerKind.OCSP, ocsp(revoked_since=AT - DAY, responder=RESPONDER).der),
        ]
    ).flatmap(lambda one: st.tuples(st.just(one[0]), _mutated(one[1])))
)
def test_any_bytes_are_an_answer_or_a_refusal(given_):
    kind, der = given_
    try:
        answer = read_answer(kind, der)
    except AnswerUnreadable:
        return
    # One changed byte never makes "good" of "revoked".
    assert judge(CHAIN, TRUST, Usage.SYSTEMS, AT, [answer]).status is not Status.GOOD
