"""`/ops/routes` and `/ops/routes:simulate`: from the rules alone, so nothing is stored."""

import orjson
import pytest

from hub.control.people.rights import Role
from hub.decision.pipeline import decide
from hub.decision.rehearsal import Step
from tests.ops_rig import clerk_of
from tests.support import (
    DOSSIER,
    GOOD_BODY,
    MACS,
    NOW,
    TO_GROUP,
    TO_OTHER,
    TO_RECEIVER,
    Remembered,
    build_rules,
    changed,
    key_name,
    key_of,
    key_record,
    stamped,
)

CONNECTOR = {"adapter": "mau", "system": "other", "config": {}}
GOOD = {"source": "sender", "type": DOSSIER, "recipients": [TO_RECEIVER]}


async def simulate(rig, status=200, **changes):
    answer = await rig.http.post("/ops/routes:simulate", json=GOOD | changes)
    assert answer.status_code == status, answer.text
    return answer.json()


def results(found):
    return {step["step"]: step["result"] for step in found["steps"]}


async def test_each_address_of_a_right_is_a_row_that_says_where_it_leads(rig):
    rig.rules = build_rules({"connector/ket-noi-mau": CONNECTOR})
    found = await rig.get("/ops/routes", sender="sender")
    told = {row["recipient"]: [one["system"] for one in row["leads_to"]] for row in found["items"]}
    assert told == {
        TO_GROUP: ["receiver", "other"],
        TO_RECEIVER: ["receiver"],
        TO_OTHER: ["other"],
    }
    (target,) = next(row for row in found["items"] if row["recipient"] == TO_OTHER)["leads_to"]
    assert (target["inbox"], target["connectors"]) == ("hub.inbox.other", ["ket-noi-mau"])
    assert found["rules_version"] == 7


async def test_the_table_is_paged_without_gap_and_narrowed(rig):
    whole = (await rig.get("/ops/routes"))["items"]
    paged: list[dict[str, object]] = []
    after = ""
    while after is not None:
        page = await rig.get("/ops/routes", limit=2, after=after)
        paged, after = paged + page["items"], page["next"]
    assert paged == whole
    assert len(whole) == 6
    found = await rig.get("/ops/routes", recipient="receiver", sender="broker")
    assert [row["recipient"] for row in found["items"]] == [TO_GROUP, TO_RECEIVER]
    await rig.refused("/ops/routes", 400, "invalid_cursor", after="x")


async def test_a_row_that_leads_nowhere_says_why_and_is_not_left_out(rig):
    rig.rules = build_rules({"endpoint/org-other/other": None})
    rows = (await rig.get("/ops/routes", sender="sender"))["items"]
    problem = next(row["problem"] for row in rows if row["recipient"] == TO_OTHER)
    assert problem["reason"] == "no_endpoint"
    assert problem["help"]["vi"]["next"]


async def test_a_right_to_send_to_everybody_leads_to_all_who_take_the_type(rig):
    rig.rules = build_rules(changed("right/1", recipients=["urn:hub:all"]))
    (row,) = (await rig.get("/ops/routes", sender="sender"))["items"]
    assert (row["leads_to_count"], row["problem"]) == (2, None)


async def test_a_good_message_would_be_admitted_and_delivered(rig):
    found = await simulate(rig, recipients=[TO_GROUP], body=orjson.loads(GOOD_BODY))
    assert (found["outcome"], found["reason"]) == ("admitted", None)
    assert [one["system"] for one in found["deliveries"]] == ["receiver", "other"]
    assert results(found) == {
        "admission": "ok",
        "signature": "assumed",
        "deduplication": "not_checked",
        "authorisation": "ok",
        "validation": "ok",
        "routing": "ok",
    }


async def test_what_is_urgent_would_stand_in_the_inbox_for_it(rig):
    found = await simulate(rig, priority="urgent")
    assert [one["inbox"] for one in found["deliveries"]] == ["hub.inbox.receiver.urgent"]


async def test_without_a_body_the_schema_is_not_checked(rig):
    found = await simulate(rig)
    assert found["outcome"] == "admitted"
    assert results(found)["validation"] == "not_checked"


