"""Settings of the views process."""

from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ViewsSettings(BaseSettings):
    """How the views are made and watched, and how alerts leave the hub."""

    model_config = SettingsConfigDict(env_prefix="HUB_VIEWS_", frozen=True)

    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65_535,
        description="Port for Prometheus, on `HUB_METRICS_ADDRESS`; 0 serves none.",
    )
    member: str = Field(
        default="views-1",
        pattern=r"^[a-z0-9-]{1,63}$",
        description="Name of this process among those that make views: the same after a restart.",
    )
    keep_days: int = Field(
        default=800,
        ge=401,
        le=36_500,
        description="Days that counts, and matters after their last word, are kept: two years to "
        "compare, and a month more. Open matters with a limit are kept twice as long. Not less "
        "than the longest window of the indicator pages, 400 days.",
    )
    smtp_host: str | None = Field(
        default=None, description="Mail relay for alerts. Without it no channel `email` works."
    )
    smtp_port: int = Field(default=587, ge=1, le=65_535, description="Port of the relay.")
    smtp_security: Literal["starttls", "tls", "unsafe_none"] = Field(
        default="starttls",
        description="`unsafe_none`: in the clear, for a relay on the same machine only.",
    )
    smtp_user: str | None = Field(default=None, description="User at the relay.")
    smtp_password: SecretStr | None = Field(default=None, description="Password at the relay.")
    smtp_from: str | None = Field(default=None, description="Sender of alerts by e-mail.")
    webhook_networks: str = Field(
        default="",
        description="Networks that alerts by webhook, and the heartbeat, may call, as "
        "`10.1.0.0/16,10.2.0.0/16`. Empty: none.",
    )
    heartbeat_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="Called once a minute while alerts are looked at: a watcher outside, which "
        "tells when the call stays away, sees that the hub itself has died.",
    )
    message_api: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="Address of the hub's API, for alerts by SMS or Zalo.",
    )
    message_system: str | None = Field(
        default=None, description="The system in whose name such an alert is sent as a notice."
    )
    message_key: Path | None = Field(default=None, description="Its private key, a PEM file.")
    message_to: str | None = Field(
        default=None,
        description="Who sends it on, as `system:<name>`: the system of a `notify` connector.",
    )
    message_agency: str | None = Field(
        default=None, description="Code of the agency that such a notice names as its sender."
    )

    @field_validator("webhook_networks")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        for one in _parts(text):
            ip_network(one)
        return text

    def networks(self) -> tuple[str, ...]:
        """Return the networks that may be called."""
        return _parts(self.webhook_networks)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
