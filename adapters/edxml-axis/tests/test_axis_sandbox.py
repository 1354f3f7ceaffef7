"""The axis simulator over HTTP: signed calls, parcels that stay until done, rewritten packets."""

import base64
import hashlib
import hmac
import json
import random
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import httpx2
import pytest
from axis_letters import packet_in
from hypothesis import given
from hypothesis import strategies as st
from lgsp_adapter.testing.peers import http_to
from sandbox_edxml_axis import AxisSandbox
from sandbox_edxml_axis.rewriting import rewrite
from sandbox_edxml_axis.signing import BadCall, verify

FIXTURES = Path(__file__).parent.parent / "fixtures"
LETTER = (FIXTURES / "document-15.edxml").read_bytes()
STATUS = (FIXTURES / "status-03.edxml").read_bytes()
NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


@pytest.fixture
async def axis():
    async with AxisSandbox(seed=1, clock=lambda: NOW) as sandbox:
        yield sandbox


def signed(system, secret, parameters):
    """Sign as the SDK does, written from its description and nothing else."""
    own = {**parameters, "systemid": system, "timestamp": "10032026T090000+0123"}
    headers = {f"XroadVnpt-{name}": value for name, value in own.items()}
    text = json.dumps(headers, separators=(",", ":"))
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return headers | {
        "XroadVnpt-sign-header-key": ";".join(headers),
        "XroadVnpt-sign-header": text,
        "XroadVnpt-hash-header": digest,
        "XroadVnpt-version": "3.0.201608",
        "User-Agent": "JAVASDKAgent/1.0.0 XRoad/VPCP",
    }


async def call(axis, name, parameters=None, *, system="h99", method="POST", **more):
    headers = signed(f"mau.{system}", f"sandbox-secret-{system}", parameters or {})
    async with http_to(axis.url) as http:
        return await http.request(method, f"/{name}", headers=headers, **more)


async def ok(axis, name, parameters=None, **more):
    answer = (await call(axis, name, parameters, **more)).json()
    assert answer["status"] == "OK", answer
    assert answer["ErrorCode"] == "0"
    return answer


async def send(axis, packet=LETTER, *, to=("G99",), sender="000.00.97.H99", type_="edoc", **more):
    parameters = {"from": sender, "servicetype": "eDoc", "messagetype": type_}
    if to:
        parameters["to"] = json.dumps(list(to))
    files = {"file_doc": ("a.edxml", packet)}
    return await ok(axis, "sendEdoc", parameters, files=files, **more)


async def listed(axis, system, type_="edoc"):
    parameters = {"servicetype": "eDoc", "messagetype": type_}
    return (await ok(axis, "getReceivedEdocList", parameters, system=system))["data"]


async def test_a_letter_reaches_the_other_system_rewritten_and_readable(axis):
    sent = (await send(axis))["DocId"]
    [row] = await listed(axis, "g99")
    assert (row["from"], row["to"], row["status"]) == ("000.00.97.H99", "G99", "initial")
    assert row["docId"] != sent
    answer = await ok(axis, "getEdoc", {"docId": row["docId"]}, system="g99")
    packet = base64.b64decode(answer["data"])
    assert packet != LETTER
    before, after = packet_in(LETTER), packet_in(packet)
    assert after.document_id == before.document_id
    assert [each.data for each in after.attachments] == [each.data for each in before.attachments]
    assert len(after.trace) == len(before.trace) + 1


async def test_an_item_stays_listed_until_done(axis):
    await send(axis)
    [row] = await listed(axis, "g99")
    for status, count in (("processing", 1), ("done", 0)):
        await ok(axis, "updateStatus", {"docid": row["docId"], "status": status}, system="g99")
        assert len(await listed(axis, "g99")) == count
        counted = await ok(axis, "countReceiveEdoc", system="g99", method="GET")
        assert counted["count"] == count
    parameters = {"servicetype": "eDoc", "messagetype": "edoc"}
    [sent] = (await ok(axis, "getSentEdocList", parameters))["data"]
    assert (sent["receiveStatus"], sent["notation"]) == ("done", "15/STN-VPĐT")


async def test_a_receiver_named_by_old_and_new_code_gets_two_items(axis):
    await send(axis, to=("H98", "000.00.00.H98"))
    assert {row["to"] for row in await listed(axis, "h98")} == {"H98", "000.00.00.H98"}


async def test_without_to_the_packet_says_who_receives(axis):
    await send(axis, to=())
    assert [row["to"] for row in await listed(axis, "h99")] == ["H99.98"]


async def test_a_status_travels_to_whom_it_answers(axis):
    await send(axis, STATUS, to=(), sender="H99.98", type_="status")
    [row] = await listed(axis, "h99", "status")
    assert row["to"] == "000.00.97.H99"
    packet = (await ok(axis, "getEdoc", {"docId": row["docId"]}))["data"]
    assert packet_in(base64.b64decode(packet)).status_code == "03"


