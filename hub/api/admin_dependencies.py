"""What the admin routes need: the control plane, and who is asking."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from starlette.requests import HTTPConnection

from hub.api.problems import Code, Problem
from hub.control.outbox import OutboxWorker
from hub.control.quarantine import Quarantine
from hub.control.service import Control


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminTokens:
    """The admin tokens' SHA-256 digests by the name that stands in the trail."""

    digests: Mapping[str, bytes]

    @classmethod
    def of(cls, tokens: Mapping[str, str]) -> Self:
        """Keep only the digests of these tokens: a memory dump holds no key to the hub.

        A plain hash is enough: a token is 256 random bits, not a password.
        """
        return cls(
            digests={
                name: hashlib.sha256(token.encode()).digest() for name, token in tokens.items()
            }
        )

    def actor(self, token: str) -> str | None:
        """Return who holds this token, or None."""
        digest = hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
        found = None
        # All of them, each in constant time: how long it takes says nothing about any token.
        for name, known in self.digests.items():
            if hmac.compare_digest(known, digest):
                found = name
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Admin:
    """The control plane, as the API process serves it."""

    control: Control
    outbox: OutboxWorker
    quarantine: Quarantine
    tokens: AdminTokens


def control_of(connection: HTTPConnection) -> Control:
    """Return the control plane of this app (`app.state.control`)."""
    control: Control = connection.app.state.control
    return control


def outbox_of(connection: HTTPConnection) -> OutboxWorker | None:
    """Return the outbox worker of this process (`app.state.outbox`), if it runs one."""
    return getattr(connection.app.state, "outbox", None)


def quarantine_of(connection: HTTPConnection) -> Quarantine:
    """Return the held messages of this app (`app.state.quarantine`)."""
    quarantine: Quarantine = connection.app.state.quarantine
    return quarantine


def administrator(connection: HTTPConnection) -> str:
    """Return the name of the administrator who is asking (`app.state.admin_tokens`).

    Raises:
        Problem: 401 without a known token.
    """
    tokens: AdminTokens = connection.app.state.admin_tokens
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    actor = tokens.actor(token.strip()) if scheme.lower() == "bearer" else None
    if actor is None:
        raise Problem(
            401,
            Code.UNAUTHORIZED,
            "these paths need the hub's admin token",
            headers={"www-authenticate": 'Bearer realm="hub-admin"'},
        )
    return actor
