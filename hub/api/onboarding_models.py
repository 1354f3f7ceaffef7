"""What `/v1/admin/onboardings` is asked and answers."""

from datetime import datetime
from typing import Annotated, Any, Final

from lgsp_message.attributes import SYSTEM_PREFIX
from pydantic import ConfigDict, Field

from hub.api.conformance_words import wanted
from hub.api.explained import explained
from hub.api.ops_audit_models import RequestAnswer
from hub.api.ops_models import Answer, Asked
from hub.control.fields import Addresses, MessageType, Name, OrganisationId, Reason, SystemName
from hub.control.key_changes import RegisterKey
from hub.control.onboarding import Application, Check, Stage, Standing
from hub.decision.sandbox import twin_of
from hub.io.sql.conformance import RefusedMessage
from hub.schemas.catalogue import example
from hub.schemas.event_types import schema_of

Types = Annotated[tuple[MessageType, ...], Field(max_length=100)]

TEST_SUBJECT: Final = "THU-NGHIEM-1"
"""The business key of test messages: nobody's."""

_SAMPLE: Final[dict[str, Any]] = {
    "system": "mot-cua-mau",
    "organisation": "so-mau",
    "name": "Một cửa Sở Mẫu",
    "sends": ["vn.gov.dossier.received.v1"],
    "recipients": ["urn:hub:org:H99.01"],
    "takes": ["vn.gov.dossier.result.v1"],
    "reason": "Kết nối hệ thống một cửa (mẫu)",
}


class OnboardingRequest(Asked):
    """A system that shall be connected."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SAMPLE]})

    system: Annotated[SystemName, Field(max_length=55)]
    organisation: OrganisationId
    name: Name
    sends: Types = ()
    recipients: Addresses = ("urn:hub:all",)
    """To whom it will send: rights are given for these, once approved."""
    takes: Types = ()
    reason: Reason


class KeyRequest(Asked):
    """A key, for the twin or the system, with its proof of possession."""

    key: RegisterKey
    reason: Reason


class TestRequest(Asked):
    """A test message of the twin, to itself."""

    type: MessageType
    body: dict[str, Any] | None = None
    """None: a full example of the type, where the hub ships one."""


class ConformanceAnswer(Answer):
    """One line of the checklist."""

    name: str
    done: bool
    seen: int
    vi: str
    """What it wants, for people."""
    en: str


class RefusedAnswer(Answer):
    """A message of the twin that stays refused, and what to do about it."""

    id: str
    type: str | None
    at: datetime
    reason: str
    place: str | None
    help: dict[str, Any] | None
    """Meaning, who must act and the next step, by language."""


class OnboardingAnswer(Answer):
    """An application, where it stands, and what is still to be shown."""

    system: str
    organisation: str
    name: str
    sends: list[str]
    recipients: list[str]
    takes: list[str]
    asked_by: str
    asked_at: datetime
    proposal: str | None
    """What a second person approves, under `/ops/requests`."""
    request: RequestAnswer | None
    """The same, with what was decided; null: production was not asked for yet."""
    hub: str
    """The hub's id: what its keys and messages are signed for."""
    sandbox: str
    """The name of its twin in the sandbox."""
    stage: Stage
    checks: list[ConformanceAnswer]
    refused: list[RefusedAnswer]
    """The newest first."""


class TestMessageAnswer(Answer):
    """A message that the twin may send as it stands."""

    source: str
    type: str
    recipient: str
    subject: str
    body: dict[str, Any] | None
    """null: the hub ships no example of this type."""


class ApplicationAnswer(Answer):
    """An application in a list: where it stands, in short."""

    system: str
    organisation: str
    name: str
    asked_by: str
    asked_at: datetime
    stage: Stage
    shown: int
    """Lines of the checklist that are done."""
    wanted: int


class ApplicationPage(Answer):
    """Applications by name; ask with `after=<next>` for more."""

    items: list[ApplicationAnswer]
    next: str | None


def whole(found: Standing, request: RequestAnswer | None, hub: str) -> OnboardingAnswer:
    """Return a standing as an answer. `request`: what was asked for, as this person sees it."""
    fields = {name: getattr(found.application, name) for name in Application.__slots__}
    return OnboardingAnswer.model_validate(
        fields
        | {
            "hub": hub,
            "sandbox": twin_of(found.application.system),
            "stage": found.stage,
            "request": request,
            "checks": [_line(check) for check in found.checks],
            "refused": [_refused(one) for one in found.refused],
        }
    )


def sample(system: str, type_: str) -> TestMessageAnswer:
    """Return a test message of a type: from the system's twin, to itself."""
    twin, schema = twin_of(system), schema_of(type_)
    return TestMessageAnswer(
        source=twin,
        type=type_,
        recipient=SYSTEM_PREFIX + twin,
        subject=TEST_SUBJECT,
        body=None if schema is None else example(schema[0]),
    )


def listed(found: Standing) -> ApplicationAnswer:
    """Return a standing in short."""
    names = ("system", "organisation", "name", "asked_by", "asked_at")
    return ApplicationAnswer(
        **{name: getattr(found.application, name) for name in names},
        stage=found.stage,
        shown=sum(check.done for check in found.checks),
        wanted=len(found.checks),
    )


def _line(check: Check) -> ConformanceAnswer:
    vi, en = wanted(check.name)
    return ConformanceAnswer(name=check.name, done=check.done, seen=check.seen, vi=vi, en=en)


def _refused(one: RefusedMessage) -> RefusedAnswer:
    told = explained(one.reason).get("help")
    return RefusedAnswer(
        id=one.id, type=one.type, at=one.at, reason=one.reason, place=one.place, help=told
    )
