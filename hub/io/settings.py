"""Where the world is: home directory, Kafka, SQL, objects. Only `hub.cli.environment` reads it."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
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
    log_key: str | None = Field(
        default=None,
        pattern=r"^pkcs11:",
        description="The key that signs the transparency log, in a hardware module: "
        "`pkcs11:token=LABEL;object=LABEL` (RFC 7512). Without it: `secrets/log.pem` in the home.",
    )
    seal_key: str | None = Field(
        default=None,
        pattern=r"^pkcs11:",
        description="The key that signs containers of evidence, likewise. Without it: "
        "`secrets/seal.pem` in the home.",
    )
    seal_certificate: Path | None = Field(
        default=None,
        description="PEM file with the certificate of the sealing key and those above it, where an "
        "authority has issued one. Without it: self-signed, `seal-certificate.pem` in the home.",
    )
    pkcs11_module: Path | None = Field(
        default=None,
        description="The library of the hardware module (`.so`). Needs the extra `hsm`.",
    )
    pkcs11_pin: SecretStr | None = Field(
        default=None, description="The token's PIN; better a file `hub_pkcs11_pin`."
    )

    @model_validator(mode="after")
    def _module_for_keys(self) -> Self:
        named = self.log_key is not None or self.seal_key is not None
        if named and (self.pkcs11_module is None or self.pkcs11_pin is None):
            raise ValueError("HUB_LOG_KEY and HUB_SEAL_KEY need HUB_PKCS11_MODULE and its PIN")
        return self
