"""What the checks work with: the bundle's files, and what of them is proven already."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from lgsp_verify.bundle.index import Index
from lgsp_verify.log import TreeHead
from lgsp_verify.rules import Chain
from lgsp_verify.trust import Trust

ADMITTED: Final = "admitted"
REFUSED: Final = "refused"
RECIPIENTS_WORDS: Final = frozenset({"delivered", "acknowledged", "processed", "rejected"})
"""What a recipient states itself, by a receipt."""


class RulesRef(msgspec.Struct, frozen=True):
    """The rules that an event names."""

    version: int
    hash: str


class AuditEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event as its leaf tells it; members that are not looked at are left out."""

    event: str
    source: str
    id: str
    at: datetime
    recipient: str | None = None
    rules: RulesRef | None = None
    reason: str | None = None
    body_sha256: str | None = None
    detail: dict[str, Any] = {}

    def text(self, name: str) -> str | None:
        """Return a text of the detail."""
        value = self.detail.get(name)
        return value if isinstance(value, str) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """An event that is proven to stand in the log."""

    number: int
    event: AuditEvent

    @property
    def place(self) -> str:
        """How the report names it."""
        return f"leaf {self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """Everything of the bundle that is proven to stand in the log."""

    leaves: tuple[Leaf, ...] = ()
    """The events about the message, in the order of the log."""
    hashes: tuple[bytes, ...] = ()
    """Of all leaves, also of those whose events are not shown, in the same order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What whoever verifies gives besides the bundle."""

    trust: Trust
    document: bytes | None = None
    checkpoint: bytes | None = None
    """One that was kept earlier, or got from somebody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One bundle, its index read."""

    index: Index
    files: Mapping[str, bytes]
    given: Given
    head: TreeHead | None
    """Of the bundle's checkpoint; None: its signature is not to be relied on."""
    logged: Logged
    chain: Chain | None
    """Only where it leads to the hash that the decision names."""

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """The events that are proven to stand in the log."""
        return self.logged.leaves

    @property
    def decision(self) -> Leaf | None:
        """The leaf of the hub's decision: the admission, else the last refusal, else what it is."""
        own = [leaf for leaf in self.leaves if leaf.event.recipient is None]
        for word in (ADMITTED, REFUSED):
            found = [leaf for leaf in own if leaf.event.event == word]
            if found:
                return found[-1]
        return own[-1] if own else None

    def body(self) -> bytes | None:
        """Return the message's body: the bundle's, or the document where that is it."""
        message = self.index.message
        if message is not None and message.body is not None:
            return self.files.get(message.body)
        return self.given.document
