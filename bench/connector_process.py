"""The hub's connectors for one measurement: `python -m bench.connector_process BROKER FOLDER`.

It is the production process (`hub.connectors.main.run`) with the benchmark's rules. Prints
`started` once all connectors are at work, and runs until SIGTERM.
"""

import argparse
import asyncio
import base64
import json
import os
import signal
from collections.abc import Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry

from bench.data import PARTITIONS, snapshot
from bench.profiling import profiled
from hub.cli import environment
from hub.connectors import main as connectors
from hub.connectors.adapters import Adapters
from hub.connectors.fleet import Slot
from hub.connectors.secrets import resolvers
from hub.connectors.signing import KeyFolder
from hub.connectors.status import Checked, Report, State
from hub.control.migrate import migrate
from hub.control.network_rules import NetworkRules
from hub.decision.rules import Rules
from hub.io.admission import utc_now
from hub.io.kafka.connection import KafkaConnection
from hub.io.object_bytes import ObjectBytes
from hub.io.objects import Objects
from hub.io.sql.closed_deliveries import ClosedDeliveries
from hub.io.sql.connector_status import ConnectorStatuses
from hub.io.sql.engine import open_engine
from hub.signing.macs import MacKeys

RULES = "connectors.json"

SECRETS = "CONNECTOR_"
"""How the variables begin that a configuration may name; the benchmark's secrets are files."""


class _Watched:
    """The production status store; says when every connector is at work."""

    def __init__(self, statuses: ConnectorStatuses, count: int) -> None:
        self._statuses, self._count, self._told = statuses, count, False

    async def report(self, reports: Sequence[Report]) -> None:
        await self._statuses.report(reports)
        states = [one.state for one in reports]
        if failed := [one for one in reports if one.state is State.FAILED]:
            raise SystemExit(f"{failed[0].name}: {failed[0].en}")
        if not self._told and states.count(State.RUNNING) == self._count:
            self._told = True
            print("started", flush=True)  # noqa: T201  (the parent reads it)

    async def checked(self, checked: Checked) -> None:
        await self._statuses.checked(checked)


def _rules(folder: Path) -> Rules:
    saved = json.loads((folder / RULES).read_text())
    macs = MacKeys(current="k1", keys={"k1": base64.b64decode(saved["mac"])})
    return snapshot({key: value.encode() for key, value in saved["records"].items()}, macs)


async def _run(bootstrap: str, folder: Path) -> None:
    stop, rules = asyncio.Event(), _rules(folder)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    url = f"sqlite:///{folder / 'hub.db'}"
    await migrate(url)
    engine = open_engine(url)
    objects = ObjectBytes((folder / "objects").as_uri())
    world = connectors.World(
        connection=KafkaConnection(bootstrap=bootstrap),
        rules=lambda: rules,
        objects=Objects(engine, objects, utc_now),
        deliveries=ClosedDeliveries(engine),
        status=_Watched(ConnectorStatuses(engine), len(rules.connectors)),
        keys=KeyFolder(folder),
        partitions=PARTITIONS,
        slot=Slot(),
        registry=CollectorRegistry(),
        adapters=Adapters(),
        environment=environment.environ_of_adapters(SECRETS),
        secrets=resolvers(os.environ, SECRETS, folder, None),
        networks=NetworkRules(allow_loopback=True),
    )
    try:
        await connectors.run(world, stop)
    finally:
        await engine.dispose()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("broker")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--profile", type=Path, help="a file for a profile of the process")
    return parser.parse_args()


if __name__ == "__main__":
    asked = _arguments()
    with profiled(asked.profile):
        asyncio.run(_run(asked.broker, asked.folder))
