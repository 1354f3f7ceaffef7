"""From a message's documents to what was found out about each."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol

import structlog
from lgsp_message.attributes import ORG_PREFIX

from hub.decision.document_checks import DocumentCheck
from hub.decision.order_record import Found, FoundSignature
from hub.decision.rules import Rules
from hub.directory.organisations import legal_day
from hub.io.objects import ObjectTooLarge
from hub.ports import Unavailable
from hub.signing.documents.question import (
    MOST_BYTES,
    DocumentJudge,
    Judged,
    Question,
    Revocation,
    RevocationAnswers,
    Trust,
)
from hub.signing.verdicts import DocumentVerdict, Grade, SignatureVerdict, VerdictReason

MAX_SIGNATURES: Final = 16
"""Signatures that an event tells of; the grade is that of all."""

_ALGORITHM: Final = re.compile(r"[a-z0-9_-]{1,64}")

_log = structlog.get_logger("documents")


class Content(Protocol):
    """Where the bytes of objects are."""

    async def whole(self, hash_: str, limit: int) -> bytes | None:
        """Return the object's bytes, or None where it is gone.

        Raises:
            ObjectTooLarge: it has more than `limit` bytes.
            Unavailable: a store does not answer.
        """
        ...


class Judging:
    """Judges all documents of a message."""

    def __init__(
        self,
        content: Content,
        judge: DocumentJudge,
        revocation: Revocation | None,
        trust: Callable[[datetime], Trust],
        rules: Callable[[], Rules],
    ) -> None:
        """`trust` tells which authorities count for a document received at a moment."""
        self._content, self._judge, self._revocation = content, judge, revocation
        self._trust, self._rules = trust, rules

    async def found(self, check: DocumentCheck) -> tuple[Found, ...]:
        """Return what was found out about each document of the message.

        Raises:
            Unavailable: a store does not answer; nothing is said about the documents.
        """
        question = Question(
            media_type="",
            sender_codes=self._codes(check),
            received_at=check.received_at,
            trust=self._trust(check.received_at),
        )
        return tuple([await self._one(hash_, question) for hash_ in check.hashes])

    async def _one(self, hash_: str, question: Question) -> Found:
        try:
            document = await self._content.whole(hash_, MOST_BYTES)
        except ObjectTooLarge:
            return _unknown(hash_, VerdictReason.TOO_LARGE)
        if document is None:
            return _unknown(hash_, VerdictReason.DOCUMENT_MISSING)
        try:
            return _found(hash_, await self._judged(document, question))
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001  (a fault of ours costs one verdict, not all)
            # Invariant 9: the error's text may quote the document.
            _log.error("judge_failed", error=type(error).__name__)
            return _unknown(hash_, VerdictReason.JUDGE_FAILED)

    async def _judged(self, document: bytes, question: Question) -> DocumentVerdict:
        first = await self._judge.judge(document, question)
        answers = await self._answers(first)
        if answers is None:
            return first.verdict
        again = await self._judge.judge(document, replace(question, revocation=answers))
        return again.verdict

    async def _answers(self, judged: Judged) -> RevocationAnswers | None:
        """Return what the authorities say, where that may change the verdict."""
        if not judged.wanted or self._revocation is None:
            return None
        try:
            return await self._revocation.answers(judged.wanted)
        except Unavailable as error:
            # The verdict says `revocation_unknown`; waiting here would stop everybody's documents.
            _log.warning("revocation_unavailable", cause=str(error))
            return None

    def _codes(self, check: DocumentCheck) -> frozenset[str]:
        """Return all codes of the organisation that sends, or that the sender speaks for."""
        rules = self._rules()
        directory, system = rules.directory, rules.systems.get(check.source)
        organisation = None if system is None else system.organisation
        if check.onbehalf is not None:
            code = check.onbehalf.removeprefix(ORG_PREFIX)
            spoken = directory.resolve(code, legal_day(check.received_at))
            organisation = None if spoken is None else spoken.id
        return frozenset(
            code for code, known in directory.codes.items() if known.organisation == organisation
        )


def _unknown(hash_: str, reason: VerdictReason) -> Found:
    return Found(hash=hash_, grade=Grade.INDETERMINATE, reasons=(reason,))


def _found(hash_: str, verdict: DocumentVerdict) -> Found:
    return Found(
        hash=hash_,
        grade=verdict.grade,
        reasons=verdict.reasons,
        signatures=tuple(_signature(one) for one in verdict.signatures[:MAX_SIGNATURES]),
        trust=verdict.trust[:64],
    )


def _signature(one: SignatureVerdict) -> FoundSignature:
    # A certificate names its algorithm: what is no name of one may be anything.
    algorithm = one.algorithm if _ALGORITHM.fullmatch(one.algorithm) else ""
    return FoundSignature(
        grade=one.grade, reasons=one.reasons, algorithm=algorithm, proven_at=one.proven_at
    )
