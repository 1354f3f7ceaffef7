"""Keys: registered with proof of possession, bound to one system for ever, revoked for ever."""

import msgspec
from lgsp_message.key_proof import BadProof, check_key_proof
from lgsp_message.keys import KeyUnusable, VerifyingKey, load_jwk, public_jwk, verifying_key

from hub.control import changes as ask
from hub.control.draft import Draft
from hub.control.refusals import ChangeRefused, Refusal
from hub.decision.rulebook import KeyRecord, SystemRecord


def register_key(change: ask.RegisterKey, draft: Draft, place: str) -> None:
    """Add a key to a system.

    Repeating a registration, even with a proof that has grown old since, changes nothing.

    Raises:
        ChangeRefused: `KEY_UNUSABLE`, `KEY_TAKEN`, `KEY_REVOKED`, `BAD_PROOF`, `UNKNOWN_ENTITY`.
    """
    key, jwk = _load(change, place)
    id = f"{change.system}/{key.thumbprint}"
    record = KeyRecord(
        jwk=jwk, alg=change.alg, valid_from=change.valid_from, valid_to=change.valid_to
    )
    known = draft.find(KeyRecord, id)
    if known == record:
        return
    _refuse_taken(change, key.thumbprint, known, draft, place)
    if draft.find(SystemRecord, change.system) is None:
        raise ChangeRefused(Refusal.UNKNOWN_ENTITY, f"no system {change.system}", place)
    _check_proof(change, key, draft, place)
    draft.key_owners[key.thumbprint] = change.system
    draft.put(id, record, change.change, proof=change.proof)


def revoke_key(change: ask.RevokeKey, draft: Draft, place: str) -> None:
    """Revoke a key.

    Raises:
        ChangeRefused: `UNKNOWN_ENTITY`.
    """
    id = f"{change.system}/{change.thumbprint}"
    known = draft.find(KeyRecord, id)
    if known is None:
        raise ChangeRefused(Refusal.UNKNOWN_ENTITY, f"{change.system} has no such key", place)
    draft.put(id, msgspec.structs.replace(known, revoked=True), change.change)


def _load(change: ask.RegisterKey, place: str) -> tuple[VerifyingKey, dict[str, str]]:
    try:
        public = load_jwk(change.jwk)
        # Only the identifying members are kept: whatever else stood there was not asked for.
        return verifying_key(public, change.alg), public_jwk(public)
    except KeyUnusable as error:
        raise ChangeRefused(Refusal.KEY_UNUSABLE, str(error), place) from error


def _refuse_taken(
    change: ask.RegisterKey, thumbprint: str, known: KeyRecord | None, draft: Draft, place: str
) -> None:
    owner = draft.key_owners.get(thumbprint, change.system)
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
