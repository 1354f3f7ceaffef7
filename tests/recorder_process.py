"""A recorder that kills itself: `BOOTSTRAP TOPIC PARTITIONS SQL_URL POINT NUMBER`.

POINT is `read` (a batch was read), `commit` (its rows are written, not committed) or `committed`;
the process dies when it comes there for the NUMBERth time. `none`: it records until it is stopped.
"""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from prometheus_client import CollectorRegistry
from sqlalchemy import event

from hub.io.backoff import Backoff
from hub.io.kafka.audit_reader import AuditReader
from hub.io.kafka.connection import KafkaConnection
from hub.io.sql.engine import open_blocking_engine
from hub.io.sql.projection import Projection
from hub.recorder.loop import Recorder
from hub.recorder.metrics import RecorderMetrics

BATCH = 100
"""Small batches: many chances to die."""


def die_at(wanted, number):
    """Return a function that ends this process as `kill -9` does, the NUMBERth time."""
    times = count(1)

    def reached(point):
        if point == wanted and next(times) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


class Watched(Projection):
    """Comes past each point in turn."""

    def __init__(self, engine, reached):
        super().__init__(engine)
        self._reached, self._recording = reached, False
        # SQLAlchemy calls it before it asks the database to commit.
        event.listen(engine, "commit", self._before_commit)

    def record(self, records, start, end):
        self._reached("read")
        self._recording = True
        done = super().record(records, start, end)
        self._recording = False
        self._reached("committed")
        return done

    def _before_commit(self, _connection):
        if self._recording:
            self._reached("commit")


async def main(bootstrap, topic, partitions, url, point, number):
    engine = open_blocking_engine(url)
    reader = AuditReader(
        KafkaConnection(bootstrap=bootstrap), int(partitions), topic=topic, batch_records=BATCH
    )
    projection = Watched(engine, die_at(point, int(number)))
    metrics = RecorderMetrics(CollectorRegistry())
    recorder = Recorder(reader, projection, lambda: datetime.now(UTC), metrics)
    await recorder.run(asyncio.Event(), Backoff())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
