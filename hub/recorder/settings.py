"""Settings of the recorder process."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class RecorderSettings(BaseSettings):
    """How the recorder is watched. One recorder reads all partitions."""

    model_config = SettingsConfigDict(env_prefix="HUB_RECORDER_", frozen=True)

    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65_535,
        description="Port for Prometheus, on `HUB_METRICS_ADDRESS`; 0 serves none.",
    )
    seek_days: int = Field(
        default=30,
        ge=1,
        le=3_650,
        description="How far back a system may seek in its inbox: settled messages stay so long.",
    )
