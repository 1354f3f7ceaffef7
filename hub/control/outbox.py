"""From the outbox to `hub.rules`: each version once, in order, whole, and after its topics.

What was published is asked of `hub.rules` itself, never of SQL: a crash between any two steps is
repaired by doing the rest, and a lost `hub.rules` is written again from the first version on.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
import structlog

from hub.control.lease import LEASE, Lease
from hub.control.service import Control
from hub.control.versions import Versions
from hub.decision.rulebook import SystemRecord, VersionRecord
from hub.io.kafka.admin import complete_inboxes, ensure_topics
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.rules_log import RulesPublisher
from hub.io.kafka.topics import Topic, inbox_topics, outbox_topic
from hub.io.waiting import wait_for
from hub.ports import Fenced, Refusing, Unavailable

HEARTBEAT: Final = timedelta(minutes=1)
"""Readers worry after five minutes of silence."""

POLL_SECONDS: Final = 1.0
"""Pause between two looks for versions that another process has written."""

RETRY_SECONDS: Final = 2.0
"""Pause after the broker or SQL did not answer."""

DIVERGED_SECONDS: Final = 30.0
"""Pause while SQL and `hub.rules` contradict each other: a person has to decide."""

_SYSTEMS_AT_ONCE: Final = 100
"""Systems whose topics are made between two renewals of the lease."""

_log = structlog.get_logger(__name__)


class Diverged(Exception):
    """`hub.rules` holds another history than SQL: one of them was restored from a backup."""


class OutboxWorker:
    """Publishes what the control plane has written. One process at a time does it."""

    def __init__(
        self,
        control: Control,
        connection: KafkaConnection,
        topics: Sequence[Topic],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        lease: timedelta = LEASE,
    ) -> None:
        self._control, self._connection, self._topics = control, connection, tuple(topics)
        self._clock = clock
        self._versions = Versions(control.engine)
        self._lease = Lease(control.engine, "outbox", clock, lease)
        self._publisher = RulesPublisher(connection)
        self._last: int | None = None
        """The version that `hub.rules` ends with; None while another process publishes."""
        self._heartbeat_due = clock()
        self.error: str | None = None
        """Why nothing is published now, for readiness and console; None while all is well."""

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                self._control.written.clear()
                await wait_for(self._control.written, await self._turn())
        finally:
            await self._publisher.stop()
            with suppress(Unavailable):
                await self._lease.release()

    async def _turn(self) -> float:
        """Do what there is to do; return the seconds until the next look."""
        try:
            await self._work()
        except Fenced:
            # Another process thinks that our lease ran out. It is the publisher now.
            return await self._failed("another process publishes the rules", RETRY_SECONDS)
        except Diverged as diverged:
            return await self._failed(str(diverged), DIVERGED_SECONDS)
        except (Unavailable, Refusing) as error:
            return await self._failed(str(error), RETRY_SECONDS)
        self.error = None
        return POLL_SECONDS

    async def _failed(self, why: str, pause: float) -> float:
        self._last = None
        if why != self.error:
            _log.error("rules_not_published", why=why)
        self.error = why
        await self._publisher.stop()
        return pause

    async def _work(self) -> None:
        if not await self._lease.take():
            await self._stand_by()
            return
        if self._last is None:
            self._last = await self._lead()
        while (stored := await self._versions.get(self._last + 1)) is not None:
            await self._publish(stored.record)
        if self._clock() >= self._heartbeat_due:
            await self._publisher.heartbeat(self._clock())
            self._heartbeat_due = self._clock() + HEARTBEAT

    async def _stand_by(self) -> None:
        if self._last is not None:
            self._last = None
            await self._publisher.stop()

    async def _lead(self) -> int:
        """Fence the predecessor; return the version that `hub.rules` ends with."""
        await ensure_topics(self._connection, self._topics)
        # Systems that are older than the second inbox get theirs.
        await complete_inboxes(self._connection)
        last = await self._publisher.start()
        self._heartbeat_due = self._clock()
        if last is None:
            return 0
        await self._compare(last)
        # A predecessor may have died after publishing and before noting it.
        await self._versions.mark_published(last.version, self._clock())
        return last.version

    async def _compare(self, last: VersionRecord) -> None:
        ours = await self._versions.get(last.version)
        if ours is None or ours.record.hash != last.hash:
            raise Diverged(
                f"hub.rules ends with version {last.version} ({last.hash[:12]}…), which SQL does "
                "not have: restore the newer backup of SQL, or empty hub.rules to publish anew"
            )

    async def _publish(self, version: VersionRecord) -> None:
        changes = await self._versions.changes(version.version)
        # A rule must never name an inbox that is not there: a delivery would have no place to go.
        await self._make_topics(changes)
        await self._publisher.publish(changes, version)
        self._last = version.version
        await self._versions.mark_published(version.version, self._clock())
        self._heartbeat_due = self._clock() + HEARTBEAT
        _log.info("rules_published", version=version.version, changes=version.changes)

    async def _make_topics(self, changes: Mapping[str, bytes | None]) -> None:
        topics = [_topics_of(key, value) for key, value in changes.items()]
        systems = [found for found in topics if found]
        for start in range(0, len(systems), _SYSTEMS_AT_ONCE):
            part = systems[start : start + _SYSTEMS_AT_ONCE]
            await ensure_topics(self._connection, itertools.chain.from_iterable(part))
            await self._lease.take()


def _topics_of(key: str, value: bytes | None) -> list[Topic]:
    """Return the topics that a changed entity needs: a system's own, none for all others."""
    kind, _, system = key.partition("/")
    if kind != "system" or value is None:
        return []
    if msgspec.json.decode(value, type=SystemRecord).kafka_in:
        return [*inbox_topics(system), outbox_topic(system)]
    return [*inbox_topics(system)]
