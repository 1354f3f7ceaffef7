"""The adapter meets the axis' sandbox over HTTP: what goes out arrives, what comes is taken."""

import json
import re
from dataclasses import replace

import pytest
from axis_rig import LETTER, NOW, STATUS, Rig, arrived, letter
from hub_adapter_edxml_axis import AxisSink
from hub_adapter_edxml_axis.connect import open_calls
from hub_adapter_edxml_axis.directory import agencies, units
from lgsp_adapter import Fatal, Record
from lgsp_edxml.model import Organisation

from hub.schemas.catalogue import load
from hub.schemas.validate import compile_schema


async def test_the_fixture_s_letter_goes_out_and_arrives_as_it_was(axis):
    rig = Rig(axis, own_codes=["H99"])
    await rig.send(rig.deliver(letter()))
    ((key, done),) = rig.bus.delivered.items()
    assert re.fullmatch(r"[0-9a-f]{24}", done.ref or ""), key
    (got,) = arrived(axis)
    assert (got.document_id, got.subject) == (letter().document_id, letter().subject)
    assert [file.data for file in got.attachments] == [file.data for file in letter().attachments]


async def test_a_letter_to_both_sides_goes_to_the_outside_only(axis):
    rig = Rig(axis, own_codes=["H99"])
    both = replace(letter(), to=(*letter().to, Organisation(code="H99.98")))
    await rig.send(rig.deliver(both))
    assert len(arrived(axis)) == 1
    assert arrived(axis, system="mau.h99") == []


async def test_the_fixture_s_letter_and_status_come_in_as_messages_that_fit_their_schemas(axis):
    axis.put(LETTER, sender="000.00.97.H99", to=["H99.98"], type_="edoc")
    axis.put(STATUS, sender="H99.98", to=["000.00.97.H99"], type_="status")
    rig = Rig(axis)
    await rig.receive()
    document, status = rig.bus.drafts
    assert document.subject == status.subject == "000.00.97.H99,2026/03/10,15/STN-VPĐT"
    assert document.recipients == ("urn:hub:org:H99.98",)
    assert status.recipients == ("urn:hub:org:000.00.97.H99",)
    assert document.time == status.time == NOW
    for draft in (document, status):
        assert (
            compile_schema(load(draft.dataschema or "").raw).check(json.loads(draft.body)) is None
        )
    assert axis.parcels.waiting("mau.h99", "edoc") == []
    assert axis.parcels.waiting("mau.h99", "status") == []


async def test_what_one_connector_sends_another_receives(axis):
    rig, other = Rig(axis), Rig(axis)
    await rig.send(rig.deliver(replace(letter(), to=(Organisation(code="H99.98"),))))
    await other.receive()
    (draft,) = other.bus.drafts
    assert draft.subject == letter().document_id
    kept = {bytes(content) for content in other.objects.contents.values()}
    assert {file.data for file in letter().attachments} <= kept


async def test_a_letter_for_an_old_and_a_new_code_of_one_agency_is_one_message(axis):
    axis.put(LETTER, sender="G99", to=["H99.98", "000.00.98.H99"], type_="edoc")
    rig = Rig(axis)
    await rig.receive()
    assert len(rig.bus.admitted) == 1
    assert axis.parcels.waiting("mau.h99", "edoc") == []


REFUSED = {
    "RECEIVER": replace(letter(), to=(Organisation(code="H97"),)),
    "AGENCY": replace(letter(), from_=Organisation(code="H98.10")),
}


@pytest.mark.parametrize("code", REFUSED)
async def test_a_refusal_of_the_letter_is_a_dead_letter_with_the_axis_own_code(axis, code):
    rig = Rig(axis)
    await rig.send(rig.deliver(REFUSED[code], "d-1"), rig.deliver(letter(16), "d-2"))
    (dead,) = rig.bus.dead_letters.values()
    assert (dead.code, dead.peer_code) == ("axis_refused", code)
    assert len(rig.bus.delivered) == 1


async def test_a_wrong_secret_stops_sending_and_makes_no_dead_letter(axis):
    rig = Rig(axis)
    with pytest.raises(Fatal) as stopped:
        await rig.send(rig.deliver(letter()), secret="sai")
    assert stopped.value.peer_code == "SIGNATURE"
    assert (rig.bus.dead_letters, len(rig.bus.inbox)) == ({}, 1)
    await rig.send()
    assert len(arrived(axis)) == 1


async def test_a_wrong_secret_stops_receiving_where_its_code_is_known(axis):
    rig = Rig(axis, stop_codes=["SIGNATURE"])
    with pytest.raises(Fatal) as stopped:
        await rig.receive(secret="sai")
    assert stopped.value.peer_code == "SIGNATURE"


async def test_a_packet_nobody_can_read_is_a_dead_letter_and_the_axis_hears_fail(axis):
    axis.put(b"<khong/>", sender="G99", to=["H99.98"], type_="edoc", raw=True)
    axis.put(LETTER, sender="G99", to=["H99.98"], type_="edoc")
    rig = Rig(axis)
    await rig.receive()
    (dead,) = rig.bus.dead_letters.values()
    assert isinstance(dead.item, Record)
    assert (dead.code, dead.item.raw) == ("packet_unreadable", b"<khong/>")
    assert len(rig.bus.admitted) == 1
    told = [key.partition(":")[2] for key in axis.journal.effects("updateStatus")]
    assert told == ["fail", "done"]


async def test_what_the_axis_carries_unread_is_read_by_the_adapter(axis):
    """Junk before the declaration: the wild form that a strict parser refuses."""
    axis.put(b"1212" + LETTER, sender="G99", to=["H99.98"], type_="edoc", raw=True)
    rig = Rig(axis)
    await rig.receive()
    (draft,) = rig.bus.drafts
    assert json.loads(draft.body)["repairs"] == ["junk_before_declaration"]


async def test_the_directory_of_the_axis_is_read(axis):
    rig = Rig(axis)
    config = AxisSink.config_of(rig.settings)
    ctx = rig.context()
    async with rig.connect(ctx, 5) as client:
        calls = await open_calls(ctx, config, client)
        codes = {each.code: each.code102 for each in await agencies(calls)}
        found = {each.code: each for each in await units(calls)}
    assert codes == {"G99": "000.00.00.G99", "H99": "000.00.00.H99", "H98": "000.00.00.H98"}
    assert (found["H99.98"].parent_id, found["H99.98"].is_deleted) == ("2", False)
    assert found["H99.98"].is_agency
