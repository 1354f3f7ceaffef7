"""A hub's seal for tests, and the signed copies it makes. Nothing here is secret."""

from datetime import timedelta

from lgsp_message.keys import verifying_key

from hub.api.directory_copies import Copies, packed
from hub.evidence.ports import Seal
from hub.signing.seal_certificate import self_signed
from hub.signing.signer import KeySigner
from tests.support import HUB, NOW, key_of

HUB_KEY = key_of("seal of the hub")
HUB_KEYS = {key.thumbprint: key for key in [verifying_key(HUB_KEY.public_key(), "ES256")]}


def seal():
    """Return a seal whose certificate is self-signed."""
    signer = KeySigner(key=HUB_KEY, algorithm="ES256")
    return Seal(sealer=signer, certificates=(self_signed(signer, HUB, NOW),))


def copy_of(rules, at=NOW, good_for=timedelta(days=7)):
    """Return statement and content of the copy of these rules."""
    copies = Copies(lambda: rules, seal(), lambda: at, good_for)
    made = copies._made(rules, at, None)
    return made.jws, packed(rules).plain()
