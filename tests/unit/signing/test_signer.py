import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from lgsp_message.keys import verifying_key

from hub.signing.signer import (
    KeySigner,
    Signer,
    SignerUnusable,
    asn1_signature,
    expect_matching,
    signer_of_pem,
)

P256 = ec.generate_private_key(ec.SECP256R1())
ED25519 = ed25519.Ed25519PrivateKey.generate()


def _pem(key, encryption=None):
    encryption = encryption or NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


@pytest.mark.parametrize(("key", "algorithm"), [(P256, "ES256"), (ED25519, "Ed25519")])
def test_a_key_file_signs_what_its_public_key_checks(key, algorithm):
    signer = signer_of_pem(_pem(key))

    assert isinstance(signer, Signer)
    assert signer.algorithm == algorithm
    verifying_key(signer.public_key, algorithm).check(signer.sign(b"note"), b"note")
    expect_matching(signer)


def test_an_ecdsa_signature_in_asn1_form_is_what_x509_checks():
    signer = signer_of_pem(_pem(P256))
    der = asn1_signature(signer.algorithm, signer.sign(b"data"))

    P256.public_key().verify(der, b"data", ec.ECDSA(hashes.SHA256()))
    assert asn1_signature("Ed25519", b"as it is") == b"as it is"


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"no key at all",
        _pem(ED25519)[:-40],
        _pem(ED25519, BestAvailableEncryption(b"password")),
        _pem(ec.generate_private_key(ec.SECP384R1())),
    ],
)
def test_a_file_that_is_no_key_of_the_hub_is_refused(pem):
    with pytest.raises(SignerUnusable):
        signer_of_pem(pem)


def test_halves_of_two_pairs_are_found_out():
    class Mixed(KeySigner):
        @property
        def public_key(self):
            return P256.public_key()

    with pytest.raises(SignerUnusable):
        expect_matching(Mixed(key=ec.generate_private_key(ec.SECP256R1()), algorithm="ES256"))


def test_no_private_key_stands_in_a_signers_text():
    assert "key=" not in repr(signer_of_pem(_pem(P256)))
