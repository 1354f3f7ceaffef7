"""The certificate under which the hub seals evidence, where no authority has issued one.

It is self-signed: whoever verifies evidence trusts it because it stands in the hub's trust roots,
which he got from a source that he trusts. Its key may live in a hardware module, so the certificate
is put together here and only its bytes are signed there (RFC 5280, section 4.1).
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

from asn1crypto import keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hub.signing.signer import Signer, asn1_signature

LIFE: Final = timedelta(days=20 * 365)
"""Evidence is verified for decades; a new key gets a new certificate, and both stay trusted."""

_ALGORITHMS: Final = {"ES256": "sha256_ecdsa", "Ed25519": "ed25519", "RS256": "sha256_rsa"}


def self_signed(signer: Signer, hub: str, since: datetime) -> bytes:
    """Return the certificate of the hub's sealing key, DER.

    Raises:
        Unavailable: the module with the key does not answer.
    """
    algorithm = {"algorithm": _ALGORITHMS[signer.algorithm]}
    body = _body(signer, hub, since.replace(microsecond=0), algorithm)
    signature = asn1_signature(signer.algorithm, signer.sign(body.dump()))
    made = x509.Certificate(
        {
            "tbs_certificate": body,
            "signature_algorithm": algorithm,
            "signature_value": signature,
        }
    )
    return bytes(made.dump())


def _body(
    signer: Signer, hub: str, since: datetime, algorithm: dict[str, str]
) -> x509.TbsCertificate:
    public = signer.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    name = x509.Name.build({"common_name": f"{hub} evidence seal"})
    digest = hashlib.sha256(public).digest()
    return x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": int.from_bytes(digest[:16]) >> 1,
            "signature": algorithm,
            "issuer": name,
            "validity": {"not_before": _time(since), "not_after": _time(since + LIFE)},
            "subject": name,
            "subject_public_key_info": keys.PublicKeyInfo.load(public),
            "extensions": _extensions(digest[:20]),
        }
    )


def _time(at: datetime) -> x509.Time:
    # RFC 5280, section 4.1.2.5: UTCTime to 2049, GeneralizedTime from 2050 on.
    form = "utc_time" if at.year < 2050 else "general_time"  # noqa: PLR2004
    return x509.Time({form: at})


def _extensions(key_id: bytes) -> list[dict[str, Any]]:
    return [
        {"extn_id": "basic_constraints", "critical": True, "extn_value": {"ca": False}},
        {
            "extn_id": "key_usage",
            "critical": True,
            "extn_value": {"digital_signature", "non_repudiation"},
        },
        {"extn_id": "key_identifier", "critical": False, "extn_value": key_id},
    ]
