"""The process `documents` with judges that change their mind, killed at a point: see `launcher.py`.

`document_launcher.py BOOTSTRAP DATABASE`. `CHAOS_LIFE` counts the lives of the process: each tells
another verdict about the same document, so a second verdict would be seen.
"""

import asyncio
import os
import random
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import sqlalchemy
from prometheus_client import CollectorRegistry

from hub.decision.order_record import Found
from hub.documents import main as documents
from hub.io.kafka.audit_reader import AuditReader
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.ingress import IngressWriter
from hub.io.kafka.ingress_record import IngressRecords
from hub.io.kafka.orders import Orders
from hub.io.sql.document_checks import DocumentCheckStore
from hub.io.sql.engine import open_blocking_engine
from hub.signing.verdicts import Grade
from tests import support
from tests.chaos.launcher import Trap
from tests.router_rig import PARTITIONS

BAD = "bad"
"""How the ids of letters end whose documents are found invalid in every life."""


class Judges:
    """Takes a little while for each document, as real judging does."""

    def __init__(self, life):
        self._good = (Grade.VALID, Grade.VALID_LEGACY)[life % 2]
        self._chance = random.Random(life)

    async def found(self, check):
        await asyncio.sleep(self._chance.uniform(0, 0.03))
        grade = Grade.INVALID if check.id.endswith(BAD) else self._good
        return tuple(Found(hash=one, grade=grade) for one in check.hashes)


def set_traps(trap):
    """Wrap every step between an audit event and the order that it leads to."""

    def always(*_):
        return "documents"

    trap.around(AuditReader, "read", "read", always)
    trap.around_call(DocumentCheckStore, "record", "documents", "record")
    trap.around_call(sqlalchemy.Connection, "commit", "documents", "commit")
    trap.around_call(DocumentCheckStore, "due", "documents", "due")
    trap.around(Judges, "found", "judge", always)
    trap.around(IngressRecords, "read", "find", always)
    trap.around(IngressWriter, "_send", "handed_over", always)
    trap.around(IngressWriter, "_durable", "durable", always)
    trap.around_call(DocumentCheckStore, "put_off", "documents", "put_off")


async def main(bootstrap, database):
    connection, stop = KafkaConnection(bootstrap=bootstrap), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    records, writer = IngressRecords(connection), IngressWriter(connection, PARTITIONS)
    await writer.start()
    await documents.run(
        AuditReader(connection, PARTITIONS),
        DocumentCheckStore(open_blocking_engine(database)),
        stop,
        judges=Judges(int(os.environ["CHAOS_LIFE"])),
        orders=Orders(records, writer, support.MACS),
        clock=lambda: datetime.now(UTC),
        registry=CollectorRegistry(),
        at_once=2,
    )
    await writer.stop()
    await records.stop()


if __name__ == "__main__":
    if "CHAOS_POINT" in os.environ:
        arrival = int(os.environ["CHAOS_ARRIVAL"])
        set_traps(Trap(os.environ["CHAOS_POINT"], arrival, os.environ["CHAOS_MARK"]))
    asyncio.run(main(*sys.argv[1:]))
