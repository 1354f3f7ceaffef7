"""`/ops/indicators` over HTTP: the figures of a small synthetic month, by hand."""

import asyncio
import csv
import io
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import httpx2
import pytest
from fastapi.routing import APIRoute

from hub.api.app import guarded_routes
from hub.api.rights import Grant, Person, Role, Via
from hub.control.service import Control
from hub.decision.events import AuditEvent, Event
from hub.decision.rows import AuditRecord
from hub.io.sql.engine import open_blocking_engine, open_engine
from hub.io.sql.views import Views
from tests.admin_rig import OWNER, admin_app
from tests.control_support import HUB, SampleAdapters, organisation, system

TODAY = datetime.now(UTC).replace(hour=3, minute=0, second=0, microsecond=0) - timedelta(days=1)
SENT = {"since": str((TODAY - timedelta(days=2)).date())}


class Month:
    """Tells audit events, and puts them into the views."""

    def __init__(self):
        self.records = []

    def admit(self, subject, type_, facts, *, at=TODAY, source="mot-cua", recipients=("cong",)):
        detail = {"type": f"vn.gov.{type_}.v1", "subject": subject, "facts": facts, "size": 10}
        id = f"m{len(self.records)}"
        self._tell(Event.ADMITTED, source, id, at, detail | {"recipients": list(recipients)})
        return source, id

    def word(self, event, message, at):
        source, id = message
        self._tell(event, source, id, at, {}, recipient="cong")

    def refuse(self, reason):
        self._tell(Event.REFUSED, "mot-cua", f"m{len(self.records)}", TODAY, {}, reason=reason)

    def _tell(self, event, source, id, at, detail, **fields):
        self.records.append(
            AuditRecord(
                partition=0,
                offset=len(self.records),
                written_at=at,
                event=AuditEvent(event=event, source=source, id=id, at=at, detail=detail, **fields),
            )
        )

    def store(self, url):
        engine = open_blocking_engine(url)
        views = Views(engine)
        views.positions([0])
        assert views.record(self.records, {0: 0}, {0: len(self.records)}) is not None
        views.say(TODAY, 3, 1.4)
        engine.dispose()


def dossier(month, number, *, online, late=False, open_=False, due=timedelta(days=1)):
    org = {"org": "so-mau"}
    subject, promised = f"H99.98-{number}", (TODAY + due).isoformat()
    facts = {"online": online, "submitted_at": TODAY.isoformat(), "procedure": "1.000001.H99"}
    month.admit(subject, "dossier.submitted", org | facts)
    month.admit(subject, "dossier.received", org | {"state": 2, "promised_at": promised})
    if not open_:
        done = (TODAY + due + timedelta(hours=1 if late else -1)).isoformat()
        month.admit(subject, "dossier.result", org | {"outcome": "granted", "finished_at": done})


@pytest.fixture
async def place(migrated_url):
    _month().store(migrated_url)
    engine = open_engine(migrated_url)
    app = admin_app(Control(engine, HUB, adapters=SampleAdapters()))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://hub") as client:
        changes = [
            {**organisation("so-mau"), "level": "province", "name": "=Sở Mẫu"},
            {**organisation("huyen-mau"), "level": "district", "name": "Huyện Mẫu"},
            system("mot-cua", "so-mau"),
            system("kho", "huyen-mau"),
        ]
        written = await client.post(
            "/v1/admin/changes", json={"reason": "Mẫu", "changes": changes}, headers=OWNER
        )
        assert written.status_code == 200, written.text

        async def get(path="", headers=OWNER, **params):
            return await client.get(f"/ops/indicators{path}", params=SENT | params, headers=headers)

        yield SimpleNamespace(get=get, client=client, app=app, url=migrated_url)
    await engine.dispose()


@pytest.fixture
def ask(place):
    return place.get


def _month():
    month = Month()
    for number in range(59):
        dossier(month, number, online=True)
    for number in range(59, 99):
        dossier(month, number, online=False, late=number < 64)
    dossier(month, 99, online=False, open_=True, due=timedelta(hours=-3))
    for number in range(50):
        facts = {"org": "so-mau", "score": 1 if number == 0 else 5, "key": f"DG-{number}"}
        month.admit(f"H99.98-{number}", "citizen.rating", facts)
    _fees(month)
    month.refuse("no_right")
    late = month.admit("x", "meeting.papers", {}, recipients=("cong", "kho"))
    month.word(Event.DELIVERED, late, TODAY + timedelta(seconds=2))
    return month


