"""Keys: registered with proof of possession, bound to one system for ever, revoked for ever."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from lgsp_message.key_proof import BadProof, check_key_proof
from lgsp_message.keys import (
    KeyUnusable,
    PublicKey,
    VerifyingKey,
    load_jwk,
    public_jwk,
    thumbprint,
    verifying_key,
)

from hub.control import key_changes as ask
from hub.control.certified import Certified, expect_good
from hub.control.draft import Draft
from hub.control.refusals import ChangeRefused, Refusal
from hub.decision.rulebook import KeyRecord, Suspension, SystemRecord
from hub.signing.certificates import belongs_to


def _register_key(change: ask.RegisterKey, draft: Draft, place: str) -> None:
    """Add a key to a system.

    Repeating a registration, even with a proof that has grown old since, changes nothing.

    Raises:
        ChangeRefused: `KEY_UNUSABLE`, `KEY_TAKEN`, `KEY_REVOKED`, `BAD_PROOF`, `UNKNOWN_ENTITY`,
            `CERTIFICATE_REFUSED`, `CERTIFICATE_FOREIGN`, `CERTIFICATE_UNCHECKED`.
    """
    key, jwk = _load(change, place)
    id = f"{change.system}/{key.thumbprint}"
    certified = None if change.certificate is None else draft.certified[change.certificate]
    known = draft.find(KeyRecord, id)
    record = KeyRecord(
        jwk=jwk,
        alg=change.alg,
        valid_from=change.valid_from,
        valid_to=_end(change, certified),
        certificate=None if certified is None else certified.certificate.digest,
        suspended=_still_suspended(known),
    )
    if known == record:
        return
    _refuse_taken(change, key.thumbprint, known, draft, place)
    system = draft.find(SystemRecord, change.system)
    if system is None:
        raise ChangeRefused(Refusal.UNKNOWN_ENTITY, f"no system {change.system}", place)
    _check_proof(change, key, draft, place)
    _refuse_without(certified, known, place)
    if certified is not None:
        _check_certificate(certified, key, system, draft, place)
    draft.key_owners[key.thumbprint] = change.system
    draft.put(id, record, change.change, proof=change.proof, certified=certified)


def _end_key(change: ask.EndKey, draft: Draft, place: str) -> None:
    known = _known(change, draft, place)
    if known.valid_to is not None and change.valid_to > known.valid_to:
        # Longer is more: that needs the key's own word, so a registration.
        detail = "it ends earlier already; register it again with a proof to let it count longer"
        raise ChangeRefused(Refusal.KEY_UNUSABLE, detail, place)
    _change(change, draft, place, valid_to=change.valid_to)


def _revoke_key(change: ask.RevokeKey, draft: Draft, place: str) -> None:
    _change(change, draft, place, revoked=True)


def _suspend_key(change: ask.SuspendKey, draft: Draft, place: str) -> None:
    known = _known(change, draft, place)
    # What a person reported is his to end: no check of a certificate takes its place.
    if known.suspended != Suspension.REPORT:
        _change(change, draft, place, suspended=change.cause.value)


def _resume_key(change: ask.ResumeKey, draft: Draft, place: str) -> None:
    _change(change, draft, place, suspended=None)


def _compromise_key(change: ask.CompromiseKey, draft: Draft, place: str) -> None:
    _change(change, draft, place, revoked=True, suspended=None, compromised_at=change.since)


def _change(change: Any, draft: Draft, place: str, **fields: Any) -> None:
    known = msgspec.structs.replace(_known(change, draft, place), **fields)
    draft.put(f"{change.system}/{change.thumbprint}", known, change.change)


def _known(change: Any, draft: Draft, place: str) -> KeyRecord:
    known = draft.find(KeyRecord, f"{change.system}/{change.thumbprint}")
    if known is None:
        raise ChangeRefused(Refusal.UNKNOWN_ENTITY, f"{change.system} has no such key", place)
    return known


KEY_COMMANDS: Final[Mapping[type[Any], Callable[[Any, Draft, str], None]]] = {
    ask.RegisterKey: _register_key,
    ask.EndKey: _end_key,
    ask.RevokeKey: _revoke_key,
    ask.SuspendKey: _suspend_key,
    ask.ResumeKey: _resume_key,
    ask.CompromiseKey: _compromise_key,
}


def _still_suspended(known: KeyRecord | None) -> str | None:
    """Return what a new registration leaves as it is: what a person has reported."""
    reported = known is not None and known.suspended == Suspension.REPORT
    return Suspension.REPORT.value if reported else None


def _refuse_without(certified: Certified | None, known: KeyRecord | None, place: str) -> None:
    if certified is None and known is not None and known.certificate is not None:
        # Else a key whose authority holds or revokes it would go on as a key of nobody's.
        detail = "the key was registered with a certificate, and goes on with one only"
        raise ChangeRefused(Refusal.CERTIFICATE_REFUSED, detail, place)


def _end(change: ask.RegisterKey, certified: Certified | None) -> datetime | None:
    """Return until when the key counts: as asked, and never longer than its certificate."""
    ends = [change.valid_to, None if certified is None else certified.certificate.until]
    return min((one for one in ends if one is not None), default=None)


def _check_certificate(
    certified: Certified, key: VerifyingKey, system: SystemRecord, draft: Draft, place: str
) -> None:
    certificate = certified.certificate
    if _thumbprint(certificate.key) != key.thumbprint:
        raise ChangeRefused(Refusal.CERTIFICATE_FOREIGN, "it is for another key", place)
    expect_good(certified, place)
    if certificate.personal or not belongs_to(certificate, draft.codes_of(system.organisation)):
        # Not whose: a certificate may name a person.
        detail = "its tax number or agency code is none of the organisation's codes"
        raise ChangeRefused(Refusal.CERTIFICATE_FOREIGN, detail, place)


def _thumbprint(key: PublicKey) -> str | None:
    try:
        return thumbprint(public_jwk(key))
    except KeyUnusable:
        return None  # of a curve that no key of a system is on


def _load(change: ask.RegisterKey, place: str) -> tuple[VerifyingKey, dict[str, str]]:
    try:
        public = load_jwk(change.jwk)
        # Only the identifying members are kept: whatever else stood there was not asked for.
        return verifying_key(public, change.alg), public_jwk(public)
    except KeyUnusable as error:
        raise ChangeRefused(Refusal.KEY_UNUSABLE, str(error), place) from error


def _refuse_taken(
    change: ask.RegisterKey, name: str, known: KeyRecord | None, draft: Draft, place: str
) -> None:
    owner = draft.key_owners.get(name, change.system)
    if owner != change.system:
        # Not whose: that would tell one agency about another's keys.
        raise ChangeRefused(Refusal.KEY_TAKEN, "the key belongs to another system", place)
    if known is None:
        return
    if known.revoked:
        raise ChangeRefused(Refusal.KEY_REVOKED, "a revoked key stays revoked", place)
    if known.alg != change.alg:
        raise ChangeRefused(Refusal.KEY_TAKEN, f"registered for {known.alg} already", place)


def _check_proof(change: ask.RegisterKey, key: VerifyingKey, draft: Draft, place: str) -> None:
    try:
        check_key_proof(change.proof, key, system=change.system, hub=draft.hub, now=draft.now)
    except BadProof as error:
        raise ChangeRefused(Refusal.BAD_PROOF, str(error), place) from error
