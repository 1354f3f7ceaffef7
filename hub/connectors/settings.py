"""Settings of the connectors process. Only `hub.cli.environment` reads them."""

from ipaddress import ip_address
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ConnectorsSettings(BaseSettings):
    """Which connectors this process runs, and where it listens."""

    model_config = SettingsConfigDict(env_prefix="HUB_CONNECTORS_", frozen=True)

    slot: int = Field(default=0, ge=0, description="This connectors process's number, from 0.")
    slots: int = Field(
        default=1,
        ge=1,
        description="How many connectors processes there are. All of them must say the same.",
    )
    keys: Path | None = Field(
        default=None,
        description="The folder with the private keys of systems whose connectors hand in, "
        "`<system>.pem`, readable for the hub alone. Without it: `connector-keys/` in the home "
        "directory.",
    )
    secrets: Path | None = Field(
        default=None,
        description="The folder of secrets that configurations name as `file:NAME`; no file "
        "outside it is read for a connector. Without it: `connector-secrets/` in the home "
        "directory.",
    )
    env_prefix: str = Field(
        default="CONNECTOR_",
        pattern=r"^[A-Z][A-Z0-9_]*_$",
        description="How the variables begin that configurations may name as `env:NAME`; no other "
        "is read for a connector.",
    )
    vault_url: str | None = Field(
        default=None,
        description="Where `vault:MOUNT/PATH#FIELD` is asked for: a HashiCorp Vault or OpenBao "
        "(key-value engine, version 2), `https://host:port`; `http` only on loopback, for its "
        "agent.",
    )
    vault_token_file: Path | None = Field(
        default=None,
        description="The file with the token for it, read at each question. Needed with "
        "`HUB_CONNECTORS_VAULT_URL`.",
    )
    port: int = Field(
        default=0,
        ge=0,
        le=65_535,
        description="Loopback port on which connectors that are called listen, behind the "
        "province's proxy: `/in/<connector>/…`. 0: none listens.",
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65_535,
        description="Port for Prometheus, on `HUB_METRICS_ADDRESS`; 0 serves none.",
    )

    @field_validator("env_prefix")
    @classmethod
    def _is_not_the_hubs(cls, prefix: str) -> str:
        if prefix.startswith("HUB_"):
            raise ValueError("not HUB_: there the hub's own secrets stand")
        return prefix

    @field_validator("vault_url")
    @classmethod
    def _is_safe(cls, url: str | None) -> str | None:
        if url is not None and not _keeps_a_token_secret(url):
            raise ValueError("https://host:port, or http:// with a loopback address; no path")
        return url

    @model_validator(mode="after")
    def _the_token_is_given(self) -> Self:
        if (self.vault_url is None) is not (self.vault_token_file is None):
            raise ValueError("HUB_CONNECTORS_VAULT_URL and _VAULT_TOKEN_FILE go together")
        return self

    @model_validator(mode="after")
    def _the_slot_exists(self) -> Self:
        if self.slot >= self.slots:
            raise ValueError("HUB_CONNECTORS_SLOT must be below HUB_CONNECTORS_SLOTS")
        return self


def _keeps_a_token_secret(url: str) -> bool:
    parts = urlsplit(url)
    bare = bool(parts.hostname) and parts.path in ("", "/") and "@" not in parts.netloc
    if parts.query or parts.fragment or not bare:
        return False
    return parts.scheme == "https" or (
        parts.scheme == "http" and _is_loopback(parts.hostname or "")
    )


def _is_loopback(host: str) -> bool:
    # As an address: a name may lead elsewhere tomorrow.
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
