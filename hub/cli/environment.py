"""What the environment says of this hub: the only reader of settings.

Each command begins here, so it is small: `hub health` runs every few seconds.
"""

import contextlib
import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from hub.api.settings import ApiSettings, OidcSettings
from hub.cli.errors import SettingsWrong
from hub.cli.home import Home
from hub.cli.settings import SupervisorSettings
from hub.connectors.settings import ConnectorsSettings
from hub.control.settings import ControlSettings
from hub.documents.settings import DocumentsSettings
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
    DocumentsSettings,
    RecorderSettings,
    ViewsSettings,
    SupervisorSettings,
)
"""Every class of settings: what stands in none of them is an unknown variable."""

ALLOCATOR: Final[Mapping[str, str]] = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "262144",
    "MALLOC_TRIM_THRESHOLD_": "1048576",
}
"""For glibc's malloc (mallopt(3)). Left to itself it learns from the largest batch so far to keep
memory of that size for ever; with bounds it gives large pieces back, at no cost that was measured.
In one pair of runs the whole hub took 1,486 MiB after a burst in place of 1,538."""

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


def beginning_with(prefix: str) -> dict[str, str]:
    """Return the variables of the environment whose names begin so, as they are."""
    return {name: text for name, text in os.environ.items() if name.startswith(prefix)}


def given() -> dict[str, str]:
    """Return what is set of the hub, as text: by the environment, else by a secret file.

    For who looks at a hub whose settings may be wrong; who runs one uses `read`.
    """
    found = beginning_with(PREFIX)
    for name in variables().keys() - found.keys():
        with contextlib.suppress(OSError, UnicodeDecodeError):
            path = SECRET_FILES / name.lower()
            found[name] = path.read_text(encoding="utf-8").strip()
    return found


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


def allows_loopback() -> bool:
    """Say whether connectors may call this machine's own loopback.

    Raises:
        SettingsWrong: they may, but the hub is not one that runs on this machine alone.
    """
    allowed = read(ControlSettings).connectors_allow_loopback
    if allowed and read(SupervisorSettings).broker != "embedded":
        raise SettingsWrong(
            "HUB_CONNECTORS_ALLOW_LOOPBACK=true is for demo and tests: only with "
            "HUB_BROKER=embedded. Remove it."
        )
    return allowed


def environ_of_adapters(secrets: str) -> dict[str, str]:
    """Return the environment of an adapter's own process, without what it is not to see.

    These are the hub's settings, and variables that begin with `secrets`: each adapter asks the
    runtime for its own.
    """
    hidden = (PREFIX, secrets)
    return {name: text for name, text in os.environ.items() if not name.startswith(hidden)}


def of_a_process() -> Mapping[str, str]:
    """Return the environment of a process of the hub; what an operator has set goes before ours."""
    return {**ALLOCATOR, **os.environ}


def whole() -> Mapping[str, str]:
    """Return the environment as it is, for what looks up names that an operator chose."""
    return os.environ


def _plainly(kind: type[BaseSettings], error: ValidationError) -> str:
    """Say which variable is wrong and why, without its value."""
    lines = []
    for problem in error.errors(include_input=False, include_url=False, include_context=False):
        place = problem["loc"]
        lines.append(
            f"{variable(kind, str(place[0])) if place else kind.__name__}: {problem['msg']}"
        )
    return "\n     ".join(lines)
