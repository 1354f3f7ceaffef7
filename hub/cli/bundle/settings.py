"""The hub's settings as a support bundle shows them, and the secrets among them."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from hub.cli import wiring
from hub.cli.bundle.masking import SECRET, place_of, secrets_below
from hub.cli.home import Home
from hub.connectors.settings import ConnectorsSettings

UNKNOWN = "[not a setting of the hub]"


def shown(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return each variable of the hub that is set; secrets masked, addresses without their path.

    One that the hub does not know is named and not shown: it may be a misspelt secret.
    """
    known = wiring.variables()
    found = {}
    for name, text in sorted(_given(environ).items()):
        if name not in known:
            found[name] = UNKNOWN
        elif _is_secret(name):
            found[name] = SECRET
        else:
            found[name] = place_of(text) if "://" in text else text
    return found


def secrets(home: Home, environ: Mapping[str, str] = os.environ) -> Iterator[str]:
    """Yield every secret that this machine can tell: of settings, of the home, of connectors."""
    given = _given(environ)
    for name, text in given.items():
        if _is_secret(name):
            yield text
        if "://" in text:
            parts = urlsplit(text)
            yield from (unquote(parts.password or ""), parts.password or "")
    settings = wiring.read(ConnectorsSettings)
    for name, text in environ.items():
        if name.startswith(settings.env_prefix):
            yield text
    for folder in (home.secrets, settings.secrets or home.connector_secrets):
        yield from secrets_below(folder)
    yield from secrets_below(settings.keys or home.connector_keys)
    if settings.vault_token_file is not None:
        yield from secrets_below(settings.vault_token_file)


def _given(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what is set, by the environment or by a file as Docker and Kubernetes have it."""
    found = {name: text for name, text in environ.items() if name.startswith(wiring.PREFIX)}
    for name in wiring.variables():
        path: Path = wiring.SECRET_FILES / name.lower()
        try:
            found.setdefault(name, path.read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError):
            continue
    return found


def _is_secret(name: str) -> bool:
    kind = wiring.variables().get(name)
    if kind is None:
        return False
    fields: dict[str, Any] = kind.model_fields
    annotation = next(
        field.annotation for own, field in fields.items() if wiring.variable(kind, own) == name
    )
    return SecretStr in (annotation, *get_args(annotation))
