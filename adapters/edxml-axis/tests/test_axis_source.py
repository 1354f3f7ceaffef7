"""Receiving: what the axis is told and when, second copies, what nobody can read."""

import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from axis_fake import FakeAxis
from axis_letters import PDF, by_another_way, document, nfd, packet, status
from hub_adapter_edxml_axis import AxisSource
from lgsp_adapter import Draft, Fatal, Reject, Retryable
from lgsp_adapter.kit import Answer, Say
from lgsp_adapter.testing import Bus, EngineRules, SourceEngine
from lgsp_edxml.model import Issue, Organisation, Replace, Replacement, Update, Withdraw
from lgsp_edxml.writer import write_packet

from hub.schemas.catalogue import load
from hub.schemas.validate import compile_schema

NOW = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
BUSINESSES = {
    "document.issued": Issue(reason="mẫu"),
    "document.withdrawn": Withdraw(reason="mẫu"),
    "document.updated": Update(reason="mẫu", content_changed=True, receivers_changed=False),
    "document.replaced": Replace(
        reason="mẫu", replacements=(Replacement(document_id="G12,2026/01/02,3/BM-VP"),)
    ),
}


@pytest.fixture
def axis():
    return FakeAxis()


async def opened(axis, position=None, **settings):
    config = AxisSource.config_of({**axis.config, "own_codes": ["H99"], **settings})
    source = AxisSource(config, connect=axis.connect)
    await source.open(axis.context(lambda: NOW), position)
    return source


async def test_the_axis_hears_done_only_in_ack(axis):
    axis.put("a", packet())
    source = await opened(axis)
    (record,) = await source.read(10)
    assert axis.told == []
    await source.ack(record.position)
    assert axis.told == [("a", "done")]
    assert axis.waiting == {}


async def test_a_packet_nobody_can_read_is_kept_whole_and_the_axis_hears_fail(axis):
    axis.put("a", b"<khong/>")
    source = await opened(axis)
    (record,) = await source.read(10)
    assert isinstance(record.message, Reject)
    assert (record.message.code, record.raw) == ("packet_unreadable", b"<khong/>")
    assert axis.told == []
    await source.ack(record.position)
    assert axis.told == [("a", "fail")]


async def test_half_a_file_is_asked_for_again_and_never_failed(axis):
    whole = packet()
    axis.put("a", whole)
    axis.halves = 1
    source = await opened(axis)
    with pytest.raises(Retryable):
        await source.read(10)
    (record,) = await source.read(10)
    assert record.raw == whole
    assert axis.told == []


async def test_an_answer_without_a_packet_leaves_the_letter_with_the_axis(axis):
    axis.put("a", b"")
    source = await opened(axis)
    (record,) = await source.read(10)
    assert record.message.code == "axis_answer"
    await source.ack(record.position)
    assert axis.told == []


async def test_what_the_store_refuses_is_a_dead_letter_and_stops_no_other(axis, monkeypatch):
    async def refuse(pieces, media_type):  # noqa: ARG001
        raise Reject("too_large")

    axis.put("a", packet())
    source = await opened(axis)
    monkeypatch.setattr(source.ctx, "store", refuse)
    (record,) = await source.read(10)
    assert (record.message.code, bool(record.raw)) == ("too_large", True)
    await source.ack(record.position)
    assert axis.told == []


async def test_a_marked_packet_is_stored_nowhere(axis):
    axis.put("a", packet(subject="TỐI MẬT"))
    source = await opened(axis)
    (record,) = await source.read(10)
    assert record.message.code == "secret_marking"
    assert record.raw == b""
    assert axis.objects.contents == {}


async def test_a_letter_becomes_a_message_with_the_packet_and_the_files_as_objects(axis):
    data = packet(priority=1)
    axis.put("a", data)
    (record,) = await (await opened(axis)).read(10)
    draft = record.message
    assert draft.type == "vn.gov.document.issued.v1"
    assert draft.recipients == ("urn:hub:org:H99.98",)
    assert draft.subject == draft.correlationid == "G12,2026/03/10,15/BM-VPĐT"
    assert (draft.onbehalf, draft.priority) == (None, "urgent")
    assert draft.time == datetime(2026, 3, 10, 1, 2, tzinfo=UTC)
    assert [axis.objects.contents[hash_] for hash_ in draft.objects] == [data, PDF]
    assert json.loads(draft.body)["original"]["hash"] == draft.objects[0]


