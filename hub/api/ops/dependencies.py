"""What the routes of operators need."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import HTTPConnection

from hub.api.ops.diagnosis import Diagnosis
from hub.api.ops.live_ring import Live
from hub.api.ops.once import Once
from hub.api.ops.overview_models import Overview
from hub.api.ops.rates import Tries
from hub.control.documents import HeldDocuments
from hub.control.rebalances import Rebalances
from hub.control.redirects import Redirects
from hub.control.resubmission import Resubmission
from hub.control.reviews import Reviews
from hub.decision.rules import Rules
from hub.directory.finding import Finder
from hub.evidence.make import EvidenceMaker
from hub.io.disk import Disk
from hub.io.kafka.cluster import Broker
from hub.io.kafka.groups import Group
from hub.io.kafka.ingress_record import Found
from hub.io.kafka.ingress_scan import Place
from hub.io.kafka.lag import GroupLag
from hub.io.kafka.orders import GivesOrders
from hub.io.kafka.topic_contents import TopicContents
from hub.io.kafka.topic_facts import TopicFacts
from hub.io.sql.connector_status import ConnectorStatuses
from hub.io.sql.projection_queries import ProjectionQueries
from hub.ports import Unavailable

PROJECTION_HEADER: Final = "hub-projection"

RulesNow = Callable[[], Rules]
"""The latest whole version."""
Clock = Callable[[], datetime]


class Records(Protocol):
    """The records of `hub.ingress`, one by one."""

    async def read(self, partition: int, offset: int) -> Found | None:
        """Return one record; None: it is no longer kept.

        Raises:
            Unavailable: the broker does not answer.
        """
        ...


class Bodies(Protocol):
    """The bodies on `hub.ingress`, many at once."""

    async def bodies(self, wanted: Iterable[Place], /) -> Mapping[Place, bytes]:
        """Return the bodies at these places, those that are still kept.

        Raises:
            Unavailable: the broker does not answer.
        """
        ...


class LagsOfReaders(Protocol):
    """How far the hub's readers are behind."""

    async def read(self) -> tuple[GroupLag, ...]:
        """Return each reader's lag.

        Raises:
            Unavailable: Kafka or SQL does not answer.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ops:
    """What operators look at. One for the process."""

    engine: AsyncEngine
    rules: RulesNow
    clock: Clock
    records: Records
    bodies: Bodies
    lags: LagsOfReaders
    orders: GivesOrders
    documents: HeldDocuments
    reviews: Reviews
    redirects: Redirects
    live: Live
    statuses: ConnectorStatuses
    held: Once[int]
    """How many messages are in quarantine."""
    overview: Once[Overview]
    topics: Once[tuple[TopicFacts, ...]]
    """The hub's topics as the brokers have them."""
    contents: Once[tuple[TopicContents, ...]]
    """The same topics with what they hold: it costs a look at every partition."""
    rebalances: Rebalances
    groups: Once[tuple[Group, ...]]
    """Kafka's consumer groups, the hub's own among them."""
    brokers: Once[tuple[Broker, ...]]
    disk: Disk
    diagnosis: Diagnosis
    evidence: EvidenceMaker | None = None
    """Makes bundles; None: this hub makes none."""
    copies: Resubmission | None = None
    """Sends what operators correct; None: no system of the hub's own signs it."""
    finder: Finder = field(default_factory=Finder)
    """Of organisations."""
    tries: Tries = field(default_factory=Tries)
    """Of the public look-up."""


def ops_of(connection: HTTPConnection) -> Ops:
    """Return what this app serves operators with (`app.state.ops`)."""
    ops: Ops = connection.app.state.ops
    return ops


async def projection_mark(ops: Ops) -> dict[str, str]:
    """Return the header that says whether lists are whole. Ask before the list is read."""
    try:
        rebuilding = await ProjectionQueries(ops.engine).rebuilding()
    except Unavailable:
        return {PROJECTION_HEADER: "away"}
    return {PROJECTION_HEADER: "rebuilding" if rebuilding else "whole"}
