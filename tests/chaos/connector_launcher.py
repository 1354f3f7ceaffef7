"""A fleet of connectors whose other sides are files, killed at a named point: see `launcher.py`.

`connector_launcher.py BOOTSTRAP DIRECTORY`. A line in `<directory>/<connector>.took` is something
that the other side has done: written, with a sync, before it answers.
"""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from aiokafka import AIOKafkaProducer
from lgsp_adapter import (
    Check,
    Config,
    Done,
    Draft,
    Idempotence,
    Kind,
    Record,
    Retryable,
    Sink,
    Source,
    Spec,
    Text,
)

from hub.connectors.holdings import Holdings
from hub.io.kafka import transaction
from tests import support
from tests.chaos.launcher import Trap
from tests.connector_rig import ConnectorRig

TITLE = Text(vi="Mẫu", en="Sample")
SOURCE_SYSTEM = "sender"
DRAFTS = 12


class Files(Config):
    peer: str


def took(peer):
    return Path(sys.argv[2]) / f"{peer}.took"


def note(path, line):
    with path.open("a") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def lines(path):
    return path.read_text().split("\n")[:-1] if path.exists() else []


def sink(name, idempotence):
    class FileSink(Sink[Files]):
        spec = Spec(
            name=name,
            version="1.0.0",
            kind=Kind.SINK,
            config=Files,
            title=TITLE,
            types=("vn.gov.*",),
            idempotence=idempotence,
        )

        async def check(self):
            return Check(ok=True, vi="Tốt", en="Well")

        async def write(self, batch):
            (delivery,) = batch
            refused = took(self.config.peer).with_suffix(".refused")
            if delivery.id.endswith("3") and delivery.key not in lines(refused):
                note(refused, delivery.key)
                return [Retryable("not today", untouched=True)]
            note(took(self.config.peer), delivery.key)
            return [Done()]

        async def find(self, key):
            return Done() if key in lines(took(self.config.peer)) else None

    return FileSink


class FileSource(Source[Files]):
    spec = Spec(
        name="drafts",
        version="1.0.0",
        kind=Kind.SOURCE,
        config=Files,
        title=TITLE,
        types=("*",),
    )

    async def open(self, ctx, position):
        await super().open(ctx, position)
        self.next = 0 if position is None else int(position)

    async def check(self):
        return Check(ok=True, vi="Tốt", en="Well")

    async def read(self, limit):  # noqa: ARG002  (one by one)
        self.next += 1
        if self.next > DRAFTS:
            return []
        message = Draft(
            id=f"{self.config.peer}-{self.next}",
            type=support.DOSSIER,
            body=support.GOOD_BODY,
            recipients=(support.TO_RECEIVER,),
        )
        return [Record(position=str(self.next), message=message)]

    async def ack(self, position):
        note(took(self.config.peer), f"{self.config.peer}-{position}")


SINKS = {kind.value: sink(kind.value.replace("_", "-"), kind) for kind in Idempotence}
KINDS = {cls.spec.name: cls for cls in (*SINKS.values(), FileSource)}


def add_all(rig, run):
    """Put one connector of each kind into the rules; each has an inbox of its own."""
    for adapter, cls in KINDS.items():
        name = f"{adapter}-{run}"
        system = SOURCE_SYSTEM if cls.spec.kind is Kind.SOURCE else name
        rig.add(name, adapter, system)


def set_traps(trap):
    """Wrap every await of the exchange: the commit, the call, and what is kept in memory after."""

    def role(producer, *_):
        ours = producer._txn_manager is not None and producer._txn_manager.transactional_id
        return "connectors" if ours else "other"

    def always(*_):
        return "connectors"

    trap.around(AIOKafkaProducer, "begin_transaction", "begin", role)
    trap.around(AIOKafkaProducer, "send_batch", "send", role)
    trap.around(transaction, "_all_written", "written", role)
    trap.around(AIOKafkaProducer, "commit_transaction", "commit", role)
    for cls in SINKS.values():
        trap.around(cls, "write", "call", always)
        trap.around(cls, "find", "find", always)
    trap.around(SINKS["look_up"], "write", "call", lambda *_: "look_up")
    trap.around(FileSource, "read", "read", always)
    trap.around(FileSource, "ack", "ack", always)
    trap.around(Holdings, "_commit", "outcome", always)


async def main():
    rig = ConnectorRig(sys.argv[1])
    rig.kinds = dict(KINDS)
    add_all(rig, os.environ["CHAOS_RUN"])
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    with suppress(asyncio.CancelledError):
        await rig.fleet().run(stop)


if __name__ == "__main__":
    if "CHAOS_POINT" in os.environ:
        set_traps(
            Trap(
                os.environ["CHAOS_POINT"],
                int(os.environ["CHAOS_ARRIVAL"]),
                os.environ["CHAOS_MARK"],
            )
        )
    asyncio.run(main())
