"""A views process that kills itself: `BOOTSTRAP TOPIC PARTITIONS SQL_URL POINT NUMBER`.

POINT is `read` (a batch was read), `commit` (its rows are written, not committed) or `committed`;
the process dies when it comes there for the NUMBERth time. `none`: it runs until it is stopped.
"""

import asyncio
import os
import signal
import sys
import tempfile
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import uvloop
from prometheus_client import CollectorRegistry
from sqlalchemy import event

from hub.io.backoff import Backoff
from hub.io.faust_audit import FaustAudit
from hub.io.kafka.connection import KafkaConnection
from hub.io.sql.engine import open_blocking_engine
from hub.io.sql.views import Views
from hub.views.loop import Adder, follow
from hub.views.metrics import ViewsMetrics

BATCH = 100
"""Small batches: many chances to die."""


def die_at(wanted, number):
    """Return a function that ends this process as `kill -9` does, the NUMBERth time."""
    times = count(1)

    def reached(point):
        if point == wanted and next(times) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


class Watched(Views):
    """Comes past each point in turn."""

    def __init__(self, engine, reached):
        super().__init__(engine)
        self._reached, self._adding = reached, False
        # SQLAlchemy calls it before it asks the database to commit.
        event.listen(engine, "commit", self._before_commit)

    def record(self, records, start, end):
        self._reached("read")
        self._adding = True
        done = super().record(records, start, end)
        self._adding = False
        self._reached("committed")
        return done

    def _before_commit(self, _connection):
        if self._adding:
            self._reached("commit")


async def main(bootstrap, topic, partitions, url, point, number):
    stream = FaustAudit(
        KafkaConnection(bootstrap=bootstrap),
        group=f"views-{topic}",
        member="views-1",
        folder=Path(tempfile.mkdtemp(prefix="views-")),
        topic=topic,
        batch_records=BATCH,
    )
    views = Watched(open_blocking_engine(url), die_at(point, int(number)))
    adder = Adder(views, int(partitions), ViewsMetrics(CollectorRegistry()))
    await follow(stream, adder, asyncio.Event(), asyncio.Event(), Backoff())


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
