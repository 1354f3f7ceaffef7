"""A drill: a hub, its senders, and the comparison of both once the dust has settled."""

import asyncio
import random
import time

from tests.chaos import composing
from tests.chaos.fleet import Fleet
from tests.chaos.ledger import BrokerSilent, Ledger, Projection
from tests.chaos.traffic import Traffic
from tests.chaos.verdict import Verdict, is_settled

SETTLE_SECONDS = 150
"""Longest wait until everything is decided, delivered and recorded: far beyond the worst seen."""

LOOK_SECONDS = 0.5


class Violated(AssertionError):
    """The hub broke a promise. The text names every difference."""


class Drill:
    """One hub with its journal and ledger. Everything random comes from `seed`."""

    def __init__(self, root, seed, **mix):
        self.seed, self.chance = seed, random.Random(seed)
        self.fleet = Fleet(root)
        self.traffic: Traffic
        self.ledger: Ledger
        self.caused: frozenset[str] = frozenset()
        """Events besides decisions that the drill itself has caused so far."""
        self._mix = mix

    def __enter__(self):
        try:
            self.fleet.start()
            composing.register(self.fleet)
            self.traffic = Traffic(self.fleet, self.seed, **self._mix)
            self.ledger = Ledger(self.fleet.bootstrap)
        except BaseException:
            self.fleet.stop()
            raise
        return self

    def __exit__(self, *_):
        self.fleet.stop()

    def send(self, count, rate, after=lambda: None, enough=lambda: True):
        """Send `count` messages, at most `rate` a second, and more until it is `enough()`."""
        self.run(self.traffic.run(count, rate, after, enough))

    @staticmethod
    def run(work):
        """Run what the senders do."""
        asyncio.run(work)

    def verify(self):
        """Wait until all has come to rest, then compare; return what was counted.

        Twice: first with messages that were never answered, each of which may be there once or not
        at all; then after they were sent again and got their answer.

        Raises:
            Violated: something was lost, doubled, misplaced, reordered or made up.
        """
        figures = self._compare()
        if not self.traffic.journal.unanswered():
            return figures
        self.run(self.traffic.resolve())
        return self._compare()

    def _compare(self):
        self.fleet.await_ready()
        self.read_until(self._settled)
        verdict = Verdict(self.traffic.journal, self.ledger, others=self.caused)
        verdict.check_projection(self._recorded())
        if verdict.differences:
            raise Violated("\n".join([f"seed {self.seed}", *verdict.differences]))
        return self.traffic.journal.figures() | verdict.figures

    def read_until(self, holds):
        """Read the ledger until `holds(ledger)`, or until it is plain that it never will."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < deadline:
            try:
                self.ledger.read()
            except BrokerSilent:
                continue
            if holds(self.ledger):
                return
            time.sleep(LOOK_SECONDS)

    def _settled(self, ledger):
        return is_settled(self.traffic.journal, ledger) and not ledger.held_back

    def _recorded(self):
        """Return the projection once it has everything, or as it is when that takes too long."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            projection = Projection(self.fleet.home.database)
            if projection.has_reached(self.ledger.events) or time.monotonic() > deadline:
                return projection
            time.sleep(LOOK_SECONDS)
