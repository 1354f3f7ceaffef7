"""Settings of the recorder process."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class RecorderSettings(BaseSettings):
    """How the recorder is watched. One recorder reads all partitions."""

    model_config = SettingsConfigDict(env_prefix="HUB_RECORDER_", frozen=True)

    metrics_port: int = Field(
        default=0, ge=0, le=65_535, description="Loopback port for Prometheus; 0 serves none."
    )
