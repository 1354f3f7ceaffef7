"""The configuration file `edge.yaml`. Its errors name the field and the rule, never the value."""

import importlib.metadata
import os
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from lgsp_adapter import AnyAdapter, Config, ConfigError, Resolver, Text, load_config
from lgsp_adapter.confined import confined
from lgsp_adapter.policy.backoff import Backoff
from lgsp_adapter.policy.rate import Rate
from lgsp_client import UNVERIFIED, Identity, KeptDirectory, KeyRing
from lgsp_client.keyring import Trust
from lgsp_message.keys import KeyUnusable
from pydantic import Field

from lgsp_edge.errors import EdgeError
from lgsp_edge.source import Limits
from lgsp_edge.spool import MEGABYTE, Bounds

FILE: Final = "edge.yaml"
DIRECTORY: Final = "directory.copy"
"""The hub's signed directory, in the folder; it is no secret, and is verified at each start."""
GROUP: Final = "hub.adapters"
"""The entry points by which adapters are found: the same at the hub and here."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,62}$")]


class HubSettings(Config):
    """Which hub, and who speaks."""

    url: Annotated[str, Text(vi="Địa chỉ HTTPS của trục", en="The hub's address, https")]
    id: Annotated[str, Text(vi="Mã của trục", en="The hub's id, as messages are signed for")]
    system: Annotated[str, Text(vi="Hệ thống của cơ quan", en="The agency's system")]
    key: Annotated[Path, Text(vi="Tệp khóa ký", en="The signing key, made by init")] = Path(
        "key.pem"
    )
    algorithm: str | None = None
    trust: Annotated[
        Path | None,
        Text(vi="Khóa của các bên gửi", en="Keys of the senders; none: the hub is believed"),
    ] = None
    hub_keys: Annotated[
        Path | None,
        Text(vi="Khóa công khai của trục", en="The hub's own keys: its signed directory is kept"),
    ] = None
    """Where `trust` is not given, senders are known by that directory."""
    believe_the_hub: Annotated[
        bool,
        Text(vi="NGUY HIỂM: tin trục về bên gửi", en="DANGEROUS: believe the hub about senders"),
    ] = False
    ca: Annotated[Path | None, Text(vi="CA riêng", en="A private CA, PEM")] = None
    client_certificate: Path | None = None
    """Certificate and key in one PEM file, where the hub wants mTLS."""
    proxy: Annotated[
        str | None,
        Field(pattern=r"^https?://[^@/]+/?$"),
        Text(vi="Proxy của mạng cơ quan", en="The proxy of the agency's network, http://host:port"),
    ] = None
    """Without a name and password: they would stand readable in the file and in `check`."""
    allow_plain_http: bool = False


class LineSettings(Config):
    """How the line is used."""

    bytes_per_second: Annotated[float | None, Field(gt=0)] = None
    """Both ways together; none: no bound."""
    window: Annotated[int, Field(ge=1, le=100)] = 16
    """Messages under way at once."""
    wait: Annotated[int, Field(ge=1, le=30)] = 10
    """Seconds that the hub holds a request until it has decided."""
    poll: Annotated[int, Field(ge=1, le=60)] = 30
    """Seconds that the hub holds a request for new messages."""
    page: Annotated[int, Field(ge=1, le=500)] = 50
    """Most messages in one answer: a broken line costs one answer."""


class SpoolSettings(Config):
    """How much may wait, in megabytes."""

    outgoing_mb: Annotated[int, Field(ge=1)] = 1000
    incoming_mb: Annotated[int, Field(ge=1)] = 250
    objects_mb: Annotated[int, Field(ge=1)] = 10_000


class ConnectorSettings(Config):
    """One adapter at work here."""

    name: Name
    adapter: str
    """The adapter's name, as its package gives it."""
    config: dict[str, Any] = Field(default_factory=dict)
    types: tuple[str, ...] = ()
    """Event types that this sink or service takes; none: those that the adapter names."""
    networks: tuple[str, ...] = ()
    """Where it may connect to, as CIDR; none: nowhere."""
    batch: Annotated[int, Field(ge=1, le=500)] = 20
    per_second: Annotated[float, Field(gt=0)] | None = None
    attempts: Annotated[int, Field(ge=1)] = 12
    timeout: Annotated[float, Field(gt=0)] = 30.0
    idle: Annotated[float, Field(gt=0)] = 1.0
    """Seconds that a source rests where it has nothing."""
    reject: bool = False
    """State `rejected` at once for what the other side refuses; else an operator is asked."""

    def limits(self) -> Limits:
        """Return the policies."""
        return Limits(
            backoff=Backoff(attempts=self.attempts),
            rate=Rate(per_second=self.per_second or inf),
            batch=self.batch,
            timeout=self.timeout,
            idle=self.idle,
            reject=self.reject,
        )


