"""Alerts from the observation to the notice, and `/ops/alerts` and `/ops/deadlines` over HTTP."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import httpx2
import pytest

from hub.api.rights import Grant, Role
from hub.control.alerts import MAX_ATTEMPTS, Alerts
from hub.control.deadlines import deadlines
from hub.control.service import Control
from hub.indicators.alerting import Seen
from hub.indicators.deadlines import What
from hub.indicators.defaults import NAMES
from hub.io.sql.engine import open_blocking_engine, open_engine
from hub.io.sql.views import Views
from hub.io.sql.views_queries import ViewsQueries
from hub.ports import Unavailable
from hub.views.channels import Heartbeat, NotTold
from hub.views.observe import Observed, observe
from hub.views.watch import Watch
from tests.admin_rig import OWNER, admin_app
from tests.contract.test_ops_indicators import Month, dossier, operator_of, sign_in
from tests.control_support import HUB, SampleAdapters, connector, organisation, system

START = datetime(2026, 11, 20, 3, tzinfo=UTC)
WHY = {"reason": "Thử nghiệm (mẫu)"}
CHANNEL = {**WHY, "kind": "webhook", "target": "https://mau.example/canh-bao", "least": "info"}
RULE = {**WHY, "metric": "dead_letters", "threshold": 3, "for_seconds": 60}


class Way:
    """A channel whose other side a test plays."""

    def __init__(self):
        self.told, self.problem = [], None

    async def tell(self, telling):
        if self.problem is not None:
            raise self.problem
        self.told.append((telling.number, telling.notice.told.value, telling.notice.rule))


class Beats(Heartbeat):
    """Counts, and calls nobody."""

    def __init__(self):
        self.count = 0

    async def beat(self, now):
        assert now.tzinfo is not None
        self.count += 1


class Hub:
    """A hub's alerts over one database, with a clock and observations of a test's own."""

    def __init__(self, engine):
        self.now, self.values = START, []
        self.engine, self.way, self.beats = engine, Way(), Beats()
        self.watch = self.start()

    def start(self):
        """Return alerting as a process has it after a start: nothing but what is stored."""
        hub = self

        class Given(Watch):
            async def observations(self, now):
                assert now == hub.now
                return Observed(seen=hub.values, unknown=frozenset())

        ways = dict.fromkeys(("email", "webhook", "message"), self.way)
        return Given(
            Alerts(self.engine, lambda: self.now),
            ViewsQueries(self.engine),
            ways,
            lambda: self.now,
            heartbeat=self.beats,
        )

    async def round(self, *values, seconds=60, rounds=1):
        self.values = [
            Seen(metric="dead_letters", subject=name, organisation="so-mau", value=value)
            for name, value in values
        ]
        for _ in range(rounds):
            self.now += timedelta(seconds=seconds)
            await self.watch.round()


@pytest.fixture
async def place(migrated_url):
    engine = open_engine(migrated_url)
    app = admin_app(Control(engine, HUB, adapters=SampleAdapters()))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://hub", headers=OWNER
    ) as client:
        yield SimpleNamespace(
            client=client, app=app, hub=Hub(engine), url=migrated_url, engine=engine
        )
    await engine.dispose()


@pytest.fixture
async def set_up(place):
    assert (await place.client.put("/ops/alerts/rules/thu", json=RULE)).status_code == 200
    assert (await place.client.put("/ops/alerts/channels/truc", json=CHANNEL)).status_code == 200
    return place


async def test_one_firing_and_one_resolved_also_over_restarts(set_up):
    hub = set_up.hub
    for _ in range(4):
        await hub.round(("kho-mau", 9), rounds=2)
        hub.watch = hub.start()
    await hub.round(("kho-mau", 0), rounds=5)
    assert [told for _, told, _ in hub.way.told] == ["firing", "resolved"]


async def test_a_channel_that_is_away_is_tried_again_and_given_up_in_the_end(set_up):
    hub = set_up.hub
    hub.way.problem = NotTold("it answers HTTP 503")
    await hub.round(("kho-mau", 9), rounds=3)
    assert hub.way.told == []
    hub.way.problem = None
    await hub.round(("kho-mau", 9), seconds=3_600)
    assert len(hub.way.told) == 1
    hub.way.problem = NotTold("away")
    await hub.round(rounds=MAX_ATTEMPTS + 5, seconds=86_400)
    tellings = (await set_up.client.get("/ops/alerts/tellings")).json()["items"]
    assert tellings[0]["attempts"] == MAX_ATTEMPTS
    assert (tellings[0]["next_at"], tellings[0]["problem"]) == (None, "away")


async def test_what_is_taken_shows_who_and_a_silence_lets_nobody_be_told(set_up):
    hub, client = set_up.hub, set_up.client
    silence = {**WHY, "rule": "thu", "since": str(START), "until": str(START + timedelta(days=1))}
    made = await client.post("/ops/alerts/silences", json=silence)
    await hub.round(("kho-mau", 9), rounds=3)
    taken = await client.post("/ops/alerts:take", json={**WHY, "rule": "thu", "subject": "kho-mau"})
    assert taken.status_code == 200, taken.text
    [alert] = (await client.get("/ops/alerts")).json()["items"]
    assert (alert["phase"], alert["taken_by"]) == ("firing", "an")
    assert hub.way.told == []
    path = f"/ops/alerts/silences/{made.json()['id']}:remove"
    assert (await client.post(path, json=WHY)).status_code == 200
    await hub.round(("kho-mau", 9))
    assert [told for _, told, _ in hub.way.told] == ["firing"]
    assert (await client.get("/ops/alerts")).json()["items"][0]["taken_by"] == "an"


async def test_an_organisations_channel_hears_of_that_organisation_only(set_up):
    hub, client = set_up.hub, set_up.client
    for name, whose in (("cua-so", "so-mau"), ("cua-ai", "so-khac")):
        channel = {**CHANNEL, "organisation": whose}
        await client.put(f"/ops/alerts/channels/{name}", json=channel)
    await hub.round(("kho-mau", 9), rounds=2)
    rows = (await client.get("/ops/alerts/tellings")).json()["items"]
    assert {row["channel"] for row in rows} == {"truc", "cua-so"}


async def test_the_heartbeat_stays_away_when_a_round_fails(set_up):
    hub = set_up.hub
    await hub.round()
    await hub.round(seconds=10)
    assert hub.beats.count == 1
    hub.values = None  # what no rule can be asked about: a fault of our own
    with pytest.raises(TypeError):
        await hub.watch.round()
    assert hub.beats.count == 1


async def test_the_heartbeat_stays_away_while_sql_is_away():
    engine = open_engine("postgresql://hub@127.0.0.1:1/hub")  # nobody listens there
    hub = Hub(engine)
    with pytest.raises(Unavailable):
        await hub.round()
    assert hub.beats.count == 0
    await engine.dispose()


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("rules/thu", {"metric": "unknown"}),
        ("rules/thu", {"threshold": 1e300}),
        ("channels/x", {"kind": "email"}),
        ("channels/x", {"kind": "message"}),
        ("channels/x", {"target": "file:///etc/passwd"}),
        ("channels/x", {"kind": "email", "target": "a@mau.example\r\nBcc: b@mau.example"}),
    ],
)
async def test_a_rule_about_nothing_and_a_channel_to_nowhere_are_refused(place, path, change):
    body = (RULE if path.startswith("rules") else CHANNEL) | change
    assert (await place.client.put(f"/ops/alerts/{path}", json=body)).status_code == 422


async def test_a_stranger_sees_no_alert_and_sets_none(place):
    for path in ("", "/rules", "/channels", "/metrics"):
        answer = await place.client.get(f"/ops/alerts{path}", headers={"authorization": ""})
        assert answer.status_code == 401
    answer = await place.client.put("/ops/alerts/rules/x", json=RULE, headers={"authorization": ""})
    assert answer.status_code == 401


async def test_every_write_stands_in_the_trail(set_up):
    await set_up.client.post("/ops/alerts/rules/thu:remove", json=WHY)
    await set_up.client.put(
        "/ops/calendar/days/2026-11-28", json={**WHY, "works": True, "note": "Làm bù (mẫu)"}
    )
    trail = (await set_up.client.get("/v1/admin/trail")).json()["items"]
    assert [one["reason"] for one in trail[:2]] == [WHY["reason"]] * 2
    [day] = (await set_up.client.get("/ops/calendar/days")).json()["items"]
    assert day["works"] is True


async def test_who_has_a_part_sees_and_takes_its_alerts_only(set_up):
    await set_up.hub.round(("mot-cua", 9), rounds=3)
    asked = {**WHY, "rule": "thu", "subject": "mot-cua"}
    for whose, status, seen in (("huyen-mau", 404, 0), ("so-mau", 200, 1)):
        sign_in(set_up, operator_of(whose))
        for path in ("/ops/alerts", "/ops/alerts/notices"):
            items = (await set_up.client.get(path)).json()["items"]
            assert len(items) == seen, path
        assert (await set_up.client.post("/ops/alerts:take", json=asked)).status_code == status
        # The channels of others are named there.
        assert (await set_up.client.get("/ops/alerts/tellings")).status_code == 403
        [rule] = (await set_up.client.get("/ops/alerts/rules")).json()["items"]
        assert rule["name"] == "thu"


async def test_who_has_a_part_silences_it_and_nothing_else(set_up):
    lasts = {"since": START.isoformat(), "until": (START + timedelta(hours=1)).isoformat()}
    asked = {**WHY, "rule": "thu", **lasts}
    number = {}
    for whose, rule in (("*", "khac"), ("huyen-mau", "thu")):
        body = asked | {"organisation": whose, "rule": rule}
        answer = await set_up.client.post("/ops/alerts/silences", json=body)
        number[whose] = answer.json()["id"]
    sign_in(set_up, operator_of("so-mau"))
    for whose, status in (("*", 403), ("huyen-mau", 403), ("", 403), ("so-mau", 200)):
        body = asked | {"organisation": whose}
        answer = await set_up.client.post("/ops/alerts/silences", json=body)
        assert answer.status_code == status, whose
    number["so-mau"] = answer.json()["id"]
    await set_up.hub.round(("mot-cua", 9), rounds=3)
    assert set_up.hub.way.told == [], "his own organisation is silent"
    for whose, status in (("*", 404), ("huyen-mau", 404), ("so-mau", 200), ("so-mau", 404)):
        path = f"/ops/alerts/silences/{number[whose]}:remove"
        assert (await set_up.client.post(path, json=WHY)).status_code == status, whose


async def test_a_feed_ends_with_the_right_of_who_made_it_and_is_there_again_with_it(place):
    changes = [{**organisation("so-mau"), "name": "Sở Mẫu"}]
    await place.client.post("/v1/admin/changes", json={**WHY, "changes": changes})
    staff, why = place.app.state.staff, {"actor": "an", "reason": "Mẫu"}
    operator, body = operator_of("so-mau"), {**WHY, "organisation": "so-mau"}
    sign_in(place, operator, name="chi")
    # A right that a group of the identity provider gave ends with the session: no feed of it.
    assert (await place.client.post("/ops/calendar/feeds", json=body)).status_code == 403
    await staff.people.add("chi", "Chi (mẫu)", [operator], **why)
    made = (await place.client.post("/ops/calendar/feeds", json=body)).json()

    async def status():
        return (await place.client.get(made["path"], headers={"authorization": ""})).status_code

    assert await status() == 200
    for grants, answer in (
        ([Grant(role=Role.CLERK, organisation="so-mau")], 404),
        ([operator], 200),
    ):
        await staff.roles.give("chi", grants, **why)
        assert await status() == answer
    await staff.people.disable("chi", disabled=True, **why)
    assert await status() == 404


async def test_the_first_rules_are_put_once_and_stay_removed(place):
    alerts = Alerts(place.engine, lambda: START)
    await alerts.begin()
    first = await alerts.listed("rules")
    assert len(first) > 10
    await alerts.begin()
    assert await alerts.listed("rules") == first


async def test_deadlines_are_observed_and_stand_in_the_feed(place):
    month = Month()
    dossier(month, 1, online=True, open_=True, due=timedelta(days=-1))
    dossier(month, 2, online=True, open_=True, due=timedelta(days=2))
    await asyncio.to_thread(month.store, place.url)
    changes = [{**organisation("so-mau"), "name": "Sở Mẫu"}, system("mot-cua", "so-mau")]
    await place.client.post("/v1/admin/changes", json={**WHY, "changes": changes})

    told = (await place.client.get("/ops/deadlines")).json()
    assert [one["subject"] for one in told["items"]] == ["H99.98-1", "H99.98-2"]
    assert told["forecast"][0] == {"days": 0, "counts": {"dossier": 1}}

    seen = (await observe(ViewsQueries(place.engine), datetime.now(UTC))).seen
    [overdue] = [one for one in seen if one.metric == "overdue_matters"]
    assert (overdue.organisation, overdue.value) == ("so-mau", 1)

    made = (await place.client.post("/ops/calendar/feeds", json=WHY)).json()
    answer = await place.client.get(made["path"], headers={"authorization": ""})
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.text.count("BEGIN:VEVENT") == 2
    [mine] = (await place.client.get("/ops/calendar/feeds")).json()["items"]
    await place.client.post(f"/ops/calendar/feeds/{mine['digest']}:revoke")
    assert (await place.client.get(made["path"])).status_code == 404


async def test_figures_that_are_made_anew_are_not_observed_but_that_they_are_is(place):
    month = Month()
    dossier(month, 1, online=True, open_=True, due=timedelta(days=-1))
    await asyncio.to_thread(month.store, place.url)
    queries, began = ViewsQueries(place.engine), datetime.now(UTC)
    whole = await observe(queries, began)
    assert {"overdue_matters", "oldest_undelivered_seconds"} <= {one.metric for one in whole.seen}
    engine = open_blocking_engine(place.url)
    await asyncio.to_thread(Views(engine).clear, began)
    engine.dispose()
    anew = await observe(queries, began + timedelta(hours=5))
    values = {one.metric: one.value for one in anew.seen}
    assert values["views_rebuild_seconds"] == 5 * 3_600
    assert not anew.unknown & values.keys()
    assert {"overdue_matters", "silent_office_hours"} <= anew.unknown <= NAMES


async def test_a_connector_that_is_to_run_and_never_reported_is_down(place):
    changes = [
        {**organisation("so-mau"), "name": "Sở Mẫu"},
        system("mot-cua", "so-mau"),
        connector("chay", "mot-cua", wanted="running"),
        connector("dung", "mot-cua", wanted="stopped"),
    ]
    made = await place.client.post("/v1/admin/changes", json={**WHY, "changes": changes})
    assert made.status_code == 200, made.text
    seen = (await observe(ViewsQueries(place.engine), datetime.now(UTC))).seen
    down = [(one.subject, one.organisation, one.value) for one in seen if "connector" in one.metric]
    assert down == [("chay", "so-mau", 1)]


async def test_a_quota_that_will_not_last_the_day_is_due_today_and_one_that_will_is_not(place):
    # Noon of Viet Nam: half of the day is over, and five notices have gone out.
    noon = START.replace(hour=5)
    month = Month()
    for number in range(5):
        month.admit(f"TB-{number}", "citizen.notice", {}, at=noon - timedelta(hours=2))
    await asyncio.to_thread(month.store, place.url)
    changes = [
        {**organisation("so-mau"), "name": "Sở Mẫu"},
        system("cong", "so-mau"),
        *(
            connector(
                f"nhan-tin-{quota}",
                "cong",
                {"url": "http://10.9.8.7/", "daily_quota": quota},
                wanted="running",
            )
            for quota in (8, 12)
        ),
        connector("khong-han-muc", "cong", wanted="running"),
    ]
    made = await place.client.post("/v1/admin/changes", json={**WHY, "changes": changes})
    assert made.status_code == 200, made.text
    queries = ViewsQueries(place.engine)
    [one] = [one for one in await deadlines(queries, noon) if one.what is What.QUOTA]
    assert (one.subject, one.organisation) == ("nhan-tin-8", "so-mau")
    assert noon < one.due_at < noon + timedelta(hours=8)
    [seen] = [one for one in (await observe(queries, noon)).seen if "quota" in one.metric]
    assert 7 < seen.value < 8
    late = await deadlines(queries, noon + timedelta(hours=11))
    assert [one for one in late if one.what is What.QUOTA] == [], "nothing went since: it lasts"


async def test_a_dossier_without_a_promise_is_due_by_its_procedures_working_days(place):
    month = Month()
    friday = datetime(2026, 11, 27, 3, tzinfo=UTC)
    facts = {"org": "so-mau", "procedure": "1.000001.H99", "submitted_at": friday.isoformat()}
    month.admit("H99.98-1", "dossier.submitted", facts, at=friday)
    await asyncio.to_thread(month.store, place.url)
    assert (await place.client.get("/ops/deadlines")).json()["items"] == []
    body = {**WHY, "name": "Thủ tục mẫu", "working_days": 2}
    assert (await place.client.put("/ops/limits/1.000001.H99", json=body)).status_code == 200

    async def due():
        [one] = (await place.client.get("/ops/deadlines")).json()["items"]
        return one["due_at"][:10]

    assert await due() == "2026-12-01"  # Monday and Tuesday
    saturday = {**WHY, "works": True, "note": "Làm bù (mẫu)"}
    await place.client.put("/ops/calendar/days/2026-11-28", json=saturday)
    assert await due() == "2026-11-30"


async def test_a_feed_of_one_organisation_holds_nothing_of_another(place):
    month = Month()
    dossier(month, 1, online=True, open_=True)
    await asyncio.to_thread(month.store, place.url)
    body = {**WHY, "organisation": "so-khac"}
    made = (await place.client.post("/ops/calendar/feeds", json=body)).json()
    assert "BEGIN:VEVENT" not in (await place.client.get(made["path"])).text


@asynccontextmanager
async def watcher(status):
    """Stand for who waits for the heartbeat."""
    heard = []

    def answer(request):
        heard.append(request.content)
        return httpx2.Response(status)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as client:
        yield heard, Heartbeat("hub-mau", "https://ngoai.mau.example/nhip", client)


async def test_a_heartbeat_is_a_call_and_a_refused_one_is_told():
    async with watcher(200) as (heard, beats):
        await beats.beat(START)
        assert b"hub-mau" in heard[0]
    async with watcher(500) as (_, beats):
        with pytest.raises(NotTold):
            await beats.beat(START)


async def test_who_asks_for_it_is_told_himself_as_long_as_he_may_see_it(set_up):
    hub, client, owner = set_up.hub, set_up.client, set_up.app.state.identify
    new = {"name": "binh", "display": "Bình (mẫu)", "grants": [{"role": "operator"}], **WHY}
    assert (await client.post("/ops/users", json=new)).status_code == 200
    sign_in(set_up, Grant(role=Role.OPERATOR))
    body = {"kind": "email", "target": "binh@mau.example", "least": "info"}
    answer = await client.put("/ops/profile/notices", json=body)
    assert (answer.status_code, answer.json()["target"]) == (200, "binh@mau.example"), answer.text
    await hub.round(("kho-mau", 9), rounds=3)
    assert len(hub.way.told) == 2  # over the shared channel, and to himself
    assert (await client.get("/ops/alerts/channels")).json()["items"][0]["name"] == "truc"
    set_up.app.state.identify = owner
    assert (await client.post("/ops/users/binh:disable", json=WHY)).status_code == 200
    await hub.round(("kho-mau", 0), rounds=5)
    assert len(hub.way.told) == 3  # the end of it went over the shared channel alone


async def test_a_part_is_told_of_its_own_alerts_only(set_up):
    client = set_up.client
    new = {"name": "binh", "display": "Bình (mẫu)", "grants": [{"role": "operator"}], **WHY}
    assert (await client.post("/ops/users", json=new)).status_code == 200
    mine = Grant(role=Role.OPERATOR, organisation="xa-a", within=frozenset({"xa-a"}))
    sign_in(set_up, mine)
    body = {"kind": "webhook", "target": "https://mau.example/toi", "organisation": "so-mau"}
    assert (await client.put("/ops/profile/notices", json=body)).status_code == 403
    ok = await client.put("/ops/profile/notices", json=body | {"organisation": "xa-a"})
    assert ok.status_code == 200, ok.text
    assert (await client.delete("/ops/profile/notices")).json()["target"] is None
    assert (await client.get("/ops/profile/notices")).json()["target"] is None
