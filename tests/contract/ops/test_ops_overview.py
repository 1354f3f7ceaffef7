"""`/ops/overview`, `/ops/flow`, `/ops/lag`, `/ops/live`: health at one look."""

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import insert

from hub.control.people.rights import Role
from hub.decision.events import Event
from hub.io.kafka.lag import GroupLag, PartitionLag
from hub.io.sql import control_tables as tables
from hub.io.sql import figures
from hub.io.sql.connector_status import ConnectorStatuses
from tests.admin_rig import quarantined
from tests.ops_rig import clerk_of
from tests.support import NOW, TO_GROUP, TO_OTHER, TO_RECEIVER, build_rules, receipt, stamped
from tests.unit.recorder.records import about

CONNECTOR = {
    "adapter": "mau",
    "system": "receiver",
    "config": {},
    "isolation": "shared",
    "limits": {},
}


@pytest.fixture
async def known(rig):
    """Give a day: two admitted, one of them twice, one refused, one delivery dead, one done."""
    tell = rig.province
    first = tell.decide(stamped(id="one", recipients=TO_GROUP))
    tell.decide(stamped(id="two", recipients=TO_OTHER))
    tell.decide(stamped(id="two", recipients=TO_OTHER))
    tell.decide(stamped(id="bad", recipients="urn:hub:org:H99.77"))
    to_receiver = next(one for one in first.deliveries if one.system == "receiver")
    tell.decide(receipt("delivered", ("one", to_receiver)))
    tell.decide(receipt("processed", ("one", to_receiver)))
    late = NOW + timedelta(minutes=5)
    tell.tell(about(Event.DEAD_LETTER, id="one", recipient="other", reason="bad", at=late))
    await rig.record()
    rig.now = NOW + timedelta(hours=1)
    return rig


async def test_the_overview_counts_each_thing_once(known):
    found = await known.get("/ops/overview")
    assert found["totals"] == {
        "admitted": 2,
        "delivered": 1,
        "refused": 1,
        "duplicate": 1,
        "statement": 2,
        "dead_letter": 1,
        "success_rate": 2 / 3,
    }
    assert [(one["reason"], one["count"]) for one in found["refusals"]] == [("not_permitted", 1)]
    assert found["refusals"][0]["help"]["vi"]["meaning"]
    assert found["open"]["dead_letter"] == 1
    assert found["open"]["pending"] == 1
    assert found["dead_letters"] == 1
    assert sum(minute["admitted"] for minute in found["minutes"]) == 2


async def test_the_oldest_undelivered_message_is_named_with_its_age(known):
    oldest = (await known.get("/ops/overview"))["oldest_undelivered"]
    assert (oldest["id"], oldest["recipient"], oldest["state"]) == ("one", "other", "dead_letter")
    assert oldest["seconds"] == 3600


async def test_what_was_longer_than_a_day_ago_is_not_of_today(known):
    known.now = NOW + timedelta(days=2)
    found = await known.get("/ops/overview")
    assert (found["totals"]["admitted"], found["totals"]["success_rate"]) == (0, None)
    assert found["oldest_undelivered"]["id"] == "one"


async def test_counts_are_the_same_after_a_rebuild(known):
    before = (await known.get("/ops/overview"))["totals"], await known.get("/ops/flow")
    await known.rebuild()
    known.forget()
    assert ((await known.get("/ops/overview"))["totals"], await known.get("/ops/flow")) == before


async def test_old_counts_are_forgotten_and_newer_ones_stay(known):
    known.now = NOW + figures.MINUTES_KEPT + timedelta(hours=1)
    assert await figures.forget_old_figures(known.engine, known.now) > 0
    assert await figures.Figures(known.engine).minutes(NOW - timedelta(days=1)) == []
    assert (await known.get("/ops/overview"))["dead_letters"] == 1
    flows = await figures.Figures(known.engine).flows(NOW - timedelta(hours=1))
    assert len(flows) == 3


async def test_connectors_that_do_not_run_are_named(known):
    known.rules = build_rules({"connector/ket-noi-mau": CONNECTOR, "connector/im-lang": CONNECTOR})
    await ConnectorStatuses(known.engine).report([known.report("ket-noi-mau", "failing")])
    found = (await known.get("/ops/overview"))["connectors"]
    assert found["states"] == {"failing": 1, "silent": 1}
    assert [(one["name"], one["state"]) for one in found["trouble"]] == [
        ("im-lang", "silent"),
        ("ket-noi-mau", "failing"),
    ]


async def test_what_kafka_does_not_tell_is_null_and_not_nothing(known):
    known.held.messages.append(quarantined(0))
    assert (await known.get("/ops/overview"))["quarantine"] == 1
    known.lags.found = None
    known.held.away = True
    known.forget()
    found = await known.get("/ops/overview")
    assert (found["lag"], found["quarantine"]) == (None, None)
    assert found["totals"]["admitted"] == 2


async def test_the_lag_says_where_and_how_long(known):
    behind = PartitionLag(
        topic="hub.ingress", partition=3, end=10, committed=4, messages=6, seconds=2.5
    )
    known.lags.found = (
        GroupLag(group="hub-router", messages=6, seconds=2.5, partitions=(behind,)),
    )
    (group,) = (await known.get("/ops/lag"))["groups"]
    assert (group["messages"], group["seconds"], group["stuck"]) == (6, 2.5, False)
    assert group["partitions"][0]["committed"] == 4
    known.lags.found = None
    await known.refused("/ops/lag", 503, "unavailable")


