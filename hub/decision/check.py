"""A dry run: everything that is wrong with a message, at once. Nothing is written or remembered."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from lgsp_message.attributes import SIGNED, parse_attributes
from lgsp_message.jsontext import parse_json
from lgsp_message.jws import decode
from lgsp_message.reason import Reason, Refused
from lgsp_message.secrecy import is_marked_secret
from lgsp_message.values import Message, Received
from msgspec import structs

from hub.decision.access import authorise
from hub.decision.admission import claims, stamped
from hub.decision.deduplication import deduplicate
from hub.decision.effects import admit
from hub.decision.pipeline import Verified, examine
from hub.decision.routing import route
from hub.decision.rules import Rules
from hub.decision.statements import is_statement
from hub.decision.validation import validate
from hub.directory.organisations import legal_day
from hub.ports import Admitted

MAX_FINDINGS: Final = 100
"""Most findings of one kind; a body can break a schema in thousands of places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One reason why the hub would refuse the message."""

    reason: Reason
    place: str
    detail: str


def check(
    received: Received,
    peer: str,
    held: AbstractSet[str],
    rules: Rules,
    admitted: Admitted,
    now: datetime,
) -> tuple[Finding, ...]:
    """Return all that is wrong with a message; none: it would be admitted as things stand now.

    `held`: those of its objects that it may refer to. Rights, recipients and repetition are looked
    at only where the signature is good: they are told to nobody but the sender.
    """
    found = [
        *_attributes(received.attributes),
        *_raised(lambda: claims(received, peer, rules)),
        *_marking(received),
        *_raised(lambda: decode(received, rules.hub)),
        *_body(received, rules),
        *_objects(received, held),
    ]
    stamped_ = _stamped(received, peer, rules, now)
    if stamped_ is not None:
        told = {(finding.reason, finding.place) for finding in found}
        proven = _proven(stamped_, rules, admitted, now)
        found += [finding for finding in proven if (finding.reason, finding.place) not in told]
    return tuple(dict.fromkeys(found))[:MAX_FINDINGS]


def _stamped(received: Received, peer: str, rules: Rules, now: datetime) -> Received | None:
    """Return it as admission would stamp it, but for missing objects: these are told already."""
    try:
        claim = claims(received, peer, rules)
        return stamped(received, peer, claim, frozenset(claim.objects), rules.macs, now)
    except Refused:
        return None


def _proven(received: Received, rules: Rules, admitted: Admitted, now: datetime) -> list[Finding]:
    """Return what the steps from the signature on say, each for itself."""
    examined = examine(received, rules, now)
    if not isinstance(examined, Verified):
        return [_finding(examined.refusal)]
    message, received_at = examined.message, examined.stamp.received_at
    return [
        *_raised(lambda: deduplicate(message, received_at, admitted, now)),
        *_raised(lambda: authorise(message, examined.sender, rules, legal_day(now))),
        *_addresses(examined, rules, now),
        *_raised(lambda: admit(received, message, validate(message, rules), admitted, rules, now)),
    ]


def _addresses(examined: Verified, rules: Rules, now: datetime) -> list[Finding]:
    """Return what is wrong with each address: as if the message had only that one."""
    message = examined.message
    if is_statement(message.attributes.type):
        return []
    found: list[Finding] = []
    for number, address in enumerate(message.attributes.recipients):
        only = _with_one(message, address)
        for finding in (
            *_raised(lambda: authorise(only, examined.sender, rules, legal_day(now))),  # noqa: B023  (called at once)
            *_raised(lambda: route(only, rules, 0, now)),  # noqa: B023  (called at once)
        ):
            at_address = finding.place == "recipients/0"
            found.append(replace(finding, place=f"recipients/{number}") if at_address else finding)
    return found


def _with_one(message: Message, address: str) -> Message:
    """Return a verified message with one of its addresses, only to look at that address."""
    attributes = structs.replace(message.attributes, recipients=(address,))
    return structs.replace(message, attributes=attributes)


def _raised(step: Callable[[], Any]) -> list[Finding]:
    try:
        step()
    except Refused as refusal:
        return [_finding(refusal)]
    return []


def _finding(refusal: Refused) -> Finding:
    return Finding(reason=refusal.reason, place=refusal.place, detail=refusal.detail)


def _attributes(text: Mapping[str, str]) -> list[Finding]:
    """Return every attribute that breaks its grammar: a bad one is mended to find the next."""
    found: list[Finding] = []
    mended = dict(text)
    while len(found) < len(SIGNED) + 1:
        try:
            parse_attributes(mended)
        except Refused as refusal:
            found.append(_finding(refusal))
            _mend(mended, refusal.place)
        else:
            break
    return found


def _mend(text: dict[str, str], place: str) -> None:
    if place in _GOOD:
        text[place] = _GOOD[place]
    elif place in text:
        del text[place]
    else:
        for name in text.keys() - SIGNED:
            del text[name]


_GOOD: Final[Mapping[str, str]] = {
    "id": "0",
    "source": "urn:hub:system:aaa",
    "specversion": "1.0",
    "time": "2000-01-01T00:00:00Z",
    "type": "vn.gov.a.v1",
    "dataschema": "urn:hub:schema:a:1.0",
    "datacontenttype": "application/json",
}
"""For each required attribute a value that fits its grammar."""


def _marking(received: Received) -> list[Finding]:
    if not is_marked_secret(received.body):
        return []
    detail = "state secrets may not pass through the hub"
    return [Finding(reason=Reason.SECRET_MARKING, place="", detail=detail)]


def _objects(received: Received, held: AbstractSet[str]) -> list[Finding]:
    named = set(received.attributes.get("objects", "").split())
    if named <= held:
        return []
    detail = "upload it first, or have it delivered"
    return [Finding(reason=Reason.UNKNOWN_OBJECT, place="objects", detail=detail)]


def _body(received: Received, rules: Rules) -> list[Finding]:
    """Return every place where the body breaks the schema that the headers name."""
    schema = rules.schemas.get(received.attributes.get("dataschema", ""))
    try:
        value = parse_json(received.body)
    except Refused as refusal:
        return [_finding(refusal)]
    if schema is None:
        return []
    return [
        Finding(reason=Reason.SCHEMA_VIOLATION, place=broken.pointer, detail=str(broken))
        for broken in schema.violations(value, MAX_FINDINGS)
    ]
