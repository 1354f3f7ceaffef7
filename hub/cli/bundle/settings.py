"""The hub's settings as a support bundle shows them, and the secrets among them."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from hub.cli import environment
from hub.cli.bundle.masking import SECRET, place_of, secrets_below
from hub.cli.home import Home
from hub.connectors.settings import ConnectorsSettings

UNKNOWN = "[not a setting of the hub]"


def shown(given: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that are set; secrets masked, addresses without their path.

    One that the hub does not know is named and not shown: it may be a misspelt secret.
    """
    known = environment.variables()
    found = {}
    for name, text in sorted(given.items()):
        if name not in known:
            found[name] = UNKNOWN
        elif _is_secret(name):
            found[name] = SECRET
        else:
            found[name] = place_of(text) if "://" in text else text
    return found


def secrets(home: Home, given: Mapping[str, str]) -> Iterator[str]:
    """Yield every secret that this machine can tell: of settings, of the home, of connectors."""
    for name, text in given.items():
        if _is_secret(name):
            yield text
        if "://" in text:
            parts = urlsplit(text)
            yield from (unquote(parts.password or ""), parts.password or "")
    settings = environment.read(ConnectorsSettings)
    yield from environment.beginning_with(settings.env_prefix).values()
    for folder in (home.secrets, settings.secrets or home.connector_secrets):
        yield from secrets_below(folder)
    yield from secrets_below(settings.keys or home.connector_keys)
    if settings.vault_token_file is not None:
        yield from secrets_below(settings.vault_token_file)


def _is_secret(name: str) -> bool:
    kind = environment.variables().get(name)
    if kind is None:
        return False
    fields: dict[str, Any] = kind.model_fields
    annotation = next(
        field.annotation for own, field in fields.items() if environment.variable(kind, own) == name
    )
    return SecretStr in (annotation, *get_args(annotation))
