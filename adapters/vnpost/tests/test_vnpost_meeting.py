"""Orders and tracking meet the sandbox's post office: no parcel twice, no event lost."""

import asyncio
import json
import logging

import pytest
from hub_adapter_vnpost import order
from lgsp_adapter import Done, Fatal, Retryable
from lgsp_adapter.testing import (
    check,
)
from sandbox_vnpost import State
from vnpost_rig import FIXTURE, LOGIN, ORDERING, SHORT, TRACKING, Meeting, number, result


@pytest.fixture
async def meeting(tmp_path):
    made = Meeting(tmp_path)
    async with made.peer:
        yield made


@pytest.fixture
async def secure(tmp_path):
    made = Meeting(tmp_path, tls=True)
    async with made.peer:
        yield made


def once(meeting, count=1):
    """Say whether each of `count` results is one parcel, and nothing waits."""
    effects = meeting.peer.journal.effects("order")
    assert meeting.peer.journal.as_json()["doubled"] == []
    assert effects == {number(n): 1 for n in range(1, count + 1)}
    assert (meeting.bus.inbox, meeting.bus.dead_letters) == ({}, {})


def test_an_order_has_the_fixtures_fields_and_values():
    sender = {"Name": FIXTURE["SenderName"], "Tel": FIXTURE["SenderTel"]}
    sender["Address"] = FIXTURE["SenderAddress"]
    sent = order.content(order.read(result()), "KH-MAU-H99", sender)
    named = FIXTURE | {"OrderNumber": number()}
    assert {name: sent[name] for name in FIXTURE} == named


async def test_each_result_is_one_parcel(meeting):
    await meeting.order(*(result(n) for n in range(1, 31)))
    once(meeting, 30)
    assert meeting.peer.orders[0].item == "MAU000000001VN"


@pytest.mark.parametrize("path", [ORDERING, LOGIN])
@pytest.mark.parametrize(
    ("what", "seconds"),
    [
        ("slow", 0.02),
        ("error_500", 0),
        ("timeout_after_success", 2 * SHORT),
        ("half_body", 0),
        ("wrong_schema", 0),
        ("rate_limited", 7),
    ],
)
async def test_whatever_goes_wrong_it_is_one_parcel(meeting, what, seconds, path):
    meeting.peer.misbehave(what, path=path, seconds=seconds)
    await meeting.order(result(), seconds=SHORT)
    once(meeting)


@pytest.mark.parametrize("seed", range(5))
async def test_an_answer_that_nobody_published_is_looked_up(meeting, seed):
    meeting.peer.misbehave("wrong_schema", path=ORDERING, seed=seed)
    meeting.peer.misbehave("wrong_schema", path=TRACKING, seed=seed)
    await meeting.order(result())
    once(meeting)


@pytest.mark.parametrize(
    "what", ["error_500", "half_body", "rate_limited", "wrong_schema", "timeout_after_success"]
)
async def test_a_look_up_that_fails_is_asked_again_and_no_order_is_made(meeting, what):
    meeting.peer.misbehave("half_body", path=ORDERING)
    meeting.peer.misbehave(what, path=TRACKING, times=3, seconds=2 * SHORT)
    await meeting.order(result(), seconds=SHORT)
    once(meeting)


async def test_an_order_that_the_post_is_still_at_work_on_is_not_made_again(meeting):
    meeting.peer.misbehave("slow", path=ORDERING, seconds=2 * SHORT)
    await meeting.order(result(), seconds=SHORT)
    once(meeting)


async def test_without_that_patience_it_would_be_two_parcels(meeting):
    """Shows that the test above can fail."""
    meeting.peer.misbehave("slow", path=ORDERING, seconds=2 * SHORT)
    await meeting.order(result(), seconds=SHORT, settle_seconds=0)
    await asyncio.sleep(3 * SHORT)
    assert meeting.peer.journal.effects("order") == {number(): 2}


async def test_after_a_crash_in_the_middle_of_a_call_it_is_one_parcel(meeting):
    meeting.peer.misbehave("timeout_after_success", path=ORDERING, seconds=30)
    sink = meeting.out(seconds=20)
    await sink.open(meeting.ctx)
    call = asyncio.create_task(sink.write([result()]))
    while not meeting.peer.orders:  # noqa: ASYNC110  (an order has no event)
        await asyncio.sleep(0.01)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    await sink.close()
    meeting.bus.attempted.add(result().key)
    await meeting.order(result())
    once(meeting)


@pytest.mark.parametrize("count", [5, pytest.param(20, marks=pytest.mark.long)])
async def test_a_bad_day_makes_no_parcel_twice_and_loses_none(meeting, count):
    meeting.peer.mischief.bad_day(0.3, seed=4)
    await meeting.order(*(result(n) for n in range(1, count + 1)), seconds=SHORT)
    await asyncio.sleep(1.2)  # What the post was slow with has been done by then.
    once(meeting, count)


async def test_an_expired_certificate_costs_nothing(secure):
    secure.peer.misbehave("expired_certificate", times=2)
    await secure.order(result())
    once(secure)


async def test_a_token_that_ended_is_renewed_and_nothing_stops(meeting):
    sink = meeting.out()
    await sink.open(meeting.ctx)
    try:
        await sink.write([result(1)])
        meeting.peer._tokens.clear()
        (ended,) = await sink.write([result(2)])
        assert (type(ended), ended.untouched, ended.peer_code) == (Retryable, True, "105")
        assert await sink.write([result(2)]) == [Done(ref=number(2))]
    finally:
        await sink.close()
    assert meeting.peer.journal.effects("order") == {number(n): 1 for n in (1, 2)}


