"""The self-check over a hub's own stores."""

from pathlib import Path

from hub.cli import environment, wiring
from hub.cli.log_keeping import log_signer
from hub.control.rules_history import RulesHistory
from hub.evidence.self_check import Checked, Period, SelfCheck
from hub.io.anchor_files import AnchorFiles
from hub.io.anchor_reading import AnchorReading
from hub.io.kafka.ranges import AuditRange, IngressPart
from hub.io.log_files import LogFiles
from hub.io.object_bytes import ObjectBytes
from hub.io.settings import IoSettings
from hub.io.sql.engine import open_engine
from hub.io.sql.log_anchors import AnchorTable


async def check(home: Path | None, period: Period) -> Checked:
    """Recompute a period of the hub of this home.

    Raises:
        Refusing: the log is damaged.
        Unavailable: a store does not answer.
    """
    place, settings = environment.home(home), environment.read(IoSettings)
    identity, connection = place.identity(), wiring.kafka(settings)
    store = ObjectBytes(wiring.objects_url(settings, place))
    engine = open_engine(wiring.sql_url(settings, place))
    try:
        checking = SelfCheck(
            identity.hub,
            place.macs(),
            log_signer(identity.hub, settings, place).key,
            LogFiles(store),
            AnchorReading(AnchorTable(engine), AnchorFiles(store)),
            RulesHistory(engine),
        )
        audit, ingress = AuditRange(connection), IngressPart(connection)
        return await checking.run(identity.partitions, period, audit, ingress)
    finally:
        await engine.dispose()
