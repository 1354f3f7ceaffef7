"""What the routes of connectors are told and answer."""

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, StringConstraints

from hub.api.ops_models import Answer
from hub.control.fields import Reason

# What an address is made of; everything else is said by `hub.control.network_rules`.
_CIDR: Final = r"^[0-9A-Fa-f:.]{2,45}(/[0-9]{1,3})?$"
Cidr = Annotated[str, StringConstraints(pattern=_CIDR)]


_CONNECTOR: Final[dict[str, Any]] = {
    "id": "so-mau",
    "adapter": "webhook-out",
    "system": "he-thong-a",
    "config": {"url": "https://10.20.30.40/nhan", "secret": "env:CONNECTOR_SO_MAU"},
    "wanted": "running",
    "generation": 0,
    "isolation": "shared",
    "limits": {"per_second": 50.0, "concurrency": 4},
    "windows": [{"weekdays": [5, 6], "start": "22:00:00", "end": "06:00:00"}],
    "networks": ["10.20.30.0/24"],
    "state": "running",
    "deployed": True,
    "reported": {
        "generation": 0,
        "state": "running",
        "vi": "",
        "en": "",
        "last_success_at": "2026-11-22T01:02:03Z",
        "delivered": 1200,
        "failed": 3,
        "waiting": 1,
        "dead_letters": 0,
        "lag_messages": 2,
        "lag_seconds": 0.4,
        "breaker": "closed",
        "checkpoint": "1207",
        "read_at": None,
        "next_read_at": None,
        "at": "2026-11-22T01:02:04Z",
    },
}


class ReportedAnswer(Answer):
    """What a connector told last about itself."""

    generation: int
    state: str
    """`starting`, `running`, `paused`, `waiting`, `stopping`, `stopped` or `failed`."""
    vi: str
    en: str
    """Why, for people; empty while all is well."""
    last_success_at: datetime | None
    delivered: int
    failed: int
    waiting: int
    dead_letters: int
    lag_messages: int
    lag_seconds: float
    breaker: str | None
    """`closed`; `open`: the other side does not answer; `half_open`: it is being probed."""
    checkpoint: str | None
    """How far it has come: of a source where its adapter stands, of a sink the inbox's offset."""
    read_at: datetime | None
    """Of a source: when it looked last."""
    next_read_at: datetime | None
    """Of a source: when it looks again by itself."""
    at: datetime


class ConnectorAnswer(Answer):
    """A connector: what the rules say, and how it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CONNECTOR]})

    id: str
    adapter: str
    system: str
    config: dict[str, Any]
    """As it was given. Secrets in it are references, never values."""
    wanted: str
    generation: int
    isolation: str
    limits: dict[str, Any]
    windows: list[dict[str, Any]]
    networks: list[str]
    """Approved ones only."""
    state: str
    """The reported state; `silent`: it did not report within the last minute, or never."""
    deployed: bool | None
    """Whether it runs as it stands here; false: a change is on its way; null: nobody has told."""
    reported: ReportedAnswer | None


class ConnectorPage(Answer):
    """Connectors by name; ask with `after=<next>` for more."""

    items: list[ConnectorAnswer]
    next: str | None


class TestAnswer(Answer):
    """A look at the other side. It has not come back while `answered_at` is null.

    Then the words of the first answer tell when the connector was heard last.
    """

    id: str
    connector: str
    asked_by: str
    asked_at: datetime
    answered_at: datetime | None
    ok: bool | None
    vi: str | None
    en: str | None


class NetworkRequest(BaseModel):
    """A network, and why."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [{"cidr": "10.20.30.0/24", "reason": "Trục của Sở Mẫu ở mạng này"}]
        },
    )

    cidr: Cidr
    reason: Reason


class NetworkAnswer(Answer):
    """A network that somebody asked for. It counts once `approved_by` is set."""

    connector: str
    cidr: str
    asked_by: str
    asked_at: datetime
    reason: str
    approved_by: str | None
    approved_at: datetime | None


class NetworksAnswer(Answer):
    """All networks of a connector, approved or not."""

    items: list[NetworkAnswer]


class TextAnswer(Answer):
    """A text in both languages."""

    vi: str
    en: str


class AdapterAnswer(Answer):
    """An installed adapter. With `problem` it cannot be used, and the rest is not known."""

    name: str
    package: str
    problem: str | None
    version: str | None = None
    kind: str | None = None
    contract: int | None = None
    title: TextAnswer | None = None
    types: list[str] | None = None
    idempotence: str | None = None
    config_version: int | None = None
    config_schema: dict[str, Any] | None = None
    """JSON Schema 2020-12 of its configuration."""


class AdaptersAnswer(Answer):
    """The adapters that are installed with the hub."""

    items: list[AdapterAnswer]
