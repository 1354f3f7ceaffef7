"""Messages through the public HTTP interface, on a real broker with a real router."""

import time
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from tests import support
from tests.api_rig import assertion, fresh, headers_of, multipart_of, other_key, token_form

pytestmark = pytest.mark.kafka


def moment(shift):
    return (datetime.now(UTC) + shift).isoformat().replace("+00:00", "Z")


def id_of(message):
    return message.attributes["id"]


async def test_a_message_reaches_the_recipient_with_its_bytes_and_signature_untouched(hub):
    sender, receiver = await hub.login("sender"), await hub.login("receiver")
    message = fresh(subject="Hồ sơ thử nghiệm 01")
    answer = await sender.send(message)
    assert answer.status_code == 202
    assert answer.json() == {
        "source": "sender",
        "id": id_of(message),
        "status_url": f"/v1/messages/sender/{id_of(message)}",
    }
    got = (await receiver.receive([id_of(message)]))[id_of(message)]
    assert got["attributes"] == message.attributes
    assert got["signature"] == message.signature
    assert got["address"] == support.TO_RECEIVER


async def test_prefer_wait_answers_with_the_decision(hub):
    sender = await hub.login("sender")
    good = await sender.send(fresh(), prefer="wait=20")
    assert (good.status_code, good.headers["preference-applied"]) == (200, "wait=20")
    assert good.json()["state"] == "admitted"
    assert good.json()["recipients"] == ["receiver"]
    bad = await sender.send(fresh(type="vn.gov.dossier.step.v1"), prefer="wait=20")
    assert bad.status_code == 200
    assert (bad.json()["state"], bad.json()["reason"]) == ("refused", "not_permitted")


async def test_without_a_router_the_wait_ends_with_202(api_rig_without_router):
    sender = await api_rig_without_router.login("sender")
    answer = await sender.send(fresh(), prefer="wait=1")
    assert answer.status_code == 202


async def test_a_known_repetition_is_answered_with_its_state_and_other_content_with_409(hub):
    sender = await hub.login("sender")
    message = fresh()
    assert (await sender.send(message, prefer="wait=20")).status_code == 200
    again = await sender.send(message)
    assert (again.status_code, again.json()["state"]) == (200, "duplicate")
    assert again.json()["recipients"] == ["receiver"]
    other = await sender.send(fresh(id=id_of(message), subject="other"))
    assert (other.status_code, other.json()["code"]) == (409, "id_reused")


async def test_a_sender_whose_clock_is_ahead_is_refused(hub):
    sender = await hub.login("sender")
    answer = await sender.send(fresh(time=moment(timedelta(minutes=6))), prefer="wait=20")
    assert answer.json()["reason"] == "clock_ahead"


async def test_a_message_for_another_hub_or_with_a_foreign_key_is_refused(hub):
    sender = await hub.login("sender")
    elsewhere = await sender.send(fresh(hub="hub-sandbox"), prefer="wait=20")
    assert elsewhere.json()["reason"] == "wrong_audience"
    forged = await sender.send(fresh(key=other_key()), prefer="wait=20")
    assert forged.json()["reason"] == "unknown_key"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"source": "urn:hub:system:receiver"}, 403, "peer_mismatch"),
        ({"id": "has space"}, 400, "attribute_invalid"),
        ({"type": None}, 400, "attribute_missing"),
        ({"datacontenttype": "text/plain"}, 415, "unsupported_content_type"),
        ({"objects": "sha256:" + "0" * 64}, 422, "unknown_object"),
        (
            {"body": b'{"note": "\xc4\x90\xe1\xbb\x98 M\xe1\xba\xacT: M\xe1\xba\xadt"}'},
            422,
            "secret_marking",
        ),
        ({"body": b" " * (256 * 1024 + 1)}, 413, "too_large"),
    ],
)
async def test_what_admission_refuses_is_answered_at_once(hub, changes, status, code):
    answer = await (await hub.login("sender")).send(fresh(**changes))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_message_without_signature_or_with_two_is_refused(hub):
    sender = await hub.login("sender")
    message = fresh()
    headers = headers_of(message)
    twice = [*headers.items(), ("hub-signature", "a..b")]
    answer = await sender.http.post("/v1/messages", content=message.body, headers=twice)
    assert answer.json()["code"] == "signature_malformed"
    del headers["hub-signature"]
    answer = await sender.http.post("/v1/messages", content=message.body, headers=headers)
    assert answer.json()["code"] == "signature_missing"


