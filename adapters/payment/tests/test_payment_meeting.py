"""The three parts meet the sandbox's platform: no payment twice, no money untold."""

import asyncio
import logging

import pytest
from hub_adapter_payment import PaymentOutConfig, fee
from hub_adapter_payment.mac import Key, is_authentic, mac
from lgsp_adapter import Fatal
from lgsp_adapter.testing import (
    check,
)
from payment_rig import FIXTURE, INIT, LIST, QUERY, SHORT, Meeting, fee_due, reference


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
    """Say whether each of `count` fees was begun once, and nothing waits."""
    assert meeting.peer.journal.as_json()["doubled"] == []
    begun = meeting.peer.journal.effects("init")
    assert begun == {reference(n): 1 for n in range(1, count + 1)}
    assert (meeting.bus.inbox, meeting.bus.dead_letters) == ({}, {})


def test_the_fixtures_code_is_ours_with_no_bar_before_the_secret():
    fields = PaymentOutConfig.model_fields["init_fields"].default
    secret = "sandbox-payment-secret"
    assert mac(FIXTURE, fields, Key(secret=secret)) == FIXTURE["MaXacThuc"]
    assert is_authentic(FIXTURE, fields, Key(secret=secret))
    assert not is_authentic(FIXTURE, fields, Key(secret=secret, bar_before=True))


def test_an_init_has_the_fixtures_fields_and_values():
    fixed = {"channel": "1", "device": "1", "ip": FIXTURE["Ip"]}
    sent = fee.content(fee.read(fee_due()), FIXTURE["MaDoiTac"], fixed)
    wanted = {name: value for name, value in FIXTURE.items() if name != "MaXacThuc"}
    # The name of the fee's code stands in the adapter's only; it is optional.
    del sent["ThongTinBienLai"]["PhiLePhi"][0]["MaPhiLePhi"]
    assert sent == wanted


async def test_each_fee_is_begun_once(meeting):
    await meeting.begin(*(fee_due(n) for n in range(1, 31)))
    once(meeting, 30)


async def test_one_address_for_both_calls_does_too(meeting):
    meeting.peer.misbehave("half_body")
    await meeting.begin(fee_due(), init_path="", query_path="")
    once(meeting)


async def test_a_bar_before_the_secret_is_a_setting(tmp_path):
    meeting = Meeting(tmp_path, bar_before_secret=True)
    async with meeting.peer:
        await meeting.begin(fee_due(), bar_before_secret=True)
        once(meeting)
        async with meeting.listening(bar_before_secret=True):
            meeting.peer.pay(reference())
            assert await meeting.peer.callbacks.deliver() == [200]


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
async def test_whatever_goes_wrong_it_is_begun_once(meeting, what, seconds):
    meeting.peer.misbehave(what, path=INIT, seconds=seconds)
    await meeting.begin(fee_due(), seconds=SHORT)
    await asyncio.sleep(3 * SHORT if seconds == 2 * SHORT else 0)
    once(meeting)


@pytest.mark.parametrize("what", ["error_500", "half_body", "rate_limited", "wrong_schema"])
async def test_a_query_that_fails_is_asked_again(meeting, what):
    meeting.peer.misbehave("half_body", path=INIT)
    meeting.peer.misbehave(what, path=QUERY, times=3)
    await meeting.begin(fee_due())
    once(meeting)
    assert sum(each["repeats"] for each in meeting.peer.journal.as_json()["entries"]) == 0


@pytest.mark.parametrize("seed", range(5))
async def test_an_answer_that_nobody_published_is_asked_about(meeting, seed):
    meeting.peer.misbehave("wrong_schema", path=INIT, seed=seed)
    await meeting.begin(fee_due())
    once(meeting)


@pytest.mark.parametrize("count", [5, pytest.param(20, marks=pytest.mark.long)])
async def test_a_bad_day_begins_no_payment_twice_and_loses_none(meeting, count):
    meeting.peer.mischief.bad_day(0.3, seed=2)
    await meeting.begin(*(fee_due(n) for n in range(1, count + 1)), seconds=SHORT)
    await asyncio.sleep(1.2)
    once(meeting, count)


async def test_an_expired_certificate_costs_nothing(secure):
    secure.peer.misbehave("expired_certificate", times=2)
    await secure.begin(fee_due())
    once(secure)


async def test_a_wrong_secret_stops_the_connector_and_no_fee_dies_of_it(meeting):
    with pytest.raises(Fatal) as stopped:
        await meeting.begin(fee_due(), secret="peer:wrong")
    assert stopped.value.peer_code == "02"
    assert list(meeting.bus.inbox) == [fee_due().key]


async def test_a_refusal_keeps_the_platforms_code(meeting):
    await meeting.begin(fee_due(procedure={"code": ""}))
    (letter,) = meeting.bus.dead_letters.values()
    assert (letter.code, letter.peer_code) == ("peer_refused", "01")


