"""Put the API's parts together, open them, and close them in the right order."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from hub.api.admin_dependencies import Admin
from hub.api.deps import Deps
from hub.api.metrics import ApiMetrics
from hub.api.ops.dependencies import Ops
from hub.api.ops.live_ring import Live
from hub.api.ops.mount import ops_with
from hub.api.pressure import Pressure
from hub.api.tokens import Tokens
from hub.control.rules_history import RulesHistory
from hub.decision.rules import Rules
from hub.evidence.certificates import KeptCertificates
from hub.evidence.make import EvidenceMaker, Sources
from hub.evidence.ports import Seal
from hub.io.admission import Admission, utc_now
from hub.io.assertions import UsedAssertions
from hub.io.disk import Disk
from hub.io.kafka.audit_tail import AuditTail
from hub.io.kafka.cluster import brokers
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.inbox_reader import InboxReader
from hub.io.kafka.ingress import IngressWriter
from hub.io.kafka.ingress_record import IngressRecords
from hub.io.kafka.ingress_scan import IngressScan
from hub.io.kafka.lag import Lags
from hub.io.kafka.orders import Orders
from hub.io.kafka.topic_contents import topic_contents
from hub.io.kafka.topic_facts import topic_facts
from hub.io.log_desk import LogDesk, open_desk
from hub.io.metering import Meters
from hub.io.object_bytes import ObjectBytes
from hub.io.object_janitor import keep_clean
from hub.io.objects import Objects
from hub.io.own_system import OwnSystem
from hub.io.page_pool import PageLimits, PagePool
from hub.io.process_metrics import tell_of_process
from hub.io.screening import Screening
from hub.io.sql.figures import Figures
from hub.io.tracing import Tracing
from hub.io.uploads import Uploads
from hub.ports import MessageStatus
from hub.signing.log_key import LogSigner


class Follower(Protocol):
    """The rules as they are now."""

    @property
    def current(self) -> Rules:
        """The latest whole version."""
        ...

    def heartbeat_age(self) -> float:
        """Seconds since the control plane was last heard; infinite before the first time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKey:
    """The system of the hub's own operator, and where its private key is."""

    system: str
    file: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the wiring has opened already, or knows."""

    connection: KafkaConnection
    partitions: int
    follower: Follower
    token_key: bytes
    """The HS256 key of access tokens: `secrets/token.key`, decoded."""
    home: Path
    """The directory whose disk must have room; an uploaded PDF waits there, without a name, until
    it was looked at."""
    engine: AsyncEngine
    """SQL with all migrations applied; the caller closes it."""
    store: ObjectBytes
    statuses: MessageStatus | None
    admin: Admin | None = None
    tracing: Tracing | None = None
    log: LogSigner | None = None
    """The key of the transparency log; None: no log is served."""
    seal: Seal | None = None
    """Who seals evidence; None: none is made."""
    processes: int = 1
    """How many API processes there are: each grants its part of a quota."""
    own: OwnKey | None = None
    """What operators' corrected copies are signed with; None: none are sent."""


@asynccontextmanager
async def open_deps(parts: Parts) -> AsyncIterator[Deps]:
    """Open what the API itself owns; give the dependencies; close it again.

    A broker that is away does not raise: the API answers 503 until it is back.
    """
    follower = parts.follower
    ingress = IngressWriter(parts.connection, parts.partitions)
    tail = AuditTail(parts.connection, parts.partitions)
    inboxes = InboxReader(parts.connection, tail, lambda: follower.current, parts.statuses)
    disk, metrics, pages = Disk(parts.home), ApiMetrics(), PagePool(PageLimits())
    tell_of_process(metrics.registry)
    screening = Screening(
        pages,
        parts.home,
        ingress.record,
        lambda: follower.current.ref,
        utc_now,
        metrics.screening,
    )
    objects = Objects(parts.engine, parts.store, utc_now, screening)
    async with AsyncExitStack() as opened:
        opened.push_async_callback(pages.close)
        for part in (tail, inboxes, ingress):
            opened.push_async_callback(part.stop)
            await part.start()
        cleaning = asyncio.create_task(keep_clean(parts.engine, parts.store, utc_now))
        opened.callback(cleaning.cancel)
        desk = _log(parts)
        evidence = _evidence(parts, desk, opened)
        admission, ops = Admission(lambda: follower.current, objects, ingress.record), None
        if parts.admin is not None:
            found = await _ops(parts, parts.admin, tail, ingress, disk, opened)
            ops = replace(found, evidence=evidence, own=_own(parts, admission, ingress))
        yield Deps(
            rules=lambda: follower.current,
            heartbeat_age=follower.heartbeat_age,
            tokens=Tokens(
                parts.token_key,
                lambda: follower.current,
                time.time,
                UsedAssertions(parts.engine, time.time),
            ),
            admission=admission,
            ingress=ingress,
            tail=tail,
            inboxes=inboxes,
            objects=objects,
            uploads=Uploads(parts.engine, parts.store, objects, utc_now),
            statuses=parts.statuses,
            disk=disk,
            pressure=Pressure(),
            meters=Meters(lambda: follower.current, time.monotonic, processes=parts.processes),
            metrics=metrics,
            clock=utc_now,
            log=desk,
            evidence=evidence,
            tracing=parts.tracing,
            admin=parts.admin,
            ops=ops,
        )


def _own(parts: Parts, admission: Admission, ingress: IngressWriter) -> OwnSystem | None:
    if parts.own is None:
        return None
    return OwnSystem(
        name=parts.own.system,
        key_file=parts.own.file,
        rules=lambda: parts.follower.current,
        admission=admission,
        ingress=ingress,
    )


def _log(parts: Parts) -> LogDesk | None:
    if parts.log is None:
        return None
    return open_desk(parts.engine, parts.store, parts.log, parts.partitions, utc_now)


def _evidence(parts: Parts, desk: LogDesk | None, opened: AsyncExitStack) -> EvidenceMaker | None:
    if desk is None or parts.seal is None:
        return None
    records = IngressRecords(parts.connection)
    opened.push_async_callback(records.stop)
    sources = Sources(
        proofs=desk.proofs,
        continuity=desk.reading,
        records=records,
        history=RulesHistory(parts.engine),
        certificates=KeptCertificates(parts.engine),
        anchors=desk.anchors,
    )
    return EvidenceMaker(desk.reading.key.hub, sources, parts.seal, utc_now)


async def _ops(
    parts: Parts,
    plane: Admin,
    tail: AuditTail,
    ingress: IngressWriter,
    disk: Disk,
    opened: AsyncExitStack,
) -> Ops:
    follower = parts.follower
    records, scan = IngressRecords(parts.connection), IngressScan(parts.connection)
    lags = Lags(
        parts.connection,
        Figures(parts.engine).recorded,
        lambda: [one.name for one in follower.current.systems.values() if one.kafka_in],
    )
    live = Live()
    tail.listen(live.take)
    for part in (records, scan, lags):
        opened.push_async_callback(part.stop)
    return ops_with(
        plane,
        rules=lambda: follower.current,
        clock=utc_now,
        records=records,
        bodies=scan,
        orders=Orders(records, ingress, follower.current.macs),
        lags=lags,
        live=live,
        topics=lambda: topic_facts(parts.connection),
        contents=lambda: topic_contents(parts.connection),
        brokers=lambda: brokers(parts.connection),
        disk=disk,
    )
