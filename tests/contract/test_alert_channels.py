"""The ways out over real sockets on loopback: a relay, a webhook, and the guard before them."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from aiosmtpd.smtp import SMTP
from lgsp_adapter.guard import UNSAFE_LOOPBACK
from lgsp_adapter.net import open_client

from hub.control.alert_rows import Channel, Telling
from hub.indicators.alerting import Notice, Severity, Told
from hub.views.channels import Heartbeat, Mail, NotTold, Relayed, Webhook, open_outside
from hub.views.settings import ViewsSettings

HUB = "hub-mau"
AT = datetime(2026, 11, 20, 3, tzinfo=UTC)


def telling(kind="email", target="truc@mau.example"):
    notice = Notice(
        rule="silent-peer",
        organisation="so-mau",
        told=Told.FIRING,
        severity=Severity.WARNING,
        at=AT,
        subjects=("mot-cua-mau",),
        count=1,
    )
    channel = Channel(name="truc", kind=kind, target=target, organisation="*", least=Severity.INFO)
    return Telling(number=7, notice=notice, channel=channel, attempts=0)


class Relay:
    """A mail relay that keeps what it is given."""

    def __init__(self):
        self.mails, self.answer = [], "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802  (the library's name)
        self.mails.append((envelope.rcpt_tos, envelope.content))
        return self.answer


@asynccontextmanager
async def relay():
    loop, kept = asyncio.get_running_loop(), Relay()
    server = await loop.create_server(lambda: SMTP(kept, loop=loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = ViewsSettings(
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security="unsafe_none",
        smtp_from="hub@mau.example",
    )
    try:
        yield kept, Mail(HUB, settings)
    finally:
        server.close()
        await server.wait_closed()


async def test_a_mail_says_it_in_both_languages_and_has_one_id_for_all_attempts():
    async with relay() as (kept, mail):
        await mail.tell(telling())
        await mail.tell(telling())
    (to, raw), (_, again) = kept.mails
    assert to == ["truc@mau.example"]
    message, second = (message_from_bytes(one, policy=policy.default) for one in (raw, again))
    assert message["Message-ID"] == second["Message-ID"]
    assert "CẢNH BÁO" in message["Subject"]
    assert "FIRING" in message["Subject"]
    assert "mot-cua-mau" in message.get_content()


async def test_a_relay_that_refuses_is_told_and_tried_again():
    async with relay() as (kept, mail):
        kept.answer = "451 later"
        with pytest.raises(NotTold) as error:
            await mail.tell(telling())
    assert not error.value.for_good


async def test_a_relay_that_encrypts_not_gets_no_mail():
    async with relay() as (kept, mail):
        mail._settings = mail._settings.model_copy(update={"smtp_security": "starttls"})
        with pytest.raises(NotTold):
            await mail.tell(telling())
        assert kept.mails == []


async def test_without_a_relay_the_channel_says_what_to_set():
    with pytest.raises(NotTold, match="HUB_VIEWS_SMTP_HOST"):
        await Mail(HUB, ViewsSettings()).tell(telling())


async def test_without_a_sender_a_notice_says_what_to_set():
    with pytest.raises(NotTold, match="HUB_VIEWS_MESSAGE_API"):
        await Relayed(HUB, None).tell(telling("message", "84000000000"))


@asynccontextmanager
async def peer(status, *headers):
    """Listen, answer one status, and keep what came."""
    heard = []

    async def serve(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        heard.append((head, await reader.readexactly(length)))
        lines = [f"HTTP/1.1 {status} X", "content-length: 0", "connection: close", *headers]
        writer.write("\r\n".join((*lines, "", "")).encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = open_client((UNSAFE_LOOPBACK, "127.0.0.0/8"), unsafe_allow_loopback=True)
    try:
        async with client:
            yield heard, client, f"http://127.0.0.1:{port}/canh-bao"
    finally:
        server.close()
        await server.wait_closed()


async def test_a_webhook_is_json_under_one_id():
    async with peer(204) as (heard, client, url):
        await Webhook(HUB, client).tell(telling("webhook", url))
    [(head, body)] = heard
    assert b"webhook-id: alert-7" in head
    told = json.loads(body)
    assert (told["rule"], told["told"], told["subjects"]) == (
        "silent-peer",
        "firing",
        ["mot-cua-mau"],
    )


@pytest.mark.parametrize(
    ("status", "headers"), [(302, ["location: http://127.0.0.1:1/"]), (500, []), (404, [])]
)
async def test_a_redirect_is_not_followed_and_no_success(status, headers):
    async with peer(status, *headers) as (heard, client, url):
        with pytest.raises(NotTold):
            await Webhook(HUB, client).tell(telling("webhook", url))
    assert len(heard) == 1


async def test_a_heartbeat_is_a_call_without_anything_but_who_and_when():
    async with peer(204) as (heard, client, url):
        await Heartbeat(HUB, url, client).beat(AT)
    [(_, body)] = heard
    assert json.loads(body) == {"hub": HUB, "at": "2026-11-20T03:00:00+00:00"}


async def test_a_network_that_is_not_set_is_not_called():
    async with peer(204) as (heard, _, url), open_outside(ViewsSettings()) as client:
        with pytest.raises(NotTold) as error:
            await Webhook(HUB, client).tell(telling("webhook", url))
        with pytest.raises(NotTold):
            await Heartbeat(HUB, url, client).beat(AT)
        assert heard == []
    assert not error.value.for_good
