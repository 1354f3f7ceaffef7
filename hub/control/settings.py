"""Settings of the control plane. Only `hub.cli.wiring` reads them."""

from ipaddress import IPv4Network, IPv6Network, ip_network

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ControlSettings(BaseSettings):
    """What no operator may approve for a connector."""

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

    @field_validator("own_networks")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        _parsed(text)
        return text

    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Return the hub's own networks."""
        return _parsed(self.own_networks)


def _parsed(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
