"""The only reader of settings, and the place where processes get what they depend on."""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeVar

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings

from hub.api.settings import ApiSettings, OidcSettings
from hub.cli.errors import SettingsWrong
from hub.cli.home import Home
from hub.cli.settings import SupervisorSettings
from hub.connectors.settings import ConnectorsSettings
from hub.control.network_rules import NetworkRules
from hub.control.settings import ControlSettings
from hub.io.kafka.connection import KafkaConnection
from hub.io.settings import IoSettings
from hub.recorder.settings import RecorderSettings
from hub.router.settings import RouterSettings
from hub.views.settings import ViewsSettings

PREFIX: Final = "HUB_"

SECRET_FILES: Final = Path("/run/secrets")
"""Where Docker and Kubernetes put secrets: a file `hub_kafka_password` sets that variable."""

SETTINGS: Final[tuple[type[BaseSettings], ...]] = (
    IoSettings,
    ApiSettings,
    OidcSettings,
    ControlSettings,
    RouterSettings,
    ConnectorsSettings,
    RecorderSettings,
    ViewsSettings,
    SupervisorSettings,
)
"""Every class of settings: what stands in none of them is an unknown variable."""

Kind = TypeVar("Kind", bound=BaseSettings)


def read(kind: type[Kind]) -> Kind:
    """Return one room's settings from the environment and the secret files.

    Raises:
        SettingsWrong: a `HUB_*` variable that no room knows, or a value that is not usable.
    """
    refuse_unknown(os.environ)
    try:
        return kind(_secrets_dir=SECRET_FILES if SECRET_FILES.is_dir() else None)
    except ValidationError as error:
        raise SettingsWrong(_plainly(kind, error)) from None  # its text quotes values: passwords


def variables() -> dict[str, type[BaseSettings]]:
    """Return each variable that the hub knows, with the class it belongs to."""
    return {variable(kind, name): kind for kind in SETTINGS for name in kind.model_fields}


def variable(kind: type[BaseSettings], name: str) -> str:
    """Return the environment variable behind a field."""
    return f"{kind.model_config.get('env_prefix', '')}{name}".upper()


def refuse_unknown(environ: Mapping[str, str]) -> None:
    """Return if every `HUB_*` variable is known: a misspelt one must not be a silent default.

    Raises:
        SettingsWrong: with the name that was probably meant.
    """
    known = variables()
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            meant = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {meant[0]}?" if meant else ""
            raise SettingsWrong(
                f"{name} is not a setting of the hub.{hint} "
                "All settings: docs/operations/settings.md."
            )


def home(chosen: Path | None = None) -> Home:
    """Return the hub's home: the one given on the command line, or `HUB_HOME`."""
    return Home(root=(chosen or read(IoSettings).home).absolute())


def kafka(settings: IoSettings) -> KafkaConnection:
    """Return how to reach Kafka."""
    return KafkaConnection(
        bootstrap=settings.kafka_bootstrap,
        username=settings.kafka_username,
        password=_plain(settings.kafka_password),
        ca_file=str(settings.kafka_ca_file) if settings.kafka_ca_file else None,
        replication=settings.kafka_replication,
    )


def sql_url(settings: IoSettings, home: Home) -> str:
    """Return the database: the one of the settings, else SQLite in the home."""
    return _plain(settings.sql_url) or f"sqlite:///{home.database}"


def objects_url(settings: IoSettings, home: Home) -> str:
    """Return the object store: the one of the settings, else a directory in the home."""
    return settings.objects_url or home.objects.as_uri()


def network_rules() -> NetworkRules:
    """Return which networks no connector may ever call.

    Raises:
        SettingsWrong: loopback is allowed, but the hub is not one that runs on this machine alone.
    """
    settings = read(ControlSettings)
    if settings.connectors_allow_loopback and read(SupervisorSettings).broker != "embedded":
        raise SettingsWrong(
            "HUB_CONNECTORS_ALLOW_LOOPBACK=true is for demo and tests: only with "
            "HUB_BROKER=embedded. Remove it."
        )
    return NetworkRules(own=settings.networks(), allow_loopback=settings.connectors_allow_loopback)


def environ_of_adapters() -> dict[str, str]:
    """Return the environment without the hub's settings: passwords are no adapter's business."""
    return {name: text for name, text in os.environ.items() if not name.startswith(PREFIX)}


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _plainly(kind: type[BaseSettings], error: ValidationError) -> str:
    """Say which variable is wrong and why, without its value."""
    lines = []
    for problem in error.errors(include_input=False, include_url=False, include_context=False):
        place = problem["loc"]
        lines.append(
            f"{variable(kind, str(place[0])) if place else kind.__name__}: {problem['msg']}"
        )
    return "\n     ".join(lines)
