"""What an adapter says about itself."""

import re
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from lgsp_adapter.config import Config
from lgsp_adapter.texts import Text

CONTRACT: Final = 1
"""The version of the contract between runtime and adapter that this SDK speaks."""

SUPPORTED: Final = (1,)
"""What a runtime with this SDK can run: this version and, once there is one, the one before."""

_NAME = re.compile(r"[a-z][a-z0-9-]{1,40}")
_VERSION = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*)){2}(?:[-+][0-9A-Za-z.+-]+)?")
_TYPE = re.compile(r"\*|[a-z0-9.-]+(?:\.\*)?")


@unique
class Kind(StrEnum):
    """Which way messages go."""

    SOURCE = "source"
    SINK = "sink"
    SERVICE = "service"
    """The foreign system calls: it hands in, and fetches what waits for it."""


@unique
class Idempotence(StrEnum):
    """What the other side does with the same delivery twice; it says what an unknown end means."""

    IDEMPOTENT = "idempotent"
    """It knows the idempotency key: call again."""
    LOOK_UP = "look_up"
    """It can be asked whether it has it (`find`): ask, then call again or not."""
    NEITHER = "neither"
    """Calling again may do it twice (an SMS): never again by itself, dead letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """The declaration of an adapter. A wrong one fails at import.

    Raises:
        ValueError: name, version, contract or types break their grammar; a sink without
            `idempotence`, or anybody else with it.
    """

    name: str
    version: str
    """Semantic version of the adapter."""
    kind: Kind
    config: type[Config]
    title: Text
    types: tuple[str, ...]
    """Event types it sends or takes; also `vn.gov.dossier.*` and `*`. Empty takes nothing."""
    idempotence: Idempotence | None = None
    contract: int = CONTRACT

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError("name: lower-case letters, digits and hyphens")
        if not _VERSION.fullmatch(self.version):
            raise ValueError("version: a semantic version such as 1.2.0")
        if self.contract not in SUPPORTED:
            raise ValueError(f"contract: this SDK speaks {SUPPORTED}")
        if not all(_TYPE.fullmatch(name) for name in self.types):
            raise ValueError("types: event types, or a beginning followed by .*")
        if (self.idempotence is None) is (self.kind is Kind.SINK):
            raise ValueError("idempotence: every sink says it, nobody else does")

    def takes(self, type_: str) -> bool:
        """Say whether an event type is one of `types`."""
        return any(
            name in ("*", type_) or (name.endswith(".*") and type_.startswith(name[:-1]))
            for name in self.types
        )
