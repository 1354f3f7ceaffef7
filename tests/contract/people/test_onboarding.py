"""From nothing to production: each step by the agency itself, and one word of another person."""

from datetime import timedelta

import pytest

from hub.control.onboarding import Stage
from hub.decision.events import AuditEvent, Event, IngressRef, RulesRef
from hub.decision.rows import AuditRecord
from hub.io.sql.engine import open_blocking_engine
from hub.io.sql.projection import Projection
from tests.control_support import RECEIVED, new_key, proof, register
from tests.people_rig import WHY, problem

IN_A = {"role": "integrator", "organisation": "xa-a"}
TWIN = "sandbox-mot-cua-moi"
WISH = {
    "system": "mot-cua-moi",
    "organisation": "xa-a",
    "name": "Một cửa mới (mẫu)",
    "sends": [RECEIVED],
    "recipients": ["urn:hub:all"],
    "takes": [],
    "reason": WHY,
}


class Sandbox:
    """What the twin sends, as the recorder learns of it."""

    def __init__(self, engine, clock):
        self._projection, self._clock, self._offset = Projection(engine), clock, 0
        self._projection.positions([0])

    def tell(self, event, id_, *, recipient=None, reason=None, place=None, at=None, **detail):
        told = AuditEvent(
            event=event,
            source=TWIN,
            id=id_,
            at=self._clock.now,
            recipient=recipient,
            reason=reason,
            place=place,
            rules=RulesRef(version=1, hash="ab" * 32),
            ingress=IngressRef(partition=0, offset=self._offset),
            detail={"type": RECEIVED, "time": (at or self._clock.now).isoformat(), **detail},
        )
        record = AuditRecord(
            partition=0, offset=self._offset, written_at=self._clock.now, event=told
        )
        assert self._projection.record([record], {0: self._offset}, {0: self._offset + 1})
        self._offset += 1
        self._clock.pass_by(seconds=1)

    def admit(self, id_, **more):
        self.tell(Event.ADMITTED, id_, recipients=[TWIN], **{"size": 500} | more)


@pytest.fixture
def sandbox(control, url, clock):  # noqa: ARG001  (the store is the control plane's)
    engine = open_blocking_engine(url)
    yield Sandbox(engine, clock)
    engine.dispose()


async def apply(browser, **changes):
    return await browser.post("/v1/admin/onboardings", json=WISH | changes)


async def put_key(browser, clock, system):
    key = new_key()
    change = register(key, system, proof=proof(key, system, at=clock.now))
    body = {"key": change, "reason": WHY}
    return await browser.post("/v1/admin/onboardings/mot-cua-moi:key", json=body)


async def submit(browser):
    return await browser.post("/v1/admin/onboardings/mot-cua-moi:submit", json={"reason": WHY})


async def standing(browser):
    return (await browser.get("/v1/admin/onboardings/mot-cua-moi")).json()


def show_everything(sandbox, clock):
    sandbox.tell(Event.REFUSED, "m-0", reason="schema_violation")
    sandbox.admit("m-0", subject="HS-1")
    sandbox.tell(Event.DUPLICATE, "m-0")
    sandbox.admit("m-1", subject="HS-1", at=clock.now - timedelta(minutes=1))
    sandbox.admit("m-2", objects="sha256:" + "a" * 64)
    sandbox.admit("retry-503-1")
    sandbox.tell(Event.ACKNOWLEDGED, "m-0", recipient=TWIN)


