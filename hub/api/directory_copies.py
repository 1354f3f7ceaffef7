"""The signed copy of the directory, made when it is asked for and kept until the rules change."""

import asyncio
import hashlib
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from lgsp_message.directory_copy import FORMAT, Statement, signed
from lgsp_message.keys import KeyUnusable, PublicKey, public_jwk, thumbprint

from hub.decision.directory_copy import content_of
from hub.decision.rules import Rules
from hub.evidence.ports import Seal

GOOD_FOR: Final = timedelta(days=7)
"""A long holiday without a line; as long may a stolen key be believed by who is cut off."""
RENEWED_AFTER: Final = timedelta(minutes=15)
"""One signature serves all who ask within it: a hardware module makes few in a second."""
_GZIP: Final = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A content, compressed: what 111,339 organisations take in memory is 20 times as much."""

    rules: tuple[int, str]
    sha256: str
    size: int
    gzipped: bytes = field(repr=False)

    def plain(self) -> bytes:
        """Return it as it was signed."""
        return zlib.decompress(self.gzipped, _GZIP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A content and what the hub says about it."""

    content: Packed
    issued: datetime
    jws: str


class Copies:
    """Makes them. One at a time: a national directory takes a second of a core."""

    def __init__(
        self,
        rules: Callable[[], Rules],
        seal: Seal,
        clock: Callable[[], datetime],
        good_for: timedelta = GOOD_FOR,
    ) -> None:
        self._rules, self._seal, self._clock, self._good_for = rules, seal, clock, good_for
        self._key_id = thumbprint(public_jwk(_public(seal)))
        self._kept: Copy | None = None
        self._one = asyncio.Lock()

    async def current(self) -> Copy:
        """Return the copy of the rules in force, good for nearly as long as it may be.

        Raises:
            Unavailable: the module with the hub's key does not answer.
        """
        async with self._one:
            rules = self._rules()
            # In a thread, and in small pieces: the loop that answers everybody goes on.
            self._kept = await asyncio.to_thread(self._made, rules, self._clock(), self._kept)
            return self._kept

    def _made(self, rules: Rules, now: datetime, kept: Copy | None) -> Copy:
        same = kept is not None and kept.content.rules == (rules.ref.version, rules.ref.hash)
        if kept is not None and same and now - kept.issued < RENEWED_AFTER:
            return kept
        content = kept.content if kept is not None and same else packed(rules)
        return Copy(content=content, issued=now, jws=self._signed(rules, content, now))

    def _signed(self, rules: Rules, content: Packed, now: datetime) -> str:
        version, hash_ = content.rules
        statement = Statement(
            v=FORMAT,
            hub=rules.hub,
            version=version,
            rules=hash_,
            issued=now,
            good_until=now + self._good_for,
            sha256=content.sha256,
            size=content.size,
        )
        sealer = self._seal.sealer
        return signed(statement, sealer.sign, algorithm=sealer.algorithm, key_id=self._key_id)


def packed(rules: Rules) -> Packed:
    """Return the content of the copy of these rules."""
    digest, size, squeeze = hashlib.sha256(), 0, zlib.compressobj(wbits=_GZIP)
    pieces = []
    for piece in content_of(rules):
        digest.update(piece)
        size += len(piece)
        pieces.append(squeeze.compress(piece))
    pieces.append(squeeze.flush())
    return Packed(
        rules=(rules.ref.version, rules.ref.hash),
        sha256=digest.hexdigest(),
        size=size,
        gzipped=b"".join(pieces),
    )


def _public(seal: Seal) -> PublicKey:
    key = x509.load_der_x509_certificate(seal.certificates[0]).public_key()
    if not isinstance(key, PublicKey):
        raise KeyUnusable("the hub seals with an EC P-256, Ed25519 or RSA key")
    return key