def _fees(month):
    for key, due, paid in (("a1", 50, 50), ("a2", 50, 20), ("a3", 50, None), ("a4", None, 70)):
        if due is not None:
            month.admit(key, "dossier.fee-due", {"org": "so-mau", "key": key, "amount": due})
        if paid is not None:
            facts = {"key": key, "amount": paid, "kind": "payment", "paid_at": TODAY.isoformat()}
            month.admit(key, "dossier.fee-paid", {"org": "so-mau"} | facts, source="ngan-hang")


async def test_the_shares_by_level_are_those_of_the_messages(ask):
    told = (await ask()).json()
    [online] = told["online"]
    assert online == {"level": "province", "online": 59, "n": 100, "share": 0.59}
    [late] = told["late"]
    assert late["late"] == 5
    [satisfied] = told["satisfied"]
    assert satisfied["share"] == 0.98
    assert told["overdue"] == 1
    assert told["views"]["lag_messages"] == 3


async def test_timeliness_names_the_procedure(ask):
    [row] = (await ask("/timeliness")).json()["items"]
    assert (row["procedure"], row["level"]) == ("1.000001.H99", "province")
    counts = {name: row[name] for name in ("n", "closed", "on_time", "late", "open", "overdue")}
    assert counts == {
        "n": 100, "closed": 99, "on_time": 94, "late": 5, "open": 1, "overdue": 1,
    }  # fmt: skip


async def test_payments_are_reconciled_by_reference(ask):
    rows = (await ask("/payments")).json()["items"]
    assert {row["outcome"]: (row["n"], row["due"], row["paid"]) for row in rows} == {
        "matched": (1, 50, 50),
        "underpaid": (1, 50, 20),
        "unpaid": (1, 50, 0),
        "unexpected": (1, 0, 70),
    }


async def test_volumes_and_delays_are_by_organisation_and_type(ask):
    refused = (await ask("/volumes", measure="refused")).json()["items"]
    [row] = refused
    assert (row["label"], row["n"], row["organisation"]) == ("no_right", 1, "so-mau")
    [delay] = (await ask("/delays")).json()["items"]
    assert (delay["n"], delay["p50_ms"], delay["mean_ms"]) == (1, 3_000, 2_000)


async def test_what_waits_is_shown_the_oldest_first(ask):
    rows = (await ask("/oldest")).json()["items"]
    assert {row["recipient"] for row in rows} == {"cong", "kho"}
    assert rows == sorted(rows, key=lambda row: row["since"])


async def test_a_csv_cell_is_no_formula(ask):
    answer = await ask("/timeliness", format="csv")
    assert answer.headers["content-type"].startswith("text/csv")
    [row] = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert row["organisation_name"] == "'=Sở Mẫu"
    assert row["n"] == "100"


@pytest.mark.parametrize(
    "params", [{"since": "2026-02-30"}, {"since": "2020-01-01"}, {"until": "2020-01-01"}]
)
async def test_a_window_that_is_none_is_refused(ask, params):
    assert (await ask("/online", **params)).status_code == 422


async def test_a_stranger_sees_nothing(ask):
    for path in ("", "/volumes", "/oldest", "/payments"):
        assert (await ask(path, headers={})).status_code == 401


FIGURES = [
    route.path
    for route in guarded_routes()
    if isinstance(route, APIRoute)
    and route.path.startswith(("/ops/indicators", "/ops/deadlines"))
    and "GET" in (route.methods or ())
]


def sign_in(place, *grants, name="binh"):
    """Let everybody who asks be somebody with these roles."""
    person = Person(name=name, via=Via.TOKEN, grants=grants)

    async def identify(_connection):
        return person

    place.app.state.identify = identify


def operator_of(organisation, types=None):
    return Grant(
        role=Role.OPERATOR, organisation=organisation, within=frozenset({organisation}), types=types
    )


