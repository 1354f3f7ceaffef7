"""Views on a real broker: a synthetic day of audit events, and what it adds up to by hand."""

import asyncio
import random
import sys
import time
from collections import Counter
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from prometheus_client import CollectorRegistry
from sqlalchemy import select

from hub.decision.events import AuditEvent, Event, IngressRef
from hub.decision.rows import AuditRecord
from hub.io.faust_audit import FaustAudit
from hub.io.kafka.codec import decode_event
from hub.io.sql.engine import metadata, open_blocking_engine
from hub.io.sql.views import Views
from hub.io.sql.views_tables import view_counts, view_facts, view_matters, view_open
from hub.views import main as views
from tests.recorder_rig import PARTITIONS, SYSTEMS, WAIT_SECONDS, RecorderRig
from tests.support import NOW

WORDS = (Event.DELIVERED, Event.ACKNOWLEDGED, Event.PROCESSED, Event.REJECTED)
RECIPIENTS = ("receiver", "other", "third")
BATCH = 100
"""Small batches: many places where something can go wrong."""


def day(seed, messages):
    """Return (partition, event) of a synthetic day whose dossiers go through several systems."""
    chance, told, open_ = random.Random(seed), [], []
    for number in range(messages):
        event = _admitted(chance, f"m{seed}-{number}", number, messages // 5 + 1)
        told.append((_home(event.source), event))
        open_ += [(event, recipient) for recipient in event.detail.get("recipients", ())]
        while len(open_) > 15:
            told += _answers(chance, *open_.pop(chance.randrange(len(open_))))
    return told


def _home(source):
    return SYSTEMS.index(source) + 1


def _admitted(chance, id, number, dossiers):
    source, at = chance.choice(SYSTEMS), NOW + timedelta(minutes=number)
    here = IngressRef(partition=_home(source), offset=number)
    common = {"source": source, "id": id, "at": at, "ingress": here}
    if chance.random() < 0.1:
        return AuditEvent(
            event=Event.REFUSED, reason=chance.choice(("too_old", "id_reused")), **common
        )
    if chance.random() < 0.05:
        return AuditEvent(event=Event.DUPLICATE, **common)
    type_, facts = _facts(chance, at)
    detail = {
        "recipients": chance.sample(RECIPIENTS, chance.randint(1, 3)),
        "type": type_,
        "size": chance.randint(10, 5_000),
        "subject": f"H99.98-{chance.randrange(dossiers)}",
        "facts": facts,
    }
    return AuditEvent(event=Event.ADMITTED, detail=detail, **common)


def _facts(chance, at):
    moment = lambda days: (at + timedelta(days=days)).isoformat()  # noqa: E731
    org = {"org": chance.choice(("org-a", "org-b"))}
    return chance.choice(
        (
            ("vn.gov.dossier.submitted.v1", {**org, "online": chance.random() < 0.5}),
            ("vn.gov.dossier.received.v1", {**org, "state": 2, "promised_at": moment(3)}),
            ("vn.gov.dossier.transferred.v1", {**org, "due_at": moment(1)}),
            ("vn.gov.dossier.deadline-changed.v1", {**org, "promised_after": moment(5)}),
            ("vn.gov.dossier.result.v1", {**org, "outcome": "granted", "finished_at": moment(2)}),
            (
                "vn.gov.dossier.fee-due.v1",
                {**org, "key": f"TT-{chance.randrange(9)}", "amount": 50},
            ),
            (
                "vn.gov.dossier.fee-paid.v1",
                {"key": f"TT-{chance.randrange(9)}", "amount": 50, "kind": "payment"},
            ),
        )
    )


def _answers(chance, event, recipient):
    for number, word in enumerate(chance.sample(WORDS, chance.randint(0, 3)), 1):
        later = event.at + timedelta(seconds=chance.choice((0.05, 2, 700, 90_000)) * number)
        about = {"source": event.source, "id": event.id, "recipient": recipient, "at": later}
        yield _home(event.source), AuditEvent(event=word, **about)
    if chance.random() < 0.1:
        yield (
            _home(event.source),
            AuditEvent(event=Event.WITHDRAWN, source=event.source, id=event.id, at=event.at),
        )


class ViewStore:
    """The views in a database of their own."""

    def __init__(self, url):
        self.url = url
        self.engine = open_blocking_engine(url)
        metadata.create_all(self.engine)
        self.views = Views(self.engine)

    def dump(self):
        """Return all rows, without what depends on when they were told."""
        with self.engine.connect() as connection:
            found = {}
            for table in (view_counts, view_open, view_facts, view_matters):
                columns = [column for column in table.columns if column.name != "told"]
                rows = connection.execute(select(*columns).order_by(*table.primary_key.columns))
                found[table.name] = [tuple(row) for row in rows]
            return found

    def close(self):
        self.engine.dispose()


def by_hand(written):
    """Add up (partition, offset, _, value) without the hub's own code: counts by name."""
    counts: Counter[Any] = Counter()
    opened: dict[Any, tuple[datetime, str]] = {}
    for _partition, _offset, _, value in written:
        event = decode_event(value)
        hour = event.at.strftime("%Y-%m-%dT%H")
        key = (event.source, event.id)
        if event.event == "admitted":
            counts[hour, "sent", event.source, event.detail["type"], ""] += 1
            for recipient in event.detail["recipients"]:
                counts[hour, "addressed", recipient, event.detail["type"], ""] += 1
                opened[(*key, recipient)] = (event.at, event.detail["type"])
        elif event.event == "refused":
            counts[hour, "refused", event.source, "", event.reason] += 1
        elif event.event == "duplicate":
            counts[hour, "repeated", event.source, "", ""] += 1
        elif event.event == "withdrawn":
            for full in [one for one in opened if one[:2] == key]:
                _since, type_ = opened.pop(full)
                counts[hour, "ended", full[2], type_, "withdrawn"] += 1
        elif (found := opened.pop((*key, event.recipient), None)) is not None:
            since, type_ = found
            counts[hour, "ended", event.recipient, type_, str(event.event)] += 1
            counts[hour, "delay", event.recipient, type_, _bucket(event.at - since)] += 1
    return counts, set(opened)


def _bucket(delay):
    """Return the bucket by looking, not by searching."""
    seconds = (0.1, 0.3, 1, 3, 10, 30, 60, 300, 1_800, 3_600, 14_400, 86_400, 259_200, 604_800)
    for bound in seconds:
        if delay.total_seconds() <= bound:
            return str(round(bound * 1_000))
    raise AssertionError("beyond what the story tells")


def counted(dump):
    """Return the stored counts by name, summed over the partitions."""
    counts: Counter[Any] = Counter()
    for hour, measure, system, type_, label, _partition, n, *_ in dump["view_counts"]:
        counts[hour.strftime("%Y-%m-%dT%H"), measure, system, type_, label] += n
    return counts


class ViewsRig(RecorderRig):
    """Writes an audit topic as routers do, and runs views over it."""

    def stream(self, member="views-1"):
        return FaustAudit(
            self.connection,
            group=f"views-{self.topic}",
            member=member,
            folder=self.home / "faust",
            topic=self.topic,
            batch_records=BATCH,
        )

    def at_once(self):
        """Return the rows of all committed events, added in one batch and without Kafka."""
        store = ViewStore(f"sqlite:///{self.home / f'expected-{uuid4().hex}.db'}")
        records = [
            AuditRecord(partition=p, offset=offset, written_at=NOW, event=decode_event(value))
            for p, offset, _, value in self.written
        ]
        ends = self.ends()
        store.views.positions(range(PARTITIONS))
        assert store.views.record(records, dict.fromkeys(ends, 0), ends) is not None
        found = store.dump()
        store.close()
        return found

    async def until_added(self, store):
        """Wait until the stored positions are behind all that was written."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            stored = await asyncio.to_thread(store.views.positions, range(PARTITIONS))
            if all(stored[partition] >= end for partition, end in self.ends().items()):
                return
            assert time.monotonic() < deadline, f"added up to {stored} of {self.ends()}"
            await asyncio.sleep(0.1)

    @asynccontextmanager
    async def viewing(self, store, stream=None):
        """Make views while the block runs."""
        stop, running = asyncio.Event(), asyncio.Event()
        work = views.run(
            stream or self.stream(), store.engine, PARTITIONS, CollectorRegistry(), stop, running
        )
        task = asyncio.create_task(work)
        try:
            yield task
        finally:
            stop.set()
            await task

    async def start_views(self, store, point, number):
        """Make views in a process of its own, which kills itself at `point`."""
        script = Path(__file__).with_name("views_process.py")
        command = [script, self.connection.bootstrap, self.topic, str(PARTITIONS), store.url]
        return await asyncio.create_subprocess_exec(
            sys.executable, *command, point, str(number), cwd=Path(__file__).parents[1]
        )
