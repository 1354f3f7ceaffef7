"""Kill a process at a named point while messages flow, start it again, and compare."""

import sys
import time
from pathlib import Path

from tests.chaos.composing import SENDERS

LAUNCHER = Path(__file__).with_name("launcher.py")

LOAD = 60
"""Messages sent at least while a process runs into its point."""

RATE = 150

REACHED_SECONDS = 90
"""Longest wait until the point is reached."""

PARKED = "nhan-0"
"""The system whose inbox is taken away, so that its deliveries wait in `hub.retry`."""

PARKING_EVENTS = frozenset({"retrying", "resumed"})


class Pointing:
    """Kills one drill's hub at one point after the other, and keeps the proofs."""

    def __init__(self, drill, directory):
        self._drill, self._directory = drill, directory
        self.hit: list[str] = []

    def kill_at(self, point):
        """Run a load into the point; return what was counted, once all agrees again.

        Raises:
            Violated: it does not agree.
        """
        if point.role == "retry":
            self._park()
        kept = self._drill.fleet.processes[point.process]
        mark, deaths = self._directory / str(point), len(kept.ends)
        command = [sys.executable, "-P", str(LAUNCHER), point.process]
        kept.restart_as(
            [*command, "--home", str(self._drill.fleet.home.root)],
            {
                "CHAOS_POINT": str(point),
                "CHAOS_ARRIVAL": str(self._arrival(point)),
                "CHAOS_MARK": str(mark),
            },
        )
        # The first end is that of the process before; the second is the death at the point.
        self._load(point, lambda: len(kept.ends) >= deaths + 2)
        assert mark.read_text() == str(point)
        self.hit.append(str(point))
        return self._drill.verify()

    def _arrival(self, point):
        """Return at which arrival the process dies: any of the first few."""
        most = 3
        if point.step == "send":
            most = 8
        elif point.role == "ingress":
            most = 20
        # A router's first transaction only claims its partitions.
        claims = point.role == "router" and point.step in {"begin", "written", "offsets", "commit"}
        return self._drill.chance.randint(1, most) + claims

    def _load(self, point, died):
        deadline = time.monotonic() + REACHED_SECONDS
        traffic, first = self._drill.traffic, True
        while first or not died():
            assert time.monotonic() < deadline, f"{point} was not reached"
            if point.role == "fanout" and first:
                self._drill.run(traffic.send(traffic.composer.to_all("gui-0")))
            if first or point.role not in {"fanout", "retry"}:
                self._drill.send(LOAD, RATE)
            first = False
            time.sleep(0.05)

    def _park(self):
        """Let deliveries wait for their inbox, then make it again: the router will find it."""
        fleet, traffic = self._drill.fleet, self._drill.traffic
        self._drill.caused |= PARKING_EVENTS
        fleet.delete_inbox(PARKED)
        self._drill.ledger.forget(PARKED)
        entries = [traffic.composer.good(f"gui-{n}", PARKED) for n in range(SENDERS)]
        self._drill.run(traffic.send(*entries))
        wanted = {entry.id for entry in entries}
        self._drill.read_until(lambda ledger: wanted <= _parked(ledger))
        fleet.make_inbox(PARKED)


def _parked(ledger):
    return {event.message[1] for event in ledger.events if event.name == "retrying"}
