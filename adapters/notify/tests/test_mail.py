"""`notify-email` against a real SMTP server on the loopback."""

import asyncio
import email
import email.policy
import json
import warnings
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hub_adapter_notify import NotifyEmail
from lgsp_adapter import Backpressure, Context, Done, Reject, Retryable
from lgsp_adapter.guard import UNSAFE_LOOPBACK
from lgsp_adapter.testing import delivery

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # A deprecated import of the library itself.
    import aiosmtpd.smtp

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


class Box:
    """What the server took, and what it says next."""

    def __init__(self):
        self.mails, self.says = [], "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802  (the library's name)
        if self.says.startswith("250"):
            self.mails.append(envelope)
        return self.says


@pytest.fixture
async def box():
    return Box()


@pytest.fixture
async def port(box):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: aiosmtpd.smtp.SMTP(box, hostname="mau.example", loop=loop), "127.0.0.1", 0
    )
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


async def secret(_name):
    return "bi-mat-mau"


async def send(folder, port, to="mau@congdan.example", networks=(UNSAFE_LOOPBACK,), **config):
    template = {
        "gateway_id": "1",
        "parameters": ["ten"],
        "text": "Chào {ten}",
        "subject": "Hồ sơ của {ten}",
    }
    raw = {
        "state": str(folder / "s.db"),
        "templates": {"MAU": template},
        "host": "127.0.0.1",
        "port": port,
        "security": "unsafe_none",
        "password": "test:p",
        "sender": "hub@mau.example",
        **config,
    }
    notice = {
        "notice_code": "TB-1",
        "channels": ["email"],
        "recipient": {"email": to},
        "template": {"id": "MAU", "parameters": {"ten": "Trần Thị Mẫu\r\nBcc: ke-la@mau.example"}},
        "consent": {"given": True},
        "agency": {"code": "H99.1"},
    }
    made = delivery("n-1", type_="vn.gov.citizen.notice.v1")
    sink = NotifyEmail(NotifyEmail.config_of(raw))
    await sink.open(
        Context("mail", resolvers={"test": secret}, now=lambda: NOON, networks=networks)
    )
    try:
        (result,) = await sink.write([replace(made, body=json.dumps(notice).encode())])
    finally:
        await sink.close()
    return result


async def test_a_mail_arrives_and_a_line_break_adds_no_recipient(tmp_path, box, port):
    assert isinstance(await send(tmp_path, port), Done)
    (envelope,) = box.mails
    assert envelope.rcpt_tos == ["mau@congdan.example"]
    mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("Hồ sơ của Trần Thị Mẫu")
    assert mail.get_content().startswith("Chào Trần Thị Mẫu")


@pytest.mark.parametrize("to", ["a@mau.example,b", "a,b@mau.example", "<a@mau.example>", "khong"])
async def test_two_people_are_not_one(tmp_path, box, port, to):
    result = await send(tmp_path, port, to)
    assert isinstance(result, Reject)
    assert to not in f"{result}"
    assert not box.mails


@pytest.mark.parametrize(("says", "kind"), [("451 busy", Backpressure), ("554 no", Reject)])
async def test_each_answer_keeps_its_code(tmp_path, box, port, says, kind):
    box.says = says
    result = await send(tmp_path, port)
    assert isinstance(result, kind)
    assert result.peer_code == says[:3]


async def test_a_server_without_tls_gets_no_mail_in_the_clear(tmp_path, box, port):
    result = await send(tmp_path, port, security="starttls")
    assert isinstance(result, Retryable | Backpressure)
    assert not isinstance(result, Retryable) or result.untouched
    assert not box.mails


async def test_a_server_that_is_away_was_surely_not_touched(tmp_path):
    result = await send(tmp_path, 1)
    assert isinstance(result, Retryable)
    assert result.untouched


async def test_a_server_outside_the_approved_networks_is_never_called(tmp_path, box, port):
    result = await send(tmp_path, port, networks=("10.0.0.0/8",))
    assert isinstance(result, Backpressure)
    assert "address guard" in result.detail
    assert not box.mails
