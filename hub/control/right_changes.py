"""What may be asked for access rights. See `hub.control.changes`."""

from typing import Literal

from hub.control.connector_changes import ChangeModel
from hub.control.fields import Addresses, EventTypes, RightId, SystemName


class PutRight(ChangeModel):
    """This system may send these types to these recipients."""

    change: Literal["put_right"]
    id: RightId
    system: SystemName
    types: EventTypes
    recipients: Addresses


class PauseRight(ChangeModel):
    """Let nothing more be sent under a right, until it is resumed."""

    change: Literal["pause_right"]
    id: RightId


class ResumeRight(ChangeModel):
    """End a pause."""

    change: Literal["resume_right"]
    id: RightId


class EndRight(ChangeModel):
    """End it for good. It stays known; who needs it again asks under another id."""

    change: Literal["end_right"]
    id: RightId


class DeleteRight(ChangeModel):
    """Take a right away, and forget it: for what never should have been there."""

    change: Literal["delete_right"]
    id: RightId
