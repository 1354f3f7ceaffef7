"""Settings of the router process. Only `hub.cli.environment` reads them."""

from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class RouterSettings(BaseSettings):
    """Which share of the partitions this router owns."""

    model_config = SettingsConfigDict(env_prefix="HUB_ROUTER_", frozen=True)

    slot: int = Field(default=0, ge=0, description="This router's number, from 0.")
    slots: int = Field(
        default=1, ge=1, description="How many routers there are. All of them must say the same."
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65_535,
        description="Port for Prometheus, on `HUB_METRICS_ADDRESS`; 0 serves none.",
    )

    @model_validator(mode="after")
    def _the_slot_exists(self) -> Self:
        if self.slot >= self.slots:
            raise ValueError("HUB_ROUTER_SLOT must be below HUB_ROUTER_SLOTS")
        return self
