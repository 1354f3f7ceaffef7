"""Whom a receiver believes: the public keys of the systems that it takes messages from."""

from collections.abc import Mapping
from enum import Enum, unique
from pathlib import Path
from typing import Any, Final, Protocol

import orjson
from lgsp_message.jws import decode, verify
from lgsp_message.keys import KeyUnusable, VerifyingKey, load_jwk, verifying_key
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Message, Received


class Keys(Protocol):
    """A trust store. What it does not hold is not believed."""

    def keys_of(self, system: str) -> Mapping[str, VerifyingKey]:
        """Return the keys of `system` (its bare name) by thumbprint; empty for an unknown one."""
        ...


class KeyRing:
    """Keys held in memory, usually read from a file that an administrator keeps."""

    def __init__(self, keys: Mapping[str, Mapping[str, VerifyingKey]]) -> None:
        self._keys = {system: dict(owned) for system, owned in keys.items()}

    @classmethod
    def load(cls, path: Path) -> "KeyRing":
        """Read `{"<system>": [{"kty": …, "alg": …}, …], …}`: JWKs, each with its algorithm.

        Raises:
            KeyUnusable: the file has another form, or a key is not one the hub takes.
            OSError: the file cannot be read.
        """
        try:
            value: dict[str, list[dict[str, Any]]] = orjson.loads(path.read_bytes())
            return cls({system: _owned(jwks) for system, jwks in value.items()})
        except (orjson.JSONDecodeError, AttributeError, TypeError, KeyError) as error:
            raise KeyUnusable(f"{path.name} is no key ring") from error

    def keys_of(self, system: str) -> Mapping[str, VerifyingKey]:
        return self._keys.get(system, {})


def _owned(jwks: list[dict[str, Any]]) -> dict[str, VerifyingKey]:
    keys = (verifying_key(load_jwk(jwk), jwk["alg"]) for jwk in jwks)
    return {key.thumbprint: key for key in keys}


@unique
class Dangerous(Enum):
    """Ways of not checking, named for what they are."""

    UNVERIFIED = "unverified"


UNVERIFIED: Final = Dangerous.UNVERIFIED
"""DANGEROUS: believe the hub about who sent what, and prove nothing. For trying things out."""

Trust = Keys | Dangerous
"""How a receiver checks senders. There is no default: it must be said."""


def prove(received: Received, hub: str, keys: Keys) -> Message:
    """Return the message if the sender's own key signed it for `hub`.

    Raises:
        Refused: what `decode` and `verify` raise; `UNKNOWN_SYSTEM` or `UNKNOWN_KEY` where the
            trust store has no such sender or key (invariant 5: absence is refusal).
    """
    envelope = decode(received, hub)
    owned = keys.keys_of(envelope.attributes.source)
    if not owned:
        raise Refused(Reason.UNKNOWN_SYSTEM, "no key of this sender is trusted", "source")
    # `kid` is a hint of the sender's: it is looked up under the sender and nowhere else.
    key = owned.get(envelope.key_id)
    if key is None:
        raise Refused(Reason.UNKNOWN_KEY, "this key of the sender is not trusted", "kid")
    return verify(envelope, key)
