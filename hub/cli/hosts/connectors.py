"""The connectors process: the bridge from topics of systems, and the connectors of the rules."""

from collections.abc import Mapping

from lgsp_adapter import Resolver

from hub.cli import environment, networks, wiring
from hub.cli.home import Home
from hub.cli.hosts.host import Host, metrics_registry
from hub.cli.waiting import unless
from hub.connectors import main as connectors
from hub.connectors import secrets
from hub.connectors.adapters import Adapters
from hub.connectors.fleet import Slot
from hub.connectors.settings import ConnectorsSettings
from hub.connectors.signing import KeyFolder
from hub.io.admission import utc_now
from hub.io.kafka.ingress import IngressWriter
from hub.io.kafka.rules_log import RulesFollower
from hub.io.object_bytes import ObjectBytes
from hub.io.objects import Objects
from hub.io.page_pool import PageLimits, PagePool
from hub.io.screening import Screening, ScreeningMetrics
from hub.io.sql.closed_deliveries import ClosedDeliveries
from hub.io.sql.connector_status import ConnectorStatuses
from hub.io.sql.engine import open_engine
from hub.io.vault import Vault


async def run(host: Host) -> None:
    """Carry messages until told to stop. It begins once it has read the rules."""
    settings = environment.read(ConnectorsSettings)
    connection = wiring.kafka(host.settings)
    follower = RulesFollower(connection, host.identity.hub, host.home.macs())
    engine = open_engine(wiring.sql_url(host.settings, host.home))
    registry, pages = metrics_registry(settings.metrics_port), PagePool(PageLimits())
    events = IngressWriter(connection, host.identity.partitions)
    screening = Screening(
        pages,
        host.home.root,
        events.record,
        lambda: follower.current.ref,
        utc_now,
        ScreeningMetrics(registry),
    )
    store = ObjectBytes(wiring.objects_url(host.settings, host.home))
    world = connectors.World(
        connection=connection,
        rules=lambda: follower.current,
        objects=Objects(engine, store, utc_now, screening),
        deliveries=ClosedDeliveries(engine),
        status=ConnectorStatuses(engine),
        keys=KeyFolder(settings.keys or host.home.connector_keys),
        partitions=host.identity.partitions,
        slot=Slot(slot=settings.slot, slots=settings.slots),
        registry=registry,
        adapters=Adapters(),
        environment=environment.environ_of_adapters(settings.env_prefix),
        secrets=_secrets(settings, host.home),
        networks=networks.network_rules(),
        port=settings.port,
        tracing=host.tracing,
    )
    try:
        if await unless(host.stop, follower.start()):
            await events.start()
            host.ready.set()
            await connectors.run(world, host.stop)
    finally:
        await pages.close()
        await events.stop()
        await follower.stop()
        await engine.dispose()


def _secrets(settings: ConnectorsSettings, home: Home) -> Mapping[str, Resolver]:
    """Return how references in configurations of connectors are resolved."""
    vault = None
    if settings.vault_url is not None and settings.vault_token_file is not None:
        vault = Vault(settings.vault_url, settings.vault_token_file)
    folder = settings.secrets or home.connector_secrets
    return secrets.resolvers(environment.whole(), settings.env_prefix, folder, vault)
