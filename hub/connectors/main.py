"""The connectors process: the bridge, and the connectors of this slot."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from lgsp_adapter import Resolver
from prometheus_client import CollectorRegistry

from hub.connectors.adapters import Adapters
from hub.connectors.bridge import Bridge
from hub.connectors.budget import Budget
from hub.connectors.fleet import Fleet, Slot
from hub.connectors.inbound import Counter, listening
from hub.connectors.lending import lend
from hub.connectors.metrics import ConnectorMetrics
from hub.connectors.signing import Keys
from hub.connectors.status import ConnectorStatus
from hub.connectors.takers import Takers
from hub.connectors.together import Together
from hub.connectors.workshop import Workshop
from hub.control.network_rules import NetworkRules
from hub.decision.rules import Rules
from hub.io.admission import utc_now
from hub.io.backoff import Backoff
from hub.io.kafka.bridge_bus import BridgeBus
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.connector_contents import Contents
from hub.io.kafka.connector_feed import Feed
from hub.io.kafka.connector_store import ConnectorStore
from hub.io.kafka.connector_writer import OutcomeWriter
from hub.io.objects import Objects
from hub.io.sql.closed_deliveries import ClosedDeliveries
from hub.io.tracing import Tracing


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a connectors process is given."""

    connection: KafkaConnection
    rules: Callable[[], Rules]
    objects: Objects
    deliveries: ClosedDeliveries
    status: ConnectorStatus
    keys: Keys
    partitions: int
    slot: Slot
    registry: CollectorRegistry
    adapters: Adapters
    environment: Mapping[str, str]
    """What an adapter's own process finds in its environment: no secret of the hub's or of any
    connector's."""
    secrets: Mapping[str, Resolver]
    """How references to secrets are resolved, by scheme."""
    networks: NetworkRules
    """Which networks no connector may call, whatever was approved."""
    tracing: Tracing | None = None
    port: int = 0
    """Loopback port for connectors that are called; 0 listens nowhere."""


async def run(world: World, stop: asyncio.Event) -> None:
    """Work until `stop` is set; then finish what is under way and return.

    Raises:
        Fenced: another connectors process has taken over.
    """
    counter = Counter()
    async with contextlib.AsyncExitStack() as open_:
        if world.port:
            await open_.enter_async_context(listening(counter, world.port))
        await _together(world, counter, stop)


async def _together(world: World, counter: Counter, stop: asyncio.Event) -> None:
    parts: list[Awaitable[None]] = [fleet_of(world, counter).run(stop)]
    if world.slot.slot == 0:
        # There is one bridge, whatever the number of slots.
        bridge = Bridge(
            BridgeBus(world.connection), world.rules, world.objects, world.partitions, utc_now
        )
        parts.append(bridge.run(stop, Backoff()))
    async with asyncio.TaskGroup() as together:
        for part in parts:
            together.create_task(_as_task(part))


async def _as_task(part: Awaitable[None]) -> None:
    await part


def fleet_of(world: World, counter: Counter) -> Fleet:
    """Return the connectors of a slot."""
    owner, partitions, budget = world.slot.owner, world.partitions, Budget()
    store = ConnectorStore(world.connection, partitions, owner)
    workshop = Workshop(
        adapters=world.adapters,
        writer=OutcomeWriter(world.connection, owner, partitions),
        stored=Together(lambda names: store.load(names, world.rules().macs)),
        contents=Contents(world.connection),
        closed=Together(world.deliveries.closed),
        takers=Takers(),
        feed=Feed(world.connection),
        context=lambda connector, references: lend(
            connector, world.objects, utc_now, world.networks, world.secrets, references
        ),
        rules=world.rules,
        objects=world.objects,
        keys=world.keys,
        counter=counter,
        partitions=partitions,
        now=utc_now,
        environment=world.environment,
        tracing=world.tracing,
        budget=budget,
    )
    return Fleet(
        workshop,
        store,
        world.status,
        lambda: world.rules().connectors,
        lambda: world.rules().macs,
        world.slot,
        heard=ConnectorMetrics(world.registry, budget).heard,
    )
