"""Settings of the views process."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ViewsSettings(BaseSettings):
    """How the views are made and watched."""

    model_config = SettingsConfigDict(env_prefix="HUB_VIEWS_", frozen=True)

    metrics_port: int = Field(
        default=0, ge=0, le=65_535, description="Loopback port for Prometheus; 0 serves none."
    )
    member: str = Field(
        default="views-1",
        pattern=r"^[a-z0-9-]{1,63}$",
        description="Name of this process among those that make views: the same after a restart.",
    )
