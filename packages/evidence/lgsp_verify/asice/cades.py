"""A detached CAdES signature (ETSI EN 319 122-1, level B-B): the hub's seal on a manifest.

Its signed attributes are the content type, the time, the digest of the manifest, and the hash of
the signer's certificate (RFC 5035).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from lgsp_verify.cms import SignatureBroken, read_signed

_ALGORITHMS: Final = {
    "ES256": "sha256_ecdsa",
    "Ed25519": "ed25519",
    "RS256": "sha256_rsa",
}
"""What the hub seals with, in the words of JWS and of CMS."""


class Sealer(Protocol):
    """Whoever holds the private key of the seal; the hub's `Signer` is one."""

    @property
    def algorithm(self) -> str:
        """Return `ES256`, `Ed25519` or `RS256`."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Return the signature of `data` as JWS has it: an ECDSA one is R || S."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A seal whose mathematics fit. Whether its certificate is trusted is another question."""

    certificate: bytes
    """DER."""
    others: tuple[bytes, ...]
    """The other certificates that it carries, DER."""
    signed_at: datetime
    """As the signer says."""


def seal(
    content: bytes, sealer: Sealer, certificates: Sequence[bytes], signed_at: datetime
) -> bytes:
    """Return the detached signature of `content`: a ContentInfo in DER.

    `certificates`: the signer's, DER, then those that lead to its root.
    """
    own = x509.Certificate.load(certificates[0])
    attributes = _attributes(content, certificates[0], signed_at)
    issued = {"issuer": own.issuer, "serial_number": own.serial_number}
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier("issuer_and_serial_number", cms.IssuerAndSerialNumber(issued)),
        "digest_algorithm": _sha256(),
        "signed_attrs": attributes,
        "signature_algorithm": {"algorithm": _ALGORITHMS[sealer.algorithm]},
        "signature": _to_asn1(sealer.algorithm, sealer.sign(attributes.dump())),
    }
    data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [_sha256()],
            "encap_content_info": {"content_type": "data"},
            "certificates": [x509.Certificate.load(one) for one in certificates],
            "signer_infos": [cms.SignerInfo(signer)],
        }
    )
    made: bytes = cms.ContentInfo({"content_type": "signed_data", "content": data}).dump()
    return made


def read_seal(signature: bytes, content: bytes) -> Seal:
    """Check a seal over `content` with the certificate that it names.

    Raises:
        SignatureBroken: it is not one of the form above, or does not fit `content`.
    """
    signed = read_signed(signature, content)
    at = signed.attributes.get("signing_time")
    try:
        moment = None if at is None else at.native
    except ValueError as error:
        raise SignatureBroken("the time is none") from error
    if not isinstance(moment, datetime):
        raise SignatureBroken("the time is missing")
    return Seal(certificate=signed.certificate, others=signed.others, signed_at=moment)


def _attributes(content: bytes, certificate: bytes, signed_at: datetime) -> cms.CMSAttributes:
    named = tsp.SigningCertificateV2(
        {"certs": [tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(certificate).digest()})]}
    )
    at = cms.Time({"utc_time": core.UTCTime(signed_at.replace(microsecond=0))})
    values: list[tuple[str, Any]] = [
        ("content_type", "data"),
        ("signing_time", at),
        ("message_digest", hashlib.sha256(content).digest()),
        ("signing_certificate_v2", named),
    ]
    return cms.CMSAttributes(
        [cms.CMSAttribute({"type": name, "values": [value]}) for name, value in values]
    )


def _sha256() -> algos.DigestAlgorithm:
    return algos.DigestAlgorithm({"algorithm": "sha256"})


def _to_asn1(algorithm: str, signature: bytes) -> bytes:
    if algorithm != "ES256":
        return signature
    half = len(signature) // 2
    r, s = (int.from_bytes(part) for part in (signature[:half], signature[half:]))
    return encode_dss_signature(r, s)
