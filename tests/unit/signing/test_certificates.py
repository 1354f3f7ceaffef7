from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier
from lgsp_message.keys import public_jwk

from hub.signing.certificates import (
    MAX_CHAIN,
    Certificate,
    CertificateUnreadable,
    belongs_to,
    host_of,
    read_chain,
)
from simulator.pki import SamplePki

AT = datetime(2026, 11, 20, tzinfo=UTC)
PKI = SamplePki(AT, url="http://ca.mau.vn:8080/tin")


def issued(*attributes):
    names = [x509.NameAttribute(NameOID.COMMON_NAME, "Sở Mẫu 001000000001"), *attributes]
    return Certificate.of(PKI.government.issue(x509.Name(names), since=AT).der)


def test_a_certificate_says_whose_it_is_and_where_to_ask():
    seal = PKI.agency("Sở Mẫu", uid="MST:0100000001")
    certificate = Certificate.of(seal.der)

    assert certificate.codes == {"0100000001"}
    assert certificate.subject == "Sở Mẫu (Mẫu)"
    assert certificate.issuer == "CA công vụ (Mẫu)"
    assert certificate.crl_urls == ("http://ca.mau.vn:8080/tin/gov.crl",)
    assert certificate.ocsp_urls == ("http://ca.mau.vn:8080/tin/gov",)
    assert not certificate.personal
    assert public_jwk(certificate.key) == public_jwk(seal.key.public_key())


@pytest.mark.parametrize(
    ("kind", "value", "codes"),
    [
        (NameOID.USER_ID, "MST:0100000001", {"0100000001"}),
        (NameOID.USER_ID, "MDD:H99.01.02", {"H99.01.02"}),
        (ObjectIdentifier("2.5.4.97"), "GOVVN-H99.01", {"H99.01"}),
        (ObjectIdentifier("2.5.4.97"), "VATVN-0100000001", {"0100000001"}),
        (NameOID.USER_ID, "0100000001", set()),
        (NameOID.USER_ID, "CCCD:001000000001", set()),
        (NameOID.USER_ID, "MST:../..", set()),
    ],
)
def test_only_a_number_that_says_whose_it_is_counts(kind, value, codes):
    assert issued(x509.NameAttribute(kind, value)).codes == codes


@pytest.mark.parametrize("number", ["CMT:12345678", "BHXH 0100000001", "MST:001000000001"])
def test_a_persons_number_is_known_by_whatever_name_it_has(number):
    assert issued(x509.NameAttribute(NameOID.USER_ID, number)).personal


def test_a_persons_certificate_is_known_and_the_number_is_hidden():
    certificate = issued(x509.NameAttribute(NameOID.USER_ID, "CCCD:001000000001"))

    assert certificate.personal
    assert certificate.subject == "Sở Mẫu ***"


@pytest.mark.parametrize(
    ("codes", "belongs"),
    [
        ({"0100000001"}, True),
        ({"020100000001"}, True),
        ({"02.0100000001"}, True),
        ({"H99.01"}, False),
        (set(), False),
    ],
)
def test_a_certificate_belongs_to_the_organisation_with_its_code(codes, belongs):
    certificate = Certificate.of(PKI.agency("Sở Mẫu", uid="MST:0100000001").der)

    assert belongs_to(certificate, codes) is belongs


def test_a_certificate_without_a_code_belongs_to_nobody():
    assert not belongs_to(Certificate.of(PKI.agency("Sở Mẫu").der), {"H99.01", ""})


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://CRL.mau.vn/gov.crl", "crl.mau.vn"),
        ("http://crl.mau.vn:80/gov.crl", "crl.mau.vn"),
        ("https://crl.mau.vn:443", "crl.mau.vn"),
        ("https://crl.mau.vn:80/", "crl.mau.vn:80"),
        ("ldap://crl.mau.vn/cn=CA", None),
        ("http://user@crl.mau.vn/", None),
        ("http://crl.mau.vn\\@other/", None),
        ("http://crl.mau.vn/a b", None),
        ("http:///gov.crl", None),
        ("file:///etc/passwd", None),
    ],
)
def test_only_plain_addresses_have_a_host(url, host):
    assert host_of(url) == host


def test_a_chain_is_read_from_pem_and_bounded():
    seal = PKI.agency("Sở Mẫu")
    pem = "".join(
        one.public_bytes(Encoding.PEM).decode() for one in (seal.certificate, *seal.chain)
    )

    assert [one.der for one in read_chain(pem)] == [seal.der, *seal.chain_der]
    for wrong in ("", "no certificate", pem * MAX_CHAIN, pem[:-60], "ă" + pem):
        with pytest.raises(CertificateUnreadable):
            read_chain(wrong)


def test_a_key_of_another_kind_is_refused():
    other = PKI.government.issue(
        x509.Name([]), since=AT, key=ec.generate_private_key(ec.SECP256R1())
    )
    assert Certificate.of(other.der).subject == ""
    with pytest.raises(CertificateUnreadable, match="larger"):
        Certificate.of(other.der + bytes(20_000))