async def test_an_agency_connects_its_system_by_itself(desk, sandbox, clock):
    mine, other = await desk.arrive("binh", IN_A), await desk.arrive("lan", {"role": "integrator"})
    keeper = await desk.arrive("khoa", {"role": "key_officer", "organisation": "xa-a"})
    made = await apply(mine)
    assert (made.json()["stage"], made.json()["sandbox"]) == (Stage.REGISTERED, TWIN)
    assert (await put_key(mine, clock, TWIN)).json()["stage"] == Stage.KEYED
    show_everything(sandbox, clock)
    assert (await standing(mine))["stage"] == Stage.CONFORMING
    asked = (await submit(mine)).json()
    assert asked["stage"] == Stage.SUBMITTED
    path = f"/ops/requests/{asked['proposal']}:approve"
    problem(await mine.post(path, json={"reason": WHY}), 403, "forbidden")
    assert (await other.post(path.replace("approve", "refuse"), json={"reason": WHY})).is_success
    told = await standing(mine)
    assert (told["stage"], told["request"]["decided_by"]) == (Stage.CONFORMING, "lan")
    path = f"/ops/requests/{(await submit(mine)).json()['proposal']}:approve"
    assert (await other.post(path, json={"reason": WHY})).status_code == 200
    assert (await standing(mine))["stage"] == Stage.APPROVED
    problem(await put_key(mine, clock, "mot-cua-moi"), 403, "forbidden")
    assert (await put_key(keeper, clock, "mot-cua-moi")).json()["stage"] == Stage.IN_PRODUCTION
    right = (await desk.machine().get("/v1/admin/rights/onboarding-mot-cua-moi")).json()
    assert (right["types"], right["recipients"]) == ([RECEIVED], ["urn:hub:all"])


async def test_what_was_not_shown_is_named_and_keeps_it_out(desk, sandbox, clock):
    mine = await desk.arrive("binh", IN_A)
    await apply(mine)
    await put_key(mine, clock, TWIN)
    sandbox.admit("m-1")
    refused = problem(await submit(mine), 409, "not_conforming")
    for missing in ("invalid", "duplicate", "out of order", "large", "retry after 503"):
        assert missing in refused["detail"]
    assert "valid vn" not in refused["detail"]
    sandbox.tell(Event.REFUSED, "m-9", reason="not_permitted", place="recipients/0")
    (trouble,) = (await standing(mine))["refused"]
    assert (trouble["id"], trouble["place"]) == ("m-9", "recipients/0")
    assert trouble["help"]["vi"]["next"]
    (line,) = (await mine.get("/v1/admin/onboardings")).json()["items"]
    assert (line["stage"], line["shown"], line["wanted"]) == (Stage.KEYED, 1, 8)
    checks = {one["name"]: one["done"] for one in (await standing(mine))["checks"]}
    assert [name for name, done in checks.items() if done] == [f"valid {RECEIVED}"]


async def test_nobody_applies_for_another_agency_or_takes_a_name(desk):
    mine = await desk.arrive("binh", IN_A)
    problem(await apply(mine, organisation="xa-b"), 403, "forbidden")
    problem(await apply(mine, system="he-thong-a"), 409, "name_taken")
    problem(await apply(mine, system="sandbox-x"), 409, "name_taken")
    assert (await apply(mine)).status_code == 200
    assert (await apply(mine)).status_code == 200
    problem(await apply(mine, name="Tên khác (mẫu)"), 409, "name_taken")


async def test_a_test_message_is_tried_before_it_is_sent(desk):
    mine = await desk.arrive("binh", IN_A)
    await apply(mine)
    path = "/v1/admin/onboardings/mot-cua-moi"
    sample = (await mine.get(f"{path}/sample", params={"type": RECEIVED})).json()
    assert (sample["source"], sample["recipient"]) == (TWIN, f"urn:hub:system:{TWIN}")
    assert sample["body"]
    told = (await mine.post(f"{path}:rehearse", json={"type": RECEIVED})).json()
    # These operators look at other rules, which do not know the twin.
    assert (told["outcome"], told["reason"]) == ("refused", "unknown_system")


async def test_another_agency_does_not_see_it(desk):
    await apply(await desk.arrive("binh", IN_A))
    other = await desk.arrive("chi", {"role": "integrator", "organisation": "xa-b"})
    assert (await other.get("/v1/admin/onboardings")).json()["items"] == []
    for what in ("", f"/sample?type={RECEIVED}"):
        answer = await other.get(f"/v1/admin/onboardings/mot-cua-moi{what}")
        problem(answer, 403, "forbidden")
