"""Nobody asks without officer and purpose; every query is logged; only what is approved shown."""

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hub_adapter_population import Population, citizen
from lgsp_adapter import Backpressure, Context, Fatal, Reject, Request, Retryable
from lgsp_adapter.kit import Caller, Say, ServiceKit, secret_behind
from lgsp_adapter.testing.desk import OpenDesk

from hub.schemas.catalogue import load
from hub.schemas.validate import compile_schema

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
NUMBER = "000000000123"
NAME = "NGUYỄN VĂN MẪU"
ASKED = {
    "request_id": "YC-1",
    "officer_code": "CB-01",
    "purpose": "1.000000.H99",
    "full_name": NAME,
    "id_number": NUMBER,
}
CITIZEN = (
    f"<c:CongDan><c:SoDinhDanh>{NUMBER}</c:SoDinhDanh><c:HoVaTen>{NAME}</c:HoVaTen>"
    "<c:NoiSinh><c:MaTinh>99</c:MaTinh></c:NoiSinh><c:TonGiao>Bí mật mẫu</c:TonGiao></c:CongDan>"
)


def soap(inner):
    return (
        '<?xml version="1.0" encoding="utf-16"?><soap:Envelope xmlns:soap="urn:s" xmlns:c="urn:c">'
        f"<soap:Body><c:CongdanCollection>{inner}</c:CongdanCollection></soap:Body></soap:Envelope>"
    )


async def secret(name):
    return f"khoa-mau-{name}"


class Rig:
    def __init__(self, **config):
        raw = {
            "url": "https://mau.example/dancu",
            "integration_code": "TH-01",
            "callers": {"mot-cua": "test:a", "ho-tich": "test:b"},
            "fields": ["HoVaTen", "SoDinhDanh", "NoiSinh/MaTinh"],
            "masked": ["SoDinhDanh"],
            **config,
        }
        self.time, self.desk, self.sent, self.answers = NOW, OpenDesk(), [], []
        self.service = Population(Population.config_of(raw), self.connect)

    def connect(self, _ctx, _seconds):
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self.handle))

    def handle(self, request):
        self.sent.append((json.loads(request.content), len(self.desk.drafts)))
        if self.answers:
            return self.answers.pop(0)
        return httpx2.Response(200, json={"error_code": 0, "message": soap(CITIZEN)})

    async def __aenter__(self):
        ctx = Context("population", resolvers={"test": secret}, now=lambda: self.time)
        await self.service.open(ctx, self.desk)
        return self

    async def __aexit__(self, *_):
        await self.service.close()

    async def ask(self, *, key="khoa-mau-a", body=None, path="/look-up", **changes):
        content = json.dumps({**ASKED, **changes}).encode() if body is None else body
        headers = {"authorization": f"Bearer {key}"}
        request = Request(method="POST", path=path, query={}, headers=headers, body=content)
        return await self.service.answer(request)


async def test_the_answer_has_the_approved_fields_and_masks_what_it_must():
    async with Rig() as rig:
        answer = await rig.ask()
    assert answer.status == 200
    shown = {"HoVaTen": NAME, "SoDinhDanh": "*********123", "NoiSinh/MaTinh": "99"}
    assert json.loads(answer.body) == {"citizen": shown}
    assert answer.headers["cache-control"] == "no-store"


async def test_the_database_is_asked_in_its_own_words():
    async with Rig() as rig:
        await rig.ask(birth_year="1990")
    assert rig.sent[0][0] == {
        "HoVaTen": NAME,
        "SoDinhDanh": NUMBER,
        "SoCMND": "",
        "NgayThangNam": "",
        "Nam": "1990",
        "MaTichHop": "TH-01",
        "MaDVC": "1.000000.H99",
        "MaCanBo": "CB-01",
        "MaYeuCau": "YC-1",
    }


async def test_each_query_is_in_the_log_before_the_database_is_asked():
    async with Rig() as rig:
        await rig.ask()
        rig.time += timedelta(seconds=20)
        await rig.ask()
    assert [logged for _, logged in rig.sent] == [1, 2]
    assert len({draft.id for draft in rig.desk.drafts}) == 2
    record = json.loads(rig.desk.drafts[0].body)["record"]
    assert record == {
        "caller": "mot-cua",
        "officer_code": "CB-01",
        "purpose": "1.000000.H99",
        "request_id": "YC-1",
        "asked_by": ["full_name", "id_number"],
    }


async def test_no_value_of_a_citizen_is_in_log_or_message(caplog):
    caplog.set_level(logging.DEBUG)
    async with Rig() as rig:
        await rig.ask()
        rig.answers = [httpx2.Response(400), httpx2.Response(200, json={"error_code": 7})]
        for _ in range(2):
            rig.time += timedelta(minutes=1)
            with pytest.raises(Reject) as told:
                await rig.ask()
            assert NUMBER not in f"{told.value}"
    written = caplog.text + "".join(draft.body.decode() for draft in rig.desk.drafts)
    assert NUMBER not in written
    assert NAME not in written


async def test_without_a_log_there_is_no_query():
    async with Rig() as rig:
        rig.desk.trouble = Retryable("away", untouched=True)
        with pytest.raises(Retryable):
            await rig.ask()
    assert not rig.sent


