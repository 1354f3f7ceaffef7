"""Whom a certificate names: identities are read, personal numbers are not."""

import pytest
from asn1crypto import x509

from hub.signing.documents.subjects import match_sender, read_subject
from hub.signing.personal_numbers import masked
from hub.signing.verdicts import IdentityScheme, OrganisationIdentity, SenderMatch, SignerKind
from tests.signed_documents import Setting

PKI = Setting().pki


def read(name, uid):
    return read_subject(x509.Certificate.load(PKI.agency(name, uid=uid).der))


@pytest.mark.parametrize(
    ("uid", "scheme", "value"),
    [
        ("MST:0100000001", IdentityScheme.TAX_NUMBER, "0100000001"),
        ("MST:0100000001-001", IdentityScheme.TAX_NUMBER, "0100000001-001"),
        ("VATVN-0100000001", IdentityScheme.TAX_NUMBER, "0100000001"),
        ("MDD:000.00.01.H99", IdentityScheme.AGENCY_CODE, "000.00.01.H99"),
        ("GOVVN-H99.01", IdentityScheme.AGENCY_CODE, "H99.01"),
    ],
)
def test_an_organisations_number_is_read(uid, scheme, value):
    found = read("Sở", uid)
    assert found.organisation == OrganisationIdentity(scheme=scheme, value=value)
    assert (found.kind, found.shown) == (SignerKind.ORGANISATION, "Sở (Mẫu)")


@pytest.mark.parametrize("uid", ["MST:001000000001", "CCCD:001000000001", "CMND:012345678"])
def test_a_citizens_number_is_no_organisations(uid):
    found = read("Nguyễn Văn", uid)
    assert found.organisation is None
    assert found.kind is SignerKind.PERSON
    assert found.shown == "N. V."


@pytest.mark.parametrize(
    ("identity", "codes", "match"),
    [
        ("0100000001", {"020100000001"}, SenderMatch.SAME),
        ("0100000001", {"02.0100000001"}, SenderMatch.SAME),
        ("0100000001-001", {"020100000001001"}, SenderMatch.SAME),
        ("0100000001", {"020100000002"}, SenderMatch.DIFFERS),
        ("0100000001", {"H99.01", "000.00.01.H99"}, SenderMatch.UNKNOWN),
        ("0100000001", set(), SenderMatch.UNKNOWN),
    ],
)
def test_numbers_are_compared_within_one_register_only(identity, codes, match):
    seal = OrganisationIdentity(scheme=IdentityScheme.TAX_NUMBER, value=identity)
    assert match_sender([seal], frozenset(codes)) is match


def test_one_seal_of_the_sender_is_enough():
    seals = [
        OrganisationIdentity(scheme=IdentityScheme.AGENCY_CODE, value=code)
        for code in ("H99.02", "h99.01")
    ]
    assert match_sender(seals, frozenset({"H99.01"})) is SenderMatch.SAME


@pytest.mark.parametrize("text", ["A 001000000001", "A 001.000.000.001", "A 0010 0000 0001"])
def test_long_numbers_are_hidden_however_they_are_written(text):
    assert masked(text) == "A ***"
