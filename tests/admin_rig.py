"""The admin API over one SQL store, without Kafka: what is held stands in memory."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from aiokafka import TopicPartition
from argon2 import PasswordHasher
from fastapi import FastAPI

from hub.api.admin_dependencies import Admin
from hub.api.admin_tokens import AdminTokens
from hub.api.app import handle_failures, mount_admin
from hub.api.ops.diagnosis import Level, Line
from hub.api.ops.live_ring import Live
from hub.api.ops.mount import ops_with
from hub.api.staff import Staff
from hub.control.group_moves import GroupMoves
from hub.control.network_rules import NetworkRules
from hub.control.networks import Networks
from hub.control.outbox import OutboxWorker
from hub.control.people.passwords import Passwords
from hub.control.preview import Preview
from hub.control.quarantine import Quarantine
from hub.decision.order_record import Order
from hub.io.disk import Disk
from hub.io.kafka.codec import ingress_headers
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.connector_records import Command
from hub.io.kafka.groups import Group
from hub.io.kafka.ingress_record import Found
from hub.io.kafka.lag import GroupLag
from hub.io.kafka.quarantine import Quarantined, together
from hub.io.sql.connector_status import ConnectorStatuses
from hub.ports import Unavailable
from tests.support import MACS, build_rules

TOKEN = "synthetic-admin-token"
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
"""Argon2id as weak as it goes: tests hash often, and nobody attacks them."""
OWNER = {"authorization": f"Bearer {TOKEN}"}


def quarantined(offset, **changes):
    """Return a held message of the synthetic province."""
    fields = {
        "offset": offset,
        "source": "he-thong-a",
        "id": f"msg-{offset}",
        "subject": "HS-1",
        "reason": "bug",
        "at": datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC),  # before any release of a test
        "partition": 2,
        "key": None,
        "headers": [("hub_peer", b"he-thong-a")],
        "body": b'{"mau": true}',
    }
    return Quarantined(**(fields | changes))


@dataclass
class HeldInMemory:
    """Implements `hub.control.quarantine.Holding`."""

    messages: list[Quarantined] = field(default_factory=list)
    why: list[tuple[str, str]] = field(default_factory=list)
    """By whom and why, for each release."""
    away: bool = False

    async def held(self):
        if self.away:
            raise Unavailable("Kafka did not answer")
        return list(self.messages)

    async def release(self, message, at, *, by, reason):
        assert at.tzinfo is not None
        gone = [one for one in self.messages if together(one, message)]
        self.messages = [one for one in self.messages if one not in gone]
        self.why.append((by, reason))
        return gone


@dataclass
class CommandsInMemory:
    """Implements `hub.control.dead_letters.Commands`."""

    sent: list[Command] = field(default_factory=list)

    async def send(self, *commands):
        self.sent.extend(commands)


@dataclass
class DiagnosisInMemory:
    """Implements `hub.api.ops.diagnosis.Diagnosis`; `written` of None: no log is kept here."""

    written: list[Line] | None = field(default_factory=list)
    asked: list[tuple[str, int, Level]] = field(default_factory=list)
    processes = ("api", "router")

    async def log(self, process, lines, least):
        self.asked.append((process, lines, least))
        return self.written

    async def bundle(self):
        return b"PK\x05\x06" + bytes(18)  # a ZIP file with nothing in it


@dataclass
class GroupsInMemory:
    """Implements `hub.control.group_moves.KafkaGroups`; `found` of None: Kafka is away."""

    found: list[Group] | None = field(default_factory=list)
    times: dict[TopicPartition, int] = field(default_factory=dict)
    moved: list[tuple[str, dict[TopicPartition, int]]] = field(default_factory=list)

    async def read(self):
        if self.found is None:
            raise Unavailable("Kafka did not answer")
        return tuple(self.found)

    async def offset_at(self, place, _at):
        return self.times.get(place)

    async def move(self, group, offsets):
        self.moved.append((group, dict(offsets)))


@dataclass
class PastInMemory:
    """Implements `hub.io.kafka.past.ReadsThePast`: stamped messages of one partition."""

    messages: list[Any] = field(default_factory=list)

    async def spans(self, since):
        assert since.tzinfo is not None
        return {3: (0, len(self.messages))} if self.messages else {}

    async def read(self, partition, first, end):
        assert partition == 3
        for offset in range(first, end):
            message = self.messages[offset]
            yield offset, ingress_headers(message), message.body


def admin_of(
    control, holding=None, commands=None, door=None, consumers=None, past=None, **staff_parts
):
    """Return the control plane as the API process serves it; nothing of it is running."""
    staff = Staff.of(control, passwords=QUICK, first=frozenset({"an"}), **staff_parts)
    return Admin(
        control=control,
        outbox=OutboxWorker(control, KafkaConnection(bootstrap="127.0.0.1:1"), []),
        quarantine=Quarantine(control.engine, holding or HeldInMemory()),
        tokens=AdminTokens.of({"an": TOKEN, "binh": "other"}, staff.administrators.digests),
        staff=staff,
        networks=Networks(control, NetworkRules(), staff.second),
        statuses=ConnectorStatuses(control.engine),
        commands=commands or CommandsInMemory(),
        diagnosis=DiagnosisInMemory(),
        moves=GroupMoves(control, staff.second, consumers or GroupsInMemory()),
        preview=Preview(control, past or PastInMemory(), MACS, control.clock),
        door=door and door(control, staff),
    )


@dataclass
class RecordsInMemory:
    """Implements `hub.api.ops.dependencies.Records`."""

    found: dict[tuple[int, int], Found] = field(default_factory=dict)

    async def read(self, partition, offset):
        return self.found.get((partition, offset))


@dataclass
class BodiesInMemory:
    """Implements `hub.api.ops.dependencies.Bodies`."""

    found: dict[tuple[int, int], bytes] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    """How many were asked for at once."""

    async def bodies(self, wanted):
        places = list(wanted)
        self.asked.append(len(places))
        return {place: self.found[place] for place in places if place in self.found}


@dataclass
class OrdersInMemory:
    """Implements `hub.io.kafka.orders.GivesOrders`."""

    given: list[tuple[int, int, Order]] = field(default_factory=list)
    fails: Exception | None = None

    async def give(self, partition, offset, order):
        if self.fails is not None:
            raise self.fails
        self.given.append((partition, offset, order))


@dataclass
class LagsInMemory:
    """Implements `hub.api.ops.dependencies.LagsOfReaders`; `found` of None: Kafka is away."""

    found: tuple[GroupLag, ...] | None = ()

    async def read(self):
        if self.found is None:
            raise Unavailable("Kafka did not answer")
        return self.found


async def no_topics():
    """Tell of no topic: there is no broker."""
    return ()


async def no_brokers():
    """Answer as a cluster that is away."""
    raise Unavailable("Kafka does not answer")


def ops_of(plane, **parts):
    """Return what operators are served with, over a world in memory."""
    rules = build_rules()
    world = {
        "rules": lambda: rules,
        "clock": plane.control.clock,
        "records": RecordsInMemory(),
        "bodies": BodiesInMemory(),
        "lags": LagsInMemory(),
        "orders": OrdersInMemory(),
        "live": Live(seconds=0.5),
        "topics": no_topics,
        "contents": no_topics,
        "brokers": no_brokers,
        "disk": Disk(Path.cwd()),
    }
    return ops_with(plane, **(world | parts))


def admin_app(control, holding=None, commands=None, orders=None, **staff_parts):
    """Return an app that serves the routes for people alone."""
    app = FastAPI()
    plane = admin_of(control, holding, commands, **staff_parts)
    mount_admin(app, plane)
    app.state.ops = ops_of(plane, **({} if orders is None else {"orders": orders}))
    app.state.deps = SimpleNamespace(log=None)  # What systems are served with is not here.
    handle_failures(app)
    return app
