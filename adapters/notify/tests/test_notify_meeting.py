"""The three sinks meet the sandbox's gateways: whatever goes wrong, nobody is told twice."""

import json
import logging
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hub_adapter_notify.gateways import Account, Viettel, Vinaphone
from hub_adapter_notify.notice import Message
from hub_adapter_notify.zalo import NEEDS
from lgsp_adapter import Backpressure, Done, Retryable
from lgsp_adapter.testing import check
from notify_rig import FIXTURES, NOON, PARAMETERS, SHORT, WAYS, Meeting, notice, number
from sandbox_notify import NotifySandbox


@pytest.fixture(params=WAYS)
async def meeting(request, tmp_path):
    async with NotifySandbox(seed=1, clock=lambda: NOON) as peer:
        yield Meeting(peer, request.param, tmp_path)


@pytest.fixture(params=[way for way in WAYS if way != "email"])
async def gateway(request, tmp_path):
    """Those whose answers have a shape; SMTP answers with numbers."""
    async with NotifySandbox(seed=1, clock=lambda: NOON) as peer:
        yield Meeting(peer, request.param, tmp_path)


@pytest.fixture(params=WAYS)
async def secure(request, tmp_path):
    async with NotifySandbox(seed=1, clock=lambda: NOON, tls=True) as peer:
        yield Meeting(peer, request.param, tmp_path)


@pytest.fixture
async def zns(tmp_path):
    async with NotifySandbox(seed=1, clock=lambda: NOON) as peer:
        yield Meeting(peer, "zns", tmp_path)


@pytest.fixture
async def sms(tmp_path):
    async with NotifySandbox(seed=1, clock=lambda: NOON) as peer:
        yield Meeting(peer, "vinaphone", tmp_path)


async def test_a_good_day_everybody_is_told_once(meeting):
    await meeting.tell(*(notice(n, meeting.way) for n in range(25)))
    assert sorted(meeting.peer.box.by_receiver.values()) == [1] * 25
    assert (meeting.bus.inbox, meeting.codes) == ({}, [])


async def test_over_tls_too_and_an_expired_certificate_costs_nothing(secure):
    secure.peer.misbehave("expired_certificate", times=2)
    await secure.tell(notice(1, secure.way))
    assert list(secure.peer.box.by_receiver.values()) == [1]
    assert [each.event for each in secure.bus.events].count("retrying") == 2


async def test_a_certificate_that_stays_expired_is_told_with_its_reason(secure):
    secure.peer.misbehave("expired_certificate", times=100)
    await secure.tell(notice(1, secure.way))
    (letter,) = secure.bus.dead_letters.values()
    assert (letter.code, letter.peer_code) == ("unavailable", "x509-10")
    assert not secure.peer.box.by_receiver


@pytest.mark.parametrize(
    ("what", "seconds"),
    [("slow", 0.02), ("rate_limited", 9)],
)
async def test_what_did_surely_nothing_or_only_took_time_is_told_in_the_end(meeting, what, seconds):
    meeting.peer.misbehave(what, path=meeting.path, seconds=seconds)
    await meeting.tell(notice(1, meeting.way))
    assert list(meeting.peer.box.by_receiver.values()) == [1]
    assert (meeting.bus.inbox, meeting.codes) == ({}, [])


@pytest.mark.parametrize(
    ("what", "seconds"),
    [("timeout_after_success", 3 * SHORT), ("slow", 3 * SHORT), ("half_body", 0)],
)
async def test_an_answer_that_is_lost_is_never_followed_by_a_second_message(meeting, what, seconds):
    meeting.peer.misbehave(what, path=meeting.path, seconds=seconds)
    await meeting.tell(notice(1, meeting.way), seconds=SHORT)
    # A restart: the next engine finds a call that began, and no end.
    await meeting.tell()
    assert meeting.codes == ["outcome_unknown"]
    assert all(count == 1 for count in meeting.peer.box.by_receiver.values())
    assert list(meeting.bus.inbox) == [notice(1, meeting.way).key]


