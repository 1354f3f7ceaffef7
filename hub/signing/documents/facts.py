"""What the judges of all formats share: what is given to each, and what each finds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from asn1crypto import x509

from hub.signing.documents.known_paths import Given
from hub.signing.documents.loading import load_certificates
from hub.signing.documents.paths import Moment, PathFindings, path_findings
from hub.signing.documents.question import NO_ANSWERS, Question, RevocationAnswers, Wanted
from hub.signing.documents.subjects import NOBODY, issuer_name, read_subject
from hub.signing.verdicts import SignatureVerdict, VerdictReason, grade_of

_CLOCK_SLACK: Final = timedelta(minutes=5)
"""How far a signer's clock may be ahead: the same as for messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """Certificates and revocation answers that the document itself brings. None is trusted."""

    certificates: tuple[x509.Certificate, ...] = ()
    answers: RevocationAnswers = NO_ANSWERS


NOTHING_BROUGHT: Final = Brought()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is asked about a document, and what it brings itself."""

    question: Question
    brought: Brought = NOTHING_BROUGHT

    def with_more(self, more: Brought) -> "Case":
        """Return the case with what one signature brings besides."""
        certificates = (*self.brought.certificates, *more.certificates)
        answers = self.brought.answers.and_also(more.answers)
        return replace(self, brought=Brought(certificates=certificates, answers=answers))

    def path(
        self, certificate: x509.Certificate, moment: Moment, *, time_stamping: bool = False
    ) -> PathFindings:
        """Judge a certificate of this document at the moment of its use."""
        trust = self.question.trust
        given = Given(
            certificate=certificate,
            others=(*load_certificates(trust.intermediates), *self.brought.certificates),
            roots=trust.timestamps if time_stamping else trust.documents,
            answers=self.question.revocation.and_also(self.brought.answers),
        )
        return path_findings(given, moment, time_stamping=time_stamping)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was found out about one signature, before its certificate is judged."""

    form: str
    covers: str
    reasons: tuple[VerdictReason, ...] = ()
    certificate: x509.Certificate | None = None
    brought: Brought = NOTHING_BROUGHT
    algorithm: str = ""
    claimed_at: datetime | None = None
    proven_at: datetime | None = None
    wanted: tuple[Wanted, ...] = ()
    path_judged: bool = False
    """For a time stamp: its authority was judged with the stamp itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A judged signature, and what would make its verdict firmer."""

    verdict: SignatureVerdict
    wanted: tuple[Wanted, ...] = ()


def judge_facts(number: int, facts: Facts, question: Question) -> Signed:
    """Judge the certificate at the time of the signature, and put all together."""
    reasons, wanted = list(facts.reasons), list(facts.wanted)
    if facts.certificate is not None and not facts.path_judged:
        moment = _moment(facts, question)
        found = Case(question=question, brought=facts.brought).path(facts.certificate, moment)
        reasons += [*_time_reasons(facts, question), *found.reasons]
        wanted += found.wanted
    return Signed(verdict=_verdict(number, facts, reasons), wanted=tuple(wanted))


def numbered(found: Iterable[Facts], question: Question) -> Iterator[Signed]:
    """Judge signatures in the order in which they were made."""
    for number, facts in enumerate(found, start=1):
        yield judge_facts(number, facts, question)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a judge of one format found: the document's own reasons, and its signatures."""

    reasons: tuple[VerdictReason, ...] = ()
    signed: tuple[Signed, ...] = ()


def with_proof(facts: Facts, at: datetime) -> Facts:
    """Return the facts with a time at which something else proves that the signature existed."""
    if facts.proven_at is not None and facts.proven_at <= at:
        return facts
    return replace(facts, proven_at=at)


def _moment(facts: Facts, question: Question) -> Moment:
    # Without a time stamp the receipt is what proves that the signature existed (the hub's own
    # clock, never the signer's): a thief of a key that was revoked since can claim any time.
    proven = facts.proven_at
    at = proven or question.received_at
    return Moment(at=at, proven=proven is not None, claimed=facts.claimed_at)


def _time_reasons(facts: Facts, question: Question) -> list[VerdictReason]:
    reasons = [] if facts.proven_at else [VerdictReason.NO_TIMESTAMP]
    latest = (facts.proven_at or question.received_at) + _CLOCK_SLACK
    if facts.claimed_at is not None and facts.claimed_at > latest:
        reasons.append(VerdictReason.TIME_AHEAD)
    return reasons


def _verdict(number: int, facts: Facts, reasons: list[VerdictReason]) -> SignatureVerdict:
    certificate = facts.certificate
    subject = NOBODY if certificate is None else read_subject(certificate)
    said = tuple(dict.fromkeys(reasons))
    return SignatureVerdict(
        number=number,
        grade=grade_of(said),
        reasons=said,
        form=facts.form,
        algorithm=facts.algorithm,
        signer=subject.shown,
        signer_kind=subject.kind,
        organisation=subject.organisation,
        issuer="" if certificate is None else issuer_name(certificate),
        certificate_sha256="" if certificate is None else certificate.sha256.hex(),
        claimed_at=facts.claimed_at,
        proven_at=facts.proven_at,
        covers=facts.covers,
    )
