"""The e-Office against a small axis of the test's own, in both published shapes."""

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lgsp_adapter.sandbox import Sandbox
from lgsp_adapter.sandbox.answers import json_object
from lgsp_adapter.testing.peers import http_to
from lgsp_edxml.reader import read_packet
from office_fake import packet_in
from sandbox_edxml_endpoint import Account, EOffice
from sandbox_edxml_endpoint.packets import Unreadable, facts
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

FIXTURES = Path(__file__).parent.parent / "fixtures"
LETTER = (FIXTURES / "document-15.edxml").read_bytes()
STATUS = (FIXTURES / "status-03.edxml").read_bytes()
NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


class Axis(Sandbox):
    """What a province offers, as short as it can be."""

    name = "axis"

    def __init__(self, **base):
        super().__init__(**base)
        self.taken, self.waiting, self.confirmed = [], {}, []
        self.code, self.logins, self.seen = "0", 0, []
        self.token_wanted = None

    def routes(self):
        return [
            Route("/api/lgspedoc/login", self._login, methods=["POST"]),
            Route("/v1/sendEdoc", self._send_form, methods=["POST"]),
            Route("/v1/syncReceivedEdocList", self._list),
            Route("/v1/getEdoc", self._get),
            Route("/v1/updateStatus", self._confirm, methods=["POST"]),
            Route("/EdocService/sendDocument", self._send_raw, methods=["POST"]),
            Route("/EdocService/getPendingDocIds", self._ids, methods=["POST"]),
            Route("/EdocService/getDocument", self._get_raw, methods=["POST"]),
            Route("/EdocService/confirmReceived", self._confirm, methods=["POST"]),
        ]

    async def _login(self, _):
        self.logins += 1
        self.token_wanted = f"token-{self.logins}"
        return JSONResponse({"data": {"token": self.token_wanted}})

    def _entered(self, request):
        self.seen.append(dict(request.headers))
        wanted = self.token_wanted
        return wanted is None or request.headers.get("authorization") == f"Bearer {wanted}"

    async def _send_form(self, request):
        if not self._entered(request):
            return JSONResponse({}, 401)
        async with request.form() as form:
            return self._take(await form["edocFile"].read(), form["messageType"])

    async def _send_raw(self, request):
        self._entered(request)
        assert request.headers["content-type"] == "application/octet-stream"
        return self._take(await request.body(), request.headers["messagetype"])

    def _take(self, packet, type_):
        if self.code == "0":
            self.taken.append((type_, packet))
        return JSONResponse({"ErrorCode": self.code, "docId": "d1"})

    async def _list(self, request):
        wanted = request.query_params["messageType"]
        rows = [{"docId": id_} for id_, (type_, _) in self.waiting.items() if type_ == wanted]
        return JSONResponse({"ErrorCode": "0", "data": rows})

    async def _ids(self, _):
        return JSONResponse(list(self.waiting))

    async def _get(self, request):
        packet = self.waiting[request.query_params["docId"]][1]
        return JSONResponse({"ErrorCode": 0, "data": base64.b64encode(packet).decode()})

    async def _get_raw(self, request):
        packet = self.waiting[(await json_object(request))["docId"]][1]
        return Response(packet, media_type="application/octet-stream")

    async def _confirm(self, request):
        asked = await json_object(request)
        self.confirmed.append((asked["docId"], asked["status"]))
        self.waiting.pop(asked["docId"], None)
        return JSONResponse({"ErrorCode": "0"})


@pytest.fixture
async def axis():
    async with Axis() as sandbox:
        yield sandbox


@pytest.fixture(params=["langson", "bkav"])
async def office(axis, request):
    account = Account(url=axis.url, system="mau", secret="sandbox-secret")
    async with EOffice(account=account, shape=request.param, clock=lambda: NOW) as sandbox:
        yield sandbox


async def test_a_letter_is_handed_in_with_the_systems_name(axis, office):
    office.write(LETTER)
    assert (await office.turn()).sent == 1
    assert axis.taken == [("edoc", LETTER)]
    assert axis.seen[0]["x-systemid"] == "mau"
    assert axis.seen[0]["x-secretkey"] == "sandbox-secret"


async def test_a_letter_that_waits_is_fetched_confirmed_and_answered(axis, office):
    axis.waiting["a"] = ("edoc", LETTER)
    assert (await office.turn()).received == 1
    assert axis.confirmed == [("a", "done")]
    assert office.inbox == {"a": LETTER}
    assert (await office.turn()).sent == 2
    answers = [packet_in(packet) for _, packet in axis.taken]
    assert [each.status_code for each in answers] == ["01", "03"]
    assert {each.response_for.code for each in answers} == {"15/STN-VPĐT"}
    assert [read_packet(packet).notes for _, packet in axis.taken] == [(), ()]


