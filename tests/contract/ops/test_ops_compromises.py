"""The drill: a stolen key is reported, refused, and what it may have signed is listed."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.control.queries import Queries
from hub.control.versions import Versions
from hub.io.sql.projection_tables import messages
from tests.admin_rig import OWNER
from tests.control_support import change_set, organisation, proof, register, system
from tests.ops_rig import OPERATOR, clerk_of
from tests.support import (
    HUB,
    NOW,
    SENDER,
    TO_OTHER,
    TO_RECEIVER,
    build_rules,
    changed,
    key_name,
    key_of,
    stamped,
)

KEY = key_name(SENDER, key_of(SENDER))
THUMBPRINT = KEY.rpartition("/")[2]
SINCE = NOW + timedelta(seconds=1)
REPORT = {
    "system": SENDER,
    "thumbprint": THUMBPRINT,
    "since": SINCE.isoformat(),
    "reason": "Máy giữ khóa bị xâm nhập (mẫu)",
}
REASON = {"reason": "Đã gọi điện xác minh (mẫu)"}
BINH = type(OPERATOR)(name="binh", via=OPERATOR.via, grants=OPERATOR.grants)


class Drill:
    def __init__(self, rig):
        self.rig = rig

    async def begin(self):
        """Register the key, and admit one message before the stated moment and two after it."""
        said = proof(key_of(SENDER), SENDER, HUB, at=NOW)
        await self.rig.control.write(
            change_set(
                organisation("org-sender"),
                system(SENDER, "org-sender"),
                register(key_of(SENDER), SENDER, proof=said),
            ),
            actor="an",
        )
        for id, to in (("before", TO_RECEIVER), ("doubt-1", TO_RECEIVER), ("doubt-2", TO_OTHER)):
            assert await self.send(id, recipients=to) is None
        self.rig.now = NOW + timedelta(minutes=1)
        return self

    async def send(self, id, **attributes):
        """Let the router decide under the rules as they are now; return the reason of a refusal."""
        queries = Queries(self.rig.engine)
        known = await queries.one("key", KEY.removeprefix("key/"))
        assert known is not None
        record = {name: value for name, value in known.items() if name != "id"}
        version, _ = await Versions(self.rig.engine).head()
        rules = build_rules(changed(KEY, **record), version=version)
        decision = self.rig.province.decide(stamped(id=id, **attributes), rules=rules)
        await self.rig.record()
        return decision.entries[0].event.reason

    async def report(self, status=200, **changes):
        answer = await self.rig.http.post("/ops/compromises", json=REPORT | changes, headers=OWNER)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def decide(self, verb, person=BINH, status=200):
        [waiting] = (await self.rig.get("/ops/requests"))["items"]
        self.rig.person = person
        path = f"/ops/requests/{waiting['id']}:{verb}"
        answer = await self.rig.http.post(path, json=REASON)
        self.rig.person = OPERATOR
        assert answer.status_code == status, answer.text

    async def listed(self, id, caller=None, **query):
        base = "/ops" if caller is None else "/v1"
        headers = {} if caller is None else {"authorization": f"Bearer {caller}"}
        path = f"{base}/compromises/{id}/messages"
        answer = await self.rig.http.get(path, params=query, headers=headers)
        return answer.json()["items"] if answer.status_code == 200 else answer.status_code

    async def confirmed(self):
        report = await self.report()
        await self.decide("approve")
        return report["id"]


@pytest.fixture
async def drill(rig):
    return await Drill(rig).begin()


def ids(found):
    return [one["id"] for one in found]


async def test_a_reported_key_is_refused_at_once_and_for_ever_once_confirmed(drill):
    report = await drill.report()
    assert report["state"] == "reported"
    assert await drill.send("after-report") == "key_suspended"

    await drill.decide("approve", person=OPERATOR, status=409)
    await drill.decide("approve")
    # Whatever the message's clock says: it claims to be older than the stated moment.
    assert await drill.send("backdated", time="2026-11-22T02:00:00Z") == "key_compromised"
    found = await drill.rig.get(f"/ops/compromises/{report['id']}")
    assert (found["state"], found["decided_by"], found["messages"]) == ("confirmed", "binh", 2)


async def test_what_lies_between_the_stated_moment_and_the_report_is_listed(drill):
    id = await drill.confirmed()

    found = await drill.listed(id)
    assert ids(found) == ["doubt-1", "doubt-2"]
    assert [one["recipients"] for one in found] == [["receiver"], ["other"]]
    assert all(one["certain"] for one in found)
    # What was admitted before is as it was.
    trace = await drill.rig.get("/ops/messages/sender/before")
    assert trace["outcome"] == "admitted"


async def test_sender_and_recipients_learn_of_their_own_messages_only(drill):
    id = await drill.confirmed()

    assert ids(await drill.listed(id, SENDER)) == ["doubt-1", "doubt-2"]
    assert ids(await drill.listed(id, "receiver")) == ["doubt-1"]
    assert ids(await drill.listed(id, "other")) == ["doubt-2"]
    assert await drill.listed(id, "agent") == 404
    for caller, known in ((SENDER, 1), ("receiver", 1), ("agent", 0)):
        headers = {"authorization": f"Bearer {caller}"}
        answer = await drill.rig.http.get("/v1/compromises", headers=headers)
        assert len(answer.json()["items"]) == known, caller


async def test_systems_learn_nothing_before_a_second_person_has_confirmed(drill):
    report = await drill.report()

    assert await drill.listed(report["id"], SENDER) == 404


async def test_a_long_list_is_read_in_pages(drill):
    id = await drill.confirmed()

    first = await drill.rig.get(f"/ops/compromises/{id}/messages", limit=1)
    second = await drill.rig.get(f"/ops/compromises/{id}/messages", limit=1, after=first["next"])
    third = await drill.rig.get(f"/ops/compromises/{id}/messages", limit=1, after=second["next"])
    assert [ids(page["items"]) for page in (first, second, third)] == [["doubt-1"], ["doubt-2"], []]
    assert third["next"] is None
    assert await drill.listed(id, after="x") == 400


async def test_a_report_that_is_refused_lets_the_key_go_on(drill):
    report = await drill.report()
    await drill.decide("refuse")

    assert await drill.send("goes-on") is None
    assert (await drill.rig.get(f"/ops/compromises/{report['id']}"))["state"] == "dropped"


async def test_reporting_again_while_it_waits_stays_the_first_report(drill):
    first = await drill.report()
    assert await drill.report(since=NOW.isoformat()) == first
    await drill.decide("approve")
    assert (await drill.report(409))["code"] == "no_longer_fits"


async def test_messages_of_before_keys_were_noted_are_listed_as_uncertain(drill):
    async with drill.rig.engine.begin() as connection:
        await connection.execute(
            update(messages).where(messages.c.id == "doubt-1").values(key_id=None)
        )
    found = await drill.listed(await drill.confirmed())
    assert [(one["id"], one["certain"]) for one in found] == [("doubt-1", False), ("doubt-2", True)]


async def test_a_moment_ahead_or_a_key_that_is_not_there_is_refused(drill):
    ahead = (drill.rig.now + timedelta(minutes=1)).isoformat()
    assert (await drill.report(409, since=ahead))["code"] == "no_longer_fits"
    assert (await drill.report(404, system="receiver"))["code"] == "not_found"


async def test_who_keeps_no_keys_reports_none(drill):
    drill.rig.person = clerk_of("org-sender")
    await drill.report(403)
