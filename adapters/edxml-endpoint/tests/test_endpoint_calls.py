"""What e-offices are told: codes, packets, settlements, tokens."""

import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hub_adapter_edxml_endpoint import EdxmlEndpoint
from lgsp_adapter import Backpressure, Context, Fatal, Reject
from lgsp_adapter.kit import secret_behind
from lgsp_adapter.testing import Bus, MemoryDesk, MemoryObjects, delivery
from lgsp_edxml.model import Organisation, Response, Status
from lgsp_edxml.reader import read_packet
from lgsp_edxml.writer import write_packet
from office_fake import CONFIG, Office, call, document, form, packet_in, send, told, waiting

from hub.schemas.catalogue import load
from hub.schemas.validate import compile_schema

NOW = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
STATUS = Status(
    from_=Organisation(code="H99.98"),
    response_for=Response(organ_code="G12", document_id="G12,2026/03/10,15/BM"),
    status_code="03",
    at="2026/03/10 09:15:30",
)


class Rig:
    def __init__(self):
        self.objects, self.bus, self.now = MemoryObjects(), Bus(), NOW
        self.desk = MemoryDesk(self.bus)
        self.office = Office()

    @asynccontextmanager
    async def open(self, **settings):
        async def secrets(name):
            return secret_behind(name)

        config = EdxmlEndpoint.config_of({**CONFIG, **settings})
        service = EdxmlEndpoint(config)
        ctx = Context(
            "endpoint",
            resolvers={"test": secrets},
            fetch=self.objects.fetch,
            store=self.objects.store,
            now=lambda: self.now,
        )
        await service.open(ctx, self.desk)
        yield service
        await service.close()

    @property
    def admitted(self):
        (message,) = self.bus.drafts
        return message


@pytest.fixture
def rig():
    return Rig()


async def code_of(service, request):
    answer = await service.answer(request)
    return told(answer)["ErrorCode"], answer.status


async def test_a_packet_becomes_a_message_with_packet_and_files_as_objects(rig):
    data = write_packet(document(from_=Organisation(code="000.00.98.H99"), priority=3))
    async with rig.open() as service:
        answer = await service.answer(send(data))
    draft = rig.admitted
    assert told(answer)["DocId"] == draft.id
    assert draft.type == "vn.gov.document.issued.v1"
    assert draft.recipients == ("urn:hub:org:H99.01", "urn:hub:org:G12")
    assert (draft.onbehalf, draft.priority) == ("000.00.98.H99", "urgent")
    assert draft.subject == "H99.98,2026/03/10,15/SM-VPĐT"
    assert rig.objects.contents[draft.objects[0]] == data
    assert len(draft.objects) == 2
    schema = compile_schema(load(draft.dataschema or "").raw)
    assert schema.check(json.loads(draft.body)) is None


async def test_what_had_to_be_tolerated_is_noted_in_the_body(rig):
    async with rig.open() as service:
        await service.answer(send(b"1212" + write_packet(document())))
    assert json.loads(rig.admitted.body)["repairs"] == ["junk_before_declaration"]


async def test_a_status_is_a_status_to_the_document_s_sender(rig):
    async with rig.open() as service:
        await service.answer(send(write_packet(STATUS)))
    assert rig.admitted.type == "vn.gov.document.status.v1"
    assert rig.admitted.recipients == ("urn:hub:org:G12",)
    assert rig.admitted.correlationid == "G12,2026/03/10,15/BM"
    assert rig.admitted.onbehalf is None


