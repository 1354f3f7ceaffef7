"""The judge of documents: it looks at the bytes, and gives them to the judge of their format."""

import logging
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Final

from hub.signing.documents.asic import judge_asic
from hub.signing.documents.cades import judge_cades
from hub.signing.documents.facts import Outcome
from hub.signing.documents.pdf import judge_pdf
from hub.signing.documents.question import MOST_BYTES, Judged, Question
from hub.signing.documents.subjects import match_sender
from hub.signing.documents.xml import judge_xml
from hub.signing.verdicts import SenderMatch, VerdictReason, document_verdict

_HEAD: Final = 1024
"""`%PDF-` may stand anywhere in the first 1024 bytes (ISO 32000-1, annex H, note 13)."""

_STARTS: Final[Mapping[bytes, Callable[[bytes, Question], Outcome]]] = {
    b"PK\x03\x04": judge_asic,
    b"\x30\x80": judge_cades,
    b"\x30\x82": judge_cades,
    b"\x30\x83": judge_cades,
    b"\x30\x84": judge_cades,
}
"""A ZIP's first file; an ASN.1 sequence of 256 bytes or more, or of a length not yet known."""

for _name in ("pyhanko", "pyhanko_certvalidator", "signxml"):
    # Invariant 9: these libraries log subjects of certificates, so citizens' numbers.
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


def judge(document: bytes, question: Question) -> Judged:
    """Return the verdict on a document. Any bytes get one."""
    outcome = _outcome(document, question)
    verdicts = tuple(one.verdict for one in outcome.signed)
    identities = [one.organisation for one in verdicts if one.organisation is not None]
    sender = match_sender(identities, question.sender_codes)
    differs = [VerdictReason.SENDER_DIFFERS] if sender is SenderMatch.DIFFERS else []
    verdict = document_verdict(
        sha256=sha256(document).hexdigest(),
        media_type=question.media_type,
        reasons=[*outcome.reasons, *differs],
        judged_at=question.received_at,
        trust=question.trust.version,
        signatures=verdicts,
        sender=sender,
    )
    wanted = dict.fromkeys(one for signed in outcome.signed for one in signed.wanted)
    return Judged(verdict=verdict, wanted=tuple(wanted))


def _outcome(document: bytes, question: Question) -> Outcome:
    if len(document) > MOST_BYTES:
        return Outcome(reasons=(VerdictReason.TOO_LARGE,))
    judge_format = _judge_of(document)
    if judge_format is None:
        return Outcome(reasons=(VerdictReason.UNSUPPORTED_FORMAT,))
    try:
        return judge_format(document, question)
    except RecursionError:
        return Outcome(reasons=(VerdictReason.TOO_COMPLEX,))
    except MemoryError:
        return Outcome(reasons=(VerdictReason.MEMORY_LIMIT,))
    except Exception:  # noqa: BLE001  (foreign parsers promise nothing about what they raise)
        return Outcome(reasons=(VerdictReason.JUDGE_FAILED,))


def _judge_of(document: bytes) -> Callable[[bytes, Question], Outcome] | None:
    """Choose by the bytes: what a sender says of them may be wrong, by mistake or on purpose.

    PDF comes last: a container, or a CMS signature, may hold one near its beginning.
    """
    for start, judge_format in _STARTS.items():
        if document.startswith(start):
            return judge_format
    if document[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return judge_xml
    return judge_pdf if b"%PDF-" in document[:_HEAD] else None