async def test_after_a_crash_in_the_middle_of_a_call_nobody_is_called(meeting):
    meeting.bus.attempted.add(notice(1, meeting.way).key)
    await meeting.tell(notice(1, meeting.way))
    assert meeting.codes == ["outcome_unknown"]
    assert not meeting.peer.box.by_receiver


@pytest.mark.parametrize("seed", range(5))
async def test_an_answer_that_nobody_published_is_an_unknown_outcome(gateway, seed):
    gateway.peer.misbehave("wrong_schema", path=gateway.path, seed=seed)
    await gateway.tell(notice(1, gateway.way))
    assert gateway.codes == ["outcome_unknown"]
    assert list(gateway.peer.box.by_receiver.values()) == [1]


async def test_a_gateway_that_failed_said_nothing_of_the_message(meeting):
    meeting.peer.misbehave("error_500", path=meeting.path)
    await meeting.tell(notice(1, meeting.way))
    # SMTP's 451 is said before the mail is taken; HTTP's 500 may come after.
    expected = ([], [1]) if meeting.way == "email" else (["outcome_unknown"], [])
    assert (meeting.codes, list(meeting.peer.box.by_receiver.values())) == expected
    assert {each.peer_code for each in meeting.bus.dead_letters.values()} <= {"500"}


async def test_a_bad_day_tells_nobody_twice_and_loses_no_notice(meeting):
    meeting.peer.mischief.bad_day(0.4, seed=5)
    await meeting.tell(*(notice(n, meeting.way) for n in range(30)))
    dead = {each.key for each in meeting.bus.dead_letters.values()}
    assert set(meeting.bus.inbox) == dead
    assert len(dead) + len(meeting.bus.delivered) == 30
    assert set(meeting.codes) <= {"outcome_unknown"}
    assert set(meeting.peer.box.by_receiver.values()) <= {1}
    assert len(meeting.peer.box.by_receiver) >= len(meeting.bus.delivered)


@pytest.mark.parametrize(
    ("way", "change", "code"),
    [
        ("vinaphone", {"agent": "x"}, "2"),
        ("viettel", {"user": "x"}, "0"),
        ("viettel", {"password": "peer:wrong"}, "0"),
        ("zns", {"templates": {"MAU": {"gateway_id": "9", "parameters": PARAMETERS}}}, "-117"),
        ("zns", {"secret_key": "peer:wrong"}, "-14002"),
    ],
)
async def test_a_refusal_keeps_the_gateways_own_code(tmp_path, way, change, code):
    async with NotifySandbox(seed=1, clock=lambda: NOON) as peer:
        meeting = Meeting(peer, way, tmp_path)
        await meeting.tell(notice(1, way), **change)
        (letter,) = meeting.bus.dead_letters.values()
        assert letter.peer_code == code
        assert not peer.box.by_receiver


async def test_a_wrong_mail_password_stops_all_and_loses_none(tmp_path, caplog):
    async with NotifySandbox(seed=1, clock=lambda: NOON, tls=True) as peer:
        meeting = Meeting(peer, "email", tmp_path)
        await meeting.tell(notice(1, "email"), password="peer:wrong")
        (letter,) = meeting.bus.dead_letters.values()
    assert letter.peer_code == "535"
    assert "refuses this connector" in caplog.text


async def test_zalos_token_is_renewed_once_for_many_and_after_it_ended(zns):
    await zns.tell(*(notice(n, "zns") for n in range(10)))
    zns.peer.zalo._tokens.clear()
    await zns.tell(*(notice(n, "zns") for n in range(10, 20)))
    assert sorted(zns.peer.box.by_receiver.values()) == [1] * 20
    assert zns.codes == []


async def test_a_token_answer_that_is_lost_locks_the_account_and_an_operator_reads_so(zns, caplog):
    zns.peer.misbehave("half_body", path="/v4")
    await zns.tell(notice(1, "zns"))
    (letter,) = zns.bus.dead_letters.values()
    assert letter.peer_code == "-14014"
    assert "new one from Zalo" in caplog.text
    assert not zns.peer.box.by_receiver


