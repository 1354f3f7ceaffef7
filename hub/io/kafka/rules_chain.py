"""From the records of `hub.rules` to whole versions, each checked against the one before.

Pure: it is given records and their times. `hub.decision.rulebook` says what the records are.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from hub.decision.events import RulesRef
from hub.decision.rulebook import HEARTBEAT_KEY, VERSION_KEY, VersionRecord, version_hash
from hub.io.kafka.topics import RULES_COMPACTION_LAG
from hub.ports import Unavailable

START: Final = RulesRef(version=0, hash="00" * 32)
"""Before the first version: nobody may do anything (invariant 5)."""


class BrokenRules(Unavailable):
    """`hub.rules` does not hold what the control plane wrote. The last whole rules stay in force.

    An operator must find out who wrote there, and publish the rules anew.
    """


Entities = list[tuple[str, bytes | None]]


class RulesChain:
    """Collects records until a version is whole; knows the last one."""

    def __init__(self, lag: timedelta = RULES_COMPACTION_LAG) -> None:
        self.last: VersionRecord | None = None
        self._lag = lag
        self._pending: dict[str, bytes | None] = {}

    @property
    def ref(self) -> RulesRef:
        """Return version and hash of the last whole version."""
        if self.last is None:
            return START
        return RulesRef(version=self.last.version, hash=self.last.hash)

    def take(self, key: str, value: bytes | None, now: datetime) -> Entities | None:
        """Take the next record; return the whole change set when it closes one.

        Raises:
            BrokenRules: the version does not follow the last one, or is not what was hashed.
        """
        if key == HEARTBEAT_KEY:
            return None
        if key != VERSION_KEY:
            self._pending[key] = value
            return None
        version = _decode(value)
        self._check(version, now)
        changes, self._pending, self.last = list(self._pending.items()), {}, version
        return changes

    def _check(self, version: VersionRecord, now: datetime) -> None:
        here = self.ref
        if version.version <= here.version:
            raise BrokenRules(f"rules version {version.version} comes after {here.version}")
        follows = version.version == here.version + 1
        if not follows or len(self._pending) != version.changes:
            if now - version.at < self._lag:
                raise BrokenRules(f"rules version {version.version} is not whole")
            return  # Older: compacted. Its entities stand, last states of all versions up to it.
        made = version_hash(here.hash, self._pending.items())
        if version.previous != here.hash or made != version.hash:
            raise BrokenRules(f"rules version {version.version} is not what its hash says")


def _decode(value: bytes | None) -> VersionRecord:
    try:
        return msgspec.json.decode(value or b"", type=VersionRecord)
    except msgspec.MsgspecError as error:
        raise BrokenRules("a version record that cannot be read") from error
