"""The mail server: SMTP in the peer's own loop, STARTTLS where the peer has TLS.

Misbehaviour for it has paths below `/smtp`.
"""

import asyncio
import logging
import ssl
from email import message_from_bytes
from email.policy import default
from typing import Any, Final

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from lgsp_adapter.sandbox import Mischief, What
from lgsp_adapter.sandbox.listener import LOOPBACK

from sandbox_notify.box import Box

USER: Final = "mau@mau.example"
PASSWORD: Final = "sandbox-mail-password"  # noqa: S105  (of the sandbox)
PATH: Final = "/smtp"
MAX_BYTES: Final = 10_000_000

# The library tells receivers and contents at INFO: they are nobody's business (invariant 9).
logging.getLogger("mail.log").setLevel(logging.WARNING)


class Mail:
    """One server on the loopback; mail is counted and never sent on."""

    def __init__(self, box: Box, mischief: Mischief, tls: ssl.SSLContext | None) -> None:
        self._box, self._mischief, self._tls = box, mischief, tls
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.BaseTransport] = set()
        self.port = 0

    async def start(self) -> None:
        """Listen on a free port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, LOOPBACK, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """End."""
        if self._server is not None:
            self._server.close()
            for each in tuple(self._open):
                each.close()
            await self._server.wait_closed()
        self._server = None

    def _protocol(self) -> SMTP:
        return _Protocol(
            self,
            self._open,
            loop=asyncio.get_running_loop(),
            hostname="sandbox.mau.example",
            data_size_limit=MAX_BYTES,
            enable_SMTPUTF8=True,
            tls_context=self._tls,
            require_starttls=self._tls is not None,
            auth_require_tls=self._tls is not None,
            auth_required=self._tls is not None,
            authenticator=_authenticate,
        )

    async def handle_DATA(  # noqa: N802  (the library's name)
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take one mail, or go wrong as told."""
        if told := self._mischief.take(PATH, What.SLOW):
            await asyncio.sleep(told.seconds)
        if self._mischief.take(PATH, What.ERROR_500):
            return "451 4.3.0 sandbox: told to fail"
        if self._mischief.take(PATH, What.RATE_LIMITED):
            return "452 4.2.1 sandbox: told to slow down"
        for receiver in envelope.rcpt_tos:
            self._box.sent("email", receiver, _tracking(envelope))
        if told := self._mischief.take(PATH, What.TIMEOUT_AFTER_SUCCESS, What.HALF_BODY):
            await asyncio.sleep(told.seconds if told.what is What.TIMEOUT_AFTER_SUCCESS else 0)
            if isinstance(server.transport, asyncio.WriteTransport):
                server.transport.abort()
        return "250 2.0.0 OK"


class _Protocol(SMTP):
    """Knows who is connected, so that the stop leaves nobody behind."""

    def __init__(self, handler: Mail, connected: set[asyncio.BaseTransport], **how: Any) -> None:
        super().__init__(handler, **how)
        self._connected = connected

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._connected.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        # After STARTTLS a connection has two transports.
        self._connected -= {each for each in self._connected if each.is_closing()}


def _authenticate(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (
        USER.encode(),
        PASSWORD.encode(),
    )
    return AuthResult(success=right, handled=False)


def _tracking(envelope: Envelope) -> str:
    content = envelope.content or b""
    raw = content if isinstance(content, bytes) else content.encode()
    mail = message_from_bytes(raw, policy=default)
    body = mail.get_body(("plain", "html"))
    return str(mail.get("Message-ID") or (body.get_content() if body else ""))
