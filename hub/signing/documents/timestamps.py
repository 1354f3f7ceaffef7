"""Time stamps (RFC 3161): when something existed, said by somebody who is trusted for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from asn1crypto import cms, core, tsp

from hub.signing.documents.cms import PARSE_ERRORS, Digest, Malformed, digest_of, signer_facts
from hub.signing.documents.facts import Case
from hub.signing.documents.paths import Moment
from hub.signing.documents.question import Wanted
from hub.signing.verdicts import GRADES, Grade, VerdictReason

_BAD: Final = frozenset({Grade.INVALID, Grade.INDETERMINATE})
_MOST_TOKENS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """What time stamps prove: a time, or why not."""

    at: datetime | None = None
    reasons: tuple[VerdictReason, ...] = ()
    wanted: tuple[Wanted, ...] = ()


def earliest_proof(tokens: tuple[cms.SignedData, ...], digest: Digest, case: Case) -> Stamped:
    """Return the earliest time that a sound token over this digest proves; none given: nothing."""
    found = [check_token(token, digest, case) for token in tokens[:_MOST_TOKENS]]
    good = [one.at for one in found if one.at is not None]
    return Stamped(at=min(good)) if good else (found or [Stamped()])[0]


def check_token(token: cms.SignedData, digest: Digest, case: Case) -> Stamped:
    """Check one token: its own signature, what it is over, and its authority at that time."""
    try:
        return _checked(token, digest, case)
    except (Malformed, *PARSE_ERRORS):
        return Stamped(reasons=(VerdictReason.TIMESTAMP_INVALID,))


def _checked(token: cms.SignedData, digest: Digest, case: Case) -> Stamped:
    info, raw = _info(token)
    imprint, at = info["message_imprint"], info["gen_time"].native
    if imprint["hashed_message"].native != digest(imprint["hash_algorithm"]["algorithm"].native):
        raise Malformed
    (signer,) = token["signer_infos"]
    facts = signer_facts(token, signer, digest_of(raw), "tst_info")
    if facts.certificate is None or any(GRADES[one] in _BAD for one in facts.reasons):
        raise Malformed
    whole, moment = case.with_more(facts.brought), Moment(at=at, proven=True)
    found = whole.path(facts.certificate, moment, time_stamping=True)
    return _stamped(at, found.reasons, found.wanted)


def _stamped(
    at: datetime, reasons: tuple[VerdictReason, ...], wanted: tuple[Wanted, ...]
) -> Stamped:
    """A token whose authority's state is not known proves nothing yet; an answer may come."""
    bad = [one for one in reasons if GRADES[one] in _BAD]
    if not bad:
        return Stamped(at=at)
    unknown = VerdictReason.REVOCATION_UNKNOWN
    return Stamped(
        reasons=(unknown if bad == [unknown] else VerdictReason.TIMESTAMP_INVALID,), wanted=wanted
    )


def _info(token: cms.SignedData) -> tuple[tsp.TSTInfo, bytes]:
    content = token["encap_content_info"]["content"]
    if not isinstance(content, core.ParsableOctetString) or not isinstance(
        content.parsed, tsp.TSTInfo
    ):
        raise Malformed
    return content.parsed, bytes(content)
