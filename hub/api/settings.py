"""Settings of the API process. Only `hub.cli.wiring` reads them."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ApiSettings(BaseSettings):
    """Where the API listens. It is meant to stand behind a proxy that ends TLS."""

    model_config = SettingsConfigDict(env_prefix="HUB_API_", frozen=True)

    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on. Other than loopback only with a proxy that ends TLS.",
    )
    port: int = Field(default=8640, ge=0, le=65_535, description="TCP port; 0 takes a free one.")
    socket: Path | None = Field(
        default=None, description="Unix socket to listen on instead of a TCP port."
    )
    public_url: str | None = Field(
        default=None,
        pattern=r"^https://[A-Za-z0-9.:\[\]-]{1,255}$",
        description="Where people's browsers reach the console, as `https://hub.tinh.example`: "
        "the origin that requests of sessions must come from. Without it the console answers "
        "browsers of this machine alone, without TLS.",
    )
    read_only: bool = Field(
        default=False,
        description="No person changes anything while it is true; messages flow as always. "
        "Administrators can turn the same on and off while the hub runs.",
    )
