"""A time stamping authority (RFC 3161): from the bytes of a request to those of an answer."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import new as new_hash
from hashlib import sha256
from typing import Any, ClassVar, Final

from asn1crypto import algos, cms, core, tsp

from simulator.pki.authority import Holder
from simulator.pki.cms import certificate_attribute, signed_data, signer_info

_POLICY: Final = "1.3.6.1.4.1.55555.1.1"
"""Under an enterprise number that nobody holds."""
_HASHES: Final = {"sha256": 32, "sha384": 48, "sha512": 64}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStamper:
    """Signs what time it is, as its caller says it."""

    holder: Holder
    """A certificate with `Use.TIME_STAMPING`."""

    def respond(self, request: bytes, at: datetime) -> bytes:
        """Return the answer, a TimeStampResp in DER, to a TimeStampReq; any bytes get one."""
        try:
            asked = tsp.TimeStampReq.load(request, strict=True)
            imprint = asked["message_imprint"]
            algorithm = imprint["hash_algorithm"]["algorithm"].native
            digest, nonce = imprint["hashed_message"].native, asked["nonce"].native
            embed = bool(asked["cert_req"].native)
        except (ValueError, TypeError, KeyError):
            return _rejection("bad_data_format")
        if _HASHES.get(algorithm) != len(digest):
            return _rejection("bad_alg")
        token = self._token(algorithm, digest, at, nonce, embed=embed)
        status = {"status": "granted"}
        parts = {"status": status, "time_stamp_token": cms.ContentInfo.load(token)}
        return bytes(tsp.TimeStampResp(parts).dump())

    def token(self, data: bytes, at: datetime, digest: str = "sha256") -> bytes:
        """Return a token in DER over `data`, with the certificates."""
        return self._token(digest, new_hash(digest, data).digest(), at, None, embed=True)

    def _token(
        self, algorithm: str, digest: bytes, at: datetime, nonce: int | None, *, embed: bool
    ) -> bytes:
        info = self._info(algorithm, digest, at, nonce).dump()
        attributes = cms.CMSAttributes(
            [
                cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
                cms.CMSAttribute({"type": "message_digest", "values": [sha256(info).digest()]}),
                certificate_attribute(self.holder),
            ]
        )
        signed = signer_info(attributes, self.holder, "sha256")
        content: dict[str, Any] = {
            "content_type": "tst_info",
            "content": cms.ParsableOctetString(info),
        }
        # RFC 3161, section 2.4.1: certificates only where the request asks for them.
        certificates = (self.holder.der, *self.holder.chain_der) if embed else ()
        return signed_data(content, signed, certificates)

    def _info(self, algorithm: str, digest: bytes, at: datetime, nonce: int | None) -> tsp.TSTInfo:
        imprint = tsp.MessageImprint(
            {
                "hash_algorithm": algos.DigestAlgorithm({"algorithm": algorithm}),
                "hashed_message": digest,
            }
        )
        # Unique for each token of this authority (RFC 3161, section 2.4.2), and repeatable.
        serial = int.from_bytes(sha256(repr((digest, at, nonce)).encode()).digest()[:15])
        parts: dict[str, Any] = {
            "version": "v1",
            "policy": _POLICY,
            "message_imprint": imprint,
            "serial_number": serial,
            "gen_time": core.GeneralizedTime(at),
        }
        return tsp.TSTInfo(parts if nonce is None else {**parts, "nonce": nonce})


class _Rejection(core.Sequence):  # type: ignore[misc]  # asn1crypto ships no types
    """A TimeStampResp without a token: optional in RFC 3161, required in asn1crypto 1.5."""

    _fields: ClassVar = [("status", tsp.PKIStatusInfo)]


def _rejection(why: str) -> bytes:
    status = tsp.PKIStatusInfo({"status": "rejection", "fail_info": {why}})
    return bytes(_Rejection({"status": status}).dump())
