"""Where the world is: home directory, Kafka, SQL, objects. Only `hub.cli.wiring` reads it."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class IoSettings(BaseSettings):
    """How every process of the hub reaches its stores. No setting turns TLS checks off."""

    model_config = SettingsConfigDict(env_prefix="HUB_", frozen=True)

    home: Path = Field(
        default=Path(".hub"),
        description="The hub's home directory, made by `hub init`: identity, secrets, logs, and "
        "the embedded stores.",
    )
    kafka_bootstrap: str = Field(
        default="127.0.0.1:19092",
        description="Kafka brokers as `host:port`, comma-separated. With the embedded broker: "
        "where it listens, on 127.0.0.1.",
    )
    kafka_username: str | None = Field(
        default=None, description="SCRAM-SHA-512 user. Needs `HUB_KAFKA_CA_FILE`."
    )
    kafka_password: SecretStr | None = Field(
        default=None, description="That user's password; better a file `hub_kafka_password`."
    )
    kafka_ca_file: Path | None = Field(
        default=None, description="PEM file with the brokers' trust root. Given: TLS."
    )
    kafka_replication: int = Field(
        default=1,
        ge=1,
        le=9,
        description="Replicas of each topic: 1 for one broker, 3 in production.",
    )
    sql_url: SecretStr | None = Field(
        default=None,
        description="`postgresql://user:password@host/database`; better a file `hub_sql_url`. "
        "Without it: SQLite, `hub.db` in the home directory.",
    )
    otlp_endpoint: str | None = Field(
        default=None,
        pattern=r"^https?://[^/\s]+/?$",
        description="Where traces go: a collector's OTLP/HTTP endpoint, `http://host:4318`. Spans "
        "hold names of the rules, ids of messages and codes. Without it no span is made.",
    )
    otlp_ratio: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="The share of traces begun by the hub that are told; a sender's own "
        "`traceparent` decides for itself.",
    )
    objects_url: str | None = Field(
        default=None,
        description="Where objects are kept: `s3://bucket/prefix` or `file:///path`. "
        "Without it: `objects/` in the home directory.",
    )
