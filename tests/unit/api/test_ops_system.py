"""`/ops/system`: what cannot be asked is not told as nothing; logs and bundles have their right."""

import pytest

from hub.api.ops.diagnosis import Level, Line
from hub.control.people.rights import Role
from hub.io.kafka.cluster import Broker
from hub.ports import Unavailable
from tests.ops_rig import OpsRig, clerk_of
from tests.support import NOW


async def test_brokers_that_do_not_answer_are_unknown_and_the_rest_is_told(rig):
    found = await rig.get("/ops/system")
    assert found["brokers"] is None
    assert found["database"]["kind"] == "sqlite"
    assert found["database"]["version"].startswith("3.")
    assert 0 < found["disk"]["free"] <= found["disk"]["total"]
    assert found["hub"]


async def test_brokers_are_told_by_number(rig, monkeypatch):
    async def known():
        return (Broker(node=1, host="kafka-mau", port=9092, controller=True),)

    monkeypatch.setattr(rig.ops.brokers, "_ask", known)
    (one,) = (await rig.get("/ops/system"))["brokers"]
    assert one == {"node": 1, "host": "kafka-mau", "port": 9092, "controller": True}


LINE = Line(at=NOW, level=Level.ERROR, event="fault", more={"place": "x"})


async def test_the_end_of_a_log_is_shown_as_asked_and_an_unknown_process_is_not(rig):
    rig.ops.diagnosis.written = [LINE]
    found = await rig.get("/ops/system/logs/router", lines=5, level="error")
    assert rig.ops.diagnosis.asked == [("router", 5, Level.ERROR)]
    assert [(one["event"], one["more"]) for one in found["lines"]] == [("fault", {"place": "x"})]
    rig.ops.diagnosis.written = None
    assert (await rig.get("/ops/system/logs/router"))["lines"] is None
    await rig.refused("/ops/system/logs/khong-co", 404, "not_found")
    assert "router" in (await rig.get("/ops/system"))["processes"]


@pytest.fixture
async def keeping(migrated_sqlite):
    """Give the operators' API over a store that keeps a trail."""
    made = await OpsRig(migrated_sqlite).open()
    yield made
    await made.close()


async def test_a_bundle_has_a_reason_and_is_in_the_trail_before_it_leaves(keeping, monkeypatch):
    rig, told = keeping, []

    async def trail():
        told.append((await rig.get("/ops/audit", action="make_support_bundle"))["items"])
        raise Unavailable("mẫu")

    assert (await rig.http.post("/ops/system/bundle", json={})).status_code == 422
    answer = await rig.http.post("/ops/system/bundle", json={"reason": "Nhờ hỗ trợ (mẫu)"})
    assert (answer.status_code, answer.content[:2]) == (200, b"PK"), answer.text
    assert answer.headers["cache-control"] == "no-store"
    monkeypatch.setattr(rig.ops.diagnosis, "bundle", trail)
    answer = await rig.http.post("/ops/system/bundle", json={"reason": "Lần hai (mẫu)"})
    assert answer.status_code == 503
    assert [one["reason"] for one in told[0]] == ["Lần hai (mẫu)", "Nhờ hỗ trợ (mẫu)"]


async def test_logs_and_bundles_are_not_for_one_organisations_people(rig):
    rig.person = clerk_of("org-other", Role.OPERATOR)
    await rig.refused("/ops/system/logs/router", 403, "forbidden")
    answer = await rig.http.post("/ops/system/bundle", json={"reason": "Mẫu"})
    assert answer.status_code == 403
