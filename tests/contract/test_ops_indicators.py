"""`/ops/indicators` over HTTP: the figures of a small synthetic month, by hand."""

import csv
import io
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from hub.control.migrate import migrate
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


@pytest.fixture(params=["sqlite", "postgres"])
async def ask(request, tmp_path):
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/hub.db" if sqlite else request.getfixturevalue("postgres_url")
    await migrate(url)
    _month().store(url)
    engine = open_engine(url)
    app = admin_app(Control(engine, HUB, adapters=SampleAdapters()))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://hub") as client:
        changes = [
            {**organisation("so-mau"), "level": "province", "name": "=Sở Mẫu"},
            system("mot-cua", "so-mau"),
        ]
        written = await client.post(
            "/v1/admin/changes", json={"reason": "Mẫu", "changes": changes}, headers=OWNER
        )
        assert written.status_code == 200, written.text

        async def get(path="", headers=OWNER, **params):
            return await client.get(f"/ops/indicators{path}", params=SENT | params, headers=headers)

        yield get
    await engine.dispose()


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
