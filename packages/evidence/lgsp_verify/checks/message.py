"""The message: its bytes, its sender's signature, the file that somebody holds against it."""

import hashlib
from collections.abc import Iterator, Mapping

import msgspec
from lgsp_message.jws import content_hash, decode, verify
from lgsp_message.keys import KeyUnusable, VerifyingKey, load_jwk, verifying_key
from lgsp_message.reason import Refused
from lgsp_message.values import Received

from lgsp_verify.bundle.index import MessageFiles
from lgsp_verify.checks.case import AuditEvent, Case
from lgsp_verify.findings import Check, Finding, Result


class KeyValue(msgspec.Struct, frozen=True):
    """The value of `key/<system>/<thumbprint>` in the rules, as far as a signature needs it."""

    jwk: dict[str, str]
    alg: str


def read_key(value: bytes) -> VerifyingKey:
    """Return the key of a rules value.

    Raises:
        KeyUnusable: it holds none.
    """
    try:
        told = msgspec.json.decode(value, type=KeyValue)
    except (ValueError, RecursionError) as error:
        raise KeyUnusable("not the value of a key") from error
    return verifying_key(load_jwk(told.jwk), told.alg)


def received_of(
    message: MessageFiles, files: Mapping[str, bytes], body: bytes | None
) -> Received | None:
    """Return a message as it was handed in; None: something of it is not there."""
    signature = files.get(message.signature or "")
    told = files.get(message.attributes or "")
    if signature is None or told is None or body is None:
        return None
    try:
        attributes = msgspec.json.decode(told, type=dict[str, str])
    except (ValueError, RecursionError):
        attributes = {}  # No message has none: decoding it is refused.
    return Received(attributes=attributes, body=body, signature=signature.decode(errors="replace"))


def check_message(case: Case) -> Iterator[Result]:
    """Say whether the bytes are those that the hub decided on."""
    decision, message, body = case.decision, case.index.message, case.body()
    if decision is None:
        return
    if message is None or body is None:
        yield _message(Finding.MESSAGE_NOT_KEPT, decision.event.body_sha256 or "")
    elif decision.event.body_sha256 is None:
        yield _message(Finding.MESSAGE_UNBOUND, decision.place)
    elif hashlib.sha256(body).hexdigest() != decision.event.body_sha256:
        yield _message(Finding.MESSAGE_DIFFERS, message.body or "--document")
    else:
        place = _foreign_attributes(case, decision.event, body)
        finding = Finding.MESSAGE_DIFFERS if place else Finding.MESSAGE_FITS
        yield _message(finding, place or decision.event.body_sha256)


def _message(finding: Finding, place: str) -> Result:
    return Result(check=Check.MESSAGE, finding=finding, place=place)


def _foreign_attributes(case: Case, event: AuditEvent, body: bytes) -> str:
    """Return the file whose attributes are not those that were decided on; empty: they are."""
    message, told = case.index.message, event.text("content_sha256")
    if message is None or message.attributes is None or told is None:
        return ""
    received = received_of(message, case.files, body)
    if received is None:
        return ""
    found = content_hash(hashlib.sha256(body).digest(), received.attributes)
    return "" if found.hex() == told else message.attributes


def check_signature(case: Case) -> Iterator[Result]:
    """Say whether the sender signed these bytes, or was rightly refused."""
    decision, message = case.decision, case.index.message
    if decision is None:
        return
    if message is None or message.signature is None:
        yield _signature(Finding.SIGNATURE_NOT_KEPT, "")
        return
    if case.body() is None:
        yield _signature(Finding.SIGNATURE_WITHOUT_BODY, message.signature)
        return
    received = received_of(message, case.files, case.body())
    if received is None:
        yield _signature(Finding.SIGNATURE_BROKEN, message.signature)
        return
    yield _signature(_judged(case, received, message, decision.event), message.signature)


def _judged(case: Case, received: Received, message: MessageFiles, event: AuditEvent) -> Finding:
    """Take the steps that the hub took: a refusal is confirmed by the same answer."""
    try:
        envelope = decode(received, case.index.hub)
        value = case.files.get(message.key or "")
        if value is None:
            return Finding.SIGNATURE_WITHOUT_KEY
        proven = verify(envelope, read_key(value))
    except Refused as refusal:
        confirmed = event.event == "refused" and event.reason == refusal.reason.value
        return Finding.SIGNATURE_RIGHTLY_REFUSED if confirmed else Finding.SIGNATURE_BROKEN
    except KeyUnusable:
        return Finding.SIGNATURE_BROKEN
    own = (proven.attributes.source, proven.attributes.id)
    return Finding.SIGNATURE_FITS if own == (event.source, event.id) else Finding.SIGNATURE_BROKEN


def _signature(finding: Finding, place: str) -> Result:
    return Result(check=Check.SENDER_SIGNATURE, finding=finding, place=place)


def check_document(case: Case) -> Iterator[Result]:
    """Say whether the file that was given is the body, or one of the objects, of the message."""
    document, decision = case.given.document, case.decision
    if document is None:
        return
    found = hashlib.sha256(document).hexdigest()
    event = None if decision is None else decision.event
    objects = (event.text("objects") or "").split() if event else []
    fits = event is not None and (found == event.body_sha256 or f"sha256:{found}" in objects)
    finding = Finding.DOCUMENT_FITS if fits else Finding.DOCUMENT_DIFFERS
    yield Result(check=Check.DOCUMENT, finding=finding, place=f"sha256:{found}")