async def test_wrong_credentials_stop_the_connector_with_the_posts_code(meeting):
    with pytest.raises(Fatal) as stopped:
        await meeting.order(result(), password="peer:wrong")
    assert stopped.value.peer_code == "105"
    assert list(meeting.bus.inbox) == [result().key]


async def test_a_refusal_keeps_the_posts_code(meeting):
    await meeting.order(result(), customer_code="ai-do")
    (letter,) = meeting.bus.dead_letters.values()
    assert (letter.code, letter.peer_code) == ("peer_refused", "102")


async def test_another_spelling_of_the_login_is_a_setting(tmp_path):
    fields = ("username", "password")
    meeting = Meeting(tmp_path, token_fields=fields)
    async with meeting.peer:
        await meeting.order(result(), login_fields=fields)
        once(meeting)


async def test_a_parcel_is_followed_to_its_end(meeting):
    await meeting.order(result(1), result(2))
    await meeting.walk(number(1), State.COLLECTED, State.DELIVERED)
    await meeting.walk(number(2), State.ON_THE_WAY, State.RETURNED)
    await meeting.follow()
    assert list(meeting.told.values()) == [
        ["Đã tiếp nhận yêu cầu", "Đã lấy bưu gửi", "Phát thành công"],
        ["Đã tiếp nhận yêu cầu", "Đang vận chuyển", "Đã chuyển hoàn"],
    ]
    types = [each.type for each in meeting.bus.drafts]
    assert types.count("vn.gov.dossier.returned.v1") == 1
    assert meeting.bus.dead_letters == {}


async def test_what_happened_is_told_once_however_often_it_is_read(meeting):
    await meeting.order(result())
    await meeting.walk(number(), State.COLLECTED)
    await meeting.follow()
    await meeting.walk(number(), State.DELIVERED)
    await meeting.follow()
    await meeting.follow()
    assert list(meeting.told.values()) == [
        ["Đã tiếp nhận yêu cầu", "Đã lấy bưu gửi", "Phát thành công"]
    ]


@pytest.mark.parametrize("what", ["duplicate", "reorder"])
@pytest.mark.parametrize("seed", range(4))
async def test_rows_twice_or_in_another_order_are_told_once_and_in_order(meeting, what, seed):
    await meeting.order(result())
    await meeting.walk(number(), State.COLLECTED, State.ON_THE_WAY, State.DELIVERED)
    meeting.peer.misbehave(what, path=TRACKING, seed=seed)
    await meeting.follow()
    states = ["Đã tiếp nhận yêu cầu", "Đã lấy bưu gửi", "Đang vận chuyển", "Phát thành công"]
    assert list(meeting.told.values()) == [states]


@pytest.mark.parametrize("path", [TRACKING, LOGIN])
@pytest.mark.parametrize(
    ("what", "seconds"),
    [
        ("slow", 0.02),
        ("slow", 2 * SHORT),
        ("error_500", 0),
        ("timeout_after_success", 2 * SHORT),
        ("half_body", 0),
        ("wrong_schema", 0),
        ("rate_limited", 7),
    ],
)
async def test_whatever_goes_wrong_no_event_is_lost(meeting, what, seconds, path):
    await meeting.order(*(result(n) for n in range(1, 4)))
    for n in range(1, 4):
        await meeting.walk(number(n), State.DELIVERED)
    meeting.peer.misbehave(what, path=path, seconds=seconds)
    await meeting.follow(seconds=SHORT)
    ends = ["Đã tiếp nhận yêu cầu", "Phát thành công"]
    assert list(meeting.told.values()) == [ends] * 3


async def test_tracking_over_tls_survives_an_expired_certificate(secure):
    await secure.order(result())
    secure.peer.misbehave("expired_certificate", times=2)
    await secure.follow()
    assert list(secure.told.values()) == [["Đã tiếp nhận yêu cầu"]]


async def test_times_spelt_otherwise_are_dead_letters_with_their_bytes_not_losses(meeting):
    await meeting.order(result())
    await meeting.follow(time_format="%d/%m/%Y")
    (letter,) = meeting.bus.dead_letters.values()
    assert (letter.code, letter.detail) == ("bad_event", "StatusCode or StatusTime")
    assert json.loads(letter.item.raw)["StatusCode"] == State.ORDERED


async def test_a_refusal_for_one_order_is_told_once_and_hides_no_other(meeting):
    await meeting.order(result(1), result(2))
    meeting.peer.orders = [each for each in meeting.peer.orders if each.number == number(2)]
    for _ in range(2):
        await meeting.follow(unknown_codes=["404"])
    (letter,) = meeting.bus.dead_letters.values()
    assert (letter.code, letter.peer_code) == ("bad_event", "104")
    assert list(meeting.told.values()) == [["Đã tiếp nhận yêu cầu"]]


@pytest.mark.parametrize("side", ["out", "inbound"])
async def test_check_asks_and_orders_nothing(meeting, side):
    assert (await check(getattr(meeting, side)(), meeting.ctx, 10)).ok
    assert meeting.peer.orders == []


async def test_neither_logs_nor_journal_hold_a_citizen_or_an_address(meeting, caplog):
    caplog.set_level(logging.INFO)
    await meeting.order(result())
    told = caplog.text + json.dumps(meeting.peer.journal.as_json(), ensure_ascii=False)
    once(meeting)
    assert not any(each in told for each in (FIXTURE["ReceiverTel"], "Người Nhận", "127.0.0.1"))
