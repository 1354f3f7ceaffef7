"""`hub run NAME`, but the process kills itself at a named point: `launcher.py NAME --home DIR`.

`CHAOS_POINT` names the point, `CHAOS_ARRIVAL` at which arrival there it dies, `CHAOS_MARK` the
file that it writes before: the proof that the point was reached. The hub's own code knows nothing
of this: the awaits are wrapped here, from outside.
"""

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import sqlalchemy
from aiokafka import AIOKafkaProducer

from hub.cli.main import app
from hub.io.kafka import transaction
from hub.io.kafka.inboxes import Inboxes
from hub.io.kafka.ingress import IngressWriter
from hub.io.kafka.router_bus import RouterBus
from hub.io.sql.projection import Projection


class Trap:
    """Ends this process as `kill -9` does, at the chosen arrival at the chosen point."""

    def __init__(self, point, arrival, mark):
        self._point, self._left, self._mark = point, arrival, Path(mark)

    def reach(self, role, step, when):
        if f"{role}.{step}.{when}" != self._point:
            return
        self._left -= 1
        if self._left == 0:
            self._mark.write_text(self._point)
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner, name, step, role_of):
        """Wrap an async function; `role_of` its arguments says whose step it is."""
        inner = getattr(owner, name)

        async def wrapped(*args, **options):
            role = role_of(*args)
            self.reach(role, step, "before")
            result = await inner(*args, **options)
            self.reach(role, step, "after")
            return result

        setattr(owner, name, wrapped)

    def around_call(self, owner, name, role, step):
        """Wrap a function that does not wait."""
        inner = getattr(owner, name)

        def wrapped(*args):
            self.reach(role, step, "before")
            result = inner(*args)
            self.reach(role, step, "after")
            return result

        setattr(owner, name, wrapped)


def role_of_id(transactional_id):
    """Return the role in `hub-<role>-<slots>-<slot>`."""
    return transactional_id.split("-")[1]


def set_traps(trap):
    """Wrap every await of the commit path."""

    def producer_role(producer, *_):
        manager = producer._txn_manager
        return role_of_id(manager.transactional_id) if manager.transactional_id else "ingress"

    trap.around(AIOKafkaProducer, "begin_transaction", "begin", producer_role)
    trap.around(AIOKafkaProducer, "send_batch", "send", producer_role)
    trap.around(transaction, "_all_written", "written", producer_role)
    trap.around(AIOKafkaProducer, "send_offsets_to_transaction", "offsets", producer_role)
    trap.around(AIOKafkaProducer, "commit_transaction", "commit", producer_role)

    def writer_role(_inboxes, _systems, writer):
        return role_of_id(writer.transactional_id)

    trap.around(Inboxes, "look_for", "look_for", writer_role)
    trap.around_call(RouterBus, "_remember", "router", "remember")
    trap.around(IngressWriter, "_hand_over", "handed_over", lambda *_: "ingress")
    trap.around(IngressWriter, "_durable", "durable", lambda *_: "ingress")
    trap.around_call(Projection, "record", "recorder", "record")
    trap.around_call(sqlalchemy.Connection, "commit", "recorder", "commit")


if __name__ == "__main__":
    set_traps(
        Trap(
            os.environ["CHAOS_POINT"],
            int(os.environ["CHAOS_ARRIVAL"]),
            os.environ["CHAOS_MARK"],
        )
    )
    sys.argv[1:1] = ["run"]
    app()
