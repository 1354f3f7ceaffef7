"""Everything a decision depends on besides the message: one frozen snapshot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lgsp_message.keys import VerifyingKey
from lgsp_message.reason import Reason

from hub.decision.connectors import Connector
from hub.decision.documents import Policy
from hub.decision.events import RulesRef
from hub.decision.exchange_record import ExchangeRecord
from hub.decision.quotas import QuotaRecord
from hub.decision.subscriptions import Subscription
from hub.directory.organisations import Directory
from hub.schemas.conversion import Conversion
from hub.schemas.validate import CompiledSchema
from hub.signing.macs import MacKeys

EVERYONE = "urn:hub:all"
"""In an access right: any recipient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredKey:
    """A key of a system."""

    key: VerifyingKey
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    barred: Reason | None = None
    """Why it is refused whatever the time says; None: it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One information system of an organisation."""

    name: str
    organisation: str
    active: bool
    keys: Mapping[str, RegisteredKey]
    """By thumbprint. A key counts only under its own system."""
    representatives: frozenset[str] = frozenset()
    """Other systems that may hand in this system's signed messages."""
    represents: frozenset[str] = frozenset()
    """Ids of organisations that this system may speak for (`onbehalf`)."""
    kafka_in: bool = False
    """Whether its topic `hub.in.<name>` is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One whole version of the rules."""

    ref: RulesRef
    hub: str
    """The hub's id: the audience that messages are signed for."""
    macs: MacKeys
    directory: Directory
    systems: Mapping[str, System]
    endpoints: Mapping[tuple[str, str], str]
    """(organisation id, type) to the system that takes it."""
    rights: Mapping[tuple[str, str], frozenset[str]]
    """(system, type) to the recipient URNs it may send to. What is not listed is refused."""
    schemas: Mapping[str, CompiledSchema]
    """By `dataschema` URN."""
    connectors: Mapping[str, Connector] = field(default_factory=dict)
    """By name. No decision about a message depends on them."""
    conversions: Mapping[tuple[str, str], Conversion] = field(default_factory=dict)
    """(schema URN, schema URN) to how a body of the first is read as one of the second. No
    decision about a message depends on them."""
    documents: Mapping[str, Policy] = field(default_factory=dict)
    """Event type to what is demanded of its documents; a type that is not listed: nothing."""
    subscriptions: Mapping[str, tuple[Subscription, ...]] = field(default_factory=dict)
    """Event type to its active subscriptions."""
    exchanges: Mapping[str, ExchangeRecord] = field(default_factory=dict)
    """Type of a request to how it is answered."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """Type of an answer to the type of its request."""
    quotas: Mapping[str, QuotaRecord] = field(default_factory=dict)
    """By system. No decision about a message depends on them: they hold back before admission."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """Event type to the id of the agency that says who may get it."""

    def may_hand_in(self, peer: str, source: str) -> bool:
        """Say whether the system `peer` may hand in messages that `source` signed."""
        if peer == source:
            return True
        system, representative = self.systems.get(source), self.systems.get(peer)
        return (
            system is not None
            and peer in system.representatives
            and representative is not None
            and representative.active
        )
