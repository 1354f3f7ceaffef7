"""The connectors process: the bridge from the topics of systems that speak Kafka."""

from hub.cli import wiring
from hub.cli.hosts.host import Host
from hub.cli.waiting import unless
from hub.connectors.bridge import Bridge
from hub.io.admission import utc_now
from hub.io.backoff import Backoff
from hub.io.kafka.bridge_bus import BridgeBus
from hub.io.kafka.rules_log import RulesFollower
from hub.io.object_bytes import ObjectBytes
from hub.io.objects import Objects
from hub.io.sql.engine import open_engine


async def run(host: Host) -> None:
    """Bridge until told to stop. It begins once it has read the rules."""
    connection = wiring.kafka(host.settings)
    follower = RulesFollower(connection, host.identity.hub, host.home.macs())
    engine = open_engine(wiring.sql_url(host.settings, host.home))
    objects = Objects(engine, ObjectBytes(wiring.objects_url(host.settings, host.home)), utc_now)
    bridge = Bridge(
        BridgeBus(connection),
        lambda: follower.current,
        objects,
        host.identity.partitions,
        utc_now,
    )
    try:
        if await unless(host.stop, follower.start()):
            host.ready.set()
            await bridge.run(host.stop, Backoff())
    finally:
        await follower.stop()
        await engine.dispose()
