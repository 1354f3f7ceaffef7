"""What may be asked of keys. See `hub.control.changes`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from hub.control.connector_changes import ChangeModel
from hub.control.fields import Moment, SystemName, Thumbprint
from hub.decision.rulebook import Suspension

MAX_PEM_CHARS: Final = 64 * 1024
"""Five certificates of the largest kind the hub takes, in PEM."""


class Validity(ChangeModel):
    """Base of what counts from one moment until another."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        start, end = getattr(self, "valid_from", None), getattr(self, "valid_to", None)
        if start is not None and end is not None and end < start:
            raise ValueError("valid_to is before valid_from")
        return self


class RegisterKey(Validity):
    """A system signs with this key from now on, besides those it has."""

    change: Literal["register_key"]
    system: SystemName
    jwk: Annotated[dict[str, str], Field(max_length=8)]
    """The public key (RFC 7517); members other than those that identify it are left out."""
    alg: Literal["ES256", "Ed25519", "RS256", "PS256"]
    proof: Annotated[str, StringConstraints(max_length=4096, pattern=r"^[A-Za-z0-9_.-]+$")]
    """`lgsp_message.key_proof`: signed by the new key itself, at most 5 minutes ago."""
    certificate: (
        Annotated[str, StringConstraints(min_length=1, max_length=MAX_PEM_CHARS)] | None
    ) = None
    """PEM: the certificate of this key, then those above it. It limits the key's validity."""
    valid_from: Moment | None = None
    valid_to: Moment | None = None


class EndKey(ChangeModel):
    """A key counts until this moment: its successor is there. Never later than it does now."""

    change: Literal["end_key"]
    system: SystemName
    thumbprint: Thumbprint
    valid_to: Moment


class RevokeKey(ChangeModel):
    """Refuse a key for ever, whatever time a message names."""

    change: Literal["revoke_key"]
    system: SystemName
    thumbprint: Thumbprint


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendKey:
    """Refuse a key until it is resumed. Not to be asked for: a report or a check leads to it."""

    system: str
    thumbprint: str
    cause: Suspension
    change: str = "suspend_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeKey:
    """Let a suspended key count again. Not to be asked for: see `SuspendKey`."""

    system: str
    thumbprint: str
    change: str = "resume_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompromiseKey:
    """Refuse a key for ever: since a moment somebody else may have signed with it.

    Not to be asked for: it is what becomes of a report that a second person has confirmed.
    """

    system: str
    thumbprint: str
    since: datetime
    change: str = "compromise_key"
