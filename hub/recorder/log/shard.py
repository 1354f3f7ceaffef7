"""One shard's log in memory: its right edge, and what was promised of it. Pure but for the key."""

from collections.abc import Iterable
from dataclasses import dataclass

from lgsp_verify.log import (
    Appender,
    Malformed,
    Signer,
    TreeHead,
    encode_entry,
    is_by_hash,
    parse_entry,
)

from hub.io.kafka.log_feed import LogRecord
from hub.io.log_files import large_path, pieces_by_path
from hub.io.log_head import Head
from hub.io.sql.log_heads import Promise, Step
from hub.ports import Refusing


@dataclass(slots=True)
class Shard:
    """The log of one audit partition, a pure function of its committed records."""

    number: int
    appender: Appender
    next_offset: int
    published: int
    """The size of the head that stands in the store."""
    promised: Promise | None
    """What was signed last, in the store or only in SQL."""

    @classmethod
    def opened(
        cls, number: int, origin: str, head: Head | None, promised: Promise | None
    ) -> "Shard":
        """Return the shard as its head left it.

        Raises:
            Refusing: the head is damaged, or not of this log.
        """
        if head is None:
            return cls(number, Appender(), 0, 0, promised)
        try:
            appender = Appender.at(head.size, head.edge)
        except Malformed as error:
            raise Refusing(_damaged(number)) from error
        if head.checkpoint.head != TreeHead(origin, head.size, appender.root()):
            raise Refusing(_damaged(number))
        shard = cls(number, appender, head.next_offset, head.size, promised)
        shard._keep_promise()
        return shard

    @property
    def is_behind(self) -> bool:
        """Whether something larger than this was promised already: nothing may be signed yet."""
        return self.promised is not None and self.promised.size > self.appender.size

    @property
    def has_news(self) -> bool:
        """Whether a checkpoint can be signed that is newer than the one in the store."""
        return self.appender.size > self.published and not self.is_behind

    def take(self, records: Iterable[LogRecord]) -> dict[str, bytes]:
        """Add records; return the files that became complete by that.

        Raises:
            Refusing: the tree is another one than was signed at this size.
        """
        files: dict[str, bytes] = {}
        for record in records:
            # Invariant 10: index i is the i-th committed record; nothing is left out or too long.
            entry = encode_entry(record.offset, record.at_ms, record.value)
            if is_by_hash(entry):
                files[large_path(self.number, parse_entry(entry).sha256)] = record.value
            files |= pieces_by_path(self.number, self.appender.append([entry]))
            self.next_offset = record.offset + 1
            self._keep_promise()
        return files

    def signed(self, signer: Signer) -> Head:
        """Sign the log as it stands."""
        head = TreeHead(signer.key.name, self.appender.size, self.appender.root())
        return Head(
            next_offset=self.next_offset,
            checkpoint=head.signed(signer),
            edge=tuple(self.appender.edge()),
        )

    def step(self) -> Step | None:
        """Return what is to be promised before the log as it stands is published, if anything."""
        before = None if self.promised is None else self.promised.size
        if before == self.appender.size:
            return None
        return Step(
            shard=self.number,
            before=before,
            to=Promise(self.appender.size, self.appender.root()),
        )

    def _keep_promise(self) -> None:
        """Return unless the tree of the promised size is another one.

        Raises:
            Refusing.
        """
        size = self.appender.size
        if self.promised is None or self.promised.size != size:
            return
        if self.promised.root != self.appender.root():
            raise Refusing(contradicts(self.number, size))


def contradicts(number: int, size: int) -> str:
    """Return what is said where a log would contradict what the hub has signed."""
    return (
        f"the log's shard {number} differs at size {size} from what this hub has signed. Nothing "
        "more is signed of it: hub.audit, the object store or SQL was changed or is an older copy. "
        "Bring back the newest copies of all three"
    )


def _damaged(number: int) -> str:
    return f"the head of the log's shard {number} is damaged: run `hub rebuild log`"
