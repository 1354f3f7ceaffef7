"""Settings of the connectors process. Only `hub.cli.wiring` reads them."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
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
    port: int = Field(
        default=0,
        ge=0,
        le=65_535,
        description="Loopback port on which connectors that are called listen, behind the "
        "province's proxy: `/in/<connector>/…`. 0: none listens.",
    )
    metrics_port: int = Field(
        default=0, ge=0, le=65_535, description="Loopback port for Prometheus; 0 serves none."
    )

    @model_validator(mode="after")
    def _the_slot_exists(self) -> Self:
        if self.slot >= self.slots:
            raise ValueError("HUB_CONNECTORS_SLOT must be below HUB_CONNECTORS_SLOTS")
        return self