async def test_the_flow_goes_from_level_to_level(known):
    ways = (await known.get("/ops/flow"))["ways"]
    told = {(way["origin"], way["to"]): way for way in ways}
    assert told.keys() == {("province", "commune"), ("province", None)}
    down = told["province", "commune"]
    assert (down["admitted"], down["delivered"], down["dead_letter"]) == (3, 1, 1)
    assert told["province", None]["refused"] == 1


async def test_the_flow_between_organisations_has_their_names_and_can_be_narrowed(known):
    found = await known.get("/ops/flow", by="organisation", recipient_organisation="org-other")
    (way,) = found["ways"]
    assert (way["origin"], way["to_name"]) == ("org-sender", "Phường Thử nghiệm Hai")
    found = await known.get("/ops/flow", by="system", limit=1)
    assert (len(found["ways"]), found["left_out"]) == (1, 2)


async def test_who_has_a_part_sees_the_overview_of_his_part_and_nothing_of_the_hubs_own(known):
    known.rules = build_rules(
        {
            "connector/cua-minh": CONNECTOR | {"system": "other"},
            "connector/cua-nguoi-khac": CONNECTOR,
        }
    )
    known.person = clerk_of("org-other", Role.OPERATOR)
    found = await known.get("/ops/overview")
    # Of three messages that the whole hub counts, one and two are for this agency.
    assert found["totals"]["admitted"] == 2
    assert (found["totals"]["refused"], found["totals"]["delivered"]) == (0, 0)
    assert (found["totals"]["duplicate"], found["refusals"]) == (None, [])
    assert (found["open"]["dead_letter"], found["open"]["pending"], found["dead_letters"]) == (
        1,
        1,
        1,
    )
    assert sum(minute["admitted"] for minute in found["minutes"]) == 2
    oldest = found["oldest_undelivered"]
    assert (oldest["id"], oldest["recipient"], oldest["state"]) == ("one", "other", "dead_letter")
    assert [one["name"] for one in found["connectors"]["trouble"]] == ["cua-minh"]
    assert (found["part"], found["lag"], found["quarantine"]) == (True, None, None)
    await known.refused("/ops/lag", 403, "forbidden")


async def test_a_sender_sees_his_refusals_and_a_stranger_to_all_of_it_sees_nothing(known):
    known.person = clerk_of("org-sender", Role.OPERATOR)
    found = await known.get("/ops/overview")
    assert (found["totals"]["refused"], found["totals"]["delivered"]) == (1, 1)
    assert [(one["reason"], one["count"]) for one in found["refusals"]] == [("not_permitted", 1)]
    for person in (
        clerk_of("org-khac", Role.OPERATOR),
        clerk_of("org-sender", Role.OPERATOR, types=frozenset({"vn.gov.khac.v1"})),
    ):
        known.person = person
        found = await known.get("/ops/overview")
        assert (found["totals"]["admitted"], found["oldest_undelivered"]) == (0, None)
        assert found["open"] == dict.fromkeys(found["open"], 0)
        assert (await known.get("/ops/flow"))["ways"] == []


async def test_keys_that_must_be_renewed_within_a_month_are_counted_each_for_its_own(known):
    async with known.engine.begin() as connection:
        for name, days in (("sender", 20), ("other", 25), ("receiver", 40)):
            key = {"id": f"{name}/k", "system": name, "thumbprint": name, "jwk": {}, "alg": "ES256"}
            until = known.now + timedelta(days=days)
            row = {"valid_from": NOW, "valid_to": until, "revoked": False}
            await connection.execute(insert(tables.keys).values(**key, **row))
            system = {"organisation": f"org-{name}", "name": name, "state": "active"}
            none = {"representatives": [], "represents": [], "kafka_in": False}
            await connection.execute(insert(tables.systems).values(id=name, **system, **none))
    assert (await known.get("/ops/overview"))["expiring"] == 2
    known.person = clerk_of("org-other", Role.OPERATOR)
    assert (await known.get("/ops/overview"))["expiring"] == 1


async def test_the_flow_of_a_part_is_what_goes_from_it_and_to_it(known):
    known.person = clerk_of("org-other", Role.OPERATOR)
    ways = (await known.get("/ops/flow", by="system"))["ways"]
    assert {(way["origin"], way["to"]) for way in ways} == {("sender", "other")}


async def test_the_stream_tells_each_person_what_he_may_see(rig):
    rig.person = clerk_of("org-other", Role.OPERATOR)
    rig.live.take(about(Event.DELIVERED, id="a", recipient="receiver"))
    before = await rig.http.get("/ops/live")
    last = before.text.split("id: ")[1].split("\n")[0]
    for recipient in ("receiver", "other"):
        rig.live.take(about(Event.DELIVERED, id="b", recipient=recipient))
    rig.province.decide(stamped(id="c", recipients=TO_RECEIVER))
    answer = await rig.http.get("/ops/live", headers={"last-event-id": last})
    assert answer.headers["content-type"].startswith("text/event-stream")
    data = [orjson.loads(line[6:]) for line in answer.text.split("\n") if line[:5] == "data:"]
    assert [(one["id"], one["recipient"]) for one in data] == [("b", "other")]
    answer = await rig.http.get(
        "/ops/live", headers={"last-event-id": last}, params={"event": "refused"}
    )
    assert "data:" not in answer.text
