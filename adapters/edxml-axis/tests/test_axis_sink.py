"""Sending: the packet that leaves, and that an unknown end never sends a letter twice."""

import json
from dataclasses import replace

import pytest
from axis_fake import FakeAxis
from axis_letters import PDF, document, packet_in, status
from hub_adapter_edxml_axis import AxisSink
from hub_adapter_edxml_axis.connect import open_calls
from hub_adapter_edxml_axis.directory import Agency, Unit, agencies, units
from lgsp_adapter import Done, Fatal, Reject, Retryable
from lgsp_adapter.kit import Answer, Say
from lgsp_adapter.testing import Bus, MemoryObjects, SinkEngine, delivery
from lgsp_edxml.mapping import kind_of, objects_of, to_body
from lgsp_edxml.model import Organisation, Update
from lgsp_edxml.reader import read_packet
from lgsp_edxml.writer import write_packet

TO_OTHERS = (Organisation(code="G13"), Organisation(code="000.00.01.H98"))


@pytest.fixture
def axis():
    return FakeAxis(MemoryObjects())


def letter(**changes):
    return document(**{"from_": Organisation(code="H99.98"), "to": TO_OTHERS, **changes})


def deliver(axis, packet, id_="d-1", **body_changes):
    """Return a delivery as an agency's own software makes it: no original packet."""
    body = to_body(read_packet(write_packet(packet)))
    del body["original"]
    axis.objects.contents |= objects_of(packet)
    made = delivery(id_, type_=f"vn.gov.{kind_of(packet)}.v1")
    return replace(made, body=json.dumps({**body, **body_changes}, ensure_ascii=False).encode())


async def opened(axis, **settings):
    config = AxisSink.config_of({**axis.config, **settings})
    sink = AxisSink(config, connect=axis.connect)
    await sink.open(axis.context())
    return sink


async def test_a_letter_is_sent_in_the_official_form_with_its_files(axis):
    sent = letter()
    (result,) = await (await opened(axis)).write([deliver(axis, sent)])
    assert result == Done(ref="0" * 24)
    ((_, sender, to, kind, data),) = axis.sent
    assert (sender, to, kind) == ("H99.98", [], "edoc")
    reading = read_packet(data)
    assert reading.packet == sent
    assert reading.notes == ()
    assert packet_in(data).attachments[0].data == PDF


async def test_a_status_is_sent_as_a_status(axis):
    await (await opened(axis)).write([deliver(axis, status(organ="G13"))])
    ((_, sender, _, kind, data),) = axis.sent
    assert (sender, kind) == ("G12", "status")
    assert packet_in(data) == status(organ="G13")


async def test_agencies_of_the_province_are_left_to_the_hub(axis):
    sent = letter(to=(*TO_OTHERS, Organisation(code="H99.01"), Organisation(code="000.00.02.H99")))
    await (await opened(axis, own_codes=["H99"])).write([deliver(axis, sent)])
    assert axis.sent[0][2] == ["G13", "000.00.01.H98"]
    assert len(packet_in(axis.sent[0][4]).to) == 4


async def test_a_letter_to_nobody_outside_is_rejected(axis):
    sent = letter(to=(Organisation(code="H99.01"),))
    (result,) = await (await opened(axis, own_codes=["H99"])).write([deliver(axis, sent)])
    assert isinstance(result, Reject)
    assert result.code == "no_receiver_outside"


async def test_the_same_delivery_is_the_same_bytes_at_every_attempt(axis):
    for _ in range(2):
        await (await opened(axis)).write([deliver(axis, letter(trace=()))])
    assert axis.sent[0][4] == axis.sent[1][4]
    assert packet_in(axis.sent[0][4]).trace[0].code == "H99.98"


@pytest.mark.parametrize("hide_notation", [False, True])
async def test_a_lost_answer_sends_nothing_twice(axis, hide_notation):
    axis.hide_notation = hide_notation
    bus = Bus()
    bus.put([deliver(axis, letter())])
    axis.script.next.append(Answer(say=Say.LOST))
    config = AxisSink.config_of(axis.config)
    await SinkEngine(AxisSink(config, connect=axis.connect), bus, ctx=axis.context()).drain()
    assert len(axis.sent) == 1
    assert bus.delivered


async def test_a_crash_after_sending_sends_nothing_twice(axis):
    message = deliver(axis, letter())
    await (await opened(axis)).write([message])
    after_crash = await opened(axis)
    assert await after_crash.find(message.key) is None
    assert await after_crash.write([message]) == [Done(ref="0" * 24)]
    assert len(axis.sent) == 1


