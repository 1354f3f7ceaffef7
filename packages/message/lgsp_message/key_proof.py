"""Proof that whoever registers a key holds its private half.

A compact JWS (RFC 7515) by the new key itself, header `{"typ":"hub-key-proof+jwt","alg","kid"}`,
claims `{"sub": <system>, "aud": <hub id>, "iat", "jti"}`. It names the system and the hub, so a
proof seen elsewhere registers nothing here, and its own `typ` keeps it from passing for anything
else that the key signs (RFC 8725, section 3.11).
"""

import re
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidSignature

from lgsp_message.jsontext import parse_json
from lgsp_message.keys import (
    PrivateKey,
    VerifyingKey,
    b64url,
    public_jwk,
    sign,
    thumbprint,
    unb64url,
)
from lgsp_message.limits import MAX_CLOCK_AHEAD
from lgsp_message.reason import Refused

TYP: Final = "hub-key-proof+jwt"

MAX_PROOF_AGE: Final = timedelta(minutes=5)
"""A proof is made for one registration, at once; older ones may have been found somewhere."""

MAX_PROOF_CHARS: Final = 4096
"""Largest proof: an RSA-4096 signature takes 683 characters, header and claims some 300."""

_JTI: Final = re.compile(r"[A-Za-z0-9._~-]{1,64}")


class BadProof(ValueError):
    """This is no proof of possession of that key. The text says which rule it breaks."""


def sign_key_proof(
    key: PrivateKey, algorithm: str, *, system: str, hub: str, at: datetime, jti: str
) -> str:
    """Return a proof that the holder of `key` wants it registered for `system` at `hub`.

    Raises:
        KeyUnusable: the algorithm is not this key's.
    """
    key_id = thumbprint(public_jwk(key.public_key()))
    header = {"typ": TYP, "alg": algorithm, "kid": key_id}
    claims = {"sub": system, "aud": hub, "iat": int(at.timestamp()), "jti": jti}
    signed = f"{b64url(orjson.dumps(header))}.{b64url(orjson.dumps(claims))}"
    return f"{signed}.{b64url(sign(key, algorithm, signed.encode()))}"


def check_key_proof(proof: str, key: VerifyingKey, *, system: str, hub: str, now: datetime) -> None:
    """Return if `proof` was made with `key`, for `system` at `hub`, at most 5 minutes ago.

    Raises:
        BadProof: anything else, whatever the text is.
    """
    if len(proof) > MAX_PROOF_CHARS:
        raise BadProof(f"longer than {MAX_PROOF_CHARS} characters")
    try:
        header, claims, signature = proof.encode("ascii").split(b".")
        _check_header(parse_json(unb64url(header)), key)
        key.check(unb64url(signature), header + b"." + claims)
        _check_claims(parse_json(unb64url(claims)), system, hub, now)
    except BadProof:
        raise
    except InvalidSignature as error:
        raise BadProof("not signed with this key") from error
    except (ValueError, Refused) as error:
        raise BadProof("not header.claims.signature of strict JSON in base64url") from error


def _check_header(header: Any, key: VerifyingKey) -> None:
    if header != {"typ": TYP, "alg": key.algorithm, "kid": key.thumbprint}:
        raise BadProof(f'the header is exactly {{"typ": "{TYP}", "alg", "kid"}} of this key')


def _check_claims(claims: Any, system: str, hub: str, now: datetime) -> None:
    if not isinstance(claims, dict) or claims.keys() != {"sub", "aud", "iat", "jti"}:
        raise BadProof("the claims are exactly sub, aud, iat and jti")
    if claims["sub"] != system or claims["aud"] != hub:
        raise BadProof("sub is the system and aud is the id of this hub")
    if not isinstance(claims["jti"], str) or not _JTI.fullmatch(claims["jti"]):
        raise BadProof("jti has 1 to 64 characters of A-Z, a-z, 0-9 and ._~-")
    issued = claims["iat"]
    if not isinstance(issued, int) or isinstance(issued, bool):
        raise BadProof("iat is a whole number of seconds since 1970")
    age = now.timestamp() - issued
    if not -MAX_CLOCK_AHEAD.total_seconds() <= age <= MAX_PROOF_AGE.total_seconds():
        raise BadProof("iat is more than 5 minutes away from the hub's clock")
