"""The demo's day through facts, views and the page: the shares are those of the messages sent."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from hub.decision.events import AuditEvent, Event
from hub.decision.facts import facts
from hub.decision.rows import AuditRecord
from hub.directory.organisations import Code, Directory, Organisation
from hub.io.sql.control_tables import organisations
from hub.io.sql.engine import open_engine
from hub.io.sql.views_queries import ViewsQueries, Window, day_start, shares
from simulator.agencies import Tiers
from simulator.day import plan_day
from simulator.figures import figures
from simulator.plan import moment
from simulator.province import Province
from simulator.seeds import ONLINE
from tests.views_rig import ViewStore

DAY = date(2026, 11, 20)
WINDOW = Window(since=day_start(DAY - timedelta(days=1)), until=day_start(DAY + timedelta(days=2)))
PUBLISHED = {
    "central": ONLINE["central"],
    "province": 0.59,  # Bà Rịa - Vũng Tàu, full online dossiers by level
    "district": 0.27,
    "commune": 0.49,
}
ON_TIME = {"Ngô Quyền": 0.9974, "Nha Trang": 1 - 0.0584, "Nha Trang, năm trước": 1 - 0.1207}


@pytest.fixture(scope="module")
def province():
    return Province.of(Tiers.THREE)


def directory(province):
    known = {
        one.id: Organisation(id=one.id, name=one.name, level=one.level, active=True)
        for one in province.agencies
    }
    codes = {
        code: Code(organisation=one.id)
        for one in province.agencies
        for code in (one.code, one.old_code)
    }
    return Directory(organisations=known, codes=codes, groups={}, groups_of={})


def records(plan, known):
    """Return the audit of the day's good messages, as a router would write it."""
    for offset, one in enumerate(one for one in plan if one.fault is None):
        detail = {
            "type": one.type,
            "subject": one.subject,
            "recipients": list(one.receivers),
            "facts": facts(one.type, one.body, known, DAY),
        }
        at = moment(DAY, one.at)
        event = AuditEvent(
            event=Event.ADMITTED, source=one.sender, id=f"m{offset}", at=at, detail=detail
        )
        yield AuditRecord(partition=0, offset=offset, written_at=at, event=event)


def by_hand(plan, levels):
    """Count the bodies themselves: nothing of the hub's code."""
    online: Counter[str] = Counter()
    all_: Counter[str] = Counter()
    late = set()
    for one in plan:
        if one.fault is not None:
            continue
        if one.type.startswith("vn.gov.dossier.submitted"):
            level = levels[one.body["agency"]["code"]]
            all_[level] += 1
            online[level] += one.body["channel"] == "2"
        if one.type.startswith("vn.gov.dossier.deadline-changed"):
            late.add(one.subject)
    return online, all_, late


async def test_the_page_reproduces_the_published_shares_from_the_messages_alone(province, tmp_path):
    plan = plan_day(province, seed=7, count=12_000, day=DAY)
    store = ViewStore(f"sqlite:///{tmp_path / 'hub.db'}")
    told = list(records(plan, directory(province)))
    random.Random(1).shuffle(told)  # facts come through partitions in any order
    store.views.positions([0])
    told = [
        AuditRecord(partition=0, offset=n, written_at=one.written_at, event=one.event)
        for n, one in enumerate(told)
    ]
    assert store.views.record(told, {0: 0}, {0: len(told)}) is not None
    with store.engine.begin() as connection:
        rows = [
            {"id": one.id, "name": one.name, "level": one.level, "parent": None, "state": "active"}
            for one in province.agencies
        ]
        connection.execute(organisations.insert(), rows)
    engine = open_engine(store.url)
    queries = ViewsQueries(engine)
    await _expect_shares(queries, plan, province)
    await engine.dispose()
    store.close()


async def _expect_shares(queries, plan, province):
    online, all_, late = by_hand(plan, {one.code: one.level for one in province.agencies})
    told = {"online": shares(await queries.online(WINDOW), "online")}
    found = {row["level"]: row for row in told["online"]}
    assert {level: (row["online"], row["n"]) for level, row in found.items()} == {
        level: (online[level], n) for level, n in all_.items()
    }
    for level, row in found.items():
        assert abs(row["share"] - PUBLISHED[level]) * row["n"] <= 1.1

    timely = await queries.timeliness(WINDOW, moment(DAY, 1.0))
    closed = sum(row["closed"] for row in timely)
    assert sum(row["late"] for row in timely) + sum(row["overdue"] for row in timely) == len(late)
    assert closed > 0
    told |= {
        "late": shares(timely, "late", "closed"),
        "satisfied": shares(await queries.satisfaction(WINDOW), "satisfied"),
    }
    shown = figures(province, told, timely)
    assert [one for one in shown if not one.fits] == []
    # Not what the day was drawn from, but what was printed: a seed that moves is found here.
    for place, share in ON_TIME.items():
        [one] = [one for one in shown if (one.what, one.where) == ("on_time", place)]
        assert abs(one.shown - share) * one.of <= one.groups + one.of * 5e-5, place
    least = {("on_time", "Cà Mau"): 0.99, ("satisfied", "tỉnh Mẫu"): 0.98}
    for what, share in least.items():
        [one] = [one for one in shown if (one.what, one.where) == what]
        assert one.shown > share, what
    outcomes = {row["outcome"] for row in await queries.payments(WINDOW)}
    assert outcomes == {"matched"}
