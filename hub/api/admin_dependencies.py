"""What the admin routes need: the control plane, and who is asking."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from hub.api.admin_tokens import AdminTokens
from hub.api.ops.diagnosis import Diagnosis
from hub.api.ops_oidc import Door
from hub.api.staff import Staff, staff_of
from hub.control.administrators import Administrators
from hub.control.dead_letters import Commands
from hub.control.group_moves import GroupMoves
from hub.control.networks import Networks
from hub.control.outbox import OutboxWorker
from hub.control.preview import Preview
from hub.control.quarantine import Quarantine
from hub.control.service import Control
from hub.control.settings import CORRECTIONS_ALONE
from hub.io.sql.connector_status import ConnectorStatuses


@dataclass(frozen=True, slots=True, kw_only=True)
class Admin:
    """The control plane, as the API process serves it."""

    control: Control
    outbox: OutboxWorker
    quarantine: Quarantine
    tokens: AdminTokens
    staff: Staff
    networks: Networks
    statuses: ConnectorStatuses
    commands: Commands
    diagnosis: Diagnosis
    moves: GroupMoves
    """Of consumer groups that are not the hub's."""
    preview: Preview
    corrections_alone: int = CORRECTIONS_ALONE
    """Deliveries that one person sends anew in a day before a second one is asked."""
    door: Door | None = None
    """The identity provider, where one is set."""


def control_of(connection: HTTPConnection) -> Control:
    """Return the control plane of this app (`app.state.control`)."""
    control: Control = connection.app.state.control
    return control


def outbox_of(connection: HTTPConnection) -> OutboxWorker | None:
    """Return the outbox worker of this process (`app.state.outbox`), if it runs one."""
    return getattr(connection.app.state, "outbox", None)


def administrators_of(connection: HTTPConnection) -> Administrators:
    """Return the administrators besides the first."""
    return staff_of(connection).administrators


def networks_of(connection: HTTPConnection) -> Networks:
    """Return the networks of connectors (`app.state.networks`)."""
    networks: Networks = connection.app.state.networks
    return networks


def statuses_of(connection: HTTPConnection) -> ConnectorStatuses:
    """Return what connectors report (`app.state.statuses`)."""
    statuses: ConnectorStatuses = connection.app.state.statuses
    return statuses


def commands_of(connection: HTTPConnection) -> Commands:
    """Return the way to connectors (`app.state.commands`)."""
    commands: Commands = connection.app.state.commands
    return commands


def quarantine_of(connection: HTTPConnection) -> Quarantine:
    """Return the held messages of this app (`app.state.quarantine`)."""
    quarantine: Quarantine = connection.app.state.quarantine
    return quarantine