async def test_the_same_letter_sent_twice_shows_in_the_journal(axis):
    for _ in range(2):
        await send(axis)
    assert list(axis.journal.effects("edoc").values()) == [2]
    assert len(axis.journal.as_json()["doubled"]) == 1


async def test_another_system_gets_nothing_of_it(axis):
    await send(axis)
    [row] = await listed(axis, "g99")
    for name, more in (("getEdoc", {}), ("downloadEdoc", {"method": "GET"})):
        answer = (await call(axis, name, {"docId": row["docId"]}, system="h98", **more)).json()
        assert (answer["status"], answer["ErrorCode"]) == ("FAIL", "DOCUMENT")


@pytest.mark.parametrize(("hands_back", "status"), [(True, "OK"), (False, "FAIL")])
async def test_a_sender_gets_its_letter_back_only_where_the_axis_is_so_built(hands_back, status):
    async with AxisSandbox(seed=1, clock=lambda: NOW, hands_back=hands_back) as axis:
        sent = (await send(axis))["DocId"]
        assert (await call(axis, "getEdoc", {"docId": sent})).json()["status"] == status
        other = await call(axis, "getEdoc", {"docId": sent}, system="h98")
        assert other.json()["status"] == "FAIL"


async def test_download_gives_the_same_bytes_as_get(axis):
    await send(axis)
    [row] = await listed(axis, "g99")
    parameters = {"docId": row["docId"]}
    got = base64.b64decode((await ok(axis, "getEdoc", parameters, system="g99"))["data"])
    parameters["filePath"] = "/tmp/a.edxml"
    answer = await call(axis, "downloadEdoc", parameters, system="g99", method="GET")
    assert answer.content == got


def broken(**change):
    headers = signed("mau.h99", "sandbox-secret-h99", {"level": "1"})
    return {key: value for key, value in {**headers, **change}.items() if value is not None}


@pytest.mark.parametrize(
    "headers",
    [
        broken(**{"XroadVnpt-hash-header": "0" * 64}),
        broken(**{"XroadVnpt-hash-header": None}),
        broken(**{"XroadVnpt-level": "2"}),
        broken(**{"XroadVnpt-extra": "unsigned"}),
        broken(**{"XroadVnpt-sign-header-key": "XroadVnpt-level"}),
        broken(**{"XroadVnpt-version": None}),
        broken(**{"User-Agent": "curl/8"}),
        signed("mau.h99", "another secret", {"level": "1"}),
        signed("mau.nobody", "sandbox-secret-h99", {"level": "1"}),
    ],
)
async def test_a_call_that_is_not_signed_as_published_fails(axis, headers):
    async with http_to(axis.url) as http:
        answer = (await http.post("/getAgenciesListQD20", headers=headers)).json()
    assert (answer["status"], answer["ErrorCode"]) == ("FAIL", "SIGNATURE")


async def test_the_directory_gives_both_codes_and_keeps_what_was_deleted(axis):
    rows = (await ok(axis, "getAgenciesListQD20", {"level": "1"}))["data"]
    assert {row["code"]: row["code102"] for row in rows}["H99"] == "000.00.00.H99"
    assert {row["code"] for row in rows} == {"G99", "H98", "H99"}
    new = {
        "id": "99",
        "pcode": "H99",
        "code": "H99.50",
        "name": "Don vi Mau",
        "mail": "a@b",
    }
    await ok(axis, "registerAgency", new)
    assert "H99.50" in {row["code"] for row in (await ok(axis, "getAgenciesList"))["data"]}
    await ok(axis, "deleteAgency", {"AgencyCode": "H99.50"})
    assert "H99.50" not in {row["code"] for row in (await ok(axis, "getAgenciesList"))["data"]}
    units = {row["code"]: row for row in (await ok(axis, "getSynchronizeUnit"))["data"]}
    assert (units["H99.50"]["deleted"], units["H99.50"]["version"]) == (True, 2)


@pytest.mark.parametrize(
    ("change", "packet", "code"),
    [
        ({"from": "G99"}, LETTER, "AGENCY"),
        ({"to": '["H97"]'}, LETTER, "RECEIVER"),
        ({"to": "H98"}, LETTER, "PARAMETER"),
        ({"messagetype": "letter"}, LETTER, "PARAMETER"),
        ({}, b"<edXML>", "PACKET"),
        ({}, b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "PACKET"),
    ],
)
async def test_what_cannot_be_carried_fails_and_leaves_no_trace(axis, change, packet, code):
    good = {"from": "H99.97", "servicetype": "eDoc", "messagetype": "edoc", "to": '["G99"]'}
    files = {"file_doc": ("a.edxml", packet)}
    answer = (await call(axis, "sendEdoc", good | change, files=files)).json()
    assert (answer["status"], answer["ErrorCode"]) == ("FAIL", code)
    assert axis.journal.effects("edoc") == {}


