"""Settings of the API process. Only `hub.cli.environment` reads them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.api.addresses import networks_of
from hub.control.people.rights import Groups, parse_groups


class ApiSettings(BaseSettings):
    """Where the API listens. It is meant to stand behind a proxy that ends TLS."""

    model_config = SettingsConfigDict(env_prefix="HUB_API_", frozen=True)

    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on. Other than loopback only with a proxy that ends TLS.",
    )
    port: int = Field(default=8640, ge=0, le=65_535, description="TCP port; 0 takes a free one.")
    socket: Path | None = Field(
        default=None, description="Unix socket to listen on instead of a TCP port."
    )
    processes: int = Field(
        default=1,
        ge=1,
        le=1_000,
        description="How many api processes serve side by side. Each counts what systems hand in "
        "by itself and grants its part of their quotas.",
    )
    public_url: str | None = Field(
        default=None,
        pattern=r"^https://[A-Za-z0-9.:\[\]-]{1,255}$",
        description="Where people's browsers reach the console, as `https://hub.tinh.example`: "
        "the origin that requests of sessions must come from. Without it the console answers "
        "browsers of this machine alone, without TLS.",
    )
    proxies: str = Field(
        default="",
        description="Addresses or networks (CIDR, separated by spaces) of the proxies in front of "
        "the API. Only what one of them adds to `X-Forwarded-For` counts as where a request came "
        "from: it stands in the audit trail. On a Unix socket the peer is the proxy.",
    )
    own_system: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9-]{3,63}$",
        description="A registered system of the hub's own operator. What operators correct and "
        "send anew is a new message of it, under its own access rights; without it they cannot.",
    )
    own_key: Path | None = Field(
        default=None,
        description="Its private key (PKCS #8, PEM), registered for it. Default: "
        "`secrets/connectors/<system>.pem` in the hub's directory.",
    )
    read_only: bool = Field(
        default=False,
        description="No person changes anything while it is true; messages flow as always. "
        "Administrators can turn the same on and off while the hub runs.",
    )

    directory_copy_days: int = Field(
        default=7,
        ge=1,
        le=30,
        description="How many days a signed copy of the directory is good for. Who is cut off "
        "sends and verifies by it so long, and may believe a key so long that was revoked.",
    )

    @field_validator("proxies")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        networks_of(text)
        return text


class OidcSettings(BaseSettings):
    """The identity provider that people sign in at, besides local accounts."""

    model_config = SettingsConfigDict(env_prefix="HUB_OIDC_", frozen=True)

    issuer: str | None = Field(
        default=None,
        pattern=r"^(https://|http://(127\.0\.0\.1|localhost)[:/]).{1,300}$",
        description="The provider's issuer, exactly as its tokens have it; https. Its endpoints "
        "are found by discovery. Redirect address to register there: `HUB_API_PUBLIC_URL` + "
        "`/ops/oidc/callback`.",
    )
    client_id: str = Field(default="", description="The hub's id at the provider.")
    client_secret: SecretStr | None = Field(
        default=None, description="The hub's secret at the provider; none for a public client."
    )
    label: str = Field(
        default="OpenID Connect", max_length=60, description="The name on the sign-in button."
    )
    groups_claim: str = Field(
        default="groups", description="The claim of the ID token that holds a person's groups."
    )
    groups: str = Field(
        default="{}",
        description='Which roles a group gives, as JSON: `{"truc-ban": ["operator"], '
        '"van-thu-xa": ["clerk@<organisation>"]}`. A group that stands not here gives nothing; one '
        "that was set while the hub runs (`hub user group`, `/ops/groups`) goes before this.",
    )

    @field_validator("groups")
    @classmethod
    def _are_groups(cls, text: str) -> str:
        parse_groups(_mapping(text))
        return text

    @model_validator(mode="after")
    def _is_whole(self) -> "OidcSettings":
        if self.issuer is not None and not self.client_id:
            raise ValueError("HUB_OIDC_ISSUER needs HUB_OIDC_CLIENT_ID")
        return self

    def roles(self) -> Groups:
        """Return the roles of each group."""
        return parse_groups(_mapping(self.groups))


def _mapping(text: str) -> Mapping[str, list[str]]:
    found: Any = json.loads(text)
    if not isinstance(found, dict) or not all(_are_words(roles) for roles in found.values()):
        raise ValueError("an object: group to a list of roles")
    return found


def _are_words(roles: object) -> bool:
    return isinstance(roles, list) and all(isinstance(one, str) for one in roles)