async def test_of_a_secret_message_only_the_fact_and_the_hash_remain(hub):
    sender = await hub.login("sender")
    message = fresh(b'{"ghi_chu": "T\xe1\xbb\x90I M\xe1\xba\xacT"}', subject="subject of a secret")
    assert (await sender.send(message)).status_code == 422
    (event,) = await hub.until(id_of(message), "refused")
    assert (event.reason, event.ingress, event.detail) == ("secret_marking", None, {})
    assert event.body_sha256 is not None


async def test_a_batch_answers_for_each_message_by_itself(hub):
    sender, receiver = await hub.login("sender"), await hub.login("receiver")
    good, also = fresh(), fresh()
    bad = fresh(source="urn:hub:system:other")
    body, content_type = multipart_of([good, bad, also])
    answer = await sender.http.post(
        "/v1/messages", content=body, headers={"content-type": content_type}
    )
    assert answer.status_code == 207
    first, second, third = answer.json()
    assert (first["index"], first["status"], first["id"]) == (0, 202, id_of(good))
    assert (second["status"], second["problem"]["code"]) == (403, "peer_mismatch")
    assert third["status"] == 202
    await receiver.receive([id_of(good), id_of(also)])


async def test_a_batch_of_more_than_fifty_or_of_nonsense_is_refused_whole(hub):
    sender = await hub.login("sender")
    message = fresh()
    body, content_type = multipart_of([message] * 51)
    headers = {"content-type": content_type}
    too_many = await sender.http.post("/v1/messages", content=body, headers=headers)
    nonsense = await sender.http.post("/v1/messages", content=b"--nothing", headers=headers)
    for answer in (too_many, nonsense):
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_multipart")


async def test_a_dry_run_tells_all_errors_at_once_and_keeps_nothing(hub):
    sender = await hub.login("sender")
    wrong = fresh(
        orjson.dumps({"state": "two"}),
        id="not good",
        subject="",
        recipients="urn:hub:org:H99.01 urn:hub:org:UNKNOWN",
    )
    answer = await sender.send(wrong, "/v1/messages:check")
    found = {(one["reason"], one["place"]) for one in answer.json()["errors"]}
    assert {("attribute_invalid", "id"), ("attribute_invalid", "subject")} <= found
    assert ("schema_violation", "/state") in found
    unaddressed = fresh(recipients="urn:hub:org:H99.77 urn:hub:org:H99.01 urn:hub:org:H99.78")
    answer = await sender.send(unaddressed, "/v1/messages:check")
    places = {one["place"] for one in answer.json()["errors"]}
    assert places == {"recipients/0", "recipients/2"}


async def test_a_dry_run_of_a_good_message_finds_nothing_and_it_can_still_be_sent(hub):
    sender = await hub.login("sender")
    message = fresh()
    checked = await sender.send(message, "/v1/messages:check")
    assert (checked.status_code, checked.json()) == (200, {"ok": True, "errors": []})
    assert (await sender.send(message, prefer="wait=20")).json()["state"] == "admitted"
    reused = await sender.send(fresh(id=id_of(message), subject="x"), "/v1/messages:check")
    assert [one["reason"] for one in reused.json()["errors"]] == ["id_reused"]


async def test_the_status_shows_each_recipient_and_step_to_sender_and_recipient_only(hub):
    sender, receiver = await hub.login("sender"), await hub.login("receiver")
    other = await hub.login("other")
    message = fresh(recipients=f"{support.TO_RECEIVER} {support.TO_OTHER}")
    await sender.send(message, prefer="wait=20")
    url = f"/v1/messages/sender/{id_of(message)}"
    full = (await sender.http.get(url)).json()
    assert full["state"] == "admitted"
    assert full["recipients"] == [
        {"system": "other", "state": "pending"},
        {"system": "receiver", "state": "pending"},
    ]
    assert full["steps"][0]["event"] == "admitted"
    part = (await receiver.http.get(url)).json()
    assert part["recipients"] == [{"system": "receiver", "state": "pending"}]
    assert part["steps"][0]["detail"]["recipients"] == ["receiver"]
    elsewhere = fresh()
    await sender.send(elsewhere, prefer="wait=20")
    hidden = await other.http.get(f"/v1/messages/sender/{id_of(elsewhere)}")
    absent = await other.http.get("/v1/messages/sender/no-such-message")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.json() == absent.json()


