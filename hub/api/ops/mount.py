"""Put together what operators are served with."""

from collections.abc import Awaitable, Callable
from typing import Final

from hub.api.admin_dependencies import Admin
from hub.api.ops import (
    compromised,
    config,
    consumers,
    content,
    dead_letters,
    directory,
    evidence,
    impact,
    jobs,
    lookups,
    messages,
    overview,
    public,
    routes,
    schema_use,
    schemas,
    shares,
    system,
    trace,
    views,
    where,
)
from hub.api.ops import live as live_routes
from hub.api.ops import topics as topic_routes
from hub.api.ops.dependencies import Bodies, Clock, LagsOfReaders, Ops, Records, RulesNow
from hub.api.ops.live_ring import Live
from hub.api.ops.once import Once
from hub.api.ops.overview import make_overview
from hub.control.dead_letters import DeadLetterOrders
from hub.control.documents import HeldDocuments
from hub.control.rebalances import Rebalances
from hub.control.redirects import Redirects
from hub.control.resubmission import Resubmission, SignsCopies
from hub.control.reviews import Reviews
from hub.io.disk import Disk
from hub.io.kafka.cluster import Broker
from hub.io.kafka.orders import GivesOrders
from hub.io.kafka.topic_contents import TopicContents
from hub.io.kafka.topic_facts import TopicFacts

RESOURCES: Final = (
    *(messages, content, trace, evidence, overview, live_routes, routes, directory),
    *(dead_letters, schemas, schema_use, shares, impact, system, topic_routes),
    *(consumers, config, jobs, views, where),
)
"""The modules with routes, in the order in which the app tries them."""

PUBLIC: Final = (lookups, compromised, public)
"""The modules whose routes are for systems and for everybody: no right of a person is asked."""

OVERVIEW_SECONDS: Final = 2.0
"""An overview is as new as that; a console asks every few seconds."""
BROKERS_SECONDS: Final = 15.0
"""Each look opens a connection of its own."""
GROUPS_SECONDS: Final = 5.0
"""Each look asks about each group, one by one."""
HELD_SECONDS: Final = 15.0
"""Counting what is in quarantine reads its topic."""
TOPICS_SECONDS: Final = 30.0
"""Brokers take as long to see that a replica is behind (`replica.lag.time.max.ms`)."""


def ops_with(
    plane: Admin,
    *,
    rules: RulesNow,
    clock: Clock,
    records: Records,
    bodies: Bodies,
    orders: GivesOrders,
    lags: LagsOfReaders,
    live: Live,
    topics: Callable[[], Awaitable[tuple[TopicFacts, ...]]],
    contents: Callable[[], Awaitable[tuple[TopicContents, ...]]],
    brokers: Callable[[], Awaitable[tuple[Broker, ...]]],
    disk: Disk,
    own: SignsCopies | None = None,
) -> Ops:
    """Return what operators are served with, over the control plane."""

    async def held() -> int:
        return len(await plane.quarantine.held())

    ops = Ops(
        engine=plane.control.engine,
        rules=rules,
        clock=clock,
        records=records,
        bodies=bodies,
        lags=lags,
        orders=orders,
        documents=HeldDocuments(plane.control.engine, orders, clock),
        reviews=Reviews(plane.control.engine, orders, clock),
        redirects=_redirects(plane, rules, records, orders),
        copies=None if own is None else _copies(plane, own),
        live=live,
        statuses=plane.statuses,
        held=Once(held, HELD_SECONDS),
        overview=Once(lambda: make_overview(ops), OVERVIEW_SECONDS),
        topics=Once(topics, TOPICS_SECONDS),
        contents=Once(contents, TOPICS_SECONDS),
        rebalances=Rebalances(plane.control.engine),
        groups=Once(plane.moves.groups.read, GROUPS_SECONDS),
        brokers=Once(brokers, BROKERS_SECONDS),
        disk=disk,
        diagnosis=plane.diagnosis,
    )
    return ops


def _redirects(plane: Admin, rules: RulesNow, records: Records, orders: GivesOrders) -> Redirects:
    control = plane.control
    letters = DeadLetterOrders(control.engine, plane.commands, control.clock)
    second, alone = plane.staff.second, plane.corrections_alone
    return Redirects(control, second, rules, records, orders, letters, alone=alone)


def _copies(plane: Admin, own: SignsCopies) -> Resubmission:
    return Resubmission(plane.control, plane.staff.second, own, alone=plane.corrections_alone)
