"""What the control plane knows of a certificate when its key is registered, and who finds out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from hub.control.refusals import ChangeRefused, Refusal
from hub.signing.certificates import Certificate
from hub.signing.judgement import Judgement, RevocationAnswer, Status
from hub.signing.trust import NOBODY, Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What an authority said, and where and when the hub asked."""

    answer: RevocationAnswer
    url: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """A certificate, judged now."""

    certificate: Certificate
    judgement: Judgement
    answers: tuple[Fetched, ...]
    at: datetime


CertifiedBy = Mapping[str, Certified]
"""By the PEM text that was handed in."""


class Certifier(Protocol):
    """Judges certificates; may ask their authorities, and so takes seconds."""

    trust: Trust
    """Whose certificates count."""

    async def check(self, chain: Sequence[Certificate]) -> Certified:
        """Judge the first of some certificates now; the others may be part of its path."""
        ...

    async def certify(self, pem: str) -> Certified:
        """Judge the first certificate of a PEM text now.

        Raises:
            CertificateUnreadable: it is none.
            Unavailable: SQL is away. An authority that does not answer is no error but `UNKNOWN`.
        """
        ...


class NoAuthorities:
    """Without a trust file no certificate counts (invariant 5)."""

    trust: Trust = NOBODY

    async def check(self, chain: Sequence[Certificate]) -> Certified:
        return Certified(
            certificate=chain[0],
            judgement=Judgement(status=Status.UNTRUSTED),
            answers=(),
            at=datetime.now(UTC),
        )

    async def certify(self, pem: str) -> Certified:  # noqa: ARG002  (the port has it)
        detail = "this hub trusts no authority: HUB_TRUST names the directory of its trust file"
        raise ChangeRefused(Refusal.CERTIFICATE_REFUSED, detail, "certificate")


def expect_good(certified: Certified, place: str) -> None:
    """Return if the certificate counts now. There is no grace for a new one (invariant 5).

    Raises:
        ChangeRefused: `CERTIFICATE_REFUSED`, `CERTIFICATE_UNCHECKED`.
    """
    status = certified.judgement.status
    if status is Status.UNKNOWN:
        detail = "its authority gives no answer that counts: try again later"
        raise ChangeRefused(Refusal.CERTIFICATE_UNCHECKED, detail, place)
    if status is not Status.GOOD:
        raise ChangeRefused(Refusal.CERTIFICATE_REFUSED, _TEXTS[status], place)


_TEXTS = {
    Status.REVOKED: "its authority has revoked it, or one above it",
    Status.ON_HOLD: "its authority has put it on hold",
    Status.UNTRUSTED: "no path leads from it to an authority of the trust file (HUB_TRUST)",
    Status.EXPIRED: "it has expired, or a certificate above it",
    Status.NOT_YET_VALID: "it is not valid yet",
    Status.WRONG_USE: "it is not for digital signatures, or holds what the hub does not know",
    Status.WEAK: "its algorithm or key is weaker than TT 15/2025/TT-BKHCN asks",
    Status.UNREADABLE: "a certificate of its path cannot be read",
}
"""For the administrator: no word of the certificate itself."""
