"""A recorder that kills itself: `BOOTSTRAP TOPIC PARTITIONS SQL_URL POINT NUMBER`.

POINT is `read` (a batch was read), `commit` (its rows are written, not committed) or `committed`;
the process dies when it comes there for the NUMBERth time. `none`: it records until it is stopped.
"""

import asyncio
import os
import signal
import sys
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from prometheus_client import CollectorRegistry
from sqlalchemy import event

from hub.io.kafka.audit_reader import AuditReader
from hub.io.kafka.connection import KafkaConnection
from hub.io.sql.engine import open_blocking_engine
from hub.io.sql.projection import Projection
from hub.recorder.main import run

BATCH = 100


def die_at(wanted, number):
    """Return a function that ends this process as `kill -9` does, the NUMBERth time."""
    times = count(1)

    def reached(point):
        if point == wanted and next(times) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


def watch(engine, reached):
    record = Projection.record
    recording = []

    def watched(self, *batch):
        reached("read")
        recording.append(True)
        done = record(self, *batch)
        recording.clear()
        reached("committed")
        return done

    Projection.record = watched
    # SQLAlchemy calls it before it asks the database to commit.
    event.listen(engine, "commit", lambda _connection: recording and reached("commit"))


async def main(bootstrap, topic, partitions, url, point, number):
    engine = open_blocking_engine(url)
    watch(engine, die_at(point, int(number)))
    reader = AuditReader(KafkaConnection(bootstrap=bootstrap), int(partitions), topic=topic)
    await run(reader, engine, CollectorRegistry(), asyncio.Event())


if __name__ == "__main__":
    import hub.io.kafka.audit_reader

    # Small batches: many chances to die.
    hub.io.kafka.audit_reader.BATCH_RECORDS = BATCH
    asyncio.run(main(*sys.argv[1:]))
