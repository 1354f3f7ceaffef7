"""The endpoint meets the sandbox's e-Office over loopback HTTP: nothing lost, nothing doubled."""

import json
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hub_adapter_edxml_endpoint import EdxmlEndpoint
from lgsp_adapter import Backpressure, Context, Reject, Retryable
from lgsp_adapter.kit import secret_behind
from lgsp_adapter.testing import Bus, EngineRules, MemoryObjects, ServiceEngine, delivery
from lgsp_adapter.testing.web import WebServer
from lgsp_edxml.mapping import objects_of, to_body
from lgsp_edxml.model import Organisation
from lgsp_edxml.reader import read_packet
from lgsp_edxml.writer import write_packet
from office_fake import packet_in
from sandbox_edxml_endpoint import Account, EOffice
from sandbox_edxml_endpoint.outbox import WAITS

from hub.schemas.catalogue import load
from hub.schemas.validate import compile_schema

FIXTURES = Path(__file__).parent.parent / "fixtures"
LETTER = (FIXTURES / "document-15.edxml").read_bytes()
STATUS = (FIXTURES / "status-03.edxml").read_bytes()
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
"""Half a minute after the time that a test's delivery bears."""
OWN, OTHER = "H99.98", "000.00.97.H99"


class Rig:
    """One e-Office in front of one endpoint."""

    def __init__(self, shape):
        self.shape, self.bus, self.objects = shape, Bus(), MemoryObjects()
        self.bearer = False
        self.settings: dict[str, Any] = {
            "system_id": "eoffice-mau",
            "secret_key": "test:van-phong",
            "organ_codes": [OWN, OTHER],
            "organisations": [{"code": OWN, "name": "Sở Kiểm thử tỉnh Mẫu"}],
        }
        self.secret = secret_behind("van-phong")

    async def __aenter__(self):
        async def secrets(name):
            return secret_behind(name)

        self.office = EOffice(seed=1, clock=lambda: NOW, own=OWN)
        ctx = Context(
            "endpoint",
            resolvers={"test": secrets},
            fetch=self.objects.fetch,
            store=self.objects.store,
            now=self.office.now,
        )
        service = EdxmlEndpoint(EdxmlEndpoint.config_of(self.settings))
        self.engine = ServiceEngine(service, self.bus, rules=EngineRules(timeout=5.0), ctx=ctx)
        await self.engine.__aenter__()
        self.desk = self.engine.desk
        self.web = WebServer(self.engine.answer)
        url = await self.web.start()
        account = Account(url=url, system="eoffice-mau", secret=self.secret, bearer=self.bearer)
        self.wire = self.office.connect(account, self.shape)
        return self

    async def __aexit__(self, *error):
        await self.web.stop()
        await self.engine.__aexit__(*error)

    def wait_for(self, number, **attributes):
        """Put a letter of another agency in front of the e-Office."""
        packet = packet_in(numbered(number))
        packet = replace(packet, to=(Organisation(code=OWN),))
        body = to_body(read_packet(write_packet(packet)))
        del body["original"]
        self.objects.contents |= objects_of(packet)
        subject = unicodedata.normalize("NFC", packet.document_id)
        made = delivery(f"d-{number}", type_="vn.gov.document.issued.v1", subject=subject)
        made = replace(
            made,
            attributes={**made.attributes, **attributes},
            body=json.dumps(body, ensure_ascii=False).encode(),
        )
        self.bus.put([made])
        return made


def numbered(number):
    """Return the fixture's bytes under another number."""
    return LETTER.replace(b",15/STN", b",%d/STN" % number).replace(
        b"CodeNumber>15<", b"CodeNumber>%d<" % number
    )


@pytest.fixture(params=["langson", "bkav"])
async def rig(request):
    async with Rig(request.param) as made:
        yield made


async def test_the_fixture_s_letter_becomes_a_message_that_fits_its_schema(rig):
    rig.office.write(LETTER)
    turn = await rig.office.turn()
    (draft,) = rig.bus.drafts
    assert (turn.sent, turn.refused) == (1, 0)
    assert draft.type == "vn.gov.document.issued.v1"
    assert (draft.onbehalf, draft.recipients) == (OTHER, (f"urn:hub:org:{OWN}",))
    assert draft.subject == "000.00.97.H99,2026/03/10,15/STN-VPĐT"
    assert rig.objects.contents[draft.objects[0]] == LETTER
    assert compile_schema(load(draft.dataschema or "").raw).check(json.loads(draft.body)) is None


