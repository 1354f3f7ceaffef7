"""Rules, keys, certificates, schema: did this key speak for the sender when the hub decided."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lgsp_message.jws import decode
from lgsp_message.keys import KeyUnusable, public_jwk, thumbprint
from lgsp_message.reason import Refused

from lgsp_verify.bundle.index import CertificateFiles, MessageFiles
from lgsp_verify.checks.case import AuditEvent, Case, RulesRef
from lgsp_verify.checks.message import read_key, received_of
from lgsp_verify.findings import Check, Finding, Result
from lgsp_verify.paths import PathState, check_path
from lgsp_verify.rules import FIRST, digest_at, digest_of, hashes_of
from lgsp_verify.trust import Usage

_ABOUT_KEYS: Final = frozenset({"key_revoked", "key_not_valid", "key_compromised", "key_suspended"})
"""Refusals that a registered key itself explains."""
_SCHEMA_PREFIX: Final = "urn:hub:schema:"


class KeyState(msgspec.Struct, frozen=True):
    """What the rules say of a key besides the key itself."""

    valid_from: datetime | None = None
    valid_to: datetime | None = None
    revoked: bool = False
    suspended: str | None = None

    def usable(self, at: datetime) -> bool:
        """Say whether it could sign at `at`."""
        early = self.valid_from is not None and at < self.valid_from
        late = self.valid_to is not None and at >= self.valid_to
        return not (self.revoked or self.suspended or early or late)


def check_key(case: Case) -> Iterator[Result]:
    """Say whether the sender's key was registered in the rules that decided."""
    decision, message = case.decision, case.index.message
    if decision is None or message is None or message.signature is None:
        return
    finding, place = key_finding(case, message, decision.event)
    yield Result(check=Check.SENDER_KEY, finding=finding, place=place)


def key_finding(case: Case, message: MessageFiles, event: AuditEvent) -> tuple[Finding, str]:
    """Return what the rules that `event` names say of the key of `message`, and where."""
    value, place = case.files.get(message.key or ""), message.key or ""
    fault = rules_fault(case, event.rules)
    if fault is not None:
        return fault, case.index.rules or ""
    if value is None:
        return _never_there(case, message, event), case.index.rules or ""
    try:
        key, state = read_key(value), msgspec.json.decode(value, type=KeyState)
    except (ValueError, RecursionError):
        return Finding.KEY_NOT_REGISTERED, place
    entity = f"key/{message.source}/{key.thumbprint}"
    if not _stands(case, event.rules, entity, value):
        return Finding.KEY_NOT_REGISTERED, place
    if event.event == "refused" and event.reason in _ABOUT_KEYS:
        return Finding.KEY_RIGHTLY_REFUSED, place
    return (Finding.KEY_REGISTERED if state.usable(event.at) else Finding.KEY_NOT_REGISTERED), place


def _never_there(case: Case, message: MessageFiles, event: AuditEvent) -> Finding:
    """Say whether a refusal of a sender that is not registered is right.

    That something was never registered shows only where the versions begin with the first.
    """
    chain, rules = case.chain, event.rules
    if chain is None or rules is None or chain.previous != FIRST:
        return Finding.RULES_NOT_THERE
    if event.reason == "unknown_system":
        entity = f"system/{message.source}"
    elif event.reason == "unknown_key":
        entity = f"key/{message.source}/{_key_id(case, message)}"
    else:
        return Finding.RULES_NOT_THERE
    there = digest_at(chain, rules.version, entity) is not None
    return Finding.KEY_NOT_REGISTERED if there else Finding.KEY_RIGHTLY_REFUSED


def _key_id(case: Case, message: MessageFiles) -> str:
    received = received_of(message, case.files, case.body())
    try:
        return "" if received is None else decode(received, case.index.hub).key_id
    except Refused:
        return ""


def rules_fault(case: Case, rules: RulesRef | None) -> Finding | None:
    """Return why the change sets of the bundle say nothing about these rules; None: they do."""
    if case.index.rules is None or rules is None:
        return Finding.RULES_NOT_THERE
    if case.chain is None:
        return Finding.RULES_BROKEN
    return None if hashes_of(case.chain).get(rules.version) == rules.hash else Finding.RULES_BROKEN


def _stands(case: Case, rules: RulesRef | None, entity: str, value: bytes) -> bool:
    if case.chain is None or rules is None:
        return False
    return digest_at(case.chain, rules.version, entity) == digest_of(value)


def check_schema(case: Case) -> Iterator[Result]:
    """Say whether the schema of the bundle is the one that the rules held."""
    decision, name = case.decision, case.index.schema
    if decision is None or name is None:
        return
    urn = decision.event.text("dataschema") or ""
    entity = f"schema/{urn.removeprefix(_SCHEMA_PREFIX)}"
    fault = rules_fault(case, decision.event.rules)
    fits = _stands(case, decision.event.rules, entity, case.files.get(name, b""))
    finding = fault or (Finding.SCHEMA_FITS if fits else Finding.SCHEMA_DIFFERS)
    yield Result(check=Check.SCHEMA, finding=finding, place=name)


def check_certificates(case: Case) -> Iterator[Result]:
    """Say of each certificate whether it was good when the hub decided."""
    decision = case.decision
    if decision is None:
        return
    for one in case.index.certificates:
        finding = _certificate(case, one, decision.event.at)
        yield Result(check=Check.CERTIFICATES, finding=finding, place=one.chain)


_STATES: Final = {
    PathState.VALID: Finding.CERTIFICATE_VALID,
    PathState.REVOCATION_UNKNOWN: Finding.REVOCATION_UNKNOWN,
    PathState.REVOKED: Finding.CERTIFICATE_REVOKED,
    PathState.UNTRUSTED: Finding.CERTIFICATE_UNTRUSTED,
    PathState.INVALID: Finding.CERTIFICATE_BROKEN,
    PathState.UNREADABLE: Finding.CERTIFICATE_BROKEN,
}


def _certificate(case: Case, one: CertificateFiles, at: datetime) -> Finding:
    try:
        own, *above = x509.load_pem_x509_certificates(case.files.get(one.chain, b""))
        if _thumbprint(own) != one.thumbprint:
            return Finding.CERTIFICATE_BROKEN
    except (ValueError, UnsupportedAlgorithm):  # A key of another kind is a ValueError too.
        return Finding.CERTIFICATE_BROKEN
    state = check_path(
        own.public_bytes(Encoding.DER),
        [link.public_bytes(Encoding.DER) for link in above],
        case.given.trust.counting(Usage.SYSTEMS, at),
        at,
        crls=[case.files.get(name, b"") for name in one.crls],
        ocsps=[case.files.get(name, b"") for name in one.ocsps],
    )
    return _STATES[state]


def _thumbprint(certificate: x509.Certificate) -> str:
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey):
        raise KeyUnusable("the certificate's key is of another kind")
    return thumbprint(public_jwk(key))
