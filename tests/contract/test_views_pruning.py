"""What the views forget: old counts and matters, in slices, on the topic first; nothing else."""

import asyncio
from datetime import date, timedelta

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import insert, select

from hub.decision.events import AuditEvent, Event
from hub.decision.rows import AuditRecord
from hub.io.sql import views_pruning
from hub.io.sql.alert_tables import disk_samples
from hub.io.sql.views_pruning import Pruning
from hub.ports import Unavailable
from hub.views import prune
from hub.views.loop import Adder
from hub.views.metrics import ViewsMetrics
from hub.views.prune import Pruner
from tests.support import NOW
from tests.views_rig import ViewStore

KEEP = timedelta(days=500)
OLD, NEW, OLDEST = NOW - timedelta(days=600), NOW - timedelta(days=400), NOW - timedelta(days=1_100)


@pytest.fixture(params=["sqlite", "postgres"])
async def place(request, tmp_path):
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/hub.db" if sqlite else request.getfixturevalue("postgres_url")
    store = ViewStore(url)
    made = Place(store)
    yield made
    await made.adder.close()
    store.close()


class Place:
    """Views with matters of different ages, and a topic in memory."""

    def __init__(self, store):
        self.store, self.told, self.records = store, {}, []
        self.adder = Adder(store.views, 1, ViewsMetrics(CollectorRegistry()))
        self.pruner = Pruner(self.adder, Pruning(store.engine), KEEP)

    def tell(self, subject, what, at, **facts):
        type_ = f"vn.gov.{what}.v1"
        detail = {"type": type_, "subject": subject, "facts": {"org": "so-mau", **facts}}
        detail |= {"recipients": [], "size": 1}
        id = f"m{len(self.records)}"
        event = AuditEvent(event=Event.ADMITTED, source="mot-cua", id=id, at=at, detail=detail)
        place = len(self.records)
        self.records.append(
            AuditRecord(partition=0, offset=place, written_at=at, event=event),
        )

    def add(self):
        self.store.views.positions([0])
        assert self.store.views.record(self.records, {0: 0}, {0: len(self.records)})

    async def tell_all(self):
        for cell in await self.adder.untold(1_000):
            self.told[cell.key] = cell.value

    async def write(self, values):
        for key, value in values.items():
            if value is None:
                self.told.pop(key, None)

    async def round(self):
        return await self.pruner.round(NOW, self.write, asyncio.Event())

    def matters(self):
        return {row[1] for row in self.store.dump()["view_matters"]}


def a_province(place):
    due = {"state": 2, "promised_at": NOW.isoformat()}
    done = {"outcome": "granted"}
    for number in range(4):
        place.tell(f"cu-{number}", "dossier.received", OLD, **due)
        place.tell(f"cu-{number}", "dossier.transferred", OLD, due_at=OLD.isoformat())
        place.tell(f"cu-{number}", "dossier.result", OLD, **done)
    place.tell("moi", "dossier.received", OLD, **due)
    place.tell("moi", "dossier.result", NEW, **done)
    place.tell("dang-tre", "dossier.received", OLD, **due)
    place.tell("bo-quen", "dossier.received", OLDEST, **due)
    place.tell("khong-han", "dossier.submitted", OLD)
    place.add()


async def test_what_is_old_and_over_goes_and_what_is_late_stays(place, monkeypatch):
    monkeypatch.setattr(views_pruning, "SLICE", 3)
    monkeypatch.setattr(prune, "SLICE", 3)
    a_province(place)
    await place.tell_all()
    assert await place.round() > 0
    assert place.matters() == {"moi", "dang-tre"}
    dump = place.store.dump()
    facts = {row[3] for row in dump["view_facts"]}
    assert facts == {"moi", "dang-tre"}
    assert {row[0] for row in dump["view_counts"]} == {NEW.replace(minute=0, second=0)}
    assert {one["hour"] for one in place.told.values()} == {NEW.replace(minute=0, second=0)}
    assert await place.round() == 0
    assert place.store.dump() == dump


async def test_a_word_that_comes_late_finds_a_matter_anew(place):
    a_province(place)
    await place.round()
    place.tell("cu-1", "dossier.returned", NOW)
    [last] = place.records[-1:]
    start = len(place.records) - 1
    assert place.store.views.record([last], {0: start}, {0: start + 1})
    assert "cu-1" in place.matters()


async def test_dying_between_topic_and_rows_loses_nothing_and_takes_the_keys_away_again(place):
    a_province(place)
    await place.tell_all()
    before = place.store.dump()

    async def dies(_values):
        raise Unavailable("Kafka did not answer")

    with pytest.raises(Unavailable):
        await place.pruner.round(NOW, dies, asyncio.Event())
    assert place.store.dump()["view_counts"] == before["view_counts"]
    await place.round()
    assert all(one["hour"] > OLD for one in place.told.values())


async def test_a_round_is_due_once_an_hour_and_old_samples_of_the_disk_go(place):
    with place.store.engine.begin() as connection:
        rows = [{"day": date(2020, 1, 1), "free": 1}, {"day": NOW.date(), "free": 2}]
        connection.execute(insert(disk_samples), rows)
    assert place.pruner.is_due(NOW)
    await place.round()
    assert not place.pruner.is_due(NOW + timedelta(minutes=59))
    assert place.pruner.is_due(NOW + timedelta(minutes=60))
    with place.store.engine.connect() as connection:
        assert connection.execute(select(disk_samples.c.free)).scalars().all() == [2]


async def test_a_stop_ends_a_round_between_two_slices(place):
    a_province(place)
    before, stop = place.store.dump(), asyncio.Event()
    stop.set()
    assert await place.pruner.round(NOW, place.write, stop) == 0
    assert place.store.dump() == before
