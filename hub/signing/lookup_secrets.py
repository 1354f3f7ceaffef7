"""The secret with which a citizen looks up a dossier: a MAC of its code, so nobody keeps a list.

See docs/decisions/20261128-dossier-lookup-secret.md.
"""

import hmac
from typing import Final

from hub.signing.macs import MacKeys

CHARACTERS: Final = 12
"""60 bits: at the limit of tries for one code, guessing takes longer than the universe is old; and
short enough to be read from paper."""
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter looks like a digit or like another one."""
_LOOKALIKES: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_GROUP: Final = 4
_BITS: Final = 5


def lookup_secret(macs: MacKeys, code: str) -> str:
    """Return the secret of a dossier, in groups as it is printed: `7K3F-9QXM-2TGA`."""
    plain = _secret(macs.keys[macs.current], code)
    return "-".join(plain[at : at + _GROUP] for at in range(0, CHARACTERS, _GROUP))


def is_lookup_secret(macs: MacKeys, code: str, claimed: str) -> bool:
    """Say whether somebody has the dossier's secret. Slips of earlier keys stay good.

    The time does not tell whether the code exists, nor how much of the secret is right.
    """
    typed = claimed.upper().translate(_LOOKALIKES).encode(errors="replace")
    # Every key is tried: a match with the first one must not answer sooner.
    found = [hmac.compare_digest(_secret(key, code).encode(), typed) for key in macs.keys.values()]
    return any(found)


def _secret(key: bytes, code: str) -> str:
    digest = hmac.digest(key, b"dossier lookup\0" + code.encode(), "sha256")
    number = int.from_bytes(digest) >> (len(digest) * 8 - CHARACTERS * _BITS)
    return "".join(
        _ALPHABET[(number >> (_BITS * place)) & (2**_BITS - 1)]
        for place in reversed(range(CHARACTERS))
    )
