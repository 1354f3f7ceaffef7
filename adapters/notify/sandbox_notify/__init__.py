"""Sandbox peer: two SMS brandname gateways, Zalo with ZNS, a mail server."""

from sandbox_notify.server import NotifySandbox

__all__ = ["NotifySandbox"]
