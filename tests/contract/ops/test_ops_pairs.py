"""`/ops/indicators/pairs`: by hand, from a few deliveries whose times are known."""

from datetime import timedelta

from sqlalchemy import insert

from hub.api.rights import Role
from hub.decision.events import Event
from hub.io.sql.control_tables import systems
from tests.ops_rig import clerk_of
from tests.support import NOW, TO_GROUP, TO_OTHER, receipt, stamped
from tests.unit.recorder.records import about

DAYS = {"since": str(NOW.date()), "until": str((NOW + timedelta(days=1)).date())}


async def test_pairs_are_counted_with_the_time_to_the_recipients_last_word(rig):
    tell = rig.province
    first = tell.decide(stamped(id="one", recipients=TO_GROUP))
    tell.decide(stamped(id="two", recipients=TO_OTHER))
    to_receiver = next(one for one in first.deliveries if one.system == "receiver")
    tell.decide(receipt("delivered", ("one", to_receiver)))
    late = NOW + timedelta(minutes=5)
    tell.tell(about(Event.DEAD_LETTER, id="one", recipient="other", reason="bad", at=late))
    await rig.record()
    items = (await rig.get("/ops/indicators/pairs", **DAYS))["items"]
    found = {(one["source"], one["recipient"]): one for one in items}
    arrived, failed = found["sender", "receiver"], found["sender", "other"]
    assert (arrived["n"], arrived["arrived"], arrived["failed"], arrived["open"]) == (1, 1, 0, 0)
    assert arrived["p50_ms"] == arrived["p99_ms"] == 3_000
    assert arrived["mean_ms"] == 2_000
    assert (failed["n"], failed["arrived"], failed["failed"], failed["open"]) == (2, 0, 1, 1)
    assert failed["p50_ms"] is None


async def test_who_has_a_part_sees_pairs_with_his_own_systems_only(rig):
    rows: list[dict[str, object]] = [
        {"id": name, "organisation": f"org-{name}", "name": name, "state": "active"}
        | {"representatives": [], "represents": []}
        for name in ("sender", "receiver", "other")
    ]
    async with rig.engine.begin() as connection:
        await connection.execute(insert(systems), rows)
    rig.province.decide(stamped(id="one", recipients=TO_GROUP))
    await rig.record()
    seen = []
    for organisation in ("org-receiver", "org-sender", "org-none"):
        rig.person = clerk_of(organisation, Role.OPERATOR)
        items = (await rig.get("/ops/indicators/pairs", **DAYS))["items"]
        seen.append({one["recipient"] for one in items})
    assert seen == [{"receiver"}, {"receiver", "other"}, set()]


async def test_more_than_a_month_of_pairs_is_refused(rig):
    year = {"since": str((NOW - timedelta(days=100)).date()), "until": str(NOW.date())}
    await rig.refused("/ops/indicators/pairs", 422, "invalid_request", **year)


async def test_pairs_are_given_as_a_file_too(rig):
    rig.province.decide(stamped(id="two", recipients=TO_OTHER))
    await rig.record()
    answer = await rig.http.get("/ops/indicators/pairs", params={**DAYS, "format": "csv"})
    header, row = answer.text.lstrip("\ufeff").splitlines()
    assert header.startswith("source,recipient,type,n,arrived,open,failed,mean_ms")
    assert row.startswith("sender,other,vn.gov.dossier.received.v1,1,0,1,0,")