async def test_a_withdrawn_message_is_left_out_of_the_inbox_and_its_withdrawal_is_delivered(hub):
    sender, receiver = await hub.login("sender"), await hub.login("receiver")
    start = await receiver.end()
    message = fresh()
    await sender.send(message, prefer="wait=20")
    statement = fresh(
        orjson.dumps({"id": id_of(message), "reason": "Gửi nhầm (mẫu)"}),
        type=support.WITHDRAWAL,
        dataschema=support.WITHDRAWAL_SCHEMA,
        subject=None,
        recipients=None,
    )
    url = f"/v1/messages/sender/{id_of(message)}:withdraw"
    answer = await sender.send(statement, url, prefer="wait=20")
    assert answer.json()["state"] == "admitted", answer.text
    got = await receiver.receive([id_of(statement)], start)
    assert id_of(message) not in got
    status = (await sender.http.get(f"/v1/messages/sender/{id_of(message)}")).json()
    assert status["recipients"] == [{"system": "receiver", "state": "withdrawn"}]
    elsewhere = await sender.send(
        fresh(
            orjson.dumps({"id": "another", "reason": "Gửi nhầm (mẫu)"}),
            type=support.WITHDRAWAL,
            dataschema=support.WITHDRAWAL_SCHEMA,
            subject=None,
            recipients=None,
        ),
        url,
    )
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (400, "invalid_request")


async def test_an_assertion_counts_once_and_must_be_exact(hub):
    http = (await hub.login("")).http
    text = assertion("sender")
    assert (await http.post("/oauth2/token", data=token_form(text))).status_code == 200
    again = await http.post("/oauth2/token", data=token_form(text))
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")
    for wrong in (
        assertion("sender", other_key()),
        assertion("nobody"),
        assertion("sender", aud=[support.HUB]),
        assertion("sender", exp=int(time.time()) + 3600),
        assertion("sender", jti=None),
        assertion("sender", header={"typ": "JWT"}),
        assertion("sender", header={"alg": "none"}),
    ):
        answer = await http.post("/oauth2/token", data=token_form(wrong))
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_client")


async def test_a_suspended_system_or_a_revoked_key_ends_the_token_at_once(hub):
    sender = await hub.login("sender")
    assert (await sender.send(fresh())).status_code == 202
    hub.follower.current = support.build_rules(support.changed("system/sender", state="suspended"))
    assert (await sender.send(fresh())).status_code == 401
    key = support.key_name("sender", support.key_of("sender"))
    hub.follower.current = support.build_rules(support.changed(key, revoked=True))
    assert (await sender.send(fresh())).status_code == 401


async def test_a_representative_hands_in_for_its_source(hub):
    agent, receiver = await hub.login("agent"), await hub.login("receiver")
    message = fresh()
    assert (await agent.send(message, prefer="wait=20")).json()["state"] == "admitted"
    await receiver.receive([id_of(message)])
    assert (await agent.http.get(f"/v1/messages/sender/{id_of(message)}")).status_code == 200


async def test_one_system_with_too_much_under_way_waits_and_the_others_do_not(hub):
    sender, other = await hub.login("sender"), await hub.login("other")
    hub.deps.pressure._under_way["sender", 200] = 200
    answer = await sender.send(fresh())
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert (await other.send(fresh(source="urn:hub:system:other"))).status_code == 202


async def test_receipts_settle_deliveries_and_show_in_the_status(hub):
    sender, receiver = await hub.login("sender"), await hub.login("receiver")
    message = fresh()
    await sender.send(message)
    got = (await receiver.receive([id_of(message)]))[id_of(message)]
    item = {"source": "urn:hub:system:sender", "id": id_of(message), "token": got["token"]}
    receipt = fresh(
        orjson.dumps({"stage": "acknowledged", "messages": [item]}),
        source="urn:hub:system:receiver",
        type=support.RECEIPT,
        dataschema=support.RECEIPT_SCHEMA,
        subject=None,
        recipients=None,
    )
    answer = await receiver.send(receipt, "/v1/inbox/ack", prefer="wait=20")
    assert answer.json()["state"] == "admitted", answer.text

    async def recipients():
        return (await sender.http.get(f"/v1/messages/sender/{id_of(message)}")).json()["recipients"]

    await hub.eventually(recipients, [{"system": "receiver", "state": "acknowledged"}])
    wrong = await receiver.send(fresh(source="urn:hub:system:receiver"), "/v1/inbox/ack")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "attribute_invalid")
