"""Submit, batches, withdrawals, objects: with both clients."""

import io
import re
from typing import Any

import httpx2
import orjson
import pytest
from lgsp_client import (
    Backoff,
    HubClient,
    HubProtocolError,
    HubRefused,
    HubUnavailable,
    Submitted,
)
from lgsp_client.errors import HubError
from lgsp_client.objects import local_file
from lgsp_client.transfers import Ticket, upload
from lgsp_message.jws import decode, verify
from lgsp_message.keys import verifying_key
from lgsp_message.values import Received

from tests.support import DOSSIER, DOSSIER_SCHEMA, GOOD_BODY, HUB, RECEIVER, TO_OTHER
from tests.unit.client.fakes import IDENTITY, URL, BrokenStream, problem, reply

PUBLIC = verifying_key(IDENTITY.key.public_key(), IDENTITY.algorithm)


def proven(message):
    received = Received(
        attributes=message.attributes, body=message.body, signature=message.signature
    )
    return verify(decode(received, HUB), PUBLIC)


async def test_a_message_is_signed_over_the_very_bytes_that_are_sent(call, hub):
    done = await call("submit", DOSSIER, GOOD_BODY, recipients=["org:H99.02"], subject="Mẫu 1")
    assert done == Submitted(
        source=RECEIVER,
        id=done.id,
        state="accepted",
        status_url=f"/v1/messages/{RECEIVER}/{done.id}",
        answer=done.answer,
    )
    assert hub.requests[0].content == GOOD_BODY
    assert hub.requests[0].headers["ce-recipients"] == TO_OTHER
    assert hub.requests[0].headers["ce-subject"] == "M%E1%BA%ABu%201"


async def test_attributes_are_filled_in_and_proven(client):
    claim = proven(client.compose(DOSSIER, {"a": "đ"}, subject="a\u0323", priority="urgent"))
    assert claim.body == '{"a":"đ"}'.encode()
    assert claim.attributes.dataschema == DOSSIER_SCHEMA
    assert claim.attributes.text["time"] == "2026-11-22T03:00:00.000Z"
    assert claim.attributes.subject == "ạ"
    assert re.fullmatch(r"[0-9a-f-]{36}", claim.attributes.id)


@pytest.mark.parametrize("fault", [httpx2.ReadError("cut"), httpx2.ReadTimeout("slow")])
async def test_a_lost_answer_is_repeated_with_the_same_id_and_the_same_signed_bytes(
    call, hub, fault
):
    hub.faults.append(fault)
    done = await call("submit", DOSSIER, GOOD_BODY)
    assert done.known
    assert done.state == "duplicate"
    assert len(hub.taken) == 1
    first, second = hub.requests
    assert first.content == second.content
    for name in ("hub-signature", "ce-id", "ce-time"):
        assert first.headers[name] == second.headers[name]


@pytest.mark.parametrize("status", [429, 503])
async def test_back_pressure_is_waited_out(call, hub, status):
    hub.faults.append(problem(status, "overloaded", {"retry-after": "0"}))
    await call("submit", DOSSIER, GOOD_BODY)
    assert len(hub.requests) == 2


async def test_an_outage_ends_as_unavailable_and_says_how_long_to_wait(call, hub):
    hub.faults.append(problem(503, "unavailable", {"retry-after": "900"}))
    with pytest.raises(HubUnavailable) as trouble:
        await call("submit", DOSSIER, GOOD_BODY)
    assert trouble.value.retry_after == 900
    assert len(hub.requests) == 1


async def test_a_refusal_is_raised_and_not_repeated(call, hub):
    hub.faults.append(problem(403, "peer_mismatch", place="source", detail="another source"))
    with pytest.raises(HubRefused, match="peer_mismatch: another source") as refusal:
        await call("submit", DOSSIER, GOOD_BODY)
    assert (refusal.value.place, refusal.value.status) == ("source", 403)
    assert len(hub.requests) == 1


