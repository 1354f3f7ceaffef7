"""Client of the hub: sign, submit, receive, acknowledge."""

from lgsp_client.aio import HubClient
from lgsp_client.aio_inbox import Inbox
from lgsp_client.answers import Checked, Finding, ObjectRef, Outcome, Submitted
from lgsp_client.cursors import CursorStore, FileCursor, MemoryCursor
from lgsp_client.directory import KeptDirectory
from lgsp_client.errors import (
    HubDirectoryUnusable,
    HubError,
    HubProtocolError,
    HubRefused,
    HubUnauthorised,
    HubUnavailable,
    HubUnverified,
)
from lgsp_client.exchange import Question
from lgsp_client.identity import Identity
from lgsp_client.ids import uuid7
from lgsp_client.inbox import Delivery
from lgsp_client.keyring import UNVERIFIED, KeyRing, Keys
from lgsp_client.outgoing import Outgoing
from lgsp_client.plan import Backoff
from lgsp_client.receipts import Stage
from lgsp_client.sync import SyncHubClient
from lgsp_client.sync_inbox import SyncInbox

__all__ = [
    "UNVERIFIED",
    "Backoff",
    "Checked",
    "CursorStore",
    "Delivery",
    "FileCursor",
    "Finding",
    "HubClient",
    "HubDirectoryUnusable",
    "HubError",
    "HubProtocolError",
    "HubRefused",
    "HubUnauthorised",
    "HubUnavailable",
    "HubUnverified",
    "Identity",
    "Inbox",
    "KeptDirectory",
    "KeyRing",
    "Keys",
    "MemoryCursor",
    "ObjectRef",
    "Outcome",
    "Outgoing",
    "Question",
    "Stage",
    "Submitted",
    "SyncHubClient",
    "SyncInbox",
    "uuid7",
]
