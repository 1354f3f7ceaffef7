"""The desk of dead letters: who has taken one, whose it is, notes, another recipient."""

from dataclasses import replace
from datetime import timedelta

import pytest
from lgsp_message.attributes import SYSTEM_PREFIX
from sqlalchemy import insert

from hub.control.people.people import new_row
from hub.control.people.rights import Grant, Role
from hub.decision.events import Event
from hub.decision.order_record import Do
from hub.io.kafka.codec import ingress_headers
from hub.io.kafka.connector_records import Action
from hub.io.kafka.ingress_record import Found
from hub.io.sql.people_tables import people
from tests.ops_rig import OPERATOR
from tests.support import NOW, PARTITION, TO_OTHER, build_rules, changed, stamped
from tests.unit.recorder.records import about

PATH = "/ops/dead-letters"
WHY = "Đang hỏi Sở Mẫu"
ID = "sender/mau-1/other"


@pytest.fixture
async def known(rig):
    """Give a dead letter with a second message of the same key behind it."""
    for id in ("mau-1", "mau-2"):
        rig.received = stamped(id=id, recipients=TO_OTHER)
        rig.province.decide(rig.received)
    fail(rig, NOW)
    await rig.record()
    rig.now = NOW + timedelta(hours=1)
    async with rig.engine.begin() as connection:
        grants = (Grant(role=Role.OPERATOR),)
        row = new_row("binh", "Trần Bình (mẫu)", grants, made_by="an", at=rig.now)
        await connection.execute(insert(people).values(row))
    return rig


def fail(rig, at):
    detail = {"connector": "ket-noi-mau", "attempts": 3, "most": 12}
    rig.province.tell(
        about(Event.DEAD_LETTER, id="mau-1", recipient="other", reason="bad", at=at, detail=detail)
    )


async def post(rig, path, body, status=200):
    answer = await rig.http.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def listed(rig, **wanted):
    items = (await rig.get("/v1/admin/dead-letters", **wanted))["items"]
    return [(item["id"], item["stage"], item["assignee"]) for item in items]


async def test_a_dead_letter_is_new_until_somebody_takes_it_and_anew_when_it_fails_again(known):
    assert await listed(known, stage="new") == [(ID, "new", None)]
    assert await post(known, f"{PATH}:take", {"ids": [ID], "reason": WHY}) == {"count": 1}
    assert await listed(known, stage="new") == []
    assert await listed(known, stage="acknowledged") == [(ID, "acknowledged", None)]
    known.province.tell(about(Event.RESUMED, id="mau-1", recipient="other", at=known.now))
    await known.record()
    assert await listed(known, stage="retrying") == [(ID, "retrying", None)]
    fail(known, known.now)
    await known.record()
    assert await listed(known) == [(ID, "new", None)]
    told = about(Event.DELIVERED, id="mau-1", recipient="other", at=known.now)
    known.province.tell(told)
    await known.record()
    assert await listed(known, stage="resolved") == [(ID, "resolved", None)]
    assert await listed(known) == []


async def test_it_is_given_to_who_may_retry_and_to_nobody_else(known):
    assert (await known.get(f"{PATH}/operators"))["items"] == ["binh"]
    body = {"ids": [ID], "assignee": "binh", "reason": WHY}
    assert await post(known, f"{PATH}:assign", body) == {"count": 1}
    assert await listed(known, assignee="binh") == [(ID, "acknowledged", "binh")]
    for nobody in ("khong-co", "chi"):
        refused = await post(known, f"{PATH}:assign", body | {"assignee": nobody}, 422)
        assert refused["place"] == "assignee"
    await post(known, f"{PATH}:assign", body | {"assignee": None})
    assert await listed(known, assignee="binh") == []
    found = await known.get(f"{PATH}/{ID}")
    assert (found["taken_by"], found["assignee"]) == ("an", None)


async def test_a_note_is_kept_with_its_name_and_stands_in_the_trail(known):
    await post(known, f"{PATH}:note", {"ids": [ID], "note": "Sở Mẫu nâng cấp"})
    (note,) = (await known.get(f"{PATH}/{ID}"))["notes"]
    assert (note["text"], note["by"]) == ("Sở Mẫu nâng cấp", "an")
    trail = (await known.get("/ops/audit", action="note_dead_letter"))["items"]
    assert [entry["reason"] for entry in trail] == ["Sở Mẫu nâng cấp"]
    await post(known, f"{PATH}:note", {"ids": ["sender/khong-co/other"], "note": WHY}, 422)


async def test_the_desk_says_what_hangs_on_a_dead_letter(known):
    found = await known.get(f"{PATH}/{ID}")
    assert (found["stage"], found["attempts"], found["most"]) == ("new", 3, 12)
    assert (found["behind"], found["alike"], found["next_at"]) == (1, 1, None)