async def test_an_expired_token_is_renewed_once_behind_the_callers_back(call, hub):
    await call("submit", DOSSIER, GOOD_BODY)
    hub.revoked.add("t1")
    await call("submit", DOSSIER, GOOD_BODY)
    assert hub.tokens == 2
    assert len(set(hub.jtis)) == 2


async def test_one_token_serves_many_requests_until_it_grows_old(call, hub, clock):
    for _ in range(3):
        await call("submit", DOSSIER, GOOD_BODY)
    assert hub.tokens == 1
    clock.seconds = 290
    await call("submit", DOSSIER, GOOD_BODY)
    assert hub.tokens == 2


@pytest.mark.parametrize(
    ("body", "options", "reason"),
    [
        (b'{"note": "M\xe1\xba\xacT"}', {}, "secret_marking"),
        (b"{}", {"subject": "TỐI MẬT"}, "secret_marking"),
        (b" " * (256 * 1024 + 1), {}, "too_large"),
        (b"{", {}, "malformed_body"),
        (b'{"a":1,"a":2}', {}, "malformed_body"),
        (b"{}", {"recipients": ["phuong-mau"]}, "attribute_invalid"),
        (b"{}", {"id": "a b"}, "attribute_invalid"),
    ],
)
async def test_what_the_hub_must_refuse_never_leaves_the_house(call, hub, body, options, reason):
    with pytest.raises(HubRefused) as refusal:
        await call("submit", DOSSIER, body, **options)
    assert refusal.value.reason == reason
    assert refusal.value.status is None
    assert hub.requests == []
    assert hub.tokens == 0


async def test_a_type_outside_the_rule_must_name_its_schema(call):
    with pytest.raises(HubRefused, match="schema_mismatch"):
        await call("submit", "com.example.thing", {})


async def test_send_looks_at_nothing_and_repeats_at_will(client, call, hub):
    message = client.compose(DOSSIER, b"not JSON")
    assert not (await call("send", message)).known
    assert (await call("send", message)).known
    assert len(hub.taken) == 1


async def test_wait_asks_for_the_decision(call, hub):
    await call("submit", DOSSIER, GOOD_BODY, wait=5)
    assert hub.requests[0].headers["prefer"] == "wait=5"


async def test_a_decision_that_refuses_is_raised_with_its_reason_and_place(call, hub):
    decision = {"state": "refused", "reason": "schema_violation", "place": "/state"}
    hub.faults.append(reply(200, decision))
    with pytest.raises(HubRefused) as refusal:
        await call("submit", DOSSIER, GOOD_BODY, wait=5)
    assert (refusal.value.reason, refusal.value.place) == ("schema_violation", "/state")


TAKEN: tuple[int, dict[str, Any]] = (202, {})
KNOWN = (200, {"state": "duplicate"})
REUSED = (409, {"problem": {"code": "id_reused"}})
LATER = (503, {"problem": {"code": "overloaded"}})


def batch_answers(hub, *statuses_of_tries):
    """Let the hub answer a batch: one list of (status, more) for each try."""
    for outcomes in statuses_of_tries:
        items = [
            {"index": index, "status": status, **told}
            for index, (status, told) in enumerate(outcomes)
        ]
        hub.faults.append(reply(207, items))


async def test_a_batch_has_one_outcome_for_each_message_in_order(client, call, hub):
    batch_answers(hub, [TAKEN, REUSED, KNOWN])
    messages = [client.compose(DOSSIER, {"n": n}) for n in range(3)]
    first, second, third = await call("send_many", messages)
    assert (first.id, first.known) == (messages[0].id, False)
    assert isinstance(second, HubRefused)
    assert second.reason == "id_reused"
    assert (third.id, third.known) == (messages[2].id, True)


async def test_only_what_the_hub_puts_off_is_sent_again(client, call, hub):
    batch_answers(hub, [TAKEN, LATER, TAKEN], [TAKEN])
    messages = [client.compose(DOSSIER, {"n": n}) for n in range(3)]
    assert all(isinstance(done, Submitted) for done in await call("send_many", messages))
    assert messages[1].signature.encode() in hub.requests[1].content
    assert messages[0].signature.encode() not in hub.requests[1].content


