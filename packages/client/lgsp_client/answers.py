"""What the hub answers, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lgsp_client.errors import HubRefused, HubUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """The hub has the message, durably."""

    source: str
    id: str
    state: str
    """`accepted`: taken, not yet decided. Else the decision, or the state of a known message."""
    status_url: str
    known: bool = False
    """The hub had this message already: this was a repetition, and nothing is delivered twice."""
    answer: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The whole answer, with what a newer hub may tell beyond this."""


Outcome = Submitted | HubRefused | HubUnavailable
"""What became of one message of a batch: errors are values here, so that the others count.

What is unavailable may be sent again as it is: the id makes it one message.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One error that `check` found."""

    reason: str
    detail: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the hub would decide, with every error at once. Nothing was stored."""

    findings: tuple[Finding, ...]
    answer: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def admitted(self) -> bool:
        """Whether the hub would take the message."""
        return not self.findings


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectRef:
    """A reference to an uploaded object, as a message's body carries it."""

    hash: str
    """`sha256:` and 64 hexadecimal digits."""
    size: int
    """Bytes."""
    media_type: str
    name: str

    def to_json(self) -> dict[str, Any]:
        """Return the value that the shipped schemas want for an object."""
        return {
            "hash": self.hash,
            "size": self.size,
            "media_type": self.media_type,
            "name": self.name,
        }