async def kept(rig):
    """Let the bytes of the dead letter be in Kafka, and its type be taken by `receiver` too."""
    message = await rig.get("/ops/messages/sender/mau-1")
    received = stamped(id="mau-1", recipients=TO_OTHER)
    found = Found(headers=tuple(ingress_headers(received)), body=received.body, written_at=NOW)
    rig.records.found[PARTITION, message["ingress"]["offset"]] = found
    return message["ingress"]["offset"]


async def test_a_dead_letter_goes_to_another_system_and_is_ended_where_it_was(known):
    offset = await kept(known)
    destinations = (await known.get(f"{PATH}/{ID}"))["destinations"]
    assert destinations == ["receiver"]
    body = {"to": "receiver", "reason": WHY}
    assert await post(known, f"{PATH}/{ID}:redirect", body) == {"waits": None}
    ((partition, place, order),) = known.ops.orders.given
    assert (partition, place) == (PARTITION, offset)
    assert (order.do, order.recipient, order.to) == (Do.REDIRECT, "other", "receiver")
    assert [command.action for command in known.commands.sent] == [Action.DROP]
    trail = (await known.get("/ops/audit", action="redirect_dead_letter"))["items"]
    assert [entry["reason"] for entry in trail] == [WHY]


async def test_two_persons_with_two_systems_in_mind_send_one_letter_once(known):
    await kept(known)
    takes = {"types": [known.received.attributes["type"]]}
    more = {"endpoint/org-agent/agent": takes, **changed("right/1", recipients=["urn:hub:all"])}
    known.rules = build_rules(more)
    assert (await known.get(f"{PATH}/{ID}"))["destinations"] == ["agent", "receiver"]
    order = {"to": "receiver", "reason": WHY}
    for _ in range(2):
        assert await post(known, f"{PATH}/{ID}:redirect", order) == {"waits": None}
    refused = await post(known, f"{PATH}/{ID}:redirect", order | {"to": "agent"}, 409)
    assert (refused["code"], refused["place"]) == ("no_longer_fits", "to")
    assert {order.to for _, _, order in known.ops.orders.given} == {"receiver"}
    trail = (await known.get("/ops/audit", action="redirect_dead_letter"))["items"]
    assert [entry["changes"] for entry in trail] == [0, 1]


async def test_nothing_is_sent_where_the_sender_has_no_right_or_nobody_takes_it(known):
    await kept(known)
    refused = await post(known, f"{PATH}/{ID}:redirect", {"to": "khong-co", "reason": WHY}, 409)
    assert refused["code"] == "unknown_recipient"
    rights = {key: frozenset({SYSTEM_PREFIX + "other"}) for key in known.rules.rights}
    known.rules = replace(known.rules, rights=rights)
    refused = await post(known, f"{PATH}/{ID}:redirect", {"to": "receiver", "reason": WHY}, 409)
    assert refused["code"] == "not_permitted"
    assert known.ops.orders.given == known.commands.sent == []


async def test_beyond_a_number_in_a_day_another_person_approves_before_anything_is_sent(known):
    await kept(known)
    known.ops.redirects._alone = 0
    body = {"to": "receiver", "reason": WHY}
    waits = (await post(known, f"{PATH}/{ID}:redirect", body))["waits"]
    assert await post(known, f"{PATH}/{ID}:redirect", body) == {"waits": waits}
    assert known.ops.orders.given == known.commands.sent == []
    assert (await known.get(f"{PATH}/{ID}"))["waits"] == "receiver"
    approve = f"/ops/requests/{waits}:approve"
    refused = await post(known, approve, {"reason": WHY}, 409)
    assert refused["code"] == "second_person_needed"
    known.person = replace(OPERATOR, name="binh")
    for _ in range(2):
        assert (await post(known, approve, {"reason": "Đã đối chiếu"}))["decision"] == "approved"
    ((_, _, order),) = known.ops.orders.given
    assert (order.to, order.by, order.reason) == ("receiver", "binh", WHY)
    assert [command.action for command in known.commands.sent] == [Action.DROP]
    assert (await known.get(f"{PATH}/{ID}"))["waits"] is None
    trail = (await known.get("/ops/audit", target="dead/" + ID))["items"]
    assert [entry["targets"][0]["action"] for entry in trail] == [
        "drop_dead_letter",
        "redirect_dead_letter",
    ]


async def test_what_cannot_be_sent_any_more_is_not_approved_and_goes_on_waiting(known):
    await kept(known)
    known.ops.redirects._alone = 0
    body = {"to": "receiver", "reason": WHY}
    waits = (await post(known, f"{PATH}/{ID}:redirect", body))["waits"]
    known.rules = replace(known.rules, rights={})
    known.person = replace(OPERATOR, name="binh")
    refused = await post(known, f"/ops/requests/{waits}:approve", {"reason": WHY}, 409)
    assert (refused["code"], known.ops.orders.given) == ("no_longer_fits", [])
    assert [one["id"] for one in (await known.get("/ops/requests"))["items"]] == [waits]