@pytest.mark.parametrize(
    ("changes", "step", "reason", "place"),
    [
        ({"body": {}}, "validation", "schema_violation", ""),
        ({"recipients": []}, "routing", "no_recipient", "recipients"),
        ({"recipients": ["urn:hub:org:H99.77"]}, "authorisation", "not_permitted", "recipients/0"),
        ({"recipients": ["nobody"]}, "admission", "attribute_invalid", "recipients"),
        ({"type": "vn.gov.dossier.result.v1"}, "authorisation", "not_permitted", "type"),
        ({"source": "nobody"}, "signature", "unknown_system", "source"),
        ({"onbehalf": "urn:hub:org:H99"}, "authorisation", "not_representative", "onbehalf"),
        ({"expirytime": "2020-01-01T00:00:00Z"}, "routing", "expired", "expirytime"),
        ({"time": "2020-01-01T00:00:00Z"}, "deduplication", "too_old", "time"),
        ({"dataschema": "urn:hub:schema:dossier.received:1.9"}, "validation", "unknown_schema", ""),
        ({"subject": "TỐI MẬT 1"}, "admission", "secret_marking", ""),
    ],
)
async def test_a_fault_is_found_at_its_step(rig, changes, step, reason, place):
    found = await simulate(rig, **changes)
    told = next(one for one in found["steps"] if one["step"] == step)
    named = [(one["reason"], one["place"]) for one in told["findings"]]
    assert reason in [name for name, _ in named], found
    assert told["result"] == "refused"
    assert not place or (reason, place) in named
    assert found["outcome"] == "refused"


async def test_all_that_is_wrong_is_told_at_once(rig):
    found = await simulate(rig, recipients=["urn:hub:org:H99.77"], body={})
    assert {step for step, result in results(found).items() if result == "refused"} == {
        "authorisation",
        "validation",
        "routing",
    }


async def test_a_sender_without_a_usable_key_is_told_so_whatever_else_is_good(rig):
    key = key_of("sender")
    rig.rules = build_rules({key_name("sender", key): key_record(key, revoked=True)})
    found = await simulate(rig)
    assert (found["outcome"], found["reason"]) == ("refused", "unknown_key")
    assert results(found)["signature"] == "refused"
    assert [one["system"] for one in found["deliveries"]] == ["receiver"]


async def test_the_rehearsal_says_what_the_decision_on_a_signed_message_says(rig):
    for recipients in (TO_GROUP, TO_OTHER, "urn:hub:org:H99.77", "urn:hub:system:other"):
        decided = decide(stamped(recipients=recipients), rig.rules, Remembered(), NOW)
        found = await simulate(rig, recipients=[recipients], body=orjson.loads(GOOD_BODY))
        assert found["outcome"] == decided.outcome.value
        assert found["reason"] == decided.entries[0].event.reason
        if found["outcome"] == "admitted":
            told = [(one["system"], one["address"]) for one in found["deliveries"]]
            assert told == [(one.system, one.address) for one in decided.deliveries]


async def test_the_rules_themselves_are_not_touched(rig):
    before = dict(rig.rules.systems["sender"].keys)
    await simulate(rig)
    assert rig.rules.systems["sender"].keys == before
    assert rig.rules.macs is MACS


@pytest.mark.parametrize("body", ["[" * 2_000 + "]" * 2_000, '"\\ud800"', "NaN", '{"a":1,"a":2}'])
async def test_a_body_that_no_message_may_have_is_no_fault_of_the_hub(rig, body):
    text = orjson.dumps(GOOD)[:-1].decode() + f',"body":{body}}}'
    answer = await rig.http.post(
        "/ops/routes:simulate", content=text, headers={"content-type": "application/json"}
    )
    assert answer.status_code < 500


async def test_steps_are_told_in_the_order_of_the_way(rig):
    found = await simulate(rig)
    assert [step["step"] for step in found["steps"]] == [step.value for step in Step]


async def test_rules_are_for_those_who_may_read_them(rig):
    rig.person = clerk_of("org-other", Role.CLERK)
    await rig.refused("/ops/routes", 403, "forbidden")
    await simulate(rig, status=403)
