"""Sign a message as one of the registered systems whose key the hub's operator keeps."""

from collections.abc import Mapping
from pathlib import Path

from lgsp_client.identity import load_key
from lgsp_message.jws import sign_message
from lgsp_message.keys import KeyUnusable, PrivateKey, public_jwk, thumbprint
from lgsp_message.values import Received

from hub.decision.rules import Rules


class NotRegistered(Exception):
    """The system has no such key, or it is refused: what it signed would not count."""


class NoKey(Exception):
    """There is no usable key where it should be."""


def key_at(file: Path) -> PrivateKey:
    """Return the private key (PKCS #8, PEM) as the file has it now: a new one needs no restart.

    Raises:
        NoKey: it is not there, or not usable.
    """
    try:
        return load_key(file.read_bytes())
    except (OSError, KeyUnusable, ValueError) as error:
        raise NoKey(file.name) from error


def signed_as(
    system: str, key: PrivateKey, attributes: Mapping[str, str], body: bytes, rules: Rules
) -> Received:
    """Return the message as the system signs it.

    Raises:
        NotRegistered.
    """
    known = rules.systems.get(system)
    name = thumbprint(public_jwk(key.public_key()))
    registered = None if known is None or not known.active else known.keys.get(name)
    if registered is None or registered.barred is not None:
        raise NotRegistered(system)
    algorithm = registered.key.algorithm
    signature = sign_message(attributes, body, key=key, algorithm=algorithm, hub=rules.hub)
    return Received(attributes=attributes, body=body, signature=signature)
