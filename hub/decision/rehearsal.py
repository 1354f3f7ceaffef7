"""What would happen to a message? The hub's own decision, run on one that nobody sent.

The sender's private key is not here, so the rehearsal signs with a key of its own, registered in a
copy of the rules that never leaves it. Everything else is decided as it always is (invariant 3).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum, unique
from typing import Final

from lgsp_message.jsontext import parse_json
from lgsp_message.jws import sign_message
from lgsp_message.keys import PrivateKey, default_algorithm, public_jwk, thumbprint, verifying_key
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Received

from hub.answers import Answer
from hub.decision.admission import claims, stamped
from hub.decision.check import Finding, check
from hub.decision.facts import facts
from hub.decision.pipeline import Verified, decide, examine
from hub.decision.routing import Routes, route
from hub.decision.rules import RegisteredKey, Rules, System
from hub.decision.subscribers import subscribers
from hub.directory.organisations import legal_day
from hub.schemas.lint import DIALECT
from hub.schemas.validate import compile_schema


@unique
class Step(StrEnum):
    """The steps of the way, in their order."""

    ADMISSION = "admission"
    SIGNATURE = "signature"
    DEDUPLICATION = "deduplication"
    AUTHORISATION = "authorisation"
    VALIDATION = "validation"
    ROUTING = "routing"


_OF: Final[Mapping[Reason, Step]] = {
    **dict.fromkeys(
        (
            *(Reason.UNKNOWN_SYSTEM, Reason.SYSTEM_INACTIVE, Reason.UNKNOWN_KEY),
            *(Reason.KEY_REVOKED, Reason.KEY_NOT_VALID, Reason.ALGORITHM_MISMATCH),
            *(Reason.BAD_SIGNATURE, Reason.SIGNATURE_MISSING, Reason.SIGNATURE_MALFORMED),
        ),
        Step.SIGNATURE,
    ),
    **dict.fromkeys((Reason.CLOCK_AHEAD, Reason.TOO_OLD, Reason.ID_REUSED), Step.DEDUPLICATION),
    **dict.fromkeys((Reason.NOT_PERMITTED, Reason.NOT_REPRESENTATIVE), Step.AUTHORISATION),
    **dict.fromkeys(
        (
            *(Reason.UNKNOWN_SCHEMA, Reason.SCHEMA_MISMATCH, Reason.SCHEMA_VIOLATION),
            *(Reason.MALFORMED_BODY, Reason.TOO_DEEP, Reason.DOCUMENT_MISSING),
        ),
        Step.VALIDATION,
    ),
    **dict.fromkeys(
        (
            *(Reason.EXPIRED, Reason.NO_RECIPIENT, Reason.UNKNOWN_RECIPIENT),
            *(Reason.NO_ENDPOINT, Reason.BAD_DELIVERY_TOKEN, Reason.UNKNOWN_MESSAGE),
            *(Reason.NO_ANSWER_TO, Reason.ALREADY_ANSWERED, Reason.OFFICER_LIMIT),
            *(Reason.DEADLINE_MISSING, Reason.NAMES_A_PERSON),
        ),
        Step.ROUTING,
    ),
}
"""Where each reason belongs; all others are found by admission."""
_ANYTHING: Final = compile_schema({"$schema": DIALECT})
"""In place of the schema while there is no body."""
_NOWHERE: Final = Routes(())
_BEFORE_KEYS: Final = frozenset({Step.ADMISSION, Step.SIGNATURE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What would happen."""

    outcome: str
    """`admitted` or `refused`."""
    reason: Reason | None
    """Of the refusal: the first one on the way."""
    findings: Mapping[Step, tuple[Finding, ...]]
    """All that is wrong, by step."""
    routes: Routes
    """Where it would go once all is well."""


class _Nothing:
    """A memory in which nothing was ever admitted."""

    def get(self, source: str, key: str) -> Answer | None:  # noqa: ARG002  (the port's names)
        return None


