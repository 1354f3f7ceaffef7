"""What gathering needs from the hub's stores."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from lgsp_verify.asice.cades import Sealer
from lgsp_verify.bundle.compose import CertificatePart

from hub.io.anchor_reading import AnchoredCheckpoint, StoredAnchor
from hub.io.kafka.ingress_record import Found
from hub.io.message_proofs import MessageProof


class Proofs(Protocol):
    """The transparency log, asked about one message."""

    async def prove(self, source: str, id: str, *, anchored: bool = False) -> MessageProof | None:
        """Return every leaf of a message, with proofs; None: the log knows nothing of it.

        `anchored`: as of the newest anchor, a minute ago.

        Raises:
            Refusing: the log is damaged.
            Unavailable: a store does not answer, or log and projection are too far apart.
        """
        ...


class Continuity(Protocol):
    """The transparency log, asked whether it only grew."""

    async def consistency(self, shard: int, old: int, new: int) -> list[bytes] | None:
        """Return the proof from `old` to `new` leaves; None: the log is not as large.

        Raises:
            ValueError: `old` is not between 1 and `new`.
            Refusing, Unavailable: see `Proofs`.
        """
        ...


class Records(Protocol):
    """The records of `hub.ingress`, one by one."""

    async def read(self, partition: int, offset: int) -> Found | None:
        """Return one record; None: it is no longer kept.

        Raises:
            Unavailable: the broker does not answer.
        """
        ...


class Certificates(Protocol):
    """The certificates of systems' keys, and what was known of them when."""

    async def of(self, system: str, thumbprint: str, at: datetime) -> CertificatePart | None:
        """Return a key's certificate and what was known of it at `at`; None: it has none.

        Raises:
            Unavailable: SQL does not answer.
        """
        ...


class Anchors(Protocol):
    """What the hub said of all shards, and who vouches for its time."""

    async def newest_of(self, shard: int) -> AnchoredCheckpoint | None:
        """Return a shard's newest anchored checkpoint: a stamped one, where there is one.

        Raises:
            Refusing, Unavailable: see `Proofs`.
        """
        ...

    async def get(self, number: int) -> StoredAnchor | None:
        """Return one anchor; None where it is not there (yet).

        Raises:
            Refusing, Unavailable: see `Proofs`.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """Who seals."""

    sealer: Sealer = field(repr=False)
    certificates: tuple[bytes, ...]
    """The seal's own, DER, then those that lead to its root."""
