"""The one statement that a bundle was asked to prove."""

from collections.abc import Iterator

from lgsp_verify.bundle.index import Claim
from lgsp_verify.checks.absence import stated_at
from lgsp_verify.checks.case import ADMITTED, RECIPIENTS_WORDS, Case, Leaf
from lgsp_verify.findings import Check, Finding, Result

_HAS_IT = RECIPIENTS_WORDS
"""Who acknowledges or rejects a message has it: each of these shows that it was delivered."""


def check_claim(case: Case) -> Iterator[Result]:
    """Say whether the proven events show what was asked."""
    claim = case.index.claim
    if claim is None:
        return
    yield Result(check=Check.CLAIM, finding=_judged(case, claim), place=_words(claim))


def _judged(case: Case, claim: Claim) -> Finding:
    reached = [leaf for leaf in case.leaves if _shows(claim, leaf)]
    if claim.not_by is None:
        return Finding.CLAIM_PROVEN if reached else Finding.CLAIM_REFUTED
    if any(leaf.event.at <= claim.not_by for leaf in reached):
        return Finding.CLAIM_REFUTED
    # That something did not happen is the hub's word, and it must have been given afterwards.
    stated = stated_at(case)
    afterwards = stated is not None and stated >= claim.not_by
    return Finding.CLAIM_PROVEN if afterwards else Finding.CLAIM_OPEN


def _shows(claim: Claim, leaf: Leaf) -> bool:
    event = leaf.event
    if claim.stage == ADMITTED:
        return event.event == ADMITTED
    words = _HAS_IT if claim.stage == "delivered" else {claim.stage}
    return event.event in words and event.recipient == claim.recipient


def _words(claim: Claim) -> str:
    parts = [claim.stage, claim.recipient or ""]
    if claim.not_by is not None:
        parts = ["not", *parts, f"by {claim.not_by.isoformat()}"]
    return " ".join(part for part in parts if part)
