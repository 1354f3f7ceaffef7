"""Settings of `hub up`. Only `hub.cli.environment` reads them."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SupervisorSettings(BaseSettings):
    """What `hub up` starts, and what each process writes to its log."""

    model_config = SettingsConfigDict(env_prefix="HUB_", frozen=True)

    broker: Literal["embedded", "external"] = Field(
        default="embedded",
        description="`embedded`: `hub up` runs Apache Kafka itself, on 127.0.0.1. `external`: "
        "it uses the brokers named by `HUB_KAFKA_BOOTSTRAP`.",
    )
    broker_controller_port: int | None = Field(
        default=None,
        ge=1,
        le=65_535,
        description="The embedded broker's port for itself; without it, its port + 1.",
    )
    broker_heap_mb: int = Field(
        default=512, ge=128, description="Bound of the embedded broker's Java heap, in MiB."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least severe level that a process writes to its log."
    )
    metrics_address: str = Field(
        default="127.0.0.1",
        description="Where each process but the API serves Prometheus, at its `…_METRICS_PORT`. "
        "Other than loopback only in a closed network: whoever asks is told names of systems.",
    )
    heartbeat_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="Called (POST) once a minute by `hub up` while the broker and every process "
        "are ready. With `{process}` in it each process calls too, under its own name; `hub up` "
        "is `hub`. A watcher outside tells when a call stays away.",
    )
