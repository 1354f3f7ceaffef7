"""Settings of the control plane. Only `hub.cli.environment` reads them."""

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

CORRECTIONS_ALONE: Final = 20
"""Deliveries that one person sends anew alone within 24 hours: a bad morning of one agency. More
is a fault of rules or of a program, which is repaired there."""


class ControlSettings(BaseSettings):
    """What no operator may approve for a connector, and whose certificates count."""

    model_config = SettingsConfigDict(env_prefix="HUB_", frozen=True)

    own_networks: str = Field(
        default="",
        description="Networks of the hub itself (brokers, SQL, object store), as CIDR, separated "
        "by commas: no connector may ever call into them.",
    )
    connectors_allow_loopback: bool = Field(
        default=False,
        description="DANGEROUS, for demo and tests on one machine only: connectors may be "
        "approved to call 127.0.0.0/8 and ::1, where the hub's own services listen. Only with "
        "`HUB_BROKER=embedded`.",
    )

    trust: Path | None = Field(
        default=None,
        description="Directory of the trust file (`trust.toml`) and its certificates: whose "
        "certificates count. Without it no certificate of a key does.",
    )
    trust_test_roots: bool = Field(
        default=False,
        description="DANGEROUS, for demo and tests only: let a trust file of test roots count. "
        "Only with `HUB_BROKER=embedded`.",
    )
    revocation_grace_hours: int = Field(
        default=72,
        ge=0,
        le=720,
        description="How long a key goes on while the authority of its certificate gives no answer "
        "that counts. Then it is suspended until one comes.",
    )

    schemas_four_eyes: bool = Field(
        default=False,
        description="Nobody publishes a schema alone: it is drafted and submitted, and another "
        "person approves it. What comes with the hub is published without.",
    )

    four_eyes: str = Field(
        default="",
        description="Kinds of changes of the rules that need a second person, separated by commas, "
        "as `put_right,put_subscription`: `POST /v1/admin/changes` refuses them, and "
        "`POST /v1/admin/proposals` takes them. Without it one person is enough.",
    )

    corrections_alone: int = Field(
        default=CORRECTIONS_ALONE,
        ge=0,
        le=100_000,
        description="Deliveries that one person sends anew within 24 hours alone: dead letters "
        "redirected to another system, recipients of corrected copies. More waits for a second "
        "person; 0: each does.",
    )

    @field_validator("four_eyes")
    @classmethod
    def _are_changes(cls, text: str) -> str:
        from hub.control.changes import KINDS_OF_CHANGES  # noqa: PLC0415  (every command reads this)

        unknown = _kinds(text) - KINDS_OF_CHANGES
        if unknown:
            raise ValueError(f"no kinds of changes: {', '.join(sorted(unknown))}")
        return text

    def second_person_for(self) -> frozenset[str]:
        """Return the kinds of changes that need a second person."""
        return _kinds(self.four_eyes)

    @field_validator("own_networks")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        _parsed(text)
        return text

    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Return the hub's own networks."""
        return _parsed(self.own_networks)

    @property
    def revocation_grace(self) -> timedelta:
        """Return how long a key goes on without an answer about its certificate."""
        return timedelta(hours=self.revocation_grace_hours)


def _kinds(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def _parsed(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
