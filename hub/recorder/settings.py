"""Settings of the recorder process."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
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
    anchor_seconds: int = Field(
        default=60,
        ge=1,
        le=60,
        description="Between two looks whether the log has grown: if so, all its shards are "
        "anchored together, cosigned and stamped.",
    )
    tsa_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s]+$",
        description="The time stamping authority (RFC 3161) that stamps each anchor of the log. "
        "Without it nothing is stamped. Needs `HUB_RECORDER_TSA_ROOTS`.",
    )
    tsa_roots: Path | None = Field(
        default=None,
        description="PEM file with the roots that stand behind that authority's stamps.",
    )
    witnesses: Path | None = Field(
        default=None,
        description="File of the witnesses that cosign the log: on each line a URL and the "
        "witness's verifier key, as `hub witness init` prints it.",
    )

    @model_validator(mode="after")
    def _roots_for_stamps(self) -> Self:
        if self.tsa_url is not None and self.tsa_roots is None:
            raise ValueError("HUB_RECORDER_TSA_URL needs HUB_RECORDER_TSA_ROOTS")
        return self
