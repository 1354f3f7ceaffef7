"""What a support bundle tells of Kafka, SQL, connectors and metrics, as far as they answer."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

import httpx2
from sqlalchemy import select

from hub.api.settings import ApiSettings
from hub.cli import environment
from hub.cli.processes import Name
from hub.connectors.settings import ConnectorsSettings
from hub.control.migrate import revisions
from hub.io.embedded.ports import LOOPBACK
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.lag import Lags
from hub.io.kafka.topic_facts import topic_facts, topic_settings
from hub.io.kafka.topics import INBOX_PREFIX
from hub.io.sql.connector_status import ConnectorStatuses, Reported
from hub.io.sql.control_tables import systems
from hub.io.sql.engine import opened, sql_errors
from hub.io.sql.figures import Figures
from hub.io.sql.views_queries import ViewsQueries
from hub.recorder.settings import RecorderSettings
from hub.router.settings import RouterSettings
from hub.views.settings import ViewsSettings

METRICS_SECONDS: Final = 15.0
"""The API looks at Kafka when it is asked for metrics."""


async def topics(connection: KafkaConnection) -> dict[str, Any]:
    """Return the hub's topics: partitions, replicas, and how long each keeps its records.

    Raises:
        Refusing, Unavailable: Kafka does not answer.
    """
    facts = await topic_facts(connection)
    # All inboxes are made alike, and a province has hundreds.
    own = [one.name for one in facts if not one.name.startswith(INBOX_PREFIX)]
    inbox = next((one.name for one in facts if one.name.startswith(INBOX_PREFIX)), None)
    kept = await topic_settings(connection, [*own, *([inbox] if inbox else [])])
    return {one.name: asdict(one) | dict(kept.get(one.name, {})) for one in facts}


async def lags(connection: KafkaConnection, sql_url: str) -> dict[str, Any]:
    """Return how far each reader is behind.

    Raises:
        Refusing, Unavailable: Kafka or SQL does not answer.
    """
    async with opened(sql_url) as engine:
        with sql_errors("reading systems"):
            async with engine.connect() as sql:
                rows = await sql.execute(select(systems.c.id).where(systems.c.kafka_in))
                writers = [row.id for row in rows]
        looking = Lags(connection, Figures(engine).recorded, lambda: writers)
        try:
            return {one.group: asdict(one) for one in await looking.read()}
        finally:
            await looking.stop()


async def migrations(sql_url: str) -> dict[str, Any]:
    """Return which migration the database has, and which this version needs.

    Raises:
        Unavailable: SQL does not answer.
    """
    found = await revisions(sql_url)
    return {
        "database": found.database,
        "needed": found.needed,
        "current": found.database == found.needed,
        "store": "sqlite" if sql_url.startswith("sqlite:") else "postgresql",
    }


async def connectors(sql_url: str) -> dict[str, Any]:
    """Return the last report of each connector, and what is wanted of it; no configuration.

    Raises:
        Unavailable: SQL does not answer.
    """
    async with opened(sql_url) as engine:
        rows = await ViewsQueries(engine).connectors()
        names = [row["connector"] for row in rows]
        reported = await ConnectorStatuses(engine).reported(names)
    return {row["connector"]: _connector(row, reported.get(row["connector"])) for row in rows}


async def metrics() -> dict[str, str]:
    """Return what each process tells Prometheus, or why it is not known."""
    addresses = _addresses()
    async with httpx2.AsyncClient(timeout=METRICS_SECONDS, trust_env=False) as http:
        told = await asyncio.gather(*(_ask(http, url) for url in addresses.values()))
    return dict(zip(addresses, told, strict=True))


def _addresses() -> dict[str, str | None]:
    api, ports = environment.read(ApiSettings), _ports()
    found = {name.value: _local(port) for name, port in ports.items()}
    return {Name.API.value: None if api.socket else _local(api.port), **found}


def _ports() -> Mapping[Name, int]:
    return {
        Name.ROUTER: environment.read(RouterSettings).metrics_port,
        Name.CONNECTORS: environment.read(ConnectorsSettings).metrics_port,
        Name.RECORDER: environment.read(RecorderSettings).metrics_port,
        Name.VIEWS: environment.read(ViewsSettings).metrics_port,
    }


def _local(port: int) -> str | None:
    return f"http://{LOOPBACK}:{port}/metrics" if port else None


async def _ask(http: httpx2.AsyncClient, url: str | None) -> str:
    if url is None:
        return "# not known: no port is set for it\n"
    try:
        answer = await http.get(url)
    except httpx2.HTTPError as error:
        return f"# not known: {type(error).__name__}\n"
    return answer.text if answer.is_success else f"# not known: HTTP {answer.status_code}\n"


def _connector(row: Mapping[str, Any], told: Reported | None) -> dict[str, Any]:
    said = {"state": "never reported"} if told is None else _plain(asdict(told))
    return {"wanted": row["wanted"], **said}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: one.astimezone(UTC).isoformat() if isinstance(one, datetime) else one
        for name, one in values.items()
    }