async def test_a_status_that_waits_gets_no_status(axis, office):
    axis.waiting["s"] = ("status", STATUS)
    assert (await office.turn()).received == 1
    assert office.outbox.waiting == []


async def test_what_cannot_be_read_is_confirmed_as_failed(axis, office):
    axis.waiting["bad"] = ("edoc", b"<edXML>")
    assert (await office.turn()).unreadable == 1
    assert axis.confirmed == [("bad", "fail")]


async def test_a_system_error_is_tried_again_at_30_60_120_240_480_seconds(axis, office):
    axis.code = "20"
    office.write(LETTER)
    await office.turn()
    for wait in (30, 60, 120, 240, 480):
        office.advance(wait - 1)
        tries = office.outbox.waiting[0].tries
        await office.turn()
        assert office.outbox.waiting[0].tries == tries
        office.advance(1)
        await office.turn()
    assert [(each.tries, each.code) for each in office.outbox.refused] == [(6, "20")]


@pytest.mark.parametrize("code", ["10", "15", "18", "19", "21", "22", "23"])
async def test_any_other_code_is_final(axis, office, code):
    axis.code = code
    office.write(LETTER)
    assert (await office.turn()).refused == 1
    office.advance(10_000)
    assert (await office.turn()).waiting == 0


@pytest.mark.parametrize("what", ["error_500", "rate_limited", "half_body"])
async def test_a_broken_line_is_tried_again(axis, office, what):
    axis.misbehave(what, path="/v1/send")
    axis.misbehave(what, path="/EdocService/send")
    office.write(LETTER)
    assert (await office.turn()).waiting == 1
    office.advance(30)
    assert (await office.turn()).sent == 1


async def test_an_office_that_gave_up_too_early_sends_again(axis, office):
    office.misbehave("timeout_after_success")
    key = office.write(LETTER)
    assert (await office.turn()).waiting == 1
    office.advance(30)
    await office.turn()
    assert len(axis.taken) == 2
    assert office.journal.effects("sent") == {key: 2}


@pytest.mark.parametrize(
    ("what", "taken"),
    [("duplicate", [LETTER, LETTER]), ("half_body", [LETTER[: len(LETTER) // 2]])],
)
async def test_an_office_goes_wrong_on_command(axis, office, what, taken):
    office.misbehave(what)
    office.write(LETTER)
    await office.turn()
    assert [packet for _, packet in axis.taken] == taken


async def test_a_token_is_fetched_once_and_again_when_it_ends(axis):
    account = Account(url=axis.url, system="mau", secret="sandbox-secret", bearer=True)
    async with EOffice(account=account, clock=lambda: NOW) as office:
        for wait in (0, 60, 1800):
            office.advance(wait)
            office.write(LETTER)
            assert (await office.turn()).sent == 1
        assert axis.logins == 2
        axis.token_wanted = "another, as after a restart"
        office.write(LETTER)
        assert (await office.turn()).sent == 1
        assert axis.logins == 3


async def test_the_office_by_itself_is_steered_over_http(axis):
    async with EOffice(seed=1) as office, http_to(office.url) as http:
        assert (await http.post("/_sandbox/turn")).status_code == 409
        assert (await http.post("/_sandbox/connect", json={"url": "x"})).status_code == 422
        account = {"url": axis.url, "system": "mau", "secret": "s", "shape": "bkav"}
        assert (await http.post("/_sandbox/connect", json=account)).status_code == 200
        assert (await http.post("/_sandbox/send", content=b"<x/>")).status_code == 422
        key = (await http.post("/_sandbox/send", content=LETTER)).json()["key"]
        assert (await http.post("/_sandbox/turn")).json()["sent"] == 1
        await http.post("/_sandbox/advance", json={"seconds": 30})
    assert key == facts(LETTER).key


@pytest.mark.parametrize("packet", [b"", b"<a/>", b"<!DOCTYPE a><a/>"])
def test_no_packet_is_unreadable(packet):
    with pytest.raises(Unreadable):
        facts(packet)


async def test_an_expired_certificate_is_no_answer_and_tried_again():
    async with Axis(tls=True) as axis:
        account = Account(url=axis.url, system="mau", secret="s", trust=axis.trust)
        async with EOffice(account=account, clock=lambda: NOW) as office:
            axis.misbehave("expired_certificate")
            office.write(LETTER)
            assert (await office.turn()).waiting == 1
            office.advance(30)
            assert (await office.turn()).sent == 1
