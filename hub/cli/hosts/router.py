"""A router process: the decisions of one share of the partitions."""

from hub.cli import environment, wiring
from hub.cli.hosts.host import Host, metrics_registry
from hub.cli.waiting import unless
from hub.io.kafka.rules_log import RulesFollower
from hub.io.kafka.share import Share
from hub.router import main as router
from hub.router.settings import RouterSettings


async def run(host: Host) -> None:
    """Route until told to stop. It begins once it has read the rules."""
    settings = environment.read(RouterSettings)
    connection = wiring.kafka(host.settings)
    share = Share(slot=settings.slot, slots=settings.slots, total=host.identity.partitions)
    registry = metrics_registry(settings.metrics_port)
    follower = RulesFollower(connection, host.identity.hub, host.home.macs())
    try:
        if await unless(host.stop, follower.start()):
            host.ready.set()
            cache, stop, tracing = host.home.seen, host.stop, host.tracing
            await router.run(connection, share, follower, cache, registry, stop, tracing=tracing)
    finally:
        await follower.stop()