async def test_a_batch_carries_raw_bytes_under_a_boundary_that_is_not_in_them(client, call, hub):
    batch_answers(hub, [TAKEN])
    message = client.compose(DOSSIER, GOOD_BODY)
    await call("send_many", [message])
    request = hub.requests[0]
    boundary = request.headers["content-type"].partition("boundary=")[2].encode()
    begin, part, end = request.content.split(b"--" + boundary)
    assert (begin, end) == (b"", b"--\r\n")
    assert part.endswith(b"\r\n\r\n" + GOOD_BODY + b"\r\n")


async def test_batches_hold_at_most_fifty(client, call, hub):
    batch_answers(hub, [TAKEN] * 50, [TAKEN] * 50, [TAKEN] * 20)
    messages = [client.compose(DOSSIER, {"n": n}) for n in range(120)]
    done = await call("send_many", messages)
    assert [outcome.id for outcome in done] == [message.id for message in messages]


async def test_an_outage_in_mid_batch_marks_the_rest_and_hammers_nobody(client, call, hub):
    batch_answers(hub, [TAKEN] * 50)
    hub.faults.append(problem(503, "unavailable", {"retry-after": "900"}))
    messages = [client.compose(DOSSIER, {"n": n}) for n in range(120)]
    done = await call("send_many", messages)
    assert [type(outcome) for outcome in done] == [Submitted] * 50 + [HubUnavailable] * 70
    assert len(hub.requests) == 2


@pytest.mark.parametrize(
    "items", [[], {}, [{"index": 7, "status": 202}], [{"index": 0}], [{"index": 0, "status": "x"}]]
)
async def test_a_batch_answer_that_leaves_a_message_out_is_a_protocol_error(
    client, call, hub, items
):
    hub.faults.append(reply(207, items))
    with pytest.raises(HubProtocolError):
        await call("send_many", [client.compose(DOSSIER, {})])


async def test_a_withdrawal_is_a_signed_message_that_names_the_other(call, hub):
    hub.faults.append(reply(202, {}))
    await call("withdraw", "msg-1", "Gửi nhầm (mẫu)")
    request = hub.requests[0]
    assert request.url.path == f"/v1/messages/{RECEIVER}/msg-1:withdraw"
    assert request.headers["ce-type"] == "vn.hub.withdrawal.v1"
    assert orjson.loads(request.content) == {"id": "msg-1", "reason": "Gửi nhầm (mẫu)"}


async def test_a_check_returns_every_error_at_once(call, hub):
    errors = [{"reason": "not_permitted", "place": "type"}, {"reason": "no_endpoint"}]
    hub.faults.append(reply(200, {"errors": errors}))
    found = await call("check", DOSSIER, {})
    assert not found.admitted
    assert [(one.reason, one.place) for one in found.findings] == [
        ("not_permitted", "type"),
        ("no_endpoint", ""),
    ]


async def test_an_answer_without_a_list_of_errors_is_not_taken_for_none(call, hub):
    hub.faults.append(reply(200, {"ok": True}))
    with pytest.raises(HubProtocolError):
        await call("check", DOSSIER, {})


async def test_status_is_asked_by_source_and_id(call, hub):
    hub.faults.append(reply(200, {"state": "admitted"}))
    assert await call("status", "urn:hub:system:sender", "msg-1") == {"state": "admitted"}
    assert hub.requests[0].url.path == "/v1/messages/sender/msg-1"


async def test_an_object_goes_up_once_and_comes_down_proven(call, hub, tmp_path):
    file = tmp_path / "công văn.pdf"
    file.write_bytes(b"%PDF mau " * 100_000)
    ref = await call("upload", file)
    assert (ref.name, ref.media_type, ref.size) == ("công văn.pdf", "application/pdf", 900_000)
    await call("upload", file)
    assert [request.method for request in hub.requests] == ["HEAD", "POST", "HEAD"]
    assert (await call("download", ref.hash, tmp_path / "copy.pdf")).read_bytes() == (
        file.read_bytes()
    )


