"""The values of a packet, frozen. Attribute names are those of the hub's `document.*` schemas.

Days and times are texts in the packet's own form (`lgsp_edxml.times` reads them): a packet may
hold a day that does not exist, and a reader must not lose it. None is an absent element, an empty
text an empty one.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An agency: From or To. `code` is OrganId as written."""

    code: str
    in_charge: str | None = None
    name: str | None = None
    address: str | None = None
    email: str | None = None
    telephone: str | None = None
    fax: str | None = None
    website: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """Number and notation of a document, such as 15 and STN-VPĐT."""

    number: str
    notation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Promulgation:
    """Where and when a document was issued."""

    place: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentType:
    """Three values, carried unchanged and never a reason to refuse: practice differs."""

    type: str | None = None
    type_detail: str | None = None
    type_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signed."""

    full_name: str
    competence: str | None = None
    position: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """The officer behind a business or a status."""

    department: str | None = None
    staff: str | None = None
    email: str | None = None
    mobile: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """ResponseFor: the document that is answered, or that a status is about."""

    organ_code: str | None = None
    code: str | None = None
    promulgation_date: str | None = None
    document_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """TraceHeader: one system that the packet passed. The axis writes hops without a code."""

    code: str | None = None
    at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Business type 0: a new document. `document_id` may be present and means nothing."""

    type: ClassVar[int] = 0
    document_id: str | None = None
    reason: str | None = None
    paper: int | None = None
    staff: Staff | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Business type 1: the document that the header's DocumentId names is taken back."""

    type: ClassVar[int] = 1
    reason: str
    paper: int | None = None
    staff: Staff | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """One receiver of an updated document: type 0 removed, 1 added."""

    code: str
    type: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Business type 2: `document_id` is updated; it may differ from the header's."""

    type: ClassVar[int] = 2
    reason: str
    content_changed: bool
    receivers_changed: bool
    receivers: tuple[Receiver, ...] = ()
    document_id: str | None = None
    paper: int | None = None
    staff: Staff | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """One replaced document, for the receivers listed; for all of them when none is."""

    document_id: str
    organ_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replace:
    """Business type 3: the document takes the place of the listed ones."""

    type: ClassVar[int] = 3
    reason: str
    replacements: tuple[Replacement, ...]
    paper: int | None = None
    staff: Staff | None = None


Business = Issue | Withdraw | Update | Replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file. `data` is the file itself, unwrapped; `name` is free text, never a path to write to.

    ContentType is not here: the writer derives it, and what a packet declared is in its `Arrival`.
    """

    content_id: str
    name: str
    data: bytes
    description: str | None = None
    field_name: str | None = None
    mime_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document packet of any business type."""

    from_: Organisation
    to: tuple[Organisation, ...]
    document_id: str
    code: Code
    promulgation: Promulgation
    document_type: DocumentType
    subject: str
    signer: Signer
    business: Business
    content: str | None = None
    due_date: str | None = None
    priority: int | None = None
    sphere_of_promulgation: str | None = None
    typer_notation: str | None = None
    promulgation_amount: int | None = None
    page_amount: int | None = None
    direction: bool | None = None
    reply_fors: tuple[str, ...] = ()
    reference_codes: tuple[str, ...] = ()
    appendixes: tuple[str, ...] = ()
    response_for: tuple[Response, ...] = ()
    steering_type: int | None = None
    response_for_task: tuple[str, ...] = ()
    application_type: str | None = None
    to_places: tuple[str, ...] = ()
    trace: tuple[Hop, ...] = ()
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A status packet. Its addressee is `response_for.organ_code`."""

    from_: Organisation
    response_for: Response
    status_code: str
    at: str
    staff: Staff | None = None
    description: str | None = None


Packet = Document | Status
