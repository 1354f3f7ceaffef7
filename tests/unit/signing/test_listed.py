"""Promises of the short way with long CRLs: the same answers as from the whole list."""

from datetime import timedelta

import pytest

from hub.signing.documents.listed import load_crl_naming
from hub.signing.documents.loading import load_crls
from hub.signing.documents.question import RevocationAnswers
from hub.signing.verdicts import Grade
from simulator.pki import make_crl
from tests.signed_documents import AT, LETTER, Setting

NOW = Setting()
ISSUER = NOW.pki.government
SEAL = NOW.seal.certificate.serial_number
OTHERS = {number: AT - timedelta(days=1) for number in range(2, 9)}


def crl(*revoked):
    since = AT - timedelta(hours=3)
    listed = OTHERS | dict.fromkeys(revoked, since)
    return make_crl(ISSUER, at=NOW.soon - timedelta(hours=2), revoked=listed)


def entries(data, *serials):
    found = load_crl_naming(data, frozenset(serials))
    return len(found["tbs_cert_list"]["revoked_certificates"])


def verdict(own):
    """Judge a letter with this CRL of the seal's authority, and the others' own."""
    others = [one for one in NOW.crls() if issuer_of(one) != issuer_of(crl())]
    answers = RevocationAnswers(crls=(own, *others))
    return NOW.verdict(LETTER.signed(NOW.cms()).data, revocation=answers)


def issuer_of(data):
    return load_crls([data])[0].issuer


def test_a_list_that_names_none_of_the_certificates_is_not_walked_through():
    assert entries(crl(), SEAL) == 0


def test_a_list_that_names_a_certificate_keeps_all_its_entries():
    assert entries(crl(SEAL), SEAL) == len(OTHERS) + 1
    assert entries(crl(), SEAL, 2) == len(OTHERS)


def test_what_the_authority_signed_stays_as_it_was_to_the_byte():
    data = crl()
    whole, short = load_crls([data])[0], load_crl_naming(data, frozenset({SEAL}))
    assert short["tbs_cert_list"].dump() == whole["tbs_cert_list"].dump()
    assert short.dump() == data


def test_a_revoked_seal_on_a_long_list_is_found():
    assert verdict(crl()).grade is Grade.VALID_LEGACY
    assert verdict(crl(SEAL)).grade is Grade.INVALID


def test_a_list_with_an_entry_taken_out_is_not_believed():
    data = crl(SEAL)
    number = SEAL.to_bytes((SEAL.bit_length() + 8) // 8)
    assert number in data
    changed = data.replace(number, number[:-1] + bytes([number[-1] ^ 1]))
    assert verdict(changed).grade is not Grade.VALID_LEGACY


@pytest.mark.parametrize("cut", [1, 40, 200])
def test_what_is_no_crl_says_nothing_of_a_certificate(cut):
    assert verdict(crl()[:-cut]).grade is Grade.INDETERMINATE