async def test_the_fixture_s_status_becomes_a_message_to_the_letter_s_sender(rig):
    rig.office.write(STATUS, "status")
    await rig.office.turn()
    (draft,) = rig.bus.drafts
    assert draft.type == "vn.gov.document.status.v1"
    assert (draft.onbehalf, draft.recipients) == (None, (f"urn:hub:org:{OTHER}",))
    assert compile_schema(load(draft.dataschema or "").raw).check(json.loads(draft.body)) is None


async def test_a_letter_that_waits_is_stored_confirmed_and_answered_with_statuses(rig):
    rig.wait_for(15)
    await rig.office.turn()
    assert len(rig.bus.delivered) == 1
    (packet,) = rig.office.inbox.values()
    assert packet_in(packet).attachments == packet_in(LETTER).attachments
    await rig.office.turn()
    statuses = [json.loads(draft.body)["status_code"] for draft in rig.bus.drafts]
    assert statuses == ["01", "03"]
    assert {draft.recipients for draft in rig.bus.drafts} == {(f"urn:hub:org:{OTHER}",)}


async def test_what_was_fetched_and_not_confirmed_comes_again_and_is_known(rig):
    rig.wait_for(15)
    (id_,) = await rig.wire.pending("edoc", NOW)
    first = await rig.wire.fetch(id_)
    assert rig.bus.delivered == {}
    assert await rig.wire.pending("edoc", NOW) == [id_]
    assert await rig.wire.fetch(id_) == first
    for _ in range(2):
        assert (await rig.wire.confirm(id_, "done")).ok
    assert len(rig.bus.delivered) == 1


async def test_what_the_e_office_cannot_read_is_a_dead_letter_and_no_delivery(rig):
    rig.wait_for(15)
    (id_,) = await rig.wire.pending("edoc", NOW)
    assert (await rig.wire.confirm(id_, "fail")).ok
    assert rig.bus.delivered == {}
    assert [dead.code for dead in rig.bus.dead_letters.values()] == ["peer_failed"]


async def test_a_letter_from_before_the_asked_days_is_still_handed_out(rig):
    """An e-Office that was off over the new year asks for seven days, and the letter is older."""
    rig.wait_for(15, time="2026-11-02T03:00:00Z")
    await rig.office.turn()
    assert len(rig.bus.delivered) == 1


@pytest.mark.parametrize("what", ["duplicate", "reorder"])
async def test_what_is_sent_twice_or_in_another_order_is_taken_once(rig, what):
    for number in range(3):
        rig.office.write(numbered(number))
    rig.office.misbehave(what, path="/office/send")
    await rig.office.turn()
    subjects = sorted(str(draft.subject) for draft in rig.bus.drafts)
    assert subjects == [f"000.00.97.H99,2026/03/10,{n}/STN-VPĐT" for n in range(3)]


@pytest.mark.parametrize("what", ["duplicate", "reorder"])
async def test_what_is_fetched_twice_or_in_another_order_is_delivered_once(rig, what):
    for number in range(3):
        rig.wait_for(number)
    rig.office.misbehave(what, path="/office/poll")
    await rig.office.turn()
    assert len(rig.bus.delivered) == len(rig.office.inbox) == 3
    assert set(rig.office.journal.effects("received").values()) == {1}


async def test_an_e_office_that_gave_up_too_early_sends_again_and_nothing_doubles(rig):
    rig.office.write(LETTER)
    rig.office.misbehave("timeout_after_success", path="/office/send")
    assert (await rig.office.turn()).waiting == 1
    rig.office.advance(WAITS[0])
    assert (await rig.office.turn()).sent == 1
    assert len(rig.bus.admitted) == 1