async def test_a_new_refresh_token_lets_what_waited_go_out_without_a_restart(zns):
    sink, waiting = zns.sink(), [notice(1, "zns")]
    await sink.open(zns.ctx)
    try:
        zns.peer.misbehave("half_body", path="/v4")
        (first,) = await sink.write(waiting)
        (second,) = await sink.write(waiting)
        assert isinstance(first, Retryable)
        assert isinstance(second, Backpressure)
        assert NEEDS in second.detail
        assert not zns.peer.box.by_receiver
        zns.refresh = zns.peer.zalo.issue()
        (third,) = await sink.write(waiting)
        assert isinstance(third, Done)
    finally:
        await sink.close()
    assert list(zns.peer.box.by_receiver.values()) == [1]


@pytest.mark.parametrize("what", ["error_500", "rate_limited"])
async def test_a_token_call_that_did_nothing_is_made_again(zns, what):
    zns.peer.misbehave(what, path="/v4")
    await zns.tell(notice(1, "zns"))
    assert list(zns.peer.box.by_receiver.values()) == [1]


async def test_what_one_channel_began_another_does_not_tell_again(tmp_path):
    async with NotifySandbox(seed=1, clock=lambda: NOON) as peer:
        first, second = (Meeting(peer, way, tmp_path) for way in ("vinaphone", "zns"))
        peer.misbehave("timeout_after_success", path=first.path, seconds=2 * SHORT)
        await first.tell(notice(1, "vinaphone"), seconds=SHORT)
        again = notice(1, "zns")
        again = replace(again, attributes={**again.attributes, "id": "n-other"})
        await second.tell(again)
        assert (first.codes, second.codes) == (["outcome_unknown"], ["already_sent"])
        assert list(peer.box.by_receiver.values()) == [1]


async def test_a_template_without_parameters_is_one_too(sms):
    await sms.tell(notice(1, "vinaphone"), templates={"MAU": {"gateway_id": "TPL-MAU-2"}})
    assert list(sms.peer.box.by_receiver.values()) == [1]


async def test_check_tells_nobody_anything(meeting):
    assert (await check(meeting.sink(), meeting.ctx, 10)).ok
    assert not meeting.peer.box.by_receiver


async def test_neither_logs_nor_journal_hold_a_citizen(meeting, caplog):
    caplog.set_level(logging.INFO)
    await meeting.tell(notice(1, meeting.way))
    told = caplog.text + json.dumps(meeting.peer.journal.as_json())
    assert list(meeting.peer.box.by_receiver.values()) == [1]
    assert not any(each in told for each in (number(1)[1:], "congdan", "127.0.0.1"))


def account(**changes):
    shape = {
        "agent": "AGENT-MAU",
        "label": "LABEL-MAU",
        "user": "mau",
        "password": "sandbox-password",
    }
    return Account(**{**shape, **changes}, busy=frozenset(), denied=frozenset())


def test_vinaphone_is_asked_in_the_fixtures_shape():
    fixture = json.loads((FIXTURES / "vinaphone.json").read_text())["RQST"]
    code = fixture["PARAMS"][0]["CONTENT"]
    message = Message(gateway_id="TPL-MAU-1", parameters={"ma": code}, text="", subject="")
    body, _ = Vinaphone(account()).content("1", fixture["MOBILELIST"], message)
    sent = json.loads(body)["RQST"]
    assert {name: sent[name] for name in fixture} == fixture


def test_viettel_is_asked_in_the_fixtures_shape():
    fixture = ET.parse(FIXTURES / "viettel.xml").getroot()
    wanted = {each.tag: each.text for each in fixture.iter() if not len(each)}
    message = Message(gateway_id="bulksms", parameters={}, text=wanted["Content"] or "", subject="")
    gateway = Viettel(account(agent="CP-MAU", label="TINH-MAU"))
    root = ET.fromstring(gateway.content("1", wanted["ReceiverID"] or "", message)[0])
    assert {each.tag: each.text for each in root.iter() if not len(each)} == wanted
