"""Settings of the process `documents`. Only `hub.cli.environment` reads them."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class DocumentsSettings(BaseSettings):
    """How documents are judged. One such process reads all partitions."""

    model_config = SettingsConfigDict(env_prefix="HUB_DOCUMENTS_", frozen=True)

    at_once: int = Field(
        default=2,
        ge=1,
        le=64,
        description="Documents judged at once, each in a worker process of its own.",
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65_535,
        description="Port for Prometheus, on `HUB_METRICS_ADDRESS`; 0 serves none.",
    )