@pytest.mark.parametrize(("what", "code"), [("half_body", "22"), ("wrong_schema", "22")])
async def test_what_is_no_packet_is_refused_with_its_code_and_leaves_nothing(rig, what, code):
    rig.office.write(LETTER)
    rig.office.misbehave(what, path="/office/send")
    turn = await rig.office.turn()
    assert (turn.refused, turn.sent) == (1, 0)
    (parcel,) = rig.office.outbox.refused
    assert (parcel.code, parcel.packet) == (code, LETTER)
    assert rig.bus.admitted == {}
    assert rig.objects.contents == {}


TROUBLE = [
    Retryable("mẫu", untouched=True),
    Retryable("mẫu", after=60),
    Backpressure("mẫu", after=7),
]


@pytest.mark.parametrize("trouble", TROUBLE, ids=["away", "later", "full"])
async def test_while_the_hub_is_away_the_e_office_keeps_and_sends_later(rig, trouble):
    rig.office.write(LETTER)
    rig.wait_for(16)
    rig.desk.trouble = trouble
    assert (await rig.office.turn()).waiting == 1
    assert rig.office.outbox.waiting[0].code == "20"
    assert rig.office.inbox == {}
    rig.desk.trouble = None
    rig.office.advance(WAITS[0])
    await rig.office.turn()
    assert len(rig.bus.admitted) == len(rig.bus.delivered) == 1


async def test_an_answer_of_the_hub_that_was_lost_doubles_nothing(rig):
    rig.office.write(LETTER)
    rig.desk.lost = True
    assert (await rig.office.turn()).waiting == 1
    rig.office.advance(WAITS[0])
    assert (await rig.office.turn()).sent == 1
    assert len(rig.bus.admitted) == 1


async def test_a_hub_that_is_away_for_all_the_waits_leaves_the_letter_with_the_e_office(rig):
    rig.office.write(LETTER)
    rig.desk.trouble = Retryable("mẫu", untouched=True)
    for seconds in (*WAITS, 0):
        await rig.office.turn()
        rig.office.advance(seconds)
    (parcel,) = rig.office.outbox.refused
    assert (parcel.code, parcel.packet) == ("20", LETTER)


REFUSALS = {
    "no_endpoint": "18",
    "not_representative": "19",
    "secret_marking": "10",
    "id_reused": "21",
}


@pytest.mark.parametrize("reason", REFUSALS)
async def test_what_the_hub_refuses_is_final_for_the_e_office_with_a_known_code(rig, reason):
    rig.office.write(LETTER)
    rig.desk.trouble = Reject(reason)
    await rig.office.turn()
    assert [parcel.code for parcel in rig.office.outbox.refused] == [REFUSALS[reason]]


@pytest.mark.parametrize("shape", ["langson", "bkav"])
async def test_a_wrong_key_is_15_and_nothing_is_taken_or_given(shape):
    rig = Rig(shape)
    rig.secret = "sai"
    async with rig:
        rig.office.write(LETTER)
        rig.wait_for(16)
        await rig.office.turn()
        assert [parcel.code for parcel in rig.office.outbox.refused] == ["15"]
        assert (rig.bus.admitted, rig.office.inbox, rig.bus.delivered) == ({}, {}, {})


async def test_where_a_token_is_required_the_e_office_logs_in_and_again_when_it_ends():
    rig = Rig("langson")
    rig.bearer = True
    rig.settings["token_required"] = True
    async with rig:
        for number, minutes in ((1, 0), (2, 29), (3, 31)):
            rig.office.advance(timedelta(minutes=minutes).total_seconds())
            rig.office.write(numbered(number))
            await rig.office.turn()
            assert len(rig.bus.admitted) == number


async def test_a_token_that_ended_early_costs_one_login_and_no_letter():
    rig = Rig("langson")
    rig.bearer = True
    rig.settings |= {"token_required": True, "token_minutes": 1}
    async with rig:
        for number in (1, 2):
            rig.office.write(numbered(number))
            await rig.office.turn()
            rig.office.advance(120)
        assert len(rig.bus.admitted) == 2


async def test_the_small_calls_of_the_second_shape_are_answered():
    async with Rig("bkav") as rig:
        rig.wait_for(15)
        assert await rig.wire.organizations() == [OWN]
        assert await rig.wire.exists("000.00.97.H99,2026/03/10,15/STN-VPĐT")
        assert not await rig.wire.exists("000.00.97.H99,2026/03/10,16/STN-VPĐT")
