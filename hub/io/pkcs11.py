"""The hub's own keys in a hardware module (PKCS#11): it signs, the key never leaves it.

Only this file speaks to the module; its errors stop here. Needs the extra `hsm`.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Final, Self
from urllib.parse import unquote

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from lgsp_message.keys import PublicKey

from hub.ports import Unavailable
from hub.signing.signer import SignerUnusable, hub_algorithm

SCHEME: Final = "pkcs11:"

_PART: Final = re.compile(r"(token|object)=([A-Za-z0-9_.~%-]{1,96})")
_POINT: Final = 65
"""Bytes of an uncompressed point on P-256: 0x04, x, y."""
_ED25519: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlace:
    """Where a key lies: the label of the token and the label of the key pair in it."""

    token: str
    object: str

    @classmethod
    def of(cls, uri: str) -> Self:
        """Read `pkcs11:token=…;object=…` (RFC 7512); nothing else, and no PIN: it is a secret.

        Raises:
            SignerUnusable: anything else.
        """
        parts = [_PART.fullmatch(part) for part in uri.removeprefix(SCHEME).split(";")]
        named = {part[1]: unquote(part[2]) for part in parts if part is not None}
        if not uri.startswith(SCHEME) or len(parts) != len(named) or len(named) != len(_FIELDS):
            raise SignerUnusable("a key of a hardware module is pkcs11:token=LABEL;object=LABEL")
        return cls(token=named["token"], object=named["object"])


_FIELDS: Final = ("token", "object")


class Pkcs11Signer:
    """One key pair of one token. State: the session, which is opened anew after a fault."""

    def __init__(self, module: Path, place: KeyPlace, pin: str) -> None:
        self._opening = _Opening(module=module, place=place, pin=pin)
        self._lock = Lock()
        """A session holds one operation at a time (PKCS#11 2.40, section 2.6)."""
        with _errors():
            self._session = self._opening.session()
            self.public_key: PublicKey = _public(self._session, place.object)
        self.algorithm = hub_algorithm(self.public_key)

    def sign(self, data: bytes) -> bytes:
        with self._lock, _errors():
            try:
                return self._sign(data)
            except _library().PKCS11Error:
                # The token was away and is back. Signing twice does no harm.
                self._session = self._opening.session()
                return self._sign(data)

    def _sign(self, data: bytes) -> bytes:
        return _sign(self._session, self._opening.place.object, self.algorithm, data)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opening:
    module: Path
    place: KeyPlace
    pin: str = field(repr=False)

    def session(self) -> Any:
        pkcs11 = _library()
        token = self._loaded().get_token(token_label=self.place.token)
        try:
            return token.open(user_pin=self.pin)
        except pkcs11.UserAlreadyLoggedIn:
            # A login counts for all of a program's sessions: the hub's other key made it.
            return token.open()

    def _loaded(self) -> Any:
        pkcs11 = _library()
        try:
            return pkcs11.lib(str(self.module))
        except pkcs11.PKCS11Error as error:
            if type(error) is not pkcs11.PKCS11Error:
                raise
            raise SignerUnusable("the module cannot be loaded: HUB_PKCS11_MODULE") from None


def _library() -> Any:
    try:
        import pkcs11  # noqa: PLC0415  (an extra: most hubs have no hardware module)
    except ImportError:
        raise SignerUnusable("install the hub with the extra `hsm`: lgsp-hub[hsm]") from None
    return pkcs11


@contextmanager
def _errors() -> Iterator[None]:
    """Let no error of the module out. A wrong PIN is never tried again: it locks the token."""
    pkcs11 = _library()
    try:
        yield
    except (pkcs11.PinIncorrect, pkcs11.PinLocked, pkcs11.PinExpired) as error:
        why = type(error).__name__
        raise SignerUnusable(f"the token refuses the PIN ({why}): HUB_PKCS11_PIN") from None
    except (pkcs11.NoSuchToken, pkcs11.NoSuchKey, pkcs11.MultipleTokensReturned) as error:
        why = type(error).__name__
        raise SignerUnusable(f"no single token and key with these labels ({why})") from None
    except pkcs11.PKCS11Error as error:
        raise Unavailable(f"the hardware module does not sign ({type(error).__name__})") from error


def _public(session: Any, label: str) -> PublicKey:
    pkcs11 = _library()
    key = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, label=label)
    reader = {
        pkcs11.KeyType.RSA: _rsa,
        pkcs11.KeyType.EC: _p256,
        pkcs11.KeyType.EC_EDWARDS: _ed25519,
    }.get(key.key_type)
    if reader is None:
        raise SignerUnusable("a key of the hub is Ed25519, P-256 or RSA")
    try:
        return reader(key, pkcs11.Attribute)
    except ValueError:
        raise SignerUnusable("the token's public key is not one the hub can read") from None


def _rsa(key: Any, attribute: Any) -> PublicKey:
    e, n = key[attribute.PUBLIC_EXPONENT], key[attribute.MODULUS]
    return rsa.RSAPublicNumbers(int.from_bytes(e), int.from_bytes(n)).public_key()


def _p256(key: Any, attribute: Any) -> PublicKey:
    # The attribute is an OCTET STRING around the point; another curve's has another length.
    point = bytes(key[attribute.EC_POINT])[-_POINT:]
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def _ed25519(key: Any, attribute: Any) -> PublicKey:
    point = bytes(key[attribute.EC_POINT])[-_ED25519:]
    return ed25519.Ed25519PublicKey.from_public_bytes(point)


def _sign(session: Any, label: str, algorithm: str, data: bytes) -> bytes:
    pkcs11 = _library()
    key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=label)
    mechanism = pkcs11.Mechanism
    ways: dict[str, Callable[[], Any]] = {
        "Ed25519": lambda: key.sign(data, mechanism=mechanism.EDDSA),
        # Hashed here: not every token has CKM_ECDSA_SHA256. The answer is R || S.
        "ES256": lambda: key.sign(hashlib.sha256(data).digest(), mechanism=mechanism.ECDSA),
        "RS256": lambda: key.sign(data, mechanism=mechanism.SHA256_RSA_PKCS),
    }
    return bytes(ways[algorithm]())