GOOD = write_packet(document())
WRONG = {
    "no file": (
        call(
            "POST",
            "/v1/sendEdoc",
            form(GOOD, "tep"),
            content_type="multipart/form-data; boundary=ranh-gioi",
        ),
        "10",
    ),
    "not multipart": (call("POST", "/v1/sendEdoc", GOOD, content_type="application/xml"), "10"),
    "empty": (call("POST", "/EdocService/sendDocument", b""), "10"),
    "marked": (send(write_packet(document(subject="TỐI MẬT"))), "10"),
    "stranger": (Office().as_stranger(send(GOOD)), "15"),
    "no receiver": (send(write_packet(document(to=(Organisation(code="Sở/Mẫu"),)))), "18"),
    "other sender": (send(write_packet(document(from_=Organisation(code="G12")))), "19"),
    "not edXML": (send(b"<vanban/>"), "22"),
    "not XML": (send(b"\x00\xff"), "22"),
    "entities": (send(b'<!DOCTYPE a [<!ENTITY b "c">]><edXML/>'), "22"),
    "no such call": (call("POST", "/v1/khac"), "21"),
    "unknown docId": (call("GET", "/v1/getEdoc?docId=00000000-0000-0000-0000-000000000000"), "10"),
    "bad docId": (call("GET", "/v1/getEdoc?docId=../x"), "10"),
    "no docId": (call("POST", "/v1/updateStatus", b'{"status":"done"}'), "10"),
    "bad date": (call("GET", "/v1/syncReceivedEdocList?fromDate=hom-qua"), "21"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_each_wrong_call_has_its_code_and_leaves_nothing(rig, name):
    request, code = WRONG[name]
    async with rig.open() as service:
        answer = await service.answer(request)
    assert told(answer)["ErrorCode"] == code
    assert "Mẫu" not in told(answer)["ErrorDesc"]
    assert rig.bus.admitted == {}
    assert rig.objects.contents == {}


REFUSALS = {
    Reject("no_endpoint"): "18",
    Reject("system_inactive"): "19",
    Reject("not_representative"): "19",
    Reject("id_reused"): "21",
    Backpressure(after=7): "20",
    Fatal("mau"): "20",
}


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: error.code)
async def test_each_refusal_of_the_hub_has_its_code(rig, error):
    rig.desk.trouble = error
    async with rig.open() as service:
        code, status = await code_of(service, send(GOOD))
    assert code == REFUSALS[error]
    assert (status == 503) is (code == "20")


@pytest.mark.parametrize("missing", ["x-systemid", "x-secretkey"])
async def test_both_credentials_are_needed(rig, missing):
    request = send(GOOD)
    headers = {name: value for name, value in request.headers.items() if name != missing}
    async with rig.open() as service:
        assert await code_of(service, replace(request, headers=headers)) == ("15", 401)


def with_token(token, request):
    return replace(request, headers={"authorization": f"Bearer {token}"})


async def token_of(service):
    body = json.dumps({"systemId": "eoffice-mau", "secretKey": secret_behind("van-phong")})
    answer = await service.answer(
        replace(call("POST", "/api/lgspedoc/login", body.encode()), headers={})
    )
    return told(answer)["token"]


async def test_a_token_serves_for_thirty_minutes_in_any_process(rig):
    async with rig.open(token_required=True) as service:
        token = await token_of(service)
    async with rig.open(token_required=True) as service:
        request = with_token(token, call("GET", "/v1/syncReceivedEdocList"))
        rig.now = NOW + timedelta(minutes=29)
        assert await code_of(service, request) == ("0", 200)
        rig.now = NOW + timedelta(minutes=31)
        assert await code_of(service, request) == ("15", 401)


async def test_where_a_token_is_required_headers_alone_are_not_enough(rig):
    async with rig.open(token_required=True) as service:
        assert await code_of(service, call("GET", "/v1/syncReceivedEdocList")) == ("15", 401)


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1] + "x", lambda t: "9" + t, lambda _: "", lambda _: "9.9"]
)
async def test_a_token_that_was_not_made_here_is_refused(rig, change):
    async with rig.open() as service:
        token = change(await token_of(service))
        assert (await code_of(service, with_token(token, call("GET", "/v1/getEdoc"))))[0] == "15"


async def test_nobody_logs_in_with_a_wrong_key(rig):
    async with rig.open() as service:
        body = b'{"systemId":"eoffice-mau","secretKey":"sai"}'
        request = replace(call("POST", "/api/lgspedoc/login", body), headers={})
        assert await code_of(service, request) == ("15", 401)


async def test_the_same_delivery_is_the_same_bytes_each_time_in_the_official_form(rig):
    rig.bus.put([waiting(rig.objects, packet=document(trace=()))])
    packets = []
    for _ in range(2):
        async with rig.open() as service:
            ((doc_id, _),) = (await rig.office.fetch(service.answer))[1]
            packets.append(await rig.office.packet(service.answer, doc_id))
    assert packets[0] == packets[1]
    assert read_packet(packets[0]).notes == ()
    assert packet_in(packets[0]).trace[0].code == "H99.98"


async def test_fail_makes_a_dead_letter_and_processing_settles_nothing(rig):
    rig.bus.put([waiting(rig.objects)])
    async with rig.open() as service:
        ((doc_id, _),) = (await rig.office.fetch(service.answer))[1]
        for status in ("processing", "fail"):
            assert rig.bus.dead_letters == {}
            await service.answer(call("POST", f"/v1/updateStatus?docid={doc_id}&status={status}"))
    assert [each.code for each in rig.bus.dead_letters.values()] == ["peer_failed"]


