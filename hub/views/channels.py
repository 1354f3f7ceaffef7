"""The ways out: e-mail by a relay, webhook, and SMS or Zalo as a notice through the hub itself."""

import asyncio
import json
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Final, Protocol, Self
from urllib.parse import urlsplit

import httpx2
import msgspec
from lgsp_adapter.errors import AdapterError
from lgsp_adapter.net import open_client
from lgsp_adapter.outgoing import exchange
from lgsp_client import HubClient, HubRefused, HubUnavailable, Identity
from lgsp_message.limits import MAX_BODY_BYTES

from hub.control.alert_rows import Telling
from hub.indicators.alerting import Severity
from hub.views.settings import ViewsSettings
from hub.views.wording import short, text, title

TIMEOUT_SECONDS: Final = 20.0
_OK: Final = range(200, 300)
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class NotTold(Exception):
    """A notice did not go out. The text says why, without values."""

    def __init__(self, problem: str, *, for_good: bool = False) -> None:
        super().__init__(problem)
        self.for_good = for_good


class Way(Protocol):
    """One kind of channel."""

    async def tell(self, telling: Telling) -> None:
        """Tell it.

        The same telling may come again where a crash left its outcome unknown; it then carries
        the same number.

        Raises:
            NotTold: it did not go out.
        """
        ...


class Mail:
    """E-mail through the configured relay."""

    def __init__(self, hub: str, settings: ViewsSettings) -> None:
        self._hub, self._settings = hub, settings

    async def tell(self, telling: Telling) -> None:
        if self._settings.smtp_host is None or self._settings.smtp_from is None:
            raise NotTold("set HUB_VIEWS_SMTP_HOST and HUB_VIEWS_SMTP_FROM")
        try:
            await asyncio.to_thread(self._send, self._message(telling))
        except smtplib.SMTPRecipientsRefused as error:
            raise NotTold("the relay refuses the address", for_good=True) from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotTold(f"the relay did not take it: {type(error).__name__}") from error

    def _message(self, telling: Telling) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = self._settings.smtp_from, telling.channel.target
        message["Subject"] = title(self._hub, telling.notice)
        message["Date"] = format_datetime(telling.notice.at)
        # The same in every attempt: a mailbox shows it once.
        message["Message-ID"] = f"<alert-{telling.number}-{telling.channel.name}@{self._hub}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence answers it.
        message.set_content(text(self._hub, telling.notice))
        return message

    def _send(self, message: EmailMessage) -> None:
        settings, context = self._settings, ssl.create_default_context()
        host, port = settings.smtp_host or "", settings.smtp_port
        tls = settings.smtp_security == "tls"
        relay = (
            smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
            if tls
            else smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        )
        with relay:
            if settings.smtp_security == "starttls":
                relay.starttls(context=context)
            if settings.smtp_user and settings.smtp_password:
                relay.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            relay.send_message(message)


class Webhook:
    """A POST of JSON, under the same guard as every connector: approved networks, no redirect."""

    def __init__(self, hub: str, client: httpx2.AsyncClient) -> None:
        self._hub, self._client = hub, client

    async def tell(self, telling: Telling) -> None:
        body = {
            "hub": self._hub,
            "number": telling.number,
            "title": title(self._hub, telling.notice),
            **msgspec.to_builtins(telling.notice, builtin_types=()),
        }
        headers = {"content-type": "application/json", "webhook-id": f"alert-{telling.number}"}
        await post(self._client, telling.channel.target, json.dumps(body).encode(), headers)


async def post(
    client: httpx2.AsyncClient, url: str, body: bytes, headers: Mapping[str, str]
) -> None:
    """Call an address of somebody outside.

    Raises:
        NotTold: it did not answer 2xx.
    """
    request = client.build_request("POST", url, content=body, headers=dict(headers))
    try:
        reply = await exchange(client, request, MAX_BODY_BYTES)
    except AdapterError as error:
        # Also where the guard refuses: the network may be approved while it is tried again.
        raise NotTold(str(error)) from error
    if reply.status not in _OK:
        raise NotTold(f"it answers HTTP {reply.status}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """In whose name alerts go through the hub as notices, and to whom."""

    api: str
    system: str
    key: Path
    to: str
    agency: str

    @classmethod
    def of(cls, settings: ViewsSettings) -> Self | None:
        """Return what the settings say; None where one of the five is missing."""
        api, system, key = settings.message_api, settings.message_system, settings.message_key
        to, agency = settings.message_to, settings.message_agency
        if not (api and system and key and to and agency):
            return None
        return cls(api=api, system=system, key=key, to=to, agency=agency)


class Relayed:
    """SMS or Zalo: a citizen notice to a telephone, sent on by a `notify` connector."""

    def __init__(self, hub: str, sender: Sender | None) -> None:
        self._hub, self._sender = hub, sender

    async def tell(self, telling: Telling) -> None:
        if self._sender is None:
            raise NotTold("set HUB_VIEWS_MESSAGE_API, _SYSTEM, _KEY, _TO and _AGENCY")
        try:
            await self._submit(self._sender, telling)
        except HubRefused as error:
            raise NotTold(f"the hub refuses the notice: {error.reason}", for_good=True) from error
        except (HubUnavailable, OSError, ValueError) as error:
            raise NotTold(f"the notice was not taken: {type(error).__name__}") from error

    async def _submit(self, sender: Sender, telling: Telling) -> None:
        who = Identity.from_pem(sender.key, system=sender.system, hub=self._hub)
        local = urlsplit(sender.api).hostname in _LOOPBACK
        async with HubClient(sender.api, who, allow_plain_http=local) as client:
            await client.submit(
                "vn.gov.citizen.notice.v1",
                self._body(sender, telling),
                recipients=[sender.to],
                subject=self._code(telling),
                # One id and one time for all attempts: the hub takes the second as the first.
                id=self._code(telling),
                time=telling.notice.at,
                # So that the channel may send it at night, where its contract lets it.
                priority="urgent" if telling.notice.severity is Severity.CRITICAL else None,
            )

    def _code(self, telling: Telling) -> str:
        return f"alert-{telling.number}-{telling.channel.name}"[:64]

    def _body(self, sender: Sender, telling: Telling) -> dict[str, Any]:
        return {
            "notice_code": self._code(telling),
            "channels": ["sms", "zalo"],
            "recipient": {"telephone": telling.channel.target},
            "text": short(self._hub, telling.notice),
            "consent": {"given": True, "reference": "alert-channel"},
            "agency": {"code": sender.agency},
        }


def open_outside(settings: ViewsSettings) -> httpx2.AsyncClient:
    """Return the client of webhooks and heartbeat, which reaches the set networks only."""
    return open_client(settings.networks(), timeout=TIMEOUT_SECONDS)


def ways(hub: str, settings: ViewsSettings, client: httpx2.AsyncClient) -> dict[str, Way]:
    """Return for each kind of channel its way out."""
    return {
        "email": Mail(hub, settings),
        "webhook": Webhook(hub, client),
        "message": Relayed(hub, Sender.of(settings)),
    }


class Heartbeat:
    """The dead-man switch: called while all is well; who waits for it tells when it stays away."""

    def __init__(self, hub: str, url: str, client: httpx2.AsyncClient) -> None:
        self._hub, self._url, self._client = hub, url, client

    async def beat(self, now: datetime) -> None:
        """Call once.

        Raises:
            NotTold: the watcher did not answer; it will notice by itself.
        """
        body = json.dumps({"hub": self._hub, "at": now.isoformat(timespec="seconds")}).encode()
        await post(self._client, self._url, body, {"content-type": "application/json"})