async def test_an_answer_lost_after_sending_is_found_in_the_sent_list(axis):
    axis.misbehave("timeout_after_success", path="/sendEdoc", seconds=0.01)
    with pytest.raises(httpx2.RemoteProtocolError):
        await send(axis)
    parameters = {"servicetype": "eDoc", "messagetype": "edoc"}
    [row] = (await ok(axis, "getSentEdocList", parameters))["data"]
    assert row["toCode"] == "G99"


async def test_one_seed_gives_the_same_ids_and_bytes(axis):
    async def made():
        axis.reset()
        await send(axis)
        [row] = await listed(axis, "g99")
        return row["docId"], (await ok(axis, "getEdoc", {"docId": row["docId"]}, system="g99"))

    assert await made() == await made()


RAW = LETTER.replace(
    LETTER[LETTER.index(b"UEsDB") : LETTER.index(b"</edXML:ContentTransferEncoded>")],
    base64.b64encode(b"%PDF-1.7 sample"),
).replace(b"Ph\xe1\xbb\xa5 l\xe1\xbb\xa5c.txt", b"Mau.pdf")
CLUTTER = (
    RAW.replace(
        b"<edXML:SteeringType>",
        b"<!-- gone --><edXML:ResponseFor></edXML:ResponseFor><edXML:SteeringType>",
    )
    .replace(b"     <edXML:Direction>false</edXML:Direction>\n", b"")
    .replace(
        b"  </edXML:edXMLHeader>",
        b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">'
        b"<SignatureValue>AA==</SignatureValue></Signature>  </edXML:edXMLHeader>",
    )
)


def test_the_packet_is_rewritten_as_the_real_axis_does():
    result = rewrite(CLUTTER, random.Random(5), NOW)
    words = result.decode()
    assert "gone" not in words
    assert "xmldsig" not in words
    assert "<Signature><SignatureValue>AA==" in words
    assert "<edXML:ResponseFor/>" in words
    assert "<edXML:Direction>false</edXML:Direction><edXML:Appendixes>" in words
    assert words.index("<edXML:DocumentId>") < words.index("<edXML:Code>")
    assert words.index("<edXML:ToPlaces>") > words.index("<edXML:SteeringType>")
    assert "<edXML:OrganId>001.00.20.TT2</edXML:OrganId>" in words
    assert "<edXML:Timestamp>2026/03/10 09:00:00</edXML:Timestamp>" in words
    assert "<edXML:Attachment>" in words


def test_a_raw_attachment_becomes_a_zip_with_a_random_name_and_survives_inside():
    def wrapped(seed):
        words = rewrite(CLUTTER, random.Random(seed), NOW).decode()
        return base64.b64decode(words.split("ContentTransferEncoded>")[1].split("<")[0])

    first, second = wrapped(1), wrapped(2)
    assert first != second
    with zipfile.ZipFile(BytesIO(first)) as archive:
        [entry] = archive.infolist()
        assert archive.read(entry) == b"%PDF-1.7 sample"
        assert entry.flag_bits == 0x0808
        assert entry.filename.endswith(".pdf")
        assert len(entry.filename) == 40


async def test_a_packet_of_another_member_is_put_in_over_http(axis):
    async with http_to(axis.url) as http:
        where = {"from": "G99", "to": "H99.98"}
        answer = await http.post("/_sandbox/put", params=where, content=LETTER)
        broken = await http.post("/_sandbox/put", params=where, content=b"<edXML>")
    assert broken.status_code == 422
    assert [row["docId"] for row in await listed(axis, "h99")] == answer.json()["docIds"]


def test_raw_bytes_are_carried_as_they_are():
    axis = AxisSandbox()
    [id_] = axis.put(b"1212<?xml", sender="G99", to=["H99"], type_="edoc", raw=True)
    parcel = axis.parcels.get(id_, "mau.h99")
    assert parcel is not None
    assert parcel.packet == b"1212<?xml"


def with_file(name, content):
    start = LETTER.index(b"UEsDB")
    end = LETTER.index(b"</edXML:ContentTransferEncoded>")
    packet = LETTER[:start] + base64.b64encode(content) + LETTER[end:]
    return packet.replace("Phụ lục.txt".encode(), name.encode())


@given(
    content=st.binary(max_size=2_000),
    name=st.sampled_from(["Mẫu.pdf", "mau.docx", "mau", "mau.TXT", "một [2].xlsx"]),
    seed=st.integers(0, 9),
)
def test_whatever_is_attached_survives_the_rewriting(content, name, seed):
    carried = rewrite(with_file(name, content), random.Random(seed), NOW)
    [attachment] = packet_in(carried).attachments
    assert (attachment.name, attachment.data) == (name, content)


@given(st.dictionaries(st.text(max_size=30), st.text(max_size=60), max_size=6))
def test_any_headers_are_a_call_or_a_refusal(headers):
    text = json.dumps(headers)
    given_ = {f"xroadvnpt-{name}": value for name, value in headers.items()}
    with pytest.raises(BadCall):
        verify({**given_, "xroadvnpt-sign-header": text, "xroadvnpt-hash-header": "0"}, {})
