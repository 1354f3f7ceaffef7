"""Connections to sandbox peers of this machine. Needs the extra `http`."""

import ssl
from typing import Final

import httpx2

from lgsp_adapter.context import Context
from lgsp_adapter.net import open_client
from lgsp_adapter.outgoing import Connect

ANYWHERE_ELSE: Final = ()
"""No network but the loopback: a test that calls out by mistake fails."""


def loopback(trust: str | None = None) -> Connect:
    """Return what makes an adapter's client reach servers of this machine, and nothing else.

    `trust` is the certificate of a peer with TLS (`Sandbox.trust`), as PEM.
    """
    verify = True if trust is None else ssl.create_default_context(cadata=trust)

    def connect(_ctx: Context, seconds: float) -> httpx2.AsyncClient:
        return open_client(
            ANYWHERE_ELSE, timeout=seconds, verify=verify, unsafe_allow_loopback=True
        )

    return connect
