"""Certificates, CRLs and OCSP answers with a few changes: every judge of a path has an answer.

The corpus are PKITS's certificates and CRLs, which hold what sample authorities never write: delta
and indirect CRLs, policies, constraints, odd names.
"""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.signing.certificates import CertificateUnreadable, read_chain
from hub.signing.documents.judge import judge
from hub.signing.documents.question import RevocationAnswers
from hub.signing.judgement import AnswerUnreadable
from hub.signing.verdicts import Grade, VerdictReason
from simulator.pki import make_ocsp
from tests.signed_documents import LETTER
from tests.vectors import pkits
from tests.vectors.make_documents import now

pytestmark = pytest.mark.filterwarnings("ignore:Parsed a serial number")
JUDGES = (pkits.of_a_system, pkits.of_a_document, pkits.of_a_bundle)


@cache
def document():
    """Return a signed letter, its CRLs and its OCSP answers; once, for each signature differs."""
    here = now()
    ocsp = make_ocsp(here.pki.government, here.seal.certificate, at=here.at)
    return LETTER.signed(here.cms()).data, here.crls(), (ocsp,)


@st.composite
def mutated(draw, data):
    """Change some bytes; lengths and tags are what a parser trips over."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data) - 1))
        put = draw(st.sampled_from([b"", b"\x80", b"\xff", b"\x30\x80", b"\x05\x00", b"\x17\x00"]))
        put = put or draw(st.binary(max_size=3))
        data = data[:at] + put + data[at + draw(st.integers(0, 4)) :]
    return data


@st.composite
def cases(draw):
    """A test of PKITS in which the certificate, one above it or a CRL is changed."""
    case = pkits.case(draw(st.sampled_from(pkits.names())))
    what = draw(
        st.sampled_from([one for one in ("holder", "others", "crls") if getattr(case, one)])
    )
    if what == "holder":
        return replace(case, holder=draw(mutated(case.holder)))
    several = list(getattr(case, what))
    place = draw(st.integers(0, len(several) - 1))
    several[place] = draw(mutated(several[place]))
    changed: Any = {what: tuple(several)}
    return replace(case, **changed)


@settings(max_examples=50)
@given(cases(), st.sampled_from(JUDGES))
def test_a_changed_certificate_or_crl_gets_an_answer_and_never_a_fault(case, judge_of):
    try:
        taken = judge_of(case)
    except AnswerUnreadable:
        return
    assert taken in {True, False, None}


@settings(max_examples=40)
@given(st.data())
def test_a_document_with_changed_revocation_answers_gets_a_verdict(data):
    signed, *answers = document()
    crls, ocsps = map(list, answers)
    changed = data.draw(st.sampled_from([crls, ocsps]))
    place = data.draw(st.integers(0, len(changed) - 1))
    changed[place] = data.draw(mutated(changed[place]))
    answers = RevocationAnswers(crls=tuple(crls), ocsps=tuple(ocsps))
    verdict = judge(signed, now().question(revocation=answers)).verdict
    assert verdict.grade is not Grade.VALID
    assert VerdictReason.JUDGE_FAILED not in verdict.reasons


@settings(max_examples=60)
@given(st.text("-BEGINDCRTFAabc123=+/ \n", max_size=200), st.integers(0, 60))
def test_any_text_as_a_chain_is_read_or_refused(text, cut):
    whole = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"
    with pytest.raises(CertificateUnreadable):
        read_chain(whole[:cut] + text + whole[cut:])