@pytest.mark.parametrize("kind", BUSINESSES)
async def test_each_business_has_its_type_and_fits_its_schema(axis, kind):
    axis.put("a", packet(business=BUSINESSES[kind]))
    (record,) = await (await opened(axis)).read(10)
    assert record.message.type == f"vn.gov.{kind}.v1"
    schema = compile_schema(load(record.message.dataschema).raw)
    assert schema.check(json.loads(record.message.body)) is None


@pytest.mark.parametrize("code", ["01", "02", "03", "04", "05", "06", "13", "15", "16"])
async def test_each_status_goes_to_whom_it_answers_and_is_correlated_by_document_id(axis, code):
    axis.put("s", write_packet(status(code)), kind="status")
    (record,) = await (await opened(axis)).read(10)
    draft = record.message
    assert draft.type == "vn.gov.document.status.v1"
    assert draft.recipients == ("urn:hub:org:H99.98",)
    assert draft.correlationid == "G12,2026/03/10,15/BM-VPĐT"
    assert json.loads(draft.body)["status_code"] == code


async def test_a_document_id_in_nfd_correlates_with_one_in_nfc(axis):
    axis.put("a", packet())
    axis.put("s", write_packet(status(document_id=nfd("G12,2026/03/10,15/BM-VPĐT"))), "status")
    letter, told = await (await opened(axis)).read(10)
    assert letter.message.correlationid == told.message.correlationid


async def test_two_copies_of_a_letter_are_one_message_and_both_are_done(axis):
    letter = document()
    axis.put("a", write_packet(letter), to="H99.98")
    axis.put("b", by_another_way(letter), to="000.00.98.H99")
    source = await opened(axis)
    (record,) = await source.read(10)
    assert axis.told == []
    await source.ack(record.position)
    assert axis.told == [("a", "done"), ("b", "done")]


async def test_a_copy_that_comes_after_the_first_is_durable_is_done_at_once(axis):
    letter = document()
    axis.put("a", write_packet(letter))
    source = await opened(axis)
    (record,) = await source.read(10)
    await source.ack(record.position)
    axis.put("b", by_another_way(letter))
    assert await source.read(10) == []
    assert await source.read(10) == []
    assert axis.told == [("a", "done"), ("b", "done")]


async def test_letters_to_an_old_and_a_new_spelling_of_a_code_are_one(axis):
    for number, code in enumerate(("H99.98", "000.00.98.H99")):
        axis.put(str(number), packet(to=(Organisation(code=code),)))
    assert len(await (await opened(axis)).read(10)) == 1


async def test_letters_to_a_closed_and_a_new_code_are_one_where_the_operator_says_so(axis):
    for number, code in enumerate(("H99.98", "000.00.07.H97")):
        axis.put(str(number), packet(to=(Organisation(code=code),)))
    own = ["H99", "H97"]
    aliases = {"000.00.07.H97": "H99.98"}
    assert len(await (await opened(axis, own_codes=own, aliases=aliases)).read(10)) == 1
    assert (
        len({each.message.id for each in await (await opened(axis, own_codes=own)).read(10)}) == 2
    )


async def test_copies_have_one_id_also_in_different_lives_of_the_connector(axis):
    letter = document()
    axis.put("a", write_packet(letter))
    (first,) = await (await opened(axis)).read(10)
    axis.waiting.clear()
    axis.put("b", by_another_way(letter))
    (second,) = await (await opened(axis)).read(10)
    assert first.message.id == second.message.id


async def test_a_letter_with_another_text_is_never_taken_for_a_copy(axis):
    axis.put("a", packet())
    axis.put("b", packet(subject="V/v khác (mẫu)"))
    first, second = await (await opened(axis)).read(10)
    assert first.message.id == second.message.id, "the hub must see that the id is reused"
    assert first.message.body != second.message.body


async def test_a_letter_sent_again_to_somebody_else_is_another_message(axis):
    axis.put("a", packet(to=(Organisation(code="H99.01"),)))
    axis.put("b", packet(to=(Organisation(code="H99.02"),)))
    first, second = await (await opened(axis)).read(10)
    assert first.message.id != second.message.id


async def test_a_letter_to_nobody_here_is_a_dead_letter_not_a_guess(axis):
    axis.put("a", packet(to=(Organisation(code="H98.01"),)))
    source = await opened(axis)
    (record,) = await source.read(10)
    assert record.message.code == "no_recipient"
    assert record.raw
    await source.ack(record.position)
    assert axis.told == [], "settings may be to blame: the axis keeps the letter"


