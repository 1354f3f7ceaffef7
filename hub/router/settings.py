"""Settings of the router process."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class RouterSettings(BaseSettings):
    """Which share of the partitions this router owns."""

    model_config = SettingsConfigDict(env_prefix="HUB_ROUTER_", extra="forbid")

    slot: int = 0
    """This router's number, from 0."""
    slots: int = 1
    """How many routers there are. All of them must say the same."""
    metrics_port: int = 0
    """Loopback port for Prometheus; 0 serves none."""