async def test_what_makes_no_packet_is_a_dead_letter_not_an_endless_loop(rig):
    made = replace(
        delivery("d-1", type_="vn.gov.document.issued.v1"), body=b'{"business":{"type":0}}'
    )
    rig.bus.put([made])
    async with rig.open() as service:
        listed = told(await service.answer(call("GET", "/v1/syncReceivedEdocList")))["data"]
        answer = await service.answer(call("GET", f"/v1/getEdoc?docId={listed[0]['docId']}"))
        assert told(answer)["ErrorCode"] == "21"
    assert [each.code for each in rig.bus.dead_letters.values()] == ["packet_unwritable"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 2),
        ("messageType=edoc", 1),
        ("messageType=status", 1),
        ("fromDate=2026/11/22&toDate=2026/11/22", 2),
        ("fromDate=2026/11/23", 2),
        ("toDate=2026/11/21", 0),
    ],
)
async def test_a_list_holds_what_was_asked_for(rig, query, count):
    status = replace(
        waiting(rig.objects, "s-1"),
        attributes={**delivery("s-1").attributes, "type": "vn.gov.document.status.v1"},
    )
    rig.bus.put([waiting(rig.objects, "d-1"), status])
    async with rig.open() as service:
        answer = await service.answer(call("GET", f"/v1/syncReceivedEdocList?{query}"))
    assert len(told(answer)["data"]) == count
    assert all(row["from"] == "H99.98" for row in told(answer)["data"])


async def test_an_operator_may_have_lists_leave_out_what_is_older(rig):
    rig.bus.put([waiting(rig.objects)])
    async with rig.open(strict_dates=True) as service:
        for day, count in (("22", 1), ("23", 0)):
            request = call("GET", f"/v1/syncReceivedEdocList?fromDate=2026/11/{day}")
            assert len(told(await service.answer(request))["data"]) == count


@pytest.mark.parametrize(("status", "dead"), [("fail", 1), ("done", 0)])
async def test_a_confirmation_that_says_fail_is_no_delivery(rig, status, dead):
    rig.bus.put([waiting(rig.objects)])
    async with rig.open() as service:
        ((doc_id, _),) = (await rig.office.fetch(service.answer))[1]
        body = json.dumps({"docId": doc_id, "status": status}).encode()
        await service.answer(call("POST", "/EdocService/confirmReceived", body))
    assert (len(rig.bus.dead_letters), len(rig.bus.delivered)) == (dead, 1 - dead)


async def test_a_page_of_what_is_not_wanted_hides_nothing_behind_it(rig):
    rig.bus.put([waiting(rig.objects, f"d-{number}") for number in range(3)])
    status = waiting(rig.objects, "s-1")
    attributes = {**status.attributes, "type": "vn.gov.document.status.v1"}
    rig.bus.put([replace(status, attributes=attributes)])
    async with rig.open(page=1) as service:
        answer = await service.answer(call("GET", "/v1/syncReceivedEdocList?messageType=status"))
    assert len(told(answer)["data"]) == 1


async def test_organisations_and_existence_are_answered(rig):
    rig.bus.put([waiting(rig.objects)])
    listed = [{"code": "H99.01", "name": "Phường Mẫu"}]
    async with rig.open(organisations=listed) as service:
        assert (
            told(await service.answer(call("GET", "/EdocService/getOrganizations")))["data"]
            == listed
        )
        (doc_id,) = told(await service.answer(call("GET", "/EdocService/getPendingDocIds")))["data"]
        for wanted, found in ((doc_id, True), ("00000000-0000-0000-0000-000000000000", False)):
            request = call("GET", f"/EdocService/checkExistDocument?docId={wanted}")
            assert told(await service.answer(request))["data"] is found


async def test_parameters_may_stand_in_a_form(rig):
    rig.bus.put([waiting(rig.objects)])
    async with rig.open() as service:
        ((doc_id, _),) = (await rig.office.fetch(service.answer))[1]
        body = f"docId={doc_id}&status=done".encode()
        request = call(
            "POST", "/v1/updateStatus", body, content_type="application/x-www-form-urlencoded"
        )
        assert await code_of(service, request) == ("0", 200)
    assert rig.bus.delivered