async def test_what_a_citizen_pays_is_told_once(meeting):
    await meeting.begin(fee_due(1), fee_due(2))
    async with meeting.listening():
        meeting.peer.pay(reference(1))
        meeting.peer.misbehave("duplicate", path="/callback")
        meeting.peer.pay(reference(2))
        meeting.peer.misbehave("reorder", path="/callback")
        assert await meeting.peer.callbacks.deliver() == [200] * 3
    assert meeting.paid == {reference(1): 150_000, reference(2): 150_000}
    assert len(meeting.here.admitted) == 2


async def test_a_payment_that_failed_and_then_succeeded_is_told_once(meeting):
    await meeting.begin(fee_due())
    async with meeting.listening():
        meeting.peer.pay(reference(), success=False)
        meeting.peer.pay(reference())
        assert await meeting.peer.callbacks.deliver() == [200, 200]
    assert meeting.paid == {reference(): 150_000}


@pytest.mark.parametrize(
    ("what", "status"), [("bad_signature", 401), ("wrong_schema", 401), ("half_body", 400)]
)
async def test_a_callback_nobody_can_believe_is_found_by_the_reconciliation(meeting, what, status):
    await meeting.begin(fee_due(1), fee_due(2))
    async with meeting.listening():
        meeting.peer.misbehave(what, path="/callback")
        meeting.peer.pay(reference(1))
        meeting.peer.pay(reference(2))
        assert await meeting.peer.callbacks.deliver() == [status, 200]
    assert meeting.paid == {reference(2): 150_000}
    await meeting.next_day()
    await meeting.reconcile()
    assert meeting.differences == [(reference(1), "missing_here")]


@pytest.mark.parametrize("trouble", ["away", "lost"])
async def test_while_the_hub_is_away_the_platform_keeps_the_callback(meeting, trouble):
    await meeting.begin(fee_due())
    async with meeting.listening() as engine:
        if trouble == "away":
            engine.desk.bus.refuse_next = 1
        engine.desk.lost = trouble == "lost"
        meeting.peer.pay(reference())
        assert await meeting.peer.callbacks.deliver() == [503]
        assert await meeting.peer.callbacks.deliver() == [200]
        assert await meeting.peer.callbacks.deliver() == []
    assert meeting.paid == {reference(): 150_000}
    assert len(meeting.here.admitted) == 1


async def test_two_lists_that_agree_make_no_difference(meeting):
    await meeting.begin(*(fee_due(n) for n in range(1, 6)))
    async with meeting.listening():
        for n in range(1, 6):
            meeting.peer.pay(reference(n))
        await meeting.peer.callbacks.deliver()
    await meeting.next_day()
    meeting.peer.misbehave("duplicate", path=LIST)
    meeting.peer.misbehave("reorder", path=LIST)
    await meeting.reconcile()
    assert meeting.differences == []
    assert meeting.found.dead_letters == {}


async def test_every_way_to_differ_is_told(meeting):
    await meeting.begin(*(fee_due(n) for n in range(1, 4)))
    async with meeting.listening():
        meeting.peer.pay(reference(1))
        meeting.peer.pay(reference(2))
        await meeting.peer.callbacks.deliver()
    meeting.peer.callbacks.target = None
    meeting.peer.pay(reference(3))
    meeting.peer.misreport(reference(1), 15_000)
    meeting.peer.misreport(reference(2))
    await meeting.next_day()
    await meeting.reconcile()
    assert meeting.differences == [
        (reference(1), "amount"),
        (reference(2), "missing_there"),
        (reference(3), "missing_here"),
    ]


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
async def test_a_list_that_does_not_come_leaves_the_day_open(meeting, what, seconds):
    await meeting.begin(fee_due())
    meeting.peer.pay(reference())
    await meeting.next_day()
    meeting.peer.misbehave(what, path=LIST, seconds=seconds, times=2)
    await meeting.reconcile(seconds=SHORT)
    assert meeting.differences == [(reference(), "missing_here")]


async def test_a_list_over_tls_survives_an_expired_certificate(secure):
    await secure.begin(fee_due())
    secure.peer.pay(reference())
    await secure.next_day()
    secure.peer.misbehave("expired_certificate", times=2)
    await secure.reconcile()
    assert secure.differences == [(reference(), "missing_here")]


async def test_a_wrong_secret_stops_the_reconciliation(meeting):
    await meeting.next_day()
    with pytest.raises(Fatal) as stopped:
        await meeting.reconcile(secret="peer:wrong")
    assert stopped.value.peer_code == "02"


@pytest.mark.parametrize("side", ["out", "compare"])
async def test_check_asks_and_begins_nothing(meeting, side):
    assert (await check(getattr(meeting, side)(), meeting.ctx, 10)).ok
    assert meeting.peer.journal.as_json()["entries"] == []


async def test_neither_secret_nor_address_is_logged(meeting, caplog):
    caplog.set_level(logging.INFO)
    await meeting.begin(fee_due())
    once(meeting)
    assert not any(each in caplog.text for each in ("sandbox-payment-secret", "127.0.0.1"))
