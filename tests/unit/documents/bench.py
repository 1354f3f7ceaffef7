"""The process `documents` beside a router without Kafka: what one writes the other reads."""

from datetime import timedelta

from prometheus_client import CollectorRegistry

from hub.decision.document_checks import is_about_documents
from hub.decision.order_record import Found
from hub.documents.metrics import DocumentsMetrics
from hub.documents.working import Working
from hub.io.kafka.codec import decode_event, encode_event
from hub.io.sql.document_checks import DocumentCheckStore
from hub.io.sql.engine import open_blocking_engine
from hub.signing.verdicts import Grade
from tests.documents_rig import World
from tests.support import PARTITION


class Bench:
    """Gives each message the grade that the test has set for it; else valid."""

    def __init__(self, url, noted, policy="require"):
        self.world = World(policy)
        self.engine = open_blocking_engine(url)
        self.store = DocumentCheckStore(self.engine)
        self.grades, self.judged, self.orders = {}, [], []
        self.fail = None
        self._read = 0
        metrics = DocumentsMetrics(CollectorRegistry())
        self.working = Working(self.store, self, self, noted, lambda: self.world.now, metrics)

    async def found(self, check):
        """The port `Judges`."""
        if self.fail is not None:
            raise self.fail
        self.judged.append(check.id)
        grade = self.grades.get(check.id, Grade.VALID)
        return tuple(Found(hash=one, grade=grade) for one in check.hashes)

    async def give(self, partition, offset, order):
        """The port `GivesOrders`: the router follows at once."""
        place = self.world.sent[order.id].place
        assert (partition, offset) == (place.partition, place.offset)
        self.orders.append((order.do.value, order.id))
        self.world.order(order.do, order.id, found=order.found)

    def events(self):
        entries = [entry for outcome in self.world.outcomes for entry in outcome.entries]
        return [decode_event(encode_event(entry.event)) for entry in entries]

    def read(self, *, again=False):
        """Take what was written to `hub.audit` since the last time, or all of it."""
        events = self.events()
        start = self.store.positions([PARTITION])[PARTITION]
        start = 0 if again else start
        fresh = [event for event in events[start:] if is_about_documents(event)]
        return self.store.record(fresh, {PARTITION: start}, {PARTITION: len(events)})

    async def settle(self):
        """Work until nothing is due."""
        assert self.read()
        while await self.working.turn():
            assert self.read()

    def later(self, **delta):
        self.world.now += timedelta(**delta)

    def rows(self):
        """What is left to do, as (id, held, review)."""
        far = self.world.now + timedelta(days=99)
        return [(one.id, one.held, one.review) for one in self.store.due(far, 100)]