class SecretsSettings(Config):
    """Which secrets adapters may read: nothing else of this machine, such as `key.pem`."""

    folder: Annotated[Path, Text(vi="Thư mục bí mật", en="The folder of `file:NAME`")] = Path(
        "secrets"
    )
    env_prefix: Annotated[
        str,
        Field(pattern=r"^[A-Z][A-Z0-9_]*_$"),
        Text(vi="Đầu tên biến", en="How the variables of `env:NAME` begin"),
    ] = "CONNECTOR_"

    def resolvers(self, edge: Path) -> Mapping[str, Resolver]:
        """Return how the references of connectors are resolved, for the edge folder `edge`."""
        return confined(os.environ, self.env_prefix, edge / self.folder, "secrets.folder")


class ListenSettings(Config):
    """Where services are called by systems of the agency's own network."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8641
    certificate: Path | None = None
    """Certificate and key in one PEM file; without it, plain HTTP on this machine only."""
    longest_mb: Annotated[int, Field(ge=1, le=1000)] = 64


class Settings(Config):
    """The whole file."""

    hub: HubSettings
    line: LineSettings = LineSettings()
    spool: SpoolSettings = SpoolSettings()
    listen: ListenSettings = ListenSettings()
    secrets: SecretsSettings = SecretsSettings()
    connectors: tuple[ConnectorSettings, ...] = ()

    @property
    def bounds(self) -> Bounds:
        """Return the spool's bounds in bytes."""
        return Bounds(
            outgoing=self.spool.outgoing_mb * MEGABYTE,
            incoming=self.spool.incoming_mb * MEGABYTE,
            objects=self.spool.objects_mb * MEGABYTE,
        )


def load(folder: Path) -> Settings:
    """Read `edge.yaml` of an edge folder.

    Raises:
        EdgeError: it is missing, no YAML, or breaks a rule.
    """
    path = folder / FILE
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EdgeError(f"{path}: cannot be read; run hub-edge init") from error
    except (yaml.YAMLError, UnicodeDecodeError):
        # The cause would quote the line, and a line may hold a secret.
        raise EdgeError(f"{path}: is not YAML") from None
    try:
        settings = load_config(Settings, raw if isinstance(raw, Mapping) else {})
    except ConfigError as error:
        raise EdgeError(f"{path}: {error}") from None
    names = [connector.name for connector in settings.connectors]
    if len(set(names)) != len(names):
        raise EdgeError(f"{path}: connectors: two have the same name")
    return settings


def identity(folder: Path, hub: HubSettings) -> Identity:
    """Return who signs.

    Raises:
        EdgeError: the key is missing or not usable.
    """
    try:
        return Identity.from_pem(
            folder / hub.key, system=hub.system, hub=hub.id, algorithm=hub.algorithm
        )
    except (OSError, ValueError) as error:
        told = "cannot be read" if isinstance(error, OSError) else str(error)
        raise EdgeError(f"{hub.key}: {told}; run hub-edge init or restore the key") from error


def trust(folder: Path, hub: HubSettings, kept: KeptDirectory | None) -> Trust:
    """Return whom incoming messages are believed from. There is no default: it must be said.

    Raises:
        EdgeError: neither a key ring, nor the hub's keys, nor the dangerous word is given.
    """
    if hub.trust is not None:
        return _ring(folder / hub.trust, "hub.trust")
    if kept is not None:
        return kept
    if hub.believe_the_hub:
        return UNVERIFIED
    raise EdgeError("hub.trust, hub.hub_keys: name the senders' keys or the hub's (docs/edge.md)")


def kept_directory(folder: Path, hub: HubSettings) -> KeptDirectory | None:
    """Return the hub's directory as it is kept here; None where the hub's keys are not given.

    Raises:
        EdgeError: the file of the hub's keys cannot be used.
    """
    if hub.hub_keys is None:
        return None
    ring = _ring(folder / hub.hub_keys, "hub.hub_keys")
    if not ring.keys_of(hub.id):
        raise EdgeError(f"hub.hub_keys: {hub.hub_keys} has no key of the hub {hub.id}")
    return KeptDirectory(folder / DIRECTORY, hub.id, ring)


def _ring(path: Path, setting: str) -> KeyRing:
    try:
        return KeyRing.load(path)
    except (OSError, KeyUnusable) as error:
        raise EdgeError(f"{setting}: {path.name} is no key ring that can be read") from error


def adapter_class(name: str) -> type[AnyAdapter]:
    """Return the adapter of an entry point.

    Raises:
        EdgeError: there is none, or it cannot be loaded.
    """
    for point in importlib.metadata.entry_points(group=GROUP, name=name):
        try:
            found: type[AnyAdapter] = point.load()
        except Exception as error:
            told = type(error).__name__
            raise EdgeError(f"adapter {name}: does not load ({told}); install it again") from error
        return found
    raise EdgeError(f"adapter {name}: is not installed here; install its package")


def adapter_config(connector: ConnectorSettings, adapter: type[AnyAdapter]) -> Config:
    """Return a connector's checked configuration.

    Raises:
        EdgeError: what is wrong with it.
    """
    try:
        return load_config(adapter.spec.config, connector.config)
    except ConfigError as error:
        raise EdgeError(f"connectors.{connector.name}.config: {error}") from None
