"""Sandbox peer: the National Public Service Portal, as its known clients call it."""

from sandbox_dvcqg.server import PortalSandbox

__all__ = ["PortalSandbox"]