@pytest.mark.parametrize("said", [Answer(say=Say.SLOW_DOWN, after=7), Answer(say=Say.DOWN)])
async def test_while_it_cannot_be_looked_up_nobody_says_that_nothing_was_done(axis, said):
    message = deliver(axis, letter())
    await (await opened(axis)).write([message])
    axis.script.default = said
    sink = await opened(axis)
    await sink.find(message.key)
    (result,) = await sink.write([message])
    assert isinstance(result, Retryable)
    assert not result.untouched
    assert result.after == said.after


async def test_a_lost_update_is_not_taken_for_the_letter_that_it_changes(axis):
    await (await opened(axis)).write([deliver(axis, letter())])
    change = Update(reason="Sửa (mẫu)", content_changed=True, receivers_changed=False)
    message = deliver(axis, letter(business=change), "d-2")
    sink = await opened(axis)
    await sink.find(message.key)
    assert isinstance((await sink.write([message]))[0], Done)
    assert len(axis.sent) == 2


async def test_what_looks_like_it_and_cannot_be_compared_is_an_unknown_outcome(axis):
    message = deliver(axis, letter())
    await (await opened(axis)).write([message])
    axis.refuse_get = {"0" * 24}
    sink = await opened(axis)
    await sink.find(message.key)
    (result,) = await sink.write([message])
    assert (result.code, result.peer_code) == ("outcome_unknown", "404")
    assert len(axis.sent) == 1


async def test_a_body_that_makes_no_packet_is_rejected_with_the_place(axis):
    message = replace(deliver(axis, letter()), body=b'{"business":{"type":0}}')
    (result,) = await (await opened(axis)).write([message])
    assert (result.code, result.detail) == ("packet_unwritable", "missing at /from")


async def test_what_came_as_a_packet_and_cannot_be_written_goes_on_as_it_came(axis):
    came = write_packet(letter()).replace(b"2026/03/10</edXML:Prom", b"2014/02/30</edXML:Prom")
    reading = read_packet(came)
    body = to_body(reading)
    axis.objects.contents |= {body["original"]["hash"]: came, **objects_of(reading.packet)}
    made = replace(
        delivery("d-1", type_="vn.gov.document.issued.v1"), body=json.dumps(body).encode()
    )
    await (await opened(axis)).write([made])
    assert axis.sent[0][4] == came


async def test_the_refusal_s_words_are_not_kept(axis):
    axis.script.default = Answer(say=Say.REJECT, code="E1")
    axis.never_refused = {"getSentEdocList"}
    (result,) = await (await opened(axis)).write([deliver(axis, letter())])
    assert (result.code, result.peer_code) == ("axis_refused", "E1")
    assert "Mẫu" not in f"{result!r}{result}"


async def test_a_refusal_that_meets_every_call_stops_the_connector_and_kills_no_letter(axis):
    axis.script.default = Answer(say=Say.REJECT, code="E1")
    with pytest.raises(Fatal) as stopped:
        await (await opened(axis)).write([deliver(axis, letter())])
    assert stopped.value.peer_code == "E1"


async def test_a_code_that_means_wrong_credentials_stops_the_connector(axis):
    axis.script.default = Answer(say=Say.REJECT, code="15")
    with pytest.raises(Fatal):
        await (await opened(axis, stop_codes=["15"])).write([deliver(axis, letter())])


async def test_a_code_that_means_later_is_tried_again(axis):
    axis.script.default = Answer(say=Say.REJECT, code="20")
    (result,) = await (await opened(axis, retry_codes=["20"])).write([deliver(axis, letter())])
    assert isinstance(result, Retryable)
    assert result.peer_code == "20"


async def test_no_secret_no_opening(axis):
    config = AxisSink.config_of({**axis.config, "secret": "env:KHONG_CO_BIEN_NAY"})
    with pytest.raises(Fatal):
        await AxisSink(config, connect=axis.connect).open(axis.context())


async def test_a_peer_that_is_down_is_retryable(axis):
    axis.script.default = Answer(say=Say.DOWN)
    (result,) = await (await opened(axis)).write([deliver(axis, letter())])
    assert isinstance(result, Retryable)


async def test_the_directory_comes_typed(axis):
    sink = await opened(axis)
    calls = await open_calls(axis.context(), sink.config, axis.connect(None, 1))
    assert await agencies(calls) == [
        Agency(code="H99", id="7", name="Tỉnh Mẫu", code102="000.00.00.H99"),
        Agency(code="H98", id="8", name="Tỉnh Thử", code102=None),
    ]
    assert await units(calls) == [
        Unit(
            code="000.00.02.H99",
            id="9",
            name="Sở Mẫu",
            parent_id="7",
            version="3",
            center_code=None,
            is_deleted=True,
            is_agency=False,
            modified="x",
        )
    ]
