"""The test PKI holds against verifiers that are not its own."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import httpx2
import pytest
from asn1crypto import cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from pyhanko.sign.validation import async_validate_detached_cms
from pyhanko_certvalidator import ValidationContext

from hub.io.log_posts import TimeStamping
from simulator.pki import (
    Kind,
    SamplePki,
    Use,
    agency_subject,
    derive_key,
    detached_cms,
    make_crl,
    make_ocsp,
)
from simulator.pki.stamping import serving

AT = datetime(2017, 6, 1, tzinfo=UTC)
PKI = SamplePki(AT, url="http://pki.mau.example")
SEAL = PKI.agency("Sở", uid="MST:0100000001")


def context(**more):
    return ValidationContext(
        trust_roots=[x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in PKI.roots],
        moment=AT,
        allow_fetching=False,
        **more,
    )


def test_the_same_seed_makes_the_same_bytes():
    again = SamplePki(AT, url="http://pki.mau.example").agency("Sở", uid="MST:0100000001")
    assert again.der == SEAL.der
    assert SamplePki(AT, seed=b"other").agency("Sở", uid="MST:0100000001").der != SEAL.der
    assert detached_cms(b"a", again, at=AT) == detached_cms(b"a", SEAL, at=AT)


def test_a_derived_rsa_key_is_a_sound_one():
    key = derive_key(b"seed", Kind.RSA1024)
    assert key.key_size == 1024
    key.private_numbers().private_key()  # OpenSSL checks the numbers against each other.


@pytest.mark.parametrize("cades", [False, True])
async def test_a_signature_and_its_time_stamp_hold_for_pyhanko(cades):
    def stamp(data):
        return PKI.stamper.token(data, AT)

    signature = detached_cms(b"letter", SEAL, at=AT, cades=cades, stamp=stamp)
    data = cms.ContentInfo.load(signature)["content"]
    status = await async_validate_detached_cms(b"letter", data, context())
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.timestamp == AT
    assert status.timestamp_validity.trusted


async def test_a_revoked_certificate_is_revoked_for_pyhanko():
    before = AT - timedelta(hours=1)
    revoked = {SEAL.certificate.serial_number: before}
    crls = [make_crl(PKI.government, at=before, revoked=revoked)]
    signature = detached_cms(b"letter", SEAL, at=AT)
    data = cms.ContentInfo.load(signature)["content"]
    status = await async_validate_detached_cms(b"letter", data, context(crls=crls))
    assert status.revocation_details is not None


def test_an_ocsp_answer_names_its_responder_and_the_state():
    appointed = PKI.government.issue(agency_subject("OCSP (Mẫu)"), since=AT, use=Use.OCSP)
    answer = make_ocsp(PKI.government, SEAL.certificate, at=AT, revoked_since=AT)
    good = make_ocsp(PKI.government, SEAL.certificate, at=AT, responder=appointed)
    assert ocsp.load_der_ocsp_response(answer).certificate_status.name == "REVOKED"
    read = ocsp.load_der_ocsp_response(good)
    assert read.certificate_status.name == "GOOD"
    assert isinstance(appointed.key, ec.EllipticCurvePrivateKey)
    appointed.key.public_key().verify(
        read.signature, read.tbs_response_bytes, ec.ECDSA(hashes.SHA256())
    )


def test_the_stamper_answers_any_bytes_and_echoes_the_nonce():
    imprint = {
        "hash_algorithm": {"algorithm": "sha256"},
        "hashed_message": sha256(b"note").digest(),
    }
    parts = {"version": "v1", "message_imprint": imprint, "nonce": 77, "cert_req": True}
    request = tsp.TimeStampReq(parts).dump()
    answer = tsp.TimeStampResp.load(PKI.stamper.respond(request, AT + timedelta(seconds=1)))
    info = answer["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
    assert (answer["status"]["status"].native, info["nonce"].native) == ("granted", 77)
    for bad in (b"", b"x", request[:-1], request.replace(b"\x04\x20", b"\x04\x1f", 1)):
        refusal = PKI.stamper.respond(bad, AT)
        assert (
            tsp.PKIStatusInfo.load(core.Sequence.load(refusal)[0].dump()).native["status"]
            == "rejection"
        )


async def test_the_stamper_serves_on_a_port_as_the_hub_asks():
    now = datetime.now(UTC)
    pki = SamplePki(now)
    with serving(pki.stamper) as url:
        stamp = await TimeStamping(url, pki.roots).stamp(sha256(b"note").digest())
        assert now - timedelta(seconds=1) <= stamp.at
        with httpx2.Client(base_url=url) as http:
            assert http.post("/", content=b"x" * 20_000).status_code == 413
