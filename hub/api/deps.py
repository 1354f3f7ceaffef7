"""What the API is given: ports and objects, made in the wiring."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import HTTPConnection

from hub.api.admin_dependencies import Admin
from hub.api.drills import Drills
from hub.api.metrics import ApiMetrics
from hub.api.ops.dependencies import Ops
from hub.api.pressure import Pressure
from hub.api.tokens import Tokens
from hub.decision.rules import Rules
from hub.evidence.make import EvidenceMaker
from hub.io.admission import Admission
from hub.io.disk import Disk
from hub.io.kafka.audit_tail import AuditTail
from hub.io.kafka.inbox_reader import InboxReader
from hub.io.kafka.ingress import IngressWriter
from hub.io.log_desk import LogDesk
from hub.io.metering import Meters
from hub.io.objects import Objects
from hub.io.tracing import Tracing
from hub.io.uploads import Uploads
from hub.ports import MessageStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """Everything a request needs. One for the process."""

    rules: Callable[[], Rules]
    """The latest whole version."""
    heartbeat_age: Callable[[], float]
    """Seconds since the control plane was heard of on `hub.rules`."""
    tokens: Tokens
    admission: Admission
    ingress: IngressWriter
    tail: AuditTail
    inboxes: InboxReader
    objects: Objects
    uploads: Uploads
    statuses: MessageStatus | None
    """The search projection; without it only what the audit tail remembers is known."""
    disk: Disk
    pressure: Pressure
    meters: Meters
    metrics: ApiMetrics
    clock: Callable[[], datetime]
    log: LogDesk | None = None
    """The transparency log; without it there are no paths of it."""
    evidence: EvidenceMaker | None = None
    """Makes bundles; without a log there is nothing to prove."""
    drills: Drills = field(default_factory=Drills)
    tracing: Tracing | None = None
    """None: no spans are made."""
    admin: Admin | None = None
    """The control plane behind `/v1/admin`; without it there are no such paths."""
    ops: Ops | None = None
    """What operators look at, behind `/ops`; without it there are no such paths."""


def deps_of(connection: HTTPConnection) -> Deps:
    """Return the dependencies of the app that serves this request."""
    deps: Deps = connection.app.state.deps
    return deps
