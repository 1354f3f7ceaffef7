"""What a judge is given besides the bytes, and what it may ask back for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from hub.signing.verdicts import DocumentVerdict

MOST_BYTES: Final = 64 * 1024 * 1024
"""Largest document that is judged. Scanned letters have some megabytes; twice this is parsed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The authorities that count, as certificates in DER. Empty trusts nobody (invariant 5)."""

    version: str
    """Names the trust store in verdicts, so that one can be recomputed."""
    documents: tuple[bytes, ...] = ()
    """Roots for signatures in documents."""
    timestamps: tuple[bytes, ...] = ()
    """Roots for time stamps."""
    intermediates: tuple[bytes, ...] = ()
    """Known authorities below the roots: signatures often leave them out. They are not trusted for
    standing here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationAnswers:
    """CRLs and OCSP answers in DER. Whoever brings them: each is checked before it counts."""

    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()

    def and_also(self, more: "RevocationAnswers") -> "RevocationAnswers":
        """Return what both say, each answer once."""
        return RevocationAnswers(
            crls=tuple(dict.fromkeys((*self.crls, *more.crls))),
            ocsps=tuple(dict.fromkeys((*self.ocsps, *more.ocsps))),
        )


NO_ANSWERS: Final = RevocationAnswers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about one document."""

    media_type: str
    """As the sender states it; the bytes decide between PDF, XML, CMS and ASiC."""
    sender_codes: frozenset[str]
    """All codes of the sending organisation, old and new."""
    received_at: datetime
    """When the message was received: what counts as now, and the latest moment of signing."""
    trust: Trust
    revocation: RevocationAnswers = NO_ANSWERS
    content: bytes | None = None
    """What a detached CAdES signature is about; None where the document holds its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A certificate whose state is not known. In DER; it may name a person: never log it."""

    certificate: bytes
    issuer: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verdict, and what would make it firmer."""

    verdict: DocumentVerdict
    wanted: tuple[Wanted, ...] = ()
    """For which certificates a CRL or an OCSP answer was missing."""


class Revocation(Protocol):
    """Where CRLs and OCSP answers come from: the hub's own cache and bounded fetcher."""

    async def answers(self, wanted: Collection[Wanted]) -> RevocationAnswers:
        """Return what can be had about these certificates; less is no error.

        Raises:
            Unavailable: nothing can be had now, and later it may be.
        """
        ...


class DocumentJudge(Protocol):
    """Judges a document within bounded time and memory."""

    async def judge(self, document: bytes, question: Question) -> Judged:
        """Return the verdict. Any bytes get one; the same input gets the same.

        A document that takes too long, needs too much memory or kills its judge gets
        `indeterminate` with that as the reason. Waits while all judges are busy.
        """
        ...
