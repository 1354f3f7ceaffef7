"""`/ops/messages/{source}/{id}`: the whole story of one message, and its bytes behind a reason."""

from datetime import timedelta

import pytest
from msgspec.structs import replace as changed

from hub.control.people.rights import Role
from hub.control.queries import Queries
from hub.decision.events import Event
from hub.io.kafka.codec import ingress_headers
from hub.io.kafka.ingress_record import Found
from tests.ops_rig import clerk_of
from tests.support import GOOD_BODY, NOW, TO_GROUP, TO_RECEIVER, receipt, stamped, withdrawal
from tests.unit.recorder.records import about

KEY = "H99-MAU-1"
PATH = "/ops/messages/sender/mau-1"
REASON = {"reason": "Sở Mẫu hỏi vì sao"}


@pytest.fixture
async def known(rig):
    """Give a message to two systems: one has acknowledged it, one is a dead letter."""
    tell = rig.province
    sent = stamped(id="mau-1", recipients=TO_GROUP, subject=KEY, correlationid="vu-mau")
    decided = tell.decide(sent)
    tell.decide(stamped(id="mau-2", recipients=TO_RECEIVER, correlationid="mau-1"))
    tell.decide(stamped(id="mau-3", recipients=TO_RECEIVER, subject=KEY))
    to_receiver = next(one for one in decided.deliveries if one.system == "receiver")
    stated = receipt("acknowledged", ("mau-1", to_receiver))
    rig.receipt = stated.attributes["id"]
    tell.decide(stated)
    dead = {"connector": "ket-noi-mau", "attempts": 3, "text": "field /a"}
    for seconds, event, reason in (
        (60, Event.RETRYING, "timeout"),
        (120, Event.DEAD_LETTER, "bad"),
    ):
        tell.tell(
            about(
                event,
                id="mau-1",
                recipient="other",
                reason=reason,
                at=NOW + timedelta(seconds=seconds),
                detail=dead,
            )
        )
    await rig.record()
    rig.records.found[5, 41] = Found(
        headers=tuple(ingress_headers(sent)), body=sent.body, written_at=NOW
    )
    rig.now = NOW + timedelta(hours=1)
    return rig


async def test_a_trace_says_where_the_message_stands_for_each_recipient(known):
    found = await known.get(PATH)
    assert (found["outcome"], found["sender"]["name"]) == ("admitted", "Sở Thử nghiệm")
    assert found["attributes"]["subject"] == KEY
    other, receiver = found["recipients"]
    assert (other["state"], other["owner"], other["attempts"]) == ("dead_letter", "operator", 3)
    assert (other["name"], other["level"]) == ("Phường Thử nghiệm Hai", "commune")
    assert (other["connector"], other["dead_letter"]) == ("ket-noi-mau", "sender/mau-1/other")
    assert other["reason"] == {"code": "bad", "help": None}
    assert (receiver["state"], receiver["dead_letter"]) == ("acknowledged", None)


async def test_each_step_says_how_long_after_the_one_before_it_on_its_way(known):
    steps = (await known.get(PATH))["steps"]
    assert [(step["event"], step["recipient"], step["after_ms"]) for step in steps] == [
        ("admitted", None, 0),
        ("acknowledged", "receiver", 3_000),
        ("retrying", "other", 60_000),
        ("dead_letter", "other", 60_000),
    ]
    assert steps[0]["audit"] == {"partition": 5, "offset": 0}


async def test_the_messages_that_belong_together_are_linked_once_each(known):
    links = (await known.get(PATH))["links"]
    assert {(link["kind"], link["source"], link["id"]) for link in links} == {
        ("correlation", "sender", "mau-2"),
        ("same_key", "sender", "mau-3"),
        ("receipt", "receiver", known.receipt),
    }


async def test_a_withdrawal_is_linked(known):
    known.province.decide(withdrawal("mau-1"))
    await known.record()
    found = await known.get(PATH)
    assert found["withdrawn_at"] is not None
    assert ("withdrawal", "withdrawal-1") in {(one["kind"], one["id"]) for one in found["links"]}


async def test_a_refusal_is_explained(known):
    known.province.decide(stamped(id="bad", recipients="urn:hub:org:H99.77"))
    await known.record()
    found = await known.get("/ops/messages/sender/bad")
    assert found["reason"]["code"] == "not_permitted"
    assert found["reason"]["help"]["vi"]["next"]
    assert found["recipients"] == []


async def test_a_recipients_people_see_their_own_part_only(known):
    known.person = clerk_of("org-receiver")
    found = await known.get(PATH)
    assert [one["system"] for one in found["recipients"]] == ["receiver"]
    assert {step["recipient"] for step in found["steps"]} == {None, "receiver"}
    assert found["steps"][0]["detail"]["recipients"] == ["receiver"]
    assert "other" not in str(found["steps"])


async def test_what_is_not_theirs_is_answered_as_what_does_not_exist(known):
    known.person = clerk_of("org-agent")
    theirs = await known.refused(PATH, 404, "not_found")
    assert theirs == await known.refused("/ops/messages/sender/nothing", 404, "not_found")


async def test_the_headers_are_shown_as_they_came_with_what_the_signature_claims(known):
    found = await known.get(f"{PATH}/headers")
    assert ["ce_id", "mau-1"] in found["headers"]
    assert found["signature"]["alg"] == "ES256"
    assert found["ingress"]["offset"] == 41


async def test_the_body_comes_byte_for_byte_and_the_look_is_in_the_trail_first(known):
    answer = await known.http.post(f"{PATH}/body", json=REASON)
    assert answer.status_code == 200
    assert answer.content == GOOD_BODY
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    (entry,) = await Queries(known.engine).trail(
        before=None, entity="message/sender/mau-1", limit=10
    )
    assert (entry.actor, entry.reason) == ("an", REASON["reason"])


async def test_no_body_without_a_reason_or_without_the_right(known):
    assert (await known.http.post(f"{PATH}/body", json={})).status_code == 422
    known.person = clerk_of("org-sender", Role.OPERATOR)
    assert (await known.http.post(f"{PATH}/body", json=REASON)).status_code == 403
    touched = "message/sender/mau-1"
    assert await Queries(known.engine).trail(before=None, entity=touched, limit=10) == []


async def test_a_body_that_is_no_longer_kept_is_said_to_be_gone(known):
    record = known.records.found.pop((5, 41))
    answer = await known.http.post(f"{PATH}/body", json=REASON)
    assert (answer.status_code, answer.json()["code"]) == (404, "body_gone")
    known.records.found[5, 41] = Found(
        headers=record.headers, body=b"of another message", written_at=NOW
    )
    answer = await known.http.post(f"{PATH}/body", json=REASON)
    assert (answer.status_code, answer.json()["code"]) == (404, "body_gone")


async def test_a_message_whose_admission_is_lost_has_a_trace_all_the_same(known):
    known.province.tell(changed(about(Event.DELIVERED, id="late", recipient="other"), at=NOW))
    await known.record()
    found = await known.get("/ops/messages/sender/late")
    assert (found["ingress"], found["rules"], found["body"]) == (None, None, {"kept": False})
    assert (await known.http.post("/ops/messages/sender/late/body", json=REASON)).status_code == 404