@pytest.mark.parametrize("retry_codes", [[], ["E1"]])
async def test_a_list_that_the_axis_refuses_is_not_an_empty_one(axis, retry_codes):
    axis.script.default = Answer(say=Say.REJECT, code="E1")
    with pytest.raises(Retryable) as refused:
        await (await opened(axis, retry_codes=retry_codes)).read(10)
    assert refused.value.peer_code == "E1"


async def test_a_connector_without_approved_networks_reaches_nothing(axis):
    source = AxisSource(AxisSource.config_of(axis.config | {"url": "http://127.0.0.1:1"}))
    await source.open(axis.context(), None)
    with pytest.raises(Fatal):
        await source.read(10)
    await source.close()


async def test_the_code_of_the_copy_counts_where_the_letter_does_not_name_it(axis):
    axis.put("a", packet(to=(Organisation(code="H98.01"),)), to="H99.05")
    (record,) = await (await opened(axis)).read(10)
    assert record.message.recipients == ("urn:hub:org:H99.05",)


async def test_what_the_axis_does_not_hand_over_stays_with_the_axis(axis):
    axis.put("a", packet())
    axis.refuse_get = {"a"}
    source = await opened(axis)
    (record,) = await source.read(10)
    assert (record.message.code, record.message.peer_code) == ("axis_refused", "404")
    await source.ack(record.position)
    assert axis.told == []
    assert await source.read(10) == []
    axis.refuse_get = set()
    (again,) = await (await opened(axis, record.position)).read(10)
    assert isinstance(again.message, Draft)


async def test_a_fault_in_the_middle_returns_what_was_read_and_goes_on_with_the_rest(axis):
    for name in "abc":
        axis.put(name, packet(number=name))
    axis.script.by_id = {"b": Answer(say=Say.DOWN)}
    source = await opened(axis)
    assert len(await source.read(10)) == 1
    with pytest.raises(Retryable):
        await source.read(10)
    axis.script.by_id = {}
    assert {record.position for record in await source.read(10)} == {"done:b", "done:c"}


async def test_an_item_that_the_axis_cannot_give_holds_up_no_other(axis):
    for name in "abcd":
        axis.put(name, packet(number=name))
    axis.script.by_id = {"a": Answer(say=Say.DOWN), "c": Answer(say=Say.DOWN)}
    source = await opened(axis)
    found = []
    for _ in range(6):
        with contextlib.suppress(Retryable):
            found += await source.read(10)
    assert {record.position for record in found} == {"done:b", "done:d"}


async def test_a_word_that_was_lost_is_said_after_the_next_opening(axis):
    axis.put("a", packet())
    source = await opened(axis)
    (record,) = await source.read(10)
    axis.script.default = Answer(say=Say.DOWN)
    with pytest.raises(Retryable):
        await source.ack(record.position)
    axis.script.default = Answer()
    assert await (await opened(axis, record.position)).read(10) == []
    assert axis.told == [("a", "done")]


async def test_through_an_engine_with_a_peer_that_fails_nothing_is_lost_or_doubled(axis):
    for number in range(30):
        axis.put(str(number), packet(number=str(number)))
    axis.script.next.extend([Answer(), Answer(say=Say.DOWN), Answer(), Answer(say=Say.LOST)] * 4)
    config = AxisSource.config_of({**axis.config, "own_codes": ["H99"]})
    bus = Bus()
    engine = SourceEngine(
        lambda: AxisSource(config, connect=axis.connect),
        bus,
        rules=EngineRules(batch=7),
        ctx=axis.context(),
    )
    await engine.drain()
    assert len(bus.admitted) == 30
    assert bus.dead_letters == {}
    assert axis.waiting == {}


@pytest.mark.parametrize("created", ["", "hôm qua", "2026-03-10 23:59:59", "2020-01-01 00:00:00"])
async def test_a_time_that_the_hub_would_refuse_is_left_to_the_hub(axis, created):
    axis.put("a", packet(), created=created)
    (record,) = await (await opened(axis)).read(10)
    assert record.message.time is None


@pytest.mark.parametrize(("code", "onbehalf"), [("G12", "G12"), ("Sở/Mẫu", None)])
async def test_the_axis_speaks_for_a_sender_only_where_told_and_where_it_has_a_code(
    axis, code, onbehalf
):
    axis.put("a", write_packet(replace(document(), from_=Organisation(code=code))))
    (record,) = await (await opened(axis, speak_for_sender=True)).read(10)
    assert record.message.onbehalf == onbehalf
