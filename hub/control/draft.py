"""The next version of the rules while it is being made: what is stored, and changes laid over it.

Pure: it is given what the tables hold and gives back what they shall hold.
"""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec
from lgsp_message.attributes import GROUP_PREFIX, ORG_PREFIX, SYSTEM_PREFIX

from hub.control.adapters import Adapters
from hub.control.certified import Certified, CertifiedBy
from hub.decision.connector_record import ConnectorRecord
from hub.decision.directory_records import (
    CodeRecord,
    CompetenceRecord,
    GroupRecord,
    OrganisationRecord,
)
from hub.decision.quotas import QuotaRecord
from hub.decision.rulebook import (
    KINDS,
    ConversionRecord,
    EndpointRecord,
    RightRecord,
    SchemaRecord,
    SystemRecord,
    TypeOwnerRecord,
)
from hub.decision.subscriptions import ShareState, SubscriptionRecord
from hub.directory.organisations import Code, legal_day

ACTIVE: Final = "active"
SUSPENDED: Final = "suspended"
RETIRED: Final = "retired"
"""States of a system. A retired one keeps its record, inactive, for ever."""

Record = msgspec.Struct
_R = TypeVar("_R", bound=msgspec.Struct)

KIND_OF: Final[Mapping[type[Record], str]] = {record: kind for kind, record in KINDS.items()}
"""Record type to the kind in its key."""


def entity(record: type[Record], id: str) -> str:
    """Return the key of an entity: `<kind>/<id>`."""
    return f"{KIND_OF[record]}/{id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What becomes of one entity, and which change did it."""

    record: Record | None
    """None: removed."""
    action: str
    proof: str | None = None
    """For a newly registered key: the proof of possession."""
    certified: Certified | None = None
    """For a key that was registered with a certificate."""
    noted: Mapping[str, Any] | None = None
    """What the trail keeps besides: how a code was spelt before it was repaired."""
    names: frozenset[str] = frozenset()
    """Keys of the entities that it names; worked out once, and asked for by each check."""


class Draft:
    """Entities as they will be. `stored` holds those that the changes look at, by key."""

    def __init__(
        self,
        stored: Mapping[str, Any],
        *,
        hub: str,
        now: datetime,
        adapters: Adapters,
        certified: CertifiedBy | None = None,
        version: int = 0,
        past: Mapping[int, Mapping[str, bytes | None]] | None = None,
    ) -> None:
        self.version = version
        """The newest version of the rules so far."""
        self.past = past or {}
        """What `hub.control.restore` may want back."""
        self._stored = dict(stored)
        self._edits: dict[str, Edit] = {}
        self.hub, self.now, self.adapters = hub, now, adapters
        self.certified: CertifiedBy = certified or {}
        self.key_owners = {
            id.partition("/")[2]: id.partition("/")[0]
            for kind, _, id in (key.partition("/") for key in stored)
            if kind == "key"
        }
        """Thumbprint to the system that has it."""

    def find(self, record: type[_R], id: str) -> _R | None:
        """Return an entity as it will be, or None."""
        key = entity(record, id)
        edit = self._edits.get(key)
        found: Any = self._stored.get(key) if edit is None else edit.record
        return found if isinstance(found, record) else None

    def kin(self, seen: AbstractSet[str]) -> set[str]:
        """Return the keys of parents and successors that are named and were not read yet."""
        mine = f"{KIND_OF[OrganisationRecord]}/"
        return {
            target
            for key in (*self._edits, *self._stored)
            if key.startswith(mine)
            and (record := self.find(OrganisationRecord, key.removeprefix(mine))) is not None
            for target in self._names(key, record)
            if target not in seen and target not in self._stored and target not in self._edits
        }

    def _names(self, key: str, record: Record) -> frozenset[str]:
        edit = self._edits.get(key)
        return references(key, record) if edit is None else edit.names

    def organisations(self) -> Iterator[tuple[str, OrganisationRecord]]:
        """Yield every known organisation as it will be, with its id."""
        mine = f"{KIND_OF[OrganisationRecord]}/"
        for key in {**self._stored, **self._edits}:
            id = key.removeprefix(mine)
            if key != id and (record := self.find(OrganisationRecord, id)) is not None:
                yield id, record

    def exists(self, key: str) -> bool:
        """Say whether the entity with this key will be there."""
        edit = self._edits.get(key)
        return key in self._stored if edit is None else edit.record is not None

    def put(
        self,
        id: str,
        record: Record,
        action: str,
        proof: str | None = None,
        certified: Certified | None = None,
        noted: Mapping[str, Any] | None = None,
    ) -> None:
        """Let an entity be `record`."""
        key = entity(type(record), id)
        self._edits[key] = Edit(
            record=record,
            action=action,
            proof=proof,
            certified=certified,
            noted=noted,
            names=references(key, record),
        )

    def remove(self, record: type[Record], id: str, action: str) -> None:
        """Let an entity be gone."""
        self._edits[entity(record, id)] = Edit(record=None, action=action)

    def learn(self, stored: Mapping[str, Any]) -> None:
        """Take more of what the tables hold."""
        self._stored.update(stored)

    def edits(self) -> dict[str, Edit]:
        """Return, by key, the entities that will differ from what is stored."""
        return {
            key: edit for key, edit in self._edits.items() if edit.record != self._stored.get(key)
        }

    def codes_of(self, organisation: str) -> frozenset[str]:
        """Return the codes that an organisation will have and that count today."""
        day, found = legal_day(self.now), set()
        for key in {**self._stored, **self._edits}:
            kind, _, id = key.partition("/")
            record = self.find(CodeRecord, id) if kind == KIND_OF[CodeRecord] else None
            if record is not None and record.organisation == organisation:
                code = Code(
                    organisation=organisation,
                    valid_from=record.valid_from,
                    valid_to=record.valid_to,
                )
                found |= {id} if code.valid_on(day) else set()
        return frozenset(found)

    def competences(self) -> Iterator[tuple[str, CompetenceRecord]]:
        """Yield every known competence as it will be, with its id."""
        for key in {**self._stored, **self._edits}:
            if key.startswith("competence/"):
                id = key.removeprefix("competence/")
                record = self.find(CompetenceRecord, id)
                if record is not None:
                    yield id, record

    def endpoints(self) -> Iterator[tuple[str, EndpointRecord]]:
        """Yield every known endpoint as it will be, with its id."""
        for key in {**self._stored, **self._edits}:
            if key.startswith("endpoint/"):
                id = key.removeprefix("endpoint/")
                record = self.find(EndpointRecord, id)
                if record is not None:
                    yield id, record