async def answers(place):
    """Return what each route with figures answers, by its path."""
    found = {path: await place.client.get(path, params=SENT) for path in FIGURES}
    assert {answer.status_code for answer in found.values()} == {200}
    return {path: answer.json() for path, answer in found.items()}


async def test_who_has_a_part_sees_its_rows_on_every_page_and_no_others(place):
    owner = await place.client.get("/ops/indicators/oldest", headers=OWNER)
    assert {row["recipient"] for row in owner.json()["items"]} == {"cong", "kho"}
    sign_in(place, operator_of("huyen-mau"))
    told = await answers(place)
    assert len(told) == 11
    assert "so-mau" not in str(told)
    assert "mot-cua" not in str(told)
    assert "H99.98" not in str(told)
    [waiting] = told["/ops/indicators/oldest"]["items"]
    assert waiting["recipient"] == "kho"
    overview = told["/ops/indicators"]
    assert (overview["late"], overview["online"], overview["satisfied"]) == ([], [], [])
    assert (overview["overdue"], overview["waiting"]) == (0, waiting["n"])

    sign_in(place, operator_of("so-mau"))
    told = await answers(place)
    [late] = told["/ops/indicators"]["late"]
    assert late["late"] == 5
    assert {row["organisation"] for row in told["/ops/deadlines"]["items"]} == {"so-mau"}
    assert {row["system"] for row in told["/ops/indicators/volumes"]["items"]} == {"mot-cua"}


async def test_who_may_see_some_types_sees_no_figure_that_is_of_none(place):
    sign_in(place, operator_of("so-mau", types=frozenset({"vn.gov.citizen.rating.v1"})))
    told = await answers(place)
    types = {row["type"] for row in told["/ops/indicators/volumes"]["items"]}
    assert types == {"vn.gov.citizen.rating.v1"}
    assert told["/ops/indicators/timeliness"]["items"] == []


async def test_a_feed_holds_no_more_than_who_made_it_may_see(place):
    people, grant = place.app.state.staff.people, operator_of("so-mau")
    await people.add("chi", "Chi (mẫu)", [grant], actor="an", reason="Mẫu")
    sign_in(place, grant, name="chi")
    for body, status in (({}, 403), ({"organisation": "huyen-mau"}, 403)):
        asked = await place.client.post("/ops/calendar/feeds", json={"reason": "Mẫu"} | body)
        assert asked.status_code == status
    body = {"reason": "Mẫu", "organisation": "so-mau"}
    made = await place.client.post("/ops/calendar/feeds", json=body)
    feed = await place.client.get(made.json()["path"])
    assert feed.text.count("BEGIN:VEVENT") == 1


def empty(url):
    """Begin a rebuild."""
    engine = open_blocking_engine(url)
    Views(engine).clear(TODAY)
    engine.dispose()


async def of_the_views(place):
    """Return the answers whose figures the views have added up; pairs are of the projection."""
    told = await answers(place)
    assert "views" not in told.pop("/ops/indicators/pairs")
    return told


async def test_while_the_views_are_made_anew_every_page_and_table_says_so(place):
    sign_in(place, Grant(role=Role.OPERATOR))
    assert {one["views"]["state"] for one in (await of_the_views(place)).values()} == {"whole"}
    whole = await place.client.get("/ops/indicators/timeliness", params=SENT | {"format": "csv"})
    assert whole.text.splitlines()[1].endswith(",whole")
    await asyncio.to_thread(empty, place.url)
    for path, told in (await of_the_views(place)).items():
        rebuild = told["views"]["rebuild"]
        assert (told["views"]["state"], rebuild["done"]) == ("rebuilding", 0), path
        assert rebuild["of"] == len(_month().records)
        if path != "/ops/indicators":
            table = await place.client.get(path, params=SENT | {"format": "csv"})
            assert table.headers["hub-views"] == "rebuilding"
            assert table.text.splitlines()[1].endswith(f",rebuilding 0/{rebuild['of']}")
    made = await place.client.post("/ops/calendar/feeds", json={"reason": "Mẫu"})
    feed = await place.client.get(made.json()["path"])
    assert (feed.status_code, "retry-after" in feed.headers) == (503, True)

    await asyncio.to_thread(_month().store, place.url)
    assert {one["views"]["state"] for one in (await of_the_views(place)).values()} == {"whole"}
