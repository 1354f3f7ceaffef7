"""What an operator may ask for: one typed value for each kind of change.

Every change says what shall be, so that repeating it changes nothing.
"""

from typing import Annotated, Any, Final, Literal, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
)

from hub.control.connector_changes import (
    ChangeModel,
    DeleteConnector,
    PauseConnector,
    PutConnector,
    RestartConnector,
    ResumeConnector,
    StopConnector,
)
from hub.control.conversion_changes import DeleteConversion, PutConversion
from hub.control.directory_changes import (
    DeleteCode,
    DeleteCompetence,
    DeleteGroup,
    DeleteOrganisation,
    PutCode,
    PutCompetence,
    PutGroup,
    PutOrganisation,
)
from hub.control.fields import (
    EventTypes,
    MessageType,
    Name,
    OrganisationId,
    OrganisationIds,
    Reason,
    SchemaName,
    SystemName,
    SystemNames,
)
from hub.control.key_changes import EndKey, RegisterKey, RevokeKey
from hub.control.quota_changes import DeleteQuota, PutQuota
from hub.control.restore import RestoreRules
from hub.control.right_changes import DeleteRight, EndRight, PauseRight, PutRight, ResumeRight
from hub.control.subscription_changes import (
    DeleteExchange,
    DeleteTypeOwner,
    EndSubscription,
    PauseSubscription,
    PutExchange,
    PutSubscription,
    PutTypeOwner,
    ResumeSubscription,
)
from hub.decision.documents import Policy

MAX_CHANGES: Final = 25_000
"""Most changes in one version: 3,300 systems with organisation, code, key, endpoint and right."""


class PutSystem(ChangeModel):
    """An information system is as given. A new one gets its inbox and is active."""

    change: Literal["put_system"]
    system: SystemName
    organisation: OrganisationId
    name: Name
    representatives: SystemNames = ()
    """Systems that may hand in its signed messages."""
    represents: OrganisationIds = ()
    """Agencies it may speak for."""
    kafka_in: StrictBool = False
    """Whether it hands in on Kafka: its topic `hub.in.<system>` is made and read."""


class SuspendSystem(ChangeModel):
    """Refuse everything from and to a system, until it is resumed."""

    change: Literal["suspend_system"]
    system: SystemName


class ResumeSystem(ChangeModel):
    """End a suspension."""

    change: Literal["resume_system"]
    system: SystemName


class DeleteSystem(ChangeModel):
    """Retire a system for ever. Its name and keys are never given out again."""

    change: Literal["delete_system"]
    system: SystemName


class PutEndpoint(ChangeModel):
    """For this agency, this system takes exactly these types."""

    change: Literal["put_endpoint"]
    organisation: OrganisationId
    system: SystemName
    types: EventTypes


class DeleteEndpoint(ChangeModel):
    """This system takes nothing for this agency."""

    change: Literal["delete_endpoint"]
    organisation: OrganisationId
    system: SystemName


class PublishSchema(ChangeModel):
    """Publish a JSON Schema 2020-12. What is published never changes and is never removed."""

    change: Literal["publish_schema"]
    schema_name: SchemaName
    """`<name>:<major>.<minor>`; `$id` is `urn:hub:schema:` and this."""
    document: dict[str, Any]


class DeprecateSchema(ChangeModel):
    """Advise against a published schema; messages that name it are still taken."""

    change: Literal["deprecate_schema"]
    schema_name: SchemaName


class RetireSchema(ChangeModel):
    """Refuse messages that name this deprecated schema, for ever; it stays readable."""

    change: Literal["retire_schema"]
    schema_name: SchemaName


class PutDocumentPolicy(ChangeModel):
    """Demand this of the documents in all messages of a type, from now on."""

    change: Literal["put_document_policy"]
    type: MessageType
    policy: Policy


Change = Annotated[
    PutOrganisation
    | DeleteOrganisation
    | PutCode
    | DeleteCode
    | PutGroup
    | DeleteGroup
    | PutCompetence
    | DeleteCompetence
    | PutSystem
    | SuspendSystem
    | ResumeSystem
    | DeleteSystem
    | RegisterKey
    | EndKey
    | RevokeKey
    | PutEndpoint
    | DeleteEndpoint
    | PutRight
    | PauseRight
    | ResumeRight
    | EndRight
    | DeleteRight
    | PublishSchema
    | DeprecateSchema
    | RetireSchema
    | PutConversion
    | DeleteConversion
    | PutDocumentPolicy
    | PutSubscription
    | PauseSubscription
    | ResumeSubscription
    | EndSubscription
    | PutTypeOwner
    | DeleteTypeOwner
    | PutExchange
    | DeleteExchange
    | PutQuota
    | DeleteQuota
    | RestoreRules
    | PutConnector
    | DeleteConnector
    | PauseConnector
    | ResumeConnector
    | StopConnector
    | RestartConnector,
    Field(discriminator="change"),
]

KINDS_OF_CHANGES: Final = frozenset(
    kind
    for change in get_args(get_args(Change)[0])
    for kind in get_args(change.model_fields["change"].annotation)
)
"""The words in `change` that a change set may hold."""


class ChangeSet(BaseModel):
    """Changes that become one version of the rules: all of them or none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Reason
    changes: Annotated[tuple[Change, ...], Field(min_length=1, max_length=MAX_CHANGES)]