def references(key: str, record: Record) -> frozenset[str]:
    """Return the keys of the entities that this one names: they must be there."""
    over = isinstance(record, RightRecord | SubscriptionRecord) and record.state is ShareState.ENDED
    # What is over keeps nothing from being removed.
    return frozenset() if over else _named(key, record)


def _named(key: str, record: Record) -> frozenset[str]:
    organisations: Iterable[str | None] = ()
    systems: Iterable[str] = ()
    match record:
        case OrganisationRecord():
            organisations = [record.parent, *record.successors]
        case CodeRecord():
            organisations = [record.organisation, *(one.organisation for one in record.earlier)]
        case GroupRecord():
            organisations = [*record.members, record.under]
        case CompetenceRecord():
            organisations = [key.rpartition("/")[2]]
        case SystemRecord():
            organisations = [record.organisation, *record.represents]
            systems = record.representatives
        case EndpointRecord():
            _, organisation, system = key.split("/")
            organisations, systems = [organisation], [system]
        case RightRecord() | ConnectorRecord():
            systems = [record.system]
        case TypeOwnerRecord():
            organisations = [record.organisation]
        case SubscriptionRecord():
            return _of_subscription(record)
    # A key is part of its system, which is never removed; schemas and policies name nothing.
    versions = key.split("/")[1:] if isinstance(record, ConversionRecord) else ()
    systems = key.split("/")[1:] if isinstance(record, QuotaRecord) else systems
    return frozenset(
        [
            *(entity(SchemaRecord, name) for name in versions),
            *(entity(OrganisationRecord, id) for id in organisations if id is not None),
            *(entity(SystemRecord, id) for id in systems),
        ]
    )


def _of_subscription(record: SubscriptionRecord) -> frozenset[str]:
    kinds = ((SYSTEM_PREFIX, SystemRecord), (ORG_PREFIX, CodeRecord), (GROUP_PREFIX, GroupRecord))
    sources = (
        entity(named, urn.removeprefix(prefix))
        for urn in record.sources
        for prefix, named in kinds
        if urn.startswith(prefix)
    )
    areas = (entity(OrganisationRecord, id) for id in record.areas)
    return frozenset([entity(SystemRecord, record.system), *sources, *areas])