async def test_a_stream_is_uploaded_like_a_file(call):
    ref = await call("upload", io.BytesIO(b"mau"), name="mau.txt")
    assert (ref.size, ref.media_type) == (3, "text/plain")
    assert ref.to_json() == {
        "hash": ref.hash,
        "size": 3,
        "media_type": "text/plain",
        "name": "mau.txt",
    }


async def test_an_upload_that_breaks_off_is_sent_again_whole(call, hub, tmp_path):
    file = tmp_path / "a.bin"
    file.write_bytes(bytes(600_000))
    hub.faults += [problem(404, "not_found"), httpx2.WriteError("cut")]
    ref = await call("upload", file)
    assert hub.objects[ref.hash] == bytes(600_000)


async def test_a_large_file_goes_up_in_parts(call, hub, tmp_path):
    file = tmp_path / "a.bin"
    file.write_bytes(bytes(range(256)) * 80_000)
    ref = await call("upload", file)
    assert hub.objects[ref.hash] == file.read_bytes()
    parts = [request for request in hub.requests if request.method == "PATCH"]
    assert [len(request.content) for request in parts] == [2**23, 2**23, ref.size - 2**24]


async def test_a_part_whose_answer_was_lost_is_not_sent_into_the_file_twice(call, hub, tmp_path):
    file = tmp_path / "a.bin"
    file.write_bytes(bytes(range(256)) * 40_000)
    hub.faults += [None, None, httpx2.ReadError("cut"), None, None, None, httpx2.ReadError("cut")]
    ref = await call("upload", file)
    assert hub.objects[ref.hash] == file.read_bytes()


async def test_an_upload_goes_on_in_another_process_with_its_ticket(hub, clock, tmp_path):
    file, ticket = tmp_path / "a.bin", Ticket(part_bytes=1000)
    file.write_bytes(bytes(range(250)) * 10)
    hub.faults += [None, None, None, None, httpx2.ReadError("cut")]
    for expected in (HubUnavailable, None):
        client = HubClient(
            *(URL, IDENTITY),
            backoff=Backoff(attempts=1),
            transport=hub.transport,
            world=clock.world,
        )
        with local_file(file, None, None) as content:
            plan = upload(client.core.session, content, ticket)
            if expected is None:
                ref = await client.run(plan)
            else:
                with pytest.raises(expected):
                    await client.run(plan)
    assert hub.objects[ref.hash] == file.read_bytes()
    begun = [each for each in hub.requests if each.url.path == "/v1/objects/uploads"]
    assert len(begun) == 1
    assert ticket.url is None


async def test_a_download_that_breaks_off_goes_on_where_it_ended(call, hub, tmp_path):
    content = bytes(range(256)) * 4000
    hash_ = hub.hold(content)
    hub.faults += [httpx2.Response(200, stream=BrokenStream(content[:1000]))]
    copy = await call("download", hash_, tmp_path / "a.bin")
    assert copy.read_bytes() == content
    assert hub.requests[1].headers["range"] == "bytes=1000-"


async def test_a_break_behind_the_last_byte_is_no_break(call, hub, tmp_path):
    hash_ = hub.hold(b"all of it")
    hub.faults += [httpx2.Response(200, stream=BrokenStream(b"all of it"))]
    assert (await call("download", hash_, tmp_path / "a.bin")).read_bytes() == b"all of it"


async def test_a_download_with_other_bytes_leaves_nothing(call, hub, tmp_path):
    hash_ = "sha256:" + "0" * 64
    hub.objects[hash_] = b"other"
    with pytest.raises(HubProtocolError):
        await call("download", hash_, tmp_path / "a.bin")
    assert list(tmp_path.iterdir()) == []


async def test_a_download_of_what_is_not_there_leaves_nothing(call, tmp_path):
    with pytest.raises(HubRefused, match="not_found"):
        await call("download", "sha256:" + "0" * 64, tmp_path / "a.bin")
    assert list(tmp_path.iterdir()) == []


async def test_every_error_of_the_library_is_a_hub_error():
    for error in (HubRefused("x"), HubUnavailable("x"), HubProtocolError("x")):
        assert isinstance(error, HubError)
