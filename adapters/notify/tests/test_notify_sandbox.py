"""The notification peers over their own wires: counted, never deduplicated, refused in words."""

import json
import ssl
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest
from lgsp_adapter.testing.peers import Now, http_to
from sandbox_notify import NotifySandbox

FIXTURES = Path(__file__).parent.parent / "fixtures"
VINAPHONE = json.loads((FIXTURES / "vinaphone.json").read_text())
VIETTEL = (FIXTURES / "viettel.xml").read_text()
ZNS = json.loads((FIXTURES / "zns.json").read_text())
PHONE = "84000000000"


@pytest.fixture
def now():
    return Now()


@pytest.fixture
async def peer(now):
    async with NotifySandbox(seed=1, clock=now) as sandbox:
        yield sandbox


@pytest.fixture
async def http(peer):
    async with http_to(peer.url) as client:
        yield client


async def test_vinaphone_sends_whatever_comes_twice_too(http, peer):
    for _ in range(2):
        answer = (await http.post("/vinaphone", json=VINAPHONE)).json()
        assert answer["RPLY"]["ERROR"] == "0"
    assert peer.box.by_receiver[PHONE] == 2
    assert len(peer.journal.as_json()["doubled"]) == 1


@pytest.mark.parametrize(
    "change",
    [{"AGENTID": "x"}, {"TEMPLATEID": "x"}, {"MOBILELIST": "090"}, {"PARAMS": None}],
)
async def test_vinaphone_refuses_in_its_own_code(http, peer, change):
    answer = await http.post("/vinaphone", json={"RQST": VINAPHONE["RQST"] | change})
    assert answer.json()["RPLY"]["ERROR"] != "0"
    assert peer.box.by_receiver == {}


async def test_viettel_takes_soap_and_does_not_look_at_the_request_id(http, peer):
    for _ in range(2):
        answer = await http.post("/viettel", content=VIETTEL.encode())
        assert "<result>1</result>" in answer.text
    assert list(peer.journal.effects("sms-viettel").values()) == [2]


@pytest.mark.parametrize(
    ("old", "new"),
    [("CP-MAU", "x"), (PHONE, "090"), ("<soapenv:Body>", "<!DOCTYPE a><soapenv:Body>")],
)
async def test_viettel_refuses(http, peer, old, new):
    answer = await http.post("/viettel", content=VIETTEL.replace(old, new).encode())
    assert "<result>0</result>" in answer.text
    assert peer.box.by_receiver == {}


async def renew(http, refresh="sandbox-refresh-0", secret="sandbox-zalo-key"):
    form = {"app_id": "1000000000000000000", "refresh_token": refresh}
    form["grant_type"] = "refresh_token"
    headers = {"secret_key": secret}
    return (await http.post("/v4/oa/access_token", data=form, headers=headers)).json()


async def notice(http, token, **change):
    headers = {"access_token": token}
    return (await http.post("/message/template", json=ZNS | change, headers=headers)).json()


async def test_a_refresh_token_is_good_once(http):
    first = await renew(http)
    assert (await renew(http))["error"] != 0
    second = await renew(http, first["refresh_token"])
    assert second["access_token"] != first["access_token"]


async def test_a_notice_needs_a_living_token(http, peer, now):
    token = (await renew(http))["access_token"]
    assert (await notice(http, token))["error"] == 0
    now.at += timedelta(hours=26)
    assert (await notice(http, token))["error"] == -124
    assert list(peer.journal.effects("zns").values()) == [1]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"phone": "090"}, -108),
        ({"template_id": "1"}, -117),
        ({"template_data": {"loi_nhan": "x" * 401}}, -131),
        ({"tracking_id": ""}, -131),
    ],
)
async def test_zns_refuses_in_its_own_code(http, peer, change, code):
    token = (await renew(http))["access_token"]
    assert (await notice(http, token, **change))["error"] == code
    assert peer.box.by_receiver == {}


async def test_one_tracking_id_sent_twice_shows_in_the_journal(http, peer):
    token = (await renew(http))["access_token"]
    for _ in range(2):
        await notice(http, token)
    assert list(peer.journal.effects("zns").values()) == [2]
    assert PHONE not in json.dumps(peer.journal.as_json())


def mail():
    message = EmailMessage()
    message["From"], message["To"] = "hub@mau.example", "nguoinop@mau.example"
    message["Subject"], message["Message-ID"] = "Thông báo Mẫu", "<1@mau.example>"
    message.set_content("Hồ sơ Mẫu đã có kết quả")
    return message


async def send_mail(peer, **how):
    account = {"username": "mau@mau.example", "password": "sandbox-mail-password"}
    return await aiosmtplib.send(
        mail(), hostname="127.0.0.1", port=peer.mail.port, timeout=5, **{**account, **how}
    )


async def test_mail_is_counted_by_receiver_and_message_id(peer):
    for _ in range(2):
        await send_mail(peer, start_tls=False)
    assert peer.box.by_receiver["nguoinop@mau.example"] == 2
    assert list(peer.journal.effects("email").values()) == [2]


async def test_mail_needs_the_right_password(peer):
    with pytest.raises(aiosmtplib.SMTPAuthenticationError):
        await send_mail(peer, start_tls=False, password="x")


@pytest.mark.parametrize(("what", "code"), [("error_500", 451), ("rate_limited", 452)])
async def test_mail_is_refused_for_now_on_command(peer, what, code):
    peer.misbehave(what, path="/smtp")
    with pytest.raises(aiosmtplib.SMTPResponseException) as error:
        await send_mail(peer, start_tls=False)
    assert error.value.code == code
    assert peer.box.by_receiver == {}


async def test_mail_taken_without_an_answer_is_taken(peer):
    peer.misbehave("timeout_after_success", path="/smtp", seconds=0.01)
    with pytest.raises(aiosmtplib.SMTPException):
        await send_mail(peer, start_tls=False)
    assert list(peer.journal.effects("email").values()) == [1]


async def test_with_tls_nobody_sends_mail_in_the_clear():
    async with NotifySandbox(tls=True) as peer:
        with pytest.raises(aiosmtplib.SMTPException):
            await send_mail(peer, start_tls=False)
        context = ssl.create_default_context(cadata=peer.trust)
        await send_mail(peer, start_tls=True, tls_context=context)
        assert peer.box.by_receiver["nguoinop@mau.example"] == 1