@pytest.mark.parametrize("key", ["", "khoa-mau-c", "Khoa-mau-a", "không"])
async def test_a_stranger_learns_nothing(key):
    async with Rig() as rig:
        assert (await rig.ask(key=key)).status == 401
    assert not rig.sent
    assert not rig.desk.drafts


@pytest.mark.parametrize(
    "changes",
    [
        {"officer_code": ""},
        {"officer_code": None},
        {"purpose": ""},
        {"purpose": "hỏi giùm bà Mẫu"},
        {"request_id": 5},
        {"id_number": ""},
        {"full_name": ["x"]},
        {"full_name": "x" * 300},
        {"body": b""},
        {"body": b"[]"},
        {"body": b"[" * 100_000},
        {"body": b"\xff"},
    ],
)
async def test_without_officer_purpose_or_number_nothing_is_asked(changes):
    async with Rig() as rig:
        assert (await rig.ask(**changes)).status == 422
    assert not rig.sent
    assert not rig.desk.drafts


async def test_each_caller_has_a_rate_of_its_own():
    async with Rig(per_minute=6) as rig:
        first, second = await rig.ask(), await rig.ask()
        other = await rig.ask(key="khoa-mau-b")
        rig.time += timedelta(seconds=int(second.headers["retry-after"]))
        third = await rig.ask()
    assert [each.status for each in (first, second, other, third)] == [200, 429, 200, 200]
    assert len(rig.desk.drafts) == 3


@pytest.mark.parametrize(("inner", "status"), [("", 404), (CITIZEN * 2, 409), (CITIZEN, 200)])
async def test_several_citizens_are_nobodys_business(inner, status):
    async with Rig() as rig:
        rig.answers = [httpx2.Response(200, json={"error_code": "0", "message": soap(inner)})]
        answer = await rig.ask()
    assert answer.status == status
    assert status == 200 or NAME.encode() not in answer.body


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("", "not_xml"),
        ("khong phai xml", "not_xml"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "xml_dtd"),
        ('<!DOCTYPE a [<!ENTITY x "xxxxxxxx">]><a>&x;&x;</a>', "xml_dtd"),
        ("<a>" * 200, "xml_too_large"),
        ("<a>\ud800</a>", "no_citizen"),
    ],
)
async def test_dangerous_xml_inside_the_answer_is_refused(message, code):
    async with Rig() as rig:
        content = json.dumps({"error_code": 0, "message": message}).encode()
        rig.answers = [httpx2.Response(200, content=content)]
        if code == "no_citizen":
            assert (await rig.ask()).status == 404
            return
        with pytest.raises(Retryable) as told:
            await rig.ask()
    assert told.value.detail == f"the answer: {code}"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx2.Response(503), Retryable),
        (httpx2.Response(200, content=b"<html>"), Retryable),
        (httpx2.Response(200, json={}), Retryable),
        (httpx2.Response(200, json={"error_code": 429}), Backpressure),
        (httpx2.Response(401), Fatal),
        (httpx2.Response(200, json={"error_code": "-5"}), Reject),
    ],
)
async def test_each_answer_of_the_database_has_one_meaning(answer, kind):
    async with Rig() as rig:
        rig.answers = [answer]
        with pytest.raises(kind):
            await rig.ask()


async def test_two_callers_may_not_share_a_key():
    rig = Rig(callers={"mot-cua": "test:a", "ho-tich": "test:a"})
    with pytest.raises(Fatal):
        await rig.__aenter__()


@pytest.mark.parametrize(
    ("value", "shown"), [("000000000123", "*********123"), ("123456", "******"), ("", "")]
)
def test_a_mask_leaves_three_characters_of_a_long_value(value, shown):
    assert citizen.mask(value) == shown


class Officer(Caller):
    """Neither hands in nor fetches in the kit's sense: what it asks is tested above."""

    hands_in = False
    fetches = False

    @property
    def config(self):
        shape = {"integration_code": "TH", "fields": ["HoVaTen"], "callers": {"a": "test:a"}}
        return {"url": "https://mau.example/", **shape}

    async def fetch(self, ask):
        headers = {"authorization": f"Bearer {secret_behind('a')}"}
        body = json.dumps(ASKED).encode()
        call = Request(method="POST", path="/look-up", query={}, headers=headers, body=body)
        return await ask(call), []

    def as_stranger(self, request):
        return replace(request, headers={})

    async def handle(self, _request):
        down = (await self.script.answer()).say is Say.DOWN
        told = {"error_code": 0, "message": soap(CITIZEN)}
        return httpx2.Response(503 if down else 200, json=told)


class TestPopulation(ServiceKit[Any]):
    adapter = Population
    reference = Path(__file__).parents[1] / "REFERENCE.md"

    def peer(self):
        return Officer()

    def make(self, peer):
        return Population(
            Population.config_of(peer.config),
            lambda _ctx, _s: httpx2.AsyncClient(transport=httpx2.MockTransport(peer.handle)),
        )


async def test_the_entry_of_a_query_fits_its_schema():
    async with Rig() as rig:
        await rig.ask()
    schema = compile_schema(load("urn:hub:schema:record.changed:1.0").document)
    assert schema.check(json.loads(rig.desk.drafts[0].body)) is None
