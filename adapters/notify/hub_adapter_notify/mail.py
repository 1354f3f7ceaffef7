"""`notify-email`: plain-text e-mail over SMTP with TLS."""

import socket
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from email.utils import format_datetime
from ssl import SSLContext
from typing import Annotated, Final, Literal

import aiosmtplib
from lgsp_adapter import (
    Backpressure,
    Check,
    Context,
    Fatal,
    Idempotence,
    Kind,
    Reject,
    Retryable,
    Secret,
    Spec,
    Text,
    line,
)
from lgsp_adapter.net import certificate_fault, trusted
from pydantic import Field

from hub_adapter_notify.channel import Channel, ChannelConfig
from hub_adapter_notify.notice import Message

_TRANSIENT: Final = range(400, 500)
_CREDENTIALS: Final = (530, 534, 535, 538)
_ADDRESS: Final = "^[^@\\x00-\\x20\\x7f]+@[A-Za-z0-9.-]+$"

_BEFORE_DATA: Final = (
    aiosmtplib.SMTPConnectError,
    aiosmtplib.SMTPHeloError,
    aiosmtplib.SMTPSenderRefused,
    aiosmtplib.SMTPRecipientsRefused,
    aiosmtplib.SMTPRecipientRefused,
)
"""Nothing has been handed over yet, or it was refused in so many words."""


class MailConfig(ChannelConfig):
    """The mail server."""

    host: Annotated[str, Text(vi="Máy chủ thư", en="Server")]
    port: Annotated[int, Text(vi="Cổng", en="Port"), Field(ge=1, le=65535)] = 587
    security: Annotated[
        Literal["starttls", "tls", "unsafe_none"], Text(vi="Mã hóa", en="Encryption")
    ] = "starttls"
    """`unsafe_none` sends all in the clear: for a sandbox on the same machine only."""
    user: Annotated[str | None, Text(vi="Tài khoản", en="User")] = None
    password: Annotated[Secret, Text(vi="Mật khẩu", en="Password")]
    sender: Annotated[str, Text(vi="Địa chỉ gửi", en="From"), Field(pattern=_ADDRESS)]
    busy_seconds: Annotated[
        float, Text(vi="Nghỉ khi máy chủ bận", en="Pause of a busy server"), Field(gt=0)
    ] = 60.0
    """SMTP has no `Retry-After`."""


Server = Callable[[], aiosmtplib.SMTP]
"""Makes a connection that has not yet greeted; a test gives its own."""


class NotifyEmail(Channel[MailConfig]):
    """Sends by e-mail. SMTP knows no idempotency key: a lost answer ends with an operator."""

    channel = "email"
    contact = "email"
    spec = Spec(
        name="notify-email",
        version="1.0.0",
        kind=Kind.SINK,
        config=MailConfig,
        title=Text(vi="Gửi thư điện tử", en="E-mail"),
        types=("vn.gov.citizen.notice.v1",),
        idempotence=Idempotence.NEITHER,
    )

    def __init__(
        self,
        config: MailConfig,
        server: Server | None = None,
        trust: Callable[[], SSLContext] = trusted,
    ) -> None:
        super().__init__(config)
        self._server = server
        self._trust = trust
        self._password = ""

    async def open(self, ctx: Context) -> None:
        await super().open(ctx)
        self._password = (await ctx.secret(self.config.password)).get_secret_value()

    async def check(self) -> Check:
        smtp = await self._smtp()
        await _told(self._greet(smtp), self.config.busy_seconds, untouched=True)
        await smtp.quit()
        return Check(ok=True, vi="Máy chủ thư trả lời", en="The mail server answers")

    async def send(self, ref: str, to: str, message: Message) -> None:
        mail = self._mail(ref, to, message)
        smtp = await self._smtp()
        busy = self.config.busy_seconds
        try:
            await _told(self._greet(smtp), busy, untouched=True)
            await _told(smtp.send_message(mail), busy, untouched=False)
        finally:
            # Without QUIT: the outcome is known, and a server that hangs here may not change it.
            smtp.close()

    async def _greet(self, smtp: aiosmtplib.SMTP) -> None:
        try:
            await smtp.connect()
        except BaseException:
            # It was ours before it was the library's, which leaves it open where it fails early.
            if smtp.sock is not None:
                smtp.sock.close()
            raise
        if self.config.user is not None:
            await smtp.login(self.config.user, self._password)

    async def _smtp(self) -> aiosmtplib.SMTP:
        """Return a connection that has not yet greeted."""
        if self._server is not None:
            return self._server()
        config = self.config
        found = await line.connect(self.ctx.networks, config.host, config.port, config.seconds)
        return self._over(found)

    def _over(self, found: socket.socket) -> aiosmtplib.SMTP:
        config = self.config
        return aiosmtplib.SMTP(
            # For TLS: the certificate must have the name that was configured, not an address.
            hostname=config.host,
            sock=found,
            timeout=config.seconds,
            use_tls=config.security == "tls",
            start_tls=config.security == "starttls",
            tls_context=None if config.security == "unsafe_none" else self._trust(),
        )

    def _mail(self, ref: str, to: str, message: Message) -> EmailMessage:
        mail = EmailMessage()
        try:
            mail["From"], mail["To"] = self.config.sender, to
            mail["Subject"] = message.subject
        except ValueError:
            # A header with a line break in it would be a second header of the sender's choice.
            raise Reject("bad_address", "/recipient/email") from None
        if "@" not in to or [each.addr_spec for each in mail["To"].addresses] != [to]:
            # `a@x,b@y` would be two people, and only one has agreed.
            raise Reject("bad_address", "/recipient/email")
        mail["Date"] = format_datetime(self.ctx.now())
        mail["Message-ID"] = f"<{ref}@{self.config.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text, cte="base64")
        return mail


async def _told(step: Awaitable[object], busy_seconds: float, *, untouched: bool) -> None:
    """Await one step of SMTP; every failure becomes an error of the contract."""
    try:
        await step
    except aiosmtplib.SMTPRecipientsRefused as error:
        first = error.recipients[0]
        raise _meaning(first.code, busy_seconds) from None
    except aiosmtplib.SMTPResponseException as error:
        # A refusal in so many words: the server did not take it, at whatever step.
        raise _meaning(error.code, busy_seconds) from None
    except aiosmtplib.SMTPNotSupported as error:
        raise Fatal("the server does not offer the encryption or login asked for") from error
    except (aiosmtplib.SMTPException, OSError) as error:
        if (refused := certificate_fault(error)) is not None:
            raise refused from None
        kind = type(error).__name__
        sure = untouched or isinstance(error, _BEFORE_DATA)
        # Its text may hold an address: its class is enough.
        raise Retryable(f"no answer: {kind}", untouched=sure) from None


def _meaning(code: int, busy_seconds: float) -> Retryable | Backpressure | Reject | Fatal:
    if code in _CREDENTIALS:
        return Fatal("the mail server does not accept user or password", peer_code=str(code))
    if code in _TRANSIENT:
        return Backpressure("the mail server is busy", after=busy_seconds, peer_code=str(code))
    return Reject("peer_refused", "the mail server refused the message", peer_code=str(code))
