"""What the trace of a message answers."""

from datetime import datetime
from typing import Any, Final

from pydantic import ConfigDict

from hub.api.ops_models import Answer
from hub.decision.documents import Policy
from hub.decision.rows import Outcome
from hub.decision.states import Owner, State
from hub.signing.verdicts import Grade

_PARTY: Final[dict[str, Any]] = {
    "system": "mot-cua-mau",
    "organisation": "so-mau",
    "name": "Sở Mẫu",
    "level": "province",
}


class Party(Answer):
    """A system, and whose it is; null where the rules know it no more."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PARTY]})

    system: str
    organisation: str | None
    name: str | None
    level: str | None


class Attributes(Answer):
    """The signed attributes that the projection keeps."""

    type: str | None
    subject: str | None
    time: datetime | None
    dataschema: str | None
    priority: str | None
    onbehalf: str | None
    correlationid: str | None
    expirytime: datetime | None


class ReasonShown(Answer):
    """A stable code, and what it means where the hub gave it."""

    code: str
    help: dict[str, Any] | None


class Offset(Answer):
    """A place in a Kafka topic."""

    partition: int
    offset: int


class RulesShown(Answer):
    """The rules a decision was made under."""

    version: int
    hash: str | None


class Recipient(Answer):
    """Where the message stands for one recipient."""

    system: str
    organisation: str | None
    name: str | None
    level: str | None
    state: State
    owner: Owner
    """Whose step is next, or whose word closed it."""
    since: datetime
    attempts: int
    connector: str | None
    reason: ReasonShown | None
    withdrawn_at: datetime | None
    dead_letter: str | None
    """The id of the open dead letter."""
    next_at: datetime | None
    """When it is tried again by itself; null: it is not, or nobody told."""
    most: int | None
    """Attempts in all before it becomes a dead letter; null: no end, or nobody told."""
    total_ms: int | None
    """From the hub's taking it to the last step."""


class StepShown(Answer):
    """One thing that happened."""

    event: str
    at: datetime
    after_ms: int | None
    """Since the step before it on the same way."""
    recipient: str | None
    reason: str | None
    place: str | None
    late: bool
    audit: Offset
    detail: dict[str, Any]


class Link(Answer):
    """Another message that belongs to this one."""

    kind: str
    source: str
    id: str
    type: str | None
    decided_at: datetime


class BodyShown(Answer):
    """Whether the bytes can be fetched."""

    kept: bool


class SignatureFound(Answer):
    """What was found out about one signature in a document."""

    grade: Grade
    reasons: list[ReasonShown]
    algorithm: str | None
    proven_at: datetime | None
    """What a trusted time stamp says."""


class DocumentFound(Answer):
    """What was found out about one document."""

    hash: str
    grade: Grade | None
    """null: it is not judged yet."""
    reasons: list[ReasonShown]
    """Of the document itself."""
    signatures: list[SignatureFound]
    trust: str | None
    """Version of the trust roots that were used."""


class DocumentsShown(Answer):
    """The documents that must be judged, and the newest verdict."""

    policy: Policy
    judged_at: datetime | None
    documents: list[DocumentFound]


class CertificateThen(Answer):
    """The certificate that the key counted on, as the last check before the decision had it."""

    id: str
    subject: str
    issuer: str
    authority: str
    since: datetime
    until: datetime
    status: str | None
    """null: no check stands before the decision."""
    checked_at: datetime | None


class DoubtShown(Answer):
    """A report by which somebody else may have signed this message."""

    id: str
    since: datetime
    confirmed: bool


class SignerShown(Answer):
    """The key that signed an admitted message."""

    kid: str
    algorithm: str | None
    """null: the rules know the key no more."""
    barred: ReasonShown | None
    """Why it is refused by now; what it signed before stays as it was judged."""
    certificate: CertificateThen | None
    """null: it was registered without one."""
    doubts: list[DoubtShown]


class TraceAnswer(Answer):
    """Everything about one message but its body."""

    source: str
    id: str
    outcome: Outcome
    withdrawn_at: datetime | None
    decided_at: datetime
    sender: Party
    attributes: Attributes
    peer: str | None
    trace_id: str | None
    """Of the W3C trace that it came with; nobody has signed it."""
    retried_at: datetime | None
    received_at: datetime | None
    size: int | None
    body_sha256: str | None
    ingress: Offset | None
    rules: RulesShown | None
    reason: ReasonShown | None
    place: str | None
    recipients: list[Recipient]
    steps: list[StepShown]
    steps_left_out: int
    links: list[Link]
    body: BodyShown
    signer: SignerShown | None
    """null: it was not admitted, or before the hub noted which key signs."""
    documents: DocumentsShown | None
    """null: the policy of its type asks for no verdict."""


class SignatureShown(Answer):
    """The protected header of the sender's signature, as it claims; null where unreadable."""

    alg: str | None
    kid: str | None
    typ: str | None
    hub: str | None


class WrittenAt(Offset):
    """A place in a topic, and when the broker took it."""

    written_at: datetime


class HeadersAnswer(Answer):
    """The record as it was received, without its body."""

    headers: list[tuple[str, str]]
    signature: SignatureShown | None
    ingress: WrittenAt