def rehearse(
    attributes: Mapping[str, str],
    body: bytes | None,
    rules: Rules,
    key: PrivateKey,
    now: datetime,
) -> Rehearsal:
    """Return what the hub would decide now about a message with these attributes.

    `body` of None: not yet written, so the schema is not checked. `key`: a fresh one.
    """
    source = attributes.get("source", "").rpartition(":")[2]
    of_rehearsal = _with_key(_without_schema(rules, attributes, body), source, key)
    received = _signed(attributes, body or b"{}", of_rehearsal, key)
    found = list(check(received, source, frozenset(), of_rehearsal, _Nothing(), now))
    outcome, reason = _decided(received, source, of_rehearsal, now)
    keyless = _keys(rules.systems.get(source), now)
    if keyless and (reason is None or _OF.get(reason, Step.ADMISSION) not in _BEFORE_KEYS):
        # The rehearsal's key made it pass where the sender's own could not.
        outcome, reason = "refused", keyless[0].reason
    found += keyless
    return Rehearsal(
        outcome=outcome,
        reason=reason,
        findings={step: _of_step(found, step) for step in Step},
        routes=_routes(received, source, of_rehearsal, now),
    )


def _without_schema(rules: Rules, attributes: Mapping[str, str], body: bytes | None) -> Rules:
    name = attributes.get("dataschema", "")
    if body is not None or name not in rules.schemas:
        return rules
    return replace(rules, schemas={**rules.schemas, name: _ANYTHING})


def _with_key(rules: Rules, source: str, key: PrivateKey) -> Rules:
    system = rules.systems.get(source)
    if system is None:
        return rules
    public = key.public_key()
    name = thumbprint(public_jwk(public))
    registered = RegisteredKey(key=verifying_key(public, default_algorithm(key)))
    return replace(
        rules, systems={**rules.systems, source: replace(system, keys={name: registered})}
    )


def _signed(attributes: Mapping[str, str], body: bytes, rules: Rules, key: PrivateKey) -> Received:
    signature = sign_message(
        attributes, body, key=key, algorithm=default_algorithm(key), hub=rules.hub
    )
    return Received(attributes=dict(attributes), body=body, signature=signature)


def _decided(
    received: Received, source: str, rules: Rules, now: datetime
) -> tuple[str, Reason | None]:
    try:
        decision = decide(_stamped(received, source, rules, now), rules, _Nothing(), now)
    except Refused as refusal:  # Admission refuses at once, before there is anything to decide.
        return "refused", refusal.reason
    reason = decision.entries[0].event.reason
    return decision.outcome.value, None if reason is None else Reason(reason)


def _stamped(received: Received, source: str, rules: Rules, now: datetime) -> Received:
    claim = claims(received, source, rules)
    return stamped(received, source, claim, frozenset(), rules.macs, now)


def _routes(received: Received, source: str, rules: Rules, now: datetime) -> Routes:
    try:
        examined = examine(_stamped(received, source, rules, now), rules, now)
        return _routed(examined, rules, now) if isinstance(examined, Verified) else _NOWHERE
    except Refused:
        return _NOWHERE


def _routed(examined: Verified, rules: Rules, now: datetime) -> Routes:
    message = examined.message
    claim, value = message.attributes, parse_json(message.body)
    told = facts(claim.type, value, rules.directory, legal_day(now))
    wanted = subscribers(claim, examined.received, told, rules, now)
    return route(message, rules, 0, now, wanted)


def _keys(system: System | None, now: datetime) -> list[Finding]:
    """Return what is wrong with the sender's keys: none of them could sign now."""
    if system is None or any(_usable(key, now) for key in system.keys.values()):
        return []
    detail = "the source has no key that is valid now"
    return [Finding(reason=Reason.UNKNOWN_KEY, place="kid", detail=detail)]


def _usable(key: RegisteredKey, now: datetime) -> bool:
    early = key.valid_from is not None and now < key.valid_from
    late = key.valid_to is not None and now >= key.valid_to
    return not (key.barred is not None or early or late)


def _of_step(found: list[Finding], step: Step) -> tuple[Finding, ...]:
    return tuple(one for one in found if _OF.get(one.reason, Step.ADMISSION) is step)
